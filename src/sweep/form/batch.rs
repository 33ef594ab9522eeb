//! What an epoch's gradient is taken over.

use serde_json::{Value as Json, json};

use super::{Form, Names, Told, quoted, with_nearest};
use crate::sweep::columns::{Kind, Scalar};
use crate::sweep::document::{Node, Value};
use crate::sweep::limits::MAX_COUNT;
use crate::sweep::problem::Problem;
use crate::sweep::read::{self, mismatch};
use crate::train::Batch;

/// A number of profiles, or the word for the expected gradient.
pub(in crate::sweep) struct BatchForm;

const EXACT: &str = "exact";

impl Form for BatchForm {
    type Value = Batch;

    fn words(&self) -> String {
        format!("{}, or \"{EXACT}\"", read::integers(1, MAX_COUNT.into()))
    }

    fn schema(&self) -> Json {
        json!({ "oneOf": [{ "type": "integer", "minimum": 1, "maximum": MAX_COUNT }, { "enum": [EXACT] }] })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<Batch> {
        match node.value {
            Value::Number(_) => read::count(node, key, 1, MAX_COUNT, problems).map(Batch::Profiles),
            _ if node.is_text(EXACT) => Some(Batch::Exact),
            _ => {
                problems.push(with_nearest(mismatch(node, key, &self.words()), node, [EXACT]));
                None
            }
        }
    }

    fn toml(&self, value: &Batch) -> String {
        match value {
            Batch::Profiles(count) => count.to_string(),
            Batch::Exact => quoted(EXACT),
        }
    }
}

impl Told for BatchForm {
    fn kind(&self) -> Kind {
        Kind::Integer
    }

    fn scalar(&self, value: &Batch) -> Scalar {
        match value {
            Batch::Profiles(count) => Scalar::Integer((*count).into()),
            Batch::Exact => Scalar::Null,
        }
    }
}
