//! The tables of what one wants to plot: `cells` and `cell_bidders`.

use super::lead::{self, Lead};
use super::summaries;
use super::writer::TableWriter;
use crate::equilibrium::{BidderReferences, Reference, References};
use crate::measure::{self, CellRow, CellRuns, CellValue, cell_bidder_columns, cell_columns};
use crate::store::StoreError;
use crate::store::batch::{Column, Value};
use crate::sweep::Kind;

/// The reference equilibria, as columns name them, and in words.
const EQUILIBRIA: [(&str, &str); 4] = [
    ("bne", "Bayes-Nash equilibrium"),
    ("class", "equilibrium within the strategy classes"),
    ("smoothed", "equilibrium of the smoothed auction within the strategy classes"),
    ("perturbed", "rest of learners who climb the payoff of perturbed bids"),
];

/// The columns of `cells`.
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
    columns.extend(EQUILIBRIA.map(|(name, equilibrium)| {
        let doc = format!("multiplier of the {equilibrium}; null where bidders differ in it");
        Column::repeating(&format!("{name}_multiplier"), Kind::Number).says(&doc).counted_in("1")
    }));
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
    columns.extend(summaries::cell_columns());
    columns
}

/// The columns of `cell_bidders`.
pub(super) fn cell_bidder_table() -> Vec<Column> {
    let mut columns = lead::columns(&["bidder"]);
    for (name, equilibrium) in EQUILIBRIA {
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
    columns.extend(summaries::bidder_columns_of_cells());
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

fn reference_values(reference: &Reference) -> [Value<'_>; 4] {
    [
        Value::from(reference.multiplier),
        Value::from(reference.method),
        Value::from(reference.error),
        Value::from(reference.reason.as_deref()),
    ]
}

/// The multipliers of the equilibria that all bidders share.
fn common_multipliers<'a>(references: &References) -> [Value<'a>; 4] {
    let common = |equilibrium: fn(&BidderReferences) -> &Reference| {
        let mut multipliers = references.bidders.iter().map(|bidder| equilibrium(bidder).multiplier);
        let first = multipliers.next().flatten();
        first.filter(|_| multipliers.all(|other| other == first))
    };
    [
        common(|bidder| &bidder.bne),
        common(|bidder| &bidder.class),
        common(|bidder| &bidder.smoothed),
        common(|bidder| &bidder.perturbed),
    ]
    .map(Value::from)
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
    table.push(
        lead.of_cell(&[])
            .into_iter()
            .chain(counts)
            .chain(common_multipliers(references))
            .chain(jacobian_values(references))
            .chain(cell_values(&row.values))
            .chain(summaries::cell_values(runs)),
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
        let BidderReferences { bne, class, smoothed, perturbed, utility_bne } = references;
        let equilibria = [bne, class, smoothed, perturbed].into_iter().flat_map(reference_values);
        table.push(
            lead.of_bidder(&[], bidder)
                .into_iter()
                .chain(equilibria)
                .chain([certificate, *utility_bne].map(Value::from))
                .chain(cell_values(&row.bidders[bidder]))
                .chain(summaries::bidder_values(runs, bidder)),
        )?;
    }
    Ok(())
}
