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
    let outcome = train(settings, plan.seed(cell.id, replicate), plan.measure().recording(replicate));
    measure(settings, &Yardstick::new(settings), &plan.measure().of_run(replicate), &outcome)
}
