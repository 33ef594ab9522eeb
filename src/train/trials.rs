//! What bidders would have earned on a batch at points around where they stand, in the true auction: the
//! payoffs v - b wherever b exceeds the highest bid that the others played, at the first price; what others
//! pay is that of the [`Payment`].

use std::ops::Range;

use super::Run;
use super::chunk::{Chunk, Known, STEPS, Slopes};
use super::curves::Curves;
use super::player::Player;
use super::streams::stream_seed;
use crate::auction::{Mechanism, Payment};
use crate::numeric::normal_quantile::normal_quantile;
use crate::numeric::simd::{Float, LANES, Real, Samples, Simd};
use crate::numeric::xoshiro::{Seeded, Xoshiro};

/// The trials of a game's bidders on a batch.
pub(super) struct Trials<S: Simd, X> {
    /// One a bidder who tries, at the bidder's place; empty where nobody does.
    bidders: Vec<Option<Trial<S, X>>>,
    mechanism: Mechanism,
    /// Units of bids a unit of value.
    per_value: X,
    /// Of the bidder that is looked at, shape \[parameter\]\[[`STEPS`]\].
    shares: Vec<X>,
}

/// The points that one bidder tries: pairs on both sides of theta, the upper first.
struct Trial<S: Simd, X> {
    stream: Xoshiro<S>,
    pairs: usize,
    sigma: S::Real,
    /// Shape \[pair\]\[parameter\].
    normals: Vec<S::Real>,
    /// What bids rise by with a parameter's share, shape \[point\]\[parameter\].
    rises: Vec<X>,
    /// Payoffs, one a point: summed over a block of the batch and over the batch, and their mean.
    block: Vec<X>,
    sums: Vec<S::Real>,
    payoffs: Vec<S::Real>,
}

impl<S: Simd, X: Samples<S>> Trials<S, X> {
    pub(super) fn new(runs: &[Run<'_>; LANES]) -> Self {
        let trial = |place| Trial::new(runs, place);
        let bidders: Vec<_> = (0..runs[0].settings.bidders.len()).map(trial).collect();
        if bidders.iter().all(Option::is_none) {
            return Trials {
                bidders: Vec::new(),
                mechanism: runs[0].settings.mechanism,
                per_value: X::splat(1.0),
                shares: Vec::new(),
            };
        }
        let parameters = runs[0].settings.bidders.iter().map(|bidder| bidder.strategy.parameters()).max();
        Trials {
            bidders,
            mechanism: runs[0].settings.mechanism,
            per_value: X::splat(1.0),
            shares: vec![X::splat(0.0); STEPS * parameters.unwrap_or(0)],
        }
    }

    /// Whether nobody tries.
    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.bidders.is_empty()
    }

    /// Draws the points of an epoch, around where the bidders stand.
    #[inline(always)]
    pub(super) fn begin_epoch(
        &mut self,
        players: &[Player<S::Real>],
        curves: &Curves<S::Real, X>,
        per_value: S::Real,
    ) {
        self.per_value = X::spread(per_value);
        for (place, (trial, player)) in self.bidders.iter_mut().zip(players).enumerate() {
            let Some(trial) = trial else { continue };
            let parameters = player.parameters.len();
            for pair in 0..trial.pairs {
                for k in 0..parameters {
                    let unit = S::Real::units(trial.stream.draw());
                    let normal = S::Real::from_array(unit.to_array().map(normal_quantile));
                    trial.normals[parameters * pair + k] = normal;
                    let by = trial.sigma * normal;
                    for (point, by) in [(2 * pair, by), (2 * pair + 1, S::Real::splat(0.0) - by)] {
                        let width =
                            if curves.is_empty() { per_value } else { curves.width(place, k) * per_value };
                        let rise = player.moved(k, by) * width;
                        trial.rises[parameters * point + k] = X::spread(rise);
                    }
                }
            }
        }
    }

