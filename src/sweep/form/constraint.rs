//! What couples the values of a linear program.

use serde_json::{Value as Json, json};

use super::{Form, Names, table_of};
use crate::numeric::digits::shortest;
use crate::response::Constraint;
use crate::sweep::document::Node;
use crate::sweep::problem::Problem;
use crate::sweep::read;

/// A table of one key, such as `{ budget = 0.08 }`.
pub(in crate::sweep) struct ConstraintForm;

impl Form for ConstraintForm {
    type Value = Constraint;

    fn words(&self) -> String {
        Constraint::names().map(|name| format!("{{ {name} = NUMBER }}")).join(", ")
    }

    fn schema(&self) -> Json {
        let tables = Constraint::names().map(|name| table_of(name, &json!({ "type": "number" })));
        json!({ "oneOf": tables })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<Constraint> {
        let what = format!("`{key}`");
        let table = read::table(node, &what, problems)?;
        read::only(table, &Constraint::names(), &what, problems);
        let mut given = Constraint::names().into_iter().filter(|name| table.get(name).is_some());
        let (Some(name), None) = (given.next(), given.next()) else {
            // Where other keys stand there, they have been reported.
            if table.entries.iter().all(|entry| Constraint::names().contains(&entry.key.as_str())) {
                let problem = Problem::error(node.place, format!("{what} must have one key"));
                problems.push(problem.help(format!("write such as `{key} = {{ budget = 0.08 }}`")));
            }
            return None;
        };
        let number = read::number(table.get(name)?, name, "a finite number", f64::is_finite, problems)?;
        Constraint::new(name, number)
    }

    fn toml(&self, value: &Constraint) -> String {
        format!("{{ {} = {} }}", value.name(), shortest(value.number()))
    }

    fn json(&self, value: &Constraint) -> Json {
        json!({ value.name(): value.number() })
    }
}
