//! The name of a population.

use serde_json::{Value as Json, json};

use super::{Form, Names, quoted};
use crate::sweep::document::{Node, Value};
use crate::sweep::problem::{Problem, suggestion};
use crate::sweep::read::mismatch;

/// A name from `[populations]`.
pub(in crate::sweep) struct PopulationForm;

/// The most names that one which is not there is compared with: there may be many of both.
const MOST_COMPARED: usize = 50;

/// A population that is there.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sweep) struct PopulationName {
    /// Index into the sweep's populations.
    pub index: usize,
    pub name: String,
}

impl Form for PopulationForm {
    type Value = PopulationName;

    fn words(&self) -> String {
        "a name from `[populations]`".to_owned()
    }

    fn schema(&self) -> Json {
        json!({ "type": "string" })
    }

    fn read(
        &self,
        key: &str,
        node: &Node,
        names: &Names,
        problems: &mut Vec<Problem>,
    ) -> Option<PopulationName> {
        let Value::Text(name) = &node.value else {
            problems.push(mismatch(node, key, &self.words()));
            return None;
        };
        let index = names.populations.iter().position(|other| other == name);
        if index.is_none() {
            let help = if names.populations.is_empty() {
                format!("write its bidders under `[populations.{name}]`")
            } else {
                let names = names.populations.iter().take(MOST_COMPARED).map(String::as_str);
                suggestion(name, names)
            };
            problems.push(Problem::error(node.place, format!("there is no population `{name}`")).help(help));
        }
        index.map(|index| PopulationName { index, name: name.clone() })
    }

    fn toml(&self, value: &PopulationName) -> String {
        quoted(&value.name)
    }
}
