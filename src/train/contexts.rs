//! Bidders on tables in a batch: draws from their bins' mixtures, and what each bid would have had.
//!
//! Whatever the own bid was, bid b_m wins on a sample with the share s_m, which is 0 below the highest other
//! bid, 1 above it, and 1 / (1 + k) where k rivals bid it. In m it rises in two steps at most, so that the
//! payoffs of all bids are sums of steps: O(B + M) a bin for a batch of B.
//!
//! Who is shown the winning bid alone knows the highest other bid x where its own b is not above it, b <= x,
//! and then of every bid whether it would have lost; else only that all bids from b on would have won. With
//! P(x) the probability to bid no more than x,
//!
//! s_m ~ 1 - \[b <= x\] (1 - s_m) / P(x)
//!
//! is right on average whatever the others bid, since b is drawn apart from x: where the bid would have lost,
//! x is at least that bid, and so the estimate splits by intervals of x rather than by the bids that were seen
//! to win (Han, Zhou and Weissman 2020). P is that of the own bin; where a sample serves all bins it is the
//! mean over them, which is right on average too and varies far less (Balseiro et al. 2019, contextual bandits
//! with cross-learning).

use super::chunk::{Chunk, STEPS};
use super::lanes::of_lanes;
use super::tied::{MOST, tied};
use crate::auction::Prior;
use crate::auction::strategy::TableShape;
use crate::learner::{Bids, Feedback, Told};
use crate::numeric::simd::{LANES, Part, Real, Samples, Simd};
use crate::numeric::table::Number;

/// Bits of the uniforms that bids are drawn by.
const BITS: u32 = 31;

/// One bidder on a table, in eight runs.
pub(super) struct Contexts<R, T> {
    shape: TableShape,
    frame: Frame<R>,
    /// b_m.
    grid: Vec<T>,
    /// sum_(a <= m) x_ja in units of 2^-31, rounded down; the last of a bin is above every uniform. Shape
    /// \[bin\]\[bid\].
    thresholds: Vec<[u32; LANES]>,
    /// The bins of a chunk's own values and the bids that were drawn, shape \[step\]\[sample\].
    drawn: Vec<[Drawn; MOST]>,
    /// Whether every sample counts in every bin, and then as one bin.
    cross: bool,
    /// What the bids win.
    won: Steps<R>,
    /// The same as estimated by who is shown the winning bid alone; none where that is not asked for.
    seen: Option<Steps<R>>,
    /// The mean over the bins of the probabilities to bid no more than each bid, where they are asked for.
    chances: Vec<[f64; LANES]>,
}

/// Bin and bid of a sample.
#[derive(Clone, Copy)]
struct Drawn {
    bin: u16,
    bid: u16,
}

/// The mean value of each bin, and the bids.
pub(super) struct Frame<R> {
    pub(super) values: Vec<R>,
    pub(super) bids: Vec<R>,
}

impl<R: Real> Frame<R> {
    /// Of each lane's prior.
    pub(super) fn new(shape: TableShape, priors: [&Prior; LANES]) -> Self {
        let values = of_lanes(priors, |prior| shape.values(prior));
        Frame { values, bids: shape.grid().map(R::splat).collect() }
    }
}

/// Sums of steps: from which bid on how many samples win, and the values that are won.
struct Steps<R> {
    /// Values and numbers, each times the height of its step, shape \[bin\]\[bid + 1\]; one bin where every
    /// sample counts in all. The last are won by no bid.
    heights: Vec<[[f64; LANES]; 2]>,
    /// What is told at the end of a batch: payoffs, shape \[bin\]\[bid\], or how often each bid wins.
    told: Vec<R>,
}

impl<R: Real> Steps<R> {
    fn new(bins: usize, bids: usize) -> Self {
        Steps { heights: vec![[[0.0; LANES]; 2]; bins * (bids + 1)], told: vec![R::splat(0.0); bins * bids] }
    }

    /// A step of a height, at a bid of a bin.
    #[inline(always)]
    fn add(&mut self, at: usize, lane: usize, height: f64, value: f64) {
        let [values, numbers] = &mut self.heights[at];
        values[lane] += height * value;
        numbers[lane] += height;
    }

    /// Ends a batch. `scale` is 1 over the samples, of own bins that times the bins.
    #[inline(always)]
    fn end_batch(&mut self, bids: &[R], cross: bool, scale: R) {
        let rows = self.heights.chunks_exact_mut(bids.len() + 1).zip(self.told.chunks_exact_mut(bids.len()));
        for (heights, told) in rows {
            let (mut value, mut number) = (R::splat(0.0), R::splat(0.0));
            for ((height, told), &bid) in heights.iter_mut().zip(told).zip(bids) {
                number = number + R::from_array(height[1]);
                if cross {
                    *told = number * scale;
                } else {
                    value = value + R::from_array(height[0]);
                    *told = (value - bid * number) * scale;
                }
                *height = [[0.0; LANES]; 2];
            }
            heights[bids.len()] = [[0.0; LANES]; 2];
        }
    }

