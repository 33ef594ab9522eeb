//! What rows of all tables begin with: the values of the axes, and the bidder.

use super::model::{Cell, Column, Digits, Row};
use crate::report::answer::{axis_name, shown};
use crate::report::results::{Line, Results};

/// The lines of a table: grouped by an axis, its value first in each.
pub(super) struct Lines {
    /// The lines, in order, and whether a group begins.
    pub(super) lines: Vec<(Line, bool)>,
    /// Places of the axes, in the order of the columns.
    pub(super) axes: Vec<usize>,
    /// Whether there is one column of words and settings: rows then have no groups.
    alone: bool,
}

impl Lines {
    /// The lines of a sweep grouped by an axis, or by the slowest; `left_out` is an axis without a column.
    pub(super) fn new(results: &Results, rows: Option<&str>, left_out: Option<usize>) -> Self {
        let slow = rows.and_then(|name| results.axes.find(name)).unwrap_or(0);
        let all = results.axes.all().len();
        let mut axes: Vec<usize> = (0..all).filter(|&axis| Some(axis) != left_out).collect();
        if axes.contains(&slow) {
            axes.retain(|&axis| axis != slow);
            axes.insert(0, slow);
        }
        let mut lines: Vec<Line> = results.lines().collect();
        let place =
            |line: &Line| axes.iter().map(|&axis| results.axes.place(line.cell, axis)).collect::<Vec<_>>();
        lines.sort_by_key(|line| (place(line), line.cell, line.bidder));
        // One row a group needs no groups.
        let bidders = lines.iter().any(|line| line.bidder.is_some());
        let alone = axes.len() + usize::from(bidders) + usize::from(left_out.is_some()) < 2;
        let first = |line: &Line| axes.first().map(|&axis| results.axes.place(line.cell, axis));
        let begins = |at: usize| at > 0 && !alone && first(&lines[at]) != first(&lines[at - 1]);
        let lines = (0..lines.len()).map(|at| (lines[at], begins(at))).collect();
        Lines { lines, axes, alone }
    }

    /// The columns of the axes and of the bidder.
    pub(super) fn columns(&self, results: &Results) -> Vec<Column> {
        let axis = |&axis: &usize| {
            let axis = &results.axes.all()[axis];
            Column {
                tex: axis_name(axis).tex(None),
                plain: axis_name(axis).plain(),
                name: axis.name.clone(),
                over: None,
                digits: if axis.is_numeric() { Digits::Setting } else { Digits::Words },
            }
        };
        let mut columns: Vec<Column> = self.axes.iter().map(axis).collect();
        if self.has_bidders() {
            let name = || "bidder".to_owned();
            columns.push(Column {
                tex: name(),
                plain: name(),
                name: name(),
                over: None,
                digits: Digits::Setting,
            });
        }
        columns
    }

    /// Whether a line stands for one bidder.
    pub(super) fn has_bidders(&self) -> bool {
        self.lines.iter().any(|(line, _)| line.bidder.is_some())
    }

    /// The rows, with the entries of these columns.
    pub(super) fn rows(&self, results: &Results) -> Vec<Row> {
        let mut before: Option<Vec<String>> = None;
        let mut rows = Vec::new();
        for &(line, begins) in &self.lines {
            let words: Vec<String> = self
                .axes
                .iter()
                .map(|&axis| {
                    let place = results.axes.place(line.cell, axis);
                    place.map_or_else(|| "-".into(), |place| shown(results.axes.all()[axis].short(place)))
                })
                .collect();
            // Only the first of several columns is left empty where nothing changed.
            let same = !begins && !self.alone;
            let mut cells: Vec<Cell> = words
                .iter()
                .enumerate()
                .map(|(at, word)| match &before {
                    Some(before) if at == 0 && same && before[0] == *word => Cell::Again(word.clone()),
                    _ => Cell::Words(word.clone()),
                })
                .collect();
            if self.has_bidders() {
                let bidder = line.bidder.map_or_else(|| "all".into(), |bidder| (bidder + 1).to_string());
                cells.push(Cell::Words(bidder));
            }
            before = Some(words);
            rows.push(Row { begins, cells });
        }
        rows
    }
}
