//! The prior of a bidder.

use serde_json::{Value as Json, json};

use super::{Form, Names, object, quoted};
use crate::auction::Prior;
use crate::auction::prior::{
    COLUMN_ENDS, COLUMN_KEYS, COLUMN_WORDS, Cleaning, Empirical, Form as PriorKind, Missing, PriorEntry,
    PriorParameter, Ties,
};
use crate::numeric::digits::shortest;
use crate::sweep::data_files::DataFiles;
use crate::sweep::document::{Entry, Node, Table, Value};
use crate::sweep::problem::{Place, Problem, suggestion};
use crate::sweep::read::{self, mismatch};

/// The law of a bidder's value: a word as the command line spells it, or a table of one name.
pub(in crate::sweep) struct PriorForm;

impl Form for PriorForm {
    type Value = Prior;

    fn words(&self) -> String {
        "\"uniform:0:1\" and the like, or `{ uniform = { low = 0.0, high = 1.0 } }`".to_owned()
    }

    fn schema(&self) -> Json {
        json!({ "anyOf": [{ "type": "string" }, schema()] })
    }

    fn read(&self, key: &str, node: &Node, names: &Names, problems: &mut Vec<Problem>) -> Option<Prior> {
        match &node.value {
            Value::Text(text) => {
                let name = text.split(':').next().unwrap_or_default();
                if row(name).is_none() {
                    problems.push(unknown(name, node.place));
                    return None;
                }
                let prior = Prior::spelled(text, |file| names.files.path(file));
                if let Some(note) = prior.as_ref().ok().and_then(note) {
                    problems.push(Problem::warning(node.place, note));
                }
                prior.map_err(|message| problems.push(Problem::error(node.place, message))).ok()
            }
            Value::Table(Table { entries }) => read_table(entries, node, names.files, problems),
            _ => {
                problems.push(mismatch(node, key, &self.words()));
                None
            }
        }
    }

    fn toml(&self, prior: &Prior) -> String {
        quoted(&prior.to_string())
    }
}

/// What was done to the data of a prior, where something was.
fn note(prior: &Prior) -> Option<String> {
    match prior {
        Prior::Empirical(law) => law.note(),
        _ => None,
    }
}

/// A table of one name, such as `{ uniform = { low = 0.0, high = 1.0 } }`.
fn read_table(
    entries: &[Entry],
    node: &Node,
    files: &DataFiles,
    problems: &mut Vec<Problem>,
) -> Option<Prior> {
    let spelling = "write `prior = { uniform = { low = 0.0, high = 1.0 } }`";
    let [entry] = entries else {
        let message = format!("a prior is a table with one name, not {}", entries.len());
        problems.push(Problem::error(node.place, message).help(spelling));
        return None;
    };
    let Some(row) = row(&entry.key) else {
        problems.push(unknown(&entry.key, entry.place));
        return None;
    };
    let what = format!("the prior `{}`", row.name);
    let table = read::table(&entry.node, &what, problems)?;
    read::only(table, &keys(row), &what, problems);
    let prior = match row.form {
        PriorKind::Numbers { parameters, build } => {
            build(&read_parameters(table, row, parameters, entry.place, problems)?)
        }
        PriorKind::Column => {
            let [file, column] = COLUMN_KEYS.map(|key| match table.get(key) {
                Some(node) => read::text(node, key, problems),
                None => {
                    problems.push(missing(entry.place, row.name, key));
                    None
                }
            });
            let cleaning = read_cleaning(table, problems)?;
            let (file, column) = (file?, column?);
            Empirical::read(&files.path(file), file, column, cleaning).map(Prior::Empirical)
        }
    };
    if let Some(note) = prior.as_ref().ok().and_then(note) {
        problems.push(Problem::warning(entry.node.place, note));
    }
    prior
        .map_err(|message| problems.push(Problem::error(entry.node.place, format!("{what}: {message}"))))
        .ok()
}

fn row(name: &str) -> Option<&'static PriorEntry> {
    Prior::REGISTRY.iter().find(|row| row.name == name)
}

fn unknown(name: &str, place: Place) -> Problem {
    let names = Prior::REGISTRY.iter().map(|row| row.name);
    Problem::error(place, format!("there is no prior `{name}`")).help(suggestion(name, names))
}

