//! The gradient of a batch's mean smoothed utility where all strategies are linear, fused: samples stay in
//! the fastest cache.
//!
//! With bids b = w v, highest other bid m and win probability p = sigmoid(beta (b - m)), bidder i's utility
//! on a sample is (v - b) p, and its derivative in the multiplier
//!
//! d/dw_i (v - b) p = -v p + (1 - w_i) beta v^2 p (1 - p).
//!
//! Everything is in units of log2: y = (w beta log2 e) v and t = 2^(m - y), so that p = 1 / (1 + t) and
//! v (1 - p) = v p t.

use std::ops::Range;

use super::chunk::{Chunk, Slopes};
use super::odds::{TOGETHER, odds, probability, together};
use crate::numeric::simd::{Float, Samples, Simd};

/// Sums over samples, of one bidder: in the samples' numbers over a block of a batch, in f64 over the batch.
#[derive(Clone, Copy)]
pub(super) struct Sums<F> {
    /// sum v p.
    won: F,
    /// sum v^2 p (1 - p).
    slope: F,
    /// sum over the samples in which others have this bidder as their highest rival of v times their
    /// (1 - w) v p (1 - p): what the bid takes from them. Stays 0 unless the total utility is followed.
    taken: F,
}

impl<F: Float> Sums<F> {
    #[inline(always)]
    pub(super) fn zero() -> Self {
        Sums { won: F::splat(0.0), slope: F::splat(0.0), taken: F::splat(0.0) }
    }

    /// The gradient in theta: the sums' derivative in w, times dw/dtheta = w (1 - w), a sample.
    #[inline(always)]
    pub(super) fn gradient(self, multiplier: F, beta: F, per_sample: F) -> F {
        let margin = F::splat(1.0) - multiplier;
        let sum = beta * (margin * self.slope - self.taken) - self.won;
        sum * per_sample * (multiplier * margin)
    }

    /// Adds the sums of a block.
    #[inline(always)]
    pub(super) fn add_block<S: Simd<Real = F>, X: Samples<S>>(&mut self, block: Sums<X>) {
        self.won = self.won + block.won.fold();
        self.slope = self.slope + block.slope.fold();
        self.taken = self.taken + block.taken.fold();
    }

    #[inline(always)]
    fn add(&mut self, value: F, odds: F, p: F) {
        let won = value * p;
        self.won = self.won + won;
        self.slope = won.mul_add(won * odds, self.slope);
    }
}

/// The bidders of a game as a batch finds them, and the sums over a block of it. Vectors have one entry a
/// bidder.
pub(super) struct Block<X> {
    /// w beta log2 e.
    pub(super) slopes: Vec<X>,
    /// 1 - w.
    pub(super) margins: Vec<X>,
    pub(super) sums: Vec<Sums<X>>,
}

/// The batch of a game: its sums, block by block. Vectors have one entry a bidder.
pub(super) struct Batch<R, X> {
    pub(super) block: Block<X>,
    /// Whether a difference of bids, in units of log2, may exceed what exp2 takes.
    pub(super) steep: bool,
    pub(super) sums: Vec<Sums<R>>,
}

impl<R: Float, X: Float> Batch<R, X> {
    pub(super) fn new(bidders: usize) -> Self {
        let zeros = vec![X::splat(0.0); bidders];
        let sums = vec![Sums::zero(); bidders];
        let block = Block { slopes: zeros.clone(), margins: zeros, sums };
        Batch { block, steep: true, sums: vec![Sums::zero(); bidders] }
    }

    /// Adds a chunk to the block.
    #[inline(always)]
    pub(super) fn add(&mut self, add: &impl OfLines, chunk: &mut Chunk<X>) {
        if self.steep {
            add.add::<X, true>(&mut self.block, chunk);
        } else {
            add.add::<X, false>(&mut self.block, chunk);
        }
    }

