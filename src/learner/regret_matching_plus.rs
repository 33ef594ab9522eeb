//! Regret matching+ over arms (Tammelin 2014).

use super::hyperparameter::{ARMS, Value};
use super::{Course, Entry, Feedback, Heard, Learn, RegretBound, Rule, Told};
use crate::auction::strategy::{Play, Strategy};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of regret matching+.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegretMatchingPlus {
    /// Number of arms, K.
    pub arms: u32,
}

impl Rule for RegretMatchingPlus {
    const ENTRY: Entry = Entry {
        name: "regret-matching-plus",
        doc: "regret matching+ over a grid of multipliers, without a step (Tammelin 2014)",
        feedback: Feedback::EveryArm,
        learning_rate: None,
        batch_exponent: None,
        hyperparameters: &[ARMS],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        RegretMatchingPlus { arms: values[0].count() }
    }

    fn values(&self) -> Vec<Value> {
        vec![Value::Count(self.arms)]
    }

    fn play(&self, _: Strategy) -> Play {
        Play::Arms { arms: self.arms as usize }
    }

    /// sqrt(sum_t |u_t - <x_t, u_t>|^2) (Tammelin, Burch, Johanson and Bowling 2015, lemma 2).
    fn regret_bound(&self, _: &Course, heard: &Heard) -> Option<RegretBound> {
        Some(RegretBound::Sure(heard.squares.sqrt()))
    }

    fn start<R: Real>(_: [Self; LANES], _: [Course; LANES], shares: Vec<R>) -> State<R> {
        State { regrets: vec![R::splat(0.0); shares.len()], shares }
    }
}

/// Regret matching+ over lanes: u are the payoffs of the arms.
///
/// R_k <- max(R_k + u_k - <x, u>, 0),    x_k = R_k / sum_j R_j; all arms alike where every R is 0.
pub struct State<R> {
    regrets: Vec<R>,
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
        let (zero, one) = (R::splat(0.0), R::splat(1.0));
        let payoffs = told.arms();
        let mut mean = zero;
        for (&share, &payoff) in self.shares.iter().zip(payoffs) {
            mean = share.mul_add(payoff, mean);
        }
        let mut sum = zero;
        for (regret, &payoff) in self.regrets.iter_mut().zip(payoffs) {
            *regret = (*regret + (payoff - mean)).max(zero);
            sum = sum + *regret;
        }
        let alike = R::splat(1.0 / self.regrets.len() as f64);
        let per_sum = one / sum;
        for (share, &regret) in self.shares.iter_mut().zip(&self.regrets) {
            *share = sum.if_equal(zero, alike, regret * per_sum);
        }
    }

    fn memory(&self) -> Vec<R> {
        self.regrets.clone()
    }

    fn restore(&mut self, memory: &[R]) {
        self.regrets.copy_from_slice(memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Scalar, assert_follows_on_arms};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let learner = Learner::RegretMatchingPlus(RegretMatchingPlus { arms: 5 });
        assert_follows_on_arms([learner; LANES], &|_, _| -> Scalar {
            let (mut regrets, mut shares) = (vec![0.0; 5], vec![0.2; 5]);
            Box::new(move |payoffs| {
                let mean: f64 = shares.iter().zip(payoffs).map(|(x, u): (&f64, &f64)| x * u).sum();
                for (regret, payoff) in regrets.iter_mut().zip(payoffs) {
                    *regret = f64::max(*regret + payoff - mean, 0.0);
                }
                let sum: f64 = regrets.iter().sum();
                shares = regrets.iter().map(|r| if sum == 0.0 { 0.2 } else { r / sum }).collect();
                shares.clone()
            })
        });
    }
}
