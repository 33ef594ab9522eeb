//! Some samples of a batch, in the fastest cache.

use crate::numeric::simd::{Float, LANES};

/// Steps of a chunk, a vector a bidder each: few enough for the fastest cache.
pub(super) const STEPS: usize = 16;

/// Where the bids on the values of a chunk are had from.
pub(super) trait Bids<X> {
    /// Number of bidders.
    fn len(&self) -> usize;

    /// The bid of a bidder at a step, given the values, shape \[bidder\]\[[`STEPS`]\].
    fn bid(&self, values: &[X], bidder: usize, step: usize) -> X;
}

/// The bids slope x value; one slope a bidder.
pub(super) struct Slopes<'a, X>(pub(super) &'a [X]);

impl<X: Float> Bids<X> for Slopes<'_, X> {
    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn bid(&self, values: &[X], bidder: usize, step: usize) -> X {
        self.0[bidder] * values[STEPS * bidder + step]
    }
}

/// Bids that are known, shape \[bidder\]\[[`STEPS`]\].
pub(super) struct Known<'a, X>(pub(super) &'a [X]);

impl<X: Float> Bids<X> for Known<'_, X> {
    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len() / STEPS
    }

    #[inline(always)]
    fn bid(&self, _: &[X], bidder: usize, step: usize) -> X {
        self.0[STEPS * bidder + step]
    }
}

/// Some steps of a batch. A step is a vector of samples of every bidder.
pub(super) struct Chunk<X> {
    /// Shape \[bidder\]\[[`STEPS`]\], as all that follows.
    values: Vec<X>,
    /// Highest bids of the others, or what an accumulator keeps a sample.
    rivals: Vec<X>,
    /// Random bits for what bidders draw who play mixtures.
    bits: Vec<[u64; LANES]>,
    /// The uniforms that the values are quantiles of, of bidders on tables.
    uniforms: Vec<X>,
    /// Whether the last step has one sample a lane where others have two.
    partial: bool,
    /// How many steps it holds.
    steps: usize,
}

impl<X: Float> Chunk<X> {
    pub(super) fn new(bidders: usize) -> Self {
        let zeros = vec![X::splat(0.0); STEPS * bidders];
        Chunk {
            values: zeros.clone(),
            rivals: zeros.clone(),
            bits: vec![[0; LANES]; STEPS * bidders],
            uniforms: zeros,
            partial: false,
            steps: 0,
        }
    }

    /// Holds `steps` steps from now on, of values that are still to come.
    #[inline(always)]
    pub(super) fn reset(&mut self, steps: usize) {
        self.steps = steps;
        self.partial = false;
    }

    /// The last step has one sample a lane: values of 0 stand for the second.
    #[inline(always)]
    pub(super) fn end_with_first(&mut self) {
        self.partial = true;
    }

    /// Whether the second sample of every lane is none.
    #[inline(always)]
    pub(super) fn lacks_second(&self, step: usize) -> bool {
        self.partial && step + 1 == self.steps
    }

    #[inline(always)]
    pub(super) fn uniforms(&self, bidder: usize) -> &[X] {
        &self.uniforms[STEPS * bidder..][..self.steps]
    }

    /// Keeps a bidder's values as uniforms, which they are before they are mapped.
    #[inline(always)]
    pub(super) fn keep_uniforms(&mut self, bidder: usize) {
        let from = STEPS * bidder;
        self.uniforms[from..from + self.steps].copy_from_slice(&self.values[from..from + self.steps]);
    }

    /// The values of one step, one a bidder.
    #[inline(always)]
    pub(super) fn step_mut(&mut self, step: usize) -> impl Iterator<Item = &mut X> {
        self.values[step..].iter_mut().step_by(STEPS)
    }

    #[inline(always)]
    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    #[inline(always)]
    pub(super) fn values(&self, bidder: usize) -> &[X] {
        &self.values[STEPS * bidder..][..self.steps]
    }

    #[inline(always)]
    pub(super) fn values_mut(&mut self, bidder: usize) -> &mut [X] {
        &mut self.values[STEPS * bidder..][..self.steps]
    }

    #[inline(always)]
    pub(super) fn bits(&self, bidder: usize) -> &[[u64; LANES]] {
        &self.bits[STEPS * bidder..][..self.steps]
    }

    #[inline(always)]
    pub(super) fn bits_mut(&mut self, bidder: usize) -> &mut [[u64; LANES]] {
        &mut self.bits[STEPS * bidder..][..self.steps]
    }

    #[inline(always)]
    pub(super) fn rivals(&self, bidder: usize) -> &[X] {
        &self.rivals[STEPS * bidder..][..self.steps]
    }

    #[inline(always)]
    pub(super) fn rivals_mut(&mut self, bidder: usize) -> &mut [X] {
        &mut self.rivals[STEPS * bidder..][..self.steps]
    }

    /// The highest bid of the others, for every bidder: the higher of those before and of those after it.
    #[inline(always)]
    pub(super) fn find_rivals(&mut self, bids: &impl Bids<X>) {
        let last = bids.len() - 1;
        for s in 0..self.steps {
            let mut highest = bids.bid(&self.values, last, s);
            for i in (0..last).rev() {
                self.rivals[STEPS * i + s] = highest;
                highest = highest.max(bids.bid(&self.values, i, s));
            }
            let mut highest = bids.bid(&self.values, 0, s);
            for i in 1..last {
                let rival = &mut self.rivals[STEPS * i + s];
                *rival = highest.max(*rival);
                highest = highest.max(bids.bid(&self.values, i, s));
            }
            self.rivals[STEPS * last + s] = highest;
        }
    }

    /// The highest bid of the others, for one bidder.
    #[inline(always)]
    pub(super) fn find_rivals_of(&mut self, bidder: usize, bids: &impl Bids<X>) {
        for s in 0..self.steps {
            let mut highest = X::splat(f64::NEG_INFINITY);
            for j in 0..bids.len() {
                if j != bidder {
                    highest = highest.max(bids.bid(&self.values, j, s));
                }
            }
            self.rivals[STEPS * bidder + s] = highest;
        }
    }
}
