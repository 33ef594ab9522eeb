//! The tables with rows of runs: `runs`, `bidders` and `trajectories`.

use std::ops::Range;

use super::cells::measured;
use super::lead::{self, Lead};
use super::writer::TableWriter;
use crate::measure::{bidder_columns, run_columns};
use crate::store::StoreError;
use crate::store::batch::{Column, Value};
use crate::store::part::Measured;
use crate::store::window::Found;
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

/// Writes the rows of runs of a cell, whose seeds are given.
pub(super) fn push_runs(
    table: &mut TableWriter,
    lead: &Lead,
    runs: &[Found],
    seed: impl Fn(u32) -> u64,
) -> Result<(), StoreError> {
    table.append(runs.len(), |rows, range| {
        let runs = &runs[range];
        lead.append_cell(rows, runs.iter().map(|run| run.replicate().into()));
        let seeds: Vec<String> = runs.iter().map(|run| format!("{:016x}", seed(run.replicate()))).collect();
        rows.each(seeds.iter().map(|seed| Value::Text(seed)));
        rows.each(runs.iter().map(|run| Value::Text(run.status().name())));
        rows.each(runs.iter().map(|run| Value::from(run.measured.message(run.first_row()))));
        for column in 0..run_columns().len() {
            rows.numbers(runs.iter().map(|run| {
                let first = run.first_row();
                (&run.measured.run[column], first..first + 1)
            }));
        }
    })
}

/// The columns of `bidders`.
pub(super) fn bidder_table() -> Vec<Column> {
    let mut columns = lead::columns(&["replicate", "bidder"]);
    columns.extend(bidder_columns().iter().map(measured));
    columns
}

/// Writes the rows of the bidders of runs of a cell.
pub(super) fn push_bidders(table: &mut TableWriter, lead: &Lead, runs: &[Found]) -> Result<(), StoreError> {
    let of_run = |run: &Found| {
        let replicate = i64::from(run.replicate());
        (0..run.rows().len()).map(move |bidder| (replicate, bidder))
    };
    let indices: Vec<(i64, usize)> = runs.iter().flat_map(of_run).collect();
    table.append(indices.len(), |rows, range| {
        lead.append_bidders(rows, &indices[range.clone()]);
        let stretches = stretches(runs, range);
        for column in 0..bidder_columns().len() {
            rows.numbers(stretches.iter().map(|(part, places)| (&part.bidder[column], places.clone())));
        }
    })
}

/// Where the rows of bidders of runs stand in parts, of those rows in this range of all: rows that follow
/// each other in a part are one stretch.
fn stretches(runs: &[Found], range: Range<usize>) -> Vec<(&Measured, Range<usize>)> {
    let mut stretches: Vec<(&Measured, Range<usize>)> = Vec::new();
    let mut before = 0;
    for run in runs {
        let rows = run.rows();
        let first = rows.start + range.start.saturating_sub(before);
        let end = rows.end.min((rows.start + range.end).saturating_sub(before));
        before += rows.len();
        if first >= end {
            continue;
        }
        match stretches.last_mut() {
            Some((part, places)) if std::ptr::eq(*part, &raw const *run.measured) && places.end == first => {
                places.end = end;
            }
            _ => stretches.push((&run.measured, first..end)),
        }
    }
    stretches
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
    epochs: &[u32],
    run: &Found,
) -> Result<(), StoreError> {
    for (bidder, row) in run.rows().enumerate() {
        let Some((multipliers, quantiles)) = run.recorded(row) else { continue };
        let leading = lead.of_bidder(&[run.replicate().into()], bidder);
        let quantiles = quantiles.values().chunks(MIXTURE_QUANTILES.len());
        let quantiles: Vec<&[f64]> = quantiles.collect();
        table.append(epochs.len().min(multipliers.len()), |rows, range| {
            leading.iter().for_each(|&value| rows.same(value));
            rows.each(epochs[range.clone()].iter().map(|&epoch| Value::Integer(epoch.into())));
            rows.numbers(std::iter::once((&multipliers, range.clone())));
            for place in 0..MIXTURE_QUANTILES.len() {
                match quantiles.get(range.clone()) {
                    Some(quantiles) => rows.each(quantiles.iter().map(|at| Value::Number(at[place]))),
                    None => rows.same(Value::Null),
                }
            }
        })?;
    }
    Ok(())
}
