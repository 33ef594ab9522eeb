//! A table of sweep files that is told by rows, one a key: reading it, `bidsweep list`, the JSON Schema and
//! manifests follow from the rows. `[measure]` and `[report]` are such tables.
//!
//! Keys with a point in them stand in a table of their own.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::document::Node;
use super::form::{Form, Names, object};
use super::problem::Problem;
use super::read;

/// The rows of a table that sets an `S`; its values may refer to a `C`.
pub(super) struct Registry<S: 'static, C: ?Sized + 'static = ()> {
    /// The table as sweep files write it.
    title: &'static str,
    rows: Vec<Row<S, C>>,
}

/// All that is said of one key.
pub(super) struct Row<S: 'static, C: ?Sized + 'static = ()> {
    /// The TOML key, `table.key` for those of a table.
    key: &'static str,
    /// One line for `bidsweep list`.
    doc: &'static str,
    /// The values it may take, in words.
    values: String,
    /// The TOML text of what it is where the key is left out; none where nothing stands for that.
    default: Option<String>,
    schema: Json,
    read: Box<Read<S, C>>,
    json: Box<Show<S>>,
}

/// What the value at a node does to the settings.
type Read<S, C> = dyn Fn(&str, &Node, &C, &mut Vec<Problem>) -> Option<Change<S>> + Send + Sync;

type Change<S> = Box<dyn FnOnce(&mut S)>;

/// The value in manifests; none where nothing stands for that.
type Show<S> = dyn Fn(&S) -> Option<Json> + Send + Sync;

/// How a form reads the value at a node.
type ReadForm<F, C> = fn(&F, &str, &Node, &C, &mut Vec<Problem>) -> Option<<F as Form>::Value>;

/// A form whose values refer to other parts of the sweep file.
pub(super) trait Referring<C: ?Sized>: Form {
    /// The value that stands at a node, as [`Form::read`].
    fn refer(&self, key: &str, node: &Node, context: &C, problems: &mut Vec<Problem>) -> Option<Self::Value>;
}

impl<S: Default, C: ?Sized> Row<S, C> {
    /// A row whose default is that of the settings.
    pub(super) fn new<F: Form>(
        key: &'static str,
        doc: &'static str,
        form: F,
        get: fn(&S) -> Option<F::Value>,
        set: fn(&mut S, F::Value),
    ) -> Self {
        let read: ReadForm<F, C> =
            |form, key, node, _, problems| form.read(key, node, &Names::default(), problems);
        Row::reading(key, doc, form, get, set, read)
    }

    /// A row whose values refer to other parts of the file.
    pub(super) fn referring<F: Referring<C>>(
        key: &'static str,
        doc: &'static str,
        form: F,
        get: fn(&S) -> Option<F::Value>,
        set: fn(&mut S, F::Value),
    ) -> Self {
        Row::reading(key, doc, form, get, set, F::refer)
    }

    fn reading<F: Form>(
        key: &'static str,
        doc: &'static str,
        form: F,
        get: fn(&S) -> Option<F::Value>,
        set: fn(&mut S, F::Value),
        read: ReadForm<F, C>,
    ) -> Self {
        let default = get(&S::default()).map(|value| form.toml(&value));
        let (values, schema) = (form.words(), form.schema());
        let form = Arc::new(form);
        let shown = form.clone();
        let read: Box<Read<S, C>> = Box::new(move |key, node, context, problems| {
            let value = read(&form, key, node, context, problems)?;
            Some(Box::new(move |settings| set(settings, value)))
        });
        let json = Box::new(move |settings: &S| get(settings).map(|value| shown.json(&value)));
        Row { key, doc, values, default, schema, read, json }
    }
}

impl<S, C: ?Sized> Row<S, C> {
    /// The table that it stands in, if in one, and its key there.
    fn split(&self) -> (Option<&'static str>, &'static str) {
        match self.key.split_once('.') {
            Some((table, key)) => (Some(table), key),
            None => (None, self.key),
        }
    }

    /// The key of the registry's table that it stands under.
    fn top(&self) -> &'static str {
        let (table, key) = self.split();
        table.unwrap_or(key)
    }
}

impl<S: Default, C: ?Sized> Registry<S, C> {
    pub(super) fn new(title: &'static str, rows: Vec<Row<S, C>>) -> Self {
        Registry { title, rows }
    }

