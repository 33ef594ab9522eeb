//! The cells that others are compared with.

use serde_json::{Map, Value as Json, json};

use super::super::choice::Choice;
use super::super::document::{Entry, Node, Table};
use super::super::form::{Form, Names};
use super::super::problem::{Problem, suggestion};
use super::super::read;
use super::super::registry::Referring;
use super::super::settings::{flat, settings};
use super::ground::Ground;

/// A setting and the value of it that others are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineValue {
    /// The setting's key.
    pub key: String,
    /// The value as the axis writes it in TOML, as [`Axis::values`](crate::sweep::Axis::values) has it.
    pub value: String,
    /// The value as it stands in labels of cells.
    pub shown: String,
}

/// A table of settings that vary, and a value of each.
pub(super) struct BaselineForm;

/// The most values that a message names.
const MOST_NAMED: usize = 20;

impl Form for BaselineForm {
    type Value = Vec<BaselineValue>;

    fn words(&self) -> String {
        "a table of settings that vary, each with one of its values, such as { learner = \"adam\" }"
            .to_owned()
    }

    fn schema(&self) -> Json {
        json!({ "type": "object" })
    }

    /// Without a sweep there is no setting.
    fn read(
        &self,
        key: &str,
        node: &Node,
        _: &Names,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<BaselineValue>> {
        self.refer(key, node, &Ground::default(), problems)
    }

    fn toml(&self, value: &Vec<BaselineValue>) -> String {
        let all: Vec<_> = value.iter().map(|value| format!("{} = {}", value.key, value.value)).collect();
        if all.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", all.join(", ")) }
    }

    fn json(&self, value: &Vec<BaselineValue>) -> Json {
        let all = value.iter().map(|value| (value.key.clone(), json!(value.shown)));
        Json::Object(all.collect::<Map<_, _>>())
    }
}

impl Referring<Ground> for BaselineForm {
    fn refer(
        &self,
        key: &str,
        node: &Node,
        ground: &Ground,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<BaselineValue>> {
        let before = problems.len();
        let table = flat(read::table(node, &format!("`{key}`"), problems)?);
        let values = read_values(&table, ground, problems);
        (problems.len() == before).then_some(values)
    }
}

/// The values of a table's settings, as cells have them.
fn read_values(table: &Table, ground: &Ground, problems: &mut Vec<Problem>) -> Vec<BaselineValue> {
    if !ground.is_whole() {
        return Vec::new();
    }
    let varied = ground.varied();
    let names = Names { populations: &ground.populations, ..Names::default() };
    let mut values = Vec::new();
    for Entry { key, place, node } in &table.entries {
        let Some(&setting) = varied.iter().find(|&&setting| settings()[setting].key == *key) else {
            let keys: Vec<&str> = varied.iter().map(|&setting| &settings()[setting].key[..]).collect();
            let message = format!("a baseline says values of what varies, and `{key}` does not vary");
            problems.push(Problem::error(*place, message).help(match keys.is_empty() {
                true => "leave it out: nothing varies in this sweep".to_owned(),
                false => suggestion(key, keys),
            }));
            continue;
        };
        let Some(choice) = settings()[setting].read(node, &names, problems) else { continue };
        let there = ground.choices(setting);
        match there.iter().find(|other| are_same(other, &choice)) {
            Some(same) => {
                values.push(BaselineValue { key: key.clone(), value: same.toml(), shown: same.to_string() });
            }
            None => {
                let mut named: Vec<String> = there.iter().take(MOST_NAMED).map(|c| c.toml()).collect();
                if there.len() > named.len() {
                    named.push("...".to_owned());
                }
                let message = format!("no cell has `{key} = {}`", choice.toml());
                let problem = Problem::error(node.place, message);
                problems.push(problem.help(format!("the values of `{key}` are {}", named.join(", "))));
            }
        }
    }
    values
}

/// Whether two choices come to the same: a learner's table may name what is the default.
fn are_same(a: &Choice, b: &Choice) -> bool {
    match (a, b) {
        (Choice::Learner(a), Choice::Learner(b)) => a.build(|_| None) == b.build(|_| None),
        _ => a == b,
    }
}
