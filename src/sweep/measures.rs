//! The registry of the keys of `[measure]`: reading, `bidsweep list`, the JSON Schema and manifests follow
//! from it.
//!
//! One row a key; those with a point in it stand in a table of their own.

use std::ops::Bound::{Excluded, Included};
use std::sync::{Arc, LazyLock};

use serde_json::{Value as Json, json};

use crate::measure::{MeasureSettings, Scope, Trajectories};
use crate::response::{MOST_BIDS, MOST_CELLS};

use super::document::{Node, Table, Value};
use super::form::{Boolean, ConstraintForm, Form, Integer, Names, Number, Points, Word, object};
use super::limits::{MAX_COUNT, MAX_REPLICATES};
use super::problem::{Place, Problem};
use super::read;

/// A row of the registry.
struct Row {
    /// The TOML key, `table.key` for those of a table.
    key: &'static str,
    /// One line for `bidsweep list`.
    doc: &'static str,
    /// The values it may take, in words.
    values: String,
    /// The TOML text of what it is where the key is left out; none where nothing stands for that.
    default: Option<String>,
    /// What to write for the table that must have the key; none where the key may be left out.
    example: Option<&'static str>,
    schema: Json,
    read: Box<Read>,
    json: Box<Show>,
}

/// What the value at a node does to the settings.
type Read = dyn Fn(&str, &Node, &mut Vec<Problem>) -> Option<Change> + Send + Sync;

type Change = Box<dyn FnOnce(&mut MeasureSettings)>;

/// The value in manifests; none where nothing stands for that.
type Show = dyn Fn(&MeasureSettings) -> Option<Json> + Send + Sync;

impl Row {
    /// A row whose default is that of [`MeasureSettings`].
    fn new<F: Form>(
        key: &'static str,
        doc: &'static str,
        form: F,
        get: fn(&MeasureSettings) -> Option<F::Value>,
        set: fn(&mut MeasureSettings, F::Value),
    ) -> Row {
        let default = get(&MeasureSettings::default()).map(|value| form.toml(&value));
        let (values, schema) = (form.words(), form.schema());
        let form = Arc::new(form);
        let shown = form.clone();
        let read: Box<Read> = Box::new(move |key, node, problems| {
            let value = form.read(key, node, &Names::default(), problems)?;
            Some(Box::new(move |settings| set(settings, value)))
        });
        let json = Box::new(move |settings: &MeasureSettings| get(settings).map(|value| shown.json(&value)));
        Row { key, doc, values, default, example: None, schema, read, json }
    }

    /// Makes it a key that its table must have; the example says what to write.
    fn must(self, example: &'static str) -> Row {
        Row { example: Some(example), ..self }
    }

    /// The table that it stands in, if in one, and its key there.
    fn split(&self) -> (Option<&'static str>, &'static str) {
        match self.key.split_once('.') {
            Some((table, key)) => (Some(table), key),
            None => (None, self.key),
        }
    }

    /// The key of `[measure]` that it stands under.
    fn top(&self) -> &'static str {
        let (table, key) = self.split();
        table.unwrap_or(key)
    }
}

fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(registry);
    &ROWS
}

