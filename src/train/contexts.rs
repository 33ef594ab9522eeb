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
//! is right on average whatever the others bid, since b is drawn apart from x: where the bid would have
//! lost, x is at least that bid, and so the estimate splits by intervals of x rather than by the bids that
//! were seen to win (Han, Zhou and Weissman 2020). P is that of the own bin; where a sample serves all bins
//! it is the mean over them, which is right on average too and varies far less (Balseiro et al. 2019,
//! contextual bandits with cross-learning).

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

/// Thresholds that are compared with a uniform together.
const TOGETHER: usize = 16;

/// Adding it to a number below 2^31 rounds that to an integer, which then sits in the low bits.
const SHIFT: f64 = 1.5 * (1_u64 << 52) as f64;

/// One bidder on a table, in eight runs.
pub(super) struct Contexts<R, T> {
    shape: TableShape,
    frame: Frame<R>,
    /// b_m.
    grid: Vec<T>,
    /// sum_(a <= m) x_ja in units of 2^-31, rounded; the last of a bin is above every uniform, as are those
    /// that fill it up. Shape \[lane\]\[bin\]\[bid / 16\]\[16\].
    thresholds: Vec<[u32; TOGETHER]>,
    /// Bids of a bin, filled up, / 16.
    groups: usize,
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
    /// Heights, shape \[bin\]\[bid + 1\]; one bin where every sample counts in all. The last are won by no
    /// bid.
    heights: Vec<[f64; LANES]>,
    /// The values, each times the height of its step; none where every sample counts in all bins.
    values: Vec<[f64; LANES]>,
    /// What is told at the end of a batch: payoffs, shape \[bin\]\[bid\], or how often each bid wins.
    told: Vec<R>,
}

impl<R: Real> Steps<R> {
    fn new(shape: TableShape, cross: bool) -> Self {
        let bins = if cross { 1 } else { shape.bins };
        let zeros = vec![[0.0; LANES]; bins * (shape.bids + 1)];
        Steps {
            values: if cross { Vec::new() } else { zeros.clone() },
            heights: zeros,
            told: vec![R::splat(0.0); bins * shape.bids],
        }
    }

    /// A step of a height, at a bid of a bin.
    #[inline(always)]
    fn add(&mut self, at: usize, lane: usize, height: f64, value: f64) {
        self.heights[at][lane] += height;
        if let Some(values) = self.values.get_mut(at) {
            values[lane] += height * value;
        }
    }

