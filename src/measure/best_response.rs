//! How much a bidder gains by its best reply in the true auction: how near a profile is to equilibrium in utility.

use super::context::{BidderContext, RunContext};
use super::{BidderMeasure, Column, RunMeasure};

pub(super) const BIDDER: &[BidderMeasure] = &[
    BidderMeasure {
        column: Column {
            name: "best_response_utility",
            doc: "u_BR = E max_b (v - b) W(b), ex ante over all bid functions, W the probability to win against the \
                  tail-mean profile",
        },
        of: |bidder| Some(bidder.response.best_response_utility),
    },
    BidderMeasure {
        column: Column { name: "epsilon_ex_ante", doc: "u_BR - utility, tail-mean profile" },
        of: |bidder| Some(bidder.response.epsilon_ex_ante),
    },
    BidderMeasure {
        column: Column {
            name: "epsilon_ex_ante_upper",
            doc: "certified upper bound on epsilon_ex_ante from grids of bids and values",
        },
        of: |bidder| Some(bidder.upper),
    },
    BidderMeasure {
        column: Column {
            name: "epsilon_ex_ante_last_iterate",
            doc: "u_BR - utility, profile after the last epoch",
        },
        of: |bidder| Some(bidder.response_last.epsilon_ex_ante),
    },
    BidderMeasure {
        column: Column {
            name: "epsilon_interim",
            doc: "largest gain of a best reply over the values of the support, tail-mean profile",
        },
        of: |bidder| Some(bidder.response.epsilon_interim),
    },
    BidderMeasure {
        column: Column { name: "epsilon_relative", doc: "1 - utility / u_BR; null where u_BR is 0" },
        of: relative,
    },
    BidderMeasure {
        column: Column {
            name: "epsilon_class",
            doc: "gain of the best reply within the strategy class, ex ante, tail-mean profile",
        },
        of: |bidder| bidder.epsilon_class,
    },
];

pub(super) const RUN: &[RunMeasure] = &[
    RunMeasure {
        column: Column { name: "nash_conv", doc: "sum over bidders of epsilon_ex_ante" },
        of: |run| Some(run.bidders().map(|bidder| bidder.response.epsilon_ex_ante).sum()),
    },
    RunMeasure {
        column: Column { name: "epsilon_ex_ante", doc: "largest epsilon_ex_ante of the bidders" },
        of: |run| most(run, |bidder| Some(bidder.response.epsilon_ex_ante)),
    },
    RunMeasure {
        column: Column {
            name: "epsilon_ex_ante_last_iterate",
            doc: "largest epsilon_ex_ante_last_iterate of the bidders",
        },
        of: |run| most(run, |bidder| Some(bidder.response_last.epsilon_ex_ante)),
    },
    RunMeasure {
        column: Column { name: "epsilon_interim", doc: "largest epsilon_interim of the bidders" },
        of: |run| most(run, |bidder| Some(bidder.response.epsilon_interim)),
    },
    RunMeasure {
        column: Column {
            name: "epsilon_relative",
            doc: "largest epsilon_relative of the bidders; null where one has none",
        },
        of: |run| most(run, relative),
    },
    RunMeasure {
        column: Column { name: "epsilon_class", doc: "largest epsilon_class of the bidders" },
        of: |run| most(run, |bidder| bidder.epsilon_class),
    },
];

fn relative(bidder: &BidderContext) -> Option<f64> {
    let best = bidder.response.best_response_utility;
    (best > 0.0).then(|| bidder.response.epsilon_ex_ante / best)
}

/// The largest number of the bidders; `None` where one has none.
pub(super) fn most(run: &RunContext, of: impl Fn(&BidderContext) -> Option<f64>) -> Option<f64> {
    run.bidders().try_fold(f64::NEG_INFINITY, |most, bidder| Some(most.max(of(&bidder)?)))
}
