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

/// The columns of `cells`. A measure of runs and of bidders by one name is there once, as that of runs.
pub(super) fn cell_table() -> Vec<Column> {
    let mut columns = lead::columns(&[]);
    columns.extend(
        [
            ("replicates", "runs that are there, whatever their status"),
            ("failed", "runs that could not be computed"),
            ("diverged", "runs whose numbers stopped being finite"),
        ]
        .map(|(name, doc)| Column::integer(name).says(doc).counted_in("runs")),
    );
    columns.extend(
        [
            (
                "jacobian_max_real",
                "largest real part of the eigenvalues of the smoothed auction's gradient field",
            ),
            ("jacobian_max_imag", "largest absolute imaginary part of these"),
        ]
        .map(|(name, doc)| Column::repeating(name, Kind::Number).says(doc).counted_in("value")),
    );
    columns.extend(cell_columns().iter().map(measured));
    columns.extend(run_columns().iter().flat_map(summary_columns));
    columns.extend(averaged_columns().flat_map(|place| summary_columns(&bidder_columns()[place])));
    columns
}

/// The columns of `cell_bidders`.
pub(super) fn cell_bidder_table() -> Vec<Column> {
    let mut columns = lead::columns(&["bidder"]);
    columns.push(lead::prior());
    for (name, equilibrium) in [
        ("bne", "Bayes-Nash equilibrium"),
        ("class", "equilibrium within the strategy classes"),
        ("smoothed", "equilibrium of the smoothed auction within the strategy classes"),
    ] {
        columns.extend([
            Column::repeating(&format!("{name}_multiplier"), Kind::Number)
                .says(&format!("multiplier of the line nearest to the bids of the {equilibrium}"))
                .counted_in("1"),
            Column::text(&format!("{name}_method")).says("how it was found"),
            Column::repeating(&format!("{name}_error"), Kind::Number)
                .says("what its multiplier may be off")
                .counted_in("1"),
            Column::text(&format!("{name}_reason")).says("why there is none"),
        ]);
    }
    columns.extend(
        [
            ("bne_certificate", "the most that any deviation gains against the Bayes-Nash equilibrium"),
            ("utility_bne", "ex-ante utility in the Bayes-Nash equilibrium"),
        ]
        .map(|(name, doc)| Column::repeating(name, Kind::Number).says(doc).counted_in("value")),
    );
    columns.extend(cell_bidder_columns().iter().map(measured));
    columns.extend(bidder_columns().iter().flat_map(summary_columns));
    columns
}

/// The column of a measure.
pub(super) fn measured(measure: &measure::Column) -> Column {
    match measure.unit {
        Some(unit) => Column::measured(&measure.name).says(&measure.doc).counted_in(unit),
        None => Column::text(&measure.name).says(&measure.doc),
    }
}

fn cell_values(row: &[CellValue]) -> impl Iterator<Item = Value<'_>> {
    row.iter().map(|value| match value {
        CellValue::Number(number) => Value::from(*number),
        CellValue::Text(text) => Value::from(text.as_deref()),
    })
}

/// The columns of the summary of a measure over replicates.
pub(super) fn summary_columns(measure: &measure::Column) -> [Column; 4] {
    let (name, doc, unit) = (&measure.name, &measure.doc, measure.unit.unwrap_or("1"));
    let number = |part: &str, what: &str| {
        Column::measured(&format!("{name}_{part}")).says(&format!("{what}: {doc}")).counted_in(unit)
    };
    [
        number("mean", "mean over replicates"),
        number("sd", "standard deviation over replicates"),
        number("ci95", "half-width of Student's 95 % interval of the mean over replicates"),
        Column::integer(&format!("{name}_n")).says("replicates that have the number").counted_in("runs"),
    ]
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
