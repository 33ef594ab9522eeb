//! Steps of learners on arms over the epochs.

use super::{Course, Tuned};
use crate::numeric::simd::{LANES, Real};

/// The step of each lane: constant, or falling with the root of the epoch.
pub(super) struct Pace<R> {
    first: R,
    /// 1 where it falls, 0 elsewhere.
    falls: R,
    /// Epochs that are over.
    epochs: R,
}

impl<R: Real> Pace<R> {
    /// `textbook` is the constant of a lane where it is asked for.
    pub(super) fn new(steps: [Tuned; LANES], textbook: [f64; LANES]) -> Self {
        let first: [f64; LANES] = std::array::from_fn(|lane| steps[lane].given().unwrap_or(textbook[lane]));
        let falls = steps.map(|step| if matches!(step, Tuned::Anytime(_)) { 1.0 } else { 0.0 });
        Pace { first: R::from_array(first), falls: R::from_array(falls), epochs: R::splat(0.0) }
    }

    /// An epoch is over: the step of the next.
    #[inline(always)]
    pub(super) fn next(&mut self) -> R {
        let one = R::splat(1.0);
        self.epochs = self.epochs + one;
        self.first / (self.epochs * self.falls + one).sqrt()
    }

    pub(super) fn epochs(&self) -> R {
        self.epochs
    }

    pub(super) fn restore(&mut self, epochs: R) {
        self.epochs = epochs;
    }
}

/// sqrt(8 ln K / T) / h, the step that makes the bound ln K / eta + eta h^2 T / 8 of Hedge least
/// (Cesa-Bianchi and Lugosi 2006, theorem 2.2).
pub(super) fn hedge_step(arms: u32, course: &Course) -> f64 {
    (8.0 * libm::log(f64::from(arms)) / f64::from(course.epochs)).sqrt() / course.high
}

/// What the regret of Hedge does not exceed, of payoffs in \[0, h\]: ln K / eta + eta h^2 T / 8 of a constant
/// step; of a falling one ln K / eta_T + h^2 / 8 sum_t eta_t (Cesa-Bianchi and Lugosi 2006, theorem 2.3 with
/// its step).
pub(super) fn hedge_bound(step: Tuned, arms: u32, course: &Course) -> f64 {
    let (arms_log, epochs) = (libm::log(f64::from(arms)), f64::from(course.epochs));
    let squares = course.high * course.high / 8.0;
    match step {
        Tuned::Anytime(first) => {
            let sum: f64 = (1..=course.epochs).map(|t| 1.0 / f64::from(t).sqrt()).sum();
            arms_log * epochs.sqrt() / first + squares * first * sum
        }
        _ => {
            let step = step.given().unwrap_or_else(|| hedge_step(arms, course));
            arms_log / step + squares * step * epochs
        }
    }
}
