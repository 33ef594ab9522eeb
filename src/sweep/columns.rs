//! The columns of the tables that tell a cell's settings.

use std::fmt;
use std::sync::Arc;

use super::cell::Cell;

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Missing.
    Null,
    /// An integer.
    Integer(i64),
    /// A number, finite but for an infinite `beta`.
    Number(f64),
    /// A text.
    Text(String),
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Scalar::Text(text.to_owned())
    }
}

/// The type of a settings column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// i64.
    Integer,
    /// f64.
    Number,
    /// UTF-8, dictionary-encoded.
    Text,
}

impl Kind {
    /// The unit of numbers without one.
    fn plain_unit(self) -> Option<&'static str> {
        (self != Kind::Text).then_some("1")
    }
}

/// The setting of a cell's bidder, counted from 0.
type Read = dyn Fn(&Cell, usize) -> Scalar + Send + Sync;

/// A column of the tables that tells a setting.
#[derive(Clone)]
pub struct SettingColumn {
    /// The column's name.
    pub name: String,
    /// The column's type.
    pub kind: Kind,
    /// One line for `bidsweep list`.
    pub doc: String,
    /// What its numbers are counted in; `None` of texts.
    pub unit: Option<&'static str>,
    read: Arc<Read>,
}

impl SettingColumn {
    pub(super) fn new(
        name: &str,
        kind: Kind,
        doc: &str,
        read: impl Fn(&Cell, usize) -> Scalar + Send + Sync + 'static,
    ) -> Self {
        let (name, doc, unit) = (name.to_owned(), doc.to_owned(), kind.plain_unit());
        SettingColumn { name, kind, doc, unit, read: Arc::new(read) }
    }

    /// The same, its numbers counted in a unit.
    pub(super) fn counted_in(self, unit: &'static str) -> Self {
        SettingColumn { unit: Some(unit), ..self }
    }

    /// The setting of a cell; null where the bidders differ in it or the learner does not use it.
    pub fn of_cell(&self, cell: &Cell) -> Scalar {
        let first = self.of_bidder(cell, 0);
        let common = (1..cell.settings.bidders.len()).all(|bidder| self.of_bidder(cell, bidder) == first);
        if common { first } else { Scalar::Null }
    }

    /// The setting of a cell's bidder, counted from 0; null where the bidder's learner does not use it.
    pub fn of_bidder(&self, cell: &Cell, bidder: usize) -> Scalar {
        (self.read)(cell, bidder)
    }
}

impl fmt::Debug for SettingColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SettingColumn { name, kind, doc, unit, read: _ } = self;
        let mut shown = f.debug_struct("SettingColumn");
        shown.field("name", name).field("kind", kind).field("doc", doc).field("unit", unit);
        shown.finish_non_exhaustive()
    }
}
