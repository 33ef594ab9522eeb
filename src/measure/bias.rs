//! How far the learned multiplier is from equilibrium, and why: `bias` is the sum of its parts.

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
        |bidder| Some(bidder.references.smoothed.multiplier? - bidder.references.class.multiplier?),
    )
    .main(),
    bidder(
        "learning_bias",
        ONE,
        "multiplier_tail_mean - smoothed equilibrium, of bidders on a grid - its nearest equilibrium: the part of bias \
         due to learning",
        |bidder| {
            let reference = bidder.grid.or(bidder.references.smoothed.multiplier);
            Some(bidder.outcome.tail_mean - reference?)
        },
    )
    .main(),
];

pub(super) const ROWS_OF_RUNS: &[Measure] =
    &[run("bias_max_abs", ONE, "largest |bias| of the bidders; null where one has none", |run| {
        run.bidders().try_fold(0.0, |largest: f64, bidder| Some(largest.max(bias(&bidder)?.abs())))
    })];

fn bias(bidder: &BidderContext) -> Option<f64> {
    Some(bidder.outcome.tail_mean - bidder.references.bne.multiplier?)
}
