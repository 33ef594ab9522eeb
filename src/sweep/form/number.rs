//! A finite number of an interval.

use std::ops::{Bound, RangeBounds};

use serde_json::{Value as Json, json};

use super::{Form, Names};
use crate::numeric::digits::shortest;
use crate::sweep::document::Node;
use crate::sweep::problem::Problem;
use crate::sweep::read;

/// A finite number of an interval.
pub(in crate::sweep) struct Number {
    /// The interval in words, as in "must be ...".
    pub words: &'static str,
    pub low: Bound<f64>,
    pub high: Bound<f64>,
}

impl Number {
    /// The numbers above 0.
    pub(in crate::sweep) const fn positive(words: &'static str) -> Self {
        Number { words, low: Bound::Excluded(0.0), high: Bound::Unbounded }
    }

    fn has(&self, x: f64) -> bool {
        x.is_finite() && (self.low, self.high).contains(&x)
    }
}

impl Form for Number {
    type Value = f64;

    fn words(&self) -> String {
        self.words.to_owned()
    }

    fn schema(&self) -> Json {
        let mut schema = json!({ "type": "number" });
        let sides = [("minimum", "exclusiveMinimum", self.low), ("maximum", "exclusiveMaximum", self.high)];
        for (included, excluded, bound) in sides {
            match bound {
                // The ends in use are integers, and JSON writes those without a point.
                Bound::Included(end) => schema[included] = json!(end as i64),
                Bound::Excluded(end) => schema[excluded] = json!(end as i64),
                Bound::Unbounded => {}
            }
        }
        schema
    }

    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<f64> {
        read::number(node, key, self.words, |x| self.has(x), problems)
    }

    fn toml(&self, value: &f64) -> String {
        shortest(*value)
    }

    fn json(&self, value: &f64) -> Json {
        json!(value)
    }
}
