//! A TOML text as a tree whose tables keep the order of the source and whose values know their place.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::number::Number;
use super::problem::{Place, Problem};

/// Longer texts are not repeated in messages.
const LONGEST_FOUND: usize = 60;

/// The keys of a sweep file at its top.
pub(super) const KEYS: [&str; 12] = [
    "schema",
    "name",
    "question",
    "fixed",
    "axes",
    "zip",
    "exclude",
    "block",
    "seeds",
    "measure",
    "report",
    "populations",
];

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub place: Place,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Number(Number),
    Boolean(bool),
    Datetime,
    List(Vec<Node>),
    Table(Table),
}

/// The entries of a table in the order of the source.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    /// The place of the key.
    pub place: Place,
    pub node: Node,
}

impl Table {
    /// The root table of a text. What cannot be read is reported and left out.
    pub(super) fn parse(text: &str, problems: &mut Vec<Problem>) -> Table {
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let place = error.span().map_or(Place::File, Place::span);
            problems.push(Problem::error(place, format!("this is not TOML: {}", error.message())));
        }
        table(root.get_ref(), &Place::span)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The values of these keys, where the table has them and no other.
    pub(super) fn exactly<const N: usize>(&self, keys: [&str; N]) -> Option<[&Node; N]> {
        let values: Vec<&Node> = keys.iter().filter_map(|key| self.get(key)).collect();
        <[&Node; N]>::try_from(values).ok().filter(|_| self.entries.len() == N)
    }

    /// Puts a value under a key, in place of the one that is there.
    pub(super) fn set(&mut self, key: &str, node: Node) {
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.node = node,
            None => self.entries.push(Entry { key: key.to_owned(), place: node.place, node }),
        }
    }
}

impl Node {
    /// One value of a command-line argument, every part of it at the argument's place.
    pub(super) fn parse_argument(text: &str, place: Place) -> Result<Node, String> {
        // What begins as no other value of TOML does is a word without quotes, for the key to judge.
        let bare = !text.is_empty() && !text.starts_with(['"', '\'', '[', '{']);
        match DeValue::parse(text) {
            Ok(parsed) => Ok(node(&parsed, &|_| place)),
            Err(_) if bare => Ok(Node { place, value: Value::Text(text.to_owned()) }),
            Err(error) => Err(error.message().to_owned()),
        }
    }

    pub(super) fn is_text(&self, word: &str) -> bool {
        matches!(&self.value, Value::Text(text) if text == word)
    }

    /// What stands here, for messages.
    pub(super) fn found(&self) -> String {
        match &self.value {
            Value::Text(text) if text.chars().count() > LONGEST_FOUND => "a long text".to_owned(),
            Value::Text(text) => format!("{text:?}"),
            Value::Number(number) => number.to_string(),
            Value::Boolean(value) => value.to_string(),
            Value::Datetime => "a date".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Table(_) => "a table".to_owned(),
        }
    }
}

type PlaceOf<'p> = &'p dyn Fn(std::ops::Range<usize>) -> Place;

fn table(source: &DeTable<'_>, place: PlaceOf<'_>) -> Table {
    let mut entries: Vec<_> = source.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let entry = |(key, value): (&Spanned<_>, &_)| Entry {
        key: String::from(AsRef::<std::borrow::Cow<'_, str>>::as_ref(key).as_ref()),
        place: place(key.span()),
        node: node(value, place),
    };
    Table { entries: entries.into_iter().map(entry).collect() }
}

fn node(source: &Spanned<DeValue<'_>>, place: PlaceOf<'_>) -> Node {
    let value = match source.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => {
            let decimal = i128::from_str_radix(integer.as_str(), integer.radix());
            Value::Number(Number::new(decimal.map_or(integer.as_str().to_owned(), |i| i.to_string())))
        }
        DeValue::Float(float) => Value::Number(Number::new(float.as_str())),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(_) => Value::Datetime,
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, place)).collect()),
        DeValue::Table(entries) => Value::Table(table(entries, place)),
    };
    Node { place: place(source.span()), value }
}
