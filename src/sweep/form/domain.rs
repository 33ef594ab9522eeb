//! The value of a learner's hyperparameter, as its domain says.

use serde_json::{Value as Json, json};

use super::{Boolean, Form, Integer, Names, Told, Word, quoted, table_of};
use crate::learner::{Domain, Range, Tuned, Value};
use crate::numeric::digits::shortest;
use crate::sweep::columns::{Kind, Scalar};
use crate::sweep::document::{self, Node};
use crate::sweep::problem::Problem;
use crate::sweep::read;

/// A value of a hyperparameter's domain.
pub(in crate::sweep) struct DomainForm(pub Domain);

/// Words that stand for themselves.
fn word(words: &'static [&'static str]) -> Word<&'static str> {
    Word::new(words, |word| word)
}

impl Form for DomainForm {
    type Value = Value;

    fn words(&self) -> String {
        match self.0 {
            Domain::Number(range) => format!("a number {}", range.words),
            Domain::Count { min, max } => Integer { min, max }.words(),
            Domain::Even { min, max } => format!("an even integer from {min} to {max}"),
            Domain::Word(words) => word(words).words(),
            Domain::Flag => Boolean.words(),
            Domain::Tuned { range, anytime: false } => format!("a number {}, or \"textbook\"", range.words),
            Domain::Tuned { range, anytime: true } => {
                format!("a number {}, \"textbook\", or {{ anytime = NUMBER }}", range.words)
            }
        }
    }

    fn schema(&self) -> Json {
        match self.0 {
            Domain::Number(_) => json!({ "type": "number" }),
            Domain::Count { min, max } => Integer { min, max }.schema(),
            Domain::Even { min, max } => {
                let mut schema = Integer { min, max }.schema();
                schema["multipleOf"] = json!(2);
                schema
            }
            Domain::Word(words) => word(words).schema(),
            Domain::Flag => Boolean.schema(),
            Domain::Tuned { anytime, .. } => {
                let number = json!({ "type": "number" });
                let mut forms = vec![number.clone(), json!({ "enum": [Tuned::Textbook.rule()] })];
                if anytime {
                    forms.push(table_of(ANYTIME, &number));
                }
                json!({ "oneOf": forms })
            }
        }
    }

    fn read(&self, key: &str, node: &Node, names: &Names, problems: &mut Vec<Problem>) -> Option<Value> {
        match self.0 {
            Domain::Number(range) => {
                read::number(node, key, &self.words(), range.has, problems).map(Value::Number)
            }
            Domain::Count { min, max } => {
                Integer { min, max }.read(key, node, names, problems).map(Value::Count)
            }
            Domain::Even { min, max } => {
                let words = self.words();
                let even = |x: f64| (f64::from(min)..=f64::from(max)).contains(&x) && x % 2.0 == 0.0;
                read::number(node, key, &words, even, problems).map(|x| Value::Count(x as u32))
            }
            Domain::Word(words) => word(words).read(key, node, names, problems).map(Value::Word),
            Domain::Flag => Boolean.read(key, node, names, problems).map(Value::Flag),
            Domain::Tuned { range, anytime } => {
                self.read_tuned(key, node, range, anytime, problems).map(Value::Tuned)
            }
        }
    }

    fn toml(&self, value: &Value) -> String {
        match value {
            Value::Number(x) => shortest(*x),
            Value::Count(count) => count.to_string(),
            Value::Word(word) => quoted(word),
            Value::Flag(yes) => Boolean.toml(yes),
            Value::Tuned(tuned) => tuned_toml(*tuned),
        }
    }
}

impl Told for DomainForm {
    fn kind(&self) -> Kind {
        match self.0 {
            Domain::Number(_) => Kind::Number,
            Domain::Count { .. } | Domain::Even { .. } => Kind::Integer,
            Domain::Word(_) | Domain::Flag => Kind::Text,
            Domain::Tuned { .. } => Kind::Number,
        }
    }

    fn scalar(&self, value: &Value) -> Scalar {
        match value {
            Value::Number(x) => Scalar::Number(*x),
            Value::Count(count) => Scalar::Integer((*count).into()),
            Value::Word(word) => (*word).into(),
            Value::Flag(yes) => Scalar::Text(Boolean.toml(yes)),
            Value::Tuned(tuned) => tuned.given().map_or(Scalar::Null, Scalar::Number),
        }
    }

    fn canonical(&self, value: &Value) -> String {
        match value {
            Value::Tuned(Tuned::Anytime(first)) => format!("{{\"{ANYTIME}\":{}}}", shortest(*first)),
            _ => self.toml(value),
        }
    }
}

/// The key of a number that falls with time.
const ANYTIME: &str = Tuned::Anytime(1.0).rule();

impl DomainForm {
    fn read_tuned(
        &self,
        key: &str,
        node: &Node,
        range: Range,
        anytime: bool,
        problems: &mut Vec<Problem>,
    ) -> Option<Tuned> {
        match &node.value {
            document::Value::Text(text) if text == Tuned::Textbook.rule() => Some(Tuned::Textbook),
            document::Value::Table(table) if anytime => {
                let what = format!("the table of `{key}`");
                read::only(table, &[ANYTIME], &what, problems);
                let Some(first) = table.get(ANYTIME) else {
                    problems.push(read::mismatch(node, key, &self.words()));
                    return None;
                };
                let words = format!("a number {}", range.words);
                read::number(first, ANYTIME, &words, range.has, problems).map(Tuned::Anytime)
            }
            _ => read::number(node, key, &self.words(), range.has, problems).map(Tuned::Constant),
        }
    }
}