    fn told<'a>(&'a self, frame: &'a Frame<R>, cross: bool) -> Told<'a, R> {
        match cross {
            true => Told::Bids(Bids { values: &frame.values, bids: &frame.bids, wins: &self.told }),
            false => Told::Arms(&self.told),
        }
    }
}

impl<R: Real, T: Number> Contexts<R, T> {
    pub(super) fn new(shape: TableShape, priors: [&Prior; LANES], feedback: Feedback) -> Self {
        let (cross, censored) = match feedback {
            Feedback::EveryBid { cross, censored } => (cross, censored),
            _ => (true, false),
        };
        let steps = || Steps::new(if cross { 1 } else { shape.bins }, shape.bids);
        Contexts {
            shape,
            frame: Frame::new(shape, priors),
            grid: shape.grid().map(T::round).collect(),
            thresholds: vec![[u32::MAX; LANES]; shape.probabilities()],
            drawn: vec![[Drawn { bin: 0, bid: 0 }; MOST]; STEPS],
            cross,
            won: steps(),
            seen: censored.then(steps),
            chances: if censored && cross { vec![[0.0; LANES]; shape.bids] } else { Vec::new() },
        }
    }

    /// What a value of the prior bids at most.
    pub(super) fn top_bid(&self) -> f64 {
        self.shape.top_bid()
    }

    /// Takes the table that the others are to face, shape \[bin\]\[bid\].
    #[inline(always)]
    fn take(&mut self, table: &[R]) {
        let scale = R::splat(f64::from(1_u32 << BITS));
        let last = self.shape.bids - 1;
        let rows = table.chunks_exact(last + 1).zip(self.thresholds.chunks_exact_mut(last + 1));
        for (row, thresholds) in rows {
            let mut sum = R::splat(0.0);
            for (&share, thresholds) in row[..last].iter().zip(thresholds) {
                sum = sum + share;
                let scaled = (sum * scale).min(scale).to_array();
                for lane in 0..LANES {
                    // Below 2^32, of either sign alike.
                    thresholds[lane] = scaled[lane] as i64 as u32;
                }
            }
        }
        if !self.chances.is_empty() {
            self.chances.fill([0.0; LANES]);
            let per_bin = 1.0 / (scale.to_array()[0] * self.shape.bins as f64);
            for row in self.thresholds.chunks_exact(last + 1) {
                for (chance, thresholds) in self.chances[..last].iter_mut().zip(row) {
                    for lane in 0..LANES {
                        chance[lane] += f64::from(thresholds[lane]) * per_bin;
                    }
                }
            }
            self.chances[last] = [1.0; LANES];
        }
    }

    /// Draws a bid for every sample of a chunk. `uniforms` are those that the values are quantiles of;
    /// `per_value` the units of a bid of 1.
    #[inline(always)]
    pub(super) fn bid<S: Simd<Real = R>, X: Samples<S, Number = T>>(
        &mut self,
        bits: &[[u64; LANES]],
        uniforms: &[X],
        per_value: X,
        bids: &mut [X],
    ) {
        let (bins, count) = (self.shape.bins, self.shape.bids);
        let samples = LANES * X::PER_LANE;
        let (mut quantiles, mut drawn) = ([T::round(0.0); MOST], [T::round(0.0); MOST]);
        for (step, ((bits, &uniform), bid)) in bits.iter().zip(uniforms).zip(bids).enumerate() {
            uniform.store(&mut quantiles[..samples]);
            let (mut first, mut draws) = ([0_usize; MOST], [0_u32; MOST]);
            for lane in 0..LANES {
                for part in 0..X::PER_LANE {
                    let sample = X::PER_LANE * lane + part;
                    // The low half for the first of two samples; the high half is the better one.
                    let half = if X::PER_LANE == 1 { 1 } else { part as u32 };
                    draws[sample] = (bits[lane] >> (32 * half)) as u32 >> (32 - BITS);
                    let bin = (quantiles[sample].widen() * bins as f64) as usize;
                    first[sample] = bin.min(bins - 1) * count;
                }
            }
            // The first bid with a threshold above the uniform, by halves; the last bid has one.
            let mut at = first;
            let mut left = count;
            while left > 1 {
                let half = left / 2;
                for sample in 0..samples {
                    let below = self.thresholds[at[sample] + half - 1][sample / X::PER_LANE] <= draws[sample];
                    at[sample] += if below { half } else { 0 };
                }
                left -= half;
            }
            for sample in 0..samples {
                let bid = at[sample] - first[sample];
                drawn[sample] = self.grid[bid];
                self.drawn[step][sample] = Drawn { bin: (first[sample] / count) as u16, bid: bid as u16 };
            }
            *bid = X::load(&drawn[..samples]) * per_value;
        }
    }

