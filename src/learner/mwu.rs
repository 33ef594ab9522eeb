//! Multiplicative weights over arms, Hedge (Freund and Schapire 1997; Arora, Hazan and Kale 2012).

use super::hyperparameter::{ARMS, Domain, Hyperparameter, Range, Tuned, Value};
use super::mixture::softmax;
use super::pace::{Pace, hedge_bound, hedge_step};
use super::{Course, Entry, Feedback, Heard, Learn, RegretBound, Rule, Told};
use crate::auction::strategy::{Play, Strategy};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of multiplicative weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mwu {
    /// Number of arms, K.
    pub arms: u32,
    /// The step eta, per unit of value.
    pub step: Tuned,
    /// How often the last payoffs are counted once more, 0 or 1.
    pub optimism: u32,
    /// Whether payoffs are those of the smoothed auction.
    pub smoothed: bool,
}

/// The words for payoffs of the true and of the smoothed auction.
const PAYOFFS: [&str; 2] = ["true", "smoothed"];

impl Rule for Mwu {
    const ENTRY: Entry = Entry {
        name: "mwu",
        doc: "multiplicative weights over a grid of multipliers, Hedge (Freund and Schapire 1997)",
        feedback: Feedback::EveryArm,
        learning_rate: None,
        batch_exponent: None,
        hyperparameters: &[
            ARMS,
            Hyperparameter {
                name: "step",
                doc: "the exponent per unit of payoff, per unit of value; textbook: sqrt(8 ln K / T) / h",
                default: Value::Tuned(Tuned::Constant(0.317)),
                domain: Domain::Tuned { range: Range::POSITIVE, anytime: true },
            },
            Hyperparameter {
                name: "optimism",
                doc: "how often the last payoffs are counted once more (Rakhlin and Sridharan 2013)",
                default: Value::Count(0),
                domain: Domain::Count { min: 0, max: 1 },
            },
            Hyperparameter {
                name: "payoff",
                doc: "whether payoffs are those of the true or of the smoothed auction",
                default: Value::Word(PAYOFFS[0]),
                domain: Domain::Word(&PAYOFFS),
            },
        ],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        Mwu {
            arms: values[0].count(),
            step: values[1].tuned(),
            optimism: values[2].count(),
            smoothed: values[3].word() == PAYOFFS[1],
        }
    }

    fn values(&self) -> Vec<Value> {
        let payoff = PAYOFFS[usize::from(self.smoothed)];
        vec![
            Value::Count(self.arms),
            Value::Tuned(self.step),
            Value::Count(self.optimism),
            Value::Word(payoff),
        ]
    }

    fn feedback(&self) -> Feedback {
        if self.smoothed { Feedback::EveryArmSmoothed } else { Feedback::EveryArm }
    }

    fn play(&self, _: Strategy) -> Play {
        Play::Arms { arms: self.arms as usize }
    }

    /// Where the last payoffs count twice, ln K / eta + eta sum_t |u_t - u_(t-1)|^2 (Rakhlin and Sridharan
    /// 2013), with h^2 for every term, where the step is constant. Payoffs of the smoothed auction are not
    /// those that regret is told of.
    fn regret_bound(&self, course: &Course, _: &Heard) -> Option<RegretBound> {
        match (self.smoothed, self.optimism, self.step) {
            (true, _, _) | (_, 1, Tuned::Anytime(_)) => None,
            (_, 0, step) => Some(RegretBound::Sure(hedge_bound(step, self.arms, course))),
            (_, _, step) => {
                let step = step.given().unwrap_or_else(|| hedge_step(self.arms, course));
                let squares = course.high * course.high * f64::from(course.epochs);
                Some(RegretBound::Sure(libm::log(f64::from(self.arms)) / step + step * squares))
            }
        }
    }

