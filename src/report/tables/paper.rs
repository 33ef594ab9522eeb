//! The table of cells: equilibria, what was learned, the parts of the bias, and what a best reply gains.

use std::collections::BTreeSet;

use super::model::{Cell, Column, Digits, Model, Spread, places};
use super::rows::Lines;
use super::{Interval, TableOptions};
use crate::report::answer::{Quantity, Text};
use crate::report::results::{Line, Results};
use crate::report::words::{Heading, words};

/// The measures of a table whose columns are not chosen; those that are zero or missing everywhere are left
/// out.
const CHOSEN: [&str; 14] = [
    "bne_multiplier",
    "class_multiplier",
    "smoothed_multiplier",
    "perturbed_multiplier",
    "grid_multiplier",
    "multiplier_tail_mean",
    "bias",
    "class_bias",
    "smoothing_bias",
    "perturbation_bias",
    "grid_bias",
    "learning_bias",
    "epsilon_relative",
    "epsilon_ex_ante",
];

/// The widest table that a page holds, in characters of the smallest letters, and what a wider one leaves out
/// first, where columns are not chosen: what other columns tell too.
const WIDEST: usize = 128;
const LEFT_OUT: [&str; 5] =
    ["class_multiplier", "epsilon_ex_ante", "smoothed_multiplier", "grid_multiplier", "perturbed_multiplier"];

/// The measure whose spread stands beside it, where columns are not chosen: that of the bias is the same.
const LEARNED: &str = "multiplier_tail_mean";

/// Decimal places where nothing has a spread.
const PLACES: usize = 5;

/// What is nothing but rounding.
const NOUGHT: f64 = 1e-12;

pub(super) fn model(results: &Results, options: &TableOptions) -> Model {
    let lines = Lines::new(results, options.rows.as_deref(), None);
    let mut columns = lines.columns(results);
    let mut rows = lines.rows(results);
    let spread_of = |line: Line, measure: &str| {
        results.estimate(line, measure).and_then(|told| match options.interval {
            Interval::Ci95 => told.half_length(),
            Interval::Sd => told.sd,
        })
    };
    let value_of = |line: Line, measure: &str| {
        results.estimate(line, measure).map(|told| told.mean).or_else(|| results.number(line, measure))
    };
    let common = places(lines.lines.iter().filter_map(|&(line, _)| spread_of(line, LEARNED)));
    let measures: Vec<&str> = match &options.columns {
        Some(chosen) => chosen.iter().map(String::as_str).collect(),
        None => CHOSEN.to_vec(),
    };
    for measure in measures {
        let entries: Vec<(Option<f64>, Option<f64>)> = lines
            .lines
            .iter()
            .map(|&(line, _)| (value_of(line, measure), spread_of(line, measure)))
            .collect();
        let is_there =
            |(value, _): &(Option<f64>, Option<f64>)| value.is_some_and(|value| value.abs() > NOUGHT);
        if options.columns.is_none()
            && (!entries.iter().any(is_there) || is_repeated(results, &lines, measure))
        {
            continue;
        }
        let told = words(measure, &results.bidders);
        let own = places(entries.iter().filter_map(|entry| entry.1));
        let spread = own.is_some() && (measure == LEARNED || options.columns.is_some());
        let digits = if told.over == Some(Heading::Gain) && !(spread && options.columns.is_some()) {
            Digits::Powers
        } else {
            // References and the parts of the bias have the digits of what is compared with them.
            let shared = matches!(told.over, Some(Heading::Equilibrium | Heading::Bias));
            let places = if shared { common.or(own) } else { own.or(common) };
            Digits::Places { places: places.unwrap_or(PLACES), spread }
        };
        columns.push(Column {
            tex: told.tex,
            plain: told.short,
            name: measure.to_owned(),
            over: told.over,
            digits,
        });
        for (row, (value, spread)) in rows.iter_mut().zip(entries) {
            row.cells.push(Cell::Number(value, spread.filter(|_| digits.has_spread())));
        }
    }
    let has_spread = columns.iter().any(|column| column.digits.has_spread());
    let mut model = Model {
        caption: caption(results, options, has_spread),
        columns,
        rows,
        spread: Spread::PlusMinus,
        label: label(results, ""),
        source: source(results),
    };
    if options.columns.is_none() {
        model.narrow(WIDEST, &LEFT_OUT);
    }
    model
}

/// Whether a reference says what another one does: the class's is Nash's where the class holds it.
fn is_repeated(results: &Results, lines: &Lines, measure: &str) -> bool {
    measure == "class_multiplier"
        && lines.lines.iter().all(|&(line, _)| {
            let of = |name| results.number(line, name);
            match (of("class_multiplier"), of("bne_multiplier")) {
                (Some(class), Some(bne)) => (class - bne).abs() < 1e-9,
                (class, _) => class.is_none(),
            }
        })
}

/// The auction of all cells, by its rule.
fn auction(results: &Results) -> String {
    let rules = (0..results.cells.rows()).filter_map(|cell| results.cells.text("mechanism", cell));
    let rules: Vec<&str> = rules.collect::<BTreeSet<_>>().into_iter().collect();
    match rules[..] {
        [rule] => format!("{rule} auction"),
        _ => format!("auctions {}", rules.join(", ")),
    }
}

fn caption(results: &Results, options: &TableOptions, has_spread: bool) -> Text {
    let auction = auction(results);
    let mut text = match options.columns {
        None => Text::of(&format!("Learned multipliers in the {auction} and where their bias comes from. ")),
        Some(_) => {
            let (first, rest) = auction.split_at(1);
            Text::of(&format!("{}{rest}. ", first.to_ascii_uppercase()))
        }
    };
    text = text.text(replicates(results));
    if has_spread {
        text = text.words(match options.interval {
            Interval::Ci95 => "; ± is half the length of the 95 % interval",
            Interval::Sd => "; ± is the standard deviation over replicates",
        });
    }
    text.words(". ").text(origin(results))
}

/// "Means over 50 replicates", or what else the numbers are.
pub(super) fn replicates(results: &Results) -> Text {
    let ok = |cell: usize| {
        let number = |column| results.cells.number(column, cell).unwrap_or(0.0);
        (number("replicates") - number("diverged") - number("failed")).max(0.0) as usize
    };
    let counts = (0..results.cells.rows()).map(ok);
    let (least, most) = (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0));
    let count = |name, value| Quantity::count(name, value);
    match (least, most) {
        (1, 1) => Text::of("One replicate a cell"),
        (least, most) if least == most => {
            Text::of("Means over ").number(count("replicates", most)).words(" replicates")
        }
        (least, most) => Text::of("Means over ")
            .number(count("fewest", least))
            .words(" to ")
            .number(count("most", most))
            .words(" replicates"),
    }
}

/// The sweep and its plan.
pub(super) fn origin(results: &Results) -> Text {
    let hash = results.plan.hash();
    let hash: String = hash.chars().take(8).collect();
    Text::of("Sweep ").code(results.plan.name()).words(", plan ").code(&hash).words(".")
}

/// The end of a table's label: the sweep's name in letters, digits and hyphens.
pub(super) fn label(results: &Results, end: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = results.plan.name().chars().map(kept).collect();
    format!("{name}{end}")
}

/// The comment above a table.
pub(super) fn source(results: &Results) -> String {
    let name = crate::report::answer::printable(results.plan.name());
    format!("bidsweep {}, plan {}, sweep {name}", env!("CARGO_PKG_VERSION"), results.plan.hash())
}
