//! Epsilon-greedy over arms, a mean-based learner (Braverman, Mao, Schneider and Weinberg 2018; Deng, Hu, Lin
//! and Zheng 2022).

use super::hyperparameter::{ARMS, Domain, Hyperparameter, Range, Tuned, Value};
use super::mixture::best;
use super::pace::Pace;
use super::{Course, Entry, Feedback, Learn, Rule, Told};
use crate::auction::strategy::{Play, Strategy};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of epsilon-greedy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpsilonGreedy {
    /// Number of arms, K.
    pub arms: u32,
    /// The share of plays that are evenly random.
    pub exploration: Tuned,
}

impl Rule for EpsilonGreedy {
    const ENTRY: Entry = Entry {
        name: "epsilon-greedy",
        doc: "the arm of the highest payoffs so far, and now and then any arm (Deng et al. 2022)",
        feedback: Feedback::EveryArm,
        learning_rate: None,
        batch_exponent: None,
        hyperparameters: &[
            ARMS,
            Hyperparameter {
                name: "exploration",
                doc: "the share of plays that are evenly random; textbook: 1 / sqrt(t)",
                default: Value::Tuned(Tuned::Textbook),
                domain: Domain::Tuned { range: Range::PROBABILITY, anytime: true },
            },
        ],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        EpsilonGreedy { arms: values[0].count(), exploration: values[1].tuned() }
    }

    fn values(&self) -> Vec<Value> {
        vec![Value::Count(self.arms), Value::Tuned(self.exploration)]
    }

    fn play(&self, _: Strategy) -> Play {
        Play::Arms { arms: self.arms as usize }
    }

    fn start<R: Real>(lanes: [Self; LANES], _: [Course; LANES], shares: Vec<R>) -> State<R> {
        let exploration = |greedy: EpsilonGreedy| match greedy.exploration {
            Tuned::Textbook => Tuned::Anytime(1.0),
            other => other,
        };
        let payoffs = vec![R::splat(0.0); shares.len()];
        State { exploration: Pace::new(lanes.map(exploration), [1.0; LANES]), payoffs, shares }
    }
}

/// Epsilon-greedy over lanes: u are the payoffs of the arms, a the first arm of the highest L.
///
/// L <- L + u,    x_k = (1 - g) 1\[k = a\] + g / K, with the share g of the next epoch.
pub struct State<R> {
    exploration: Pace<R>,
    /// L.
    payoffs: Vec<R>,
    /// x.
    shares: Vec<R>,
}

impl<R: Real> Learn<R> for State<R> {
    #[inline(always)]
    fn numbers(&self) -> &[R] {
        &self.shares
    }

    #[inline(always)]
    fn learn(&mut self, told: Told<'_, R>, _: R) {
        for (sum, &payoff) in self.payoffs.iter_mut().zip(told.arms()) {
            *sum = *sum + payoff;
        }
        best(&self.payoffs, &mut self.shares);
        let share = self.exploration.next();
        let (kept, evenly) = (R::splat(1.0) - share, share * R::splat(1.0 / self.payoffs.len() as f64));
        for x in &mut self.shares {
            *x = x.mul_add(kept, evenly);
        }
    }

    fn memory(&self) -> Vec<R> {
        std::iter::once(self.exploration.epochs()).chain(self.payoffs.iter().copied()).collect()
    }

    fn restore(&mut self, memory: &[R]) {
        self.exploration.restore(memory[0]);
        self.payoffs.copy_from_slice(&memory[1..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Scalar, assert_follows_on_arms};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let shares = [Tuned::Textbook, Tuned::Constant(0.1), Tuned::Anytime(0.5)];
        let greedy: [EpsilonGreedy; LANES] =
            std::array::from_fn(|lane| EpsilonGreedy { arms: 5, exploration: shares[lane % 3] });
        assert_follows_on_arms(greedy.map(Learner::EpsilonGreedy), &|lane, _| -> Scalar {
            let (mut sums, mut t) = (vec![0.0; 5], 0.0_f64);
            Box::new(move |payoffs| {
                t += 1.0;
                sums.iter_mut().zip(payoffs).for_each(|(sum, payoff)| *sum += payoff);
                let share = [1.0 / (t + 1.0).sqrt(), 0.1, 0.5 / (t + 1.0).sqrt()][lane % 3];
                let highest = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let first = sums.iter().position(|sum| *sum == highest);
                let played = |arm| if Some(arm) == first { 1.0 - share } else { 0.0 };
                (0..5).map(|arm| played(arm) + share / 5.0).collect()
            })
        });
    }
}
