//! What is kept of the epochs as they pass: constant memory a bidder, whatever their number.

use crate::numeric::simd::{LANES, Real};

use super::BidderOutcome;

/// Mean and standard deviation of a series, from sums about its first number.
#[derive(Clone, Copy)]
struct Moments<R> {
    pivot: R,
    sum: R,
    squares: R,
    count: u32,
}

impl<R: Real> Moments<R> {
    fn new() -> Self {
        let zero = R::splat(0.0);
        Moments { pivot: zero, sum: zero, squares: zero, count: 0 }
    }

    #[inline(always)]
    fn push(&mut self, x: R) {
        if self.count == 0 {
            self.pivot = x;
        }
        let deviation = x - self.pivot;
        self.sum = self.sum + deviation;
        self.squares = deviation.mul_add(deviation, self.squares);
        self.count += 1;
    }

    fn mean(&self, lane: usize) -> f64 {
        self.pivot.to_array()[lane] + self.sum.to_array()[lane] / f64::from(self.count)
    }

    /// With divisor n - 1.
    fn sd(&self, lane: usize) -> Option<f64> {
        let (sum, squares, n) =
            (self.sum.to_array()[lane], self.squares.to_array()[lane], f64::from(self.count));
        (self.count > 1).then(|| ((squares - sum * sum / n).max(0.0) / (n - 1.0)).sqrt())
    }
}

/// The observer of one bidder.
pub(super) struct Observer<R> {
    last: R,
    sum: R,
    ema: R,
    ema_min: R,
    ema_max: R,
    tail: Moments<R>,
    /// Of each parameter over the tail: its value and its gradient in theta.
    parameters: Vec<[Moments<R>; 2]>,
    epochs: u32,
}

impl<R: Real> Observer<R> {
    /// Of a bidder with so many parameters.
    pub(super) fn new(parameters: usize) -> Self {
        Observer {
            last: R::splat(0.0),
            sum: R::splat(0.0),
            ema: R::splat(0.0),
            ema_min: R::splat(f64::INFINITY),
            ema_max: R::splat(f64::NEG_INFINITY),
            tail: Moments::new(),
            parameters: vec![[Moments::new(); 2]; parameters],
            epochs: 0,
        }
    }

    /// Takes the multiplier at epoch 0.
    pub(super) fn start(&mut self, initial: R) {
        self.last = initial;
        self.ema = initial;
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
        }
    }

    /// One epoch of the tail: a parameter after its update, and the gradient that moved it.
    #[inline(always)]
    pub(super) fn see_parameter(&mut self, k: usize, value: R, gradient: R) {
        let [values, gradients] = &mut self.parameters[k];
        values.push(value);
        gradients.push(gradient);
    }

    pub(super) fn outcome(&self, lane: usize) -> BidderOutcome {
        debug_assert!(lane < LANES);
        let variance = |[_, gradients]: &[Moments<R>; 2]| gradients.sd(lane).map(|sd| sd * sd);
        let gradient_sd = match &self.parameters[..] {
            [[_, gradients]] => gradients.sd(lane),
            several => several.iter().map(variance).sum::<Option<f64>>().map(f64::sqrt),
        };
        BidderOutcome {
            last_iterate: self.last.to_array()[lane],
            tail_mean: self.tail.mean(lane),
            tail_sd: self.tail.sd(lane),
            time_average: self.sum.to_array()[lane] / f64::from(self.epochs),
            ema_last: self.ema.to_array()[lane],
            ema_min: self.ema_min.to_array()[lane],
            ema_max: self.ema_max.to_array()[lane],
            gradient_sd,
            tail_mean_parameters: self.parameters.iter().map(|[values, _]| values.mean(lane)).collect(),
        }
    }
}
