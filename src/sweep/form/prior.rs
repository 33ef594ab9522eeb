//! The prior of a bidder.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::object;
use crate::auction::Prior;
use crate::auction::prior::{COLUMN_KEYS, Empirical, Form, PriorEntry, PriorParameter};
use crate::sweep::document::{Node, Table, Value};
use crate::sweep::number::shortest;
use crate::sweep::problem::{Place, Problem, suggestion};
use crate::sweep::read;

/// A table of one name, such as `{ uniform = { low = 0.0, high = 1.0 } }`; the paths of data files are
/// relative to `base`.
pub(in crate::sweep) fn read_prior(node: &Node, base: &Path, problems: &mut Vec<Problem>) -> Option<Prior> {
    let spelling = "write `prior = { uniform = { low = 0.0, high = 1.0 } }`";
    let Value::Table(Table { entries }) = &node.value else {
        let message = format!("a prior is a table, not {}", node.found());
        problems.push(Problem::error(node.place, message).help(spelling));
        return None;
    };
    let [entry] = entries.as_slice() else {
        let message = format!("a prior is a table with one name, not {}", entries.len());
        problems.push(Problem::error(node.place, message).help(spelling));
        return None;
    };
    let names = || Prior::REGISTRY.iter().map(|row| row.name);
    let Some(row) = Prior::REGISTRY.iter().find(|row| row.name == entry.key) else {
        let message = format!("there is no prior `{}`", entry.key);
        problems.push(Problem::error(entry.place, message).help(suggestion(&entry.key, names())));
        return None;
    };
    let what = format!("the prior `{}`", row.name);
    let table = read::table(&entry.node, &what, problems)?;
    read::only(table, &row.keys(), &what, problems);
    let prior = match row.form {
        Form::Numbers { parameters, build } => {
            build(&read_parameters(table, row, parameters, entry.place, problems)?)
        }
        Form::Column => {
            let [file, column] = COLUMN_KEYS.map(|key| match table.get(key) {
                Some(node) => read::text(node, key, problems),
                None => {
                    problems.push(missing(entry.place, row.name, key));
                    None
                }
            });
            Empirical::read(file?, column?, base).map(Prior::Empirical)
        }
    };
    prior
        .map_err(|message| problems.push(Problem::error(entry.node.place, format!("{what}: {message}"))))
        .ok()
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
pub(in crate::sweep) fn schema() -> Json {
    let priors = Prior::REGISTRY.iter().map(|row| {
        let (kind, required) = match row.form {
            Form::Numbers { parameters, .. } => {
                let required = parameters.iter().filter(|p| p.default.is_none()).map(|p| p.name);
                ("number", required.collect())
            }
            Form::Column => ("string", row.keys()),
        };
        let keys = row.keys().into_iter().map(|key| (key.to_owned(), json!({ "type": kind })));
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
