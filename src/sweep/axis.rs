//! The forms of an axis, and its values by index.

use super::document::{Node, Table, Value};
use super::limits::MAX_COUNT;
use super::number::{Decimal, Number};
use super::problem::{Problem, nearest};
use super::read;
use crate::numeric::digits::shortest;

/// The values of one key of an axis, as written; those of a range exist only by index.
#[derive(Debug)]
pub(super) enum Series {
    List(Vec<Node>),
    /// from + i step.
    Range {
        from: Decimal,
        step: Decimal,
        len: u64,
    },
    /// Ends included, the points between exact in decimal where that ends, else rounded once.
    Linspace {
        ends: [Decimal; 2],
        len: u64,
    },
    /// Ends included and exact as written.
    Geomspace {
        ends: [Number; 2],
        len: u64,
    },
}

/// A range writes one of these.
const FORMS: &str = "`[10, 25, 50]`, `{ from = 10, to = 200, step = 10 }`, `{ linspace = [0, 1], num = 5 }` or \
                     `{ geomspace = [1e-3, 1e-1], num = 5 }`";

const FORM_KEYS: [&str; 6] = ["from", "to", "step", "linspace", "geomspace", "num"];

impl Series {
    pub(super) fn len(&self) -> u64 {
        match self {
            Series::List(list) => list.len() as u64,
            Series::Range { len, .. } | Series::Linspace { len, .. } | Series::Geomspace { len, .. } => *len,
        }
    }

    /// Reads an axis; `key` stands in messages.
    pub(super) fn read(key: &str, node: &Node, problems: &mut Vec<Problem>) -> Option<Series> {
        let before = problems.len();
        let series = match &node.value {
            Value::List(list) if list.is_empty() => {
                let problem = Problem::error(node.place, format!("the axis `{key}` has no values"));
                problems.push(problem.help(format!("write its values: {FORMS}")));
                None
            }
            Value::List(list) => Some(Series::List(list.clone())),
            Value::Table(table) if table.entries.iter().any(|e| FORM_KEYS.contains(&e.key.as_str())) => {
                read::only(table, &FORM_KEYS, "an axis", problems);
                if problems.len() == before { Series::read_form(key, node, table, problems) } else { None }
            }
            _ => {
                problems.push(not_an_axis(key, node));
                None
            }
        };
        series.filter(|_| problems.len() == before)
    }

    fn read_form(key: &str, node: &Node, table: &Table, problems: &mut Vec<Problem>) -> Option<Series> {
        if let Some([from, to, step]) = table.exactly(["from", "to", "step"]) {
            let parts = [("from", from), ("to", to), ("step", step)];
            let [from, to, step] = parts.map(|(name, node)| decimal(name, node, problems));
            return range(key, node, from?, to?, step?, problems);
        }
        if let Some([ends, num]) = table.exactly(["linspace", "num"]) {
            let len = read::integer(num, "num", 2, MAX_COUNT.into(), problems);
            let [from, to] = read::pair(ends, "linspace", problems)?;
            let Some(ends) =
                from.to_decimal().zip(to.to_decimal()).filter(|(a, b)| a.between(*b, 1, 2).is_some())
            else {
                problems.push(too_long(ends));
                return None;
            };
            return Some(Series::Linspace { ends: ends.into(), len: len? });
        }
        if let Some([ends, num]) = table.exactly(["geomspace", "num"]) {
            let len = read::integer(num, "num", 2, MAX_COUNT.into(), problems);
            let pair = read::pair(ends, "geomspace", problems)?;
            if pair.iter().any(|end| end.to_f64() <= 0.0) {
                let problem = Problem::error(ends.place, "the ends of `geomspace` must be above 0");
                problems.push(problem.help("write `linspace` for an axis that reaches 0 or below"));
                return None;
            }
            return Some(Series::Geomspace { ends: pair.map(Number::clone), len: len? });
        }
        let keys: Vec<_> = table.entries.iter().map(|entry| format!("`{}`", entry.key)).collect();
        let message = format!("`{key}` has {}, which is no form of an axis", keys.join(", "));
        problems.push(Problem::error(node.place, message).help(format!("write {FORMS}")));
        None
    }

    /// A range as a sweep file writes it; `None` of a list.
    pub(super) fn written(&self) -> Option<String> {
        match self {
            Series::List(_) => None,
            Series::Range { from, step, len } => {
                let to = self.number(len - 1).expect("a range is checked where it is read");
                Some(format!("{{ from = {from}, to = {to}, step = {step} }}"))
            }
            Series::Linspace { ends: [from, to], len } => {
                Some(format!("{{ linspace = [{from}, {to}], num = {len} }}"))
            }
            Series::Geomspace { ends: [from, to], len } => {
                Some(format!("{{ geomspace = [{from}, {to}], num = {len} }}"))
            }
        }
    }

    /// The value at an index of a range, as a literal.
    fn number(&self, index: u64) -> Option<Number> {
        match self {
            Series::List(_) => None,
            Series::Range { from, step, .. } => Some(from.plus_steps(*step, index.into())?.to_number()),
            Series::Linspace { ends: [from, to], len } => from.between(*to, index, len - 1),
            Series::Geomspace { ends: [from, _], .. } if index == 0 => Some(from.clone()),
            Series::Geomspace { ends: [_, to], len } if index == len - 1 => Some(to.clone()),
            Series::Geomspace { ends, len } => {
                let [from, to] = [&ends[0], &ends[1]].map(|end| libm::log10(end.to_f64()));
                let share = index as f64 / (len - 1) as f64;
                Some(Number::new(shortest(neat((to - from).mul_add(share, from)))))
            }
        }
    }

