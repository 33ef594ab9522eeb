//! Learners: how a bidder's parameter moves. One file a learner, one row in [`Learner::REGISTRY`].
//!
//! A learner owns its hyperparameters, its state and its update; it has no loop, no input or output and no random
//! numbers. The gradient learners ascend: theta grows along the gradient of the bidder's utility.

mod adam;
mod sgd;

pub use adam::Adam;
pub use sgd::Sgd;

use crate::numeric::simd::{LANES, Real};

/// The learner of one bidder, with its hyperparameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Learner {
    /// See [`Adam`].
    Adam(Adam),
    /// See [`Sgd`].
    Sgd(Sgd),
}

/// What a learner needs to be told after each epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feedback {
    /// The gradient of the batch's mean smoothed utility in theta.
    Gradient,
}

/// A hyperparameter of a learner; its TOML key is `<learner>.<name>`, its column `<learner>_<name>`.
#[derive(Clone, Copy, Debug)]
pub struct Hyperparameter {
    /// The name in the learner's table.
    pub name: &'static str,
    /// One line for `bidsweep list`.
    pub doc: &'static str,
    /// What it is where the key is left out.
    pub default: f64,
    /// The values it may take, in words.
    pub range: &'static str,
    /// Whether it may take a value.
    pub allows: fn(f64) -> bool,
}

/// One row of the registry of learners.
#[derive(Clone, Copy, Debug)]
pub struct LearnerEntry {
    /// The name in sweep files.
    pub name: &'static str,
    /// One line for `bidsweep list`.
    pub doc: &'static str,
    /// What the learner is told.
    pub feedback: Feedback,
    /// The power of the batch with which the stationary variance of a parameter falls, for small steps.
    pub batch_exponent: f64,
    /// The hyperparameters, in the order of the columns.
    pub hyperparameters: &'static [Hyperparameter],
    /// The learner of given hyperparameters, in that order.
    pub build: fn(&[f64]) -> Learner,
}

/// What a learner makes of small gradients near a fixed point, where its scales have settled:
///
/// ```text
/// m <- decay m + gain g,    theta <- theta + step m.
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearResponse {
    /// Share of m that an epoch keeps: the momentum, in \[0, 1).
    pub decay: f64,
    /// What of a gradient enters m.
    pub gain: f64,
    /// What of m enters theta, in theta per unit of m.
    pub step: f64,
}

impl LinearResponse {
    /// The effective step eta: theta moves in the end by eta g in answer to a gradient g.
    pub fn effective_step(&self) -> f64 {
        self.step * self.gain / (1.0 - self.decay)
    }
}

impl Learner {
    /// The learner near a fixed point at which its gradients have the root mean square `gradient_rms`.
    pub fn linear_response(&self, learning_rate: f64, gradient_rms: f64) -> LinearResponse {
        match self {
            Learner::Adam(adam) => adam.linear_response(learning_rate, gradient_rms),
            Learner::Sgd(sgd) => sgd.linear_response(learning_rate),
        }
    }

    /// Every learner, in the order of `bidsweep list`.
    pub const REGISTRY: &'static [LearnerEntry] = &[adam::ENTRY, sgd::ENTRY];

    /// The learner's row of the registry.
    pub fn entry(&self) -> &'static LearnerEntry {
        match self {
            Learner::Adam(_) => &Self::REGISTRY[0],
            Learner::Sgd(_) => &Self::REGISTRY[1],
        }
    }

    /// The name in sweep files.
    pub fn name(&self) -> &'static str {
        self.entry().name
    }

    /// The hyperparameters, in the registry's order.
    pub fn hyperparameters(&self) -> Vec<f64> {
        match self {
            Learner::Adam(adam) => vec![adam.beta1, adam.beta2, adam.epsilon],
            Learner::Sgd(sgd) => vec![sgd.momentum],
        }
    }
}

/// The update of one bidder over lanes: hyperparameters, learning rates and state, one run a lane.
pub enum Update<R> {
    /// See [`Adam`].
    Adam(adam::Update<R>),
    /// See [`Sgd`].
    Sgd(sgd::Update<R>),
}

impl<R: Real> Update<R> {
    /// The update before the first epoch, for lanes of one kind of learner.
    ///
    /// # Panics
    /// Where the lanes' learners are of different kinds.
    pub fn new(learners: [Learner; LANES], learning_rates: [f64; LANES]) -> Self {
        const ONE_KIND: &str = "the lanes of a bidder have one kind of learner";
        match learners[0] {
            Learner::Adam(_) => {
                let hyperparameters = learners.map(|learner| match learner {
                    Learner::Adam(adam) => adam,
                    _ => panic!("{ONE_KIND}"),
                });
                Update::Adam(adam::Update::new(hyperparameters, learning_rates))
            }
            Learner::Sgd(_) => {
                let hyperparameters = learners.map(|learner| match learner {
                    Learner::Sgd(sgd) => sgd,
                    _ => panic!("{ONE_KIND}"),
                });
                Update::Sgd(sgd::Update::new(hyperparameters, learning_rates))
            }
        }
    }

    /// The numbers of a lane that the next step starts from, as [`Update::restore`] takes them.
    pub fn state(&self, lane: usize) -> Vec<f64> {
        match self {
            Update::Adam(update) => update.state().map(|number| number.to_array()[lane]).to_vec(),
            Update::Sgd(update) => update.state().map(|number| number.to_array()[lane]).to_vec(),
        }
    }

    /// Goes on where the update of another group was that gave these numbers, one slice a lane.
    ///
    /// # Panics
    /// Where they are those of another kind of learner.
    pub fn restore(&mut self, states: [&[f64]; LANES]) {
        let number = |k: usize| R::from_array(states.map(|state| state[k]));
        match self {
            Update::Adam(update) => update.restore(std::array::from_fn(number)),
            Update::Sgd(update) => update.restore(std::array::from_fn(number)),
        }
    }

    /// theta after one more epoch, in which the utility's gradient was `gradient`.
    #[inline(always)]
    pub fn step(&mut self, theta: R, gradient: R) -> R {
        match self {
            Update::Adam(update) => update.step(theta, gradient),
            Update::Sgd(update) => update.step(theta, gradient),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_learner_gives_back_what_it_is_built_of() {
        let mut names = HashSet::new();
        for entry in Learner::REGISTRY {
            assert!(names.insert(entry.name), "{} stands twice", entry.name);
            let defaults: Vec<f64> = entry.hyperparameters.iter().map(|h| h.default).collect();
            assert!(entry.hyperparameters.iter().all(|h| (h.allows)(h.default)), "{}", entry.name);
            let learner = (entry.build)(&defaults);
            assert_eq!((learner.name(), learner.hyperparameters()), (entry.name, defaults));
        }
    }
}
