//! The table of contrasts: paired differences of cells from those that they are compared with.

use super::writer::TableWriter;
use super::{footer_of, lead};
use crate::store::batch::{Column, Value};
use crate::store::{Folder, StoreError, TableName, atomic};
use crate::sweep::Plan;

/// A paired difference of a cell from another, over replicates.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    /// The cell, and its label.
    pub cell: [String; 2],
    /// The cell that it is compared with, and its label.
    pub baseline: [String; 2],
    /// The bidder, from 0; `None` of the run.
    pub bidder: Option<usize>,
    /// The column of `runs` or `bidders` that is compared.
    pub measure: &'static str,
    /// What its numbers are counted in.
    pub unit: Option<String>,
    /// Replicates that have the number in both cells.
    pub replicates: u64,
    /// The mean difference: the cell less the baseline.
    pub difference: f64,
    /// Standard deviation of the differences; `None` of one replicate.
    pub sd: Option<f64>,
    /// Half-width of Student's 95 % interval of the mean difference.
    pub half_width: Option<f64>,
    /// The mean difference over its standard error.
    pub t: Option<f64>,
    /// The probability of a t further from 0, were the true difference 0.
    pub p: Option<f64>,
    /// The same, corrected for all differences of the measure.
    pub p_holm: Option<f64>,
}

/// The columns of `contrasts`.
pub(super) fn contrast_table() -> Vec<Column> {
    let [cell_id, label] = lead::names();
    let number = |name: &str, doc: &str, unit: &str| Column::measured(name).says(doc).counted_in(unit);
    let own = "that of the column unit";
    vec![
        cell_id,
        label,
        Column::text("baseline_cell_id").says("the cell that it is compared with"),
        Column::text("baseline_label").says("the label of that cell"),
        Column::integer("bidder")
            .says("the bidder's number, from 1; null of the run, where bidders are averaged unless runs have the measure")
            .counted_in("1"),
        Column::text("measure").says("the column of runs or bidders that is compared"),
        Column::text("unit").says("what its numbers are counted in"),
        number("difference", "mean over replicates of the cell's number less that of the same replicate of the baseline", own),
        number("sd", "standard deviation of these differences (divisor n - 1)", own),
        number("low95", "lower end of Student's 95 % interval of the mean difference", own),
        number("high95", "upper end of Student's 95 % interval of the mean difference", own),
        Column::integer("n").says("how many replicates have the number in both cells").counted_in("runs"),
        number("t", "the mean difference over its standard error; null where all differences are equal", "1"),
        number("p", "probability of a t further from 0, were the true mean difference 0", "1"),
        number("p_holm", "the same, corrected for all differences of the measure in this table (Holm 1979)", "1"),
    ]
}

/// Writes the table of contrasts, or takes it away where there is none to tell.
///
/// # Errors
/// Where the table cannot be written.
pub fn write_contrasts(folder: &Folder, plan: &Plan, contrasts: &[Contrast]) -> Result<(), StoreError> {
    let path = folder.table(TableName::Contrasts);
    if contrasts.is_empty() {
        return atomic::remove(&path);
    }
    let mut table = TableWriter::create(&path, contrast_table(), footer_of(plan), u64::MAX)?;
    for contrast in contrasts {
        let ([id, label], [baseline_id, baseline_label]) = (&contrast.cell, &contrast.baseline);
        let end = |sign: f64| contrast.half_width.map(|width| sign.mul_add(width, contrast.difference));
        table.push([
            Value::Text(id),
            Value::Text(label),
            Value::Text(baseline_id),
            Value::Text(baseline_label),
            contrast.bidder.map_or(Value::Null, |bidder| Value::Integer(bidder as i64 + 1)),
            Value::Text(contrast.measure),
            Value::from(contrast.unit.as_deref()),
            Value::Number(contrast.difference),
            Value::from(contrast.sd),
            Value::from(end(-1.0)),
            Value::from(end(1.0)),
            Value::Integer(contrast.replicates as i64),
            Value::from(contrast.t),
            Value::from(contrast.p),
            Value::from(contrast.p_holm),
        ])?;
    }
    table.finish()?.commit()
}
