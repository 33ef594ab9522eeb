//! `[populations.NAME]`: bidders that differ.

use std::path::Path;

use crate::auction::prior::{COLUMN_KEYS, Empirical, Form, PriorEntry, PriorParameter};
use crate::auction::{MAX_BIDDERS, MIN_BIDDERS, Prior, Strategy};

use super::choice::{Choice, Initial, LearnerChoice};
use super::document::{Node, Table, Value};
use super::problem::{Place, Problem, suggestion};
use super::read;
use super::settings::{self, Names};

/// A population of the sweep file.
#[derive(Clone, Debug)]
pub(super) struct NamedPopulation {
    pub name: String,
    /// Where its name stands.
    pub place: Place,
    pub members: Vec<Member>,
}

/// One bidder of a named population; what it does not override it has from the cell.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub prior: Prior,
    pub strategy: Option<Strategy>,
    pub learner: Option<LearnerChoice>,
    pub learning_rate: Option<f64>,
    /// No list.
    pub initial: Option<Initial>,
}

impl Member {
    pub(super) const DEFAULT: Member =
        Member { prior: Prior::STANDARD, strategy: None, learner: None, learning_rate: None, initial: None };

    /// The overrides as a sweep file writes them, for the manifest.
    pub(super) fn resolved(&self) -> serde_json::Value {
        serde_json::json!({
            "prior": self.prior.to_string(),
            "strategy": self.strategy.map(Strategy::name),
            "learner": self.learner.as_ref().map(LearnerChoice::to_string),
            "learning_rate": self.learning_rate,
            "initial": self.initial.as_ref().map(Initial::to_string),
        })
    }
}

/// The settings that a bidder may override.
pub(super) const BIDDER_SETTINGS: [&str; 4] = ["strategy", "learner", "learning_rate", "initial"];

/// All of `[populations]`; the paths of data files are relative to `base`.
pub(super) fn read_populations(
    node: &Node,
    base: &Path,
    problems: &mut Vec<Problem>,
) -> Vec<NamedPopulation> {
    let Some(table) = read::table(node, "`[populations]`", problems) else { return Vec::new() };
    let mut populations = Vec::new();
    for entry in &table.entries {
        if entry.key.is_empty() || !entry.key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        {
            let message = format!("a population cannot be called {:?}", entry.key);
            problems.push(Problem::error(entry.place, message).help("write letters, digits, - and _ only"));
        }
        let members = read_population(&entry.key, &entry.node, base, problems);
        populations.push(NamedPopulation { name: entry.key.clone(), place: entry.place, members });
    }
    populations
}

fn read_population(name: &str, node: &Node, base: &Path, problems: &mut Vec<Problem>) -> Vec<Member> {
    let what = format!("`[populations.{name}]`");
    let Some(table) = read::table(node, &what, problems) else { return Vec::new() };
    read::only(table, &["bidders"], &what, problems);
    let help = "write `bidders = [{ prior = { uniform = { low = 0.0, high = 1.0 } } }, ...]`";
    let Some(bidders) = table.get("bidders") else {
        problems.push(Problem::error(node.place, format!("{what} has no `bidders`")).help(help));
        return Vec::new();
    };
    let Value::List(list) = &bidders.value else {
        let message = format!("the bidders of {what} are a list of tables, not {}", bidders.found());
        problems.push(Problem::error(bidders.place, message).help(help));
        return Vec::new();
    };
    let before = problems.len();
    let mut members = Vec::new();
    let mut count = 0;
    for bidder in list {
        let Some((member, copies)) = read_member(bidder, base, problems) else { continue };
        count += copies;
        members.extend(std::iter::repeat_n(member, copies.min(MAX_BIDDERS)));
    }
    if problems.len() == before && !(MIN_BIDDERS..=MAX_BIDDERS).contains(&count) {
        let message = format!("{what} has {count} bidders, not {MIN_BIDDERS} to {MAX_BIDDERS}");
        problems.push(Problem::error(bidders.place, message).help("add bidders or change their `count`"));
    }
    members
}

