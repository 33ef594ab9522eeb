//! Lines of cells that differ in one setting alone.

use std::collections::HashMap;

use crate::report::results::Frame;

/// The cells of a sweep and the settings in which they differ.
pub(super) struct Grid<'r> {
    frame: &'r Frame,
    varying: Vec<&'r str>,
}

/// Cells that differ in one setting alone, by rising setting.
pub(super) struct GridLine<'r> {
    /// The other settings in which the sweep's cells differ, as `key=value`; empty where there is none.
    pub label: String,
    /// The table of cells.
    pub frame: &'r Frame,
    /// The setting, and the cell's row.
    pub cells: Vec<(f64, usize)>,
}

impl GridLine<'_> {
    /// The rows of its cells.
    pub fn rows(&self) -> Vec<usize> {
        self.cells.iter().map(|&(_, row)| row).collect()
    }

    /// A number of a cell and half the length of its interval: of a measure over replicates, or of a column
    /// that is one number a cell.
    pub fn told(&self, measure: &str, cell: usize) -> Option<(f64, f64)> {
        let told = self.frame.estimate(measure, cell).or_else(|| self.frame.single(measure, cell))?;
        Some((told.mean, told.half_length()?))
    }
}

impl<'r> Grid<'r> {
    pub fn new(frame: &'r Frame, settings: &'r [String]) -> Self {
        let rows = || 0..frame.rows();
        // What only some cells have, such as a learner's hyperparameters, varies if it differs among these;
        // and the first beta where it is not the last one.
        let varies = |name: &&String| {
            let mut there = rows().filter(|&row| !frame.is_missing(name, row));
            let first = there.next();
            first.is_some_and(|first| there.any(|row| !frame.equal(name, row, first)))
                && (*name != "beta_first"
                    || rows().any(|row| frame.number(name, row) != frame.number("beta", row)))
        };
        Grid { frame, varying: settings.iter().filter(varies).map(String::as_str).collect() }
    }

    /// The lines along a setting, in the order of their first cells: those of three different values and
    /// more.
    pub fn lines(&self, axis: &str) -> Vec<GridLine<'r>> {
        let others: Vec<&str> = self.varying.iter().copied().filter(|name| *name != axis).collect();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut lines: Vec<GridLine> = Vec::new();
        for row in 0..self.frame.rows() {
            let Some(at) = self.frame.number(axis, row) else { continue };
            let label = label(self.frame, row, &others);
            let place = *places.entry(label.clone()).or_insert(lines.len());
            if place == lines.len() {
                lines.push(GridLine { label, frame: self.frame, cells: Vec::new() });
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

fn label(frame: &Frame, row: usize, settings: &[&str]) -> String {
    let text = |name: &&str| match frame.number(name, row) {
        Some(number) => Some(format!("{name}={number}")),
        None => frame.text(name, row).map(|text| format!("{name}={text}")),
    };
    settings.iter().filter_map(text).collect::<Vec<_>>().join(" ")
}
