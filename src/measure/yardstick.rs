//! What the runs of a cell are measured by.

use std::sync::Arc;

use crate::auction::Population;
use crate::equilibrium::{BneDistance, References, grid_equilibria, shared_references};
use crate::expectation::Evaluator;
use crate::train::Settings;

/// The references of a cell, at its last beta, and what its exact expectations are computed with: prepared
/// once, for every run of the cell.
#[derive(Clone, Debug)]
pub struct Yardstick {
    pub(super) references: Arc<References>,
    pub(super) evaluator: Evaluator,
    /// `None` where there is no BNE.
    pub(super) distances: Option<BneDistance>,
    /// Pure equilibria of the grid of multipliers, where all bidders play on one; shape
    /// \[equilibrium\]\[bidder\].
    pub(super) grid: Option<Vec<Vec<f64>>>,
}

/// The pure equilibria of the grid, where all bidders play on one.
pub(super) fn grid_of(settings: &Settings) -> Option<Vec<Vec<f64>>> {
    let arms: Vec<usize> = settings.arm_bidders()?.iter().map(|bidder| bidder.arms).collect();
    Some(grid_equilibria(&settings.population(), &arms))
}

impl Yardstick {
    /// Of the runs with these settings.
    pub fn new(settings: &Settings) -> Self {
        let population = settings.population();
        let references = shared_references(&population, settings.beta.last());
        Self::of(&population, references, grid_of(settings))
    }

    /// Of the runs with these settings, where the references are not asked for: what is measured against them
    /// is null.
    pub fn without_references(settings: &Settings) -> Self {
        let population = settings.population();
        Self::of(&population, Arc::new(References::unknown(population.len())), None)
    }

    fn of(population: &Population, references: Arc<References>, grid: Option<Vec<Vec<f64>>>) -> Self {
        Yardstick {
            distances: references.bne.as_ref().map(|bne| BneDistance::new(bne, population)),
            evaluator: Evaluator::new(population),
            references,
            grid,
        }
    }
}
