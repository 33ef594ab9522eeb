//! The way up from some bids at the knots: Newton's method, steps of single knots, moves of all at once.

use super::payoff::{Opposition, Payoff, Point};
use super::way::{best_way, lowest_is_free};
use crate::law::marginal::Share;

/// The distance of difference quotients, in the unit of the highest value.
const DIFFERENCE: f64 = 1e-4;

/// The most of it, as a part of the way to the next knot's bid.
const DIFFERENCE_PART: f64 = 0.2;

/// The longest step of Newton's method, in the unit of the highest value.
const LONGEST: f64 = 0.1;

/// The parts of a step that are tried.
const PARTS: [f64; 4] = [1.0, 0.5, 0.2, 0.05];

/// Curvatures are taken to be at least this part of the largest: at their top utilities bend down.
const LEAST_CURVATURE_PART: f64 = 1e-3;

/// And at least this, per value.
const LEAST_CURVATURE: f64 = 1e-8;

/// The first steps of single knots, in the unit of the highest value.
const FIRST_STEP: f64 = 1e-2;

/// Their smallest steps, in the unit of the highest value.
const LEAST_STEP: f64 = 1e-6;

/// A step that does not lead up is followed by one of this part.
const SMALLER: f64 = 0.2;

/// The last ascent ends where all knots together gain less, in the unit of the highest value.
const NO_GAIN: f64 = 1e-13;

/// The ascents before end where they gain less.
const LITTLE_GAIN: f64 = 1e-9;

/// Every ascent ends after this many rounds.
const MOST_ROUNDS: usize = 30;

/// How far all knots are moved at once from the end of an ascent, in the unit of the highest value.
const MOVES: [f64; 2] = [2e-2, 4e-3];

/// How often such moves are tried.
const MOST_MOVES: usize = 4;

/// The way up from some bids at the knots.
pub(super) struct Ascent<'a, O> {
    payoff: &'a Payoff<'a, O>,
    pub points: Vec<Point>,
    /// The first knot that may move.
    first: usize,
    /// The utility of each segment.
    parts: Vec<f64>,
    /// The next step of each knot on its own.
    steps: Vec<f64>,
    unit: f64,
}

impl<'a, O: Opposition> Ascent<'a, O> {
    pub fn new(payoff: &'a Payoff<'a, O>, values: &[f64], mut bids: Vec<f64>) -> Self {
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
        let parts = points.windows(2).map(|pair| payoff.segment_utility(pair[0], pair[1])).collect();
        let unit = payoff.marginal.high;
        let steps = vec![FIRST_STEP * unit; points.len()];
        Ascent { payoff, points, first: usize::from(!lowest_is_free(values)), parts, steps, unit }
    }

    pub fn utility(&self) -> f64 {
        self.parts.iter().sum()
    }

    /// Up, and on from where all knots at once lead higher.
    pub fn climb_and_move(&mut self) {
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
                self.payoff.segment_utility((start, from.1), (to, upto.1))
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
                if same { self.parts[k] } else { self.payoff.segment_utility(points[k], points[k + 1]) }
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
            let shift = DIFFERENCE * self.unit;
            for k in first..last {
                let at = |shift: f64| {
                    let shifted = |point: Point| (point.0 + shift, point.1);
                    self.payoff.segment_utility(shifted(self.points[k]), shifted(self.points[k + 1]))
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
            let shift = shift.min(DIFFERENCE_PART * (to.0 - from.0));
            if shift <= 0.0 {
                continue;
            }
            let at = |i: f64, j: f64| {
                self.payoff.segment_utility((from.0 + i * shift, from.1), (to.0 + j * shift, to.1))
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
        let least = -(LEAST_CURVATURE_PART * most).max(LEAST_CURVATURE / self.unit);
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
        self.beside(first, last).map(|k| self.payoff.segment_utility(point(k), point(k + 1))).sum()
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
                self.parts[k] = self.payoff.segment_utility(self.points[k], self.points[k + 1]);
            }
        }
        gain.max(0.0)
    }
}