    /// Ends a batch. `scale` is 1 over the samples, of own bins that times the bins.
    #[inline(always)]
    fn end_batch(&mut self, bids: &[R], scale: R) {
        let Steps { heights, values, told } = self;
        let rows = heights.chunks_exact_mut(bids.len() + 1).zip(told.chunks_exact_mut(bids.len()));
        for (bin, (heights, told)) in rows.enumerate() {
            let mut number = R::splat(0.0);
            for (height, told) in heights.iter().zip(&mut *told) {
                number = number + R::from_array(*height);
                *told = number * scale;
            }
            heights.fill([0.0; LANES]);
            if values.is_empty() {
                continue;
            }
            let values = &mut values[(bids.len() + 1) * bin..][..bids.len() + 1];
            let mut value = R::splat(0.0);
            for ((of_step, told), &bid) in values.iter().zip(told).zip(bids) {
                value = value + R::from_array(*of_step);
                *told = value * scale - bid * *told;
            }
            values.fill([0.0; LANES]);
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
        let steps = || Steps::new(shape, cross);
        Contexts {
            shape,
            frame: Frame::new(shape, priors),
            grid: shape.grid().map(T::round).collect(),
            thresholds: vec![[u32::MAX; TOGETHER]; LANES * shape.bins * shape.bids.div_ceil(TOGETHER)],
            groups: shape.bids.div_ceil(TOGETHER),
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
        let (scale, shift) = (R::splat(f64::from(1_u32 << BITS)), R::splat(SHIFT));
        let last = self.shape.bids - 1;
        let of_lane = self.shape.bins * self.groups;
        self.chances.fill([0.0; LANES]);
        let per_bin = 1.0 / (f64::from(1_u32 << BITS) * self.shape.bins as f64);
        for (bin, row) in table.chunks_exact(last + 1).enumerate() {
            let mut sum = R::splat(0.0);
            for (m, &share) in row[..last].iter().enumerate() {
                sum = sum + share;
                let scaled = ((sum * scale).min(scale) + shift).to_array();
                let (group, place) = (bin * self.groups + m / TOGETHER, m % TOGETHER);
                for (lane, scaled) in scaled.iter().enumerate() {
                    self.thresholds[of_lane * lane + group][place] = scaled.to_bits() as u32;
                }
                if !self.chances.is_empty() {
                    for (chance, scaled) in self.chances[m].iter_mut().zip(&scaled) {
                        *chance += f64::from(scaled.to_bits() as u32) * per_bin;
                    }
                }
            }
        }
        if let Some(chance) = self.chances.last_mut() {
            *chance = [1.0; LANES];
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
        let (bins, samples) = (self.shape.bins, LANES * X::PER_LANE);
        let of_lane = bins * self.groups;
        let (mut quantiles, mut drawn) = ([T::round(0.0); MOST], [T::round(0.0); MOST]);
        for (step, ((bits, &uniform), bid)) in bits.iter().zip(uniforms).zip(bids).enumerate() {
            uniform.store(&mut quantiles[..samples]);
            let mut own = [0_u32; MOST];
            for sample in 0..samples {
                // The integer below, as no uniform is on the border of two bins.
                let place = quantiles[sample].widen() * bins as f64 - 0.5 + SHIFT;
                own[sample] = (place.to_bits() as u32).min(bins as u32 - 1);
            }
            for (lane, bits) in bits.iter().enumerate() {
                for part in 0..X::PER_LANE {
                    let sample = X::PER_LANE * lane + part;
                    // The low half for the first of two samples; the high half is the better one.
                    let half = if X::PER_LANE == 1 { 1 } else { part as u32 };
                    let uniform = (bits >> (32 * half)) as u32 >> (32 - BITS);
                    let first = of_lane * lane + own[sample] as usize * self.groups;
                    let mut below = [0_u32; TOGETHER];
                    for thresholds in &self.thresholds[first..first + self.groups] {
                        for k in 0..TOGETHER {
                            below[k] += u32::from(thresholds[k] <= uniform);
                        }
                    }
                    // The first bid with a threshold above the uniform.
                    let at: u32 = below.iter().sum();
                    drawn[sample] = self.grid[at as usize];
                    self.drawn[step][sample] = Drawn { bin: own[sample] as u16, bid: at as u16 };
                }
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
        let (end, shift) = (X::splat(last as f64), X::splat((1_u64 << X::MANTISSA_BITS) as f64));
        let mask = (1_u64 << X::MANTISSA_BITS) - 1;
        let mut own = [T::round(0.0); MOST];
        let (mut highest, mut nearest, mut units) = (own, own, own);
        per_value.store(&mut units[..samples]);
        let two = bids.len() == 2 * STEPS;
        let steps = chunk.values(place).iter().zip(chunk.rivals(place)).enumerate();
        for (step, (&value, &rival)) in steps {
            value.store(&mut own[..samples]);
            rival.store(&mut highest[..samples]);
            // Of the bids but the nearest all are above or below. It sits in the low bits.
            ((rival * per_bid).min(end) + shift).store(&mut nearest[..samples]);
            for lane in 0..LANES {
                for part in 0..X::PER_LANE {
                    if part > 0 && chunk.lacks_second(step) {
                        continue;
                    }
                    let sample = X::PER_LANE * lane + part;
                    let (value, rival) = (own[sample].widen(), highest[sample]);
                    let Drawn { bin, bid } = self.drawn[step][sample];
                    let row = if self.cross { 0 } else { usize::from(bin) * (last + 2) };
                    let at = (nearest[sample].bits() & mask) as usize;
                    let there = self.grid[at].times(units[sample]);
                    let mut share = 0.0;
                    if there == rival {
                        // Of two bidders one ties.
                        let tied = if two { 1 } else { tied::<S, X>(bids, place, step, sample, rival) };
                        share = 1.0 / (1 + tied) as f64;
                        self.won.add(row + at, lane, share, value);
                    }
                    let next = at + usize::from(there <= rival);
                    self.won.add(row + next, lane, 1.0 - share, value);
                    if let Some(seen) = &mut self.seen {
                        // All bids but those that are known to be lost.
                        seen.add(row, lane, 1.0, value);
                        // The bids of the grid that are not above the rival's.
                        if usize::from(bid) < next {
                            let per_chance = match (self.cross, next > last) {
                                (true, _) => 1.0 / self.chances[next - 1][lane],
                                (false, true) => 1.0,
                                (false, false) => {
                                    let bin = self.shape.bins * lane + usize::from(bin);
                                    let group = bin * self.groups + (next - 1) / TOGETHER;
                                    let threshold = self.thresholds[group][(next - 1) % TOGETHER];
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
        self.won.end_batch(&self.frame.bids, scale);
        if let Some(seen) = &mut self.seen {
            seen.end_batch(&self.frame.bids, scale);
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
