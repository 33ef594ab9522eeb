//! Best responses in the smoothed auction.

use super::class::{ClassResponse, class_response};
use crate::auction::{BidFunction, Profile};
use crate::expectation::Evaluator;
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::{Marginal, Part, Share};
use crate::law::panels::{Integrand, walk};
use crate::law::smoothed_wins::SmoothedWins;
use crate::law::wins::Wins;
use crate::numeric::roots::root;

/// Bids that are tried on every piece of W, before the best is improved.
const TRIED: usize = 6;

/// A W below this is 0 to the accuracy of its table: no best reply is looked for there.
const LEAST_WINS: f64 = 1e-11;

/// Two values between which the best reply jumps are known to this, in the unit of the highest value.
const JUMP: f64 = 1e-10;

/// What one bidder earns in the smoothed auction, and gains at most by other bids while the others stay.
#[derive(Clone, Debug, PartialEq)]
pub struct SmoothedResponse {
    /// The expected utility of the bidder's own bid function, in the unit of the values.
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
    let wins = SmoothedWins::of_all(&evaluator.curves(profile, 0.0, Part::Both).collect::<Vec<_>>(), beta);
    let of = |(bidder, wins): (usize, &SmoothedWins)| {
        let replies = Replies::new(wins, evaluator.marginal(bidder));
        let (utility, epsilon) = replies.against(&profile.bids[bidder]);
        SmoothedResponse {
            utility,
            epsilon,
            class: class_response(evaluator, bidder, &profile.bids[bidder], wins, wins),
        }
    };
    Some(wins.iter().enumerate().map(of).collect())
}

/// The best replies of every value to a smooth W.
struct Replies<'a> {
    wins: &'a SmoothedWins,
    marginal: &'a Marginal,
    /// Bid and W, rising; the first bid is 0.
    tried: Vec<(f64, f64)>,
}

/// The best reply of a value, between which of the bids that are tried it lies, and its utility.
#[derive(Clone, Copy, Debug)]
struct Reply {
    bid: f64,
    place: usize,
    utility: f64,
}

impl<'a> Replies<'a> {
    fn new(wins: &'a SmoothedWins, marginal: &'a Marginal) -> Self {
        let mut tried = vec![(0.0, wins.value(0.0))];
        for piece in wins.bends().windows(2) {
            for k in 1..=TRIED {
                let bid = (k as f64 / TRIED as f64).mul_add(piece[1] - piece[0], piece[0]);
                let win = wins.value(bid);
                if win > LEAST_WINS && bid < marginal.high {
                    tried.push((bid, win));
                }
            }
        }
        // Nobody bids more than the value.
        tried.push((marginal.high, wins.value(marginal.high)));
        Replies { wins, marginal, tried }
    }

    fn utility(&self, value: f64, bid: f64) -> f64 {
        (value - bid) * self.wins.value(bid)
    }

    /// The best reply of a value, which is at or between two places of the bids that are tried: it rises in
    /// the value.
    fn best(&self, value: f64, (first, last): (usize, usize)) -> Reply {
        let utility = |k: usize| (value - self.tried[k].0) * self.tried[k].1;
        let place = (first..=last).fold(first, |best, k| if utility(k) > utility(best) { k } else { best });
        let best = Reply { bid: self.tried[place].0, place, utility: utility(place) };
        let slope = |bid: f64| {
            let (wins, slope) = self.wins.at(bid);
            (value - bid) * slope - wins
        };
        let below = self.tried[place.saturating_sub(1)].0;
        let above = self.tried[(place + 1).min(self.tried.len() - 1)].0.min(value.max(below));
        let at_best = slope(best.bid);
        let (from, to) = if at_best > 0.0 { (best.bid, above) } else { (below, best.bid) };
        let top = if from < to { root(from, to, slope) } else { None };
        match top.map(|bid| (bid, self.utility(value, bid))) {
            Some((bid, utility)) if utility > best.utility => Reply { bid, place, utility },
            _ => best,
        }
    }

