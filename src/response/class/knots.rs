//! The best bid function that is linear between the knots of a class.

use super::ascent::Ascent;
use super::payoff::{Opposition, Payoff};
use super::rough_knots::rough_best;
use crate::auction::strategy::PiecewiseLinear;
use crate::auction::strategy::piecewise_linear::knots;
use crate::auction::{BidFunction, Prior, PureBids};

/// The own bids are improved too where they earn less than the best by no more than this part.
const WORTH: f64 = 0.01;

/// The best bid function of the class that is found.
pub(super) fn best<O: Opposition>(
    payoff: &Payoff<O>,
    prior: &Prior,
    segments: usize,
    own: PureBids,
) -> BidFunction {
    let mut values = knots(prior, segments);
    // Near a pole of the density quantiles may agree to all digits.
    values.dedup();
    let own_bids: Vec<f64> = values.iter().map(|&v| own.bid(v)).collect();
    let start = rough_best(payoff, prior, &values, &own_bids);
    let mut best = Ascent::new(payoff, &values, start);
    best.climb_and_move();
    // The program has missed little: bids that earn much less have no better hill of their own.
    let mut other = Ascent::new(payoff, &values, own_bids);
    if other.utility() > (1.0 - WORTH) * best.utility() {
        other.climb_and_move();
        if other.utility() >= best.utility() {
            best = other;
        }
    }
    let knots = values.iter().zip(&best.points).map(|(value, point)| (*value, point.0)).collect();
    PiecewiseLinear::new(knots).map_or_else(|_| own.to_bid_function(), BidFunction::PiecewiseLinear)
}
