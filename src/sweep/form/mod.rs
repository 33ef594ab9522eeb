//! Forms of values: how they are read, written and told in words and in the schema. One file a form.

mod batch;
mod beta;
mod boolean;
mod constraint;
mod domain;
pub(super) mod initial;
mod integer;
pub(super) mod learner;
mod list;
mod mechanism;
mod number;
mod points;
mod population;
pub(super) mod prior;
pub(super) mod rate;
mod trajectories;
mod word;

pub(super) use batch::BatchForm;
pub(super) use beta::{BetaChoice, BetaForm};
pub(super) use boolean::Boolean;
pub(super) use constraint::ConstraintForm;
pub(super) use domain::{DomainForm, tuned_toml};
pub(super) use initial::{Initial, InitialForm};
pub(super) use integer::Integer;
pub(super) use learner::{LearnerChoice, LearnerForm};
pub(super) use list::ListOf;
pub(super) use mechanism::MechanismForm;
pub(super) use number::Number;
pub(super) use points::Points;
pub(super) use population::{PopulationForm, PopulationName};
pub(super) use prior::PriorForm;
pub(super) use rate::RateForm;
pub(super) use trajectories::TrajectoriesForm;
pub(super) use word::Word;

use serde_json::{Value as Json, json};

use super::columns::{Kind, Scalar};
use super::data_files::DataFiles;
use super::document::{Node, Value};
use super::problem::{Problem, nearest};

/// What the values of a key look like.
pub(super) trait Form: Send + Sync + 'static {
    /// A value, read.
    type Value: Clone;

    /// The values in words, as in "must be ...".
    fn words(&self) -> String;

    /// The JSON Schema of one value; what a schema cannot say is left to the errors of reading.
    fn schema(&self) -> Json;

    /// The value that stands at a node. What is wrong with it is reported; `key` stands in the messages.
    fn read(&self, key: &str, node: &Node, names: &Names, problems: &mut Vec<Problem>)
    -> Option<Self::Value>;

    /// The value as a sweep file writes it.
    fn toml(&self, value: &Self::Value) -> String;

    /// The value in manifests.
    fn json(&self, value: &Self::Value) -> Json {
        bare(&self.toml(value)).into()
    }
}

/// A form whose values stand in a column of their own and in the identity of cells.
pub(super) trait Told: Form {
    /// The type of the column.
    fn kind(&self) -> Kind;

    /// The value in the column.
    fn scalar(&self, value: &Self::Value) -> Scalar;

    /// The canonical JSON of identities. As TOML, but for what JSON does not have.
    fn canonical(&self, value: &Self::Value) -> String {
        self.toml(value)
    }
}

/// What a value may refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'s> {
    /// The populations of the file.
    pub populations: &'s [String],
    /// Where data files are.
    pub files: &'s DataFiles,
}

impl Default for Names<'_> {
    /// No populations; files in the working directory.
    fn default() -> Self {
        Names { populations: &[], files: DataFiles::HERE }
    }
}

/// A word in the quotes of TOML and JSON.
fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

/// TOML text, but that a word stands without its quotes.
pub(super) fn bare(toml: &str) -> &str {
    toml.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(toml)
}

/// Some words as what may stand in the place of a value.
fn one_of(words: &[&str]) -> String {
    let all: Vec<_> = words.iter().map(|word| quoted(word)).collect();
    if all.len() == 1 { all[0].clone() } else { format!("one of {}", all.join(", ")) }
}

/// The problem with the nearest word as its help.
fn with_nearest<'n>(problem: Problem, node: &Node, words: impl IntoIterator<Item = &'n str>) -> Problem {
    match &node.value {
        Value::Text(text) => match nearest(text, words) {
            Some(near) => problem.help(format!("did you mean \"{near}\"?")),
            None => problem,
        },
        _ => problem,
    }
}

/// The JSON Schema of a list of two.
fn pair_of(items: &Json) -> Json {
    json!({ "type": "array", "items": items, "minItems": 2, "maxItems": 2 })
}

/// The JSON Schema of a list of any length.
fn list_of(items: &Json) -> Json {
    json!({ "type": "array", "items": items })
}

/// The JSON Schema of a table of these keys and no others.
pub(super) fn object(properties: Json, required: &[&str]) -> Json {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// The JSON Schema of a table of one key.
fn table_of(key: &str, value: &Json) -> Json {
    object(json!({ key: value }), &[key])
}
