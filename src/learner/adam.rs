//! Adam (Kingma and Ba 2015, Algorithm 1).

use super::{Feedback, Hyperparameter, Learner, LearnerEntry, LinearResponse};
use crate::numeric::simd::{LANES, Real};

pub(super) const ENTRY: LearnerEntry = LearnerEntry {
    name: "adam",
    doc: "Adam, steps scaled by running moments of the gradient (Kingma and Ba 2015)",
    feedback: Feedback::Gradient,
    // Steps are divided by the gradient's standard deviation, which falls with the root of the batch.
    batch_exponent: -0.5,
    hyperparameters: &[
        Hyperparameter {
            name: "beta1",
            doc: "decay of the first moment",
            default: 0.9,
            range: "in [0, 1)",
            allows: |x| (0.0..1.0).contains(&x),
        },
        Hyperparameter {
            name: "beta2",
            doc: "decay of the second moment",
            default: 0.999,
            range: "in [0, 1)",
            allows: |x| (0.0..1.0).contains(&x),
        },
        Hyperparameter {
            name: "epsilon",
            doc: "added to the root of the second moment",
            default: 1e-8,
            range: "above 0 and finite",
            allows: |x| x > 0.0 && x.is_finite(),
        },
    ],
    build: |h| Learner::Adam(Adam { beta1: h[0], beta2: h[1], epsilon: h[2] }),
};

/// The hyperparameters of Adam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// Decay of the first moment, in \[0, 1).
    pub beta1: f64,
    /// Decay of the second moment, in \[0, 1).
    pub beta2: f64,
    /// Added to the root of the second moment, above 0.
    pub epsilon: f64,
}

impl Adam {
    /// Adam where s has settled at the mean of g^2; that it fluctuates, by a part of about (1 - beta2) of itself in
    /// the mean square, is left out.
    pub(super) fn linear_response(&self, learning_rate: f64, gradient_rms: f64) -> LinearResponse {
        LinearResponse {
            decay: self.beta1,
            gain: 1.0 - self.beta1,
            step: learning_rate / (gradient_rms + self.epsilon),
        }
    }
}

/// Adam over lanes: m and s are the running moments of the gradient g.
///
/// m <- beta1 m + (1 - beta1) g, s <- beta2 s + (1 - beta2) g^2,
/// theta <- theta + learning_rate (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + epsilon).
pub struct Update<R> {
    learning_rate: R,
    beta1: R,
    beta2: R,
    epsilon: R,
    /// beta1^t and beta2^t.
    powers: [R; 2],
    mean: R,
    square: R,
}

impl<R: Real> Update<R> {
    pub(super) fn new(hyperparameters: [Adam; LANES], learning_rates: [f64; LANES]) -> Self {
        let lanes = |of: fn(Adam) -> f64| R::from_array(hyperparameters.map(of));
        Update {
            learning_rate: R::from_array(learning_rates),
            beta1: lanes(|adam| adam.beta1),
            beta2: lanes(|adam| adam.beta2),
            epsilon: lanes(|adam| adam.epsilon),
            powers: [R::splat(1.0); 2],
            mean: R::splat(0.0),
            square: R::splat(0.0),
        }
    }

    /// The numbers that the next step starts from.
    pub(super) fn state(&self) -> [R; 4] {
        [self.powers[0], self.powers[1], self.mean, self.square]
    }

    /// Takes what [`Update::state`] gave.
    pub(super) fn restore(&mut self, [power1, power2, mean, square]: [R; 4]) {
        self.powers = [power1, power2];
        (self.mean, self.square) = (mean, square);
    }

    #[inline(always)]
    pub(super) fn step(&mut self, theta: R, gradient: R) -> R {
        let one = R::splat(1.0);
        self.powers = [self.powers[0] * self.beta1, self.powers[1] * self.beta2];
        let rate = self.learning_rate / (one - self.powers[0]);
        let correction = one / (one - self.powers[1]);
        self.mean = self.mean.mul_add(self.beta1, (one - self.beta1) * gradient);
        self.square = self.square.mul_add(self.beta2, (one - self.beta2) * gradient * gradient);
        theta + rate * self.mean / ((self.square * correction).sqrt() + self.epsilon)
    }
}
