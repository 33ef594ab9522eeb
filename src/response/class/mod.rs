//! Best responses within the bidders' strategy classes.

mod ascent;
mod auctions;
mod knots;
mod line;
mod lines;
mod payoff;
mod rough_knots;
mod rough_lines;
mod way;

pub(super) use auctions::TrueAuction;
use line::BestLine;
use lines::Lines;
pub(super) use payoff::Opposition;
use payoff::Payoff;

use way::lowest_is_free;

use crate::auction::strategy::PiecewiseLinear;
use crate::auction::strategy::piecewise_linear::knots as values_at_knots;
use crate::auction::{BidFunction, Prior, Profile, PureBids, Strategy};
use crate::expectation::Evaluator;
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::Part;
use crate::law::rivals::BidLaws;
use crate::law::terms::PaidTerms;

/// What one bidder gains at most by another bid function of its own class, while the others stay.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassResponse {
    /// The expected utility of the bidder's own bid function, in the unit of the values; of a mixture the
    /// mean.
    pub utility: f64,
    /// The gain of [`ClassResponse::bids`] over it: the bidder's distance from a best response within the
    /// class. It is 0 or more where the own bid function is of the class, or a mixture of such ones; another
    /// may be better than all of the class, and then it is below 0.
    pub epsilon: f64,
    /// The best bid function of the class that is found; the own one where that is of the class and none is
    /// better.
    pub bids: BidFunction,
}

/// For every bidder of a profile the best response within its [`Strategy`], in the true auction:
///
/// ```text
/// epsilon_i = max_b E_v[(v - b(v)) W_i(b(v))] - E_v[(v - b_i(v)) W_i(b_i(v))],    W_i(b) = prod_{j != i} G_j(b),
/// ```
///
/// over the lines b = w v with w in \[0, 1\], or over all that rise between the knots of the class, with
/// slopes and a lowest bid of 0 or more. G_j is the law of bidder j's bid; b_i may be a mixture, and then the
/// second term is the mean of what its functions earn. Where rivals bid one bid with positive probability,
/// the utility jumps there, both sides are looked at, and the gain is a supremum that an instant more, or
/// less, comes as near to as one likes.
///
/// Lines, where the own prior is uniform and those of the rivals are too or of data: the global maximum, to
/// 1e-12 in the unit of the highest value, by the zeros of the derivative in every interval that a bound does
/// not rule out. For other priors of rivals the same with a table of W, of an error around 1e-12 but for
/// densities with poles; for other own priors the best of the local maxima that 64 to 96 lines reveal. Knots:
/// a dynamic program over a grid of bids, and from there, as from the own bids, Newton's method and steps of
/// single knots until they gain less than 1e-13. What is found is judged by the quadrature of
/// [`Evaluator::evaluate`]: the gain is attained, and so a lower bound where the search has missed the best
/// hill.
///
/// Under other rules than the first price (v - b) W is v W - P with what the bids cost, P, and both the
/// search and the judgement are made with tables, of an error around 1e-12.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Profile};
/// use bidsweep::expectation::Evaluator;
/// use bidsweep::response::class_responses;
///
/// let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
/// let [first, second] = &class_responses(&evaluator, &Profile::linear([0.5, 0.8]))[..] else { panic!() };
/// // Half the value is the best line against any rival who bids half the value or more.
/// assert!(first.epsilon < 1e-15);
/// assert!((second.epsilon - (1.0 / 6.0 - 0.2 * (0.5 - 0.5 * 0.625 * 0.625 / 3.0))).abs() < 1e-12);
/// ```
///
/// # Panics
/// Where the profile has not one bid function a bidder.
pub fn class_responses(evaluator: &Evaluator, profile: &Profile) -> Vec<ClassResponse> {
    let mechanism = evaluator.population.mechanism;
    assert_eq!(profile.bids.len(), evaluator.population.len(), "bid functions and bidders");
    let laws = BidLaws::new(evaluator.curves(profile, 0.0, Part::Both));
    let respond = |bidder| {
        if !mechanism.is_first_price() {
            let high = evaluator.marginal(bidder).high;
            let terms = PaidTerms::new(&laws.rivals(bidder), mechanism.payment(), high);
            return class_response(evaluator, bidder, &profile.bids[bidder], &terms, &terms);
        }
        let auction = TrueAuction::new(evaluator, profile, &laws, bidder);
        let lines =
            evaluator.population.bidders[bidder].strategy == Strategy::Linear && auction.degree().is_some();
        match if lines { None } else { auction.tabulated() } {
            Some(table) => class_response(evaluator, bidder, &profile.bids[bidder], &table, &auction),
            None => class_response(evaluator, bidder, &profile.bids[bidder], &auction, &auction),
        }
    };
    (0..evaluator.population.len()).map(respond).collect()
}

