//! Learners: how the numbers that a bidder plays move. One file a learner, one row in [`Learner`].
//!
//! A learner works on all numbers of its bidder at once. It owns its hyperparameters, its state and its
//! update; it has no loop over epochs, no input or output and no random numbers. What it must be told is its
//! [`Feedback`]; what the numbers mean is the strategy's business. The gradient learners ascend: theta grows
//! along the gradient of the bidder's utility.

mod registry;

mod adam;
mod epsilon_greedy;
mod es;
mod exp3;
mod extragradient;
mod fictitious_play;
#[cfg(test)]
mod fixture;
mod ftpl;
mod hyperparameter;
mod mixture;
mod mwu;
mod mwu_contextual;
mod ogda;
mod optimistic_adam;
mod pace;
mod regret_matching_plus;
mod response;
mod rmsprop;
mod sgd;
mod simplex;
mod soda;

pub use ftpl::Noise;
pub use hyperparameter::{Domain, Hyperparameter, Range, Tuned, Value};
pub use response::LinearResponse;
pub use soda::Regulariser;

use crate::auction::strategy::{Play, Strategy};
use crate::numeric::simd::{LANES, Real};

registry::learners! {
    adam::Adam,
    sgd::Sgd,
    rmsprop::Rmsprop,
    mwu::Mwu,
    regret_matching_plus::RegretMatchingPlus,
    fictitious_play::FictitiousPlay,
    exp3::Exp3,
    ftpl::Ftpl,
    epsilon_greedy::EpsilonGreedy,
    mwu_contextual::MwuContextual,
    soda::Soda,
    extragradient::Extragradient,
    es::Es,
    ogda::Ogda,
    optimistic_adam::OptimisticAdam,
}

/// What a learner needs to be told after each epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feedback {
    /// The gradient of the batch's mean smoothed utility in the numbers that were played.
    Gradient,
    /// The payoff that every arm would have had on the batch, whichever was played, in the true auction.
    EveryArm,
    /// The same in the smoothed auction.
    EveryArmSmoothed,
    /// The payoffs of the arms that were played.
    PlayedArms,
    /// The payoff of every arm where each rival plays the average of all that it has played.
    Beliefs,
    /// Of a table: the payoff that every bid would have had on the batch.
    EveryBid {
        /// In every bin on all samples, with the bin's mean value, rather than on those with a value
        /// in the bin.
        cross: bool,
        /// Estimated from what a bidder sees who is shown the winning bid: the highest other bid, but where
        /// its own is above it.
        censored: bool,
    },
    /// Of a table: the expected payoff of every bid.
    ExpectedBids,
    /// The batch's mean payoff, in the auction that is not smoothed and against what the others played, at
    /// points around the numbers: see [`Perturbations`].
    Trials,
}

impl Feedback {
    /// Whether it is taken in the smoothed auction, and so depends on beta.
    pub fn smooths(self) -> bool {
        matches!(self, Feedback::Gradient | Feedback::EveryArmSmoothed)
    }
}

/// The points that a learner tries: its numbers theta, with normal numbers eps in pairs of both signs,
/// theta + sigma eps and theta - sigma eps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Perturbations {
    /// How many points, even.
    pub population: u32,
    /// sigma, above 0.
    pub sigma: f64,
}

/// Whose profiles the gradient of a learner that looks ahead is taken on where it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Look {
    /// Those on which it looked.
    Same,
    /// Others, as many.
    Fresh,
}

/// What a learner is told, of each lane: see [`Feedback`].
#[derive(Clone, Copy, Debug)]
pub enum Told<'a, R> {
    /// One derivative a number.
    Gradient(&'a [R]),
    /// One number an arm: its mean payoff, or the mean over the batch of the payoff where it was played and 0
    /// elsewhere. Of a table the payoffs of the bids, shape \[bin\]\[bid\].
    Arms(&'a [R]),
    /// What the payoffs of a table are made of.
    Bids(Bids<'a, R>),
    /// What was tried, and what it earned.
    Trials {
        /// eps, shape \[pair\]\[number\].
        normals: &'a [R],
        /// Shape \[pair\]\[2\]: at theta + sigma eps and at theta - sigma eps.
        payoffs: &'a [R],
    },
}

/// The payoffs (v_j - b_m) W_m of a table whose bids win as often whatever the bin.
#[derive(Clone, Copy, Debug)]
pub struct Bids<'a, R> {
    /// v_j, the mean value of each bin.
    pub values: &'a [R],
    /// b_m.
    pub bids: &'a [R],
    /// W_m, how often each bid wins; a tie counts as much as it wins.
    pub wins: &'a [R],
}

impl<'a, R> Told<'a, R> {
    /// The derivatives.
    ///
    /// # Panics
    /// Where something else is told, as for all: a learner is told what its [`Feedback`] says.
    #[inline(always)]
    pub fn gradient(self) -> &'a [R] {
        match self {
            Told::Gradient(gradient) => gradient,
            _ => panic!("a learner of gradients is told payoffs"),
        }
    }

    /// The payoffs.
    #[inline(always)]
    pub fn arms(self) -> &'a [R] {
        match self {
            Told::Arms(payoffs) => payoffs,
            _ => panic!("a learner on arms is told something else"),
        }
    }

    /// What the payoffs of a table are made of.
    #[inline(always)]
    pub fn bids(self) -> Bids<'a, R> {
        match self {
            Told::Bids(bids) => bids,
            _ => panic!("a learner on a table is told something else"),
        }
    }

    /// The normal numbers and the payoffs of trials.
    #[inline(always)]
    pub fn trials(self) -> (&'a [R], &'a [R]) {
        match self {
            Told::Trials { normals, payoffs } => (normals, payoffs),
            _ => panic!("a learner that tries points is told something else"),
        }
    }
}

