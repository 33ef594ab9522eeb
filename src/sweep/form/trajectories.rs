//! Which trajectories are kept.

use serde_json::{Value as Json, json};

use super::{Form, Integer, Names, object, one_of, quoted, with_nearest};
use crate::measure::{KeptTrajectories, Trajectories};
use crate::sweep::document::{Node, Table, Value};
use crate::sweep::limits::{MAX_COUNT, MAX_REPLICATES};
use crate::sweep::problem::Problem;
use crate::sweep::read;
use crate::train::RecordedEpochs;

/// A word, or a table of replicates and one of points and spacing.
pub(in crate::sweep) struct TrajectoriesForm;

const REPLICATES: Integer = Integer { min: 1, max: MAX_REPLICATES };
const POINTS: Integer = Integer { min: 2, max: MAX_COUNT };
const EVERY: Integer = Integer { min: 1, max: MAX_COUNT };

const BOUNDED: &str = "bounded";
const NONE: &str = "none";

impl Form for TrajectoriesForm {
    type Value = Trajectories;

    fn words(&self) -> String {
        let usual = self.toml(&Trajectories::Kept(KeptTrajectories::USUAL));
        format!("{}, or a table such as {usual} or {}", one_of(&[BOUNDED, NONE]), spaced())
    }

    fn schema(&self) -> Json {
        let table = |key: &str, form: Integer| {
            let keys = json!({ "replicates": REPLICATES.schema(), key: form.schema() });
            object(keys, &["replicates", key])
        };
        json!({ "oneOf": [{ "enum": [BOUNDED, NONE] }, table("points", POINTS), table("every", EVERY)] })
    }

    fn read(
        &self,
        key: &str,
        node: &Node,
        names: &Names,
        problems: &mut Vec<Problem>,
    ) -> Option<Trajectories> {
        match &node.value {
            Value::Table(table) => read_table(key, node, table, names, problems).map(Trajectories::Kept),
            _ if node.is_text(BOUNDED) => Some(Trajectories::Bounded),
            _ if node.is_text(NONE) => Some(Trajectories::None),
            _ => {
                let problem = read::mismatch(node, key, &self.words());
                problems.push(with_nearest(problem, node, [BOUNDED, NONE]));
                None
            }
        }
    }

    fn toml(&self, value: &Trajectories) -> String {
        match value {
            Trajectories::Bounded => quoted(BOUNDED),
            Trajectories::None => quoted(NONE),
            Trajectories::Kept(KeptTrajectories { replicates, epochs }) => {
                let (key, count) = told(*epochs);
                format!("{{ replicates = {replicates}, {key} = {count} }}")
            }
        }
    }

    fn json(&self, value: &Trajectories) -> Json {
        match value {
            Trajectories::Bounded => json!(BOUNDED),
            Trajectories::None => json!(NONE),
            Trajectories::Kept(KeptTrajectories { replicates, epochs }) => {
                let (key, count) = told(*epochs);
                json!({ "replicates": replicates, key: count })
            }
        }
    }
}

/// The key that says which epochs, and its number.
fn told(epochs: RecordedEpochs) -> (&'static str, u32) {
    match epochs {
        RecordedEpochs::Every(every) => ("every", every),
        RecordedEpochs::Points(points) => ("points", points),
    }
}

/// An example of the other table.
fn spaced() -> String {
    let kept = KeptTrajectories { epochs: RecordedEpochs::Every(10), ..KeptTrajectories::USUAL };
    TrajectoriesForm.toml(&Trajectories::Kept(kept))
}

fn read_table(
    key: &str,
    node: &Node,
    table: &Table,
    names: &Names,
    problems: &mut Vec<Problem>,
) -> Option<KeptTrajectories> {
    let before = problems.len();
    let what = format!("`{key}`");
    read::only(table, &["replicates", "points", "every"], &what, problems);
    let mut number = |key: &str, form: Integer| form.read(key, table.get(key)?, names, problems);
    let (replicates, points, every) =
        (number("replicates", REPLICATES), number("points", POINTS), number("every", EVERY));
    let mut wrong = |node: &Node, message: String, help: String| {
        problems.push(Problem::error(node.place, message).help(help));
    };
    let usual = TrajectoriesForm.toml(&Trajectories::Kept(KeptTrajectories::USUAL));
    if table.get("replicates").is_none() {
        wrong(node, format!("{what} has no `replicates`"), format!("write `{key} = {usual}`"));
    }
    match (table.get("points"), table.get("every")) {
        (Some(_), Some(every)) => {
            let message = format!("{what} has both `points` and `every`, which say the same otherwise");
            wrong(every, message, "write one of them".to_owned());
        }
        (None, None) => {
            let message = format!("{what} has neither `points` nor `every`: it does not say which epochs");
            wrong(node, message, format!("write `{key} = {usual}` or `{key} = {}`", spaced()));
        }
        _ => {}
    }
    if problems.len() > before {
        return None;
    }
    let epochs = points.map(RecordedEpochs::Points).or(every.map(RecordedEpochs::Every));
    Some(KeptTrajectories { replicates: replicates?, epochs: epochs? })
}
