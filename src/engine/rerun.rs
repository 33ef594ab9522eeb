//! One run again.

use crate::measure::{RunRow, Yardstick, measure};
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
    measure(settings, &Yardstick::new(settings), &measurement, &outcome)
}
