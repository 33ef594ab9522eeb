//! How far multipliers scatter around the Bayes-Nash equilibrium: bias and noise together.

use super::context::CellContext;
use super::{CellMeasure, CellOf};
use crate::measure::Column;
use crate::measure::square_error::{LAST_ITERATE, TAIL_MEAN};

pub(super) const CELL: &[CellMeasure] = &[
    CellMeasure {
        column: Column {
            name: "rmse_bne_last_iterate",
            doc: "root of the mean over replicates and bidders of (multiplier_last_iterate - BNE)^2",
        },
        of: CellOf::Number(|cell| root(cell, LAST_ITERATE)),
    },
    CellMeasure {
        column: Column {
            name: "rmse_bne_last_iterate_ci95",
            doc: "half-width of its 95 % interval, by the delta method",
        },
        of: CellOf::Number(|cell| half_width(cell, LAST_ITERATE)),
    },
    CellMeasure {
        column: Column {
            name: "rmse_bne_tail_mean",
            doc: "root of the mean over replicates and bidders of (multiplier_tail_mean - BNE)^2",
        },
        of: CellOf::Number(|cell| root(cell, TAIL_MEAN)),
    },
    CellMeasure {
        column: Column {
            name: "rmse_bne_tail_mean_ci95",
            doc: "half-width of its 95 % interval, by the delta method",
        },
        of: CellOf::Number(|cell| half_width(cell, TAIL_MEAN)),
    },
];

fn root(cell: &CellContext, column: &str) -> Option<f64> {
    cell.runs.of_run(column).mean().map(f64::sqrt)
}

/// d sqrt(x) = dx / (2 sqrt(x)).
fn half_width(cell: &CellContext, column: &str) -> Option<f64> {
    let root = root(cell, column).filter(|root| *root > 0.0)?;
    Some(cell.runs.of_run(column).ci95()? / (2.0 * root))
}