/// All keys of a prior.
fn keys(row: &PriorEntry) -> Vec<&'static str> {
    let mut keys = row.keys();
    if let PriorKind::Column = row.form {
        keys.extend(COLUMN_WORDS.iter().chain(&COLUMN_ENDS));
    }
    keys
}

/// How a column's values become a prior.
fn read_cleaning(table: &Table, problems: &mut Vec<Problem>) -> Option<Cleaning> {
    let [ties, missing] = COLUMN_WORDS;
    let [low, high] = COLUMN_ENDS.map(|key| match table.get(key) {
        Some(node) => {
            read::number(node, key, "a number of at least 0", |end| end.is_finite() && end >= 0.0, problems)
                .map(Some)
        }
        None => Some(None),
    });
    Some(Cleaning {
        ties: read_word(table, ties, &Ties::WORDS, problems)?,
        missing: read_word(table, missing, &Missing::WORDS, problems)?,
        low: low?,
        high: high?,
    })
}

/// One of some words, or what is meant where the key is left out.
fn read_word<T: Copy + Default>(
    table: &Table,
    key: &str,
    words: &[(&str, T)],
    problems: &mut Vec<Problem>,
) -> Option<T> {
    let Some(node) = table.get(key) else { return Some(T::default()) };
    let word = read::text(node, key, problems)?;
    let found = words.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    if found.is_none() {
        let message = format!("`{key}` cannot be \"{word}\"");
        let names = words.iter().map(|(name, _)| *name);
        problems.push(Problem::error(node.place, message).help(suggestion(word, names)));
    }
    found
}

/// The values of all parameters.
fn read_parameters(
    table: &Table,
    row: &PriorEntry,
    parameters: &[PriorParameter],
    place: Place,
    problems: &mut Vec<Problem>,
) -> Option<Vec<f64>> {
    let mut values = Vec::new();
    for parameter in parameters {
        values.push(match (table.get(parameter.name), parameter.default) {
            (Some(node), _) => {
                read::number(node, parameter.name, "a finite number", f64::is_finite, problems)
            }
            (None, Some(default)) => Some(default),
            (None, None) => {
                problems.push(missing(place, row.name, parameter.name));
                None
            }
        });
    }
    values.into_iter().collect()
}

fn missing(place: Place, prior: &str, key: &str) -> Problem {
    Problem::error(place, format!("the prior `{prior}` has no `{key}`"))
        .help(format!("write `{prior} = {{ {key} = ... }}`"))
}

/// The JSON Schema of a prior.
fn schema() -> Json {
    let priors = Prior::REGISTRY.iter().map(|row| {
        let (kind, required) = match row.form {
            PriorKind::Numbers { parameters, .. } => {
                let required = parameters.iter().filter(|p| p.default.is_none()).map(|p| p.name);
                ("number", required.collect())
            }
            PriorKind::Column => ("string", row.keys()),
        };
        let words = |key: &str| match key {
            "ties" => Some(Ties::WORDS.map(|(word, _)| word)),
            "missing" => Some(Missing::WORDS.map(|(word, _)| word)),
            _ => None,
        };
        let is_column = matches!(row.form, PriorKind::Column);
        let keys = keys(row).into_iter().map(|key| {
            let value = match words(key).filter(|_| is_column) {
                Some(words) => json!({ "enum": words }),
                None if is_column && COLUMN_ENDS.contains(&key) => json!({ "type": "number" }),
                None => json!({ "type": kind }),
            };
            (key.to_owned(), value)
        });
        object(json!({ row.name: object(Json::Object(keys.collect()), &required) }), &[row.name])
    });
    json!({ "oneOf": priors.collect::<Vec<_>>() })
}

/// The canonical JSON of a prior with all its parameters; data by content, wherever they come from.
pub(in crate::sweep) fn canonical(prior: &Prior) -> String {
    let name = prior.name();
    match prior {
        Prior::Empirical(law) => format!("{{\"{name}\":\"{}\"}}", law.digest()),
        _ => {
            let parameters: Vec<String> = prior.parameters().iter().map(|&p| shortest(p)).collect();
            format!("{{\"{name}\":[{}]}}", parameters.join(","))
        }
    }
}
