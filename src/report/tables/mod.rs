//! Tables for papers, in LaTeX (booktabs, siunitx), Markdown and CSV, and a macro for each number of the
//! answer.

mod csv;
mod field;
mod macros;
mod markdown;
mod model;
mod paper;
mod rows;
mod tex;

pub(super) use macros::macros;

use super::results::Results;
use crate::sweep::report::{Interval, ReportSettings};
use model::Model;

/// What is chosen of the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TableOptions {
    /// The measures of the first table, by their names without `_mean`; `None` for those that the sweep asks
    /// for.
    pub(super) columns: Option<Vec<String>>,
    /// What stands behind ±.
    pub(super) interval: Interval,
    /// The axis that groups rows; `None` for the slowest.
    pub(super) rows: Option<String>,
}

impl TableOptions {
    /// Those of a sweep file.
    pub(super) fn of(settings: &ReportSettings) -> Self {
        TableOptions {
            columns: settings
                .columns
                .as_ref()
                .map(|names| names.iter().map(|name| name.to_string()).collect()),
            interval: settings.interval,
            rows: settings.rows.as_ref().map(|grouping| grouping.name.clone()),
        }
    }
}

/// A table in each format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PaperTable {
    /// What its files are called.
    pub(super) name: &'static str,
    /// In LaTeX.
    pub(super) tex: String,
    /// In Markdown.
    pub(super) markdown: String,
    /// In CSV, with all digits.
    pub(super) csv: String,
}

/// The tables of a sweep: the cells, and the form that the field uses; none of a sweep without runs.
pub(super) fn tables(results: &Results, options: &TableOptions) -> Vec<PaperTable> {
    if results.cells.rows() == 0 {
        return Vec::new();
    }
    let written = |name: &'static str, model: &Model| PaperTable {
        name,
        tex: tex::write(model),
        markdown: markdown::write(model),
        csv: csv::write(model),
    };
    let cells = paper::model(results, options);
    let field = field::model(results, options);
    vec![written("cells", &cells), written("field", &field)]
}
