//! A number of points with both ends among them.

use serde_json::{Value as Json, json};

use super::{Form, Integer, Names};
use crate::sweep::document::Node;
use crate::sweep::limits::MAX_VALUES;
use crate::sweep::problem::Problem;

/// The number of values that bids are told at: none, or two and more.
pub(in crate::sweep) struct Points;

const RANGE: Integer = Integer { min: 0, max: MAX_VALUES };

impl Form for Points {
    type Value = u32;

    fn words(&self) -> String {
        format!("0, or an integer from 2 to {MAX_VALUES}")
    }

    fn schema(&self) -> Json {
        let mut schema = RANGE.schema();
        schema["not"] = json!({ "const": 1 });
        schema
    }

    fn read(&self, key: &str, node: &Node, names: &Names, problems: &mut Vec<Problem>) -> Option<u32> {
        let count = RANGE.read(key, node, names, problems)?;
        if count == 1 {
            let message = format!(
                "`{key}` is the number of values that bids are told at, both ends of the support among them: 0 or \
                 at least 2"
            );
            let problem = Problem::error(node.place, message);
            problems.push(problem.help(format!("write such as `{key} = 33`, or 0")));
            return None;
        }
        Some(count)
    }

    fn toml(&self, value: &u32) -> String {
        RANGE.toml(value)
    }

    fn json(&self, value: &u32) -> Json {
        RANGE.json(value)
    }
}
