//! Yes or no.

use serde_json::{Value as Json, json};

use super::{Form, Names};
use crate::sweep::document::Node;
use crate::sweep::problem::Problem;
use crate::sweep::read;

/// true or false.
pub(in crate::sweep) struct Boolean;

impl Form for Boolean {
    type Value = bool;

    fn words(&self) -> String {
        read::BOOLEANS.to_owned()
    }

    fn schema(&self) -> Json {
        json!({ "type": "boolean" })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<bool> {
        read::boolean(node, key, problems)
    }

    fn toml(&self, value: &bool) -> String {
        value.to_string()
    }

    fn json(&self, value: &bool) -> Json {
        json!(value)
    }
}
