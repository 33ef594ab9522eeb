//! The best bid function that is linear between the knots of a class.

use super::payoff::{Opposition, Payoff, Point};
use crate::auction::strategy::PiecewiseLinear;
use crate::auction::strategy::piecewise_linear::knots;
use crate::auction::{BidFunction, Prior};
use crate::law::marginal::Share;
use crate::numeric::quadrature::GaussLegendre;

/// Bids of the program's grid that may win, beside the own bid and the best reply at each knot.
const BIDS: usize = 48;

/// And of those that are too low to win, evenly, and of those above the rivals' top bid, in even ratios up to
/// the highest value.
const LOWER_BIDS: usize = 8;
const HIGHER_BIDS: u32 = 12;

/// Nodes of the program's rules over the quantile: of all segments together, and of one at least and at most.
/// And places at which it knows W.
const NODES: usize = 64;
const NODES_OF_ONE: (usize, usize) = (4, 32);
const PLACES: usize = 1024;

/// The distance of difference quotients, in the unit of the highest value, and of the way to the next knot's
/// bid.
const DIFFERENCE: (f64, f64) = (1e-4, 0.2);

/// The longest step of Newton's method, in the unit of the highest value, and the parts of a step that are
/// tried.
const LONGEST: f64 = 0.1;
const PARTS: [f64; 4] = [1.0, 0.5, 0.2, 0.05];

/// A curvature above this is taken for it: this part of the largest, and per value.
const LEAST_CURVATURE: (f64, f64) = (1e-3, 1e-8);

/// The first steps of single knots and the smallest, in the unit of the highest value; and how much smaller a
/// step gets that does not lead up.
const FIRST_STEP: f64 = 1e-2;
const LEAST_STEP: f64 = 1e-6;
const SMALLER: f64 = 0.2;

/// An ascent ends where all knots together gain less, in the unit of the highest value, the last one and
/// those before; or after so many rounds.
const NO_GAIN: f64 = 1e-13;
const LITTLE_GAIN: f64 = 1e-9;
const MOST_ROUNDS: usize = 30;

/// The own bids are improved too where they earn less than the best by no more than this part.
const WORTH: f64 = 0.01;

/// Moves of all knots at once from the end of an ascent, in the unit of the highest value, and how often they
/// are tried.
const MOVES: [f64; 2] = [2e-2, 4e-3];
const MOST_MOVES: usize = 4;

/// The best bid function of the class that is found.
pub(super) fn best<O: Opposition>(
    payoff: &Payoff<O>,
    prior: &Prior,
    segments: usize,
    own: &BidFunction,
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
    PiecewiseLinear::new(knots).map_or_else(|_| own.clone(), BidFunction::PiecewiseLinear)
}

/// The lowest bid of a class is 0 where the lowest value is.
fn lowest_is_free(values: &[f64]) -> bool {
    values[0] > 0.0
}

/// The best rising bids at the knots out of some at each, which rise: the utility is a sum over segments of a
/// function of the bids at their two ends, so that the best way to each bid at a knot follows from the best
/// ways to those at the knot before (Bellman 1957).
fn best_way(mut bids_at: Vec<Vec<f64>>, part: impl Fn(usize, f64, f64) -> f64) -> Vec<f64> {
    let mut utilities = vec![0.0; bids_at[0].len()];
    let mut ways: Vec<Vec<usize>> = Vec::with_capacity(bids_at.len());
    for (k, pair) in bids_at.windows(2).enumerate() {
        let (before, here) = (&pair[0], &pair[1]);
        let mut best = vec![f64::NEG_INFINITY; here.len()];
        let mut from = vec![0; here.len()];
        for (j, &to) in here.iter().enumerate() {
            for (i, (&start, utility)) in before.iter().zip(&utilities).enumerate() {
                if start > to {
                    break;
                }
                let utility = utility + part(k, start, to);
                if utility > best[j] {
                    (best[j], from[j]) = (utility, i);
                }
            }
        }
        ways.push(from);
        utilities = best;
    }
    let last = bids_at.pop().unwrap_or_default();
    let mut at = (0..last.len()).fold(0, |best, j| if utilities[j] > utilities[best] { j } else { best });
    let mut way = vec![last[at]];
    for (bids, from) in bids_at.iter().zip(&ways).rev() {
        at = from[at];
        way.push(bids[at]);
    }
    way.reverse();
    way
}

