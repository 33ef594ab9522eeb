//! An integer of a range.

use serde_json::{Value as Json, json};

use super::{Form, Names, Told};
use crate::sweep::columns::{Kind, Scalar};
use crate::sweep::document::Node;
use crate::sweep::problem::Problem;
use crate::sweep::read;

/// An integer from the least to the most.
pub(in crate::sweep) struct Integer {
    pub min: u32,
    pub max: u32,
}

impl Form for Integer {
    type Value = u32;

    fn words(&self) -> String {
        read::integers(self.min.into(), self.max.into())
    }

    fn schema(&self) -> Json {
        json!({ "type": "integer", "minimum": self.min, "maximum": self.max })
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<u32> {
        read::count(node, key, self.min, self.max, problems)
    }

    fn toml(&self, value: &u32) -> String {
        value.to_string()
    }

    fn json(&self, value: &u32) -> Json {
        json!(value)
    }
}

impl Told for Integer {
    fn kind(&self) -> Kind {
        Kind::Integer
    }

    fn scalar(&self, value: &u32) -> Scalar {
        Scalar::Integer((*value).into())
    }
}
