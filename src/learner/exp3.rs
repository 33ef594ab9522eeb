//! Exp3 over arms: only the payoffs of what was played are told (Auer, Cesa-Bianchi, Freund and Schapire
//! 2002).

use super::hyperparameter::{ARMS, Domain, Hyperparameter, Range, Tuned, Value};
use super::{Course, Entry, Feedback, Heard, Learn, RegretBound, Rule, Told};
use crate::auction::strategy::{Play, Strategy};
use crate::numeric::elementary::exp;
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of Exp3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exp3 {
    /// Number of arms, K.
    pub arms: u32,
    /// The share g of plays that are evenly random.
    pub exploration: Tuned,
    /// The step eta, per unit of value.
    pub step: Tuned,
    /// What is added to probabilities that payoffs are divided by.
    pub implicit: f64,
}

impl Exp3 {
    /// g; of the textbook min(1, sqrt(K ln K / ((e - 1) T))).
    fn share(&self, course: &Course) -> f64 {
        let arms = f64::from(self.arms);
        let textbook = (arms * libm::log(arms) / ((std::f64::consts::E - 1.0) * f64::from(course.epochs)))
            .sqrt()
            .min(1.0);
        self.exploration.given().unwrap_or(textbook)
    }

    /// eta; of the textbook g / (K h).
    fn eta(&self, course: &Course) -> f64 {
        self.step.given().unwrap_or_else(|| self.share(course) / (f64::from(self.arms) * course.high))
    }
}

impl Rule for Exp3 {
    const ENTRY: Entry = Entry {
        name: "exp3",
        doc: "Exp3 over a grid of multipliers, told the payoffs of what it played (Auer et al. 2002)",
        feedback: Feedback::PlayedArms,
        learning_rate: None,
        batch_exponent: None,
        hyperparameters: &[
            ARMS,
            Hyperparameter {
                name: "exploration",
                doc: "the share of plays that are evenly random; textbook: sqrt(K ln K / ((e - 1) T))",
                default: Value::Tuned(Tuned::Textbook),
                domain: Domain::Tuned { range: Range::PART, anytime: false },
            },
            Hyperparameter {
                name: "step",
                doc: "the exponent per unit of estimated payoff; textbook: exploration / (K h)",
                default: Value::Tuned(Tuned::Textbook),
                domain: Domain::Tuned { range: Range::POSITIVE, anytime: false },
            },
            Hyperparameter {
                name: "implicit",
                doc: "what is added to a probability before a payoff is divided by it (Neu 2015)",
                default: Value::Number(0.0),
                domain: Domain::Number(Range::NOT_NEGATIVE),
            },
        ],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        Exp3 {
            arms: values[0].count(),
            exploration: values[1].tuned(),
            step: values[2].tuned(),
            implicit: values[3].number(),
        }
    }

    fn values(&self) -> Vec<Value> {
        vec![
            Value::Count(self.arms),
            Value::Tuned(self.exploration),
            Value::Tuned(self.step),
            Value::Number(self.implicit),
        ]
    }

    fn play(&self, _: Strategy) -> Play {
        Play::Arms { arms: self.arms as usize }
    }

    /// h ((e - 1) g T + K ln K / g) (Auer et al. 2002, theorem 3.1), with the textbook's step and without
    /// implicit exploration: of the mean over runs.
    fn regret_bound(&self, course: &Course, _: &Heard) -> Option<RegretBound> {
        if self.step != Tuned::Textbook || self.implicit > 0.0 {
            return None;
        }
        let (arms, share) = (f64::from(self.arms), self.share(course));
        let explored = (std::f64::consts::E - 1.0) * share * f64::from(course.epochs);
        Some(RegretBound::Expected(course.high * (explored + arms * libm::log(arms) / share)))
    }

    fn start<R: Real>(lanes: [Self; LANES], courses: [Course; LANES], shares: Vec<R>) -> State<R> {
        State {
            exploration: R::from_array(std::array::from_fn(|lane| lanes[lane].share(&courses[lane]))),
            step: R::from_array(std::array::from_fn(|lane| lanes[lane].eta(&courses[lane]))),
            implicit: R::from_array(lanes.map(|exp3| exp3.implicit)),
            reference: R::splat(0.0),
            payoffs: vec![R::splat(0.0); shares.len()],
            weights: vec![R::splat(1.0); shares.len()],
            shares,
        }
    }
}