    /// The rows, those under one key of the table together.
    fn groups(&self) -> impl Iterator<Item = &[Row<S, C>]> {
        self.rows.chunk_by(|a, b| a.top() == b.top())
    }

    /// Every key of the table and of the tables in it: name, values and default, and a line of what it asks
    /// for.
    pub(super) fn keys(&self) -> Vec<[String; 3]> {
        let row = |row: &Row<S, C>| {
            let values = match &row.default {
                Some(default) => format!("{}; default {default}", row.values),
                None => row.values.clone(),
            };
            [row.key.to_owned(), values, row.doc.to_owned()]
        };
        self.rows.iter().map(row).collect()
    }

    /// Reads the table.
    pub(super) fn read(&self, node: Option<&Node>, context: &C, problems: &mut Vec<Problem>) -> S {
        let mut settings = S::default();
        let Some(table) = node.and_then(|node| read::table(node, self.title, problems)) else {
            return settings;
        };
        read::only(table, &self.groups().map(|rows| rows[0].top()).collect::<Vec<_>>(), self.title, problems);
        for rows in self.groups() {
            let Some(node) = table.get(rows[0].top()) else { continue };
            let changes = match rows[0].split() {
                (None, key) => (rows[0].read)(key, node, context, problems).map(|change| vec![change]),
                (Some(table), _) => read_table(table, rows, node, context, problems),
            };
            // A table is taken over whole or not at all.
            changes.into_iter().flatten().for_each(|change| change(&mut settings));
        }
        settings
    }

    /// The JSON Schema of the table.
    pub(super) fn schema(&self) -> Json {
        let mut keys = json!({});
        for rows in self.groups() {
            keys[rows[0].top()] = match rows[0].split() {
                (None, _) => rows[0].schema.clone(),
                (Some(_), _) => {
                    let own = rows.iter().map(|row| (row.split().1.to_owned(), row.schema.clone()));
                    object(Json::Object(own.collect()), &[])
                }
            };
        }
        object(keys, &[])
    }

    /// The settings with their defaults, for the manifest.
    pub(super) fn resolved(&self, settings: &S) -> Json {
        let mut resolved = json!({});
        for row in &self.rows {
            match (row.split(), (row.json)(settings)) {
                ((None, key), value) => resolved[key] = value.into(),
                ((Some(table), key), value) => resolved[table][key] = value.into(),
            }
        }
        resolved
    }
}

/// The changes of all keys of a table, unless one of them is wrong.
fn read_table<S, C: ?Sized>(
    name: &str,
    rows: &[Row<S, C>],
    node: &Node,
    context: &C,
    problems: &mut Vec<Problem>,
) -> Option<Vec<Change<S>>> {
    let what = format!("`{name}`");
    let table = read::table(node, &what, problems)?;
    read::only(table, &rows.iter().map(|row| row.split().1).collect::<Vec<_>>(), &what, problems);
    let mut changes = Vec::new();
    for row in rows {
        let (_, key) = row.split();
        if let Some(node) = table.get(key) {
            changes.push((row.read)(key, node, context, problems));
        }
    }
    changes.into_iter().collect()
}

#[cfg(test)]
impl<S: Default + PartialEq + std::fmt::Debug, C: ?Sized> Registry<S, C> {
    /// Every default is written as it is read, every key is there once, and those of a table stand together.
    pub(super) fn assert_sound(&self, context: &C) {
        use std::collections::HashSet;

        for row in &self.rows {
            let Some(text) = &row.default else { continue };
            let node = Node::parse_argument(text, super::problem::Place::File).expect("a default is TOML");
            let (mut problems, mut settings) = (Vec::new(), S::default());
            let change = (row.read)(row.key, &node, context, &mut problems).expect("a default is allowed");
            change(&mut settings);
            assert_eq!((settings, problems.len()), (S::default(), 0), "{} = {text}", row.key);
        }
        let are_unique = |names: Vec<&str>| names.iter().collect::<HashSet<_>>().len() == names.len();
        assert!(are_unique(self.groups().map(|rows| rows[0].top()).collect()), "{}", self.title);
        assert!(are_unique(self.rows.iter().map(|row| row.key).collect()), "{}", self.title);
    }
}
