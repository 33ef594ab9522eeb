//! Best responses by linear program, plain and under a constraint that couples the values.

use super::column::VALUE;
use super::price::{Bids, Job, Kind, Price};
use super::program::LpResponse;
use super::rows::{Measure, OfBids, all_bids, bids};

pub(super) const ROWS: &[Measure] = &[
    bids("best_response_utility_lp", VALUE, "utility of the best response by linear program", |bidder| {
        Some(bidder.lp?.best)
    }),
    bids(
        "epsilon_lp",
        VALUE,
        "gain of the best response by linear program on a grid that has the own bids too, 0 or more; on request",
        |bidder| bidder.lp.map(|lp| lp.epsilon),
    )
    .skewed()
    .priced(&PROGRAMS),
    bids("epsilon_lp_bound", VALUE, "the dual's bound on epsilon_lp; on request", |bidder| {
        bidder.lp.map(LpResponse::epsilon_bound)
    })
    .skewed(),
    bids(
        "best_response_utility_lp_constrained",
        VALUE,
        "utility of the best response that keeps the constraint; on request",
        |bidder| bidder.lp?.constrained.map(|(utility, _)| utility),
    ),
    bids(
        "epsilon_lp_constrained",
        VALUE,
        "its gain, below 0 where the own bids do not keep the constraint; on request",
        |bidder| bidder.lp?.epsilon_constrained(),
    )
    .skewed(),
    bids(
        "lp_constraint_multiplier",
        "value per unit of the constraint",
        "the constraint's multiplier (dual value): utility per unit by which it is loosened; on request",
        |bidder| bidder.lp?.constrained.map(|(_, multiplier)| multiplier),
    ),
    all_bids(
        "epsilon_lp",
        VALUE,
        "largest epsilon_lp of the bidders; null where one has none",
        OfBids::Largest(|bidder| bidder.lp.map(|lp| lp.epsilon)),
    )
    .skewed(),
    all_bids(
        "epsilon_lp_constrained",
        VALUE,
        "largest epsilon_lp_constrained of the bidders; null where one has none",
        OfBids::Largest(|bidder| bidder.lp?.epsilon_constrained()),
    )
    .skewed(),
];

const PROGRAMS: Price = Price {
    what: "linear programs",
    off: Some("[measure] best_response = { lp = \"none\" }"),
    kind: Kind::Numbers,
    of: |job| job.profiles(job.measure.best_response.lp) * job.bidders * program(job),
};

/// Nanoseconds of a bidder's program, on the grid that prices were measured with and on a larger one.
fn program(job: &Job) -> f64 {
    let asked = job.measure.best_response;
    let constraint = if asked.constraint.is_some() { 1.5 } else { 1.0 };
    let grid = f64::from(asked.values) * f64::from(asked.bids) / (64.0 * 256.0);
    let program = match job.bids {
        Bids::Lines | Bids::Knots(_) => job.by_prior(7e5, 1.9e6),
        Bids::Tables(_) => 3.5e5,
        Bids::Mixtures(arms) => 7e5 + 4e4 * arms,
    };
    constraint * grid * grid.sqrt() * program
}