/// The best way on a grid of bids, with rough utilities.
fn rough_best<O: Opposition>(payoff: &Payoff<O>, prior: &Prior, values: &[f64], own: &[f64]) -> Vec<f64> {
    let bends = payoff.against.bends();
    let top = bends[bends.len() - 1].min(payoff.marginal.high);
    let floor = bends[0].min(top);
    let wins = RoughWins::new(payoff.against, floor, top);
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
        bids.extend([own[k], wins.reply(values[k])]);
        bids.retain(|bid| bid.is_finite());
        bids.sort_by(f64::total_cmp);
        bids.dedup();
        bids
    };
    // Value, its place in the segment and probability.
    let nodes = (NODES / (values.len() - 1)).clamp(NODES_OF_ONE.0, NODES_OF_ONE.1);
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
            weight * (value - bid) * wins.at(bid)
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
}

impl RoughWins {
    fn new(against: &impl Opposition, floor: f64, top: f64) -> Self {
        let apart = (top - floor) / PLACES as f64;
        let wins = (0..=PLACES).map(|k| against.wins((k as f64).mul_add(apart, floor))).collect();
        RoughWins { wins, floor, apart, per_bid: if apart > 0.0 { 1.0 / apart } else { 0.0 } }
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

/// The way up from some bids at the knots.
struct Ascent<'a, O> {
    payoff: &'a Payoff<'a, O>,
    points: Vec<Point>,
    /// The first knot that may move.
    first: usize,
    /// The utility of each segment.
    parts: Vec<f64>,
    /// The next step of each knot on its own.
    steps: Vec<f64>,
    unit: f64,
}

impl<'a, O: Opposition> Ascent<'a, O> {
    fn new(payoff: &'a Payoff<'a, O>, values: &[f64], mut bids: Vec<f64>) -> Self {
        let last = values.len() - 1;
        if !lowest_is_free(values) {
            bids[0] = 0.0;
        }
        // Bids of another class may fall short of rising from there.
        for k in 1..bids.len() {
            bids[k] = bids[k].max(bids[k - 1]);
        }
        let share = |(k, value): (usize, &f64)| match k {
            0 => Share::LOW,
            k if k == last => Share::HIGH,
            _ => payoff.marginal.share(*value),
        };
        let points: Vec<Point> = bids.into_iter().zip(values.iter().enumerate().map(share)).collect();
        let parts = points.windows(2).map(|pair| payoff.of_segment(pair[0], pair[1])).collect();
        let unit = payoff.marginal.high;
        let steps = vec![FIRST_STEP * unit; points.len()];
        Ascent { payoff, points, first: usize::from(!lowest_is_free(values)), parts, steps, unit }
    }

    fn utility(&self) -> f64 {
        self.parts.iter().sum()
    }

    /// Up, and on from where all knots at once lead higher.
    fn climb_and_move(&mut self) {
        for _ in 0..MOST_MOVES {
            self.climb(LITTLE_GAIN);
            if !MOVES.iter().any(|by| self.moved(by * self.unit)) {
                break;
            }
        }
        self.climb(NO_GAIN);
    }

    /// Newton's method, and one knot after another where it does not lead on, while that gains at least
    /// `least`, in the unit of the highest value.
    fn climb(&mut self, least: f64) {
        for _ in 0..MOST_ROUNDS {
            if self.newton() < least * self.unit && self.round() < least * self.unit {
                break;
            }
        }
    }

    /// The best way among bids a little below and above those at all knots and the bends next to them, if
    /// that leads up: where W' falls at a bend, the best replies of many values are the bend itself.
    fn moved(&mut self, by: f64) -> bool {
        let bends = self.payoff.against.bends();
        let bids_at = |k: usize| {
            let bid = self.points[k].0;
            if k < self.first {
                return vec![bid];
            }
            let mut bids = vec![(bid - by).max(0.0), bid, bid + by];
            let next = bends.partition_point(|bend| *bend <= bid);
            let (below, above) = (bends[..next].last(), bends.get(next));
            bids.extend(below.into_iter().chain(above).filter(|bend| (*bend - bid).abs() < by));
            bids.sort_by(f64::total_cmp);
            bids.dedup();
            bids
        };
        let part = |k: usize, start: f64, to: f64| {
            let (from, upto) = (self.points[k], self.points[k + 1]);
            if start == from.0 && to == upto.0 {
                self.parts[k]
            } else {
                self.payoff.of_segment((start, from.1), (to, upto.1))
            }
        };
        let bids = best_way((0..self.points.len()).map(bids_at).collect(), part);
        self.take(&bids) > LITTLE_GAIN * self.unit
    }

