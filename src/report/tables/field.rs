//! The table in the field's own form: mean and standard deviation of the relative utility loss, the distance
//! from the equilibrium's bids, and the utility.

use super::TableOptions;
use super::model::{Cell, Column, Digits, Model, Spread, places};
use super::paper::{label, origin, replicates, source};
use super::rows::Lines;
use crate::report::answer::{Text, shown};
use crate::report::results::{Axis, Results};

/// The measures, and their heads.
const MEASURES: [(&str, &str, &str); 3] =
    [("epsilon_relative", r"$\mathcal{L}$", "loss"), ("bne_l2", "$L_2$", "L2"), ("utility", "$u$", "u")];

/// Decimal places where nothing has a spread, and the most: the field's.
const PLACES: usize = 4;

pub(super) fn model(results: &Results, options: &TableOptions) -> Model {
    // The learner has a column of its own.
    let learner_axis = results.axes.find("learner").filter(|&axis| is_of_learners(&results.axes.all()[axis]));
    let lines = Lines::new(results, options.rows.as_deref(), learner_axis);
    let mut columns = lines.columns(results);
    let mut rows = lines.rows(results);
    let at = lines.axes.len();
    columns.insert(
        at,
        Column {
            tex: "Learner".into(),
            plain: "Learner".into(),
            name: "learner".into(),
            over: None,
            digits: Digits::Words,
        },
    );
    for (row, &(line, _)) in rows.iter_mut().zip(&lines.lines) {
        let axis = learner_axis.and_then(|axis| results.axes.value(line.cell, axis));
        let told = axis.and_then(|value| value.words.first()).map(|word| shown(word));
        let name = told.unwrap_or_else(|| results.text(line, "learner").unwrap_or("several").to_owned());
        row.cells.insert(at, Cell::Words(name));
    }
    let mut any = false;
    for (measure, tex, plain) in MEASURES {
        let told: Vec<_> = lines.lines.iter().map(|&(line, _)| results.estimate(line, measure)).collect();
        let places = places(told.iter().flatten().filter_map(|told| told.sd));
        any |= places.is_some();
        let digits =
            Digits::Places { places: places.unwrap_or(PLACES).clamp(2, PLACES), spread: places.is_some() };
        columns.push(Column {
            tex: tex.into(),
            plain: plain.into(),
            name: measure.into(),
            over: None,
            digits,
        });
        for (row, told) in rows.iter_mut().zip(told) {
            let spread = told.and_then(|told| told.sd).filter(|_| digits.has_spread());
            row.cells.push(Cell::Number(told.map(|told| told.mean), spread));
        }
    }
    let text = Text::of("Distance from the Bayes-Nash equilibrium. ").text(replicates(results));
    let text = if any { text.words(", in brackets the standard deviation") } else { text };
    let text = text.words(
        ". Loss: the utility lost against a best response, as a share of the best response's; L2: root mean square of the \
         distance from the equilibrium's bids; u: utility. ",
    );
    Model {
        columns,
        rows,
        spread: Spread::Brackets,
        caption: text.text(origin(results)),
        label: label(results, "-field"),
        source: source(results),
    }
}

/// Whether the learner alone tells the values of an axis apart.
fn is_of_learners(axis: &Axis) -> bool {
    axis.keys.first().is_some_and(|key| key == "learner")
        && axis
            .values
            .iter()
            .enumerate()
            .all(|(place, value)| value.words.first().map(String::as_str) == Some(axis.short(place)))
}