/// What a run asks of a learner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// Epochs, T, at least 1.
    pub epochs: u32,
    /// The highest value, h: payoffs are in \[0, h\].
    pub high: f64,
}

/// What a learner on arms has heard in a run, for bounds of its regret.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// Number of arms, K.
    pub arms: usize,
    /// sum_t |u_t - <x_t, u_t>|^2 over the epochs: the squared distances of all payoffs from the mean payoff.
    pub squares: f64,
}

/// A bound of the external regret max_k sum_t u_t(k) - sum_t <x_t, u_t>.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RegretBound {
    /// Of every run.
    Sure(f64),
    /// Of the mean over runs.
    Expected(f64),
}

/// One row of the registry of learners.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name in sweep files.
    pub name: &'static str,
    /// One line for `bidsweep list`.
    pub doc: &'static str,
    /// What the learner is told.
    pub feedback: Feedback,
    /// The learning rate where none is given; none of those that have no rate.
    pub learning_rate: Option<f64>,
    /// The power of the batch with which the stationary variance of a number falls, for small steps; none
    /// where theory does not tell.
    pub batch_exponent: Option<f64>,
    /// The hyperparameters, in the order of the columns.
    pub hyperparameters: &'static [Hyperparameter],
}

/// A learner: its hyperparameters, and what it makes of them.
pub trait Rule: Copy {
    /// The row of the registry.
    const ENTRY: Entry;

    /// What it keeps from epoch to epoch.
    type State<R: Real>: Learn<R>;

    /// The learner of these hyperparameters, in the registry's order.
    fn build(values: &[Value]) -> Self;

    /// The hyperparameters, in the registry's order.
    fn values(&self) -> Vec<Value>;

    /// What these hyperparameters need to be told.
    fn feedback(&self) -> Feedback {
        Self::ENTRY.feedback
    }

    /// What a bidder plays that learns in a class of bid functions.
    fn play(&self, class: Strategy) -> Play {
        Play::Pure(class)
    }

    /// The multiplier that it believes every rival to have played once before the first epoch, of a learner
    /// that is told [`Feedback::Beliefs`].
    fn belief(&self) -> Option<f64> {
        None
    }

    /// A bound of the external regret over a whole run; `None` where theory does not tell.
    fn regret_bound(&self, course: &Course, heard: &Heard) -> Option<RegretBound> {
        let _ = (course, heard);
        None
    }

    /// The learner near a fixed point at which its gradients have the root mean square `gradient_rms`; `None`
    /// where it is no linear function of small gradients, or one of another form.
    fn near_rest(&self, learning_rate: f64, gradient_rms: f64) -> Option<LinearResponse> {
        let _ = (learning_rate, gradient_rms);
        None
    }

    /// Whether it looks ahead before it learns, and how: its numbers are moved by [`Learn::look`], what it is
    /// told there makes it learn, from where it stood before.
    fn look(&self) -> Option<Look> {
        None
    }

    /// The points that it tries, where its feedback is of [`Feedback::Trials`].
    fn perturbations(&self) -> Option<Perturbations> {
        None
    }

    /// The state before the first epoch, of the learners of all lanes, that plays these numbers.
    fn start<R: Real>(lanes: [Self; LANES], courses: [Course; LANES], numbers: Vec<R>) -> Self::State<R>;
}

/// The state of a bidder's learner, one run a lane.
pub trait Learn<R: Real> {
    /// The numbers that the next epoch plays; after a look, those that are looked at.
    fn numbers(&self) -> &[R];

    /// Looks ahead from what it is told where it stands; only learners that do are asked.
    fn look(&mut self, _told: Told<'_, R>, _rate: R) {}

    /// Learns from an epoch, at the epoch's learning rate.
    fn learn(&mut self, told: Told<'_, R>, rate: R);

    /// What the next epoch starts from beside the numbers.
    fn memory(&self) -> Vec<R>;

    /// Takes what [`Learn::memory`] gave.
    fn restore(&mut self, memory: &[R]);
}

impl Learner {
    /// The name in sweep files.
    pub fn name(&self) -> &'static str {
        self.entry().name
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_learner_gives_back_what_it_is_built_of() {
        let mut names = HashSet::new();
        for (index, entry) in Learner::REGISTRY.iter().enumerate() {
            assert!(names.insert(entry.name), "{} stands twice", entry.name);
            let defaults: Vec<Value> = entry.hyperparameters.iter().map(|h| h.default).collect();
            assert!(entry.hyperparameters.iter().all(|h| h.domain.has(h.default)), "{}", entry.name);
            let learner = Learner::build(index, &defaults);
            assert_eq!((learner.name(), learner.values()), (entry.name, defaults));
        }
    }
}
