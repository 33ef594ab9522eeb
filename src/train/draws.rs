//! The valuation profiles of a batch: uniforms mapped through the priors' quantiles, a chunk at a time.

use super::chunk::{Chunk, STEPS};
use super::game::Game;
use super::gradient::Accumulate;
use crate::numeric::simd::{Samples, Simd};
use crate::numeric::xoshiro::Xoshiro;

/// Chunks whose samples are summed in the samples' own precision, before f64 takes the sums.
const CHUNKS_A_BLOCK: usize = 4;

/// Where the profiles of a batch come from.
pub(super) struct Draws<S: Simd, X> {
    /// One, or with own profiles one a bidder.
    pub(super) streams: Vec<Xoshiro<S>>,
    /// low and high - low of each bidder's uniform prior; empty where every prior is U\[0, 1\], whose quantile is the
    /// identity.
    pub(super) priors: Vec<[X; 2]>,
    /// Samples of a batch.
    pub(super) batch: usize,
    pub(super) chunk: Chunk<X>,
}

impl<S: Simd, X: Samples<S>> Draws<S, X> {
    /// Draws one batch from a stream, once for all games: each adds its samples.
    #[inline(always)]
    pub(super) fn batch(&mut self, stream: usize, games: &mut [Game<S, X>], add: &impl Accumulate<S, X>) {
        let mut steps = self.batch.div_ceil(X::PER_LANE);
        // Where the last step has samples that the batch has not.
        let partial = !self.batch.is_multiple_of(X::PER_LANE);
        let mut chunks = 0;
        while steps > 0 {
            self.chunk.reset(steps.min(STEPS));
            steps -= self.chunk.steps();
            self.fill(stream);
            if partial && steps == 0 {
                // A sample in which every value is 0 adds nothing to any sum.
                let last = self.chunk.steps() - 1;
                for value in self.chunk.step_mut(last) {
                    *value = value.first();
                }
            }
            chunks += 1;
            for game in &mut *games {
                add.add(game, &mut self.chunk);
                if chunks == CHUNKS_A_BLOCK || steps == 0 {
                    add.end_block(game);
                }
            }
            chunks %= CHUNKS_A_BLOCK;
        }
    }

    /// Draws a chunk, sample by sample.
    #[inline(always)]
    fn fill(&mut self, stream: usize) {
        let mut generators = self.streams[stream];
        for step in 0..self.chunk.steps() {
            for value in self.chunk.step_mut(step) {
                *value = X::units(generators.draw());
            }
        }
        self.streams[stream] = generators;
        for (bidder, &[low, width]) in self.priors.iter().enumerate() {
            for value in self.chunk.values_mut(bidder) {
                *value = value.mul_add(width, low);
            }
        }
    }
}