fn registry() -> Vec<Row> {
    let scope = || Word::new(&Scope::ALL, Scope::name);
    let trajectories = "write `trajectories = { replicates = 4, every = 10 }`";
    vec![
        Row::new(
            "tail",
            "last part of the epochs that tail columns use",
            Number { words: "a number in (0, 1]", low: Excluded(0.0), high: Included(1.0) },
            |m| Some(m.tail),
            |m, tail| m.tail = tail,
        ),
        Row::new(
            "ema",
            "factor of the exponential moving average",
            Number { words: "a number in [0, 1)", low: Included(0.0), high: Excluded(1.0) },
            |m| Some(m.ema),
            |m, ema| m.ema = ema,
        ),
        Row::new(
            "trajectories.replicates",
            "replicates whose multipliers are kept",
            Integer { min: 1, max: MAX_REPLICATES },
            |m| m.trajectories.map(|t| t.replicates),
            |m, replicates| kept(m).replicates = replicates,
        )
        .must(trajectories),
        Row::new(
            "trajectories.every",
            "epochs from one that is kept to the next",
            Integer { min: 1, max: MAX_COUNT },
            |m| m.trajectories.map(|t| t.every),
            |m, every| kept(m).every = every,
        )
        .must(trajectories),
        Row::new(
            "bid_functions",
            "values at which bid functions are told",
            Points,
            |m| Some(m.bid_functions),
            |m, count| m.bid_functions = count,
        ),
        Row::new(
            "best_response.lp",
            "whose best responses are solved by linear program: those to the mean profile of every cell, to every run",
            scope(),
            |m| Some(m.best_response.lp),
            |m, lp| m.best_response.lp = lp,
        ),
        Row::new(
            "best_response.values",
            "value cells of the linear program",
            Integer { min: 2, max: MOST_CELLS as u32 },
            |m| Some(m.best_response.values),
            |m, values| m.best_response.values = values,
        ),
        Row::new(
            "best_response.bids",
            "bids of the linear program",
            Integer { min: 2, max: MOST_BIDS as u32 / 2 },
            |m| Some(m.best_response.bids),
            |m, bids| m.best_response.bids = bids,
        ),
        Row::new(
            "best_response.constraint",
            "what couples the values of the linear program, such as { budget = 0.08 }",
            ConstraintForm,
            |m| m.best_response.constraint,
            |m, constraint| m.best_response.constraint = Some(constraint),
        ),
        Row::new(
            "best_response.class",
            "whose best responses within the strategy class are looked for",
            scope(),
            |m| Some(m.best_response.class),
            |m, class| m.best_response.class = class,
        ),
        Row::new(
            "best_response.smoothed",
            "whose best responses in the smoothed auction are looked for",
            scope(),
            |m| Some(m.best_response.smoothed),
            |m, smoothed| m.best_response.smoothed = smoothed,
        ),
        Row::new(
            "best_response.tight",
            "whether epsilon_ex_ante_upper is the tight bound",
            Boolean,
            |m| Some(m.best_response.tight),
            |m, tight| m.best_response.tight = tight,
        ),
        Row::new(
            "continuation.replicates",
            "replicates that go on without sampling, for the verdict on movement",
            Integer { min: 0, max: MAX_REPLICATES },
            |m| Some(m.continuation.replicates),
            |m, replicates| m.continuation.replicates = replicates,
        ),
        Row::new(
            "continuation.epochs",
            "the most epochs of that; fewer where the movement has died out",
            Integer { min: 1, max: MAX_COUNT },
            |m| Some(m.continuation.epochs),
            |m, epochs| m.continuation.epochs = epochs,
        ),
        Row::new(
            "margin",
            "how near to a reference a mean multiplier must be for the destination",
            Number::positive("a number above 0"),
            |m| Some(m.margin),
            |m, margin| m.margin = margin,
        ),
        Row::new(
            "regret",
            "whether external regret is measured",
            Boolean,
            |m| Some(m.regret),
            |m, regret| m.regret = regret,
        ),
    ]
}

/// The trajectories that are kept, both of whose keys are set together.
fn kept(measure: &mut MeasureSettings) -> &mut Trajectories {
    measure.trajectories.get_or_insert(Trajectories { replicates: 1, every: 1 })
}

/// Every key of `[measure]` and of its tables: name, values and default, and a line of what it asks for.
pub fn measure_keys() -> Vec<[String; 3]> {
    let row = |row: &Row| {
        let values = match &row.default {
            Some(default) => format!("{}; default {default}", row.values),
            None => row.values.clone(),
        };
        [row.key.to_owned(), values, row.doc.to_owned()]
    };
    rows().iter().map(row).collect()
}

