//! The registry of the keys of `[measure]`, one row a key.

use std::ops::Bound::{Excluded, Included};
use std::sync::LazyLock;

use crate::measure::{MeasureSettings, Scope};
use crate::response::{MOST_BIDS, MOST_CELLS};

use super::document::{Node, Table, Value};
use super::form::{Boolean, ConstraintForm, Integer, Number, Points, TrajectoriesForm, Word};
use super::limits::{MAX_COUNT, MAX_REPLICATES};
use super::problem::Place;
use super::registry::{Registry, Row};

/// The rows of `[measure]`.
pub(super) fn registry() -> &'static Registry<MeasureSettings> {
    static REGISTRY: LazyLock<Registry<MeasureSettings>> =
        LazyLock::new(|| Registry::new("`[measure]`", rows()));
    &REGISTRY
}

/// Every key of `[measure]` and of its tables: name, values and default, and a line of what it asks for.
pub fn measure_keys() -> Vec<[String; 3]> {
    registry().keys()
}

fn rows() -> Vec<Row<MeasureSettings>> {
    let scope = || Word::new(&Scope::ALL, Scope::name);
    vec![
        Row::new(
            "tail",
            "last part of the epochs that tail columns use",
            Number { words: "a number in (0, 1]", low: Excluded(0.0), high: Included(1.0) },
            |m| Some(m.tail),
            |m, tail| m.tail = tail,
        ),
        Row::new(
            "ema",
            "factor of the exponential moving average",
            Number { words: "a number in [0, 1)", low: Included(0.0), high: Excluded(1.0) },
            |m| Some(m.ema),
            |m, ema| m.ema = ema,
        ),
        Row::new(
            "trajectories",
            "replicates and epochs whose multipliers are kept; bounded: the usual, or fewer where these are many",
            TrajectoriesForm,
            |m| Some(m.trajectories),
            |m, trajectories| m.trajectories = trajectories,
        ),
        Row::new(
            "bid_functions",
            "values at which bid functions are told",
            Points,
            |m| Some(m.bid_functions),
            |m, count| m.bid_functions = count,
        ),
        Row::new(
            "best_response.lp",
            "whose best responses are solved by linear program: those to the mean profile of every cell, to every run",
            scope(),
            |m| Some(m.best_response.lp),
            |m, lp| m.best_response.lp = lp,
        ),
        Row::new(
            "best_response.values",
            "value cells of the linear program",
            Integer { min: 2, max: MOST_CELLS as u32 },
            |m| Some(m.best_response.values),
            |m, values| m.best_response.values = values,
        ),
        Row::new(
            "best_response.bids",
            "bids of the linear program",
            Integer { min: 2, max: MOST_BIDS as u32 / 2 },
            |m| Some(m.best_response.bids),
            |m, bids| m.best_response.bids = bids,
        ),
        Row::new(
            "best_response.constraint",
            "what couples the values of the linear program, such as { budget = 0.08 }",
            ConstraintForm,
            |m| m.best_response.constraint,
            |m, constraint| m.best_response.constraint = Some(constraint),
        ),
        Row::new(
            "best_response.class",
            "whose best responses within the strategy class are looked for",
            scope(),
            |m| Some(m.best_response.class),
            |m, class| m.best_response.class = class,
        ),
        Row::new(
            "best_response.smoothed",
            "whose best responses in the smoothed auction are looked for",
            scope(),
            |m| Some(m.best_response.smoothed),
            |m, smoothed| m.best_response.smoothed = smoothed,
        ),
        Row::new(
            "best_response.tight",
            "whether epsilon_ex_ante_upper is the tight bound",
            Boolean,
            |m| Some(m.best_response.tight),
            |m, tight| m.best_response.tight = tight,
        ),
        Row::new(
            "continuation.replicates",
            "replicates that go on without sampling, for the verdict on movement",
            Integer { min: 0, max: MAX_REPLICATES },
            |m| Some(m.continuation.replicates),
            |m, replicates| m.continuation.replicates = replicates,
        ),
        Row::new(
            "continuation.epochs",
            "the most epochs of that; fewer where the movement has died out",
            Integer { min: 1, max: MAX_COUNT },
            |m| Some(m.continuation.epochs),
            |m, epochs| m.continuation.epochs = epochs,
        ),
        Row::new(
            "continuation.share",
            "the most work of that, in that of the run's training",
            Number::positive("a number above 0"),
            |m| Some(m.continuation.share),
            |m, share| m.continuation.share = share,
        ),
        Row::new(
            "margin",
            "how near to a reference a mean multiplier must be for the destination",
            Number::positive("a number above 0"),
            |m| Some(m.margin),
            |m, margin| m.margin = margin,
        ),
        Row::new(
            "regret",
            "whether external regret is measured",
            Boolean,
            |m| Some(m.regret),
            |m, regret| m.regret = regret,
        ),
        Row::new(
            "rows_per_file",
            "the most rows of a table's file; a table of more is a folder of files of so many",
            Integer { min: 1, max: MAX_COUNT },
            |m| Some(m.rows_per_file),
            |m, rows| m.rows_per_file = rows,
        ),
    ]
}

/// Where `[measure]` says which epochs are recorded.
pub(super) fn place_of_epochs(node: Option<&Node>) -> Place {
    fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
        match &node.value {
            Value::Table(table) => Table::get(table, key),
            _ => None,
        }
    }
    let trajectories = node.and_then(|node| get(node, "trajectories"));
    let epochs = trajectories.and_then(|node| get(node, "every").or(get(node, "points")));
    epochs.map_or(Place::File, |node| node.place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sound() {
        registry().assert_sound(&());
    }
}
