//! The width of a report's figures.

use std::ops::Bound::Included;

use serde_json::{Value as Json, json};

use super::super::document::{Node, Value};
use super::super::form::{Form, Names, Number, Word};
use super::super::problem::Problem;
use super::super::read::mismatch;
use super::venue::Venue;

/// The width of figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Width {
    /// That of a column of the venue.
    Column,
    /// That of the venue's text.
    Text,
    /// So many inches.
    Inches(f64),
}

impl Width {
    /// In inches.
    pub const fn inches(self, venue: Venue) -> f64 {
        match self {
            Width::Column => venue.column(),
            Width::Text => venue.text(),
            Width::Inches(inches) => inches,
        }
    }

    const WORDS: [Width; 2] = [Width::Column, Width::Text];

    /// The word of those that are no numbers.
    const fn word(self) -> &'static str {
        match self {
            Width::Column => "column",
            Width::Text | Width::Inches(_) => "text",
        }
    }
}

/// A word, or inches.
pub(super) struct WidthForm;

const INCHES: Number =
    Number { words: "a number of inches in [2, 12]", low: Included(2.0), high: Included(12.0) };

fn words() -> Word<Width> {
    Word::new(&Width::WORDS, Width::word)
}

impl Form for WidthForm {
    type Value = Width;

    fn words(&self) -> String {
        format!("{}, or {}", words().words(), INCHES.words)
    }

    fn schema(&self) -> Json {
        json!({ "oneOf": [words().schema(), INCHES.schema()] })
    }

    fn read(&self, key: &str, node: &Node, names: &Names, problems: &mut Vec<Problem>) -> Option<Width> {
        let mut none = Vec::new();
        let width = match &node.value {
            Value::Text(_) => words().read(key, node, names, &mut none),
            _ => INCHES.read(key, node, names, &mut none).map(Width::Inches),
        };
        if width.is_none() {
            problems.push(mismatch(node, key, &self.words()));
        }
        width
    }

    fn toml(&self, value: &Width) -> String {
        match value {
            Width::Inches(inches) => INCHES.toml(inches),
            word => words().toml(word),
        }
    }

    fn json(&self, value: &Width) -> Json {
        match value {
            Width::Inches(inches) => json!(inches),
            word => json!(word.word()),
        }
    }
}