/// Reads `[measure]`.
pub(super) fn read_measure(node: Option<&Node>, problems: &mut Vec<Problem>) -> MeasureSettings {
    let mut measure = MeasureSettings::default();
    let Some(table) = node.and_then(|node| read::table(node, "`[measure]`", problems)) else {
        return measure;
    };
    let keys: Vec<&str> = rows().chunk_by(|a, b| a.top() == b.top()).map(|rows| rows[0].top()).collect();
    read::only(table, &keys, "`[measure]`", problems);
    for rows in rows().chunk_by(|a, b| a.top() == b.top()) {
        let Some(node) = table.get(rows[0].top()) else { continue };
        let changes = match rows[0].split() {
            (None, key) => (rows[0].read)(key, node, problems).map(|change| vec![change]),
            (Some(table), _) => read_table(table, rows, node, problems),
        };
        // A table is taken over whole or not at all.
        changes.into_iter().flatten().for_each(|change| change(&mut measure));
    }
    measure
}

/// The changes of all keys of a table, unless one of them is wrong.
fn read_table(name: &str, rows: &[Row], node: &Node, problems: &mut Vec<Problem>) -> Option<Vec<Change>> {
    let what = format!("`{name}`");
    let table = read::table(node, &what, problems)?;
    read::only(table, &rows.iter().map(|row| row.split().1).collect::<Vec<_>>(), &what, problems);
    let mut changes = Vec::new();
    for row in rows {
        let (_, key) = row.split();
        match (table.get(key), row.example) {
            (Some(node), _) => changes.push((row.read)(key, node, problems)),
            (None, Some(example)) => {
                let problem = Problem::error(node.place, format!("{what} has no `{key}`"));
                problems.push(problem.help(example));
                changes.push(None);
            }
            (None, None) => {}
        }
    }
    changes.into_iter().collect()
}

/// Where `[measure]` says which epochs are recorded.
pub(super) fn place_of_every(node: Option<&Node>) -> Place {
    fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
        match &node.value {
            Value::Table(table) => Table::get(table, key),
            _ => None,
        }
    }
    let every = node.and_then(|node| get(get(node, "trajectories")?, "every"));
    every.map_or(Place::File, |node| node.place)
}

/// The JSON Schema of `[measure]`.
pub(super) fn schema() -> Json {
    let mut keys = json!({});
    for rows in rows().chunk_by(|a, b| a.top() == b.top()) {
        keys[rows[0].top()] = match rows[0].split() {
            (None, _) => rows[0].schema.clone(),
            (Some(_), _) => {
                let own = rows.iter().map(|row| (row.split().1.to_owned(), row.schema.clone()));
                let must = rows.iter().filter(|row| row.example.is_some()).map(|row| row.split().1);
                object(Json::Object(own.collect()), &must.collect::<Vec<_>>())
            }
        };
    }
    object(keys, &[])
}

/// `[measure]` with its defaults, for the manifest. A table that lacks a key that it must have is not there.
pub(super) fn resolved(measure: &MeasureSettings) -> Json {
    let mut resolved = json!({});
    for row in rows() {
        match (row.split(), (row.json)(measure)) {
            ((None, key), value) => resolved[key] = value.into(),
            ((Some(table), _), None) if row.example.is_some() => resolved[table] = Json::Null,
            ((Some(table), key), value) => resolved[table][key] = value.into(),
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_written_as_it_is_read() {
        for row in rows() {
            let Some(text) = &row.default else { continue };
            let node = Node::parse_argument(text, Place::File).expect("a default is TOML");
            let (mut problems, mut measure) = (Vec::new(), MeasureSettings::default());
            let change = (row.read)(row.key, &node, &mut problems).expect("a default is allowed");
            change(&mut measure);
            assert_eq!((measure, problems.len()), (MeasureSettings::default(), 0), "{} = {text}", row.key);
        }
    }

    #[test]
    fn keys_are_unique_and_those_of_a_table_stand_together() {
        let groups: Vec<&str> =
            rows().chunk_by(|a, b| a.top() == b.top()).map(|rows| rows[0].top()).collect();
        let unique =
            |names: &[&str]| names.iter().collect::<std::collections::HashSet<_>>().len() == names.len();
        assert!(unique(&groups), "{groups:?}");
        assert!(unique(&rows().iter().map(|row| row.key).collect::<Vec<_>>()));
    }
}
