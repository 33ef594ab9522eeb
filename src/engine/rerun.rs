//! One run again.

use crate::equilibrium::references;
use crate::measure::{RunRow, measure};
use crate::sweep::{Cell, Plan};
use crate::train::train;

/// Trains and measures a run of a plan again: the same bits as the first time.
///
/// # Panics
/// As [`train`].
pub fn rerun(plan: &Plan, cell: &Cell, replicate: u32) -> RunRow {
    let settings = &cell.settings;
    let outcome = train(settings, plan.seed(cell.id, replicate), plan.measure().recording(replicate));
    measure(settings, &references(&settings.population(), settings.beta.last()), &outcome)
}
