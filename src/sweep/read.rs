//! Reading plain values out of a document: what is not as it should be is reported at its place.

use super::document::{Node, Table, Value};
use super::problem::{Problem, suggestion};

/// `` `key` must be expected, not found ``.
pub(super) fn mismatch(node: &Node, key: &str, expected: &str) -> Problem {
    let problem = Problem::error(node.place, format!("`{key}` must be {expected}, not {}", node.found()));
    match &node.value {
        Value::List(_) => problem.help("a list of values to sweep over belongs under [axes]"),
        Value::Text(text) if text.parse::<f64>().is_ok() => {
            problem.help(format!("write {text} without quotes"))
        }
        _ => problem,
    }
}

pub(super) fn table<'n>(node: &'n Node, what: &str, problems: &mut Vec<Problem>) -> Option<&'n Table> {
    match &node.value {
        Value::Table(table) => Some(table),
        _ => {
            problems
                .push(Problem::error(node.place, format!("{what} must be a table, not {}", node.found())));
            None
        }
    }
}

/// Reports every key of a table that is none of `keys`.
pub(super) fn only(table: &Table, keys: &[&str], what: &str, problems: &mut Vec<Problem>) {
    for entry in table.entries.iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
        let message = format!("{what} has no key `{}`", entry.key);
        problems
            .push(Problem::error(entry.place, message).help(suggestion(&entry.key, keys.iter().copied())));
    }
}

pub(super) fn text<'n>(node: &'n Node, key: &str, problems: &mut Vec<Problem>) -> Option<&'n str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => {
            problems.push(mismatch(node, key, "a text in quotes"));
            None
        }
    }
}

/// What [`boolean`] reads, in words.
pub(super) const BOOLEANS: &str = "true or false";

pub(super) fn boolean(node: &Node, key: &str, problems: &mut Vec<Problem>) -> Option<bool> {
    match node.value {
        Value::Boolean(value) => Some(value),
        _ => {
            problems.push(mismatch(node, key, BOOLEANS));
            None
        }
    }
}

/// An integer from `min` to `max`.
pub(super) fn integer(
    node: &Node,
    key: &str,
    min: u64,
    max: u64,
    problems: &mut Vec<Problem>,
) -> Option<u64> {
    let integer = match &node.value {
        Value::Number(number) => number.to_integer().and_then(|integer| u64::try_from(integer).ok()),
        _ => None,
    };
    let integer = integer.filter(|integer| (min..=max).contains(integer));
    if integer.is_none() {
        problems.push(mismatch(node, key, &integers(min, max)));
    }
    integer
}

/// An integer from `min` to `max`, which fits in 32 bits.
pub(super) fn count(node: &Node, key: &str, min: u32, max: u32, problems: &mut Vec<Problem>) -> Option<u32> {
    let integer = integer(node, key, min.into(), max.into(), problems)?;
    Some(u32::try_from(integer).expect("no range goes beyond u32"))
}

/// The integers from `min` to `max` in words.
pub(super) fn integers(min: u64, max: u64) -> String {
    format!("an integer from {min} to {max}")
}

/// A number that `allows` lets pass; `expected` says which in words.
pub(super) fn number(
    node: &Node,
    key: &str,
    expected: &str,
    allows: impl Fn(f64) -> bool,
    problems: &mut Vec<Problem>,
) -> Option<f64> {
    let number = match &node.value {
        Value::Number(number) => Some(number.to_f64()).filter(|&x| allows(x)),
        _ => None,
    };
    if number.is_none() {
        problems.push(mismatch(node, key, expected));
    }
    number
}

/// One or two finite numbers in a list, as `[a, b]`.
pub(super) fn pair<'n>(
    node: &'n Node,
    key: &str,
    problems: &mut Vec<Problem>,
) -> Option<[&'n super::number::Number; 2]> {
    let numbers = match &node.value {
        Value::List(list) => match list.as_slice() {
            [Node { value: Value::Number(a), .. }, Node { value: Value::Number(b), .. }] => Some([a, b]),
            _ => None,
        },
        _ => None,
    };
    let numbers = numbers.filter(|pair| pair.iter().all(|number| number.to_f64().is_finite()));
    if numbers.is_none() {
        let message = format!("`{key}` must be a list of two finite numbers");
        problems.push(Problem::error(node.place, message).help(format!("write `{key} = [10, 400]`")));
    }
    numbers
}
