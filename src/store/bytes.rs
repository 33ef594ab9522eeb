//! How many bytes runs take in memory, which is what parts and windows are bounded by.

use std::mem::size_of;

use super::RunKey;
use crate::auction::strategy::Play;
use crate::measure::{RunRow, bidder_columns, run_columns};
use crate::sweep::Cell;
use crate::train::MIXTURE_QUANTILES;

/// Bytes of rows that a part holds before it is written, and one run more.
pub(super) const PART_BYTES: usize = 18 << 20;

/// What an allocation takes beside its bytes, roughly.
const ALLOCATION: usize = 16;

/// Bytes that the row of a finished run takes in memory, with its key.
pub fn row_bytes(row: &RunRow) -> usize {
    let lists = |lists: &[Vec<Option<f64>>]| lists.iter().map(|list| numbers(list.len())).sum::<usize>();
    let parameters = row.parameters.iter().map(|list| list_of::<f64>(list.len()));
    let points = row.trajectory.as_ref().map_or(0, |trajectory| list_of::<f64>(trajectory.len()));
    let message = row.message.as_ref().map_or(0, |message| list_of::<u8>(message.len()));
    size_of::<(RunKey, RunRow)>()
        + numbers(row.values.len())
        + lists(&row.bidders)
        + parameters.sum::<usize>()
        + row.mixtures.iter().map(|list| list_of::<f64>(list.len())).sum::<usize>()
        + row.quantiles.iter().map(|list| list_of::<f64>(list.len())).sum::<usize>()
        + 4 * list_of::<Vec<f64>>(row.bidders.len())
        + points
        + message
        + row.standings.iter().map(|list| list_of::<f64>(list.len())).sum::<usize>()
}

/// [`row_bytes`] of the runs of a cell, of which so many epochs are recorded; without a message.
pub(super) fn bytes_of_run(cell: &Cell, recorded_epochs: usize) -> usize {
    let bidders = &cell.settings.bidders;
    let parameters = bidders.iter().map(|bidder| list_of::<f64>(bidder.play().parameters()));
    let points = recorded_epochs * bidders.len();
    let quantiles = |play: Play| match play.arms() {
        Some(_) => recorded_epochs * MIXTURE_QUANTILES.len(),
        None => 0,
    };
    size_of::<(RunKey, RunRow)>()
        + numbers(run_columns().len())
        + bidders.len() * numbers(bidder_columns().len())
        + parameters.sum::<usize>()
        + bidders.iter().map(|bidder| list_of::<f64>(kept_mixtures(bidder.play()))).sum::<usize>()
        + bidders.iter().map(|bidder| list_of::<f64>(quantiles(bidder.play()))).sum::<usize>()
        + 4 * list_of::<Vec<f64>>(bidders.len())
        + if points > 0 { list_of::<f64>(points) } else { 0 }
}

/// Numbers of the mixtures that are kept beside that of the tail.
fn kept_mixtures(play: Play) -> usize {
    if play.is_mixed() { 2 * play.parameters() } else { 0 }
}

fn numbers(count: usize) -> usize {
    list_of::<Option<f64>>(count)
}

fn list_of<T>(count: usize) -> usize {
    ALLOCATION + count * size_of::<T>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::RunStatus;
    use crate::store::fixture::{plan, runs};

    #[test]
    fn a_plan_knows_the_bytes_of_its_runs() {
        let plan = plan(3);
        for (key, row) in runs(&plan) {
            let cell = plan.cell(plan.position(key.cell).unwrap());
            let recorded = row.trajectory.as_ref().map_or(0, |trajectory| trajectory.nrows());
            assert_eq!((row.status, row.message.as_deref()), (RunStatus::Ok, None));
            assert_eq!(bytes_of_run(&cell, recorded), row_bytes(&row));
        }
    }

    #[test]
    fn a_trajectory_and_a_message_count() {
        let (_, row) = runs(&plan(1)).remove(0);
        let points = row.trajectory.as_ref().unwrap().len();
        let without = RunRow { trajectory: None, ..row.clone() };
        assert_eq!(row_bytes(&row) - row_bytes(&without), 8 * points + ALLOCATION);
        let told = RunRow { message: Some("no room".into()), ..row.clone() };
        assert_eq!(row_bytes(&told) - row_bytes(&row), 7 + ALLOCATION);
    }
}
