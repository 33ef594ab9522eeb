//! What the rows of a table are grouped by.

use serde_json::{Value as Json, json};

use super::super::document::Node;
use super::super::form::{Form, Names};
use super::super::problem::{Problem, suggestion};
use super::super::read;
use super::super::registry::Referring;
use super::super::settings::settings;
use super::ground::Ground;

/// An axis, a zip, or a setting that varies, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// The name: a setting's key, or that of a zip.
    pub name: String,
    /// The keys of the settings whose values tell the groups: those of the zip, or the one setting.
    pub settings: Vec<String>,
}

/// The name of what varies in the sweep.
pub(super) struct GroupingForm;

impl Form for GroupingForm {
    type Value = Grouping;

    fn words(&self) -> String {
        "the name of an axis, of a zip, or of a setting that varies".to_owned()
    }

    fn schema(&self) -> Json {
        json!({ "type": "string" })
    }

    /// Without a sweep there is no name.
    fn read(&self, key: &str, node: &Node, _: &Names, problems: &mut Vec<Problem>) -> Option<Grouping> {
        self.refer(key, node, &Ground::default(), problems)
    }

    fn toml(&self, value: &Grouping) -> String {
        format!("\"{}\"", value.name)
    }
}

impl Referring<Ground> for GroupingForm {
    fn refer(
        &self,
        key: &str,
        node: &Node,
        ground: &Ground,
        problems: &mut Vec<Problem>,
    ) -> Option<Grouping> {
        let name = read::text(node, key, problems)?;
        let groupings = groupings(ground);
        let found = groupings.iter().find(|grouping| grouping.name == name);
        if found.is_none() && ground.is_whole() {
            let names = groupings.iter().map(|grouping| &grouping.name[..]);
            let message = format!("`{key}` names what varies, and there is no axis `{name}`");
            problems.push(Problem::error(node.place, message).help(match groupings.is_empty() {
                true => format!("leave `{key}` out: nothing varies in this sweep"),
                false => suggestion(name, names),
            }));
        }
        found.cloned()
    }
}

/// What cells may be grouped by. A zip goes by a name that one of its settings may have as well.
fn groupings(ground: &Ground) -> Vec<Grouping> {
    let mut found: Vec<Grouping> = Vec::new();
    for axis in ground.axes() {
        let Some(name) = axis.zip() else { continue };
        let own = axis.columns.iter().map(|column| settings()[column.setting].key.clone());
        match found.iter_mut().find(|grouping| grouping.name == name) {
            Some(grouping) => {
                let new: Vec<String> = own.filter(|key| !grouping.settings.contains(key)).collect();
                grouping.settings.extend(new);
            }
            None => found.push(Grouping { name: name.to_owned(), settings: own.collect() }),
        }
    }
    for setting in ground.varied() {
        let key = &settings()[setting].key;
        if found.iter().all(|grouping| grouping.name != *key) {
            found.push(Grouping { name: key.clone(), settings: vec![key.clone()] });
        }
    }
    found
}
