//! One of some words.

use serde_json::{Value as Json, json};

use super::{Form, Names, Told, one_of, quoted, with_nearest};
use crate::sweep::columns::{Kind, Scalar};
use crate::sweep::document::Node;
use crate::sweep::problem::Problem;
use crate::sweep::read::mismatch;

/// One of some words, each of which stands for a value.
pub(in crate::sweep) struct Word<W: 'static> {
    all: &'static [W],
    name: fn(W) -> &'static str,
}

impl<W: Copy> Word<W> {
    /// All values, and the word of each.
    pub(in crate::sweep) fn new(all: &'static [W], name: fn(W) -> &'static str) -> Self {
        Word { all, name }
    }

    pub(in crate::sweep) fn name(&self, value: W) -> &'static str {
        (self.name)(value)
    }

    /// The value of a word, where there is one.
    pub(in crate::sweep) fn find(&self, is_it: impl Fn(&'static str) -> bool) -> Option<W> {
        self.all.iter().copied().find(|&value| is_it(self.name(value)))
    }

    fn names(&self) -> Vec<&'static str> {
        self.all.iter().map(|&value| self.name(value)).collect()
    }
}

impl<W: Copy + Send + Sync + 'static> Form for Word<W> {
    type Value = W;

    fn words(&self) -> String {
        one_of(&self.names())
    }

    fn schema(&self) -> Json {
        json!({ "enum": self.names() })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<W> {
        let found = self.find(|word| node.is_text(word));
        if found.is_none() {
            problems.push(with_nearest(mismatch(node, key, &self.words()), node, self.names()));
        }
        found
    }

    fn toml(&self, value: &W) -> String {
        quoted(self.name(*value))
    }
}

impl<W: Copy + Send + Sync + 'static> Told for Word<W> {
    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn scalar(&self, value: &W) -> Scalar {
        self.name(*value).into()
    }
}