/// The most that the exponent of a weight is above that of the reference.
const FAR: f64 = 1.0;

/// Exp3 over lanes: r_k is the mean over the batch of the payoff where arm k was played, 0 elsewhere.
///
/// L_k <- L_k + r_k / (x_k + implicit),    x_k = (1 - g) exp(eta L_k) / sum_j exp(eta L_j) + g / K.
pub struct State<R> {
    exploration: R,
    step: R,
    implicit: R,
    /// A score that the weights are relative to, so that none overflows.
    reference: R,
    /// L.
    payoffs: Vec<R>,
    /// exp(eta (L - reference)): what was not played keeps its own.
    weights: Vec<R>,
    /// x.
    shares: Vec<R>,
}

impl<R: Real> State<R> {
    #[inline(always)]
    fn weight(&self, arm: usize) -> R {
        exp(self.step * (self.payoffs[arm] - self.reference))
    }

    /// The weights of all arms.
    #[inline(always)]
    fn weigh(&mut self) {
        for arm in 0..self.weights.len() {
            self.weights[arm] = self.weight(arm);
        }
    }
}

impl<R: Real> Learn<R> for State<R> {
    #[inline(always)]
    fn numbers(&self) -> &[R] {
        &self.shares
    }

    #[inline(always)]
    fn learn(&mut self, told: Told<'_, R>, _: R) {
        let mut highest = self.reference;
        for (arm, &payoff) in told.arms().iter().enumerate() {
            // Arms that no lane has played stay as they are.
            if payoff.to_array() != [0.0; LANES] {
                self.payoffs[arm] = self.payoffs[arm] + payoff / (self.shares[arm] + self.implicit);
                self.weights[arm] = self.weight(arm);
                highest = self.payoffs[arm].max(highest);
            }
        }
        let (zero, one) = (R::splat(0.0), R::splat(1.0));
        let above = self.step * (highest - self.reference);
        if above.if_greater(R::splat(FAR), one, zero).to_array() != [0.0; LANES] {
            self.reference = above.if_greater(R::splat(FAR), highest, self.reference);
            self.weigh();
        }
        let mut sum = zero;
        for &weight in &self.weights {
            sum = sum + weight;
        }
        let kept = (one - self.exploration) / sum;
        let evenly = self.exploration * R::splat(1.0 / self.payoffs.len() as f64);
        for (share, &weight) in self.shares.iter_mut().zip(&self.weights) {
            *share = weight.mul_add(kept, evenly);
        }
    }

    fn memory(&self) -> Vec<R> {
        std::iter::once(self.reference).chain(self.payoffs.iter().copied()).collect()
    }

    fn restore(&mut self, memory: &[R]) {
        self.reference = memory[0];
        self.payoffs.copy_from_slice(&memory[1..]);
        self.weigh();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Scalar, assert_follows_on_arms};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let exp3s: [Exp3; LANES] = std::array::from_fn(|lane| Exp3 {
            arms: 5,
            exploration: if lane < 4 { Tuned::Textbook } else { Tuned::Constant(0.1) },
            step: if lane % 2 == 0 { Tuned::Textbook } else { Tuned::Constant(0.2) },
            implicit: 0.05 * (lane / 2 % 2) as f64,
        });
        assert_follows_on_arms(exp3s.map(Learner::Exp3), &|lane, course| -> Scalar {
            let exp3 = exp3s[lane];
            let root = (5.0 * libm::log(5.0) / (1.718_281_828_459_045 * f64::from(course.epochs))).sqrt();
            let share = if exp3.exploration == Tuned::Textbook { root.min(1.0) } else { 0.1 };
            let step = if exp3.step == Tuned::Textbook { share / (5.0 * course.high) } else { 0.2 };
            let (mut sums, mut shares) = (vec![0.0; 5], vec![0.2; 5]);
            Box::new(move |payoffs| {
                for ((sum, share), payoff) in sums.iter_mut().zip(&shares).zip(payoffs) {
                    *sum += payoff / (share + exp3.implicit);
                }
                let powers: Vec<f64> = sums.iter().map(|sum| libm::exp(step * sum)).collect();
                let sum: f64 = powers.iter().sum();
                shares = powers.iter().map(|power| (1.0 - share) * power / sum + share / 5.0).collect();
                shares.clone()
            })
        });
    }
}
