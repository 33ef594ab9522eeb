//! The registry of the keys of `[report]`, one row a key.

use std::sync::LazyLock;

use super::super::form::{ListOf, Word};
use super::super::registry::{Registry, Row};
use super::baseline::BaselineForm;
use super::figure_name::FigureName;
use super::ground::Ground;
use super::group::GroupingForm;
use super::measure_name::MeasureName;
use super::settings::{Interval, ReportSettings};
use super::venue::Venue;
use super::width::WidthForm;

/// The rows of `[report]`.
pub(in crate::sweep) fn registry() -> &'static Registry<ReportSettings, Ground> {
    static REGISTRY: LazyLock<Registry<ReportSettings, Ground>> =
        LazyLock::new(|| Registry::new("`[report]`", rows()));
    &REGISTRY
}

/// Every key of `[report]`: name, values and default, and a line of what it asks for.
pub fn report_keys() -> Vec<[String; 3]> {
    registry().keys()
}

fn rows() -> Vec<Row<ReportSettings, Ground>> {
    vec![
        Row::new(
            "width",
            "width of all figures; left out: a column for figures of one panel, the text for those of several",
            WidthForm,
            |r| r.width,
            |r, width| r.width = Some(width),
        ),
        Row::new(
            "venue",
            "where figures are to stand, for the widths of columns and text",
            Word::new(&Venue::ALL, Venue::name),
            |r| Some(r.venue),
            |r, venue| r.venue = venue,
        ),
        Row::new(
            "figures",
            "the figures, none for an empty list; left out: what the axes ask for",
            ListOf { words: "a list of names", form: Word::new(FigureName::ALL, FigureName::name) },
            |r| r.figures.clone(),
            |r, figures| r.figures = Some(figures),
        ),
        Row::new(
            "columns",
            "the measures of the table for papers, such as \"epsilon_relative\"; left out: the main ones",
            ListOf { words: "a list of names", form: MeasureName },
            |r| r.columns.clone(),
            |r, columns| r.columns = Some(columns),
        ),
        Row::new(
            "interval",
            "what stands behind a mean: the half-width of its 95 % interval, or the standard deviation",
            Word::new(&Interval::ALL, Interval::name),
            |r| Some(r.interval),
            |r, interval| r.interval = interval,
        ),
        Row::referring(
            "rows",
            "what the rows of tables are grouped by; left out: the slowest axis",
            GroupingForm,
            |r| r.rows.clone(),
            |r, rows| r.rows = Some(rows),
        ),
        Row::referring(
            "baseline",
            "the cells that all others are compared with; left out: no comparison",
            BaselineForm,
            |r| Some(r.baseline.clone()).filter(|baseline| !baseline.is_empty()),
            |r, baseline| r.baseline = baseline,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sound() {
        registry().assert_sound(&Ground::default());
    }
}