fn read_member(node: &Node, base: &Path, problems: &mut Vec<Problem>) -> Option<(Member, usize)> {
    let table = read::table(node, "a bidder", problems)?;
    read::only(table, &[&BIDDER_SETTINGS[..], &["prior", "count"]].concat(), "a bidder", problems);
    let mut member = Member::DEFAULT;
    let mut count = 1;
    if let Some(prior) = table.get("prior") {
        member.prior = read_prior(prior, base, problems).unwrap_or(member.prior);
    }
    for key in BIDDER_SETTINGS {
        let Some(node) = table.get(key) else { continue };
        // No setting of a bidder names a population.
        let Some(choice) = settings::find(key)?.read(node, &Names::default(), problems) else { continue };
        match choice {
            Choice::Strategy(strategy) => member.strategy = Some(strategy),
            Choice::Learner(learner) => member.learner = Some(learner),
            Choice::LearningRate(learning_rate) => member.learning_rate = Some(learning_rate),
            Choice::Initial(initial) => match initial.common() {
                Some(_) => member.initial = Some(initial),
                None => problems.push(
                    Problem::error(node.place, "a bidder starts at one `initial`, not at a list")
                        .help("write one number, such as `initial = 0.7`"),
                ),
            },
            _ => unreachable!("{key} is none of these"),
        }
    }
    if let Some(node) = table.get("count") {
        count = read::integer(node, "count", 1, MAX_BIDDERS as u64, problems).unwrap_or(1) as usize;
    }
    Some((member, count))
}

fn read_prior(node: &Node, base: &Path, problems: &mut Vec<Problem>) -> Option<Prior> {
    let spelling = "write `prior = { uniform = { low = 0.0, high = 1.0 } }`";
    let Value::Table(Table { entries }) = &node.value else {
        let message = format!("a prior is a table, not {}", node.found());
        problems.push(Problem::error(node.place, message).help(spelling));
        return None;
    };
    let [entry] = entries.as_slice() else {
        let message = format!("a prior is a table with one name, not {}", entries.len());
        problems.push(Problem::error(node.place, message).help(spelling));
        return None;
    };
    let names = || Prior::REGISTRY.iter().map(|row| row.name);
    let Some(row) = Prior::REGISTRY.iter().find(|row| row.name == entry.key) else {
        let message = format!("there is no prior `{}`", entry.key);
        problems.push(Problem::error(entry.place, message).help(suggestion(&entry.key, names())));
        return None;
    };
    let what = format!("the prior `{}`", row.name);
    let table = read::table(&entry.node, &what, problems)?;
    read::only(table, &row.keys(), &what, problems);
    let prior = match row.form {
        Form::Numbers { parameters, build } => {
            build(&read_parameters(table, row, parameters, entry.place, problems)?)
        }
        Form::Column => {
            let [file, column] = COLUMN_KEYS.map(|key| match table.get(key) {
                Some(node) => read::text(node, key, problems),
                None => {
                    problems.push(missing(entry.place, row.name, key));
                    None
                }
            });
            Empirical::read(file?, column?, base).map(Prior::Empirical)
        }
    };
    prior
        .map_err(|message| problems.push(Problem::error(entry.node.place, format!("{what}: {message}"))))
        .ok()
}

/// The values of all parameters.
fn read_parameters(
    table: &Table,
    row: &PriorEntry,
    parameters: &[PriorParameter],
    place: Place,
    problems: &mut Vec<Problem>,
) -> Option<Vec<f64>> {
    let mut values = Vec::new();
    for parameter in parameters {
        values.push(match (table.get(parameter.name), parameter.default) {
            (Some(node), _) => {
                read::number(node, parameter.name, "a finite number", f64::is_finite, problems)
            }
            (None, Some(default)) => Some(default),
            (None, None) => {
                problems.push(missing(place, row.name, parameter.name));
                None
            }
        });
    }
    values.into_iter().collect()
}

fn missing(place: Place, prior: &str, key: &str) -> Problem {
    Problem::error(place, format!("the prior `{prior}` has no `{key}`"))
        .help(format!("write `{prior} = {{ {key} = ... }}`"))
}
