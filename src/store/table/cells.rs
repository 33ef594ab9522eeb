//! The tables with summaries over replicates: `cells` and `cell_bidders`.

use super::lead::{self, Lead};
use super::writer::TableWriter;
use crate::equilibrium::{BidderReferences, Reference, References};
use crate::measure::{
    self, CellKind, CellRow, CellValue, RunRow, RunStatus, Summary, bidder_columns, cell_bidder_columns,
    cell_columns, run_columns,
};
use crate::store::StoreError;
use crate::store::batch::{Column, Value};
use crate::sweep::Kind;

/// The largest real part and the largest absolute imaginary part of [`References::eigenvalues`]; null where there are
/// none.
const JACOBIAN: [&str; 2] = ["jacobian_max_real", "jacobian_max_imag"];

/// The columns of `cells`. A measure of runs and of bidders by one name is there once, as that of runs.
pub(super) fn cell_table() -> Vec<Column> {
    let mut columns = lead::columns(&[]);
    columns.extend(["replicates", "failed", "diverged"].map(Column::integer));
    columns.extend(JACOBIAN.map(|name| Column::repeating(name, Kind::Number)));
    columns.extend(cell_columns().iter().map(of_cell_measure));
    columns.extend(run_columns().iter().flat_map(|column| summary_columns(column.name)));
    let bidders = bidder_columns();
    columns.extend(averaged().flat_map(|place| summary_columns(bidders[place].name)));
    columns
}

/// The columns of `cell_bidders`.
pub(super) fn cell_bidder_table() -> Vec<Column> {
    let mut columns = lead::columns(&["bidder"]);
    columns.push(Column::text("prior"));
    for equilibrium in ["bne", "class", "smoothed"] {
        columns.extend([
            Column::repeating(&format!("{equilibrium}_multiplier"), Kind::Number),
            Column::text(&format!("{equilibrium}_method")),
            Column::repeating(&format!("{equilibrium}_error"), Kind::Number),
            Column::text(&format!("{equilibrium}_reason")),
        ]);
    }
    // The most that any deviation gains against the BNE.
    columns.extend(["bne_certificate", "utility_bne"].map(|name| Column::repeating(name, Kind::Number)));
    columns.extend(cell_bidder_columns().iter().map(of_cell_measure));
    columns.extend(bidder_columns().iter().flat_map(|column| summary_columns(column.name)));
    columns
}

fn of_cell_measure((column, kind): &(measure::Column, CellKind)) -> Column {
    match kind {
        CellKind::Number => Column::measured(column.name),
        CellKind::Text => Column::text(column.name),
    }
}

fn cell_values(row: &[CellValue]) -> impl Iterator<Item = Value<'_>> {
    row.iter().map(|value| match value {
        CellValue::Number(number) => Value::from(*number),
        CellValue::Text(text) => Value::from(text.as_deref()),
    })
}

pub(super) fn summary_columns(name: &str) -> [Column; 4] {
    let [mean, sd, ci95] = ["mean", "sd", "ci95"].map(|part| Column::measured(&format!("{name}_{part}")));
    [mean, sd, ci95, Column::integer(&format!("{name}_n"))]
}

pub(super) fn summary_values<'a>(summary: &Summary) -> [Value<'a>; 4] {
    [
        Value::from(summary.mean()),
        Value::from(summary.sd()),
        Value::from(summary.ci95()),
        Value::Integer(summary.n() as i64),
    ]
}

fn reference_values(reference: &Reference) -> [Value<'_>; 4] {
    [
        Value::from(reference.multiplier),
        Value::from(reference.method),
        Value::from(reference.error),
        Value::from(reference.reason.as_deref()),
    ]
}

fn jacobian_values<'a>(references: &References) -> [Value<'a>; 2] {
    let largest =
        |part: fn(&(f64, f64)) -> f64| references.eigenvalues.iter().map(part).max_by(f64::total_cmp);
    [largest(|(re, _)| *re), largest(|(_, im)| im.abs())].map(Value::from)
}

