//! One game of a group: its bidders, one run a lane, and how an epoch moves them.

use super::gradient::{Batch, Sums};
use super::observe::Observer;
use super::{Beta, Run};
use crate::learner::Update;
use crate::numeric::elementary::sigmoid;
use crate::numeric::simd::{Float, LANES, Real, Samples, Simd};

/// The bidders of eight runs. Vectors have one entry a bidder.
pub(super) struct Game<'a, S: Simd, X> {
    pub(super) runs: [Run<'a>; LANES],
    pub(super) batch: Batch<S::Real, X>,
    updates: Vec<Update<S::Real>>,
    thetas: Vec<S::Real>,
    /// w = sigmoid(theta).
    multipliers: Vec<S::Real>,
    gradients: Vec<S::Real>,
    /// The highest value.
    highs: Vec<S::Real>,
    beta: S::Real,
    /// 1 / batch.
    per_sample: S::Real,
    pub(super) observers: Vec<Observer<S::Real>>,
    /// Epochs after which every theta was finite.
    pub(super) finite_epochs: S::Real,
    /// The recorded multipliers, shape \[recorded epoch\]\[bidder\].
    pub(super) trajectory: Vec<S::Real>,
}

impl<'a, S: Simd, X: Samples<S>> Game<'a, S, X> {
    /// The game before the first epoch.
    #[inline(always)]
    pub(super) fn new(runs: [Run<'a>; LANES]) -> Self {
        let zero = S::Real::splat(0.0);
        let bidders = runs[0].settings.bidders.len();
        let lanes = |of: &dyn Fn(&Run<'_>) -> f64| S::Real::from_array(runs.each_ref().map(of));
        let update = |i: usize| {
            let learners = runs.map(|run| run.settings.bidders[i].learner);
            let rates = runs.map(|run| run.settings.bidders[i].learning_rate);
            Update::new(learners, rates)
        };
        let thetas: Vec<_> = (0..bidders).map(|i| lanes(&|run| run.settings.bidders[i].theta)).collect();
        let multipliers: Vec<_> = thetas.iter().map(|&theta| sigmoid(theta)).collect();
        Game {
            runs,
            batch: Batch::new(bidders),
            updates: (0..bidders).map(update).collect(),
            observers: multipliers.iter().map(|&w| Observer::new(w)).collect(),
            multipliers,
            thetas,
            gradients: vec![zero; bidders],
            highs: (0..bidders).map(|i| lanes(&|run| run.settings.bidders[i].prior.support().1)).collect(),
            beta: zero,
            per_sample: S::Real::splat(1.0 / f64::from(runs[0].settings.batch)),
            finite_epochs: zero,
            trajectory: Vec::new(),
        }
    }

    /// Takes the steepness of an epoch, from 1.
    #[inline(always)]
    pub(super) fn begin_epoch(&mut self, epoch: u32) {
        let annealed = |run: &Run<'_>| matches!(run.settings.beta, Beta::Geometric { .. });
        if epoch == 1 || self.runs.iter().any(annealed) {
            let beta = |run: &Run<'_>| run.settings.beta.at(epoch - 1, run.settings.epochs);
            self.beta = S::Real::from_array(self.runs.each_ref().map(beta));
        }
        self.batch.sums.fill(Sums::zero());
    }

    /// Tells the batch where the bidders are.
    #[inline(always)]
    pub(super) fn begin_batch(&mut self) {
        let (zero, one) = (S::Real::splat(0.0), S::Real::splat(1.0));
        // Less than the limit, as bids are rounded before they are compared.
        let limit = S::Real::splat(0.99 * X::EXP2_LIMIT);
        let per_bid = self.beta * S::Real::splat(std::f64::consts::LOG2_E);
        let mut steep = zero;
        for i in 0..self.thetas.len() {
            let slope = self.multipliers[i] * per_bid;
            self.batch.block.slopes[i] = X::spread(slope);
            self.batch.block.margins[i] = X::spread(one - self.multipliers[i]);
            steep = limit.if_greater(slope * self.highs[i], steep, one);
        }
        self.batch.steep = steep.to_array().contains(&1.0);
    }

    /// Moves a bidder along its batch's gradient.
    #[inline(always)]
    pub(super) fn update(&mut self, bidder: usize) {
        let sums = self.batch.sums[bidder];
        let gradient = sums.gradient(self.multipliers[bidder], self.beta, self.per_sample);
        self.gradients[bidder] = gradient;
        self.thetas[bidder] = self.updates[bidder].step(self.thetas[bidder], gradient);
        self.multipliers[bidder] = sigmoid(self.thetas[bidder]);
    }

    /// Shows the observers the end of an epoch. `renewal` is 1 - a of the moving average.
    #[inline(always)]
    pub(super) fn observe(&mut self, renewal: S::Real, in_tail: bool) {
        let (zero, one) = (S::Real::splat(0.0), S::Real::splat(1.0));
        let mut not_finite = zero;
        for (i, observer) in self.observers.iter_mut().enumerate() {
            observer.see(self.multipliers[i], self.gradients[i], renewal, in_tail);
            not_finite = self.thetas[i].mul_add(zero, not_finite);
        }
        // 0 x theta is 0 as long as theta is finite; NaN and infinity never become finite again.
        self.finite_epochs = self.finite_epochs + not_finite.if_equal(zero, one, zero);
    }

    /// Records the multipliers.
    #[inline(always)]
    pub(super) fn record(&mut self) {
        self.trajectory.extend_from_slice(&self.multipliers);
    }
}