    /// Adds the block to the batch, and begins the next.
    #[inline(always)]
    pub(super) fn end_block<S: Simd<Real = R>>(&mut self, bidders: Range<usize>)
    where
        X: Samples<S>,
    {
        for i in bidders {
            self.sums[i].add_block(self.block.sums[i]);
            self.block.sums[i] = Sums::zero();
        }
    }
}

/// What is done with the samples of bidders whose strategies are all linear.
pub(super) trait OfLines {
    /// The bidders whose sums it adds to.
    fn summed(&self) -> Range<usize>;

    /// Adds the samples of a chunk. `STEEP` tells that differences of bids must be cut; where they need not
    /// be, both give the same bits.
    fn add<X: Float, const STEEP: bool>(&self, block: &mut Block<X>, chunk: &mut Chunk<X>);
}

/// Two bidders, each along its own utility: one exponential and one division a sample, as p_2 = 1 - p_1.
pub(super) struct Pair;

impl Pair {
    #[inline(always)]
    fn add_together<X: Float, const STEEP: bool, const N: usize>(
        slopes: [X; 2],
        values: [&[X]; 2],
        sums: &mut [Sums<X>; 2],
    ) {
        let mut x = [slopes[0]; N];
        for s in 0..N {
            x[s] = slopes[1].mul_sub(values[1][s], slopes[0] * values[0][s]);
        }
        let odds = odds::<X, STEEP, N>(x);
        for s in 0..N {
            let p = probability(odds[s]);
            let q = odds[s] * p;
            let both = p * q;
            for (i, share) in [p, q].into_iter().enumerate() {
                let value = values[i][s];
                sums[i].won = value.mul_add(share, sums[i].won);
                sums[i].slope = value.mul_add(value * both, sums[i].slope);
            }
        }
    }
}

impl OfLines for Pair {
    fn summed(&self) -> Range<usize> {
        0..2
    }

    #[inline(always)]
    fn add<X: Float, const STEEP: bool>(&self, block: &mut Block<X>, chunk: &mut Chunk<X>) {
        let slopes = [block.slopes[0], block.slopes[1]];
        let (first, second) = (chunk.values(0), chunk.values(1));
        let mut sums = [block.sums[0], block.sums[1]];
        let together = together::<X>(first.len());
        if X::TOGETHER {
            for s in (0..together).step_by(TOGETHER) {
                let values = [&first[s..s + TOGETHER], &second[s..s + TOGETHER]];
                Self::add_together::<X, STEEP, TOGETHER>(slopes, values, &mut sums);
            }
        }
        for s in together..first.len() {
            let values = [&first[s..=s], &second[s..=s]];
            Self::add_together::<X, STEEP, 1>(slopes, values, &mut sums);
        }
        block.sums.copy_from_slice(&sums);
    }
}

/// Adds samples of one bidder along its own utility, given its highest rivals' bids in units of log2.
#[inline(always)]
fn add_own<X: Float, const STEEP: bool>(slope: X, values: &[X], rivals: &[X], sums: &mut Sums<X>) {
    #[inline(always)]
    fn add<X: Float, const STEEP: bool, const N: usize>(
        slope: X,
        values: &[X],
        rivals: &[X],
        sums: &mut Sums<X>,
    ) {
        let mut x = [slope; N];
        for s in 0..N {
            x[s] = slope.mul_sub_from(values[s], rivals[s]);
        }
        let odds = odds::<X, STEEP, N>(x);
        for s in 0..N {
            sums.add(values[s], odds[s], probability(odds[s]));
        }
    }
    let mut total = *sums;
    let (mut values, mut rivals) = (values, rivals);
    if X::TOGETHER {
        let (first_values, last_values) = values.as_chunks::<TOGETHER>();
        let (first_rivals, last_rivals) = rivals.as_chunks::<TOGETHER>();
        for (values, rivals) in first_values.iter().zip(first_rivals) {
            add::<X, STEEP, TOGETHER>(slope, values, rivals, &mut total);
        }
        (values, rivals) = (last_values, last_rivals);
    }
    for (value, rival) in values.iter().zip(rivals) {
        add::<X, STEEP, 1>(slope, &[*value], &[*rival], &mut total);
    }
    *sums = total;
}

