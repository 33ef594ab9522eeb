//! Optimistic Adam (Daskalakis et al. 2018, "Training GANs with optimism", Algorithm 1).

use super::adam::Steps;
use super::hyperparameter::Value;
use super::{Adam, Course, Entry, Feedback, Learn, LinearResponse, Rule, Told};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of optimistic Adam: Adam's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptimisticAdam(pub Adam);

impl Rule for OptimisticAdam {
    const ENTRY: Entry = Entry {
        name: "optimistic-adam",
        doc: "Adam, each step less the last one (Daskalakis et al. 2018); in no game is it known to converge",
        feedback: Feedback::Gradient,
        learning_rate: Adam::ENTRY.learning_rate,
        batch_exponent: Adam::ENTRY.batch_exponent,
        hyperparameters: &Adam::HYPERPARAMETERS,
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        OptimisticAdam(Adam::build(values))
    }

    fn values(&self) -> Vec<Value> {
        self.0.values()
    }

    /// It answers to two steps of Adam.
    fn near_rest(&self, _: f64, _: f64) -> Option<LinearResponse> {
        None
    }

    fn start<R: Real>(lanes: [Self; LANES], _: [Course; LANES], thetas: Vec<R>) -> State<R> {
        State {
            steps: Steps::new(lanes.map(|OptimisticAdam(adam)| adam), thetas.len()),
            begun: R::splat(0.0),
            last: vec![R::splat(0.0); thetas.len()],
            thetas,
        }
    }
}

/// Optimistic Adam over lanes: theta <- theta + 2 d_t - d_(t-1), d_t Adam's step and d_0 = d_1: the first
/// step is plain.
pub struct State<R> {
    steps: Steps<R>,
    /// 0 before the first epoch, then 1.
    begun: R,
    /// d_(t-1), one a parameter.
    last: Vec<R>,
    thetas: Vec<R>,
}

impl<R: Real> Learn<R> for State<R> {
    #[inline(always)]
    fn numbers(&self) -> &[R] {
        &self.thetas
    }

    #[inline(always)]
    fn learn(&mut self, told: Told<'_, R>, rate: R) {
        let gradients = told.gradient();
        let zero = R::splat(0.0);
        let steps = self.steps.along(gradients.iter().copied(), rate);
        for ((theta, last), step) in self.thetas.iter_mut().zip(&mut self.last).zip(steps) {
            let change = self.begun.if_greater(zero, step - *last, zero);
            *theta = *theta + (step + change);
            *last = step;
        }
        self.begun = R::splat(1.0);
    }

    fn memory(&self) -> Vec<R> {
        [self.begun].into_iter().chain(self.last.iter().copied()).chain(self.steps.memory()).collect()
    }

    fn restore(&mut self, memory: &[R]) {
        let (last, steps) = memory[1..].split_at(self.last.len());
        self.begun = memory[0];
        self.last.copy_from_slice(last);
        self.steps.restore(steps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Step, assert_follows, radius_of_bilinear_game};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let adams: [Adam; LANES] = std::array::from_fn(|lane| Adam {
            beta1: 0.1 * lane as f64,
            beta2: 0.999 - 0.1 * lane as f64,
            epsilon: libm::pow(10.0, -8.0 + lane as f64),
        });
        let rates = std::array::from_fn(|lane| 0.01 * (1.0 + lane as f64));
        let steps: [_; LANES] = std::array::from_fn(|lane| {
            move |t: f64, g: f64, [m, s, last]: &mut [f64; 3]| {
                let Adam { beta1, beta2, epsilon } = adams[lane];
                *m = beta1 * *m + (1.0 - beta1) * g;
                *s = beta2 * *s + (1.0 - beta2) * g * g;
                let (mean, square) = (*m / (1.0 - libm::pow(beta1, t)), *s / (1.0 - libm::pow(beta2, t)));
                let step = rates[lane] * mean / (square.sqrt() + epsilon);
                let before = std::mem::replace(last, step);
                2.0 * step - if t == 1.0 { step } else { before }
            }
        });
        let lanes = adams.map(|adam| Learner::OptimisticAdam(OptimisticAdam(adam)));
        assert_follows(lanes, rates, steps.each_ref().map(|step| step as Step));
    }

    #[test]
    fn it_stays_away_from_the_centre_of_a_bilinear_game() {
        // From a transcription in Python.
        let radius = radius_of_bilinear_game(
            Learner::OptimisticAdam(OptimisticAdam(Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 })),
            0.01,
            5000,
        );
        assert!((radius / 3.249_369_980 - 1.0).abs() < 1e-9, "{radius}");
    }
}
