//! Lines of cells that differ in one setting alone.

use std::collections::HashMap;

use crate::store::Row;
use crate::sweep::Scalar;

/// The cells of a sweep and the settings in which they differ.
pub(super) struct Grid<'r> {
    rows: &'r [Row],
    varying: Vec<&'r str>,
}

/// Cells that differ in one setting alone, by rising setting.
pub(super) struct GridLine<'r> {
    /// The other settings in which the sweep's cells differ, as `key=value`; empty where there is none.
    pub label: String,
    /// The setting, and the cell.
    pub cells: Vec<(f64, &'r Row)>,
}

impl<'r> Grid<'r> {
    pub fn new(rows: &'r [Row], settings: &'r [String]) -> Self {
        // What only some cells have, such as a learner's hyperparameters, varies if it differs among these;
        // and the first beta where it is not the last one.
        let varies = |name: &&String| {
            let mut values = rows.iter().map(|row| row.value(name)).filter(|value| **value != Scalar::Null);
            let first = values.next();
            values.any(|value| Some(value) != first)
                && (*name != "beta_first" || rows.iter().any(|row| row.value(name) != row.value("beta")))
        };
        Grid { rows, varying: settings.iter().filter(varies).map(String::as_str).collect() }
    }

    /// The lines along a setting, in the order of their first cells: those of three different values and
    /// more.
    pub fn lines(&self, axis: &str) -> Vec<GridLine<'r>> {
        let others: Vec<&str> = self.varying.iter().copied().filter(|name| *name != axis).collect();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut lines: Vec<GridLine> = Vec::new();
        for row in self.rows {
            let Some(at) = number(row.value(axis)) else { continue };
            let label = label(row, &others);
            let place = *places.entry(label.clone()).or_insert(lines.len());
            if place == lines.len() {
                lines.push(GridLine { label, cells: Vec::new() });
            }
            lines[place].cells.push((at, row));
        }
        for line in &mut lines {
            line.cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        // Cells of one value differ in what no column tells, such as bidders of a population: no line.
        lines.retain(|line| line.cells.len() > 2 && line.cells.windows(2).all(|pair| pair[0].0 < pair[1].0));
        lines
    }
}

fn number(value: &Scalar) -> Option<f64> {
    match value {
        Scalar::Integer(integer) => Some(*integer as f64),
        Scalar::Number(number) => Some(*number),
        Scalar::Text(_) | Scalar::Null => None,
    }
}

fn label(row: &Row, settings: &[&str]) -> String {
    let text = |name: &&str| {
        Some(match row.value(name) {
            Scalar::Null => return None,
            Scalar::Integer(integer) => format!("{name}={integer}"),
            Scalar::Number(number) => format!("{name}={number}"),
            Scalar::Text(text) => format!("{name}={text}"),
        })
    };
    settings.iter().filter_map(text).collect::<Vec<_>>().join(" ")
}
