//! The gradient of a batch's mean smoothed utility, fused: one pass over the draws, nothing stored a sample.
//!
//! With bids b = w v, highest other bid m and win probability p = sigmoid(beta (b - m)), bidder i's utility on a
//! sample is (v - b) p, and its derivative in the multiplier
//!
//! d/dw_i (v - b) p = -v p + (1 - w_i) beta v^2 p (1 - p).
//!
//! Everything is in units of log2: y = (w beta log2 e) v and t = 2^(m - y), so that p = 1 / (1 + t) and
//! v (1 - p) = v p t.

use std::ops::Range;

use crate::numeric::elementary::exp2;
use crate::numeric::simd::{Real, Simd};
use crate::numeric::xoshiro::Xoshiro;

/// Samples drawn at a time, into the fastest cache.
const CHUNK: usize = 16;

/// Sums over a batch, of one bidder.
#[derive(Clone, Copy)]
pub(super) struct Sums<R> {
    /// sum v p.
    won: R,
    /// sum v^2 p (1 - p).
    slope: R,
    /// sum over the samples in which others have this bidder as their highest rival of v times their
    /// (1 - w) v p (1 - p): what the bid takes from them. Stays 0 unless the total utility is followed.
    taken: R,
}

impl<R: Real> Sums<R> {
    pub(super) fn zero() -> Self {
        Sums { won: R::splat(0.0), slope: R::splat(0.0), taken: R::splat(0.0) }
    }

    /// The gradient in theta: the sums' derivative in w, times dw/dtheta = w (1 - w), a sample.
    #[inline(always)]
    pub(super) fn gradient(self, multiplier: R, beta: R, per_sample: R) -> R {
        let margin = R::splat(1.0) - multiplier;
        let sum = beta * (margin * self.slope - self.taken) - self.won;
        sum * per_sample * (multiplier * margin)
    }

    #[inline(always)]
    fn add(&mut self, value: R, odds: R) {
        let p = R::splat(1.0) / (R::splat(1.0) + odds);
        let won = value * p;
        self.won = self.won + won;
        self.slope = won.mul_add(won * odds, self.slope);
    }
}

/// What is done with each valuation profile of a batch.
pub(super) trait Accumulate<R> {
    /// Adds the profile `values`, shape \[bidder\].
    fn add(&mut self, values: &[R]);
}

/// Where the profiles of a batch come from: uniforms mapped through the priors' quantiles.
pub(super) struct Draws<R> {
    /// low and high - low of each bidder's uniform prior.
    priors: Vec<[R; 2]>,
    /// Whether every prior is U[0, 1], whose quantile is the identity.
    standard: bool,
    batch: usize,
    chunk: Vec<R>,
}

impl<R: Real> Draws<R> {
    pub(super) fn new(priors: Vec<[R; 2]>, standard: bool, batch: usize) -> Self {
        let chunk = vec![R::splat(0.0); CHUNK * priors.len()];
        Draws { priors, standard, batch, chunk }
    }

    /// Feeds one batch of `stream` to `sums`.
    #[inline(always)]
    pub(super) fn batch<S: Simd<Real = R>>(
        &mut self,
        stream: &mut Xoshiro<S>,
        sums: &mut impl Accumulate<R>,
    ) {
        let bidders = self.priors.len();
        let mut left = self.batch;
        while left > 0 {
            let samples = left.min(CHUNK);
            let chunk = &mut self.chunk[..samples * bidders];
            for value in chunk.iter_mut() {
                *value = stream.uniform();
            }
            if !self.standard {
                for profile in chunk.chunks_exact_mut(bidders) {
                    for (value, &[low, width]) in profile.iter_mut().zip(&self.priors) {
                        *value = value.mul_add(width, low);
                    }
                }
            }
            for profile in chunk.chunks_exact(bidders) {
                sums.add(profile);
            }
            left -= samples;
        }
    }
}

/// Two bidders, each along its own utility: one exponential and one division a sample, as p_2 = 1 - p_1.
pub(super) struct Pair<'a, R> {
    pub(super) slopes: [R; 2],
    pub(super) sums: &'a mut [Sums<R>],
}

impl<R: Real> Accumulate<R> for Pair<'_, R> {
    #[inline(always)]
    fn add(&mut self, values: &[R]) {
        let one = R::splat(1.0);
        let odds = exp2(self.slopes[1] * values[1] - self.slopes[0] * values[0]);
        let p = one / (one + odds);
        let q = odds * p;
        let [first, second] = self.sums else { unreachable!("two bidders have two sums") };
        let (won_first, won_second) = (values[0] * p, values[1] * q);
        first.won = first.won + won_first;
        second.won = second.won + won_second;
        first.slope = won_first.mul_add(values[0] * q, first.slope);
        second.slope = won_second.mul_add(values[1] * p, second.slope);
    }
}

