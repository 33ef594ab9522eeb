//! What is kept of a bidder on arms as the epochs pass.

use super::MIXTURE_QUANTILES;
use super::hindsight::Hindsight;
use crate::numeric::simd::Real;

/// What a bidder on arms has played and heard. Vectors have one entry an arm.
pub(super) struct Mixing<R> {
    /// What was played in the epoch that is observed, where the numbers are already those of the next.
    pub(super) shown: Vec<R>,
    /// The mixtures that were shown, summed up, and how many they are.
    pub(super) sums: Vec<R>,
    pub(super) epochs: R,
    pub(super) hindsight: Hindsight<R>,
    /// The arms of the recorded quantiles, shape \[recorded epoch x quantile\].
    pub(super) quantiles: Vec<R>,
}

impl<R: Real> Mixing<R> {
    pub(super) fn new(arms: usize) -> Self {
        let zeros = vec![R::splat(0.0); arms];
        Mixing {
            shown: zeros.clone(),
            sums: zeros,
            epochs: R::splat(0.0),
            hindsight: Hindsight::new(arms),
            quantiles: Vec::new(),
        }
    }

    /// Records the arm of each quantile: as many are before it as have sums of shares below the quantile.
    #[inline(always)]
    pub(super) fn record(&mut self) {
        let (zero, one) = (R::splat(0.0), R::splat(1.0));
        for quantile in MIXTURE_QUANTILES {
            let quantile = R::splat(quantile);
            let (mut sum, mut arm) = (zero, zero);
            for &share in &self.shown[..self.shown.len() - 1] {
                sum = sum + share;
                arm = arm + quantile.if_greater(sum, one, zero);
            }
            self.quantiles.push(arm);
        }
    }

    /// What others may believe on.
    pub(super) fn memory(&self) -> impl Iterator<Item = R> {
        std::iter::once(self.epochs).chain(self.sums.iter().copied())
    }

    pub(super) fn restore(&mut self, memory: &[R]) {
        self.epochs = memory[0];
        self.sums.copy_from_slice(&memory[1..]);
    }
}
