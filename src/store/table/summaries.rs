//! Summaries over replicates: the long table that has every one, and the columns that tables of cells have of
//! the main ones.

use super::lead::{self, Lead};
use super::writer::TableWriter;
use crate::measure::{
    self, CellRuns, Summarised, Summary, averaged_columns, bidder_columns, bidder_summaries, run_columns,
    run_summaries,
};
use crate::store::StoreError;
use crate::store::batch::{Column, Value};

/// The columns of `summaries`.
pub(super) fn summary_table() -> Vec<Column> {
    let [cell_id, label] = lead::names();
    let number =
        |name: &str, doc: &str| Column::measured(name).says(doc).counted_in("that of the column unit");
    vec![
        cell_id,
        label,
        Column::integer("bidder")
            .says("the bidder's number, from 1; null of the run, where bidders are averaged unless runs have the measure")
            .counted_in("1"),
        Column::text("measure").says("the column of runs or bidders that is summarised"),
        Column::text("unit").says("what its numbers are counted in"),
        number("mean", "mean over replicates with status ok that have the number"),
        number("sd", "standard deviation over these replicates (divisor n - 1)"),
        number("low95", "lower end of the 95 % interval of the mean: Student's, or Hall's for skewed measures"),
        number("high95", "upper end of that interval"),
        Column::integer("n").says("how many replicates have the number").counted_in("runs"),
        number("min", "least number of a replicate"),
        number("max", "largest number of a replicate"),
    ]
}

/// Writes the rows of a cell: those of the run, then those of each bidder. What no replicate has is left out.
pub(super) fn push_summaries(
    table: &mut TableWriter,
    lead: &Lead,
    runs: &CellRuns,
) -> Result<(), StoreError> {
    let averaged = averaged_columns().map(|place| &bidder_columns()[place]);
    let of_run = run_columns().iter().zip(runs.run_summaries());
    for (column, summary) in of_run.chain(averaged.zip(runs.averaged_summaries())) {
        push(table, lead, Value::Null, column, summary)?;
    }
    for bidder in 0..lead.bidders() {
        for (column, summary) in bidder_columns().iter().zip(runs.bidder_summaries(bidder)) {
            push(table, lead, Value::Integer(bidder as i64 + 1), column, summary)?;
        }
    }
    Ok(())
}

fn push(
    table: &mut TableWriter,
    lead: &Lead,
    bidder: Value<'_>,
    column: &measure::Column,
    summary: &Summary,
) -> Result<(), StoreError> {
    if summary.n() == 0 {
        return Ok(());
    }
    let [cell_id, label] = lead.name_values();
    let interval = summary.interval95();
    table.push([
        cell_id,
        label,
        bidder,
        Value::Text(&column.name),
        Value::from(column.unit),
        Value::from(summary.mean()),
        Value::from(summary.sd()),
        Value::from(interval.map(|ends| ends.0)),
        Value::from(interval.map(|ends| ends.1)),
        Value::Integer(summary.n() as i64),
        Value::from(summary.min()),
        Value::from(summary.max()),
    ])
}

/// A main measure: its column, how it is summarised, and its place among those of runs or of bidders.
struct Main {
    column: &'static measure::Column,
    summarised: Summarised,
    place: usize,
}

impl Main {
    fn of(place: usize, columns: &'static [measure::Column], summarised: &[Summarised]) -> Option<Self> {
        let (column, summarised) = (&columns[place], summarised[place]);
        (summarised != Summarised::InLong).then_some(Main { column, summarised, place })
    }

    /// Its columns: mean, standard deviation, half-width of the interval, the ends of that where it is
    /// skewed, and the count where runs may lack it.
    fn columns(&self) -> Vec<Column> {
        let mut columns = summary_columns(self.column).to_vec();
        if self.is_skewed() {
            columns.extend(interval_ends(self.column));
        }
        if self.summarised == Summarised::InCellsWithCount {
            let doc = "replicates that have the number, where that is not all with status ok; else null";
            let name = format!("{}_n", self.column.name);
            columns.push(Column::integer(&name).says(doc).counted_in("runs"));
        }
        columns
    }

