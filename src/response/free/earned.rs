//! What bids earn under given terms, and what the best replies gain over them.

use super::tried::TriedReplies;
use crate::auction::strategy::TableBids;
use crate::auction::{BidFunction, PureBids};
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::{Marginal, Part, Share};
use crate::law::panels::{Integrand, walk};
use crate::law::terms::{Offer, Terms};
use crate::numeric::maximum::maximum;

/// What a bidder's own bids earn, and what best replies gain over them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Earned {
    /// E of what the own bids earn.
    pub utility: f64,
    /// E of the gain.
    pub gain: f64,
    /// The greatest gain over the values, and a value of it.
    pub most: f64,
    pub at: f64,
}

/// How exactly the value of the greatest gain is found, in the unit of the highest value: the gain is flat
/// there.
const EXACT: f64 = 1e-9;

/// The utility of a bidder's own bids and what the best replies gain over them.
///
/// Panels end where the own bids bend or come to another piece of the terms, where the best replies do, and
/// where they jump.
pub(super) fn earned(terms: &impl Terms, marginal: &Marginal, own: &BidFunction) -> Earned {
    let replies = TriedReplies::new(terms, marginal.high);
    let cuts = cuts(&replies, terms, marginal, own);
    // Best replies rise, and so bids between those of the ends of a panel are enough for its nodes.
    let mut numbers: Vec<usize> = Vec::with_capacity(cuts.len());
    for cut in &cuts {
        let before = numbers.last().copied().unwrap_or(0);
        numbers.push(replies.find(terms, replies.from(before), *cut).number);
    }
    let ends = vec![(marginal.low, Share::LOW), (marginal.high, Share::HIGH)];
    let values = BidCurve::through(marginal, Part::Density, ends);
    let curves: Vec<BidCurve> = std::iter::once(values).chain(BidCurve::ruler(&cuts)).collect();
    let in_bins = own.table().map(|table| (table, won_and_paid(table, terms)));
    let gain_of = |value: f64| {
        let k = cuts.partition_point(|cut| *cut <= value).clamp(1, cuts.len() - 1);
        let earns = |bids: PureBids| terms.utility(value, terms.tied(bids.bid(value)));
        let earned = match (own.pure(), &in_bins) {
            (Some(bids), _) => earns(bids),
            (None, Some((table, in_bins))) => {
                let (won, paid) = in_bins[table.bin(value)];
                value * won - paid
            }
            (None, None) => own.components().map(|(weight, bids)| weight * earns(bids)).sum(),
        };
        let stretch = replies.between(numbers[k - 1], numbers[k]);
        (earned, (replies.find(terms, stretch, value).reply.utility - earned).max(0.0))
    };
    let (mut utility, mut gain) = (0.0, 0.0);
    let mut gains: Vec<(f64, f64)> = cuts.iter().map(|&value| (value, gain_of(value).1)).collect();
    walk(&curves, Integrand::Smooth, marginal.low, &mut |node| {
        let at = node.bidders[0];
        if at.mass <= 0.0 {
            return;
        }
        let (earned, more) = gain_of(at.value);
        utility += at.mass * earned;
        gain += at.mass * more;
        gains.push((at.value, more));
    });
    let (at, most) = greatest(gains, EXACT * marginal.high, |value| gain_of(value).1);
    Earned { utility, gain, most, at }
}

/// The greatest gain near the greatest of some, and its value.
fn greatest(mut gains: Vec<(f64, f64)>, exact: f64, gain: impl Fn(f64) -> f64) -> (f64, f64) {
    gains.sort_by(|a, b| a.0.total_cmp(&b.0));
    let most = (0..gains.len()).fold(0, |most, k| if gains[k].1 > gains[most].1 { k } else { most });
    let (below, above) = (most.saturating_sub(1), (most + 1).min(gains.len() - 1));
    let (value, found) = maximum(gains[below].0, gains[above].0, gains[most].0, exact, gain);
    if found > gains[most].1 { (value, found) } else { gains[most] }
}

/// How often each bin of a table wins, and what it pays then.
fn won_and_paid(table: &TableBids, terms: &impl Terms) -> Vec<(f64, f64)> {
    let offers: Vec<Offer> = table.shape().grid().map(|bid| terms.tied(bid)).collect();
    let of_row = |row: &[f64]| {
        let parts = row.iter().zip(&offers);
        parts.fold((0.0, 0.0), |(won, paid), (weight, offer)| {
            (won + weight * offer.win, paid + terms.paid(*weight, *offer))
        })
    };
    table.rows().map(of_row).collect()
}

/// The values at which panels end, rising from low to high.
fn cuts(replies: &TriedReplies, terms: &impl Terms, marginal: &Marginal, own: &BidFunction) -> Vec<f64> {
    let Marginal { low, high, .. } = *marginal;
    let mut cuts = Vec::new();
    let crossings = |cuts: &mut Vec<f64>, (from, start): (f64, f64), (to, end): (f64, f64)| {
        let bends = terms.bends().iter().filter(|bend| start < **bend && **bend < end);
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
    cuts.extend(terms.bends().iter().filter_map(|&bid| terms.answer(bid)));
    let [lowest, highest] = [low, high].map(|value| replies.find(terms, replies.all(), value));
    replies.jumps(terms, lowest, highest, &mut cuts);
    cuts.retain(|cut| low < *cut && *cut < high);
    cuts.extend([low, high]);
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    cuts
}
