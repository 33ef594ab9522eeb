//! Bidders on arms in a batch: draws from their mixtures, and what each arm would have had.
//!
//! Arm k bids w_k v, and wins outright on a sample from the first arm t on with w_t v above the highest other
//! bid. So one histogram of the values by t, summed up over t = 0 .. k, is what arm k wins: O(B + K) for a
//! batch of B.

use super::chunk::{Chunk, STEPS};
use super::odds::{odds, probability};
use super::tied::{MOST, tied};
use crate::auction::strategy::arm_multiplier;
use crate::learner::Feedback;
use crate::numeric::simd::{LANES, Part, Real, Samples, Simd};
use crate::numeric::table::Number;

/// Bits of the uniforms that arms are drawn by.
const BITS: u32 = 31;
/// Fewer draws than these are made without a guide.
const FEW: usize = 8;

/// One bidder on arms, in eight runs.
pub(super) struct Arms<R, T> {
    /// w_k.
    multipliers: Vec<T>,
    /// w_k, of the payoffs.
    numbers: Vec<f64>,
    sampler: Sampler,
    /// The values of the samples that an arm is the first to win; the last are won by none. Where an arm
    /// ties, it wins its share, and the next the rest.
    wins: Vec<[f64; LANES]>,
    /// A quotient of bids that is so near to an arm is not told from it.
    near: f64,
    /// The payoffs of the samples where an arm was played, where that is asked for.
    played: Vec<[f64; LANES]>,
    /// In the smoothed auction: what each arm wins, where that is asked for.
    smoothed: Vec<R>,
    /// The arms that were drawn for a chunk, shape \[step\]\[sample\], where they are asked for.
    drawn: Vec<[u16; MOST]>,
    /// u_k over the batch, and the same where only the played arm has a payoff.
    pub(super) payoffs: Vec<R>,
    pub(super) told: Vec<R>,
}

/// A table to draw arms of a mixture by, one a lane.
struct Sampler {
    /// sum_(a <= k) x_a in units of 2^-31, rounded; the last is above every uniform.
    thresholds: Vec<[u32; LANES]>,
    /// For each equal part of the uniforms, an arm that is not above the first with a threshold in it; none
    /// where few are drawn.
    guide: Vec<[u16; LANES]>,
    /// What is shifted out of a uniform to give its part.
    shift: u32,
}

impl Sampler {
    /// Of arms of which so many are drawn of every mixture.
    fn new(arms: usize, draws: usize) -> Self {
        // Four parts an arm, so that most uniforms are in a part with one arm.
        let parts = (4 * arms).next_power_of_two();
        Sampler {
            thresholds: vec![[0; LANES]; arms],
            // A guide takes longer to make than some draws take without.
            guide: if draws < FEW { Vec::new() } else { vec![[0; LANES]; parts + 2] },
            shift: BITS - parts.trailing_zeros(),
        }
    }

    /// Takes a mixture.
    #[inline(always)]
    fn take<R: Real>(&mut self, mixture: &[R]) {
        for part in &mut self.guide {
            *part = [0; LANES];
        }
        let mut sum = R::splat(0.0);
        let scale = f64::from(1_u32 << BITS);
        // Adding it rounds to an integer, which then sits in the low bits.
        let shift = R::splat((1_u64 << 52) as f64);
        let last = self.thresholds.len() - 1;
        for (&share, thresholds) in mixture[..last].iter().zip(&mut self.thresholds) {
            sum = sum + share;
            let scaled = ((sum * R::splat(scale)).min(R::splat(scale)) + shift).to_array();
            *thresholds = scaled.map(|threshold| threshold.to_bits() as u32);
            if self.guide.is_empty() {
                continue;
            }
            for (lane, threshold) in thresholds.iter().enumerate() {
                // The part after the threshold's begins above it; the last begins above every uniform.
                self.guide[(threshold >> self.shift) as usize + 1][lane] += 1;
            }
        }
        self.thresholds[last] = [u32::MAX; LANES];
        let mut below = [0; LANES];
        for part in &mut self.guide {
            for (below, part) in below.iter_mut().zip(&*part) {
                *below += part;
            }
            *part = below;
        }
    }