    fn values<'a>(&self, summary: &Summary, ok: u64) -> impl Iterator<Item = Value<'a>> {
        let lacks = (summary.n() != ok).then_some(summary.n() as i64);
        let count = (self.summarised == Summarised::InCellsWithCount)
            .then(|| lacks.map_or(Value::Null, Value::Integer));
        let ends = summary.interval95();
        let ends = self.is_skewed().then(|| [ends.map(|ends| ends.0), ends.map(|ends| ends.1)]);
        let ends = ends.into_iter().flatten().map(Value::from);
        summary_values(summary).into_iter().chain(ends).chain(count)
    }

    fn is_skewed(&self) -> bool {
        measure::is_skewed(&self.column.name)
    }
}

fn main_of_runs() -> impl Iterator<Item = Main> {
    let summarised = run_summaries();
    (0..run_columns().len()).filter_map(move |place| Main::of(place, run_columns(), &summarised))
}

fn main_of_bidders() -> impl Iterator<Item = Main> {
    let summarised = bidder_summaries();
    (0..bidder_columns().len()).filter_map(move |place| Main::of(place, bidder_columns(), &summarised))
}

/// The main measures of bidders that are averaged over the bidders of a run, and their places among the
/// averaged.
fn main_averaged() -> impl Iterator<Item = (Main, usize)> {
    let summarised = bidder_summaries();
    averaged_columns()
        .enumerate()
        .filter_map(move |(at, place)| Main::of(place, bidder_columns(), &summarised).map(|main| (main, at)))
}

/// The columns that `cells` has of the main measures. One of runs and of bidders by one name is there once,
/// as that of runs.
pub(super) fn cell_columns() -> Vec<Column> {
    main_of_runs().chain(main_averaged().map(|(main, _)| main)).flat_map(|main| main.columns()).collect()
}

/// Their values.
pub(super) fn cell_values<'a>(runs: &CellRuns) -> Vec<Value<'a>> {
    let of_runs = main_of_runs().map(|main| {
        let summary = &runs.run_summaries()[main.place];
        (main, summary)
    });
    let averaged = main_averaged().map(|(main, at)| (main, &runs.averaged_summaries()[at]));
    of_runs
        .chain(averaged)
        .flat_map(|(main, summary)| main.values(summary, runs.ok()).collect::<Vec<_>>())
        .collect()
}

/// The columns that `cell_bidders` has of the main measures.
pub(super) fn bidder_columns_of_cells() -> Vec<Column> {
    main_of_bidders().flat_map(|main| main.columns()).collect()
}

/// Their values.
pub(super) fn bidder_values<'a>(runs: &CellRuns, bidder: usize) -> Vec<Value<'a>> {
    let summaries = runs.bidder_summaries(bidder);
    main_of_bidders()
        .flat_map(|main| main.values(&summaries[main.place], runs.ok()).collect::<Vec<_>>())
        .collect()
}

/// Mean, standard deviation and half-width of the interval of a measure.
pub(super) fn summary_columns(measure: &measure::Column) -> [Column; 3] {
    let (name, mean, unit) = (&measure.name, mean_name(&measure.name), measure.unit.unwrap_or("1"));
    let number = |name: &str, doc: &str| Column::measured(name).says(doc).counted_in(unit);
    [
        number(&mean, &format!("mean over replicates: {}", measure.doc)),
        number(&format!("{name}_sd"), &format!("standard deviation of {name} over replicates")),
        number(
            &format!("{name}_ci95"),
            &match measure::is_skewed(name) {
                true => format!(
                    "null: the 95 % interval of {mean} has unequal sides, {name}_low95 and {name}_high95; 0 where all are equal"
                ),
                false => format!("half-width of Student's 95 % interval of {mean}"),
            },
        ),
    ]
}

/// The ends of the interval of a skewed measure.
fn interval_ends(measure: &measure::Column) -> [Column; 2] {
    let (name, mean, unit) = (&measure.name, mean_name(&measure.name), measure.unit.unwrap_or("1"));
    [("low95", "lower"), ("high95", "upper")].map(|(end, side)| {
        let doc = format!("{side} end of the 95 % interval of {mean}, by Hall's transformation");
        Column::measured(&format!("{name}_{end}")).says(&doc).counted_in(unit)
    })
}

pub(super) fn summary_values<'a>(summary: &Summary) -> [Value<'a>; 3] {
    [summary.mean(), summary.sd(), summary.ci95()].map(Value::from)
}

/// The name of the column with the mean over replicates. No name says mean twice.
pub(crate) fn mean_name(measure: &str) -> String {
    if measure.ends_with("_mean") { measure.to_owned() } else { format!("{measure}_mean") }
}