/// The places of the bidder columns that `cells` averages over bidders: those whose name no run column has.
fn averaged() -> impl Iterator<Item = usize> {
    let runs = run_columns();
    let bidders = bidder_columns().into_iter().enumerate();
    bidders.filter(move |(_, column)| runs.iter().all(|run| run.name != column.name)).map(|(place, _)| place)
}

/// The summary of a cell over its stored runs; numbers are of those with status ok.
pub(super) struct CellSummary {
    /// Number of runs that ended each way.
    ok: u64,
    diverged: u64,
    failed: u64,
    /// One a column of runs.
    run: Vec<Summary>,
    /// One a place of [`averaged`]: of the mean over bidders.
    mean: Vec<(usize, Summary)>,
    /// Shape \[bidder\]\[column of bidders\].
    bidders: Vec<Vec<Summary>>,
}

impl CellSummary {
    pub(super) fn new(bidders: usize) -> Self {
        CellSummary {
            ok: 0,
            diverged: 0,
            failed: 0,
            run: vec![Summary::default(); run_columns().len()],
            mean: averaged().map(|place| (place, Summary::default())).collect(),
            bidders: vec![vec![Summary::default(); bidder_columns().len()]; bidders],
        }
    }

    /// Takes the next run, in the order of replicates.
    pub(super) fn push(&mut self, run: &RunRow) {
        match run.status {
            RunStatus::Ok => self.ok += 1,
            RunStatus::Diverged => return self.diverged += 1,
            RunStatus::Failed => return self.failed += 1,
        }
        self.run.iter_mut().zip(&run.values).for_each(|(summary, &number)| push(summary, number));
        for (summaries, numbers) in self.bidders.iter_mut().zip(&run.bidders) {
            summaries.iter_mut().zip(numbers).for_each(|(summary, &number)| push(summary, number));
        }
        for (place, summary) in &mut self.mean {
            let sum: Option<f64> = run.bidders.iter().map(|numbers| numbers[*place]).sum();
            push(summary, sum.map(|sum| sum / run.bidders.len() as f64));
        }
    }

    /// Writes the cell's row of `cells`.
    pub(super) fn push_cell(
        &self,
        table: &mut TableWriter,
        lead: &Lead,
        references: &References,
        row: &CellRow,
    ) -> Result<(), StoreError> {
        let replicates = self.ok + self.diverged + self.failed;
        let counts = [replicates, self.failed, self.diverged].map(|count| Value::Integer(count as i64));
        let run = self.run.iter().flat_map(summary_values);
        let mean = self.mean.iter().flat_map(|(_, summary)| summary_values(summary));
        let jacobian = jacobian_values(references);
        table.push(
            lead.of_cell(&[])
                .into_iter()
                .chain(counts)
                .chain(jacobian)
                .chain(cell_values(&row.values))
                .chain(run)
                .chain(mean),
        )
    }

    /// Writes the cell's rows of `cell_bidders`.
    pub(super) fn push_cell_bidders(
        &self,
        table: &mut TableWriter,
        lead: &Lead,
        references: &References,
        row: &CellRow,
    ) -> Result<(), StoreError> {
        let certificate = references.bne.as_ref().map(|bne| bne.certificate().upper);
        for (bidder, (summaries, references)) in self.bidders.iter().zip(&references.bidders).enumerate() {
            let BidderReferences { bne, class, smoothed, utility_bne } = references;
            let equilibria = [bne, class, smoothed].into_iter().flat_map(reference_values);
            table.push(
                lead.of_bidder(&[], bidder)
                    .into_iter()
                    .chain([lead.prior(bidder)])
                    .chain(equilibria)
                    .chain([certificate, *utility_bne].map(Value::from))
                    .chain(cell_values(&row.bidders[bidder]))
                    .chain(summaries.iter().flat_map(summary_values)),
            )?;
        }
        Ok(())
    }
}

/// What is missing, or not finite, is in no summary.
fn push(summary: &mut Summary, number: Option<f64>) {
    if let Some(number) = number.filter(|number| number.is_finite()) {
        summary.push(number);
    }
}