    /// The arm of each lane's uniform: the first with a threshold above it.
    #[inline(always)]
    fn arms(&self, uniforms: [u32; LANES]) -> [u32; LANES] {
        let mut arms = [0; LANES];
        if self.guide.is_empty() {
            for thresholds in &self.thresholds {
                for lane in 0..LANES {
                    arms[lane] += u32::from(thresholds[lane] <= uniforms[lane]);
                }
            }
            return arms;
        }
        for lane in 0..LANES {
            let uniform = uniforms[lane];
            let mut arm = usize::from(self.guide[(uniform >> self.shift) as usize][lane]);
            while self.thresholds[arm][lane] <= uniform {
                arm += 1;
            }
            arms[lane] = arm as u32;
        }
        arms
    }
}

impl<R: Real, T: Number> Arms<R, T> {
    /// For batches of so many samples.
    pub(super) fn new(arms: usize, feedback: Feedback, samples: usize) -> Self {
        let zeros = || vec![[0.0; LANES]; arms];
        let numbers: Vec<f64> = (0..arms).map(|arm| arm_multiplier(arm, arms)).collect();
        let plays = feedback == Feedback::PlayedArms;
        Arms {
            multipliers: numbers.iter().map(|&w| T::round(w)).collect(),
            numbers,
            sampler: Sampler::new(arms, samples),
            wins: vec![[0.0; LANES]; arms + 1],
            near: arms as f64 * 16.0 * libm::exp2(-f64::from(T::MANTISSA_BITS)),
            played: if plays { zeros() } else { Vec::new() },
            smoothed: match feedback {
                Feedback::EveryArmSmoothed => vec![R::splat(0.0); arms],
                _ => Vec::new(),
            },
            drawn: if plays { vec![[0; MOST]; STEPS] } else { Vec::new() },
            payoffs: vec![R::splat(0.0); arms],
            told: vec![R::splat(0.0); arms],
        }
    }

    /// Begins a batch, in which the others face this mixture.
    #[inline(always)]
    fn begin_batch(&mut self, mixture: &[R]) {
        self.sampler.take(mixture);
    }