/// Any number of bidders, each along its own utility.
pub(super) struct Everyone<'a, R> {
    /// w beta log2 e, shape \[bidder\].
    pub(super) slopes: &'a [R],
    pub(super) sums: &'a mut [Sums<R>],
    /// Bids, and behind them the highest bid of each bidder and those after it; shape \[2 bidders + 1\].
    pub(super) scratch: &'a mut [R],
}

impl<R: Real> Accumulate<R> for Everyone<'_, R> {
    #[inline(always)]
    fn add(&mut self, values: &[R]) {
        let bidders = values.len();
        let lowest = R::splat(f64::NEG_INFINITY);
        let (bids, highest_from) = self.scratch.split_at_mut(bidders);
        highest_from[bidders] = lowest;
        for i in (0..bidders).rev() {
            bids[i] = self.slopes[i] * values[i];
            highest_from[i] = bids[i].max(highest_from[i + 1]);
        }
        let mut highest_before = lowest;
        for i in 0..bidders {
            let rival = highest_before.max(highest_from[i + 1]);
            self.sums[i].add(values[i], exp2(rival - bids[i]));
            highest_before = highest_before.max(bids[i]);
        }
    }
}

/// One bidder along its own utility.
pub(super) struct One<'a, R> {
    /// w beta log2 e, shape \[bidder\].
    pub(super) slopes: &'a [R],
    pub(super) bidder: usize,
    pub(super) sums: &'a mut Sums<R>,
}

impl<R: Real> Accumulate<R> for One<'_, R> {
    #[inline(always)]
    fn add(&mut self, values: &[R]) {
        let mut rival = R::splat(f64::NEG_INFINITY);
        for (j, (&slope, &value)) in self.slopes.iter().zip(values).enumerate() {
            if j != self.bidder {
                rival = rival.max(slope * value);
            }
        }
        let value = values[self.bidder];
        self.sums.add(value, exp2(rival - self.slopes[self.bidder] * value));
    }
}

/// Every bidder along the total smoothed utility: a bid also counts for what it takes from those whose highest
/// rival it is. Of equal bids the first counts as the highest.
pub(super) struct Total<'a, R> {
    /// w beta log2 e, shape \[bidder\].
    pub(super) slopes: &'a [R],
    /// 1 - w, shape \[bidder\].
    pub(super) margins: &'a [R],
    /// The bidders whose sums the batch counts for: all, or the one whose batch it is.
    pub(super) summed: Range<usize>,
    pub(super) sums: &'a mut [Sums<R>],
    /// What each bidder has to lose to its highest rival, shape \[bidder\].
    pub(super) scratch: &'a mut [R],
}

impl<R: Real> Accumulate<R> for Total<'_, R> {
    #[inline(always)]
    fn add(&mut self, values: &[R]) {
        let (zero, one, lowest) = (R::splat(0.0), R::splat(1.0), R::splat(f64::NEG_INFINITY));
        let (mut first, mut second) = (lowest, lowest);
        let (mut winner, mut runner_up) = (zero, zero);
        for (j, (&slope, &value)) in self.slopes.iter().zip(values).enumerate() {
            let (index, bid) = (R::splat(j as f64), slope * value);
            runner_up = bid.if_greater(first, winner, bid.if_greater(second, index, runner_up));
            second = bid.if_greater(first, first, bid.max(second));
            winner = bid.if_greater(first, index, winner);
            first = bid.max(first);
        }
        let (mut total, mut of_winner) = (zero, zero);
        for (j, &value) in values.iter().enumerate() {
            let index = R::splat(j as f64);
            let rival = winner.if_equal(index, second, first);
            let odds = exp2(rival - self.slopes[j] * value);
            if self.summed.contains(&j) {
                self.sums[j].add(value, odds);
            }
            let p = one / (one + odds);
            let stake = self.margins[j] * value * p * (p * odds);
            self.scratch[j] = stake;
            total = total + stake;
            of_winner = winner.if_equal(index, stake, of_winner);
        }
        for j in self.summed.clone() {
            let index = R::splat(j as f64);
            let from_losers = winner.if_equal(index, total - self.scratch[j], zero);
            let taken = runner_up.if_equal(index, of_winner, from_losers);
            self.sums[j].taken = values[j].mul_add(taken, self.sums[j].taken);
        }
    }
}
