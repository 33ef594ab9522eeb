//! Some values in a list, none twice.

use serde_json::{Value as Json, json};

use super::{Form, Names, list_of};
use crate::sweep::document::{Node, Value};
use crate::sweep::problem::Problem;
use crate::sweep::read::mismatch;

/// A list of values of one form.
pub(in crate::sweep) struct ListOf<F> {
    /// What the list is of, in words: "a list of names".
    pub words: &'static str,
    pub form: F,
}

impl<F: Form> Form for ListOf<F>
where
    F::Value: PartialEq,
{
    type Value = Vec<F::Value>;

    fn words(&self) -> String {
        format!("{}: {}", self.words, self.form.words())
    }

    fn schema(&self) -> Json {
        let mut schema = list_of(&self.form.schema());
        schema["uniqueItems"] = json!(true);
        schema
    }

    fn read(
        &self,
        key: &str,
        node: &Node,
        names: &Names,
        problems: &mut Vec<Problem>,
    ) -> Option<Self::Value> {
        let Value::List(nodes) = &node.value else {
            let problem = mismatch(node, key, self.words);
            let found = matches!(node.value, Value::Text(_)).then(|| node.found());
            problems.push(match found {
                Some(word) => problem.help(format!("write `{key} = [{word}]`")),
                None => problem,
            });
            return None;
        };
        let mut values: Vec<F::Value> = Vec::new();
        let before = problems.len();
        for node in nodes {
            let Some(value) = self.form.read(key, node, names, problems) else { continue };
            if values.contains(&value) {
                let message = format!("`{key}` has {} twice", self.form.toml(&value));
                problems.push(Problem::error(node.place, message).help("leave one of them out"));
            }
            values.push(value);
        }
        (problems.len() == before).then_some(values)
    }

    fn toml(&self, value: &Self::Value) -> String {
        let all: Vec<_> = value.iter().map(|value| self.form.toml(value)).collect();
        format!("[{}]", all.join(", "))
    }

    fn json(&self, value: &Self::Value) -> Json {
        value.iter().map(|value| self.form.json(value)).collect()
    }
}
