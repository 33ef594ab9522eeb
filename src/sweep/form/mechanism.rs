//! The auction's rule: a word, or a mixture of two.

use serde_json::{Value as Json, json};

use super::{Form, Names, Told, one_of, quoted, table_of, with_nearest};
use crate::auction::Mechanism;
use crate::numeric::digits::shortest;
use crate::sweep::columns::{Kind, Scalar};
use crate::sweep::document::{Node, Table, Value};
use crate::sweep::problem::Problem;
use crate::sweep::read::{self, mismatch};

/// The name of a rule, or `{ mixture = A }`.
pub(in crate::sweep) struct MechanismForm;

/// What A may be.
const BETWEEN: &str = "a number between 1, the first price, and 2, the second";

/// The rules without a number.
fn plain() -> impl Iterator<Item = Mechanism> {
    Mechanism::ALL.into_iter().filter(|rule| !matches!(rule, Mechanism::Mixture { .. }))
}

fn names() -> Vec<&'static str> {
    plain().map(Mechanism::name).collect()
}

impl Form for MechanismForm {
    type Value = Mechanism;

    fn words(&self) -> String {
        format!("{}, or {{ mixture = A }} with A between 1 and 2", one_of(&names()))
    }

    fn schema(&self) -> Json {
        let between = json!({ "type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 2 });
        json!({ "oneOf": [{ "enum": names() }, table_of("mixture", &between)] })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<Mechanism> {
        if let Value::Table(Table { entries }) = &node.value {
            let [entry] = entries.as_slice() else { return no_mixture(key, node, problems) };
            if entry.key != "mixture" {
                return no_mixture(key, node, problems);
            }
            let allows = |a| Mechanism::mixture(a).is_some();
            let a = read::number(&entry.node, "mixture", BETWEEN, allows, problems)?;
            return Mechanism::mixture(a);
        }
        let found = plain().find(|rule| node.is_text(rule.name()));
        if found.is_none() {
            problems.push(with_nearest(mismatch(node, key, &self.words()), node, names()));
        }
        found
    }

    fn toml(&self, value: &Mechanism) -> String {
        match value {
            Mechanism::Mixture { a } => format!("{{ mixture = {} }}", shortest(*a)),
            plain => quoted(plain.name()),
        }
    }
}

fn no_mixture(key: &str, node: &Node, problems: &mut Vec<Problem>) -> Option<Mechanism> {
    let problem = Problem::error(node.place, format!("the table of `{key}` has one key, `mixture`"));
    problems.push(problem.help(format!("write such as `{key} = {{ mixture = 1.5 }}`")));
    None
}

impl Told for MechanismForm {
    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn scalar(&self, value: &Mechanism) -> Scalar {
        Scalar::Text(value.to_string())
    }

    fn canonical(&self, value: &Mechanism) -> String {
        match value {
            Mechanism::Mixture { a } => format!("{{\"mixture\":{}}}", shortest(*a)),
            plain => quoted(plain.name()),
        }
    }
}