/// Any number of bidders, each along its own utility.
pub(super) struct Everyone {
    pub(super) bidders: usize,
}

impl OfLines for Everyone {
    fn summed(&self) -> Range<usize> {
        0..self.bidders
    }

    #[inline(always)]
    fn add<X: Float, const STEEP: bool>(&self, block: &mut Block<X>, chunk: &mut Chunk<X>) {
        chunk.find_rivals(&Slopes(&block.slopes));
        for ((i, &slope), sums) in block.slopes.iter().enumerate().zip(&mut block.sums) {
            add_own::<X, STEEP>(slope, chunk.values(i), chunk.rivals(i), sums);
        }
    }
}

/// One bidder along its own utility.
pub(super) struct One {
    pub(super) bidder: usize,
}

impl OfLines for One {
    fn summed(&self) -> Range<usize> {
        self.bidder..self.bidder + 1
    }

    #[inline(always)]
    fn add<X: Float, const STEEP: bool>(&self, block: &mut Block<X>, chunk: &mut Chunk<X>) {
        let i = self.bidder;
        chunk.find_rivals_of(i, &Slopes(&block.slopes));
        add_own::<X, STEEP>(block.slopes[i], chunk.values(i), chunk.rivals(i), &mut block.sums[i]);
    }
}

/// Every bidder along the total smoothed utility: a bid also counts for what it takes from those whose
/// highest rival it is. Of equal bids the first counts as the highest.
pub(super) struct Total {
    /// The bidders whose sums the batch counts for: all, or the one whose batch it is.
    pub(super) summed: Range<usize>,
}

impl OfLines for Total {
    fn summed(&self) -> Range<usize> {
        self.summed.clone()
    }

    #[inline(always)]
    fn add<X: Float, const STEEP: bool>(&self, block: &mut Block<X>, chunk: &mut Chunk<X>) {
        let (zero, lowest) = (X::splat(0.0), X::splat(f64::NEG_INFINITY));
        for s in 0..chunk.steps() {
            let (mut first, mut second) = (lowest, lowest);
            let (mut winner, mut runner_up) = (zero, zero);
            for (j, &slope) in block.slopes.iter().enumerate() {
                let (index, bid) = (X::splat(j as f64), slope * chunk.values(j)[s]);
                runner_up = bid.if_greater(first, winner, bid.if_greater(second, index, runner_up));
                second = bid.if_greater(first, first, bid.max(second));
                winner = bid.if_greater(first, index, winner);
                first = bid.max(first);
            }
            let (mut total, mut of_winner) = (zero, zero);
            for (j, &slope) in block.slopes.iter().enumerate() {
                let (index, value) = (X::splat(j as f64), chunk.values(j)[s]);
                let rival = winner.if_equal(index, second, first);
                let [odds] = odds::<X, STEEP, 1>([slope.mul_sub_from(value, rival)]);
                let p = probability(odds);
                if self.summed.contains(&j) {
                    block.sums[j].add(value, odds, p);
                }
                let stake = block.margins[j] * value * p * (p * odds);
                // What each has to lose to its highest rival, where the rival's bid would stand.
                chunk.rivals_mut(j)[s] = stake;
                total = total + stake;
                of_winner = winner.if_equal(index, stake, of_winner);
            }
            for j in self.summed.clone() {
                let index = X::splat(j as f64);
                let from_losers = winner.if_equal(index, total - chunk.rivals(j)[s], zero);
                let taken = runner_up.if_equal(index, of_winner, from_losers);
                block.sums[j].taken = chunk.values(j)[s].mul_add(taken, block.sums[j].taken);
            }
        }
    }
}
