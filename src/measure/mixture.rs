//! What is told of bidders who play mixtures over arms or tables, and null of others.

use super::column::{ONE, VALUE};
use super::rows::{Measure, bidder, largest, run};
use crate::auction::strategy::arm_multiplier;
use crate::learner::RegretBound;
use crate::train::BidderOutcome;

/// The unit of counts of samples.
const PROFILES: &str = "profiles";

pub(super) const ROWS: &[Measure] = &[
    bidder(
        "mixture_sd",
        ONE,
        "standard deviation of the multiplier over the arms of the tail-mean mixture",
        |bidder| on_arms(bidder.outcome).then(|| sd(&bidder.outcome.tail_mean_parameters)),
    ),
    bidder(
        "mixture_sd_last_iterate",
        ONE,
        "the same of the mixture of the last epoch",
        |bidder| on_arms(bidder.outcome).then(|| sd(&bidder.outcome.last_parameters)),
    ),
    bidder(
        "grid_bias",
        ONE,
        "nearest equilibrium of the grid - class equilibrium: the part of bias due to the grid",
        |bidder| Some(bidder.grid? - bidder.references.class.multiplier?),
    )
    .main_with_gaps(),
    bidder(
        "external_regret_bound",
        VALUE,
        "what theory says that external_regret does not exceed, where it has a word on the learner",
        |bidder| match bidder.outcome.mixed.as_ref()?.bound? {
            RegretBound::Sure(bound) | RegretBound::Expected(bound) => Some(bound),
        },
    )
    .main_with_gaps(),
    bidder(
        "external_regret_above_bound",
        ONE,
        "1 where external_regret exceeds a bound that is sure of every run, 0 where not; null where the bound is one \
         of the mean over runs",
        |bidder| {
            let mixed = bidder.outcome.mixed.as_ref()?;
            match (mixed.regret?, mixed.bound?) {
                (regret, RegretBound::Sure(bound)) => Some(if regret > bound { 1.0 } else { 0.0 }),
                (_, RegretBound::Expected(_)) => None,
            }
        },
    )
    .main_with_gaps(),
    bidder(
        "regret_per_profile",
        VALUE,
        "external_regret over the epochs, each the mean of a batch: a statement on coarse correlated play, no epsilon",
        |bidder| Some(bidder.outcome.mixed.as_ref()?.regret? / f64::from(bidder.epochs)),
    )
    .main_with_gaps(),
    bidder(
        "profiles_seen",
        PROFILES,
        "valuation profiles that the bidder has learned from; null where nothing is drawn",
        |bidder| bidder.profiles_seen,
    ),
    bidder(
        "epsilon_ex_ante_time_average",
        VALUE,
        "u_BR - utility, the mixtures averaged over all epochs as a product; null of more than 256 arms in all",
        |bidder| bidder.epsilon_time_average,
    ).skewed()
    .main_with_gaps(),
    bidder(
        "epsilon_grid",
        VALUE,
        "gain of the best multiplier of the own grid, tail-mean profile",
        |bidder| Some(bidder.epsilons_grid?[0]),
    ).skewed()
    .main_with_gaps(),
    bidder("epsilon_grid_last_iterate", VALUE, "the same, profile of the last epoch", |bidder| {
        Some(bidder.epsilons_grid?[1])
    }).skewed(),
    bidder(
        "epsilon_grid_time_average",
        VALUE,
        "the same, the mixtures averaged over all epochs as a product",
        |bidder| Some(bidder.epsilons_grid?[2]),
    ).skewed(),
    run("epsilon_grid", VALUE, "largest epsilon_grid of the bidders", |run| {
        largest(run.bidders().map(|bidder| Some(bidder.epsilons_grid?[0])))
    }).skewed()
    .main_with_gaps(),
];

/// Whether a bidder plays arms.
fn on_arms(bidder: &BidderOutcome) -> bool {
    bidder.mixed.as_ref().is_some_and(|mixed| mixed.bins.is_none())
}

/// The standard deviation of the multiplier over the arms of a mixture.
fn sd(shares: &[f64]) -> f64 {
    let multipliers = || (0..shares.len()).map(|arm| arm_multiplier(arm, shares.len()));
    let mean: f64 = shares.iter().zip(multipliers()).map(|(share, w)| share * w).sum();
    let variance: f64 =
        shares.iter().zip(multipliers()).map(|(share, w)| share * (w - mean) * (w - mean)).sum();
    variance.sqrt()
}
