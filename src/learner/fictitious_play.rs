//! Fictitious play over arms (Brown 1951).

use super::hyperparameter::{ARMS, Domain, Hyperparameter, Range, Value};
use super::mixture::best;
use super::{Course, Entry, Feedback, Learn, Rule, Told};
use crate::auction::strategy::{Play, Strategy};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of fictitious play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FictitiousPlay {
    /// Number of arms, K.
    pub arms: u32,
    /// The multiplier, in \[0, 1\], that every rival is believed to have played once before the first epoch.
    pub belief: f64,
}

impl Rule for FictitiousPlay {
    const ENTRY: Entry = Entry {
        name: "fictitious-play",
        doc: "best responses over a grid of multipliers to what the others have played so far (Brown 1951)",
        feedback: Feedback::Beliefs,
        learning_rate: None,
        batch_exponent: None,
        hyperparameters: &[
            ARMS,
            Hyperparameter {
                name: "belief",
                doc: "the multiplier that every rival is believed to have played once before, that of the nearest arm",
                default: Value::Number(0.5),
                domain: Domain::Number(Range::PROBABILITY),
            },
        ],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        FictitiousPlay { arms: values[0].count(), belief: values[1].number() }
    }

    fn values(&self) -> Vec<Value> {
        vec![Value::Count(self.arms), Value::Number(self.belief)]
    }

    fn play(&self, _: Strategy) -> Play {
        Play::Arms { arms: self.arms as usize }
    }

    fn belief(&self) -> Option<f64> {
        Some(self.belief)
    }

    fn start<R: Real>(_: [Self; LANES], _: [Course; LANES], shares: Vec<R>) -> State<R> {
        State { shares }
    }
}

/// Fictitious play over lanes: the first arm of the highest payoff.
pub struct State<R> {
    shares: Vec<R>,
}

impl<R: Real> Learn<R> for State<R> {
    #[inline(always)]
    fn numbers(&self) -> &[R] {
        &self.shares
    }

    #[inline(always)]
    fn learn(&mut self, told: Told<'_, R>, _: R) {
        best(told.arms(), &mut self.shares);
    }

    fn memory(&self) -> Vec<R> {
        Vec::new()
    }

    fn restore(&mut self, _: &[R]) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Scalar, assert_follows_on_arms};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let learner = Learner::FictitiousPlay(FictitiousPlay { arms: 5, belief: 0.5 });
        assert_follows_on_arms([learner; LANES], &|_, _| -> Scalar {
            Box::new(|payoffs| {
                let highest = payoffs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let first = payoffs.iter().position(|payoff| *payoff == highest);
                (0..5).map(|arm| if Some(arm) == first { 1.0 } else { 0.0 }).collect()
            })
        });
    }
}
