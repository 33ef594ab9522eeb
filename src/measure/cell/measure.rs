//! A row of the tables of a cell's measures: what a column says, and how it is filled.

use super::context::{CellBidderContext, CellContext};
use crate::measure::column::Column;
use crate::measure::price::Price;

/// A measure of a cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct CellMeasure {
    name: &'static str,
    doc: &'static str,
    pub of: OfCell,
    /// What is worked out for it, and read off by others that need it too; none of what costs nothing more.
    pub price: Option<&'static Price>,
}

/// How a column of a cell is filled: with numbers of a unit, or with texts.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfCell {
    Number(&'static str, fn(&CellContext) -> Option<f64>),
    Text(fn(&CellContext) -> Option<String>),
}

/// A measure of a cell's bidder.
#[derive(Clone, Copy, Debug)]
pub(super) struct CellBidderMeasure {
    name: &'static str,
    doc: &'static str,
    pub of: OfCellBidder,
}

/// How a column of a cell's bidder is filled.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfCellBidder {
    Number(&'static str, fn(&CellBidderContext) -> Option<f64>),
    Text(fn(&CellBidderContext) -> Option<String>),
}

/// Numbers of a cell.
pub(super) const fn number(
    name: &'static str,
    unit: &'static str,
    doc: &'static str,
    of: fn(&CellContext) -> Option<f64>,
) -> CellMeasure {
    CellMeasure { name, doc, of: OfCell::Number(unit, of), price: None }
}

/// Texts of a cell.
pub(super) const fn text(
    name: &'static str,
    doc: &'static str,
    of: fn(&CellContext) -> Option<String>,
) -> CellMeasure {
    CellMeasure { name, doc, of: OfCell::Text(of), price: None }
}

/// Numbers of a cell's bidder.
pub(super) const fn bidder_number(
    name: &'static str,
    unit: &'static str,
    doc: &'static str,
    of: fn(&CellBidderContext) -> Option<f64>,
) -> CellBidderMeasure {
    CellBidderMeasure { name, doc, of: OfCellBidder::Number(unit, of) }
}

/// Texts of a cell's bidder.
pub(super) const fn bidder_text(
    name: &'static str,
    doc: &'static str,
    of: fn(&CellBidderContext) -> Option<String>,
) -> CellBidderMeasure {
    CellBidderMeasure { name, doc, of: OfCellBidder::Text(of) }
}

impl CellMeasure {
    /// The same, with what is worked out for it.
    pub const fn priced(self, price: &'static Price) -> Self {
        CellMeasure { price: Some(price), ..self }
    }

    pub fn column(&self) -> Column {
        match self.of {
            OfCell::Number(unit, _) => Column::number(self.name, self.doc, unit),
            OfCell::Text(_) => Column::text(self.name, self.doc),
        }
    }
}

impl CellBidderMeasure {
    pub fn column(&self) -> Column {
        match self.of {
            OfCellBidder::Number(unit, _) => Column::number(self.name, self.doc, unit),
            OfCellBidder::Text(_) => Column::text(self.name, self.doc),
        }
    }
}
