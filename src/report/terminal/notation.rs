//! Numbers and verdicts as narrow tables write them.

use super::line::length;
use crate::report::answer::{Form, Quantity};
use crate::report::results::{Line, Results};

/// What a table of the terminal marks a line with, and what that says, the most telling first.
const MARKS: [(&str, char, &str); 8] = [
    ("bne", 'n', "at the Nash equilibrium"),
    ("perturbed", 'p', "at the rest point under perturbed bids"),
    ("grid", 'g', "at an equilibrium of the grid"),
    ("smoothed", 's', "at the smoothed equilibrium"),
    ("class", 'c', "at the equilibrium of the class"),
    ("elsewhere", 'x', "elsewhere"),
    (ON_THE_WAY, '~', "still on its way"),
    ("undecided", '?', "undecided"),
];

/// Away from every equilibrium, but still moving.
const ON_THE_WAY: &str = "on the way";

/// The mark of a line's destination, and what it says.
pub(super) fn mark(results: &Results, line: Line) -> (char, &'static str) {
    let word = match results.cells.text("destination", line.cell) {
        Some("elsewhere" | "undecided") if results.is_moving(line.cell) => ON_THE_WAY,
        word => word.unwrap_or("undecided"),
    };
    let found = MARKS.iter().find(|(name, ..)| word.split('+').any(|part| part == *name));
    found.map_or(('?', "undecided"), |(_, mark, says)| (*mark, *says))
}

/// A legend of the marks that some lines have, in the order of all, within a width.
pub(super) fn legend(results: &Results, lines: &[Line], width: usize) -> Vec<String> {
    let used: Vec<char> = lines.iter().map(|&line| mark(results, line).0).collect();
    let mut rows: Vec<String> = Vec::new();
    for (_, mark, says) in MARKS.iter().filter(|(_, mark, _)| used.contains(mark)) {
        let entry = format!("{mark} {says}");
        match rows.last_mut() {
            Some(row) if length(row) + 3 + length(&entry) <= width => *row += &format!("   {entry}"),
            _ => rows.push(entry),
        }
    }
    rows
}

/// A number without the zero before its point: -0.0873 is -.0873.
pub(super) fn narrow(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (&text[..1], digits),
        None => ("", text),
    };
    match digits.strip_prefix("0.") {
        Some(rest) => format!("{sign}.{rest}"),
        None => text.to_owned(),
    }
}

/// A signed number with its interval, as narrow as the interval allows: `-.0873 ±.0002`.
pub(super) fn with_interval(value: f64, ci95: Option<f64>, form: Form) -> String {
    let digits = Quantity::told("", value, ci95, form).digits();
    let mantissa = narrow(&digits.mantissa);
    match (digits.ci95, digits.power) {
        (Some(ci95), 0) => format!("{mantissa} ±{}", narrow(&ci95)),
        (None, 0) => mantissa,
        (Some(ci95), power) => format!("({mantissa} ±{})e{power}", narrow(&ci95)),
        (None, power) => format!("{mantissa}e{power}"),
    }
}

/// Per cent below this are rounding.
const NOUGHT: f64 = 1e-9;

/// A share in per cent, two significant digits at least.
pub(super) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    match percent.abs() {
        size if size >= 10.0 => format!("{percent:.1} %"),
        size if size >= 0.005 || size == 0.0 => format!("{percent:.2} %"),
        size if size < NOUGHT => "0.00 %".into(),
        _ => format!("{percent:.0e} %"),
    }
}
