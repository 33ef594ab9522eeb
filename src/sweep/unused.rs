//! What a sweep file says and no cell uses: most likely a line that was forgotten.

use crate::learner::Learner;

use super::choice::Choice;
use super::grid::{Fixed, Grid};
use super::problem::{Place, Problem};
use super::row::HyperparameterId;
use super::settings::{LEARNER, POPULATION, index_of, settings};
use super::spec::Spec;

/// Warns of populations that no cell names and of fixed hyperparameters that no learner has.
pub(super) fn report(spec: &Spec, problems: &mut Vec<Problem>) {
    for (index, population) in spec.populations.iter().enumerate() {
        if !spec.grids.iter().any(|grid| populations(grid).any(|named| named == index)) {
            let name = &population.name;
            let problem = Problem::warning(population.place, format!("no cell uses the population `{name}`"));
            problems.push(
                problem.help(format!("write `population = \"{name}\"` under [fixed], or make it an axis")),
            );
        }
    }
    let mut reported: Vec<Place> = Vec::new();
    for (id, place) in spec.grids.iter().flat_map(hyperparameters) {
        let uses = |grid: &Grid| {
            let fixes = hyperparameters(grid).any(|(_, other)| other == place);
            fixes && learners(spec, grid).contains(&id.learner)
        };
        if reported.contains(&place) || spec.grids.iter().any(uses) {
            continue;
        }
        reported.push(place);
        let learner = Learner::REGISTRY[id.learner].name;
        let message = format!("no learner of this sweep uses `{learner}.{}`", id.entry().name);
        problems.push(
            Problem::warning(place, message).help(format!("drop it, or choose `learner = \"{learner}\"`")),
        );
    }
}

/// The populations that cells of a grid have.
fn populations(grid: &Grid) -> impl Iterator<Item = usize> {
    grid.choices(index_of(POPULATION)).filter_map(|choice| match choice {
        Choice::Population(name) => Some(name.index),
        _ => None,
    })
}

/// The hyperparameters that a grid fixes by a key of their own, and where.
fn hyperparameters(grid: &Grid) -> impl Iterator<Item = (HyperparameterId, Place)> {
    let id = |fixed: &Fixed| settings()[fixed.setting].hyperparameter();
    grid.fixed.iter().filter_map(move |fixed| Some((id(fixed)?, fixed.value.place)))
}

/// The learners that bidders of a grid may have, by their places in the registry.
fn learners(spec: &Spec, grid: &Grid) -> Vec<usize> {
    let setting = index_of(LEARNER);
    let members = populations(grid).flat_map(|population| &spec.populations[population].members);
    let own = members.filter_map(|member| member.own(setting));
    let mut chosen: Vec<&Choice> = grid.choices(setting).collect();
    if chosen.is_empty() {
        chosen.extend(&settings()[setting].usual);
    }
    let learners = chosen.into_iter().chain(own).filter_map(|choice| match choice {
        Choice::Learner(learner) => Some(learner.learner),
        _ => None,
    });
    learners.collect()
}
