//! The tables with rows of runs: `runs`, `bidders` and `trajectories`.

use super::cells::measured;
use super::lead::{self, Lead};
use super::writer::TableWriter;
use crate::measure::{RunRow, bidder_columns, run_columns};
use crate::store::StoreError;
use crate::store::batch::{Column, Value};
use crate::train::MIXTURE_QUANTILES;

/// The columns of `runs`.
pub(super) fn run_table() -> Vec<Column> {
    let mut columns = lead::columns(&["replicate"]);
    columns.extend(
        [
            ("seed", "the run's seed, 16 hex digits"),
            ("status", "ok, diverged or failed"),
            ("message", "what went wrong, and at which epoch"),
        ]
        .map(|(name, doc)| Column::text(name).says(doc)),
    );
    columns.extend(run_columns().iter().map(measured));
    columns
}

/// Writes the row of a run.
pub(super) fn push_run(
    table: &mut TableWriter,
    lead: &Lead,
    replicate: u32,
    seed: u64,
    run: &RunRow,
) -> Result<(), StoreError> {
    let seed = format!("{seed:016x}");
    let ending = [Value::Text(&seed), Value::Text(run.status.name()), Value::from(run.message.as_deref())];
    let numbers = run.values.iter().map(|&number| Value::from(number));
    table.push(lead.of_cell(&[i64::from(replicate)]).into_iter().chain(ending).chain(numbers))
}

/// The columns of `bidders`.
pub(super) fn bidder_table() -> Vec<Column> {
    let mut columns = lead::columns(&["replicate", "bidder"]);
    columns.extend(bidder_columns().iter().map(measured));
    columns
}

/// Writes the rows of a run's bidders.
pub(super) fn push_bidders(
    table: &mut TableWriter,
    lead: &Lead,
    replicate: u32,
    run: &RunRow,
) -> Result<(), StoreError> {
    for (bidder, numbers) in run.bidders.iter().enumerate() {
        let numbers = numbers.iter().map(|&number| Value::from(number));
        let leading = lead.of_bidder(&[i64::from(replicate)], bidder);
        table.push(leading.into_iter().chain(numbers))?;
    }
    Ok(())
}

/// The name of the column of a quantile of mixtures.
fn quantile_name(quantile: f64) -> String {
    format!("mixture_q{:02}", (100.0 * quantile).round() as u32)
}

/// The columns of `trajectories`.
pub(super) fn trajectory_table() -> Vec<Column> {
    let mut columns = lead::columns(&["replicate", "bidder"]);
    columns.extend([
        Column::integer("epoch").says("epochs trained so far").counted_in("epochs"),
        Column::measured("multiplier").says("the bidder's multiplier").counted_in("1"),
    ]);
    columns.extend(MIXTURE_QUANTILES.map(|quantile| {
        let doc = format!(
            "the least multiplier that the bidder's mixture over arms is at or below with probability {quantile}; null of others"
        );
        Column::measured(&quantile_name(quantile)).says(&doc).counted_in("1")
    }));
    columns
}

/// Writes the rows of a run's trajectory, recorded at `epochs`; none where it was not.
pub(super) fn push_trajectory(
    table: &mut TableWriter,
    lead: &Lead,
    replicate: u32,
    epochs: &[u32],
    run: &RunRow,
) -> Result<(), StoreError> {
    let Some(trajectory) = &run.trajectory else { return Ok(()) };
    for (bidder, multipliers) in trajectory.columns().into_iter().enumerate() {
        let mut quantiles = run.quantiles[bidder].iter().copied();
        let point = |(&epoch, &multiplier)| {
            let mut point = [Value::Null; 2 + MIXTURE_QUANTILES.len()];
            point[0] = Value::Integer(i64::from(epoch));
            point[1] = Value::Number(multiplier);
            point[2..].iter_mut().zip(&mut quantiles).for_each(|(value, q)| *value = Value::Number(q));
            point
        };
        let points: Vec<_> = epochs.iter().zip(multipliers).map(point).collect();
        table.push_block(&lead.of_bidder(&[i64::from(replicate)], bidder), &points)?;
    }
    Ok(())
}
