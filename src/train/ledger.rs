//! What is kept of a bidder on a table as the epochs pass.

use super::Run;
use super::contexts::Frame;
use super::lanes::of_lanes;
use crate::auction::strategy::TableShape;
use crate::learner::{Heard, Told};
use crate::numeric::simd::{LANES, Real};

/// The tables that were played, and what their bids would have had.
pub(super) struct Ledger<R> {
    pub(super) frame: Frame<R>,
    /// d multiplier / d mean bid of each bin.
    projection: Vec<R>,
    /// The multiplier of the table that was played last, of the line that is nearest to its mean bids.
    pub(super) multiplier: R,
    /// The tables that were played, summed up: over all epochs, and over those before the tail.
    sums: Vec<R>,
    before_tail: Vec<R>,
    epochs: u32,
    tail_epochs: u32,
    hindsight: Hindsight<R>,
}

/// Payoffs u_t(j, m) over the epochs of a run.
struct Hindsight<R> {
    /// sum_t u_t(j, m), shape \[bin\]\[bid\]; of those who hear how often bids win in all bins, the sum of
    /// that.
    sums: Vec<R>,
    /// Whether the sums are of payoffs.
    of_payoffs: bool,
    /// sum_t sum_j <x_t(j), u_t(j)>.
    own: R,
}

impl<R: Real> Ledger<R> {
    pub(super) fn new(runs: &[Run<'_>; LANES], place: usize, shape: TableShape) -> Self {
        let priors = runs.map(|run| &run.settings.bidders[place].prior);
        let (zero, count) = (R::splat(0.0), shape.probabilities());
        Ledger {
            frame: Frame::new(shape, priors),
            projection: of_lanes(priors, |prior| shape.projection(prior)),
            multiplier: zero,
            sums: vec![zero; count],
            before_tail: vec![zero; count],
            epochs: 0,
            tail_epochs: 0,
            hindsight: Hindsight { sums: vec![zero; count], of_payoffs: false, own: zero },
        }
    }

    /// Takes the first table.
    #[inline(always)]
    pub(super) fn begin(&mut self, table: &[R]) {
        let zero = R::splat(0.0);
        self.multiplier = zero;
        for (row, &projection) in table.chunks_exact(self.frame.bids.len()).zip(&self.projection) {
            let mut mean = zero;
            for (&share, &bid) in row.iter().zip(&self.frame.bids) {
                mean = share.mul_add(bid, mean);
            }
            self.multiplier = projection.mul_add(mean, self.multiplier);
        }
    }

    /// Takes the table that was played in an epoch and what its bids would have had.
    #[inline(always)]
    pub(super) fn record(&mut self, table: &[R], payoffs: Told<'_, R>) {
        match payoffs {
            Told::Bids(bids) => self.record_wins(table, bids.wins),
            payoffs => self.record_payoffs(table, payoffs.arms()),
        }
    }

    /// The same, where bid m wins W_m whatever the bin.
    #[inline(always)]
    pub(super) fn record_wins(&mut self, table: &[R], wins: &[R]) {
        let zero = R::splat(0.0);
        self.epochs += 1;
        self.multiplier = zero;
        let Frame { values, bids } = &self.frame;
        let rows = table.chunks_exact(bids.len()).zip(self.sums.chunks_exact_mut(bids.len()));
        for (((row, sums), &value), &projection) in rows.zip(values).zip(&self.projection) {
            let (mut mean, mut won, mut paid) = (zero, zero, zero);
            for (((&share, sum), &bid), &wins) in row.iter().zip(sums).zip(bids).zip(wins) {
                let chance = share * wins;
                mean = share.mul_add(bid, mean);
                won = won + chance;
                paid = chance.mul_add(bid, paid);
                *sum = *sum + share;
            }
            self.multiplier = projection.mul_add(mean, self.multiplier);
            self.hindsight.own = self.hindsight.own + value.mul_sub(won, paid);
        }
        for (sum, &wins) in self.hindsight.sums.iter_mut().zip(wins) {
            *sum = *sum + wins;
        }
    }

    /// The same of payoffs of their own in every bin.
    #[inline(always)]
    fn record_payoffs(&mut self, table: &[R], payoffs: &[R]) {
        let zero = R::splat(0.0);
        self.epochs += 1;
        self.multiplier = zero;
        let bids = &self.frame.bids;
        let rows = table.chunks_exact(bids.len()).zip(self.sums.chunks_exact_mut(bids.len()));
        let heard = self.hindsight.sums.chunks_exact_mut(bids.len());
        let payoffs = payoffs.chunks_exact(bids.len()).zip(heard);
        self.hindsight.of_payoffs = true;
        for (((row, sums), (payoffs, heard)), &projection) in rows.zip(payoffs).zip(&self.projection) {
            let (mut mean, mut own) = (zero, zero);
            let payoffs = payoffs.iter().zip(heard);
            for (((&share, sum), &bid), (&payoff, heard)) in row.iter().zip(sums).zip(bids).zip(payoffs) {
                mean = share.mul_add(bid, mean);
                own = share.mul_add(payoff, own);
                *sum = *sum + share;
                *heard = *heard + payoff;
            }
            self.multiplier = projection.mul_add(mean, self.multiplier);
            self.hindsight.own = self.hindsight.own + own;
        }
    }

    /// The epoch that was recorded is one of the tail, whose last table this is.
    #[inline(always)]
    pub(super) fn is_in_tail(&mut self, table: &[R]) {
        if self.tail_epochs == 0 {
            for ((before, &sum), &share) in self.before_tail.iter_mut().zip(&self.sums).zip(table) {
                *before = sum - share;
            }
        }
        self.tail_epochs += 1;
    }

    /// The mean table of the tail, of a lane.
    pub(super) fn tail_mean(&self, lane: usize) -> Vec<f64> {
        let mean = |(sum, before): (&R, &R)| {
            // Less than 0 by rounding alone.
            ((sum.to_array()[lane] - before.to_array()[lane]) / f64::from(self.tail_epochs)).max(0.0)
        };
        self.sums.iter().zip(&self.before_tail).map(mean).collect()
    }

    /// The mean table of all epochs, of a lane.
    pub(super) fn time_average(&self, lane: usize) -> Vec<f64> {
        self.sums.iter().map(|sum| sum.to_array()[lane] / f64::from(self.epochs)).collect()
    }

    /// The external regret against the best bid of every bin, of a lane: the mean over the bins of
    ///
    /// max_m sum_t u_t(j, m) - sum_t <x_t(j), u_t(j)>.
    pub(super) fn regret(&self, lane: usize) -> f64 {
        let (bids, bins) = (self.frame.bids.len(), self.frame.values.len());
        let of_lane = |number: &R| number.to_array()[lane];
        let best = |bin: usize| {
            let sum = |m: usize| match self.hindsight.of_payoffs {
                true => of_lane(&self.hindsight.sums[bids * bin + m]),
                false => {
                    let margin = of_lane(&self.frame.values[bin]) - of_lane(&self.frame.bids[m]);
                    margin * of_lane(&self.hindsight.sums[m])
                }
            };
            (0..bids).map(sum).fold(f64::NEG_INFINITY, f64::max)
        };
        let best: f64 = (0..bins).map(best).sum();
        (best - of_lane(&self.hindsight.own)) / bins as f64
    }

    /// What bounds of the regret are made of.
    pub(super) fn heard(&self) -> Heard {
        Heard { arms: self.frame.bids.len(), squares: 0.0 }
    }
}
