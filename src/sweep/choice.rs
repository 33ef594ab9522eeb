//! A checked value of one setting, as it was written; and all of a cell's together.

use std::fmt;

use crate::auction::strategy::linear;
use crate::auction::{Mechanism, Strategy};
use crate::learner::{Hyperparameter, Learner, LearnerEntry};
use crate::train::{Beta, Precision, Profiles, Updates};

use super::number::shortest;

pub(super) const PROFILES: [(&str, Profiles); 2] = [("shared", Profiles::Shared), ("own", Profiles::Own)];

pub(super) const UPDATES: [(&str, Updates); 3] = [
    ("simultaneous", Updates::Simultaneous),
    ("sequential", Updates::Sequential),
    ("shared-graph", Updates::SharedGraph),
];

pub(super) const PRECISIONS: [(&str, Precision); 2] = [("f32", Precision::F32), ("f64", Precision::F64)];

/// The word of a value, which every table of words has.
pub(super) fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, other)| other == value).expect("every value has a word").0
}

/// A checked value of one setting.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Choice {
    Mechanism(Mechanism),
    Bidders(usize),
    /// Index into the sweep's populations, and the name.
    Population(usize, String),
    Strategy(Strategy),
    Initial(Initial),
    Beta(Beta),
    Learner(LearnerChoice),
    LearningRate(f64),
    Batch(u32),
    Profiles(Profiles),
    Epochs(u32),
    Updates(Updates),
    Precision(Precision),
    Hyperparameter(HyperparameterId, f64),
}

/// The place of a hyperparameter in [`Learner::REGISTRY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HyperparameterId {
    pub learner: usize,
    pub index: usize,
}

impl HyperparameterId {
    pub(super) fn entry(self) -> &'static Hyperparameter {
        &Learner::REGISTRY[self.learner].hyperparameters[self.index]
    }
}

/// Where a bidder, or every bidder, starts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Initial {
    pub scale: Scale,
    pub start: Start,
}

/// What an initial number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Multiplier,
    Theta,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Start {
    /// The same for all.
    Common(f64),
    /// One a bidder.
    Each(Vec<f64>),
}

/// A learner and the hyperparameters given in its table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LearnerChoice {
    /// Index into [`Learner::REGISTRY`].
    pub learner: usize,
    /// One a hyperparameter.
    pub given: Vec<Option<f64>>,
}

impl Scale {
    /// theta of a number on this scale.
    pub(super) fn theta(self, number: f64) -> f64 {
        match self {
            Scale::Multiplier => linear::theta(number),
            Scale::Theta => number,
        }
    }
}

impl Initial {
    /// theta of every bidder, where one number was written.
    pub(super) fn common(&self) -> Option<f64> {
        match self.start {
            Start::Common(number) => Some(self.scale.theta(number)),
            Start::Each(_) => None,
        }
    }

    /// theta of a bidder, counted from 0.
    pub(super) fn theta(&self, bidder: usize) -> f64 {
        match &self.start {
            Start::Common(number) => self.scale.theta(*number),
            Start::Each(numbers) => self.scale.theta(numbers[bidder]),
        }
    }
}

impl LearnerChoice {
    pub(super) fn entry(&self) -> &'static LearnerEntry {
        &Learner::REGISTRY[self.learner]
    }

    /// The learner; what its table leaves out is what `otherwise` has, or the default.
    pub(super) fn build(&self, otherwise: &[Option<f64>]) -> Learner {
        let given = self.given.iter().zip(otherwise).zip(self.entry().hyperparameters);
        let values: Vec<f64> = given.map(|((table, key), h)| table.or(*key).unwrap_or(h.default)).collect();
        (self.entry().build)(&values)
    }
}

/// The TOML text of a list.
fn list(numbers: &[f64]) -> String {
    format!("[{}]", numbers.iter().map(|&x| shortest(x)).collect::<Vec<_>>().join(", "))
}

impl fmt::Display for Initial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = match &self.start {
            Start::Common(number) => shortest(*number),
            Start::Each(numbers) => list(numbers),
        };
        match self.scale {
            Scale::Multiplier => f.write_str(&start),
            Scale::Theta => write!(f, "{{ theta = {start} }}"),
        }
    }
}

impl fmt::Display for LearnerChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = self.entry().hyperparameters.iter().zip(&self.given);
        let given: Vec<_> =
            given.filter_map(|(h, given)| Some(format!("{} = {}", h.name, shortest((*given)?)))).collect();
        if given.is_empty() {
            return f.write_str(self.entry().name);
        }
        write!(f, "{{ {} = {{ {} }} }}", self.entry().name, given.join(", "))
    }
}

/// TOML text, but that words stand bare.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Mechanism(mechanism) => f.write_str(mechanism.name()),
            Choice::Bidders(bidders) => write!(f, "{bidders}"),
            Choice::Population(_, name) => f.write_str(name),
            Choice::Strategy(strategy) => f.write_str(strategy.name()),
            Choice::Initial(initial) => initial.fmt(f),
            Choice::Beta(Beta::Fixed(beta)) => f.write_str(&shortest(*beta)),
            Choice::Beta(Beta::Geometric { from, to }) => {
                write!(f, "{{ geometric = {} }}", list(&[*from, *to]))
            }
            Choice::Learner(learner) => learner.fmt(f),
            Choice::LearningRate(x) | Choice::Hyperparameter(_, x) => f.write_str(&shortest(*x)),
            Choice::Batch(count) | Choice::Epochs(count) => write!(f, "{count}"),
            Choice::Profiles(profiles) => f.write_str(word(&PROFILES, profiles)),
            Choice::Updates(updates) => f.write_str(word(&UPDATES, updates)),
            Choice::Precision(precision) => f.write_str(word(&PRECISIONS, precision)),
        }
    }
}

impl Choice {
    /// The value as a sweep file writes it.
    pub(super) fn toml(&self) -> String {
        let text = self.to_string();
        let quoted = match self {
            Choice::Mechanism(_)
            | Choice::Population(..)
            | Choice::Strategy(_)
            | Choice::Profiles(_)
            | Choice::Updates(_)
            | Choice::Precision(_) => true,
            Choice::Learner(learner) => learner.given.iter().all(Option::is_none),
            _ => false,
        };
        if quoted { format!("\"{text}\"") } else { text }
    }
}
