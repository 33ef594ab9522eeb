//! What is measured of a cell as a whole: of the mean profile of its replicates, of how they move, and of where they end.

mod context;
mod destination;
mod mean_profile;
mod movement;
mod rmse;
mod runs;

pub use runs::CellRuns;

use context::{CellBidderContext, CellContext};

use super::{Column, MeasureSettings};
use crate::equilibrium::References;
use crate::train::Settings;

/// The measures of a cell.
const CELL_MEASURES: &[&[CellMeasure]] = &[destination::CELL, movement::CELL, mean_profile::CELL, rmse::CELL];

/// The measures of a cell's bidder.
const CELL_BIDDER_MEASURES: &[&[CellBidderMeasure]] = &[mean_profile::BIDDER, movement::BIDDER];

/// A column of a cell and how it is filled.
struct CellMeasure {
    column: Column,
    of: CellOf,
}

/// How a column of a cell is filled: with numbers or with texts.
enum CellOf {
    Number(fn(&CellContext) -> Option<f64>),
    Text(fn(&CellContext) -> Option<String>),
}

/// A column of a cell's bidder and how it is filled.
struct CellBidderMeasure {
    column: Column,
    of: CellBidderOf,
}

/// How a column of a cell's bidder is filled.
enum CellBidderOf {
    Number(fn(&CellBidderContext) -> Option<f64>),
    Text(fn(&CellBidderContext) -> Option<String>),
}

/// What a column of cells holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// f64.
    Number,
    /// Texts.
    Text,
}

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

/// The columns of a cell, in table order, and what they hold.
pub fn cell_columns() -> Vec<(Column, CellKind)> {
    let kind = |measure: &CellMeasure| match measure.of {
        CellOf::Number(_) => CellKind::Number,
        CellOf::Text(_) => CellKind::Text,
    };
    CELL_MEASURES.iter().copied().flatten().map(|measure| (measure.column, kind(measure))).collect()
}

/// The columns of a cell's bidder, in table order, and what they hold.
pub fn cell_bidder_columns() -> Vec<(Column, CellKind)> {
    let kind = |measure: &CellBidderMeasure| match measure.of {
        CellBidderOf::Number(_) => CellKind::Number,
        CellBidderOf::Text(_) => CellKind::Text,
    };
    CELL_BIDDER_MEASURES.iter().copied().flatten().map(|measure| (measure.column, kind(measure))).collect()
}

/// Measures a cell: its settings, what `[measure]` asks for, its references at the last beta, and its runs.
///
/// What has no suffix is of the mean profile: the mean bid functions over the replicates with status ok. Noise inflates the
/// mean over replicates of what is quadratic in the multiplier's error, such as `epsilon_ex_ante`; of the mean profile it does
/// not.
pub fn measure_cell(
    settings: &Settings,
    measure: &MeasureSettings,
    references: &References,
    runs: &CellRuns,
) -> CellRow {
    let cell = CellContext::new(settings, measure, references, runs);
    let finite = |number: Option<f64>| CellValue::Number(number.filter(|x| x.is_finite()));
    let of_cell = |measure: &CellMeasure| match measure.of {
        CellOf::Number(of) => finite(of(&cell)),
        CellOf::Text(of) => CellValue::Text(of(&cell)),
    };
    let of_bidder = |bidder: &CellBidderContext, measure: &CellBidderMeasure| match measure.of {
        CellBidderOf::Number(of) => finite(of(bidder)),
        CellBidderOf::Text(of) => CellValue::Text(of(bidder)),
    };
    let bidders = cell.bidders().map(|bidder| {
        let measures = CELL_BIDDER_MEASURES.iter().copied().flatten();
        measures.map(|measure| of_bidder(&bidder, measure)).collect()
    });
    CellRow {
        values: CELL_MEASURES.iter().copied().flatten().map(of_cell).collect(),
        bidders: bidders.collect(),
    }
}
