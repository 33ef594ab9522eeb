//! The squared distance of a run's multipliers from the Bayes-Nash equilibrium, whose mean over replicates
//! has bias and noise.

use super::column::ONE;
use super::context::{BidderContext, RunContext};
use super::rows::{Measure, run};

pub(super) const ROWS: &[Measure] = &[
    run(
        "square_error_last_iterate",
        ONE,
        "mean over bidders of (multiplier_last_iterate - BNE multiplier)^2; null where one has no BNE",
        |run| mean(run, |bidder| bidder.outcome.last_iterate),
    )
    .skewed(),
    run(
        "square_error_tail_mean",
        ONE,
        "mean over bidders of (multiplier_tail_mean - BNE multiplier)^2; null where one has no BNE",
        |run| mean(run, |bidder| bidder.outcome.tail_mean),
    )
    .skewed(),
];

fn mean(run: &RunContext, multiplier: impl Fn(&BidderContext) -> f64) -> Option<f64> {
    let square = |bidder: BidderContext| {
        let apart = multiplier(&bidder) - bidder.references.bne.multiplier?;
        Some(apart * apart)
    };
    let squares = run.bidders().map(square).collect::<Option<Vec<f64>>>()?;
    Some(squares.iter().sum::<f64>() / squares.len() as f64)
}
