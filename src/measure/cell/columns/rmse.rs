//! How far multipliers scatter around the Bayes-Nash equilibrium: bias and noise together.

use crate::measure::cell::context::CellContext;
use crate::measure::cell::measure::{CellMeasure, number};
use crate::measure::column::ONE;
use crate::measure::table::RunColumn;

const LAST_ITERATE: RunColumn = RunColumn::named("square_error_last_iterate");
const TAIL_MEAN: RunColumn = RunColumn::named("square_error_tail_mean");

pub(in crate::measure::cell) const CELL: &[CellMeasure] = &[
    number(
        "rmse_bne_last_iterate",
        ONE,
        "root of the mean over replicates and bidders of (multiplier_last_iterate - BNE)^2",
        |cell| root(cell, LAST_ITERATE),
    ),
    number(
        "rmse_bne_last_iterate_ci95",
        ONE,
        "half-width of the 95 % interval of rmse_bne_last_iterate, by the delta method",
        |cell| half_width(cell, LAST_ITERATE),
    ),
    number(
        "rmse_bne_tail_mean",
        ONE,
        "root of the mean over replicates and bidders of (multiplier_tail_mean - BNE)^2",
        |cell| root(cell, TAIL_MEAN),
    ),
    number(
        "rmse_bne_tail_mean_ci95",
        ONE,
        "half-width of the 95 % interval of rmse_bne_tail_mean, by the delta method",
        |cell| half_width(cell, TAIL_MEAN),
    ),
];

fn root(cell: &CellContext, column: RunColumn) -> Option<f64> {
    cell.runs.of_run(column).mean().map(f64::sqrt)
}

/// d sqrt(x) = dx / (2 sqrt(x)).
fn half_width(cell: &CellContext, column: RunColumn) -> Option<f64> {
    let root = root(cell, column).filter(|root| *root > 0.0)?;
    Some(cell.runs.of_run(column).ci95()? / (2.0 * root))
}
