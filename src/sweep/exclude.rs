//! `[[exclude]]`: rules that drop cells.

use super::choice::Choice;
use super::document::{Node, Value};
use super::form::Names;
use super::grid::{Grid, Placed};
use super::problem::{Place, Problem};
use super::read;
use super::settings::{self, settings};

/// Drops the cells that match all its terms.
#[derive(Debug)]
pub(super) struct Rule {
    pub terms: Vec<Term>,
    pub why: Option<String>,
    pub place: Place,
    /// The index of the block's grid; a rule at the top of the file sees every grid.
    pub grid: Option<usize>,
}

/// A setting and the values that match.
#[derive(Debug)]
pub(super) struct Term {
    /// Index into [`settings`].
    pub setting: usize,
    pub values: Vec<Placed>,
    /// The place of the key.
    pub place: Place,
}

/// A rule as one grid sees it.
pub(super) struct Filter {
    /// Axes and which of their digits match; a cell is dropped where all do.
    digits: Vec<(usize, Vec<bool>)>,
}

/// All rules of a scope.
pub(super) fn read_rules(node: &Node, names: &Names, problems: &mut Vec<Problem>) -> Vec<Rule> {
    let Value::List(list) = &node.value else {
        let message = format!("`exclude` must be tables under `[[exclude]]`, not {}", node.found());
        problems.push(Problem::error(node.place, message).help("write `[[exclude]]` with two brackets"));
        return Vec::new();
    };
    list.iter().filter_map(|node| read_rule(node, names, problems)).collect()
}

fn read_rule(node: &Node, names: &Names, problems: &mut Vec<Problem>) -> Option<Rule> {
    let before = problems.len();
    let table = read::table(node, "`[[exclude]]`", problems)?;
    let mut rule = Rule { terms: Vec::new(), why: None, place: node.place, grid: None };
    for entry in &settings::flat(table).entries {
        if entry.key == "why" {
            rule.why = read::text(&entry.node, "why", problems).map(str::to_owned);
            continue;
        }
        let Some(setting) = settings::index(&entry.key, entry.place, problems) else { continue };
        let nodes = match &entry.node.value {
            Value::List(list) => list.as_slice(),
            _ => std::slice::from_ref(&entry.node),
        };
        let values = nodes.iter().filter_map(|node| {
            let choice = settings()[setting].read(node, names, problems)?;
            Some(Placed { choice, place: node.place })
        });
        let values = values.collect();
        rule.terms.push(Term { setting, values, place: entry.place });
    }
    if problems.len() == before && rule.terms.is_empty() {
        let problem = Problem::error(node.place, "this rule names no setting and would drop every cell");
        problems.push(problem.help("write the values to drop, such as `bidders = [5, 10]`"));
    }
    (problems.len() == before).then_some(rule)
}

impl Rule {
    /// Whether it drops cells of the grid at an index.
    pub(super) fn sees(&self, grid: usize) -> bool {
        self.grid.is_none_or(|own| own == grid)
    }

    /// Reports keys and values that none of the sweep's grids that the rule sees has.
    pub(super) fn check(&self, all: &[Grid], problems: &mut Vec<Problem>) {
        let grids: Vec<&Grid> =
            all.iter().enumerate().filter(|(at, _)| self.sees(*at)).map(|(_, grid)| grid).collect();
        for term in &self.terms {
            let key = &settings()[term.setting].key;
            if grids.iter().any(|grid| grid.broken.contains(&term.setting)) {
                continue;
            }
            let given: Vec<&Choice> = grids.iter().flat_map(|grid| grid.choices(term.setting)).collect();
            if given.is_empty() {
                let message = format!("no cell that this rule sees varies or sets `{key}`");
                let problem = Problem::error(term.place, message);
                problems.push(problem.help(format!("drop `{key}` from the rule, or make it an axis")));
                continue;
            }
            for value in term.values.iter().filter(|value| !given.contains(&&value.choice)) {
                let mut there: Vec<String> = given.iter().take(20).map(|choice| choice.toml()).collect();
                if given.len() > there.len() {
                    there.push("...".to_owned());
                }
                let message = format!("no cell has `{key} = {}`", value.choice.toml());
                let problem = Problem::warning(value.place, message);
                problems.push(problem.help(format!("the values of `{key}` are {}", there.join(", "))));
            }
        }
    }

    /// The rule as a grid sees it; none where no cell of the grid can match.
    pub(super) fn filter(&self, grid: &Grid) -> Option<Filter> {
        let mut digits = Vec::new();
        for term in &self.terms {
            let matches = |choice: &Choice| term.values.iter().any(|value| value.choice == *choice);
            match grid.axis_of(term.setting) {
                Some((axis, column)) => {
                    digits.push((axis, column.values.iter().map(|value| matches(&value.choice)).collect()));
                }
                None => {
                    let fixed = grid.choices(term.setting).next().or(settings()[term.setting].usual.as_ref());
                    if !fixed.is_some_and(matches) {
                        return None;
                    }
                }
            }
        }
        Some(Filter { digits })
    }
}

impl Filter {
    pub(super) fn drops(&self, grid: &Grid, index: usize) -> bool {
        self.digits.iter().all(|(axis, matches)| matches[grid.digit(*axis, index)])
    }
}

impl std::fmt::Display for Rule {
    /// `learner = "sgd", bidders = [5, 10]`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, term) in self.terms.iter().enumerate() {
            let values: Vec<String> = term.values.iter().map(|value| value.choice.toml()).collect();
            let comma = if i == 0 { "" } else { ", " };
            let key = &settings()[term.setting].key;
            match values.as_slice() {
                [value] => write!(f, "{comma}{key} = {value}")?,
                values => write!(f, "{comma}{key} = [{}]", values.join(", "))?,
            }
        }
        Ok(())
    }
}
