//! Best responses of every bidder of a profile, over all bid functions: in the true auction and in the
//! smoothed one.

mod bound;
mod gain;
mod hull;
mod own;
pub(crate) mod replies;
mod rule;
mod smoothed;
mod tried;

pub(crate) use bound::Ceiling;
use gain::{Gain, Gains};
pub(crate) use hull::HullReplies;
pub use smoothed::{MOST_STEEPNESS, SmoothedResponse, smoothed_responses};

use crate::auction::{Mechanism, Profile};
use crate::expectation::evaluate::{BidderEvaluation, Evaluator};
use crate::law::marginal::Part;
use crate::law::rivals::BidLaws;

/// The cells of bids and of values behind [`BestResponse::epsilon_ex_ante_upper`].
pub(crate) const CELLS: usize = 64;

/// The cells of bids and of values behind [`epsilon_ex_ante_upper`].
const FINE_CELLS: usize = 1 << 17;

/// What one bidder of a profile gets, and what the best response would get: over all bid functions, whatever
/// the strategy class. Per auction and in the unit of the values.
///
/// With `W(b)` the probability to win with a bid b, `u(v)` what a value v gets by the own bid function (by a
/// mixture the mean of what it gets by each) and `u*(v) = sup_b (v - b) W(b)` what it would get by the best
/// bid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestResponse {
    /// `E u(v)`, ex ante: that of [`BidderEvaluation`], or the share of the mean value where all bid 0.
    pub utility: f64,
    /// `E u*(v)`, ex ante: `utility` and `epsilon_ex_ante`.
    pub best_response_utility: f64,
    /// `E[u*(v) - u(v)]`, at least 0.
    pub epsilon_ex_ante: f64,
    /// `sup_v u*(v) - u(v)`, at least 0, over the values of the support.
    pub epsilon_interim: f64,
    /// The value at which, or next to which, `epsilon_interim` is attained.
    pub interim_value: f64,
    /// An upper bound of `epsilon_ex_ante`, of a few hundredths of the highest value: see
    /// the function [`epsilon_ex_ante_upper`], which is closer.
    pub epsilon_ex_ante_upper: f64,
}

/// The best response of every bidder to the others of a profile, in the true (unsmoothed) auction:
///
/// ```text
/// W_i(b) = prod_{j != i} P(b_j <= b),    u*_i(v) = sup_b (v - b) W_i(b).
/// ```
///
/// Bids an instant above those at which rivals tie are among those the best is. `u*` is what an actual bid
/// attains, so that it is too low if it is wrong. Errors of the quadrature, in units of the highest value:
/// around 1e-13 where all priors are uniform and all bids linear, 1e-10 else.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Profile};
/// use bidsweep::expectation::Evaluator;
/// use bidsweep::response::best_responses;
///
/// let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
/// let response = best_responses(&evaluator, &Profile::linear([0.3, 0.3]))[0];
/// // (1 - 2 w)^2 / 6.
/// assert!((response.epsilon_ex_ante - 0.16 / 6.0).abs() < 1e-13);
/// // v/2 - w at the value v = 1 / (2 (1 - w)).
/// assert!((response.epsilon_interim - (0.5 / 1.4 - 0.3)).abs() < 1e-13);
/// assert!((response.interim_value - 1.0 / 1.4).abs() < 1e-6);
/// ```
///
/// Not so with priors of extreme shape, nearly all of whose mass lies beside one value: of a Beta prior with
/// b = 0.13 a percent of the mass was left out of the gain.
///
/// # Panics
/// Where the profile has not one bid function a bidder.
pub fn best_responses(evaluator: &Evaluator, profile: &Profile) -> Vec<BestResponse> {
    let Mechanism::FirstPrice = evaluator.population.mechanism;
    let evaluation = evaluator.evaluate(profile);
    let laws = BidLaws::new(evaluator.curves(profile, 0.0, Part::Both));
    let (mut best, mut gains, mut ceiling) = (HullReplies::default(), Gains::default(), Ceiling::default());
    let mut samples = Vec::new();
    let mut responses = Vec::with_capacity(profile.bids.len());
    for (bidder, bids) in profile.bids.iter().enumerate() {
        let marginal = evaluator.marginal(bidder);
        let rivals = laws.rivals(bidder);
        rivals.samples(&mut samples);
        best.find(&rivals, samples.iter().copied(), marginal.high);
        let Gain { expected, most, at } = gains.gain(marginal, bids, &rivals, &best);
        ceiling.build(&rivals, CELLS);
        let utility = own_utility(evaluator, bidder, evaluation.bidders[bidder], &laws);
        let upper = ceiling.expectation(marginal, CELLS) - utility;
        responses.push(BestResponse {
            utility,
            best_response_utility: utility + expected,
            epsilon_ex_ante: expected,
            epsilon_interim: most,
            interim_value: at,
            epsilon_ex_ante_upper: upper.max(expected),
        });
    }
    responses
}

/// A bound that no best response of a bidder exceeds, of each: `epsilon_ex_ante` is at most so much, whatever
/// the search for best bids may have missed.
///
/// On a cell of bids from `b_k` (not with it) to `b_(k+1)` we have `(v - b) W(b) <= (v - b_k) W(b_(k+1))`;
/// the highest of these lines, `U(v)`, is above `u*(v)`, and its expectation is exact where the prior is
/// uniform and else bounded on cells of values:
///
/// ```text
/// E U <= U(high) - sum_cells F(v_c) (U(v_(c+1)) - U(v_c)).
/// ```
///
/// With 2^17 cells of each it is above `epsilon_ex_ante` by at most 1e-5 of the highest value or bid. It
/// takes some milliseconds a bidder.
///
/// # Panics
/// Where the profile has not one bid function a bidder.
pub fn epsilon_ex_ante_upper(evaluator: &Evaluator, profile: &Profile) -> Vec<f64> {
    let Mechanism::FirstPrice = evaluator.population.mechanism;
    let evaluation = evaluator.evaluate(profile);
    let laws = BidLaws::new(evaluator.curves(profile, 0.0, Part::Both));
    let mut ceiling = Ceiling::default();
    let bidders = evaluation.bidders.iter().enumerate();
    bidders
        .map(|(bidder, own)| {
            let rivals = laws.rivals(bidder);
            ceiling.build(&rivals, FINE_CELLS);
            ceiling.expectation(evaluator.marginal(bidder), FINE_CELLS)
                - own_utility(evaluator, bidder, *own, &laws)
        })
        .collect()
}

/// What a bidder's own bids earn, `E u(v)`: also where all bid 0 and tie, of which the evaluation says
/// nothing.
pub(super) fn own_utility(
    evaluator: &Evaluator,
    bidder: usize,
    evaluation: BidderEvaluation,
    laws: &BidLaws,
) -> f64 {
    if evaluation.utility.is_nan() {
        evaluator.population.bidders[bidder].prior.mean() * laws.rivals(bidder).tied(0.0)
    } else {
        evaluation.utility
    }
}

#[cfg(test)]
mod tests;
