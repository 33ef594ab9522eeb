//! A sweep of two axes as a table of one against the other.

use super::line::{ScreenLine, Tone, length};
use super::notation::{mark, percent, with_interval};
use crate::report::answer::{Form, axis_name, printable, shown};
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

    /// The bias, or where there is none the multiplier, with intervals and marks; `None` where it is wider
    /// than the screen.
    pub(super) fn biases(&self, width: usize) -> Option<Vec<ScreenLine>> {
        let line = |cell| Line { cell, bidder: None };
        let all = || self.cells.iter().flatten().map(|&cell| line(cell));
        let biased = all().any(|line| self.results.estimate(line, "bias").is_some());
        let (measure, form, title) = if biased {
            ("bias", Form::Signed, "bias of the multiplier, learned less Nash")
        } else {
            ("multiplier_tail_mean", Form::Decimal, "learned multiplier")
        };
        let has_interval =
            all().any(|line| self.results.estimate(line, measure).is_some_and(|told| told.ci95.is_some()));
        let title = if has_interval { format!("{title} (± 95 %)") } else { title.to_owned() };
        self.table(width, &title, |cell| {
            let (mark, _) = mark(self.results, line(cell));
            let tone = if mark == '?' { Tone::Undecided } else { Tone::Plain };
            match self.results.estimate(line(cell), measure) {
                Some(told) => {
                    let number = with_interval(told.mean, told.ci95, form);
                    (tone, format!("{number} {mark}"))
                }
                None => (Tone::Failed, format!("- {mark}")),
            }
        })
    }

    /// The gain of a best reply as a share of its utility.
    pub(super) fn gains(&self, width: usize) -> Option<Vec<ScreenLine>> {
        let told = |cell| self.results.estimate(Line { cell, bidder: None }, "epsilon_relative");
        if self.cells.iter().flatten().all(|&cell| told(cell).is_none()) {
            return None;
        }
        self.table(width, "gain of a best reply, share of its utility", |cell| match told(cell) {
            Some(told) => (Tone::Plain, percent(told.mean.max(0.0))),
            None => (Tone::Failed, "-".into()),
        })
    }

    fn table(
        &self,
        width: usize,
        title: &str,
        told: impl Fn(usize) -> (Tone, String),
    ) -> Option<Vec<ScreenLine>> {
        let axes = self.results.axes.all();
        let (down, across) = (&axes[self.rows], &axes[self.columns]);
        let labels: Vec<String> = (0..down.values.len()).map(|place| value(down, place)).collect();
        let name = axis_name(down).plain();
        let first = labels.iter().map(|label| length(label)).max().unwrap_or(0).max(length(&name));
        let entries: Vec<Vec<(Tone, String)>> =
            self.cells.iter().map(|row| row.iter().map(|&cell| told(cell)).collect()).collect();
        let heads: Vec<String> = (0..across.values.len())
            .map(|place| {
                let joint = if across.is_numeric() { " = " } else { " " };
                format!("{}{joint}{}", axis_name(across).plain(), value(across, place))
            })
            .collect();
        let widest = |column: usize, head: &str| {
            let entries = entries.iter().map(|row| length(&row[column].1));
            entries.max().unwrap_or(0).max(length(head)) + 2
        };
        let mut heads = heads;
        let mut widths: Vec<usize> = heads.iter().enumerate().map(|(i, head)| widest(i, head)).collect();
        if first + widths.iter().sum::<usize>() > width {
            // Names of the axis above each column are the first to go.
            heads = (0..across.values.len()).map(|place| value(across, place)).collect();
            widths = heads.iter().enumerate().map(|(i, head)| widest(i, head)).collect();
        }
        if first + widths.iter().sum::<usize>() > width {
            return None;
        }
        let head: String = heads.iter().zip(&widths).map(|(head, width)| format!("{head:>width$}")).collect();
        let mut lines = vec![ScreenLine::plain(title), ScreenLine::plain(format!("{name:>first$}{head}"))];
        for (label, row) in labels.iter().zip(entries) {
            let mut line = ScreenLine::plain(format!("{label:>first$}"));
            for ((tone, text), width) in row.into_iter().zip(&widths) {
                line.push(tone, format!("{text:>width$}"));
            }
            lines.push(line.trimmed());
        }
        Some(lines)
    }
}

/// A value of an axis, printable.
fn value(axis: &Axis, place: usize) -> String {
    printable(&shown(axis.short(place)))
}
