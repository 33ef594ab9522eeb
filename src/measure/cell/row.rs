//! The rows that a cell leaves behind.

use std::sync::LazyLock;

use super::columns::{BIDDER, CELL, CELL_AFTER};
use super::context::{CellBidderContext, CellContext};
use super::measure::{CellBidderMeasure, CellMeasure, OfCell, OfCellBidder};
use super::runs::CellRuns;
use crate::equilibrium::References;
use crate::measure::column::Column;
use crate::measure::price::Price;
use crate::measure::settings::MeasureSettings;
use crate::measure::table::{OF_MEAN_PROFILE, OF_MEAN_PROFILE_BIDDERS};
use crate::train::Settings;

/// A value of a cell measure.
#[derive(Clone, Debug, PartialEq)]
pub enum CellValue {
    /// A finite number, or none.
    Number(Option<f64>),
    /// A text, or none.
    Text(Option<String>),
}

/// What is measured of a cell: a value a column of [`cell_columns`], and of each bidder one a column of
/// [`cell_bidder_columns`].
#[derive(Clone, Debug, PartialEq)]
pub struct CellRow {
    /// Of the cell.
    pub values: Vec<CellValue>,
    /// Shape \[bidder\]\[column\].
    pub bidders: Vec<Vec<CellValue>>,
}

fn cells(rows: &'static [&'static [CellMeasure]]) -> impl Iterator<Item = &'static CellMeasure> {
    rows.iter().copied().flatten()
}

fn bidders() -> impl Iterator<Item = &'static CellBidderMeasure> {
    BIDDER.iter().copied().flatten()
}

/// The prices of the measures of cells.
pub(in crate::measure) fn prices() -> impl Iterator<Item = &'static Price> {
    cells(CELL).chain(cells(CELL_AFTER)).filter_map(|row| row.price)
}

/// The columns of a cell, in table order.
pub fn cell_columns() -> &'static [Column] {
    static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
        let mean_profile = OF_MEAN_PROFILE.columns.iter().cloned();
        let own = |rows| cells(rows).map(CellMeasure::column);
        own(CELL).chain(mean_profile).chain(own(CELL_AFTER)).collect()
    });
    &COLUMNS
}

/// The columns of a cell's bidder, in table order.
pub fn cell_bidder_columns() -> &'static [Column] {
    static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
        let mean_profile = OF_MEAN_PROFILE_BIDDERS.columns.iter().cloned();
        mean_profile.chain(bidders().map(CellBidderMeasure::column)).collect()
    });
    &COLUMNS
}

/// Measures a cell: its settings, what `[measure]` asks for, its references at the last beta, and its runs.
///
/// The mean profile is that of the mean bid functions over the replicates with status ok. Noise inflates the
/// mean over replicates of what is quadratic in the multiplier's error, such as `epsilon_ex_ante`; of the
/// mean profile it does not.
pub fn measure_cell(
    settings: &Settings,
    measure: &MeasureSettings,
    references: &References,
    runs: &CellRuns,
) -> CellRow {
    let cell = CellContext::new(settings, measure, references, runs);
    let own = |rows| cells(rows).map(|measure| of_cell(&cell, measure));
    let mean = cell.mean.as_ref();
    let mean_profile = OF_MEAN_PROFILE.fills.iter().map(|fill| finite(fill.number(mean?)));
    let bidder = |bidder: CellBidderContext| {
        let mean = bidder.mean.as_ref();
        let mean_profile = OF_MEAN_PROFILE_BIDDERS.fills.iter().map(|fill| finite(fill(mean?)));
        mean_profile
            .map(CellValue::Number)
            .chain(bidders().map(|measure| of_bidder(&bidder, measure)))
            .collect()
    };
    CellRow {
        values: own(CELL).chain(mean_profile.map(CellValue::Number)).chain(own(CELL_AFTER)).collect(),
        bidders: cell.bidders().map(bidder).collect(),
    }
}

fn finite(number: Option<f64>) -> Option<f64> {
    number.filter(|number| number.is_finite())
}

fn of_cell(cell: &CellContext, measure: &CellMeasure) -> CellValue {
    match measure.of {
        OfCell::Number(_, of) => CellValue::Number(finite(of(cell))),
        OfCell::Text(of) => CellValue::Text(of(cell)),
    }
}

fn of_bidder(bidder: &CellBidderContext, measure: &CellBidderMeasure) -> CellValue {
    match measure.of {
        OfCellBidder::Number(_, of) => CellValue::Number(finite(of(bidder))),
        OfCellBidder::Text(of) => CellValue::Text(of(bidder)),
    }
}
