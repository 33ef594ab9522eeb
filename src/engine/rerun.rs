//! One run again.

use crate::measure::{RunRow, Yardstick, continue_run, measure};
use crate::sweep::{Cell, Plan};
use crate::train::train;

/// Trains and measures a run of a plan again: the same bits as the first time.
///
/// # Panics
/// As [`train`].
pub fn rerun(plan: &Plan, cell: &Cell, replicate: u32) -> RunRow {
    let settings = &cell.settings;
    let measurement = plan.measurement(cell.id, replicate);
    let outcome = train(settings, plan.seed(cell.id, replicate), measurement.recording);
    let row = measure(settings, &Yardstick::new(settings), &measurement, &outcome);
    continue_run(settings, &measurement, row)
}
