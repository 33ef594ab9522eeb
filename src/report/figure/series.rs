//! Cells that differ in one setting alone, as series of a figure.

use super::naming;
use crate::report::results::{Line, Results};

/// The series along a setting.
pub(super) struct Along {
    /// The axis of the setting.
    pub(super) axis: usize,
    /// The series, in the order of their first cells.
    pub(super) series: Vec<Series>,
    /// The values of the setting that are finite numbers, rising.
    pub(super) values: Vec<f64>,
    /// Those that are not, as they are written: they have no place on the axis.
    pub(super) left_out: Vec<String>,
}

/// The lines of cells that differ in the setting alone; where bidders differ, those of one bidder.
pub(super) struct Series {
    /// Its places along the other axes.
    pub(super) others: Vec<Option<usize>>,
    /// The bidder, from 0; `None` of all, who are alike.
    pub(super) bidder: Option<usize>,
    /// The setting, a finite number, rising; and the line.
    pub(super) points: Vec<(f64, Line)>,
}

impl Along {
    /// The series along a setting that is an axis of its own; `None` where it is not, or has fewer than two
    /// finite values.
    pub(super) fn find(results: &Results, key: &str) -> Option<Self> {
        let axis = results.axes.all().iter().position(|axis| axis.keys == [key])?;
        let finite = |number: &Option<f64>| number.filter(|number| number.is_finite());
        let (there, left_out): (Vec<_>, Vec<_>) =
            results.axes.all()[axis].values.iter().partition(|value| finite(&value.number).is_some());
        let mut values: Vec<f64> = there.iter().filter_map(|value| value.number).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        if values.len() < 2 {
            return None;
        }
        let mut series: Vec<Series> = Vec::new();
        for group in results.axes.groups(&[axis]) {
            let mut cells: Vec<(f64, usize)> = group
                .into_iter()
                .filter_map(|cell| Some((finite(&results.axes.value(cell, axis)?.number)?, cell)))
                .collect();
            cells.sort_by(|a, b| a.0.total_cmp(&b.0));
            if cells.len() < 2 {
                continue;
            }
            let others = |at: usize| (at != axis).then(|| results.axes.place(cells[0].1, at)).flatten();
            let others: Vec<_> = (0..results.axes.all().len()).map(others).collect();
            let differs = cells.iter().any(|&(_, cell)| !results.is_alike(cell));
            let bidders = cells.iter().map(|&(_, cell)| results.bidders_of(cell).len()).min().unwrap_or(0);
            let named = if differs { (0..bidders).map(Some).collect() } else { vec![None] };
            series.extend(named.into_iter().map(|bidder| Series {
                others: others.clone(),
                bidder,
                points: cells.iter().map(|&(at, cell)| (at, Line { cell, bidder })).collect(),
            }));
        }
        let left_out = left_out.into_iter().map(|value| value.text.clone()).collect();
        (!series.is_empty()).then_some(Along { axis, series, values, left_out })
    }

