//! How long a gradient takes, without a clock.

use super::STEEP;
use crate::auction::{Population, Prior, Strategy};

/// Lines of uniform priors take about so many nanoseconds times a power of the bidders' number.
const LINES: f64 = 150.0;
const POWER_OF_LINES: f64 = 2.2;

/// Nodes of bids, about: in the argument of the logistic function, beside those where nothing bends; and on a
/// panel that ends where a bid function bends or a density changes much.
const NODES_PER_ARGUMENT: f64 = 3.0;
const FIRST_NODES: f64 = 30.0;
const NODES_PER_END: f64 = 6.0;

/// Ends of panels of a line, and further ones of a density that is not constant.
const ENDS_OF_A_LINE: f64 = 2.0;
const ENDS_OF_A_DENSITY: f64 = 6.0;

/// Arguments between two bids that chance decides about.
const WINDOW: f64 = 52.0;

/// Bids reach up to this part of the values, about.
const BIDS: f64 = 0.75;

/// Nanoseconds that a bidder takes at a node, and with a node of the rivals.
const A_NODE: f64 = 15.0;
const A_PAIR: f64 = 0.15;

/// The part that bidders take who play alike, times the square of their number.
const ALIKE: f64 = 2.7;

/// About how many nanoseconds the gradient of all bidders takes on one core, at a steepness: what bounds the
/// work of a continuation, and tells what is ahead, as a function of the plan alone. Bidders who happen to
/// play alike take less.
pub(crate) fn nanoseconds(population: &Population, beta: f64) -> f64 {
    let bidders = population.bidders.len() as f64;
    let is_even = |prior: &Prior| matches!(prior, Prior::Uniform(_));
    let is_first_price = population.mechanism.is_first_price();
    if is_first_price
        && population.bidders.iter().all(|b| b.strategy == Strategy::Linear && is_even(&b.prior))
    {
        return LINES * libm::pow(bidders, POWER_OF_LINES);
    }
    let top = population.bidders.iter().map(|bidder| bidder.prior.support().1).fold(0.0, f64::max);
    let arguments = (beta * BIDS * top).min(STEEP);
    let ends: f64 = (population.bidders.iter())
        .map(|bidder| {
            let segments = match bidder.strategy {
                Strategy::Linear => ENDS_OF_A_LINE,
                Strategy::PiecewiseLinear { segments } => segments as f64 + 1.0,
            };
            let density = match &bidder.prior {
                Prior::Uniform(_) => 0.0,
                prior => ENDS_OF_A_DENSITY.max(prior.kinks().len() as f64),
            };
            segments + density
        })
        .sum();
    let nodes = FIRST_NODES + NODES_PER_ARGUMENT * arguments + NODES_PER_END * ends;
    let met = nodes * (WINDOW / arguments).min(1.0);
    bidders * nodes * (A_NODE + A_PAIR * met)
}

/// As [`nanoseconds`], of bidders with the same prior who play the same bid function: what is found for one
/// is that of all.
pub(crate) fn nanoseconds_where_all_play_alike(population: &Population, beta: f64) -> f64 {
    let bidders = population.bidders.len() as f64;
    let bidder = &population.bidders[0];
    let share = match (bidder.strategy, &bidder.prior) {
        (Strategy::Linear, Prior::Uniform(_)) => libm::pow(bidders, -POWER_OF_LINES / 2.0),
        _ => ALIKE / (bidders * bidders),
    };
    nanoseconds(population, beta) * share.min(1.0)
}
