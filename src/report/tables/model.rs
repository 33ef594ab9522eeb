//! A table before it is written: columns, rows, and how many digits each column has.

use crate::report::words::Heading;

/// A table for papers, which each format writes in its own way.
pub(super) struct Model {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
    /// What the spread behind each mean is.
    pub(super) spread: Spread,
    /// What stands below the table.
    pub(super) caption: crate::report::answer::Text,
    /// The end of its label, in letters, digits and hyphens.
    pub(super) label: String,
    /// The sweep and its plan, for a comment.
    pub(super) source: String,
}

/// How a spread is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spread {
    /// In a column of its own behind ±.
    PlusMinus,
    /// In brackets.
    Brackets,
}

/// A column.
pub(super) struct Column {
    /// Its head in LaTeX.
    pub(super) tex: String,
    /// Its head in plain text.
    pub(super) plain: String,
    /// Its name in CSV.
    pub(super) name: String,
    /// The heading that it shares with its neighbours.
    pub(super) over: Option<Heading>,
    pub(super) digits: Digits,
}

/// How a column is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    /// It has words.
    Words,
    /// It has numbers of a setting, as they are.
    Setting,
    /// It has numbers with decimal places, and their spread where that is told.
    Places {
        /// Decimal places.
        places: usize,
        /// Whether there is a spread.
        spread: bool,
    },
    /// It has numbers with two significant digits and a power of ten.
    Powers,
}

/// A row.
pub(super) struct Row {
    /// Whether a group of rows begins here.
    pub(super) begins: bool,
    pub(super) cells: Vec<Cell>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// A user's words, to be escaped; empty where they are those of the row above.
    Words(String),
    /// The words of the row above, which formats without groups repeat.
    Again(String),
    /// A number and its spread.
    Number(Option<f64>, Option<f64>),
}

impl Model {
    /// The width of the table in characters.
    pub(super) fn width(&self) -> usize {
        self.columns.iter().enumerate().map(|(at, column)| self.width_of(at, column)).sum()
    }

    fn width_of(&self, at: usize, column: &Column) -> usize {
        let entries = self.rows.iter().map(|row| match &row.cells[at] {
            Cell::Words(words) => words.chars().count(),
            Cell::Again(_) => 0,
            Cell::Number(..) if column.digits == Digits::Powers => POWER,
            Cell::Number(value, spread) => {
                let of =
                    |x: &Option<f64>| x.and_then(|x| column.digits.write(x)).map_or(0, |text| text.len());
                of(value) + if spread.is_some() { of(spread) + 3 } else { 0 }
            }
        });
        entries.max().unwrap_or(0).max(column.plain.chars().count()) + GAP
    }

    /// Leaves out columns, by the names given, until the table is within a width.
    pub(super) fn narrow(&mut self, width: usize, first: &[&str]) {
        for name in first {
            if self.width() <= width {
                return;
            }
            if let Some(at) = self.columns.iter().position(|column| column.name == *name) {
                self.columns.remove(at);
                for row in &mut self.rows {
                    row.cells.remove(at);
                }
            }
        }
    }
}

/// Characters between columns, and those of a number with its power of ten.
const GAP: usize = 2;
const POWER: usize = 11;

impl Digits {
    /// A number as it is written; `None` of words.
    pub(super) fn write(self, value: f64) -> Option<String> {
        match self {
            Digits::Words => None,
            Digits::Setting => Some(value.to_string()),
            Digits::Places { places, .. } => {
                let text = format!("{value:.places$}");
                let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
                Some(if is_zero { text.trim_start_matches('-').to_owned() } else { text })
            }
            Digits::Powers if value.abs() < 1e-14 => Some("0.0e0".into()),
            Digits::Powers => Some(format!("{value:.1e}")),
        }
    }

    /// Whether a spread stands beside the numbers.
    pub(super) fn has_spread(self) -> bool {
        matches!(self, Digits::Places { spread: true, .. })
    }
}

/// Decimal places that tell the two first digits of the median of some spreads; `None` without spreads.
pub(super) fn places(spreads: impl Iterator<Item = f64>) -> Option<usize> {
    let mut sorted: Vec<f64> = spreads.filter(|spread| *spread > 0.0 && spread.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let median = *sorted.get(sorted.len() / 2)?;
    let places = 1 - libm::floor(libm::log10(median)) as i32;
    Some(places.clamp(0, MOST_PLACES) as usize)
}

const MOST_PLACES: i32 = 7;
