//! A sweep of two axes as a table of one against the other.

use super::line::{ScreenLine, Tone, length};
use super::notation::{mark, percent, with_interval};
use crate::data::visible;
use crate::report::answer::{Form, axis_name, shown};
use crate::report::results::{Axis, Line, Results};

/// The most rows and columns.
const MOST_ROWS: usize = 12;
const MOST_COLUMNS: usize = 12;

/// A sweep whose cells fill the table of two axes.
pub(super) struct Pivot<'r> {
    results: &'r Results,
    rows: usize,
    columns: usize,
    /// The cell at each row and column.
    cells: Vec<Vec<usize>>,
}

impl<'r> Pivot<'r> {
    /// The pivot of a sweep; `None` where it has not two axes, or its cells do not fill the table, or their
    /// bidders differ.
    pub(super) fn new(results: &'r Results) -> Option<Self> {
        let axes = results.axes.all();
        if axes.len() != 2 || (0..results.cells.rows()).any(|cell| !results.is_alike(cell)) {
            return None;
        }
        // Fewer values go across: they are wide.
        let (rows, columns) = if axes[0].values.len() >= axes[1].values.len() { (0, 1) } else { (1, 0) };
        if axes[rows].values.len() > MOST_ROWS || axes[columns].values.len() > MOST_COLUMNS {
            return None;
        }
        let mut cells = vec![vec![usize::MAX; axes[columns].values.len()]; axes[rows].values.len()];
        for cell in 0..results.cells.rows() {
            let (row, column) = (results.axes.place(cell, rows)?, results.axes.place(cell, columns)?);
            cells[row][column] = cell;
        }
        let filled = cells.iter().flatten().all(|cell| *cell != usize::MAX);
        filled.then_some(Pivot { results, rows, columns, cells })
    }

    /// Number of its rows.
    pub(super) fn rows(&self) -> usize {
        self.cells.len()
    }

    /// The bias with intervals and marks, or where there is none the multiplier; below it, in the same
    /// columns, the gain of a best response as a share of its utility. `None` where they are wider than the
    /// screen.
    pub(super) fn tables(&self, width: usize) -> Option<[Vec<ScreenLine>; 2]> {
        let (title, biases) = self.biases();
        let gains = self.entries(|line| match self.results.estimate(line, "epsilon_relative") {
            Some(gain) => (Tone::Plain, percent(gain.mean.max(0.0))),
            None => (Tone::Failed, "-".into()),
        });
        let axes = self.results.axes.all();
        let (down, across) = (&axes[self.rows], &axes[self.columns]);
        let labels: Vec<String> = (0..down.values.len()).map(|place| value(down, place)).collect();
        let name = axis_name(down).plain();
        let first = labels.iter().map(|label| length(label)).max().unwrap_or(0).max(length(&name));
        let places = 0..across.values.len();
        let joint = if across.is_numeric() { " = " } else { " " };
        let named = |place| format!("{}{joint}{}", axis_name(across).plain(), value(across, place));
        let widths = |heads: &[String]| -> Vec<usize> {
            let of = |(column, head): (usize, &String)| {
                let entries = biases.iter().chain(&gains).map(|row| length(&row[column].1));
                entries.max().unwrap_or(0).max(length(head)) + GAP
            };
            heads.iter().enumerate().map(of).collect()
        };
        let fits = |heads: &Vec<String>| first + widths(heads).iter().sum::<usize>() <= width;
        // The name of the axis above each column is the first to go.
        let heads = [places.clone().map(named).collect(), places.map(|place| value(across, place)).collect()];
        let heads: Vec<String> = heads.into_iter().find(fits)?;
        let widths = widths(&heads);
        let rows = |entries: Vec<Vec<(Tone, String)>>| {
            labels
                .iter()
                .zip(entries)
                .map(|(label, row)| {
                    let mut line = ScreenLine::plain(format!("{label:>first$}"));
                    for ((tone, text), width) in row.into_iter().zip(&widths) {
                        line.push(tone, format!("{text:>width$}"));
                    }
                    line.trimmed()
                })
                .collect::<Vec<_>>()
        };
        let head: String = heads.iter().zip(&widths).map(|(head, width)| format!("{head:>width$}")).collect();
        let mut upper = vec![ScreenLine::plain(title), ScreenLine::plain(format!("{name:>first$}{head}"))];
        upper.extend(rows(biases));
        let mut lower = vec![ScreenLine::plain("gain of a best response, share of its utility")];
        lower.extend(rows(gains));
        Some([upper, lower])
    }

    /// What the upper table is called, and its entries.
    fn biases(&self) -> (String, Vec<Vec<(Tone, String)>>) {
        let told = |measure: &'static str| {
            let cells = self.cells.iter().flatten();
            cells.filter_map(move |&cell| self.results.estimate(Line { cell, bidder: None }, measure))
        };
        let (measure, form, title) = if told("bias").next().is_some() {
            ("bias", Form::Signed, "bias of the multiplier, learned less Nash")
        } else {
            ("multiplier_tail_mean", Form::Decimal, "learned multiplier")
        };
        let interval = if told(measure).any(|told| told.ci95.is_some()) { " (± 95 %)" } else { "" };
        let entries = self.entries(|line| {
            let (mark, _) = mark(self.results, line);
            match self.results.estimate(line, measure) {
                Some(told) => {
                    let tone = if mark == '?' { Tone::Undecided } else { Tone::Plain };
                    (tone, format!("{} {mark}", with_interval(told.mean, told.ci95, form)))
                }
                None => (Tone::Failed, format!("- {mark}")),
            }
        });
        (format!("{title}{interval}"), entries)
    }

    fn entries(&self, told: impl Fn(Line) -> (Tone, String)) -> Vec<Vec<(Tone, String)>> {
        let of = |row: &Vec<usize>| row.iter().map(|&cell| told(Line { cell, bidder: None })).collect();
        self.cells.iter().map(of).collect()
    }
}

/// Spaces between columns.
const GAP: usize = 2;

/// A value of an axis, printable.
fn value(axis: &Axis, place: usize) -> String {
    visible(&shown(axis.short(place))).into_owned()
}
