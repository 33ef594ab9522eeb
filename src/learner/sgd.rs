//! Stochastic gradient ascent, with optional heavy-ball momentum (Polyak 1964).

use super::{Feedback, Hyperparameter, Learner, LearnerEntry, LinearResponse};
use crate::numeric::simd::{LANES, Real};

pub(super) const ENTRY: LearnerEntry = LearnerEntry {
    name: "sgd",
    doc: "stochastic gradient ascent with heavy-ball momentum (Polyak 1964)",
    feedback: Feedback::Gradient,
    batch_exponent: -1.0,
    hyperparameters: &[Hyperparameter {
        name: "momentum",
        doc: "share of the last step's velocity that is kept",
        default: 0.0,
        range: "in [0, 1)",
        allows: |x| (0.0..1.0).contains(&x),
    }],
    build: |h| Learner::Sgd(Sgd { momentum: h[0] }),
};

/// The hyperparameters of SGD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// Share of the last step's velocity that is kept, in \[0, 1).
    pub momentum: f64,
}

impl Sgd {
    /// SGD is linear as it stands: m is the velocity.
    pub(super) fn linear_response(&self, learning_rate: f64) -> LinearResponse {
        LinearResponse { decay: self.momentum, gain: 1.0, step: learning_rate }
    }
}

/// SGD over lanes: velocity <- momentum velocity + g, theta <- theta + learning_rate velocity.
pub struct Update<R> {
    learning_rate: R,
    momentum: R,
    velocity: R,
}

impl<R: Real> Update<R> {
    pub(super) fn new(hyperparameters: [Sgd; LANES], learning_rates: [f64; LANES]) -> Self {
        Update {
            learning_rate: R::from_array(learning_rates),
            momentum: R::from_array(hyperparameters.map(|sgd| sgd.momentum)),
            velocity: R::splat(0.0),
        }
    }

    /// The numbers that the next step starts from.
    pub(super) fn state(&self) -> [R; 1] {
        [self.velocity]
    }

    /// Takes what [`Update::state`] gave.
    pub(super) fn restore(&mut self, [velocity]: [R; 1]) {
        self.velocity = velocity;
    }

    #[inline(always)]
    pub(super) fn step(&mut self, theta: R, gradient: R) -> R {
        self.velocity = self.velocity.mul_add(self.momentum, gradient);
        self.velocity.mul_add(self.learning_rate, theta)
    }
}
