//! The learning rate: one, or one that falls over the epochs.

use serde_json::{Value as Json, json};

use super::{Form, Names, Told, pair_of, table_of};
use crate::numeric::digits::shortest;
use crate::sweep::columns::{Kind, Scalar};
use crate::sweep::document::{Node, Table, Value};
use crate::sweep::problem::Problem;
use crate::sweep::read;
use crate::train::Rate;

/// A number above 0, `{ sqrt = FIRST }` or `{ harmonic = [FIRST, DECAY] }`.
pub(in crate::sweep) struct RateForm;

/// The numbers that a schedule is made of.
const POSITIVE: &str = "a finite number above 0";

/// The name of a schedule; none of a rate that is the same at every epoch.
pub(in crate::sweep) fn schedule(rate: Rate) -> Option<&'static str> {
    match rate {
        Rate::Fixed(_) => None,
        Rate::Sqrt { .. } => Some("sqrt"),
        Rate::Harmonic { .. } => Some("harmonic"),
    }
}

impl Form for RateForm {
    type Value = Rate;

    fn words(&self) -> String {
        format!("{POSITIVE}, {{ sqrt = FIRST }} or {{ harmonic = [FIRST, DECAY] }}")
    }

    fn schema(&self) -> Json {
        let positive = json!({ "type": "number", "exclusiveMinimum": 0 });
        let tables = [table_of("sqrt", &positive), table_of("harmonic", &pair_of(&positive))];
        json!({ "oneOf": [positive, tables[0], tables[1]] })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<Rate> {
        let Value::Table(Table { entries }) = &node.value else {
            // A number is wrong for its size, all else for what it is.
            let words = if matches!(node.value, Value::Number(_)) { POSITIVE } else { &self.words() };
            return read::number(node, key, words, allows, problems).map(Rate::Fixed);
        };
        match entries.as_slice() {
            [entry] if entry.key == "sqrt" => {
                let first = read::number(&entry.node, "sqrt", POSITIVE, allows, problems)?;
                Some(Rate::Sqrt { first })
            }
            [entry] if entry.key == "harmonic" => read_harmonic(&entry.node, problems),
            _ => {
                let message = format!("the table of `{key}` has one key, `sqrt` or `harmonic`");
                let problem = Problem::error(node.place, message);
                problems.push(problem.help(format!("write such as `{key} = {{ sqrt = 3.0 }}`")));
                None
            }
        }
    }

    fn toml(&self, value: &Rate) -> String {
        match value {
            Rate::Fixed(rate) => shortest(*rate),
            Rate::Sqrt { first } => format!("{{ sqrt = {} }}", shortest(*first)),
            Rate::Harmonic { first, decay } => {
                format!("{{ harmonic = [{}, {}] }}", shortest(*first), shortest(*decay))
            }
        }
    }

    fn json(&self, value: &Rate) -> Json {
        value.fixed().map_or_else(|| self.toml(value).into(), |rate| json!(rate))
    }
}

impl Told for RateForm {
    fn kind(&self) -> Kind {
        Kind::Number
    }

    /// That of the first epoch.
    fn scalar(&self, value: &Rate) -> Scalar {
        Scalar::Number(value.at(0))
    }

    fn canonical(&self, value: &Rate) -> String {
        match value {
            Rate::Fixed(rate) => shortest(*rate),
            Rate::Sqrt { first } => format!("{{\"sqrt\":{}}}", shortest(*first)),
            Rate::Harmonic { first, decay } => {
                format!("{{\"harmonic\":[{},{}]}}", shortest(*first), shortest(*decay))
            }
        }
    }
}

fn allows(x: f64) -> bool {
    x > 0.0 && x.is_finite()
}

fn read_harmonic(node: &Node, problems: &mut Vec<Problem>) -> Option<Rate> {
    let [first, decay] = read::pair(node, "harmonic", problems)?.map(|number| number.to_f64());
    if !(allows(first) && allows(decay)) {
        let message = "`harmonic` must have a first rate above 0 and a decay above 0, both finite";
        problems.push(Problem::error(node.place, message).help("write such as `harmonic = [0.3, 0.01]`"));
        return None;
    }
    Some(Rate::Harmonic { first, decay })
}
