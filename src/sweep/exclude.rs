//! `[[exclude]]`: rules that drop cells.

use std::collections::{HashMap, HashSet};

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

/// The rules as one grid sees them, found by a cell's places along the axes: rules may be as many as cells.
pub(super) struct Filters {
    filters: Vec<Filter>,
    /// An axis, and of each of its digits the filters that are sought there, by their index. Each filter is
    /// sought along the axis of which it has the least share, and nowhere else.
    sought: Vec<(usize, Vec<Vec<u32>>)>,
    /// The first filter that matches every cell.
    everywhere: Option<u32>,
}

/// A rule as one grid sees it.
struct Filter {
    /// The rule's index among all.
    rule: usize,
    /// Axes and which of their digits match, rising; a cell is dropped where all do. None is empty.
    digits: Vec<(usize, Vec<u32>)>,
}

/// What the grids that a rule sees have of a setting.
struct Given {
    /// Whether some value could not be read.
    is_broken: bool,
    /// The values, as TOML writes them.
    values: HashSet<String>,
    /// The first of them, in order.
    first: Vec<String>,
}

/// How many values of a setting are told.
const TOLD: usize = 20;

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
}

/// Reports keys and values of rules that none of the sweep's grids that the rule sees has.
pub(super) fn check_rules(rules: &[Rule], grids: &[Grid], problems: &mut Vec<Problem>) {
    // By the setting, and by the grid where the rule sees one alone.
    let mut known: HashMap<(usize, Option<usize>), Given> = HashMap::new();
    for (rule, term) in rules.iter().flat_map(|rule| rule.terms.iter().map(move |term| (rule, term))) {
        let key = &settings()[term.setting].key;
        let given = known.entry((term.setting, rule.grid)).or_insert_with(|| {
            let seen = grids.iter().enumerate().filter(|(at, _)| rule.sees(*at)).map(|(_, grid)| grid);
            Given::of(term.setting, seen)
        });
        if given.is_broken {
            continue;
        }
        if given.values.is_empty() {
            let message = format!("no cell that this rule sees varies or sets `{key}`");
            let problem = Problem::error(term.place, message);
            problems.push(problem.help(format!("drop `{key}` from the rule, or make it an axis")));
            continue;
        }
        for value in &term.values {
            let written = value.choice.toml();
            if !given.values.contains(&written) {
                let more = if given.values.len() > TOLD { ", ..." } else { "" };
                let problem = Problem::warning(value.place, format!("no cell has `{key} = {written}`"));
                let help = format!("the values of `{key}` are {}{more}", given.first.join(", "));
                problems.push(problem.help(help));
            }
        }
    }
}

impl Given {
    fn of<'g>(setting: usize, grids: impl Iterator<Item = &'g Grid>) -> Self {
        let mut given = Given { is_broken: false, values: HashSet::new(), first: Vec::new() };
        for grid in grids {
            given.is_broken |= grid.broken.contains(&setting);
            for choice in grid.choices(setting) {
                let written = choice.toml();
                if given.first.len() < TOLD && !given.values.contains(&written) {
                    given.first.push(written.clone());
                }
                given.values.insert(written);
            }
        }
        given
    }
}

impl Filters {
    /// The rules that cells of a grid can match.
    pub(super) fn of(rules: &[Rule], at: usize, grid: &Grid) -> Self {
        let mut places = HashMap::new();
        let seen = rules.iter().enumerate().filter(|(_, rule)| rule.sees(at));
        let digits =
            seen.filter_map(|(rule, terms)| Some(Filter { rule, digits: terms.digits(grid, &mut places)? }));
        let mut filters = Filters { filters: digits.collect(), sought: Vec::new(), everywhere: None };
        for (index, filter) in (0..).zip(&filters.filters) {
            let share =
                |(axis, digits): &&(usize, Vec<u32>)| digits.len() as f64 / grid.axes()[*axis].len() as f64;
            let Some((axis, digits)) = filter.digits.iter().min_by(|a, b| share(a).total_cmp(&share(b)))
            else {
                filters.everywhere = filters.everywhere.or(Some(index));
                continue;
            };
            let place = filters.sought.iter().position(|(other, _)| other == axis).unwrap_or_else(|| {
                filters.sought.push((*axis, vec![Vec::new(); grid.axes()[*axis].len()]));
                filters.sought.len() - 1
            });
            for digit in digits {
                filters.sought[place].1[*digit as usize].push(index);
            }
        }
        filters
    }

    /// The first rule that drops a cell, by its index among all.
    pub(super) fn first(&self, grid: &Grid, index: usize) -> Option<usize> {
        let mut first = self.everywhere;
        for (axis, by_digit) in &self.sought {
            let sought = by_digit[grid.digit(*axis, index)].iter();
            let mut before = sought.take_while(|&&filter| first.is_none_or(|first| filter < first));
            first =
                before.find(|&&filter| self.filters[filter as usize].drops(grid, index)).copied().or(first);
        }
        first.map(|filter| self.filters[filter as usize].rule)
    }

    /// The rules that match some cell: a grid has all combinations of its places.
    pub(super) fn rules(&self) -> impl Iterator<Item = usize> {
        self.filters.iter().map(|filter| filter.rule)
    }
}

/// Of each axis's column that a rule names the digits of every value, as TOML writes it.
type Digits = HashMap<usize, HashMap<String, Vec<u32>>>;

impl Rule {
    /// The axes that the rule names and their digits that match, rising; none where no cell of the grid can
    /// match.
    fn digits(&self, grid: &Grid, places: &mut Digits) -> Option<Vec<(usize, Vec<u32>)>> {
        let mut digits: Vec<(usize, Vec<u32>)> = Vec::new();
        for term in &self.terms {
            let Some((axis, column)) = grid.axis_of(term.setting) else {
                let fixed = grid.choices(term.setting).next().or(settings()[term.setting].usual.as_ref());
                if !fixed.is_some_and(|fixed| term.values.iter().any(|value| value.choice == *fixed)) {
                    return None;
                }
                continue;
            };
            let places = places.entry(term.setting).or_insert_with(|| {
                let mut places: HashMap<String, Vec<u32>> = HashMap::new();
                for (digit, value) in (0..).zip(&column.values) {
                    places.entry(value.choice.toml()).or_default().push(digit);
                }
                places
            });
            let values = term.values.iter().filter_map(|value| places.get(&value.choice.toml()));
            let mut matching: Vec<u32> = values.flatten().copied().collect();
            matching.sort_unstable();
            matching.dedup();
            // Two keys of a zip lie along one axis.
            match digits.iter_mut().find(|(other, _)| *other == axis) {
                Some((_, both)) => both.retain(|digit| matching.binary_search(digit).is_ok()),
                None => digits.push((axis, matching)),
            }
        }
        digits.iter().all(|(_, digits)| !digits.is_empty()).then_some(digits)
    }
}

impl Filter {
    fn drops(&self, grid: &Grid, index: usize) -> bool {
        let has = |(axis, digits): &(usize, Vec<u32>)| {
            digits.binary_search(&(grid.digit(*axis, index) as u32)).is_ok()
        };
        self.digits.iter().all(has)
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