    /// Forgets what was counted: a bidder may be counted in one of several batches of an epoch.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.wins.fill([0.0; LANES]);
        self.played.fill([0.0; LANES]);
        self.smoothed.fill(R::splat(0.0));
    }

    /// Draws an arm for every sample of a chunk, and bids. `values` are in the units of the bids.
    #[inline(always)]
    pub(super) fn bid<S: Simd<Real = R>, X: Samples<S, Number = T>>(
        &mut self,
        bits: &[[u64; LANES]],
        values: &[X],
        per_value: X,
        bids: &mut [X],
    ) {
        let mut multipliers = [T::round(0.0); MOST];
        for (step, ((bits, &value), bid)) in bits.iter().zip(values).zip(bids).enumerate() {
            for part in 0..X::PER_LANE {
                // The low half for the first of two samples; the high half is the better one.
                let half = if X::PER_LANE == 1 { 1 } else { part as u32 };
                let uniforms = bits.map(|bits| (bits >> (32 * half)) as u32 >> (32 - BITS));
                for (lane, &arm) in self.sampler.arms(uniforms).iter().enumerate() {
                    let sample = X::PER_LANE * lane + part;
                    multipliers[sample] = self.multipliers[arm as usize];
                    if !self.drawn.is_empty() {
                        self.drawn[step][sample] = arm as u16;
                    }
                }
            }
            *bid = X::load(&multipliers[..LANES * X::PER_LANE]) * (value * per_value);
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
        let arms = self.multipliers.len();
        let (zero, one) = (X::splat(0.0), X::splat(1.0));
        let (last, beyond) = (X::splat((arms - 1) as f64), X::splat(arms as f64 - 0.25));
        let (near, unsure) = (X::splat(self.near), X::splat((arms + 1) as f64));
        // Adding it rounds to an integer, which then sits in the low bits.
        let shift = X::splat((1_u64 << T::MANTISSA_BITS) as f64);
        let integer = (1 << T::MANTISSA_BITS) - 1;
        let mut own = [T::round(0.0); MOST];
        let (mut highest, mut firsts) = (own, own);
        let count = LANES * X::PER_LANE;
        for (step, (&value, &rival)) in chunk.values(place).iter().zip(chunk.rivals(place)).enumerate() {
            let value = value * per_value;
            value.store(&mut own[..count]);
            rival.store(&mut highest[..count]);
            // The first arm above the quotient of the bids wins, where the quotient is none itself. That of
            // NaN, where there is no value, is any.
            let quotient = (rival / value * last).min(beyond);
            let nearest = (quotient + shift) - shift;
            let rest = quotient - nearest;
            let first = nearest + rest.if_greater(zero, one, zero);
            let distance = rest.max(zero - rest);
            (distance.if_greater(near, first, unsure) + shift).store(&mut firsts[..count]);
            for lane in 0..LANES {
                for part in 0..X::PER_LANE {
                    let sample = X::PER_LANE * lane + part;
                    let value = own[sample];
                    let won = value.widen();
                    let mut arm = (firsts[sample].bits() & integer) as usize;
                    let mut share = 0.0;
                    if arm > arms {
                        let rival = highest[sample];
                        arm = self.first(value, rival);
                        if arm < arms && self.multipliers[arm].times(value) == rival {
                            share = 1.0 / (1 + tied::<S, X>(bids, place, step, sample, rival)) as f64;
                            self.wins[arm][lane] += won * share;
                            arm += 1;
                        }
                    }
                    self.wins[arm][lane] += won * (1.0 - share);
                    if !self.played.is_empty() {
                        let drawn = usize::from(self.drawn[step][sample]);
                        // Of the arms below the first that wins outright only the next can tie.
                        let share = match drawn + 1 {
                            next if next > arm => 1.0,
                            next if next == arm => share,
                            _ => 0.0,
                        };
                        self.played[drawn][lane] += won * share;
                    }
                }
            }
        }
        if !self.smoothed.is_empty() {
            self.add_smoothed::<S, X>(chunk.values(place), chunk.rivals(place), per_value);
        }
    }

    /// The first arm that wins or ties.
    fn first(&self, value: T, rival: T) -> usize {
        self.multipliers.partition_point(|multiplier| multiplier.times(value) < rival)
    }

    /// Counts a chunk in, in the smoothed auction: bids are in units of log2.
    #[inline(always)]
    fn add_smoothed<S: Simd<Real = R>, X: Samples<S, Number = T>>(
        &mut self,
        values: &[X],
        rivals: &[X],
        per_value: X,
    ) {
        for (won, &multiplier) in self.smoothed.iter_mut().zip(&self.numbers) {
            let multiplier = X::splat(multiplier);
            let mut sum = X::splat(0.0);
            for (&value, &rival) in values.iter().zip(rivals) {
                let value = value * per_value;
                let [odds] = odds::<X, true, 1>([multiplier.mul_sub_from(value, rival)]);
                sum = value.mul_add(probability(odds), sum);
            }
            *won = *won + sum.fold();
        }
    }

    /// Ends a batch: the payoffs of the arms, each per sample. `per_sample` is 1 over the samples and over
    /// the units of a value.
    #[inline(always)]
    fn end_batch(&mut self, per_sample: R) {
        let mut won = R::splat(0.0);
        for (k, payoff) in self.payoffs.iter_mut().enumerate() {
            won = won + R::from_array(self.wins[k]);
            let margin = R::splat(1.0 - self.numbers[k]) * per_sample;
            *payoff = won * margin;
            self.told[k] = if !self.played.is_empty() {
                R::from_array(self.played[k]) * margin
            } else if !self.smoothed.is_empty() {
                self.smoothed[k] * margin
            } else {
                *payoff
            };
        }
    }
}

/// The begin of a batch, in which the others face the mixture.
pub(super) struct BeginBatch<'a, R, T> {
    pub(super) arms: &'a mut Arms<R, T>,
    pub(super) mixture: &'a [R],
}

impl<S: Simd, T: Number> Part<S> for BeginBatch<'_, S::Real, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.arms.begin_batch(self.mixture);
    }
}

/// The end of a batch: the payoffs of its arms.
pub(super) struct EndBatch<'a, R, T> {
    pub(super) arms: &'a mut Arms<R, T>,
    pub(super) per_sample: R,
}

impl<S: Simd, T: Number> Part<S> for EndBatch<'_, S::Real, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.arms.end_batch(self.per_sample);
    }
}