    /// The utility of some bids and what the best replies gain over them.
    ///
    /// Panels end where the own bids bend or come to another piece of W, where the best replies do, and where
    /// they jump.
    fn against(&self, own: &BidFunction) -> (f64, f64) {
        let cuts = self.cuts(own);
        // Best replies rise, and so bids between those of the ends of a panel are enough for its nodes.
        let mut places: Vec<usize> = Vec::with_capacity(cuts.len());
        let all = self.tried.len() - 1;
        for cut in &cuts {
            let first = places.last().copied().unwrap_or(0);
            places.push(self.best(*cut, (first, all)).place);
        }
        let values = BidCurve {
            marginal: self.marginal,
            part: Part::Density,
            points: vec![(self.marginal.low, Share::LOW), (self.marginal.high, Share::HIGH)],
        };
        let curves: Vec<BidCurve> = std::iter::once(values).chain(BidCurve::ruler(&cuts)).collect();
        let (mut utility, mut epsilon) = (0.0, 0.0);
        walk(&curves, Integrand::Smooth, self.marginal.low, &mut |node| {
            let at = node.curves[0];
            if at.mass <= 0.0 {
                return;
            }
            let k = cuts.partition_point(|cut| *cut <= at.value).clamp(1, cuts.len() - 1);
            let of_own = self.utility(at.value, own.bid(at.value));
            let around = (places[k - 1].saturating_sub(1), (places[k] + 1).min(all));
            utility += at.mass * of_own;
            epsilon += at.mass * (self.best(at.value, around).utility - of_own).max(0.0);
        });
        (utility, epsilon)
    }

    /// The values at which panels end, rising from low to high.
    fn cuts(&self, own: &BidFunction) -> Vec<f64> {
        let Marginal { low, high, .. } = *self.marginal;
        let mut cuts = Vec::new();
        let mut crossings = |(from, start): (f64, f64), (to, end): (f64, f64)| {
            let bends = self.wins.bends().iter().filter(|bend| start < **bend && **bend < end);
            cuts.extend(bends.map(|bend| ((bend - start) / (end - start)).mul_add(to - from, from)));
        };
        match own {
            BidFunction::Linear { multiplier } => {
                crossings((low, multiplier * low), (high, multiplier * high));
            }
            BidFunction::PiecewiseLinear(function) => {
                function.knots().windows(2).for_each(|pair| crossings(pair[0], pair[1]));
                cuts.extend(function.knots().iter().map(|knot| knot.0));
            }
        }
        // The value whose best reply, if it is one, is a bid where a piece of W ends; 0 is that of the lowest
        // values.
        cuts.extend(self.wins.bends().iter().filter_map(|&bid| {
            let (wins, slope) = self.wins.at(bid);
            (slope > 0.0).then(|| bid + wins / slope)
        }));
        let all = (0, self.tried.len() - 1);
        let (first, last) = (self.best(low, all), self.best(high, all));
        self.jumps((low, first), (high, last), &mut cuts);
        cuts.retain(|cut| low < *cut && *cut < high);
        cuts.extend([low, high]);
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        cuts
    }

    /// The values between two at which the best reply jumps: bids b between those of the two whose value by
    /// the first-order condition, b + W(b) / W'(b), falls are no best reply of any.
    fn jumps(&self, from: (f64, Reply), to: (f64, Reply), cuts: &mut Vec<f64>) {
        let ((low, first), (high, last)) = (from, to);
        let mut reached = f64::NEG_INFINITY;
        let mut falls = false;
        for &(bid, _) in &self.tried[first.place..=last.place] {
            if first.bid < bid && bid < last.bid {
                let (wins, slope) = self.wins.at(bid);
                let value = bid + wins / slope;
                falls |= slope <= 0.0 || value < reached;
                reached = reached.max(value);
            }
        }
        if !falls {
            return;
        }
        let middle = 0.5 * (low + high);
        if high - low < JUMP * self.marginal.high {
            cuts.push(middle);
            return;
        }
        let reply =
            self.best(middle, (first.place.saturating_sub(1), (last.place + 1).min(self.tried.len() - 1)));
        self.jumps(from, (middle, reply), cuts);
        self.jumps((middle, reply), to, cuts);
    }
}

#[cfg(test)]
mod tests;
