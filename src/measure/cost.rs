//! What a cell takes, without a clock: a function of its settings and of what is measured alone.

use std::sync::LazyLock;

use super::price::{Job, Kind, Price};
use super::{cell, table};
use crate::auction::{Prior, Strategy};
use crate::law::groups::MOST_PRIORS;
use crate::train::AGENT_SAMPLE;

/// What training costs.
pub const TRAINING: Price = Price {
    what: "training",
    off: None,
    kind: Kind::Lanes,
    of: |job| f64::from(job.replicates) * job.settings.cost() * AGENT_SAMPLE,
};

/// What the references of a game cost that no other cell has.
pub const REFERENCES: Price =
    Price { what: "reference equilibria", off: None, kind: Kind::Numbers, of: references };

/// What is left of the rows of runs and of a cell where all that has a price of its own is known.
const ROWS: Price = Price {
    what: "the rest of the measures",
    off: None,
    kind: Kind::Numbers,
    of: |job| f64::from(job.replicates) * (3e3 + 2e3 * job.bidders) + 8e4 + 1.5e4 * job.bidders,
};

/// The prices of all that is measured of a cell and its runs, each measure's own among them.
///
/// ```
/// use bidsweep::measure::{Job, prices};
/// use bidsweep::sweep::Plan;
///
/// let plan = Plan::parse("schema = 1\nname = \"x\"", "x.toml", &[])?;
/// let cell = plan.cell(0);
/// let job = Job::new(&cell.settings, plan.measure(), 8);
/// let dearest = prices().iter().max_by(|a, b| (a.of)(&job).total_cmp(&(b.of)(&job)));
/// assert_eq!(dearest.unwrap().what, "linear programs");
/// # Ok::<(), bidsweep::sweep::SweepError>(())
/// ```
pub fn prices() -> &'static [&'static Price] {
    static PRICES: LazyLock<Vec<&'static Price>> =
        LazyLock::new(|| table::prices().chain(cell::prices()).chain([&ROWS]).collect());
    &PRICES
}

/// Nanoseconds of the references of a game.
fn references(job: &Job) -> f64 {
    let bidders = &job.settings.bidders;
    let (n, priors) = (job.bidders, job.priors);
    let perturbed = match bidders[0].learner.perturbations() {
        Some(_) => 2e6,
        None => 0.0,
    };
    let is_line = bidders.iter().all(|bidder| bidder.strategy == Strategy::Linear);
    let is_standard =
        priors == 1.0 && matches!(&bidders[0].prior, Prior::Uniform(prior) if prior.low() == 0.0);
    let found = match (is_line, job.is_bent) {
        // They are not looked for.
        _ if priors > MOST_PRIORS as f64 => n * job.by_prior(3.3e6, 3e6 * n),
        (true, false) if is_standard => 7e5,
        (true, false) => 8e5 * priors * priors,
        (false, false) if is_standard => 1e7 + 4.5e6 * n,
        (false, false) => (1e8 + 4e7 * n) * libm::pow(priors / 2.0, 2.5),
        (true, true) if priors == 1.0 => 4e7,
        (true, true) => 5e6 * libm::pow(priors, 3.8),
        (false, true) if priors == 1.0 => job.pieces() * (4e7 + 1.2e7 * n),
        (false, true) => job.pieces() * 3e7 * libm::pow(priors, 3.2),
    };
    let jumps = if is_line { 3e5 } else { 4e6 };
    perturbed + found + jumps * job.kinks * job.steepness()
}
