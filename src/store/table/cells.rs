//! The tables with summaries over replicates: `cells` and `cell_bidders`.

use super::lead::{self, Lead};
use super::writer::TableWriter;
use crate::equilibrium::{BidderReferences, Reference, References};
use crate::measure::{
    self, CellRow, CellRuns, CellValue, Summary, averaged_columns, bidder_columns, cell_bidder_columns,
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
    columns.extend(run_columns().iter().flat_map(|column| summary_columns(&column.name)));
    columns.extend(averaged_columns().flat_map(|place| summary_columns(&bidder_columns()[place].name)));
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
    columns.extend(bidder_columns().iter().flat_map(|column| summary_columns(&column.name)));
    columns
}

fn of_cell_measure(column: &measure::Column) -> Column {
    if column.is_text() { Column::text(&column.name) } else { Column::measured(&column.name) }
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

/// Writes the row of `cells`.
pub(super) fn push_cell(
    table: &mut TableWriter,
    lead: &Lead,
    references: &References,
    runs: &CellRuns,
    row: &CellRow,
) -> Result<(), StoreError> {
    let replicates = runs.ok() + runs.diverged() + runs.failed();
    let counts = [replicates, runs.failed(), runs.diverged()].map(|count| Value::Integer(count as i64));
    let summaries = runs.run_summaries().iter().chain(runs.averaged_summaries());
    table.push(
        lead.of_cell(&[])
            .into_iter()
            .chain(counts)
            .chain(jacobian_values(references))
            .chain(cell_values(&row.values))
            .chain(summaries.flat_map(summary_values)),
    )
}

/// Writes the rows of `cell_bidders`.
pub(super) fn push_cell_bidders(
    table: &mut TableWriter,
    lead: &Lead,
    references: &References,
    runs: &CellRuns,
    row: &CellRow,
) -> Result<(), StoreError> {
    let certificate = references.bne.as_ref().map(|bne| bne.certificate().upper);
    for (bidder, references) in references.bidders.iter().enumerate() {
        let BidderReferences { bne, class, smoothed, utility_bne } = references;
        let equilibria = [bne, class, smoothed].into_iter().flat_map(reference_values);
        table.push(
            lead.of_bidder(&[], bidder)
                .into_iter()
                .chain([lead.prior(bidder)])
                .chain(equilibria)
                .chain([certificate, *utility_bne].map(Value::from))
                .chain(cell_values(&row.bidders[bidder]))
                .chain(runs.bidder_summaries(bidder).iter().flat_map(summary_values)),
        )?;
    }
    Ok(())
}
