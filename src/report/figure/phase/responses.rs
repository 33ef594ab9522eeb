//! Best responses of two bidders on lines to each other's multipliers.

use crate::auction::{Prior, Strategy};
use crate::expectation::ExpectedGradient;
use crate::numeric::roots::root;
use crate::report::results::Results;
use crate::train::BidderSettings;

/// Places along a curve.
const PLACES: usize = 25;

/// Multipliers between which a best response is looked for.
const LEAST: f64 = 1e-3;
const MOST: f64 = 1.0 - 1e-3;

/// Whether both bidders play lines on uniform values: with others a curve takes long.
pub(super) fn can(results: &Results, cell: usize) -> bool {
    let settings = results.plan.cell(results.position(cell)).settings;
    let is_simple = |bidder: &BidderSettings| {
        bidder.strategy == Strategy::Linear
            && bidder.play().table().is_none()
            && matches!(bidder.prior, Prior::Uniform(_))
    };
    settings.bidders.iter().all(is_simple)
}

/// For each of two bidders the places (w1, w2) within a window at which its expected utility does not change
/// with its own multiplier: in the auction that the learners are told of, smoothed or not. Empty where
/// [`can`] says no.
pub(super) fn curves(results: &Results, cell: usize, window: [(f64, f64); 2]) -> [Vec<(f64, f64)>; 2] {
    if !can(results, cell) {
        return [Vec::new(), Vec::new()];
    }
    let settings = results.plan.cell(results.position(cell)).settings;
    let beta = if settings.smooths() { settings.beta.last() } else { f64::INFINITY };
    let gradient = ExpectedGradient::new(&settings.population(), beta);
    [0, 1].map(|own| curve(&gradient, own, window))
}

fn curve(gradient: &ExpectedGradient, own: usize, window: [(f64, f64); 2]) -> Vec<(f64, f64)> {
    let (low, high) = window[1 - own];
    let place = |at: usize| {
        let rival = low + (high - low) * at as f64 / (PLACES - 1) as f64;
        let rival = rival.clamp(LEAST, MOST);
        let slope = |w: f64| {
            let mut multipliers = [vec![rival], vec![rival]];
            multipliers[own] = vec![w];
            gradient.of(own, &multipliers)[0]
        };
        let response = root(LEAST, MOST, slope)?;
        Some(if own == 0 { (response, rival) } else { (rival, response) })
    };
    (0..PLACES).filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::Population;

    #[test]
    fn curves_meet_at_the_equilibrium() {
        let gradient = ExpectedGradient::new(&Population::symmetric(2, Prior::STANDARD), 50.0);
        let smoothed = crate::equilibrium::smoothed_multiplier(2, 50.0).unwrap();
        // In the middle of the window the rival plays the equilibrium.
        let window = [(smoothed - 0.1, smoothed + 0.1); 2];
        for own in [0, 1] {
            let (x, y) = curve(&gradient, own, window)[PLACES / 2];
            assert!((x - smoothed).abs() < 1e-6 && (y - smoothed).abs() < 1e-6, "{x} {y}");
        }
    }

    #[test]
    fn half_the_value_answers_who_bids_half_or_more_where_nothing_is_smoothed() {
        let gradient = ExpectedGradient::new(&Population::symmetric(2, Prior::STANDARD), f64::INFINITY);
        for (x, y) in curve(&gradient, 0, [(0.4, 0.8), (0.5, 0.9)]) {
            assert!((x - 0.5).abs() < 1e-9, "{x} against {y}");
        }
    }
}
