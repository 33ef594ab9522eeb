//! Best responses in the smoothed auction.

use super::earned::earned;
use crate::auction::{BidFunction, Profile};
use crate::expectation::Evaluator;
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::Part;
use crate::law::smoothed_wins::{SmoothedMet, SmoothedWins};
use crate::law::terms::{PaidTerms, Terms};
use crate::response::class::{ClassResponse, Opposition, class_response};

/// What one bidder earns in the smoothed auction, and gains at most by other bids while the others stay.
#[derive(Clone, Debug, PartialEq)]
pub struct SmoothedResponse {
    /// The expected utility of the bidder's own bid function, in the unit of the values; of a mixture the
    /// mean.
    pub utility: f64,
    /// The gain of the best bid function of all, 0 or more: the bidder's distance from a best response.
    pub epsilon: f64,
    /// The same within the bidder's strategy class.
    pub class: ClassResponse,
}

/// The steepness times the highest value up to which the smoothed auction is told from the true one: the
/// tables of the probability to win grow with it.
pub const MOST_STEEPNESS: f64 = 1e6;

/// For every bidder of a profile its utility and best responses in the auction smoothed at steepness `beta`,
/// per unit of bid, where a bid b wins with probability s(beta (b - m)), m the highest rival bid and s the
/// logistic function; `None` where `beta` times the highest value is above [`MOST_STEEPNESS`], as that of the
/// true auction is.
///
/// ```text
/// W(b) = E_m[s(beta (b - m))],    utility = E_v[(v - b(v)) W(b(v))],
/// epsilon = E_v[ max_{b >= 0} (v - b) W(b) - (v - b(v)) W(b(v)) ].
/// ```
///
/// W(0) is above 0. The absolute error of the utility is below 1e-11, in the unit of the highest value; that
/// of epsilon is too where the best reply does not jump from value to value, and some 1e-10 times the number
/// of its jumps else.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Profile};
/// use bidsweep::equilibrium::smoothed_multiplier;
/// use bidsweep::expectation::Evaluator;
/// use bidsweep::response::smoothed_responses;
///
/// // At the equilibrium of lines no line gains, but other bid functions do.
/// let multiplier = smoothed_multiplier(2, 50.0).unwrap();
/// let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
/// let responses = smoothed_responses(&evaluator, &Profile::linear([multiplier; 2]), 50.0).unwrap();
/// assert!(responses[0].class.epsilon < 1e-12);
/// assert!((responses[0].epsilon - 3.2e-4).abs() < 1e-5);
/// ```
///
/// References: this project's derivation; no published source is known to us.
///
/// # Panics
/// Where the profile has not one bid function a bidder, or `beta` is not positive.
pub fn smoothed_responses(
    evaluator: &Evaluator,
    profile: &Profile,
    beta: f64,
) -> Option<Vec<SmoothedResponse>> {
    assert_eq!(profile.bids.len(), evaluator.population.len(), "bid functions and bidders");
    assert!(beta > 0.0, "beta = {beta} must be positive");
    let highest =
        evaluator.population.bidders.iter().map(|bidder| bidder.prior.support().1).fold(0.0, f64::max);
    if beta * highest > MOST_STEEPNESS {
        return None;
    }
    let curves: Vec<BidCurve> = evaluator.curves(profile, 0.0, Part::Both).collect();
    let wins = SmoothedWins::of_all(&curves, beta);
    let mechanism = evaluator.population.mechanism;
    if mechanism.is_first_price() {
        return Some(responses(evaluator, profile, &wins));
    }
    let payment = mechanism.payment();
    let met = if payment.other == 0.0 { Vec::new() } else { SmoothedMet::of_all(&curves, beta) };
    let terms =
        wins.iter().enumerate().map(|(bidder, wins)| PaidTerms::smoothed(wins, met.get(bidder), payment));
    Some(responses(evaluator, profile, &terms.collect::<Vec<_>>()))
}

/// The responses to terms, one a bidder.
fn responses<T: Terms + Opposition>(
    evaluator: &Evaluator,
    profile: &Profile,
    terms: &[T],
) -> Vec<SmoothedResponse> {
    let bidders = terms.iter().zip(&profile.bids).enumerate();
    let respond = |(bidder, (terms, own)): (usize, (&T, &BidFunction))| {
        let found = earned(terms, evaluator.marginal(bidder), own);
        let class = class_response(evaluator, bidder, own, terms, terms);
        SmoothedResponse { utility: found.utility, epsilon: found.gain, class }
    };
    bidders.map(respond).collect()
}

#[cfg(test)]
mod tests;
