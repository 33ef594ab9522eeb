//! The steepness beta: one, or one that moves over the epochs.

use serde_json::{Value as Json, json};

use super::{Form, Names, Told, pair_of, quoted, table_of};
use crate::numeric::digits::shortest;
use crate::sweep::columns::{Kind, Scalar};
use crate::sweep::document::{Entry, Node, Table, Value};
use crate::sweep::problem::Problem;
use crate::sweep::read;
use crate::train::Beta;

/// A number above 0, infinity, or a table: `{ geometric = [FIRST, LAST] }`, or per width of the
/// widest support `{ relative = BETA }`.
pub(in crate::sweep) struct BetaForm;

/// A steepness as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::sweep) struct BetaChoice {
    beta: Beta,
    /// Whether it is counted per width of the widest support in place of per unit of bid.
    is_relative: bool,
}

impl BetaChoice {
    /// Per unit of bid.
    pub(in crate::sweep) fn plain(beta: Beta) -> Self {
        BetaChoice { beta, is_relative: false }
    }

    /// Per unit of bid, where the widest support of the bidders has this width.
    pub(in crate::sweep) fn per_unit(self, width: f64) -> Beta {
        match self {
            BetaChoice { beta, is_relative: false } => beta,
            BetaChoice { beta: Beta::Fixed(beta), .. } => Beta::Fixed(beta / width),
            BetaChoice { beta: Beta::Geometric { from, to }, .. } => {
                Beta::Geometric { from: from / width, to: to / width }
            }
        }
    }
}

impl Form for BetaForm {
    type Value = BetaChoice;

    fn words(&self) -> String {
        "a number above 0, inf with exact batches, { geometric = [FIRST, LAST] } or { relative = BETA }"
            .to_owned()
    }

    fn schema(&self) -> Json {
        let positive = json!({ "type": "number", "exclusiveMinimum": 0 });
        // JSON has no infinity: checkers that read TOML as JSON see `inf` as null.
        let infinity = json!({ "type": "null" });
        let geometric = table_of("geometric", &pair_of(&positive));
        let relative = table_of("relative", &json!({ "oneOf": [positive, geometric] }));
        json!({ "oneOf": [positive, infinity, geometric, relative] })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<BetaChoice> {
        match (&node.value, only_entry(node)) {
            (_, Some(entry)) if entry.key == "relative" => {
                let beta = read_beta("relative", &entry.node, RELATIVE, problems)?;
                Some(BetaChoice { beta, is_relative: true })
            }
            (Value::Table(_), entry) if entry.is_none_or(|entry| entry.key != "geometric") => {
                let message = format!("the table of `{key}` has one key, `geometric` or `relative`");
                let help =
                    format!("write `{key} = {{ geometric = [10, 400] }}` or `{key} = {{ relative = 50 }}`");
                problems.push(Problem::error(node.place, message).help(help));
                None
            }
            (Value::Number(number), _) if number.is_infinity() => {
                Some(BetaChoice::plain(Beta::Fixed(f64::INFINITY)))
            }
            _ => read_beta(key, node, &self.words(), problems).map(BetaChoice::plain),
        }
    }

    fn toml(&self, value: &BetaChoice) -> String {
        let beta = match value.beta {
            Beta::Fixed(beta) => shortest(beta),
            Beta::Geometric { from, to } => {
                format!("{{ geometric = [{}, {}] }}", shortest(from), shortest(to))
            }
        };
        if value.is_relative { format!("{{ relative = {beta} }}") } else { beta }
    }
}

/// The one entry of a table of one.
fn only_entry(node: &Node) -> Option<&Entry> {
    match &node.value {
        Value::Table(Table { entries }) if entries.len() == 1 => entries.first(),
        _ => None,
    }
}

/// What `relative` may be.
const RELATIVE: &str = "a number above 0 or { geometric = [FIRST, LAST] }";

/// A number above 0 or `{ geometric = [FIRST, LAST] }`; `words` are what the key may be.
fn read_beta(key: &str, node: &Node, words: &str, problems: &mut Vec<Problem>) -> Option<Beta> {
    match only_entry(node) {
        Some(entry) if entry.key == "geometric" => read_geometric(&entry.node, problems),
        _ => read::number(node, key, words, allows, problems).map(Beta::Fixed),
    }
}

impl Told for BetaForm {
    fn kind(&self) -> Kind {
        Kind::Number
    }

    /// That of the last epoch.
    fn scalar(&self, value: &BetaChoice) -> Scalar {
        Scalar::Number(value.beta.last())
    }

    fn canonical(&self, value: &BetaChoice) -> String {
        match &value.beta {
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
