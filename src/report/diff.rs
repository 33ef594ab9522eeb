//! What differs between two finished sweeps: cells added, removed, and changed beyond their intervals.

use std::collections::HashMap;

use serde::Serialize;

use super::Report;
use super::results::{Estimate, Line, Results};

/// What differs between two sweeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Difference {
    /// Labels of cells that only the second has.
    pub added: Vec<String>,
    /// Labels of cells that only the first has.
    pub removed: Vec<String>,
    /// Cells that both have: by identity, else by label.
    pub cells: usize,
    /// Of these, those found by label alone: their settings, seeds or versions differ.
    pub by_label: usize,
    /// Means that were compared.
    pub compared: usize,
    /// Means that cannot be compared: something is random in them, and one replicate gives no interval.
    pub without_interval: usize,
    /// Means that differ beyond their intervals, the furthest first.
    pub changed: Vec<Change>,
    /// Verdicts that differ, in the order of the first sweep's cells.
    pub verdicts: Vec<VerdictChange>,
}

/// A mean that differs beyond its interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The cell.
    pub label: String,
    /// The bidder, from 1; `None` of the cell.
    pub bidder: Option<usize>,
    /// The measure.
    pub measure: String,
    /// The mean in the first sweep.
    pub before: f64,
    /// The mean in the second.
    pub after: f64,
    /// The half-width of the 95 % interval of their difference, sqrt(w1^2 + w2^2) of those of the means; 0 of
    /// means without one.
    pub half_width: f64,
}

/// A verdict that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerdictChange {
    /// The cell.
    pub label: String,
    /// The column.
    pub verdict: &'static str,
    /// The verdict in the first sweep.
    pub before: Option<String>,
    /// The verdict in the second.
    pub after: Option<String>,
}

/// The verdicts on a cell.
const VERDICTS: [&str; 2] = ["destination", "movement"];

/// Means this near, relative to their size, are one number computed in two orders.
const ROUNDING: f64 = 1e-12;

/// What differs between two finished sweeps.
pub fn difference(before: &Report, after: &Report) -> Difference {
    let (before, after) = (&before.results, &after.results);
    let ids = index(after, |results, cell| results.cells.text("cell_id", cell));
    let labels = index(after, |results, cell| Some(results.label(cell)));
    let mut difference = Difference::default();
    let mut taken = vec![false; after.cells.rows()];
    let found = |cell: usize, taken: &[bool]| {
        let by_id = before.cells.text("cell_id", cell).and_then(|id| ids.get(id)).copied();
        let by_label = labels.get(before.label(cell)).copied();
        by_id.or(by_label).filter(|&other| !taken[other]).map(|other| (other, by_id.is_none()))
    };
    for cell in 0..before.cells.rows() {
        match found(cell, &taken) {
            Some((other, by_label)) => {
                taken[other] = true;
                difference.cells += 1;
                difference.by_label += usize::from(by_label);
                difference.compare(before, cell, after, other);
            }
            None => difference.removed.push(before.label(cell).to_owned()),
        }
    }
    let untaken = (0..after.cells.rows()).filter(|&cell| !taken[cell]);
    difference.added = untaken.map(|cell| after.label(cell).to_owned()).collect();
    let excess = |change: &Change| (change.after - change.before).abs() / change.half_width;
    difference.changed.sort_by(|a, b| excess(b).total_cmp(&excess(a)));
    difference
}

fn index<'r>(
    results: &'r Results,
    name: impl Fn(&'r Results, usize) -> Option<&'r str>,
) -> HashMap<&'r str, usize> {
    (0..results.cells.rows()).filter_map(|cell| Some((name(results, cell)?, cell))).collect()
}

impl Difference {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.verdicts.is_empty()
    }

    fn compare(&mut self, before: &Results, cell: usize, after: &Results, other: usize) {
        let label = before.label(cell);
        for verdict in VERDICTS {
            let [first, second] =
                [(before, cell), (after, other)].map(|(results, cell)| results.cells.text(verdict, cell));
            if first != second {
                let [before, after] = [first, second].map(|text| text.map(str::to_owned));
                self.verdicts.push(VerdictChange { label: label.to_owned(), verdict, before, after });
            }
        }
        let lines = before.lines_of(cell).zip(after.lines_of(other));
        for (line, matching) in lines.filter(|(line, matching)| line.bidder == matching.bidder) {
            let frame = if line.bidder.is_some() { &before.bidders } else { &before.cells };
            for measure in frame.measures() {
                let estimate = |results: &Results, line: Line| results.estimate(line, measure);
                let Some((first, second)) = estimate(before, line).zip(estimate(after, matching)) else {
                    continue;
                };
                let is_random = |results: &Results, cell: usize| {
                    results.plan.cell(results.position(cell)).settings.is_random()
                };
                let unknown = (first.half_length().is_none() && is_random(before, cell))
                    || (second.half_length().is_none() && is_random(after, other));
                if unknown && first != second {
                    self.without_interval += 1;
                } else {
                    self.compared += 1;
                    self.changed.extend(change(label, line.bidder, measure, first, second));
                }
            }
        }
    }
}

/// The change of a mean; `None` where its interval explains it.
fn change(
    label: &str,
    bidder: Option<usize>,
    measure: &str,
    before: Estimate,
    after: Estimate,
) -> Option<Change> {
    // The sides that face each other.
    let rises = after.mean > before.mean;
    let side = |estimate: Estimate, up: bool| {
        let (low, high) = estimate.interval();
        if up { high - estimate.mean } else { estimate.mean - low }
    };
    let half_width = libm::hypot(side(before, rises), side(after, !rises));
    let rounding = ROUNDING * before.mean.abs().max(after.mean.abs());
    ((after.mean - before.mean).abs() > half_width + rounding).then(|| Change {
        label: label.to_owned(),
        bidder: bidder.map(|bidder| bidder + 1),
        measure: measure.to_owned(),
        before: before.mean,
        after: after.mean,
        half_width,
    })
}
