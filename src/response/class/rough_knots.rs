//! Where the search for the best bids at the knots begins: the best on a grid of bids.

use super::INSTANT;
use super::payoff::{Opposition, Payoff};
use super::way::{best_way, lowest_is_free};
use crate::auction::Prior;
use crate::numeric::quadrature::GaussLegendre;

/// Steps between the bids of the grid that may win; the own bid and the best reply at each knot come beside
/// them.
const BIDS: usize = 48;

/// Steps between the bids that are too low to win.
const LOWER_BIDS: usize = 8;

/// Steps in even ratios between the bids from the rivals' top bid up to the highest value.
const HIGHER_BIDS: u32 = 12;

/// Nodes of the rules over the quantile, of all segments together.
const NODES: usize = 64;

/// The fewest and the most nodes of one segment.
const FEWEST_NODES: usize = 4;
const MOST_NODES: usize = 32;

/// The most jumps of W whose sides are among the bids.
const MOST_JUMPS: usize = 16;

/// Steps between the places at which W is known.
const PLACES: usize = 1024;

/// The best way on a grid of bids, with rough utilities.
pub(super) fn rough_best<O: Opposition>(
    payoff: &Payoff<O>,
    prior: &Prior,
    values: &[f64],
    own: &[f64],
) -> Vec<f64> {
    let bends = payoff.against.bends();
    let top = bends[bends.len() - 1].min(payoff.marginal.high);
    let floor = bends[0].min(top);
    let wins = RoughWins::new(payoff.against, floor, top);
    let wins_at = |bid: f64| if wins.is_near_jump(bid) { payoff.against.wins(bid) } else { wins.at(bid) };
    let even = |from: f64, to: f64, count: usize| {
        (0..=count).map(move |j| (j as f64 / count as f64).mul_add(to - from, from))
    };
    let ratio = libm::pow(payoff.marginal.high / top, 1.0 / f64::from(HIGHER_BIDS));
    let bids_at = |k: usize| -> Vec<f64> {
        if k == 0 && !lowest_is_free(values) {
            return vec![0.0];
        }
        let mut bids: Vec<f64> = even(floor, top, BIDS).collect();
        if floor > 0.0 {
            bids.extend(even(0.0, floor, LOWER_BIDS));
        }
        // Who starts from a bid of 0 may do best to go on steeply, beyond what wins as often as any.
        bids.extend((1..HIGHER_BIDS).scan(top, |bid, _| {
            *bid *= ratio;
            Some(*bid)
        }));
        let reply = if payoff.against.is_first_price() { wins.reply(values[k]) } else { values[k] };
        bids.extend([own[k], reply]);
        // Both sides of a jump: who bids an instant less loses to the atom and pays less.
        let jumps = payoff.against.jumps().iter().take(MOST_JUMPS);
        bids.extend(jumps.flat_map(|jump| [(jump - INSTANT * payoff.marginal.high).max(0.0), *jump]));
        bids.retain(|bid| bid.is_finite());
        bids.sort_by(f64::total_cmp);
        bids.dedup();
        bids
    };
    // Value, its place in the segment and probability.
    let nodes = (NODES / (values.len() - 1)).clamp(FEWEST_NODES, MOST_NODES);
    let rule = GaussLegendre::of_order(nodes);
    let nodes_of = |ends: &[f64]| -> Vec<(f64, f64, f64)> {
        let node = |(p, weight)| {
            let value = prior.quantile(p).clamp(ends[0], ends[1]);
            (value, (value - ends[0]) / (ends[1] - ends[0]), weight)
        };
        rule.points(prior.cdf(ends[0]), prior.cdf(ends[1])).map(node).collect()
    };
    let nodes: Vec<Vec<(f64, f64, f64)>> = values.windows(2).map(nodes_of).collect();
    best_way((0..values.len()).map(bids_at).collect(), |k, start, to| {
        let part = |&(value, share, weight): &(f64, f64, f64)| {
            let bid = share.mul_add(to - start, start);
            if payoff.against.is_first_price() {
                weight * (value - bid) * wins_at(bid)
            } else {
                payoff.against.part(weight, value, bid)
            }
        };
        nodes[k].iter().map(part).sum()
    })
}

/// W between evenly spaced bids from a floor to a top, roughly; 0 below.
struct RoughWins {
    wins: Vec<f64>,
    floor: f64,
    /// The distance of the bids, and its inverse.
    apart: f64,
    per_bid: f64,
    /// The steps in which W jumps, between which it is no line.
    jumps: Vec<usize>,
}

impl RoughWins {
    fn new(against: &impl Opposition, floor: f64, top: f64) -> Self {
        let apart = (top - floor) / PLACES as f64;
        let wins = (0..=PLACES).map(|k| against.wins((k as f64).mul_add(apart, floor))).collect();
        let per_bid = if apart > 0.0 { 1.0 / apart } else { 0.0 };
        let mut rough = RoughWins { wins, floor, apart, per_bid, jumps: Vec::new() };
        rough.jumps = against.jumps().iter().map(|jump| rough.step(*jump)).collect();
        rough
    }

    /// The step of a bid that is not below the floor; one past the last at the top.
    fn step(&self, bid: f64) -> usize {
        ((bid - self.floor) * self.per_bid) as usize
    }

    fn is_near_jump(&self, bid: f64) -> bool {
        !self.jumps.is_empty()
            && bid >= self.floor
            && self.jumps.iter().any(|jump| jump.abs_diff(self.step(bid)) <= 1)
    }

    #[inline]
    fn at(&self, bid: f64) -> f64 {
        let place = (bid - self.floor) * self.per_bid;
        if bid < self.floor {
            return 0.0;
        }
        let k = (place as usize).min(PLACES - 1);
        let share = (place - k as f64).min(1.0);
        share.mul_add(self.wins[k + 1] - self.wins[k], self.wins[k])
    }

    /// The bid of the table that is the best of a value.
    fn reply(&self, value: f64) -> f64 {
        let mut best = (0.0, 0.0);
        for (k, wins) in self.wins.iter().enumerate() {
            let bid = (k as f64).mul_add(self.apart, self.floor);
            let utility = (value - bid) * wins;
            if utility > best.1 {
                best = (bid, utility);
            }
        }
        best.0
    }
}
