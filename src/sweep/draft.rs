//! The settings of one cell while its choices come together, and what they become.

use crate::auction::strategy::piecewise_linear::USUAL_SEGMENTS;
use crate::auction::{Mechanism, Strategy};
use crate::learner::{Learner, Value};
use crate::train::{Batch, Beta, BidderSettings, Precision, Profiles, Settings, Updates};

use super::choice::{Choice, Initial, LearnerChoice, Scale, Start};
use super::population::{Member, NamedPopulation};

/// Every setting of a cell, as chosen.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub mechanism: Mechanism,
    /// Number of bidders of the default population.
    pub bidders: usize,
    /// Index into the sweep's populations.
    pub population: Option<usize>,
    pub strategy: Strategy,
    pub segments: usize,
    pub initial: Initial,
    pub beta: Beta,
    pub learner: LearnerChoice,
    pub learning_rate: f64,
    pub batch: Batch,
    pub profiles: Profiles,
    pub epochs: u32,
    pub updates: Updates,
    pub precision: Precision,
    /// Those given by a key of their own, shape \[learner\]\[hyperparameter\].
    pub hyperparameters: Vec<Vec<Option<Value>>>,
}

/// Two linear bidders that learn with Adam at beta 50: the study that the shipped sweeps start from.
///
/// These are the introductory defaults of identity too: another value here changes what old cell ids mean, and needs
/// another [`RESULTS_VERSION`](super::RESULTS_VERSION).
impl Default for Draft {
    fn default() -> Self {
        Draft {
            mechanism: Mechanism::FirstPrice,
            bidders: 2,
            population: None,
            strategy: Strategy::Linear,
            segments: USUAL_SEGMENTS,
            initial: Initial::Lines { scale: Scale::Theta, start: Start::Common(0.9) },
            beta: Beta::Fixed(50.0),
            learner: LearnerChoice {
                learner: 0,
                given: vec![None; Learner::REGISTRY[0].hyperparameters.len()],
            },
            learning_rate: 0.01,
            batch: Batch::Profiles(128),
            profiles: Profiles::Shared,
            epochs: 2000,
            updates: Updates::Simultaneous,
            precision: Precision::F32,
            hyperparameters: Learner::REGISTRY.iter().map(|l| vec![None; l.hyperparameters.len()]).collect(),
        }
    }
}

impl Draft {
    /// Takes over one choice.
    pub(super) fn choose(&mut self, choice: &Choice) {
        match choice {
            Choice::Mechanism(mechanism) => self.mechanism = *mechanism,
            Choice::Bidders(bidders) => self.bidders = *bidders,
            Choice::Population(index, _) => self.population = Some(*index),
            Choice::Strategy(strategy) => self.strategy = *strategy,
            Choice::Segments(segments) => self.segments = *segments,
            Choice::Initial(initial) => self.initial = initial.clone(),
            Choice::Beta(beta) => self.beta = *beta,
            Choice::Learner(learner) => self.learner = learner.clone(),
            Choice::LearningRate(learning_rate) => self.learning_rate = *learning_rate,
            Choice::Batch(batch) => self.batch = *batch,
            Choice::Profiles(profiles) => self.profiles = *profiles,
            Choice::Epochs(epochs) => self.epochs = *epochs,
            Choice::Updates(updates) => self.updates = *updates,
            Choice::Precision(precision) => self.precision = *precision,
            Choice::Hyperparameter(id, value) => self.hyperparameters[id.learner][id.index] = Some(*value),
        }
    }

    /// The bidders of the population that the cell names.
    pub(super) fn members<'p>(&self, populations: &'p [NamedPopulation]) -> Option<&'p [Member]> {
        self.population.map(|index| populations[index].members.as_slice())
    }

    /// Number of bidders, N.
    pub(super) fn size(&self, populations: &[NamedPopulation]) -> usize {
        self.members(populations).map_or(self.bidders, <[Member]>::len)
    }

    /// What a run of the cell is trained with. A list of initial values must have one for each bidder.
    pub(super) fn settings(&self, populations: &[NamedPopulation]) -> Settings {
        let bidders = match self.members(populations) {
            None => (0..self.bidders).map(|bidder| self.bidder(bidder, &Member::DEFAULT)).collect(),
            Some(members) => {
                members.iter().enumerate().map(|(bidder, member)| self.bidder(bidder, member)).collect()
            }
        };
        // Where nothing is drawn, it makes no difference how.
        let (profiles, precision) = match self.batch {
            Batch::Profiles(_) => (self.profiles, self.precision),
            Batch::Exact => (Profiles::Shared, Precision::F64),
        };
        Settings {
            mechanism: self.mechanism,
            bidders,
            beta: self.beta,
            batch: self.batch,
            profiles,
            epochs: self.epochs,
            updates: self.updates,
            precision,
        }
    }

    fn bidder(&self, bidder: usize, member: &Member) -> BidderSettings {
        let learner = member.learner.as_ref().unwrap_or(&self.learner);
        BidderSettings {
            prior: member.prior.clone(),
            strategy: self.strategy_of(member),
            learner: learner.build(&self.hyperparameters[learner.learner]),
            learning_rate: member.learning_rate.unwrap_or(self.learning_rate),
            initial: member.initial.as_ref().map_or_else(|| self.initial.of(bidder), |initial| initial.of(0)),
        }
    }

    /// The strategy of a bidder, with its segments.
    pub(super) fn strategy_of(&self, member: &Member) -> Strategy {
        match member.strategy.unwrap_or(self.strategy) {
            Strategy::Linear => Strategy::Linear,
            Strategy::PiecewiseLinear { .. } => Strategy::PiecewiseLinear { segments: self.segments },
        }
    }
}