    /// The series in panels: those of one panel differ along one other axis alone (that of the number of
    /// bidders, where it is one; else the last) and in the bidder. With each panel the values that its series
    /// share.
    pub(super) fn panels(&self, results: &Results) -> Vec<Panel<'_>> {
        let varies =
            |axis: &usize| self.series.iter().any(|s| s.others[*axis] != self.series[0].others[*axis]);
        let varying: Vec<usize> = (0..results.axes.all().len()).filter(varies).collect();
        let bidders = varying.iter().copied().find(|&axis| results.axes.all()[axis].keys == ["bidders"]);
        let within = bidders.or_else(|| varying.last().copied());
        let shared = |series: &Series| {
            let keep = |(axis, place): (usize, &Option<usize>)| place.filter(|_| Some(axis) != within);
            series.others.iter().enumerate().map(keep).collect::<Vec<_>>()
        };
        let mut panels: Vec<(Vec<Option<usize>>, Panel)> = Vec::new();
        for series in &self.series {
            let shares = shared(series);
            let at = panels.iter().position(|panel| panel.0 == shares).unwrap_or_else(|| {
                let named = varying.iter().filter(|&&axis| Some(axis) != within);
                let named = named
                    .filter_map(|&axis| Some(naming::value(&results.axes.all()[axis], series.others[axis]?)));
                let title = named.collect::<Vec<_>>().join(", ");
                panels.push((shares.clone(), Panel { title, within, series: Vec::new() }));
                panels.len() - 1
            });
            panels[at].1.series.push(series);
        }
        panels.into_iter().map(|(_, panel)| panel).collect()
    }

    /// " (β = inf has no place on the axis and is left out)": what stands in no picture; empty where nothing
    /// does.
    pub(super) fn says_left_out(&self, name: &str) -> String {
        match &self.left_out[..] {
            [] => String::new(),
            values => format!(" {name} = {} has no place on the axis and is left out.", values.join(", ")),
        }
    }
}

/// Series that are drawn on the same axes.
pub(super) struct Panel<'a> {
    /// What they share and other panels do not, in the notation of texts.
    pub(super) title: String,
    /// The axis along which they differ.
    within: Option<usize>,
    /// The series.
    pub(super) series: Vec<&'a Series>,
}

impl Panel<'_> {
    /// The label of a series among those of its panel, in the notation of texts; empty of the only one.
    pub(super) fn label(&self, results: &Results, series: &Series) -> String {
        let value =
            self.within.and_then(|axis| Some(naming::value(&results.axes.all()[axis], series.others[axis]?)));
        let bidder = series.bidder.map(|bidder| format!("bidder {}", bidder + 1));
        value.into_iter().chain(bidder).collect::<Vec<_>>().join(", ")
    }
}

/// The most lines of a panel that have a colour of their own.
pub(super) const COLOURED: usize = 12;

/// Of lines with these sizes, whether each has a colour: the largest ones, where there are many.
pub(super) fn coloured(sizes: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]));
    let mut coloured = vec![false; sizes.len()];
    order.into_iter().take(COLOURED).for_each(|at| coloured[at] = true);
    coloured
}

/// " The 12 largest of 40 lines have colours.": what is said of lines of a panel; empty where all have.
pub(super) fn says_grey(lines: usize) -> String {
    if lines > COLOURED {
        format!(" The {COLOURED} largest of {lines} lines have colours.")
    } else {
        String::new()
    }
}

/// By what the places of a series on a logarithmic axis are multiplied, so that points of several series
/// stand side by side.
pub(super) fn dodge(series: usize, count: usize, values: &[f64]) -> f64 {
    let nearest = values.windows(2).map(|pair| pair[1] / pair[0]).fold(f64::INFINITY, f64::min);
    // All of them take at most a quarter of the way to the next value.
    let step = (0.25 * libm::log(nearest) / count as f64).min(0.045);
    libm::exp(step * (series as f64 - 0.5 * (count as f64 - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dodged_points_stand_around_their_value_in_order() {
        let values = [10.0, 20.0, 400.0];
        let places: Vec<f64> = (0..5).map(|series| dodge(series, 5, &values)).collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
        assert!((places[2] - 1.0).abs() < 1e-15 && (places[0] * places[4] - 1.0).abs() < 1e-12);
        assert!(places[4] < libm::pow(2.0, 0.25) && dodge(39, 40, &values) < libm::pow(2.0, 0.25));
        assert_eq!(dodge(0, 1, &values), 1.0);
    }

    #[test]
    fn the_largest_lines_have_colours() {
        let sizes: Vec<f64> = (0..40).map(f64::from).collect();
        let coloured = coloured(&sizes);
        assert_eq!(coloured.iter().filter(|coloured| **coloured).count(), COLOURED);
        assert!(coloured[39] && coloured[28] && !coloured[27]);
    }
}