/// The best response of a bidder within its class, searched with one W and judged by another that is all but
/// the same.
pub(super) fn class_response(
    evaluator: &Evaluator,
    bidder: usize,
    own: &BidFunction,
    searched: &impl Opposition,
    judging: &impl Opposition,
) -> ClassResponse {
    let (prior, strategy) =
        (&evaluator.population.bidders[bidder].prior, evaluator.population.bidders[bidder].strategy);
    let marginal = evaluator.marginal(bidder);
    let judge = Payoff::new(marginal, judging);
    let earns = |bids: PureBids| judge.judge(&BidCurve::new(marginal, bids, 0.0, Part::Density));
    // What a mixture earns is at most what the best of its functions does.
    let best_own = own.pure().unwrap_or_else(|| best_component(own, earns));
    let found = match strategy {
        Strategy::Linear => {
            let payoff = Payoff::new(marginal, searched);
            let lines = Lines::of(&payoff);
            let best = match &lines {
                Some(lines) => BestLine::exact(lines),
                None => BestLine::searched(&payoff, prior),
            };
            // Lines are judged by what finds them, if that is exact.
            if let (Some(PureBids::Linear { multiplier }), Some(lines)) = (own.pure(), &lines)
                && judge.exact_rule().is_some()
                && multiplier > 0.0
            {
                let utility = lines.utility(multiplier);
                let gains = best.utility > utility;
                return ClassResponse {
                    utility,
                    epsilon: if gains { best.utility - utility } else { 0.0 },
                    bids: if gains { best.bids() } else { own.clone() },
                };
            }
            best.bids()
        }
        Strategy::PiecewiseLinear { segments } => {
            knots::best(&Payoff::with_sums(marginal, searched), prior, segments, best_own)
        }
    };
    let mean = |bids: &BidFunction| match (bids.pure(), bids.table()) {
        (Some(bids), _) => earns(bids),
        (None, Some(table)) => judge.judge(&BidCurve::of_table(table, 0.0, Part::Density)),
        (None, None) => bids.components().map(|(weight, bids)| weight * earns(bids)).sum(),
    };
    let utility = mean(own);
    // Where rivals all bid one bid, an instant more wins, and an instant less pays for no tie.
    let mut tried = vec![moved(&found, INSTANT, marginal.high), found];
    if !judging.jumps().is_empty() {
        tried.push(moved(&tried[1], -INSTANT, marginal.high));
        // The least line: where rivals bid 0, no line is below it and earns what it does.
        tried.push(BidFunction::Linear { multiplier: INSTANT });
    }
    let is_of_class = |bids: PureBids| is_of_class(bids, strategy, prior);
    if own.pure().is_none() && is_of_class(best_own) {
        tried.push(best_own.to_bid_function());
    }
    let within = own.table().is_none() && own.components().all(|(_, bids)| is_of_class(bids));
    let least = if within { 0.0 } else { f64::NEG_INFINITY };
    let mut response = ClassResponse { utility, epsilon: least, bids: own.clone() };
    for bids in tried {
        let epsilon = mean(&bids) - utility;
        if epsilon > response.epsilon {
            response = ClassResponse { utility, epsilon, bids };
        }
    }
    response
}

/// Whether a bid function is one of a class.
fn is_of_class(bids: PureBids, strategy: Strategy, prior: &Prior) -> bool {
    match (bids, strategy) {
        // A line is linear between whatever knots.
        (PureBids::Linear { .. }, _) => true,
        (PureBids::PiecewiseLinear(_), Strategy::Linear) => false,
        (PureBids::PiecewiseLinear(function), Strategy::PiecewiseLinear { segments }) => {
            let values = values_at_knots(prior, segments);
            let starts = lowest_is_free(&values) || function.bid(values[0]) == 0.0;
            starts && function.knots().iter().all(|knot| values.contains(&knot.0))
        }
    }
}

/// The function of a mixture that earns most.
fn best_component<'b>(own: &'b BidFunction, earns: impl Fn(PureBids) -> f64) -> PureBids<'b> {
    let earned = own.components().map(|(_, bids)| (earns(bids), bids));
    let best = earned.max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(PureBids::Linear { multiplier: 0.0 }, |best| best.1)
}

/// By how much bids are moved that may meet an atom, in the unit of the highest value.
const INSTANT: f64 = 1e-13;

/// The same bids an instant higher or lower, but for a bid of 0 at the value 0; a mixture stays as it is.
fn moved(bids: &BidFunction, by: f64, high: f64) -> BidFunction {
    match bids.pure() {
        None => bids.clone(),
        Some(PureBids::Linear { multiplier }) => {
            BidFunction::Linear { multiplier: (multiplier + by).clamp(0.0, 1.0) }
        }
        Some(PureBids::PiecewiseLinear(function)) => {
            let other = |&(value, bid): &(f64, f64)| {
                (value, if value > 0.0 { (bid + by * high).max(0.0) } else { bid })
            };
            let other = PiecewiseLinear::new(function.knots().iter().map(other).collect());
            other.map_or_else(|_| bids.clone(), BidFunction::PiecewiseLinear)
        }
    }
}

#[cfg(test)]
mod tests;
