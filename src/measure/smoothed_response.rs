//! Utilities and gains in the smoothed auction, where a bid b wins against m with probability sigmoid(beta (b
//! - m)).

use super::assessment::BidderAssessment;
use super::column::VALUE;
use super::price::{Bids, Job, Kind, Price};
use super::rows::{Measure, OfBids, all_bids, bids};

pub(super) const ROWS: &[Measure] = &[
    bids(
        "utility_smoothed",
        VALUE,
        "ex-ante utility E[(v - b) sigmoid(beta (b - m))] in the smoothed auction, last beta; on request",
        |bidder| Some(bidder.smoothed?.utility),
    ),
    bids(
        "epsilon_smoothed",
        VALUE,
        "gain of the best response b(v) >= 0 in the smoothed auction, ex ante; on request",
        free,
    )
    .skewed()
    .priced(&SMOOTHED),
    bids(
        "epsilon_smoothed_class",
        VALUE,
        "the same within the strategy class: the one that is 0 at the smoothed equilibrium; on request",
        class,
    )
    .skewed(),
    all_bids("epsilon_smoothed", VALUE, "largest epsilon_smoothed of the bidders", OfBids::Largest(free))
        .skewed(),
    all_bids(
        "epsilon_smoothed_class",
        VALUE,
        "largest epsilon_smoothed_class of the bidders",
        OfBids::Largest(class),
    )
    .skewed(),
];

fn free(bidder: &BidderAssessment) -> Option<f64> {
    Some(bidder.smoothed?.epsilon)
}

fn class(bidder: &BidderAssessment) -> Option<f64> {
    Some(bidder.smoothed?.class.epsilon)
}

const SMOOTHED: Price = Price {
    what: "best responses in the smoothed auction",
    off: Some("[measure] best_response = { smoothed = \"none\" }"),
    kind: Kind::Numbers,
    of: |job| match job.is_smooth() {
        true => job.profiles(job.measure.best_response.smoothed) * job.bidders * response(job),
        false => 0.0,
    },
};

/// Nanoseconds of a bidder's best responses.
fn response(job: &Job) -> f64 {
    match job.bids {
        Bids::Lines => job.by_prior(2.4e5, 1e6) + 1.2e4 * job.kinks * job.steepness(),
        Bids::Knots(_) => {
            job.pieces() * job.by_prior(1.6e6, 3.2e6) * (1.0 + job.bidders / 10.0) + 2e5 * job.kinks
        }
        Bids::Tables(_) | Bids::Mixtures(_) => 1.5e6,
    }
}
