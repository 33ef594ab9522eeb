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
        "null: the 95 % interval of rmse_bne_last_iterate has unequal sides, _low95 and _high95; 0 where all are equal",
        |cell| half_width(cell, LAST_ITERATE),
    ),
    number(
        "rmse_bne_last_iterate_low95",
        ONE,
        "root of the lower end of the 95 % interval of square_error_last_iterate, 0 where that is negative",
        |cell| Some(ends(cell, LAST_ITERATE)?.0),
    ),
    number(
        "rmse_bne_last_iterate_high95",
        ONE,
        "root of the upper end of the 95 % interval of square_error_last_iterate",
        |cell| Some(ends(cell, LAST_ITERATE)?.1),
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
        "null: the 95 % interval of rmse_bne_tail_mean has unequal sides, _low95 and _high95; 0 where all are equal",
        |cell| half_width(cell, TAIL_MEAN),
    ),
    number(
        "rmse_bne_tail_mean_low95",
        ONE,
        "root of the lower end of the 95 % interval of square_error_tail_mean, 0 where that is negative",
        |cell| Some(ends(cell, TAIL_MEAN)?.0),
    ),
    number(
        "rmse_bne_tail_mean_high95",
        ONE,
        "root of the upper end of the 95 % interval of square_error_tail_mean",
        |cell| Some(ends(cell, TAIL_MEAN)?.1),
    ),
];

fn root(cell: &CellContext, column: RunColumn) -> Option<f64> {
    cell.runs.of_run(column).mean().map(f64::sqrt)
}

/// Nothing where replicates do not differ, else unknown.
fn half_width(cell: &CellContext, column: RunColumn) -> Option<f64> {
    cell.runs.of_run(column).ci95()
}

/// The roots of the ends of the mean square's interval: a root rises, so that they cover as those do.
fn ends(cell: &CellContext, column: RunColumn) -> Option<(f64, f64)> {
    let (low, high) = cell.runs.of_run(column).interval95()?;
    Some((low.max(0.0).sqrt(), high.max(0.0).sqrt()))
}
