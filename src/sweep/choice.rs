//! A checked value of a setting, whatever its form.

use std::fmt;

use serde_json::{Value as Json, json};

use crate::auction::{Mechanism, Prior};
use crate::learner::{self, Domain, Tuned};
use crate::train::{Batch, Rate};

use super::form::{
    BatchForm, BetaChoice, BetaForm, DomainForm, Form, Initial, InitialForm, Integer, LearnerChoice,
    LearnerForm, MechanismForm, PopulationForm, PopulationName, PriorForm, RateForm, Word, bare, tuned_toml,
};
use crate::numeric::digits::{shortest, with_six_digits};

/// A checked value of a setting, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Choice {
    Word(&'static str),
    Integer(u32),
    Number(f64),
    Population(PopulationName),
    Initial(Initial),
    Beta(BetaChoice),
    Batch(Batch),
    Learner(LearnerChoice),
    Tuned(Tuned),
    Rate(Rate),
    Flag(bool),
    Prior(Prior),
    Mechanism(Mechanism),
}

/// A form of settings: what its values are as choices.
pub(super) trait Choose: Form {
    fn choice(&self, value: Self::Value) -> Choice;

    /// The value that a choice of this form is.
    ///
    /// # Panics
    /// Where the choice is of another form: a row meets choices that it read itself.
    fn value(&self, choice: &Choice) -> Self::Value;
}

/// A form whose values are those of one variant.
macro_rules! choose {
    ($($form:ty: $variant:ident),* $(,)?) => {
        $(impl Choose for $form {
            fn choice(&self, value: Self::Value) -> Choice {
                Choice::$variant(value)
            }

            fn value(&self, choice: &Choice) -> Self::Value {
                match choice {
                    Choice::$variant(value) => value.clone(),
                    _ => panic!("{choice:?} is of another form"),
                }
            }
        })*
    };
}

choose! {
    Integer: Integer,
    PopulationForm: Population,
    InitialForm: Initial,
    BetaForm: Beta,
    BatchForm: Batch,
    LearnerForm: Learner,
    RateForm: Rate,
    PriorForm: Prior,
    MechanismForm: Mechanism,
}

impl<W: Copy + Send + Sync + 'static> Choose for Word<W> {
    fn choice(&self, value: W) -> Choice {
        Choice::Word(self.name(value))
    }

    fn value(&self, choice: &Choice) -> W {
        let value = match choice {
            Choice::Word(word) => self.find(|other| other == *word),
            _ => None,
        };
        value.unwrap_or_else(|| panic!("{choice:?} is of another form"))
    }
}

impl Choose for DomainForm {
    fn choice(&self, value: learner::Value) -> Choice {
        match value {
            learner::Value::Number(x) => Choice::Number(x),
            learner::Value::Count(count) => Choice::Integer(count),
            learner::Value::Word(word) => Choice::Word(word),
            learner::Value::Flag(yes) => Choice::Flag(yes),
            learner::Value::Tuned(tuned) => Choice::Tuned(tuned),
        }
    }

    fn value(&self, choice: &Choice) -> learner::Value {
        match (self.0, choice) {
            (Domain::Number(_), Choice::Number(x)) => learner::Value::Number(*x),
            (Domain::Count { .. } | Domain::Even { .. }, Choice::Integer(count)) => {
                learner::Value::Count(*count)
            }
            (Domain::Word(_), Choice::Word(word)) => learner::Value::Word(word),
            (Domain::Flag, Choice::Flag(yes)) => learner::Value::Flag(*yes),
            (Domain::Tuned { .. }, Choice::Tuned(tuned)) => learner::Value::Tuned(*tuned),
            _ => panic!("{choice:?} is of another form"),
        }
    }
}

impl Choice {
    /// The value as a sweep file writes it.
    pub(super) fn toml(&self) -> String {
        match self {
            Choice::Word(word) => format!("\"{word}\""),
            Choice::Integer(integer) => integer.to_string(),
            Choice::Number(x) => shortest(*x),
            Choice::Population(name) => PopulationForm.toml(name),
            Choice::Initial(initial) => InitialForm.toml(initial),
            Choice::Beta(beta) => BetaForm.toml(beta),
            Choice::Batch(batch) => BatchForm.toml(batch),
            Choice::Learner(learner) => LearnerForm.toml(learner),
            Choice::Tuned(tuned) => tuned_toml(*tuned),
            Choice::Rate(rate) => RateForm.toml(rate),
            Choice::Flag(yes) => yes.to_string(),
            Choice::Prior(prior) => PriorForm.toml(prior),
            Choice::Mechanism(rule) => MechanismForm.toml(rule),
        }
    }

    /// The value in manifests.
    pub(super) fn json(&self) -> Json {
        match self {
            Choice::Integer(integer) => json!(integer),
            Choice::Number(x) => json!(x),
            Choice::Rate(rate) => RateForm.json(rate),
            Choice::Flag(yes) => json!(yes),
            _ => json!(bare(&self.toml())),
        }
    }
}

/// For people: TOML text, but that words stand bare and numbers with six digits at most.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_six_digits(bare(&self.toml())))
    }
}