    /// Takes these bids if they earn more; the gain.
    fn take(&mut self, bids: &[f64]) -> f64 {
        let points: Vec<Point> = bids.iter().zip(&self.points).map(|(bid, point)| (*bid, point.1)).collect();
        let parts: Vec<f64> = (0..self.parts.len())
            .map(|k| {
                let same = points[k].0 == self.points[k].0 && points[k + 1].0 == self.points[k + 1].0;
                if same { self.parts[k] } else { self.payoff.of_segment(points[k], points[k + 1]) }
            })
            .collect();
        let gain = parts.iter().zip(&self.parts).map(|(new, old)| new - old).sum();
        if gain > 0.0 {
            (self.points, self.parts) = (points, parts);
            return gain;
        }
        0.0
    }

    /// Knots that bid the same, as ranges: first and last.
    fn blocks(&self) -> Vec<(usize, usize)> {
        let mut blocks: Vec<(usize, usize)> = Vec::with_capacity(self.points.len());
        for k in self.first..self.points.len() {
            match blocks.last_mut() {
                Some(block) if self.points[k].0 <= self.points[block.0].0 => block.1 = k,
                _ => blocks.push((k, k)),
            }
        }
        blocks
    }

    /// A step of Newton's method in the bids of blocks of knots that bid the same, by difference quotients;
    /// the gain.
    fn newton(&mut self) -> f64 {
        let blocks = self.blocks();
        let n = blocks.len();
        let (mut slopes, mut bends, mut mixed) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        // What the utility changes by, a difference above and below.
        let mut changes = vec![(0.0, 0.0); n];
        for (b, &(first, last)) in blocks.iter().enumerate() {
            // The segments within the block, and the one to the block before.
            let shift = DIFFERENCE.0 * self.unit;
            for k in first..last {
                let at = |shift: f64| {
                    let shifted = |point: Point| (point.0 + shift, point.1);
                    self.payoff.of_segment(shifted(self.points[k]), shifted(self.points[k + 1]))
                };
                let (above, below) = (at(shift), at(-shift));
                changes[b].0 += (above - self.parts[k]) / shift;
                changes[b].1 += (below - self.parts[k]) / shift;
                slopes[b] += (above - below) / (2.0 * shift);
                bends[b] += (above - 2.0 * self.parts[k] + below) / (shift * shift);
            }
            if first == 0 {
                continue;
            }
            let (from, to, now) = (self.points[first - 1], self.points[first], self.parts[first - 1]);
            let shift = shift.min(DIFFERENCE.1 * (to.0 - from.0));
            if shift <= 0.0 {
                continue;
            }
            let at = |i: f64, j: f64| {
                self.payoff.of_segment((from.0 + i * shift, from.1), (to.0 + j * shift, to.1))
            };
            let square = shift * shift;
            let (above, below) = (at(0.0, 1.0), at(0.0, -1.0));
            changes[b].0 += (above - now) / shift;
            changes[b].1 += (below - now) / shift;
            slopes[b] += (above - below) / (2.0 * shift);
            bends[b] += (above - 2.0 * now + below) / square;
            if b > 0 {
                let (start_above, start_below) = (at(1.0, 0.0), at(-1.0, 0.0));
                changes[b - 1].0 += (start_above - now) / shift;
                changes[b - 1].1 += (start_below - now) / shift;
                slopes[b - 1] += (start_above - start_below) / (2.0 * shift);
                bends[b - 1] += (start_above - 2.0 * now + start_below) / square;
                let one_by_one = above + below + start_above + start_below;
                mixed[b] = (at(1.0, 1.0) + at(-1.0, -1.0) + 2.0 * now - one_by_one) / (2.0 * square);
            }
        }
        // Blocks at the top of a kink stay.
        for b in 0..n {
            let bid = self.points[blocks[b].0].0;
            let at_bend =
                || self.payoff.against.bends().binary_search_by(|bend| bend.total_cmp(&bid)).is_ok();
            if blocks[b].0 < blocks[b].1 && changes[b].0 < 0.0 && changes[b].1 < 0.0 && at_bend() {
                (slopes[b], mixed[b]) = (0.0, 0.0);
                if b + 1 < n {
                    mixed[b + 1] = 0.0;
                }
            }
        }
        // Elimination from the lowest block on.
        let most = bends.iter().fold(0.0_f64, |most, bend| most.max(bend.abs()));
        let least = -(LEAST_CURVATURE.0 * most).max(LEAST_CURVATURE.1 / self.unit);
        for b in 0..n {
            if b > 0 {
                let factor = mixed[b] / bends[b - 1];
                bends[b] -= factor * mixed[b];
                slopes[b] -= factor * slopes[b - 1];
            }
            bends[b] = bends[b].min(least);
        }
        let mut step = vec![0.0; n];
        for b in (0..n).rev() {
            let above = if b + 1 < n { mixed[b + 1] * step[b + 1] } else { 0.0 };
            step[b] = (-(slopes[b] + above) / bends[b]).clamp(-LONGEST * self.unit, LONGEST * self.unit);
        }
        for part in PARTS {
            let mut bids: Vec<f64> = self.points.iter().map(|point| point.0).collect();
            let mut lowest = if self.first > 0 { bids[0] } else { 0.0 };
            for (&(first, last), step) in blocks.iter().zip(&step) {
                lowest = part.mul_add(*step, bids[first]).max(lowest);
                bids[first..=last].iter_mut().for_each(|bid| *bid = lowest);
            }
            let gain = self.take(&bids);
            if gain > 0.0 {
                return gain;
            }
        }
        0.0
    }

