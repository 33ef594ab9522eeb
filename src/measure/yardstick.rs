//! What the runs of a cell are measured by.

use std::sync::Arc;

use crate::equilibrium::{BneDistance, References, grid_equilibria, perturbed_references, shared_references};
use crate::expectation::Evaluator;
use crate::train::{BidderSettings, Settings};

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

/// The references of a cell, at its last beta.
pub fn references_of(settings: &Settings) -> Arc<References> {
    let population = settings.population();
    let references = shared_references(&population, settings.beta.last());
    let sigma = |bidder: &BidderSettings| Some(bidder.learner.perturbations()?.sigma);
    let sigmas: Vec<Option<f64>> = settings.bidders.iter().map(sigma).collect();
    if sigmas.iter().all(Option::is_none) {
        return references;
    }
    let mut references = References::clone(&references);
    let perturbed = perturbed_references(&population, &sigmas);
    for (bidder, perturbed) in references.bidders.iter_mut().zip(perturbed) {
        bidder.perturbed = perturbed;
    }
    Arc::new(references)
}

impl Yardstick {
    /// Of the runs with these settings.
    pub fn new(settings: &Settings) -> Self {
        let (population, references) = (settings.population(), references_of(settings));
        Yardstick {
            distances: references.bne.as_ref().map(|bne| BneDistance::new(bne, &population)),
            evaluator: Evaluator::new(&population),
            references,
            grid: grid_of(settings),
        }
    }
}
