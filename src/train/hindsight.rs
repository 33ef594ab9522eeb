//! What a bidder on arms has heard over a run: its external regret.

use crate::learner::Heard;
use crate::numeric::simd::Real;

/// Payoffs over the epochs of a run.
pub(super) struct Hindsight<R> {
    /// sum_t u_t(k), one an arm.
    sums: Vec<R>,
    /// sum_t <x_t, u_t>.
    own: R,
    /// sum_t |u_t - <x_t, u_t>|^2.
    squares: R,
}

impl<R: Real> Hindsight<R> {
    pub(super) fn new(arms: usize) -> Self {
        let zero = R::splat(0.0);
        Hindsight { sums: vec![zero; arms], own: zero, squares: zero }
    }

    /// Takes the payoffs of an epoch and the mixture that was played.
    #[inline(always)]
    pub(super) fn hear(&mut self, mixture: &[R], payoffs: &[R]) {
        let mut mean = R::splat(0.0);
        for (&share, &payoff) in mixture.iter().zip(payoffs) {
            mean = share.mul_add(payoff, mean);
        }
        for (sum, &payoff) in self.sums.iter_mut().zip(payoffs) {
            *sum = *sum + payoff;
            let regret = payoff - mean;
            self.squares = regret.mul_add(regret, self.squares);
        }
        self.own = self.own + mean;
    }

    /// max_k sum_t u_t(k) - sum_t <x_t, u_t> of a lane.
    pub(super) fn regret(&self, lane: usize) -> f64 {
        let best = self.sums.iter().map(|sum| sum.to_array()[lane]).fold(f64::NEG_INFINITY, f64::max);
        best - self.own.to_array()[lane]
    }

    /// What the bounds of a lane's regret are made of.
    pub(super) fn heard(&self, lane: usize) -> Heard {
        Heard { arms: self.sums.len(), squares: self.squares.to_array()[lane] }
    }
}
