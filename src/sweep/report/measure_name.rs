//! Names of measures that the table of cells summarises.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::super::document::{Node, Value};
use super::super::form::{Form, Names};
use super::super::problem::{Problem, nearest};
use super::super::read::mismatch;
use crate::measure::summarised_in_cells;

/// The name of a measure: a column of `cells` without what tells mean, standard deviation and interval.
pub(super) struct MeasureName;

/// Every name, in the order of the table.
fn names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(summarised_in_cells);
    &NAMES
}

impl Form for MeasureName {
    type Value = &'static str;

    fn words(&self) -> String {
        "measures that `cells` has the mean of".to_owned()
    }

    fn schema(&self) -> Json {
        json!({ "enum": names() })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<&'static str> {
        let Value::Text(word) = &node.value else {
            problems.push(mismatch(node, key, "a name of a measure"));
            return None;
        };
        if let Some(name) = names().iter().find(|name| *name == word) {
            return Some(name);
        }
        let plain = ["_mean", "_sd", "_ci95", "_low95", "_high95"]
            .iter()
            .find_map(|suffix| word.strip_suffix(suffix));
        let near = nearest(plain.unwrap_or(word), names().iter().copied());
        let message = format!("`cells` has no mean of a measure {}", node.found());
        problems.push(Problem::error(node.place, message).help(match near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => {
                "`bidsweep list columns` names the columns of cells: write one without its `_mean`".to_owned()
            }
        }));
        None
    }

    fn toml(&self, value: &&'static str) -> String {
        format!("\"{value}\"")
    }
}
