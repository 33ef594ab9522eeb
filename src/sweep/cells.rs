//! The cells that a sweep keeps: an index and an id each, in order and found by id.

use crate::learner::Learner;

use super::cell::CellId;
use super::check::CellCheck;
use super::exclude::{Filters, check_rules};
use super::grid::Grid;
use super::identity::Identity;
use super::problem::{Place, Problem, Severity};
use super::records::Demand;
use super::row::SettingEntry;
use super::settings::settings;
use super::spec::Spec;
use super::unused;

/// A rule of `[[exclude]]` and what it dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The rule's settings, `learner = "sgd", bidders = [5, 10]`.
    pub rule: String,
    /// The reason that the file gives.
    pub why: Option<String>,
    /// Cells dropped by this rule and by none before it.
    pub cells: u64,
}

/// The cells that a sweep keeps.
#[derive(Debug)]
pub(super) struct Cells {
    /// The index of every cell, counted through all grids.
    pub indices: Vec<u32>,
    pub ids: Vec<CellId>,
    /// Positions in the order of their ids.
    pub by_id: Vec<u32>,
    pub exclusions: Vec<Exclusion>,
    /// What recording a replicate of each takes.
    pub demand: Demand,
}

impl Cells {
    /// Goes through all grids and checks every cell.
    pub(super) fn expand(spec: &Spec, problems: &mut Vec<Problem>) -> Cells {
        let mut cells = Cells {
            indices: Vec::new(),
            ids: Vec::new(),
            by_id: Vec::new(),
            exclusions: Vec::new(),
            demand: Demand::default(),
        };
        let identity = Identity::new(spec.seeds);
        let mut check = CellCheck::new(spec);
        // Whether each rule matches a cell; and the cells that it does and no rule before it.
        let mut matched = vec![false; spec.rules.len()];
        let mut dropped = vec![0u64; spec.rules.len()];
        let mut drawn = false;
        let mut start = 0;
        for (at, grid) in spec.grids.iter().enumerate() {
            let filters = Filters::of(&spec.rules, at, grid);
            filters.rules().for_each(|rule| matched[rule] = true);
            for index in 0..grid.size() {
                if let Some(rule) = filters.first(grid, index) {
                    dropped[rule] += 1;
                    continue;
                }
                if let Some(settings) = check.settings(grid, index) {
                    drawn |= settings.is_random();
                    cells.demand.add(&settings);
                    cells.indices.push((start + index) as u32);
                    cells.ids.push(identity.of(&settings));
                }
            }
            start += grid.size();
        }
        problems.extend(check.into_problems());
        cells.by_id = (0..cells.ids.len() as u32).collect();
        cells.by_id.sort_unstable_by_key(|&position| (cells.ids[position as usize], position));
        cells.report_exclusions(spec, &matched, &dropped, problems);
        if problems.iter().all(|problem| problem.severity == Severity::Warning) {
            cells.report_twins(spec, problems);
            if !drawn && spec.seeds.replicates > 1 {
                let message = format!(
                    "nothing is drawn on exact batches: the {} replicates of a cell are all alike",
                    spec.seeds.replicates
                );
                problems.push(
                    Problem::warning(Place::File, message).help(
                        "write `replicates = 1`, or starts such as `initial = { random = [0.2, 0.9] }`",
                    ),
                );
            }
            unused::report(spec, problems);
        }
        cells
    }

    fn report_exclusions(
        &mut self,
        spec: &Spec,
        matched: &[bool],
        dropped: &[u64],
        problems: &mut Vec<Problem>,
    ) {
        for (rule, &cells) in spec.rules.iter().zip(dropped) {
            self.exclusions.push(Exclusion { rule: rule.to_string(), why: rule.why.clone(), cells });
        }
        let before = problems.len();
        check_rules(&spec.rules, &spec.grids, problems);
        if problems.len() > before {
            return;
        }
        for (rule, _) in spec.rules.iter().zip(matched).filter(|(_, matched)| !**matched) {
            let problem = Problem::warning(rule.place, "this rule excludes nothing");
            problems.push(problem.help("no cell has all its values: drop it, or change one"));
        }
        let all: u64 = spec.grids.iter().map(|grid| grid.size() as u64).sum();
        if dropped.iter().sum::<u64>() == all {
            let problem = Problem::error(Place::File, "the rules of `[[exclude]]` drop every cell");
            problems.push(problem.help("leave a value out of the rules"));
        }
    }

    /// Reports the first two cells that come out the same, and how many more do.
    fn report_twins(&self, spec: &Spec, problems: &mut Vec<Problem>) {
        let twins =
            self.by_id.windows(2).filter(|pair| self.ids[pair[0] as usize] == self.ids[pair[1] as usize]);
        let Some(first) = twins.clone().min_by_key(|pair| pair[0]) else { return };
        let count = twins.count();
        let cells = [first[0], first[1]].map(|position| {
            let (place, index) = spec.locate(self.indices[position as usize] as usize);
            (&spec.grids[place], index)
        });
        problems.push(twin_problem(spec, cells, count));
    }
}

/// The problem with two cells that come out the same, the first of `count` such pairs.
fn twin_problem(spec: &Spec, [(a, i), (b, j)]: [(&Grid, usize); 2], count: usize) -> Problem {
    let values = |setting| (a.given(setting, i), b.given(setting, j));
    let differs = |&setting: &usize| match values(setting) {
        (Some(a), Some(b)) => a.choice != b.choice,
        (a, b) => a.is_some() || b.is_some(),
    };
    let differing: Vec<usize> = (0..settings().len()).filter(differs).collect();
    let places =
        differing.iter().map(|&setting| values(setting)).find_map(|(a, b)| Some((a?.place, b?.place)));
    let (first, second) = places.unwrap_or((a.place, b.place));
    let more = if count > 1 { format!(", one of {count} such pairs") } else { String::new() };
    let message = format!("the cells {} and {} come out the same{more}", a.name(i), b.name(j));
    let bidders = a.draft(i).settings(&spec.populations).bidders;
    let is_unused = |entry: &&SettingEntry| {
        let learner = entry.hyperparameter().map(|id| Learner::REGISTRY[id.learner].name);
        learner.is_some_and(|learner| bidders.iter().all(|bidder| bidder.learner.name() != learner))
    };
    let help = match differing.iter().map(|&setting| &settings()[setting]).find(is_unused) {
        Some(entry) => format!(
            "no learner there uses `{}`: drop one of them with `[[exclude]]`, or vary it in a `[[block]]`",
            entry.key
        ),
        None => "leave one of them out, or drop it with `[[exclude]]`".to_owned(),
    };
    let problem = Problem::error(second, message).help(help);
    if first == second { problem } else { problem.also(first, "the other cell") }
}
