//! What a column of a table is called, holds, and is counted in.

/// The unit of numbers without one: multipliers, shares, ratios.
pub const ONE: &str = "1";
/// The unit of the bidders' values, in which bids and utilities are too.
pub const VALUE: &str = "value";
/// Epochs of training.
pub const EPOCHS: &str = "epochs";

/// A column that a measure fills. A missing value is null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name, the same in every table of its kind.
    pub name: String,
    /// One line: what it holds, often as a formula.
    pub doc: String,
    /// What its numbers are counted in; `None` where it holds texts.
    pub unit: Option<&'static str>,
}

impl Column {
    /// A column of numbers.
    pub(super) fn number(name: &str, doc: &str, unit: &'static str) -> Self {
        Column { name: name.into(), doc: doc.into(), unit: Some(unit) }
    }

    /// A column of texts.
    pub(super) fn text(name: &str, doc: &str) -> Self {
        Column { name: name.into(), doc: doc.into(), unit: None }
    }

    /// Whether it holds texts rather than numbers.
    pub fn is_text(&self) -> bool {
        self.unit.is_none()
    }
}