    /// Counts a chunk in. `rivals` are the highest other bids, `bids` those of all bidders, shape
    /// \[bidder\]\[[`STEPS`]\].
    #[inline(always)]
    pub(super) fn add<S: Simd<Real = R>, X: Samples<S, Number = T>>(
        &mut self,
        place: usize,
        chunk: &Chunk<X>,
        per_value: X,
        bids: &[X],
    ) {
        let last = self.shape.bids - 1;
        let samples = LANES * X::PER_LANE;
        let per_bid = X::splat(last as f64 / self.shape.top_bid()) / per_value;
        let (half, end) = (X::splat(0.5), X::splat(last as f64));
        let mut own = [T::round(0.0); MOST];
        let (mut highest, mut nearest, mut units) = (own, own, own);
        per_value.store(&mut units[..samples]);
        let steps = chunk.values(place).iter().zip(chunk.rivals(place)).enumerate();
        for (step, (&value, &rival)) in steps {
            value.store(&mut own[..samples]);
            rival.store(&mut highest[..samples]);
            // Between the bids beside the nearest all bids but that are above or below.
            rival.mul_add(per_bid, half).min(end).store(&mut nearest[..samples]);
            for lane in 0..LANES {
                for part in 0..X::PER_LANE {
                    if part > 0 && chunk.lacks_second(step) {
                        continue;
                    }
                    let sample = X::PER_LANE * lane + part;
                    let (value, rival) = (own[sample].widen(), highest[sample]);
                    let Drawn { bin, bid } = self.drawn[step][sample];
                    let row = if self.cross { 0 } else { usize::from(bin) * (last + 2) };
                    let at = nearest[sample].widen() as usize;
                    let there = self.grid[at].times(units[sample]);
                    let mut share = 0.0;
                    if there == rival {
                        share = 1.0 / (1 + tied::<S, X>(bids, place, step, sample, rival)) as f64;
                        self.won.add(row + at, lane, share, value);
                    }
                    let next = at + usize::from(there <= rival);
                    self.won.add(row + next, lane, 1.0 - share, value);
                    if let Some(seen) = &mut self.seen {
                        // All bids but those that are known to be lost.
                        seen.add(row, lane, 1.0, value);
                        // The bids of the grid that are not above the rival's.
                        if usize::from(bid) < next {
                            let row_of_bin = usize::from(bin) * (last + 1);
                            let per_chance = match (self.cross, next > last) {
                                (true, _) => 1.0 / self.chances[next - 1][lane],
                                (false, true) => 1.0,
                                (false, false) => {
                                    let threshold = self.thresholds[row_of_bin + next - 1][lane];
                                    f64::from(1_u32 << BITS) / f64::from(threshold)
                                }
                            };
                            seen.add(row, lane, -per_chance, value);
                            if share > 0.0 {
                                seen.add(row + at, lane, per_chance * share, value);
                            }
                            seen.add(row + next, lane, per_chance * (1.0 - share), value);
                        }
                    }
                }
            }
        }
    }

    /// Ends a batch; `per_sample` is 1 over the samples.
    #[inline(always)]
    fn end_batch(&mut self, per_sample: R) {
        let cross = self.cross;
        let scale = if cross { per_sample } else { per_sample * R::splat(self.shape.bins as f64) };
        self.won.end_batch(&self.frame.bids, cross, scale);
        if let Some(seen) = &mut self.seen {
            seen.end_batch(&self.frame.bids, cross, scale);
        }
    }

    /// What every bid would have had on the batch.
    #[inline(always)]
    pub(super) fn payoffs(&self) -> Told<'_, R> {
        self.won.told(&self.frame, self.cross)
    }

    /// What the learner is told of it.
    #[inline(always)]
    pub(super) fn told(&self) -> Told<'_, R> {
        self.seen.as_ref().unwrap_or(&self.won).told(&self.frame, self.cross)
    }
}

/// The begin of a batch, in which the others face the table.
pub(super) struct BeginTables<'a, R, T> {
    pub(super) tables: &'a mut Contexts<R, T>,
    pub(super) table: &'a [R],
}

impl<S: Simd, T: Number> Part<S> for BeginTables<'_, S::Real, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.tables.take(self.table);
    }
}

/// The end of a batch: the payoffs of its bids.
pub(super) struct EndTables<'a, R, T> {
    pub(super) tables: &'a mut Contexts<R, T>,
    pub(super) per_sample: R,
}

impl<S: Simd, T: Number> Part<S> for EndTables<'_, S::Real, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.tables.end_batch(self.per_sample);
    }
}
