//! How far the learned multiplier is from equilibrium, and why: `bias` is the sum of its parts. What a
//! learner climbs, smoothed utilities or payoffs of perturbed bids, decides which they are.

use super::column::ONE;
use super::context::BidderContext;
use super::rows::{Measure, bidder, run};

pub(super) const ROWS: &[Measure] = &[
    bidder("bias", ONE, "multiplier_tail_mean - BNE multiplier", bias).main(),
    bidder(
        "class_bias",
        ONE,
        "class equilibrium - BNE multiplier: the part of bias due to the strategy class",
        |bidder| Some(bidder.references.class.multiplier? - bidder.references.bne.multiplier?),
    )
    .main(),
    bidder(
        "smoothing_bias",
        ONE,
        "smoothed equilibrium - class equilibrium: the part of bias due to smoothing",
        |bidder| Some(smoothed(bidder)? - bidder.references.class.multiplier?),
    )
    .main(),
    bidder(
        "perturbation_bias",
        ONE,
        "perturbed rest - class equilibrium: the part of bias due to perturbed bids, of learners who try such",
        |bidder| {
            Some(bidder.references.perturbed.multiplier? - bidder.references.class.multiplier?)
                .filter(|_| !bidder.smooths)
        },
    )
    .main(),
    bidder(
        "learning_bias",
        ONE,
        "multiplier_tail_mean - smoothed equilibrium, perturbed rest or nearest equilibrium of the grid, whichever the \
         learner climbs to: the part of bias due to learning",
        |bidder| {
            let own = bidder.grid.or(bidder.references.perturbed.multiplier);
            let rest = if bidder.smooths { smoothed(bidder) } else { own };
            Some(bidder.outcome.tail_mean - rest?)
        },
    )
    .main(),
];

pub(super) const ROWS_OF_RUNS: &[Measure] =
    &[run("bias_max_abs", ONE, "largest |bias| of the bidders; null where one has none", |run| {
        run.bidders().try_fold(0.0, |largest: f64, bidder| Some(largest.max(bias(&bidder)?.abs())))
    })];

/// The smoothed equilibrium of a bidder who learns of the smoothed auction.
fn smoothed(bidder: &BidderContext) -> Option<f64> {
    bidder.references.smoothed.multiplier.filter(|_| bidder.smooths)
}

fn bias(bidder: &BidderContext) -> Option<f64> {
    Some(bidder.outcome.tail_mean - bidder.references.bne.multiplier?)
}