    fn start<R: Real>(lanes: [Self; LANES], courses: [Course; LANES], shares: Vec<R>) -> State<R> {
        let textbook = std::array::from_fn(|lane| hedge_step(lanes[lane].arms, &courses[lane]));
        let zeros = vec![R::splat(0.0); shares.len()];
        State {
            pace: Pace::new(lanes.map(|mwu| mwu.step), textbook),
            optimism: R::from_array(lanes.map(|mwu| f64::from(mwu.optimism))),
            payoffs: zeros.clone(),
            scores: zeros,
            shares,
        }
    }
}

/// Multiplicative weights over lanes, in the cumulative form: u are the payoffs of the arms.
///
/// L <- L + u,    x_k ~ exp(eta (L_k + optimism u_k)), with the step eta of the next epoch.
pub struct State<R> {
    pace: Pace<R>,
    optimism: R,
    /// L.
    payoffs: Vec<R>,
    /// L + optimism u.
    scores: Vec<R>,
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
        for ((sum, score), &payoff) in self.payoffs.iter_mut().zip(&mut self.scores).zip(told.arms()) {
            *sum = *sum + payoff;
            *score = self.optimism.mul_add(payoff, *sum);
        }
        softmax(&self.scores, self.pace.next(), &mut self.shares);
    }

    fn memory(&self) -> Vec<R> {
        std::iter::once(self.pace.epochs()).chain(self.payoffs.iter().copied()).collect()
    }

    fn restore(&mut self, memory: &[R]) {
        self.pace.restore(memory[0]);
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
        let steps = [Tuned::Constant(0.3), Tuned::Textbook, Tuned::Anytime(2.0), Tuned::Constant(40.0)];
        let mwus: [Mwu; LANES] = std::array::from_fn(|lane| Mwu {
            arms: 5,
            step: steps[lane % 4],
            optimism: lane as u32 / 4,
            smoothed: false,
        });
        assert_follows_on_arms(mwus.map(Learner::Mwu), &|lane, course| -> Scalar {
            let (mwu, course) = (mwus[lane], *course);
            let (mut sums, mut t) = (vec![0.0; 5], 0.0_f64);
            Box::new(move |payoffs| {
                t += 1.0;
                sums.iter_mut().zip(payoffs).for_each(|(sum, payoff)| *sum += payoff);
                let step = match mwu.step {
                    Tuned::Constant(step) => step,
                    Tuned::Textbook => (8.0 * libm::log(5.0) / f64::from(course.epochs)).sqrt() / course.high,
                    Tuned::Anytime(first) => first / (t + 1.0).sqrt(),
                };
                let score = |(sum, payoff): (&f64, &f64)| step * (sum + f64::from(mwu.optimism) * payoff);
                let scores: Vec<f64> = sums.iter().zip(payoffs).map(score).collect();
                let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let powers: Vec<f64> = scores.iter().map(|score| libm::exp(score - highest)).collect();
                let sum: f64 = powers.iter().sum();
                powers.iter().map(|power| power / sum).collect()
            })
        });
    }

    #[test]
    fn bounds_are_those_of_the_textbook() {
        let course = Course { epochs: 20_000, high: 1.0 };
        let heard = Heard { arms: 51, squares: 0.0 };
        let bound = |step, optimism| {
            let mwu = Mwu { arms: 51, step, optimism, smoothed: false };
            match mwu.regret_bound(&course, &heard) {
                Some(RegretBound::Sure(bound)) => Some(bound),
                _ => None,
            }
        };
        let constant = bound(Tuned::Constant(0.317), 0).unwrap();
        assert!((constant - 804.9).abs() < 0.05, "{constant}");
        // sqrt(T ln K / 2).
        let textbook = bound(Tuned::Textbook, 0).unwrap();
        assert!((textbook - (10_000.0 * libm::log(51.0)).sqrt()).abs() < 1e-9, "{textbook}");
        assert_eq!(bound(Tuned::Anytime(1.0), 1), None);
    }
}
