//! The steepness beta: one, or one that moves over the epochs.

use serde_json::{Value as Json, json};

use super::{Form, Names, Told, pair_of, quoted, table_of};
use crate::sweep::columns::{Kind, Scalar};
use crate::sweep::document::{Node, Table, Value};
use crate::sweep::number::shortest;
use crate::sweep::problem::Problem;
use crate::sweep::read;
use crate::train::Beta;

/// A number above 0, infinity, or `{ geometric = [FIRST, LAST] }`.
pub(in crate::sweep) struct BetaForm;

impl Form for BetaForm {
    type Value = Beta;

    fn words(&self) -> String {
        "a number above 0, inf with exact batches, or { geometric = [FIRST, LAST] }".to_owned()
    }

    fn schema(&self) -> Json {
        let positive = json!({ "type": "number", "exclusiveMinimum": 0 });
        // JSON has no infinity: checkers that read TOML as JSON see `inf` as null.
        let infinity = json!({ "type": "null" });
        json!({ "oneOf": [positive, infinity, table_of("geometric", &pair_of(&positive))] })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<Beta> {
        match &node.value {
            Value::Number(number) if number.is_infinity() => Some(Beta::Fixed(f64::INFINITY)),
            Value::Table(Table { entries }) => match entries.as_slice() {
                [entry] if entry.key == "geometric" => read_geometric(&entry.node, problems),
                _ => {
                    let message = format!("the table of `{key}` has one key, `geometric`");
                    let problem = Problem::error(node.place, message);
                    problems.push(problem.help(format!("write `{key} = {{ geometric = [10, 400] }}`")));
                    None
                }
            },
            _ => read::number(node, key, &self.words(), allows, problems).map(Beta::Fixed),
        }
    }

    fn toml(&self, value: &Beta) -> String {
        match value {
            Beta::Fixed(beta) => shortest(*beta),
            Beta::Geometric { from, to } => {
                format!("{{ geometric = [{}, {}] }}", shortest(*from), shortest(*to))
            }
        }
    }
}

impl Told for BetaForm {
    fn kind(&self) -> Kind {
        Kind::Number
    }

    /// That of the last epoch.
    fn scalar(&self, value: &Beta) -> Scalar {
        Scalar::Number(value.last())
    }

    fn canonical(&self, value: &Beta) -> String {
        match value {
            // JSON has no infinity.
            Beta::Fixed(f64::INFINITY) => quoted("inf"),
            Beta::Fixed(beta) => shortest(*beta),
            Beta::Geometric { from, to } => {
                format!("{{\"geometric\":[{},{}]}}", shortest(*from), shortest(*to))
            }
        }
    }
}

fn allows(x: f64) -> bool {
    x > 0.0 && x.is_finite()
}

fn read_geometric(node: &Node, problems: &mut Vec<Problem>) -> Option<Beta> {
    let [from, to] = read::pair(node, "geometric", problems)?.map(|number| number.to_f64());
    if !(allows(from) && allows(to)) {
        let message = "`geometric` must go from a number above 0 to a number above 0";
        problems.push(Problem::error(node.place, message).help("write `geometric = [10, 400]`"));
        return None;
    }
    Some(Beta::Geometric { from, to })
}
