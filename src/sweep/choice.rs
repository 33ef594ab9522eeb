//! A checked value of one setting, as it was written; and all of a cell's together.

use std::fmt;

use crate::auction::strategy::linear;
use crate::auction::{Mechanism, Strategy};
use crate::learner::{self, Hyperparameter, Learner, Value};
use crate::train::{self, Batch, Beta, Precision, Profiles, Updates};

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
    /// The class, whose segments are a setting of their own.
    Strategy(Strategy),
    Segments(usize),
    Initial(Initial),
    Beta(Beta),
    Learner(LearnerChoice),
    LearningRate(f64),
    Batch(Batch),
    Profiles(Profiles),
    Epochs(u32),
    Updates(Updates),
    Precision(Precision),
    Hyperparameter(HyperparameterId, Value),
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
pub(super) enum Initial {
    /// Lines of given multipliers.
    Lines {
        scale: Scale,
        start: Start,
    },
    Truthful,
    /// Drawn between the two.
    Random([f64; 2]),
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
    pub given: Vec<Option<Value>>,
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
    /// Where every bidder starts, unless a list was written.
    pub(super) fn common(&self) -> Option<train::Initial> {
        match self {
            Initial::Lines { start: Start::Each(_), .. } => None,
            _ => Some(self.of(0)),
        }
    }

    /// Where a bidder, counted from 0, starts.
    pub(super) fn of(&self, bidder: usize) -> train::Initial {
        match self {
            Initial::Lines { scale, start: Start::Common(number) } => {
                train::Initial::Theta(scale.theta(*number))
            }
            Initial::Lines { scale, start: Start::Each(numbers) } => {
                train::Initial::Theta(scale.theta(numbers[bidder]))
            }
            Initial::Truthful => train::Initial::Truthful,
            Initial::Random([low, high]) => train::Initial::Random { low: *low, high: *high },
        }
    }
}

impl LearnerChoice {
    pub(super) fn entry(&self) -> &'static learner::Entry {
        &Learner::REGISTRY[self.learner]
    }

    /// The learner; what its table leaves out is what `otherwise` has, or the default.
    pub(super) fn build(&self, otherwise: &[Option<Value>]) -> Learner {
        let given = self.given.iter().zip(otherwise).zip(self.entry().hyperparameters);
        let values: Vec<Value> = given.map(|((table, key), h)| table.or(*key).unwrap_or(h.default)).collect();
        Learner::build(self.learner, &values)
    }
}

/// The TOML text of a hyperparameter.
fn toml(value: Value) -> String {
    match value {
        Value::Number(x) => shortest(x),
        Value::Count(count) => count.to_string(),
        Value::Word(word) => format!("\"{word}\""),
    }
}

/// The TOML text of a list.
fn list(numbers: &[f64]) -> String {
    format!("[{}]", numbers.iter().map(|&x| shortest(x)).collect::<Vec<_>>().join(", "))
}

impl fmt::Display for Initial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scale, start) = match self {
            Initial::Lines { scale, start } => (scale, start),
            Initial::Truthful => return f.write_str("truthful"),
            Initial::Random(ends) => return write!(f, "{{ random = {} }}", list(ends)),
        };
        let start = match start {
            Start::Common(number) => shortest(*number),
            Start::Each(numbers) => list(numbers),
        };
        match scale {
            Scale::Multiplier => f.write_str(&start),
            Scale::Theta => write!(f, "{{ theta = {start} }}"),
        }
    }
}

impl fmt::Display for LearnerChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = self.entry().hyperparameters.iter().zip(&self.given);
        let given: Vec<_> =
            given.filter_map(|(h, given)| Some(format!("{} = {}", h.name, toml((*given)?)))).collect();
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
            Choice::LearningRate(x) | Choice::Hyperparameter(_, Value::Number(x)) => {
                f.write_str(&shortest(*x))
            }
            Choice::Hyperparameter(_, Value::Count(count)) => write!(f, "{count}"),
            Choice::Hyperparameter(_, Value::Word(word)) => f.write_str(word),
            Choice::Batch(Batch::Exact) => f.write_str("exact"),
            Choice::Batch(Batch::Profiles(count)) | Choice::Epochs(count) => write!(f, "{count}"),
            Choice::Segments(count) => write!(f, "{count}"),
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
            | Choice::Precision(_)
            | Choice::Hyperparameter(_, Value::Word(_))
            | Choice::Batch(Batch::Exact)
            | Choice::Initial(Initial::Truthful) => true,
            Choice::Learner(learner) => learner.given.iter().all(Option::is_none),
            _ => false,
        };
        if quoted { format!("\"{text}\"") } else { text }
    }
}
