//! How much a bidder gains by its best reply in the true auction: how near a profile is to equilibrium in
//! utility.

use super::assessment::BidderAssessment;
use super::column::{ONE, VALUE};
use super::context::averages_are_judged;
use super::price::{Bids, Job, Kind, Price};
use super::rows::{Measure, OfBids, all_bids, bidder, bids, largest, run};

pub(super) const ROWS: &[Measure] = &[
    bids(
        "best_response_utility",
        VALUE,
        "u_BR = E max_b (v - b) W(b), ex ante over all bid functions, W the probability to win against the others",
        |bidder| Some(bidder.response.best_response_utility),
    ),
    bids("epsilon_ex_ante", VALUE, "u_BR - utility", ex_ante).skewed().main().priced(&FREE),
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
    .main()
    .priced(&CLASS),
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

const FREE: Price = Price {
    what: "best responses over all bid functions",
    off: None,
    kind: Kind::Numbers,
    // Those to the tail mean and to the last epoch of a run, and where mixtures are averaged to these too.
    of: |job| {
        let of_a_run = if averages_are_judged(job.settings) { 3.0 } else { 2.0 };
        (1.0 + of_a_run * f64::from(job.replicates)) * job.bidders * free(job)
    },
};

/// Nanoseconds of a bidder's best response over all bid functions.
fn free(job: &Job) -> f64 {
    let n = job.bidders;
    let jumps = 1e3 * job.kinks * n;
    match job.bids {
        // Of two bidders in closed form.
        Bids::Lines if n == 2.0 && !job.is_bent => 3e2,
        Bids::Lines => jumps + job.by_prior(2e3 + 30.0 * n * n, 2.8e4 * n),
        Bids::Knots(_) => jumps + job.by_prior(1.0, 6.0) * job.pieces() * 8e3 * libm::pow(n, 1.8),
        Bids::Tables(probabilities) => 40.0 * probabilities + 2e4 * n,
        Bids::Mixtures(arms) => 2e5 + 8.0 * arms * arms * arms * job.mixing * job.mixing / n,
    }
}

const CLASS: Price = Price {
    what: "best responses within the strategy class",
    off: Some("[measure] best_response = { class = \"none\" }"),
    kind: Kind::Numbers,
    of: |job| job.profiles(job.measure.best_response.class) * job.bidders * of_class(job),
};

/// Nanoseconds of a bidder's best response within its class.
fn of_class(job: &Job) -> f64 {
    let n = job.bidders;
    match job.bids {
        Bids::Lines => {
            job.by_prior(4e3 + 35.0 * n * n, 7e5 + 1.6e5 * n + 2e4 * (job.priors * job.priors - 1.0))
                + 1.45e4 * job.kinks * n
        }
        Bids::Knots(_) => {
            job.pieces() * job.by_prior(2.2e6, 4.4e6) * (1.0 + n / 12.0) + 1.3e5 * job.kinks * n
        }
        Bids::Tables(_) | Bids::Mixtures(_) => 8e4 * n,
    }
}
