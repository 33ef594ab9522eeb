//! What is kept of the epochs as they pass: constant memory a bidder, whatever their number.

use crate::numeric::simd::{LANES, Real};

use super::{BidderOutcome, Standing};

/// Mean and standard deviation of a series, from sums about its first number.
#[derive(Clone, Copy)]
pub(super) struct Moments<R> {
    pivot: R,
    sum: R,
    squares: R,
    count: u32,
}

impl<R: Real> Moments<R> {
    pub(super) fn new() -> Self {
        let zero = R::splat(0.0);
        Moments { pivot: zero, sum: zero, squares: zero, count: 0 }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, x: R) {
        if self.count == 0 {
            self.pivot = x;
        }
        let deviation = x - self.pivot;
        self.sum = self.sum + deviation;
        self.squares = deviation.mul_add(deviation, self.squares);
        self.count += 1;
    }

    pub(super) fn mean(&self, lane: usize) -> f64 {
        self.pivot.to_array()[lane] + self.sum.to_array()[lane] / f64::from(self.count)
    }

    /// With divisor n - 1.
    pub(super) fn sd(&self, lane: usize) -> Option<f64> {
        let (sum, squares, n) =
            (self.sum.to_array()[lane], self.squares.to_array()[lane], f64::from(self.count));
        (self.count > 1).then(|| ((squares - sum * sum / n).max(0.0) / (n - 1.0)).sqrt())
    }
}

/// The observer of one bidder's multiplier.
pub(super) struct Observer<R> {
    last: R,
    sum: R,
    ema: R,
    ema_min: R,
    ema_max: R,
    tail: Moments<R>,
    /// Of the multiplier less its moving average, over the tail.
    residuals: Moments<R>,
    epochs: u32,
}

impl<R: Real> Observer<R> {
    pub(super) fn new(initial: R) -> Self {
        Observer {
            last: initial,
            sum: R::splat(0.0),
            ema: initial,
            ema_min: R::splat(f64::INFINITY),
            ema_max: R::splat(f64::NEG_INFINITY),
            tail: Moments::new(),
            residuals: Moments::new(),
            epochs: 0,
        }
    }

    /// One epoch: the multiplier after its update. `renewal` is 1 - a of the moving average.
    #[inline(always)]
    pub(super) fn see(&mut self, multiplier: R, renewal: R, in_tail: bool) {
        self.last = multiplier;
        self.sum = self.sum + multiplier;
        self.ema = renewal.mul_add(multiplier - self.ema, self.ema);
        self.epochs += 1;
        if in_tail {
            self.ema_min = self.ema.min(self.ema_min);
            self.ema_max = self.ema.max(self.ema_max);
            self.tail.push(multiplier);
            self.residuals.push(multiplier - self.ema);
        }
    }

    /// The outcome of a lane. `parameters` are the means over the tail where there are several; one is the
    /// multiplier.
    pub(super) fn outcome(
        &self,
        lane: usize,
        gradient_sd: Option<f64>,
        parameters: Option<Vec<f64>>,
        last_parameters: Vec<f64>,
        standing: Standing,
    ) -> BidderOutcome {
        debug_assert!(lane < LANES);
        let tail_mean = self.tail.mean(lane);
        BidderOutcome {
            last_iterate: self.last.to_array()[lane],
            tail_mean,
            tail_sd: self.tail.sd(lane),
            time_average: self.sum.to_array()[lane] / f64::from(self.epochs),
            ema_last: self.ema.to_array()[lane],
            ema_min: self.ema_min.to_array()[lane],
            ema_max: self.ema_max.to_array()[lane],
            gradient_sd,
            tail_mean_parameters: parameters.unwrap_or_else(|| vec![tail_mean]),
            last_parameters,
            ema_residual_sd: self.residuals.sd(lane),
            mixed: None,
            standing,
        }
    }
}
