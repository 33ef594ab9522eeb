//! The columns of the tables that tell a cell's settings.

use super::Cell;
use super::choice::HyperparameterId;
use super::settings::settings;
use crate::learner::{Domain, Learner, Value};

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
pub(super) type Read = fn(&Cell, usize) -> Scalar;

/// A column of the tables that tells a setting.
#[derive(Clone, Debug)]
pub struct SettingColumn {
    /// The column's name.
    pub name: String,
    /// The column's type.
    pub kind: Kind,
    /// One line for `bidsweep list`.
    pub doc: String,
    /// What its numbers are counted in; `None` of texts.
    pub unit: Option<&'static str>,
    source: Source,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Setting(Read),
    Hyperparameter(HyperparameterId),
}

/// Every settings column, in table order.
pub fn setting_columns() -> Vec<SettingColumn> {
    settings().iter().flat_map(|entry| entry.columns.iter().cloned()).collect()
}

impl SettingColumn {
    pub(super) fn new(name: &str, kind: Kind, doc: &str, read: Read) -> Self {
        let unit = kind.plain_unit();
        SettingColumn {
            name: name.to_owned(),
            kind,
            doc: doc.to_owned(),
            unit,
            source: Source::Setting(read),
        }
    }

    pub(super) fn of_hyperparameter(name: &str, id: HyperparameterId) -> Self {
        let kind = match id.entry().domain {
            Domain::Number(_) => Kind::Number,
            Domain::Count { .. } => Kind::Integer,
            Domain::Word(_) => Kind::Text,
        };
        let doc = id.entry().doc.to_owned();
        let unit = kind.plain_unit();
        SettingColumn { name: name.to_owned(), kind, doc, unit, source: Source::Hyperparameter(id) }
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
        match self.source {
            Source::Setting(read) => read(cell, bidder),
            Source::Hyperparameter(id) => {
                let learner = &cell.settings.bidders[bidder].learner;
                if learner.name() != Learner::REGISTRY[id.learner].name {
                    return Scalar::Null;
                }
                match learner.values()[id.index] {
                    Value::Number(x) => Scalar::Number(x),
                    Value::Count(count) => Scalar::Integer(count.into()),
                    Value::Word(word) => word.into(),
                }
            }
        }
    }
}
