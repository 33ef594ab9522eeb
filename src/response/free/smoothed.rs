//! Best responses in the smoothed auction.

use super::replies::{BestReplies, answers};
use super::tried::TriedReplies;
use crate::auction::strategy::TableBids;
use crate::auction::{BidFunction, Mechanism, Profile, PureBids};
use crate::expectation::Evaluator;
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::{Marginal, Part, Share};
use crate::law::panels::{Integrand, walk};
use crate::law::smoothed_wins::SmoothedWins;
use crate::law::wins::Wins;
use crate::response::class::{ClassResponse, class_response};

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
    let Mechanism::FirstPrice = evaluator.population.mechanism;
    assert_eq!(profile.bids.len(), evaluator.population.len(), "bid functions and bidders");
    assert!(beta > 0.0, "beta = {beta} must be positive");
    let highest =
        evaluator.population.bidders.iter().map(|bidder| bidder.prior.support().1).fold(0.0, f64::max);
    if beta * highest > MOST_STEEPNESS {
        return None;
    }
    let wins = SmoothedWins::of_all(&evaluator.curves(profile, 0.0, Part::Both).collect::<Vec<_>>(), beta);
    let bidders = wins.iter().zip(&profile.bids).enumerate();
    let respond = |(bidder, (wins, own)): (usize, (&SmoothedWins, &BidFunction))| {
        let (utility, epsilon) = utility_and_gain(wins, evaluator.marginal(bidder), own);
        SmoothedResponse { utility, epsilon, class: class_response(evaluator, bidder, own, wins, wins) }
    };
    Some(bidders.map(respond).collect())
}

/// The utility of a bidder's own bids and what the best replies gain over them.
///
/// Panels end where the own bids bend or come to another piece of W, where the best replies do, and where
/// they jump.
fn utility_and_gain(wins: &SmoothedWins, marginal: &Marginal, own: &BidFunction) -> (f64, f64) {
    let replies = TriedReplies::new(wins, marginal.high);
    let cuts = cuts(&replies, wins, marginal, own);
    // Best replies rise, and so bids between those of the ends of a panel are enough for its nodes.
    let mut numbers: Vec<usize> = Vec::with_capacity(cuts.len());
    for cut in &cuts {
        let before = numbers.last().copied().unwrap_or(0);
        numbers.push(replies.find(wins, replies.from(before), *cut).number);
    }
    let ends = vec![(marginal.low, Share::LOW), (marginal.high, Share::HIGH)];
    let values = BidCurve::through(marginal, Part::Density, ends);
    let curves: Vec<BidCurve> = std::iter::once(values).chain(BidCurve::ruler(&cuts)).collect();
    let in_bins = own.table().map(|table| (table, won_and_paid(table, wins)));
    let (mut utility, mut gain) = (0.0, 0.0);
    walk(&curves, Integrand::Smooth, marginal.low, &mut |node| {
        let at = node.bidders[0];
        if at.mass <= 0.0 {
            return;
        }
        let k = cuts.partition_point(|cut| *cut <= at.value).clamp(1, cuts.len() - 1);
        let earns = |bids: PureBids| {
            let bid = bids.bid(at.value);
            (at.value - bid) * wins.value(bid)
        };
        let earned = match (own.pure(), &in_bins) {
            (Some(bids), _) => earns(bids),
            (None, Some((table, in_bins))) => {
                let (won, paid) = in_bins[table.bin(at.value)];
                at.value * won - paid
            }
            (None, None) => own.components().map(|(weight, bids)| weight * earns(bids)).sum(),
        };
        let stretch = replies.between(numbers[k - 1], numbers[k]);
        utility += at.mass * earned;
        gain += at.mass * (replies.reply(wins, stretch, at.value).utility - earned).max(0.0);
    });
    (utility, gain)
}

/// How often each bin of a table wins, and what it pays then.
fn won_and_paid(table: &TableBids, wins: &SmoothedWins) -> Vec<(f64, f64)> {
    let bids: Vec<(f64, f64)> = table.shape().grid().map(|bid| (bid, wins.value(bid))).collect();
    let of_row = |row: &[f64]| {
        let parts = row.iter().zip(&bids);
        parts.fold((0.0, 0.0), |(won, paid), (weight, (bid, wins))| {
            (won + weight * wins, paid + weight * wins * bid)
        })
    };
    table.rows().map(of_row).collect()
}

/// The values at which panels end, rising from low to high.
fn cuts(replies: &TriedReplies, wins: &SmoothedWins, marginal: &Marginal, own: &BidFunction) -> Vec<f64> {
    let Marginal { low, high, .. } = *marginal;
    let mut cuts = Vec::new();
    let crossings = |cuts: &mut Vec<f64>, (from, start): (f64, f64), (to, end): (f64, f64)| {
        let bends = wins.bends().iter().filter(|bend| start < **bend && **bend < end);
        cuts.extend(bends.map(|bend| ((bend - start) / (end - start)).mul_add(to - from, from)));
    };
    for (_, bids) in own.components() {
        match bids {
            PureBids::Linear { multiplier } => {
                crossings(&mut cuts, (low, multiplier * low), (high, multiplier * high));
            }
            PureBids::PiecewiseLinear(function) => {
                function.knots().windows(2).for_each(|pair| crossings(&mut cuts, pair[0], pair[1]));
                cuts.extend(function.knots().iter().map(|knot| knot.0));
            }
        }
    }
    cuts.extend(own.table().iter().flat_map(|table| table.edges()));
    // The value whose best reply, if it is one, is a bid where a piece of W ends; 0 is that of the lowest
    // values.
    cuts.extend(wins.bends().iter().filter_map(|&bid| {
        let (win, slope) = wins.at(bid);
        (slope > 0.0).then(|| answers(bid, win, slope))
    }));
    let [lowest, highest] = [low, high].map(|value| replies.find(wins, replies.place(value), value));
    replies.jumps(wins, lowest, highest, &mut cuts);
    cuts.retain(|cut| low < *cut && *cut < high);
    cuts.extend([low, high]);
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    cuts
}

#[cfg(test)]
mod tests;