    /// The values, one after the other; those of a range stand where the axis stands.
    pub(super) fn nodes<'s>(&'s self, axis: &'s Node) -> Box<dyn Iterator<Item = Node> + 's> {
        match self {
            Series::List(list) => Box::new(list.iter().cloned()),
            _ => Box::new((0..self.len()).map(|index| {
                let number = self.number(index).expect("a range is checked where it is read");
                Node { place: axis.place, value: Value::Number(number) }
            })),
        }
    }
}

/// 10^exponent, and where a decimal of 12 digits lies within the error of the power, that decimal: the second
/// of five points from 10 to 160 is 20.
fn neat(exponent: f64) -> f64 {
    let power = libm::exp10(exponent);
    let short: f64 = format!("{power:.11e}").parse().unwrap_or(power);
    if (short - power).abs() <= 1e-14 * power { short } else { power }
}

fn decimal(name: &str, node: &Node, problems: &mut Vec<Problem>) -> Option<Decimal> {
    let Value::Number(number) = &node.value else {
        problems.push(read::mismatch(node, name, "a finite number"));
        return None;
    };
    if !number.to_f64().is_finite() {
        problems.push(read::mismatch(node, name, "a finite number"));
        return None;
    }
    let decimal = number.to_decimal();
    if decimal.is_none() {
        problems.push(too_long(node));
    }
    decimal
}

fn too_long(node: &Node) -> Problem {
    Problem::error(node.place, "these numbers have too many digits for an exact axis")
        .help("write numbers of at most 30 digits between the first and the last")
}

fn range(
    key: &str,
    node: &Node,
    from: Decimal,
    to: Decimal,
    step: Decimal,
    problems: &mut Vec<Problem>,
) -> Option<Series> {
    if step.signum() == 0 {
        problems.push(
            Problem::error(node.place, "`step` must not be 0").help("leave out the axis for one value"),
        );
        return None;
    }
    let Some((span, (steps, rest))) = to.minus(from).and_then(|span| Some((span, span.divide(step)?))) else {
        problems.push(too_long(node));
        return None;
    };
    if span.signum() == -step.signum() {
        let message = format!("a step of {step} leads from {from} away from {to}");
        let help = if step.signum() > 0 {
            "write a step below 0, or swap `from` and `to`"
        } else {
            "write a step above 0, or swap `from` and `to`"
        };
        problems.push(Problem::error(node.place, message).help(help));
        return None;
    }
    if rest.signum() != 0 {
        let (Some(last), Some(next)) = (from.plus_steps(step, steps), from.plus_steps(step, steps + 1))
        else {
            problems.push(too_long(node));
            return None;
        };
        let message = format!("the steps of `{key}` miss {to}: they lead to {last} and then {next}");
        problems.push(Problem::error(node.place, message).help(hitting_steps(span, steps, last, next)));
        return None;
    }
    let Ok(len) = u64::try_from(steps + 1) else {
        problems.push(too_long(node));
        return None;
    };
    Some(Series::Range { from, step, len })
}

/// What to write where `steps` steps fall short of the span and one more goes beyond.
fn hitting_steps(span: Decimal, steps: i128, last: Decimal, next: Decimal) -> String {
    const NEAR: i128 = 1000;
    const DIGITS: u32 = 6;
    let fewer = (1..=steps).rev().take(NEAR as usize).find_map(|n| span.short_quotient(n, DIGITS));
    let more = (steps + 1..=steps.saturating_add(NEAR)).find_map(|n| span.short_quotient(n, DIGITS));
    let hits: Vec<String> =
        [more, fewer].into_iter().flatten().map(|step| format!("`step = {step}`")).collect();
    let ends = format!("`to = {last}` or `to = {next}`");
    if hits.is_empty() { format!("write {ends}") } else { format!("write {}, or {ends}", hits.join(" or ")) }
}

/// The problem with something that stands where an axis is meant.
fn not_an_axis(key: &str, node: &Node) -> Problem {
    let problem = Problem::error(
        node.place,
        format!("the axis `{key}` must be a list or a range, not {}", node.found()),
    );
    match &node.value {
        Value::Text(text) => match string_range(text) {
            Some(spelling) => problem.help(format!("write `{key} = {spelling}`")),
            None => problem.help(format!("write `{key} = [{text:?}]`, or move it to [fixed]")),
        },
        Value::Number(number) => problem.help(format!("write `{key} = [{number}]`, or move it to [fixed]")),
        Value::Table(table) => match table.entries.iter().find_map(|e| nearest(&e.key, FORM_KEYS)) {
            Some(near) => problem.help(format!("did you mean `{near}`? An axis is written {FORMS}")),
            None => problem.help("put it in a list, or move it to [fixed]"),
        },
        _ => problem.help(format!("write {FORMS}")),
    }
}

/// `"10..200"` as a range with as many steps, of at most ten, as keep its digits.
fn string_range(text: &str) -> Option<String> {
    let (from, to) = text.split_once("..").or_else(|| text.split_once(':'))?;
    let [from, to] = [from, to.trim_start_matches('=')].map(|end| Number::new(end.trim()).to_decimal());
    let (from, to) = (from?, to?);
    let span = to.minus(from)?;
    let step = (1..=10).rev().find_map(|n| {
        span.short_quotient(n, 12).filter(|step| step.digits() <= from.digits().max(to.digits()))
    })?;
    Some(format!("{{ from = {from}, to = {to}, step = {step} }}"))
}