    /// Adds the samples of a chunk for some bidders to a block of the batch: of lines with these slopes, or
    /// of curves that know their bids.
    #[inline(always)]
    pub(super) fn add(
        &mut self,
        bidders: Range<usize>,
        slopes: &[X],
        curves: &Curves<S::Real, X>,
        chunk: &mut Chunk<X>,
    ) {
        let Payment { own, other, always } = self.mechanism.payment();
        let (own, other, always) = (X::splat(own), X::splat(other), X::splat(always));
        let is_first_price = self.mechanism.is_first_price();
        for i in bidders {
            let Some(trial) = &mut self.bidders[i] else { continue };
            let parameters = if curves.is_empty() {
                chunk.find_rivals_of(i, &Slopes(slopes));
                self.shares[..chunk.steps()].copy_from_slice(chunk.values(i));
                1
            } else {
                chunk.find_rivals_of(i, &Known(curves.bids()));
                curves.shares(i, chunk.values(i), &mut self.shares)
            };
            let (values, rivals) = (chunk.values(i), chunk.rivals(i));
            let points = trial.rises.chunks_exact(parameters);
            for (rises, sum) in points.zip(&mut trial.block) {
                let (first, others) = (rises[0], &rises[1..]);
                let mut total = *sum;
                for (s, (&value, &rival)) in values.iter().zip(rivals).enumerate() {
                    let mut bid = first * self.shares[s];
                    for (rise, shares) in others.iter().zip(self.shares[STEPS..].chunks_exact(STEPS)) {
                        bid = rise.mul_add(shares[s], bid);
                    }
                    if is_first_price {
                        let margin = value.mul_sub(self.per_value, bid);
                        total = total + bid.if_greater(rival, margin, X::splat(0.0));
                        continue;
                    }
                    let margin = value.mul_sub(self.per_value, own.mul_add(bid, other * rival));
                    let won = bid.if_greater(rival, margin, X::splat(0.0));
                    total = total + always.mul_sub_from(bid, won);
                }
                *sum = total;
            }
        }
    }

    /// Adds the block to the batch, and begins the next.
    #[inline(always)]
    pub(super) fn end_block(&mut self, bidders: Range<usize>) {
        for trial in self.bidders[bidders].iter_mut().flatten() {
            for (sum, block) in trial.sums.iter_mut().zip(&mut trial.block) {
                *sum = *sum + block.fold();
                *block = X::splat(0.0);
            }
        }
    }

    /// Clears the sums of the batch.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        for trial in self.bidders.iter_mut().flatten() {
            trial.sums.fill(S::Real::splat(0.0));
        }
    }

    /// The normal numbers of a bidder who tries, shape \[pair\]\[parameter\], and the batch's mean payoffs at
    /// its points, given the number of samples' inverse in units of bids; none of another.
    #[inline(always)]
    pub(super) fn found(&mut self, bidder: usize, per_sample: S::Real) -> (&[S::Real], &[S::Real]) {
        let Some(Some(trial)) = self.bidders.get_mut(bidder) else { return (&[], &[]) };
        for (payoff, &sum) in trial.payoffs.iter_mut().zip(&trial.sums) {
            *payoff = sum * per_sample;
        }
        (&trial.normals, &trial.payoffs)
    }
}

impl<S: Simd, X: Float> Trial<S, X> {
    /// That of the bidder at a place (from 0), if it tries.
    fn new(runs: &[Run<'_>; LANES], place: usize) -> Option<Self> {
        let bidders = runs.map(|run| &run.settings.bidders[place]);
        let population = bidders[0].learner.perturbations()?.population as usize;
        let sigmas = bidders.map(|bidder| bidder.learner.perturbations().map_or(0.0, |tried| tried.sigma));
        let seeds = runs.map(|run| stream_seed(run.seed, "perturbations", place + 1));
        let (pairs, parameters) = (population / 2, bidders[0].strategy.parameters());
        let zeros = |count| vec![S::Real::splat(0.0); count];
        Some(Trial {
            stream: Xoshiro::new(&Seeded::new(seeds)),
            pairs,
            sigma: S::Real::from_array(sigmas),
            normals: zeros(pairs * parameters),
            rises: vec![X::splat(0.0); population * parameters],
            block: vec![X::splat(0.0); population],
            sums: zeros(population),
            payoffs: zeros(population),
        })
    }
}
