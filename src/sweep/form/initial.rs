//! Where bidders start.

use serde_json::{Value as Json, json};

use super::{Form, Names, list_of, pair_of, quoted, table_of, with_nearest};
use crate::auction::strategy::linear;
use crate::numeric::digits::shortest;
use crate::sweep::document::{Node, Table, Value};
use crate::sweep::problem::Problem;
use crate::sweep::read::{self, mismatch};
use crate::train;

/// A multiplier, or a list of them, itself or its theta; the word for the values themselves; or an interval.
pub(in crate::sweep) struct InitialForm;

/// Where a bidder, or every bidder, starts.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sweep) enum Initial {
    /// Lines of given multipliers.
    Lines { scale: Scale, start: Start },
    /// The values themselves.
    Truthful,
    /// Drawn between the two.
    Random([f64; 2]),
}

/// What an initial number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sweep) enum Scale {
    /// The multiplier itself.
    Multiplier,
    /// theta, whose sigmoid is the multiplier.
    Theta,
}

/// Initial numbers.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sweep) enum Start {
    /// The same for all.
    Common(f64),
    /// One a bidder.
    Each(Vec<f64>),
}

const TRUTHFUL: &str = "truthful";

impl Scale {
    /// theta of a number on this scale.
    fn theta(self, number: f64) -> f64 {
        match self {
            Scale::Multiplier => linear::theta(number),
            Scale::Theta => number,
        }
    }
}

impl Initial {
    /// The line that a number is the theta of.
    pub(in crate::sweep) const fn theta(theta: f64) -> Self {
        Initial::Lines { scale: Scale::Theta, start: Start::Common(theta) }
    }

    /// The numbers, where there is one for each bidder.
    pub(in crate::sweep) fn list(&self) -> Option<&[f64]> {
        match self {
            Initial::Lines { start: Start::Each(numbers), .. } => Some(numbers),
            _ => None,
        }
    }

    /// Where a bidder, counted from 0, starts. A list that is too short is reported where cells are checked,
    /// and what stands for its missing numbers then matters to nothing.
    pub(in crate::sweep) fn at(&self, bidder: usize) -> train::Initial {
        match self {
            Initial::Lines { scale, start } => {
                let number = match start {
                    Start::Common(number) => *number,
                    Start::Each(numbers) => numbers.get(bidder).copied().unwrap_or(0.5),
                };
                train::Initial::Theta(scale.theta(number))
            }
            Initial::Truthful => train::Initial::Truthful,
            Initial::Random([low, high]) => train::Initial::Random { low: *low, high: *high },
        }
    }
}

impl Form for InitialForm {
    type Value = Initial;

    fn words(&self) -> String {
        "a number in (0, 1), a list with one for each bidder, { theta = NUMBER }, \"truthful\", or \
         { random = [LOW, HIGH] }"
            .to_owned()
    }

    fn schema(&self) -> Json {
        let open = json!({ "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 });
        let number = json!({ "type": "number" });
        let positive = json!({ "type": "number", "exclusiveMinimum": 0 });
        let theta = table_of("theta", &json!({ "oneOf": [number, list_of(&number)] }));
        let random = table_of("random", &pair_of(&positive));
        json!({ "oneOf": [open, list_of(&open), theta, { "enum": [TRUTHFUL] }, random] })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<Initial> {
        let (scale, start) = match &node.value {
            Value::Table(Table { entries }) => match entries.as_slice() {
                [entry] if entry.key == "theta" => (Scale::Theta, &entry.node),
                [entry] if entry.key == "random" => return read_random(&entry.node, problems),
                _ => {
                    let message = format!("the table of `{key}` has one key, `theta` or `random`");
                    let help =
                        format!("write `{key} = {{ theta = 0.9 }}` or `{key} = {{ random = [0.2, 0.9] }}`");
                    problems.push(Problem::error(node.place, message).help(help));
                    return None;
                }
            },
            Value::Text(_) if node.is_text(TRUTHFUL) => return Some(Initial::Truthful),
            Value::Text(_) => {
                problems.push(with_nearest(mismatch(node, key, &self.words()), node, [TRUTHFUL]));
                return None;
            }
            _ => (Scale::Multiplier, node),
        };
        let start = match &start.value {
            Value::List(list) if list.is_empty() => {
                let problem = Problem::error(start.place, format!("`{key}` is a list without numbers"));
                problems.push(problem.help("write one number for each bidder, or one number for all"));
                return None;
            }
            Value::List(list) => {
                let numbers: Vec<_> =
                    list.iter().map(|item| read_number(key, scale, item, problems)).collect();
                Start::Each(numbers.into_iter().collect::<Option<_>>()?)
            }
            _ => Start::Common(read_number(key, scale, start, problems)?),
        };
        Some(Initial::Lines { scale, start })
    }

    fn toml(&self, value: &Initial) -> String {
        let list = |numbers: &[f64]| {
            format!("[{}]", numbers.iter().map(|&x| shortest(x)).collect::<Vec<_>>().join(", "))
        };
        let (scale, start) = match value {
            Initial::Lines { scale, start } => (scale, start),
            Initial::Truthful => return quoted(TRUTHFUL),
            Initial::Random(ends) => return format!("{{ random = {} }}", list(ends)),
        };
        let start = match start {
            Start::Common(number) => shortest(*number),
            Start::Each(numbers) => list(numbers),
        };
        match scale {
            Scale::Multiplier => start,
            Scale::Theta => format!("{{ theta = {start} }}"),
        }
    }
}

/// The canonical JSON of a start that is no line, for identities.
pub(in crate::sweep) fn canonical(initial: train::Initial) -> Option<String> {
    match initial {
        train::Initial::Theta(_) => None,
        train::Initial::Truthful => Some(quoted(TRUTHFUL)),
        train::Initial::Random { low, high } => {
            Some(format!("{{\"random\":[{},{}]}}", shortest(low), shortest(high)))
        }
    }
}

/// The interval that initial parameters are drawn from.
fn read_random(node: &Node, problems: &mut Vec<Problem>) -> Option<Initial> {
    let ends = read::pair(node, "random", problems)?.map(|number| number.to_f64());
    let [low, high] = ends;
    if !(low > 0.0 && low < high && high.is_finite()) {
        let message = "`random` must go from a number above 0 to a larger one";
        problems.push(Problem::error(node.place, message).help("write `random = [0.2, 0.9]`"));
        return None;
    }
    Some(Initial::Random(ends))
}

/// One initial number; its multiplier must lie in (0, 1) once it went through theta.
fn read_number(key: &str, scale: Scale, node: &Node, problems: &mut Vec<Problem>) -> Option<f64> {
    let inside = |x: f64| x > 0.0 && x < 1.0;
    match scale {
        Scale::Multiplier => {
            let allows = |x| inside(x) && inside(linear::multiplier(linear::theta(x)));
            read::number(node, key, "a number in (0, 1)", allows, problems)
        }
        Scale::Theta => {
            let allows = |x| inside(linear::multiplier(x));
            read::number(node, "theta", "a number with sigmoid(theta) in (0, 1)", allows, problems)
        }
    }
}
