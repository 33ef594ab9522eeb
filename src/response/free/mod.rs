//! Best responses of every bidder of a profile, over all bid functions: in the true auction and in the
//! smoothed one.

mod bound;
mod climb;
mod earned;
mod gain;
mod hull;
mod own;
mod pair;
mod replies;
mod rule;
mod smoothed;
mod tried;

pub(crate) use bound::Ceiling;
use earned::{Earned, earned};
use gain::{Gain, Gains};
pub(crate) use hull::HullReplies;
use pair::pair;
pub use smoothed::{MOST_STEEPNESS, SmoothedResponse, smoothed_responses};

use crate::auction::{Payment, Profile};
use crate::expectation::Evaluator;
use crate::law::marginal::{Marginal, Part, Share};
use crate::law::rivals::{BidLaws, Rivals};
use crate::law::terms::{PaidTerms, Terms};
use crate::law::wins::Wins;
use crate::numeric::cancel;

/// Nanoseconds for a bid that may be best, about, and for a piece of terms.
const A_BID: u64 = 500;
const A_PIECE: u64 = 20_000;

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
    /// `E u(v)`, ex ante: that of [`BidderEvaluation`](crate::expectation::BidderEvaluation).
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
    /// A bound on the errors of `utility` and `epsilon_ex_ante`, in the unit of the values: 1e-13 of the
    /// highest value where all F and all bids are lines, 1e-10 of the mean value else.
    pub error: f64,
}

/// The best response of every bidder to the others of a profile, in the true (unsmoothed) auction:
///
/// ```text
/// W_i(b) = prod_{j != i} P(b_j <= b),    u*_i(v) = sup_b (v - b) W_i(b),
/// ```
///
/// and under other rules than the first price u*_i(v) = sup_b v W_i(b) - P_i(b), with what the
/// [`Payment`] costs on average, P_i: from tables of W_i and of its integral, to
/// [`BestResponse::error`].
///
/// Bids an instant above those at which rivals tie are among those the best is. `u*` is what an actual bid
/// attains, so that it is too low if it is wrong. [`BestResponse::error`] bounds the errors of the
/// quadrature. What they would do to the order of the numbers is taken off: `best_response_utility` is at
/// most what the bidder gets who always wins at the lowest bid that may win, and `epsilon_ex_ante` at most
/// `epsilon_interim` and at most its upper bound.
///
/// Integrals run over the place in the support, from its nearer end, so that they hold all the mass of steep
/// priors: of a Beta prior with b = 0.13 a percent lies within the rounding of the highest value.
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
/// # Panics
/// Where the profile has not one bid function a bidder.
pub fn best_responses(evaluator: &Evaluator, profile: &Profile) -> Vec<BestResponse> {
    let evaluation = evaluator.evaluate(profile);
    let utilities = evaluation.bidders.iter().map(|bidder| bidder.utility);
    if !evaluator.population.mechanism.is_first_price() {
        return paid(evaluator, profile, utilities);
    }
    match pair(evaluator, profile) {
        Some(pair) => {
            utilities.zip(&pair).map(|(utility, bidder)| bidder.found().response(utility)).collect()
        }
        None => searched(evaluator, profile, utilities),
    }
}

/// The best responses of bidders who get so much by their own bids, whatever these are.
fn searched(
    evaluator: &Evaluator,
    profile: &Profile,
    utilities: impl Iterator<Item = f64>,
) -> Vec<BestResponse> {
    let laws = BidLaws::new(evaluator.curves(profile, 0.0, Part::Both));
    let (mut best, mut gains, mut ceiling) = (HullReplies::default(), Gains::default(), Ceiling::default());
    let mut samples = Vec::new();
    let mut responses = Vec::with_capacity(profile.bids.len());
    for (bidder, (bids, utility)) in profile.bids.iter().zip(utilities).enumerate() {
        let marginal = evaluator.marginal(bidder);
        let rivals = laws.rivals(bidder);
        rivals.samples(&mut samples);
        cancel::check(samples.len() as u64 * A_BID);
        best.find(&rivals, samples.iter().copied(), marginal.high);
        ceiling.build(&rivals, CELLS);
        let found = Found {
            gain: gains.gain(marginal, bids, &rivals, &best),
            most_possible: marginal.mean - rivals.bends()[0].min(marginal.low),
            ceiling: ceiling.expectation(marginal, CELLS),
            error: error(marginal, &rivals),
        };
        responses.push(found.response(utility));
    }
    responses
}