    /// Knot by knot, and those together that bid the same and some of them, from the lowest to the highest;
    /// the gain.
    fn round(&mut self) -> f64 {
        let mut gain = 0.0;
        for (first, last) in self.blocks() {
            gain += self.step(first, last);
            for end in first..last {
                gain += self.step(first, end);
                gain += self.step(end + 1, last);
            }
        }
        gain
    }

    /// The segments that end at one of some knots.
    fn beside(&self, first: usize, last: usize) -> std::ops::Range<usize> {
        first.saturating_sub(1)..(last + 1).min(self.parts.len())
    }

    /// The utility of the segments beside some knots if these all bid `bid`.
    fn at(&self, first: usize, last: usize, bid: f64) -> f64 {
        let point = |k: usize| {
            let (at, place) = self.points[k];
            (if (first..=last).contains(&k) { bid } else { at }, place)
        };
        self.beside(first, last).map(|k| self.payoff.of_segment(point(k), point(k + 1))).sum()
    }

    /// Moves knots that bid the same to the top of a parabola, if that leads up; the gain.
    fn step(&mut self, first: usize, last: usize) -> f64 {
        let bid = self.points[first].0;
        if self.points[last].0 > bid {
            // They have been parted.
            return 0.0;
        }
        let least = if first > 0 { self.points[first - 1].0 } else { 0.0 };
        let most = self.points.get(last + 1).map_or(f64::INFINITY, |point| point.0);
        if least >= most {
            return 0.0;
        }
        let now: f64 = self.parts[self.beside(first, last)].iter().sum();
        let step = self.steps[first].min(0.5 * (most - least));
        // Three bids, two of them new.
        let (lower, higher) = if bid - step < least {
            (bid + step, bid + 2.0 * step)
        } else if bid + step > most {
            (bid - 2.0 * step, bid - step)
        } else {
            (bid - step, bid + step)
        };
        let (lower, higher) = (lower.clamp(least, most), higher.clamp(least, most));
        let tried = [lower, higher].map(|bid| (bid, self.at(first, last, bid)));
        let mut best = (bid, now);
        for (at, utility) in tried {
            if utility > best.1 {
                best = (at, utility);
            }
        }
        let slopes = tried.map(|(at, utility)| (utility - now) / (at - bid));
        let bend = (slopes[1] - slopes[0]) / (higher - lower);
        if bend < 0.0 {
            // The top of now + a x + bend x^2, where a + bend x is the slope to x.
            let rise = slopes[0] - bend * (lower - bid);
            let top = (bid - 0.5 * rise / bend).clamp(bid - 4.0 * step, bid + 4.0 * step).clamp(least, most);
            let utility = self.at(first, last, top);
            if utility > best.1 {
                best = (top, utility);
            }
        }
        let gain = best.1 - now;
        let next = if gain > 0.0 { (best.0 - bid).abs() } else { SMALLER * step };
        self.steps[first] = next.clamp(LEAST_STEP * self.unit, 4.0 * step.max(LEAST_STEP * self.unit));
        if gain > 0.0 {
            self.points[first..=last].iter_mut().for_each(|point| point.0 = best.0);
            for k in self.beside(first, last) {
                self.parts[k] = self.payoff.of_segment(self.points[k], self.points[k + 1]);
            }
        }
        gain.max(0.0)
    }
}
