//! How much a bidder gains by its best reply in the true auction: how near a profile is to equilibrium in
//! utility.

use super::assessment::BidderAssessment;
use super::column::{ONE, VALUE};
use super::rows::{Measure, OfBids, all_bids, bidder, bids, largest, run};

pub(super) const ROWS: &[Measure] = &[
    bids(
        "best_response_utility",
        VALUE,
        "u_BR = E max_b (v - b) W(b), ex ante over all bid functions, W the probability to win against the others",
        |bidder| Some(bidder.response.best_response_utility),
    ),
    bids("epsilon_ex_ante", VALUE, "u_BR - utility", ex_ante).skewed().main(),
    bids(
        "epsilon_ex_ante_upper",
        VALUE,
        "certified upper bound on epsilon_ex_ante from grids of bids and values",
        |bidder| Some(bidder.upper),
    )
    .skewed(),
    bidder("epsilon_ex_ante_last_iterate", VALUE, "u_BR - utility, profile after the last epoch", |bidder| {
        Some(bidder.response_last.epsilon_ex_ante)
    })
    .skewed(),
    bids("epsilon_interim", VALUE, "largest gain of a best response over the values of the support", interim)
        .skewed()
        .main(),
    bids("interim_value", VALUE, "the value at which it is attained", |bidder| {
        Some(bidder.response.interim_value)
    })
    .skewed(),
    bids("epsilon_relative", ONE, "1 - utility / u_BR; null where u_BR is 0", relative)
        .skewed()
        .main_with_gaps(),
    bids(
        "epsilon_class",
        VALUE,
        "gain of the best response within the strategy class, below 0 where the own bids beat it",
        class,
    )
    .skewed()
    .main(),
    all_bids("nash_conv", VALUE, "sum over bidders of epsilon_ex_ante", OfBids::Sum(ex_ante)).skewed().main(),
    all_bids("epsilon_ex_ante", VALUE, "largest epsilon_ex_ante of the bidders", OfBids::Largest(ex_ante))
        .skewed()
        .main(),
    run(
        "epsilon_ex_ante_last_iterate",
        VALUE,
        "largest epsilon_ex_ante_last_iterate of the bidders",
        |run| largest(run.bidders().map(|bidder| Some(bidder.response_last.epsilon_ex_ante))),
    )
    .skewed(),
    all_bids("epsilon_interim", VALUE, "largest epsilon_interim of the bidders", OfBids::Largest(interim))
        .skewed()
        .main(),
    all_bids(
        "epsilon_relative",
        ONE,
        "largest epsilon_relative of the bidders; null where one has none",
        OfBids::Largest(relative),
    )
    .skewed()
    .main_with_gaps(),
    all_bids("epsilon_class", VALUE, "largest epsilon_class of the bidders", OfBids::Largest(class))
        .skewed()
        .main(),
];

fn ex_ante(bidder: &BidderAssessment) -> Option<f64> {
    Some(bidder.response.epsilon_ex_ante)
}

fn interim(bidder: &BidderAssessment) -> Option<f64> {
    Some(bidder.response.epsilon_interim)
}

fn relative(bidder: &BidderAssessment) -> Option<f64> {
    let best = bidder.response.best_response_utility;
    (best > 0.0).then(|| bidder.response.epsilon_ex_ante / best)
}

fn class(bidder: &BidderAssessment) -> Option<f64> {
    bidder.epsilon_class
}
