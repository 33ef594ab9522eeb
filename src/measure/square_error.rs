//! The squared distance of a run's multipliers from the Bayes-Nash equilibrium, whose mean over replicates has bias and noise.

use super::context::{BidderContext, RunContext};
use super::{Column, RunMeasure};

/// Of the multipliers after the last epoch.
pub(super) const LAST_ITERATE: &str = "square_error_last_iterate";

/// Of their means over the tail.
pub(super) const TAIL_MEAN: &str = "square_error_tail_mean";

pub(super) const RUN: &[RunMeasure] = &[
    RunMeasure {
        column: Column {
            name: LAST_ITERATE,
            doc: "mean over bidders of (multiplier_last_iterate - BNE multiplier)^2; null where one has no BNE",
        },
        of: |run| mean(run, |bidder| bidder.outcome.last_iterate),
    },
    RunMeasure {
        column: Column {
            name: TAIL_MEAN,
            doc: "mean over bidders of (multiplier_tail_mean - BNE multiplier)^2; null where one has no BNE",
        },
        of: |run| mean(run, |bidder| bidder.outcome.tail_mean),
    },
];

fn mean(run: &RunContext, multiplier: impl Fn(&BidderContext) -> f64) -> Option<f64> {
    let square = |bidder: BidderContext| {
        let apart = multiplier(&bidder) - bidder.references.bne.multiplier?;
        Some(apart * apart)
    };
    let squares = run.bidders().map(square).collect::<Option<Vec<f64>>>()?;
    Some(squares.iter().sum::<f64>() / squares.len() as f64)
}