/// A tuned number as a sweep file writes it.
pub(in crate::sweep) fn tuned_toml(tuned: Tuned) -> String {
    match tuned {
        Tuned::Constant(x) => shortest(x),
        Tuned::Textbook => quoted(tuned.rule()),
        Tuned::Anytime(first) => format!("{{ {ANYTIME} = {} }}", shortest(first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Range;
    use crate::sweep::problem::Place;

    /// What is read of a text, or the message and the help of the one problem with it.
    fn read(domain: Domain, text: &str) -> Result<Value, (String, Option<String>)> {
        let node = Node::parse_argument(text, Place::File).expect("the text is TOML");
        let mut problems = Vec::new();
        let value = DomainForm(domain).read("own.number", &node, &Names::default(), &mut problems);
        match (value, problems.as_slice()) {
            (Some(value), []) => Ok(value),
            (None, [problem]) => Err((problem.message.clone(), problem.help.clone())),
            (value, problems) => panic!("{text} gives {value:?} and {problems:?}"),
        }
    }

    #[test]
    fn counts_are_read_however_they_are_written() {
        let counts = Domain::Count { min: 2, max: 1000 };
        for text in ["100", "100.0", "1e2"] {
            assert_eq!(read(counts, text), Ok(Value::Count(100)), "{text}");
        }
        let message = |found| format!("`own.number` must be an integer from 2 to 1000, not {found}");
        for text in ["1", "1001", "2.5", "-2", "inf", "true"] {
            assert_eq!(read(counts, text), Err((message(text), None)), "{text}");
        }
        let quotes = Some("write 20 without quotes".to_owned());
        assert_eq!(read(counts, "\"20\""), Err((message("\"20\""), quotes)));
        let list = Some("a list of values to sweep over belongs under [axes]".to_owned());
        assert_eq!(read(counts, "[2, 3]"), Err((message("a list"), list)));
    }

    #[test]
    fn words_are_read_and_the_nearest_is_told() {
        let words = Domain::Word(&["raw", "central"]);
        assert_eq!(read(words, "\"central\""), Ok(Value::Word("central")));
        let message = |found| format!("`own.number` must be one of \"raw\", \"central\", not {found}");
        let near = Some("did you mean \"central\"?".to_owned());
        assert_eq!(read(words, "\"centrl\""), Err((message("\"centrl\""), near)));
        assert_eq!(read(words, "\"other\""), Err((message("\"other\""), None)));
        assert_eq!(read(words, "3"), Err((message("3"), None)));
        let only = Domain::Word(&["raw"]);
        assert_eq!(read(only, "1"), Err(("`own.number` must be \"raw\", not 1".to_owned(), None)));
    }

    #[test]
    fn even_numbers_are_read_and_odd_ones_told() {
        let even = Domain::Even { min: 2, max: 1024 };
        assert_eq!(read(even, "16"), Ok(Value::Count(16)));
        for text in ["15", "0", "1026", "2.5", "inf"] {
            let message = format!("`own.number` must be an even integer from 2 to 1024, not {text}");
            assert_eq!(read(even, text), Err((message, None)), "{text}");
        }
    }

    #[test]
    fn flags_are_read_and_nothing_else_is_one() {
        assert_eq!(read(Domain::Flag, "true"), Ok(Value::Flag(true)));
        let message = |found| format!("`own.number` must be true or false, not {found}");
        assert_eq!(read(Domain::Flag, "1"), Err((message("1"), None)));
        assert_eq!(read(Domain::Flag, "\"fresh\""), Err((message("\"fresh\""), None)));
    }

    #[test]
    fn values_are_written_as_they_are_read_and_the_schema_says_which_there_are() {
        let number = json!({ "type": "number" });
        let count = json!({ "type": "integer", "minimum": 2, "maximum": 9 });
        let word = json!({ "enum": ["raw", "central"] });
        let flag = json!({ "type": "boolean" });
        let even = json!({ "type": "integer", "minimum": 2, "maximum": 8, "multipleOf": 2 });
        let falling = Domain::Tuned { range: Range::POSITIVE, anytime: true };
        let tuned = json!({ "oneOf": [number, { "enum": ["textbook"] }, table_of("anytime", &number)] });
        for (domain, value, text, schema, kind) in [
            (falling, Value::Tuned(Tuned::Constant(0.5)), "0.5", tuned.clone(), Kind::Number),
            (falling, Value::Tuned(Tuned::Textbook), "\"textbook\"", tuned.clone(), Kind::Number),
            (falling, Value::Tuned(Tuned::Anytime(3.0)), "{ anytime = 3 }", tuned, Kind::Number),
            (Domain::Number(Range::SHARE), Value::Number(0.5), "0.5", number, Kind::Number),
            (Domain::Count { min: 2, max: 9 }, Value::Count(9), "9", count, Kind::Integer),
            (Domain::Word(&["raw", "central"]), Value::Word("raw"), "\"raw\"", word, Kind::Text),
            (Domain::Even { min: 2, max: 8 }, Value::Count(4), "4", even, Kind::Integer),
            (Domain::Flag, Value::Flag(false), "false", flag, Kind::Text),
        ] {
            let form = DomainForm(domain);
            assert_eq!(form.toml(&value), text);
            assert_eq!(read(domain, text), Ok(value));
            assert_eq!((form.schema(), form.kind()), (schema, kind));
        }
    }
}