/// The best responses of bidders who get so much by their own bids, under any rule.
fn paid(evaluator: &Evaluator, profile: &Profile, utilities: impl Iterator<Item = f64>) -> Vec<BestResponse> {
    let laws = BidLaws::new(evaluator.curves(profile, 0.0, Part::Both));
    let mut ceiling = Ceiling::default();
    let bidders = profile.bids.iter().zip(utilities).enumerate();
    bidders
        .map(|(bidder, (bids, utility))| {
            let marginal = evaluator.marginal(bidder);
            let terms = terms_of(evaluator, &laws, bidder);
            cancel::check(Terms::bends(&terms).len() as u64 * A_PIECE);
            let Earned { gain, most, at, .. } = earned(&terms, marginal, bids);
            ceiling.build_of_terms(&terms, CELLS);
            let found = Found {
                gain: Gain { expected: gain.min(most), most, at },
                // Nobody pays less than nothing.
                most_possible: marginal.mean,
                ceiling: ceiling.expectation(marginal, CELLS),
                error: ERROR * marginal.mean,
            };
            found.response(utility)
        })
        .collect()
}

/// What a bidder of a population is offered by its rivals, in the true auction.
pub(super) fn terms_of(evaluator: &Evaluator, laws: &BidLaws, bidder: usize) -> PaidTerms {
    let payment: Payment = evaluator.population.mechanism.payment();
    PaidTerms::new(&laws.rivals(bidder), payment, evaluator.marginal(bidder).high)
}

/// What was found of a best response.
struct Found {
    gain: Gain,
    /// What a bidder gets who always wins, and pays the least that may win.
    most_possible: f64,
    /// What no best response gets more than.
    ceiling: f64,
    error: f64,
}

impl Found {
    /// The response of a bidder who gets so much by the own bids.
    fn response(self, utility: f64) -> BestResponse {
        let Found { gain: Gain { expected, most, at }, most_possible, ceiling, error } = self;
        let expected = expected.min(most_possible - utility).max(0.0);
        BestResponse {
            utility,
            best_response_utility: utility + expected,
            epsilon_ex_ante: expected,
            epsilon_interim: most,
            interim_value: at,
            epsilon_ex_ante_upper: outward(ceiling, utility, error).max(expected),
            error,
        }
    }
}

/// What a bound on the best utility is above the own one, rounded outward; where nobody can win anything, 0.
fn outward(most: f64, utility: f64, error: f64) -> f64 {
    if most == 0.0 && utility == 0.0 { 0.0 } else { most - utility + error }
}

/// [`BestResponse::error`].
fn error(marginal: &Marginal, rivals: &Rivals) -> f64 {
    let lines = rivals.are_lines() && marginal.line(Share::LOW).is_some();
    if lines { ERROR_OF_LINES * marginal.high } else { ERROR * marginal.mean }
}

/// In units of the highest value.
const ERROR_OF_LINES: f64 = 1e-13;

/// In units of the mean value.
const ERROR: f64 = 1e-10;

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
/// With 2^17 cells of each it is above `epsilon_ex_ante` by at most 1e-5 of the highest value or bid. It is
/// rounded outward, by [`BestResponse::error`]. It takes some milliseconds a bidder.
///
/// # Panics
/// Where the profile has not one bid function a bidder.
pub fn epsilon_ex_ante_upper(evaluator: &Evaluator, profile: &Profile) -> Vec<f64> {
    let evaluation = evaluator.evaluate(profile);
    let is_first_price = evaluator.population.mechanism.is_first_price();
    let laws = BidLaws::new(evaluator.curves(profile, 0.0, Part::Both));
    let mut ceiling = Ceiling::default();
    let bidders = evaluation.bidders.iter().enumerate();
    bidders
        .map(|(bidder, own)| {
            let rivals = laws.rivals(bidder);
            let marginal = evaluator.marginal(bidder);
            if !is_first_price {
                ceiling.build_of_terms(&terms_of(evaluator, &laws, bidder), FINE_CELLS);
                return outward(
                    ceiling.expectation(marginal, FINE_CELLS),
                    own.utility,
                    ERROR * marginal.mean,
                );
            }
            ceiling.build(&rivals, FINE_CELLS);
            outward(ceiling.expectation(marginal, FINE_CELLS), own.utility, error(marginal, &rivals))
        })
        .collect()
}

#[cfg(test)]
mod tests;
