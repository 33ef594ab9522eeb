//! Adam (Kingma and Ba 2015, Algorithm 1).

use super::hyperparameter::{Domain, Hyperparameter, Range, Value};
use super::{Course, Entry, Feedback, Learn, LinearResponse, Rule, Told};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of Adam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// Decay of the first moment, in \[0, 1).
    pub beta1: f64,
    /// Decay of the second moment, in \[0, 1).
    pub beta2: f64,
    /// Added to the root of the second moment, above 0.
    pub epsilon: f64,
}

impl Adam {
    /// The hyperparameters of Adam's steps, in the order of [`Rule::build`].
    pub(super) const HYPERPARAMETERS: [Hyperparameter; 3] = [
        Hyperparameter {
            name: "beta1",
            doc: "decay of the first moment",
            default: Value::Number(0.9),
            domain: Domain::Number(Range::SHARE),
        },
        Hyperparameter {
            name: "beta2",
            doc: "decay of the second moment",
            default: Value::Number(0.999),
            domain: Domain::Number(Range::SHARE),
        },
        Hyperparameter {
            name: "epsilon",
            doc: "added to the root of the second moment",
            default: Value::Number(1e-8),
            domain: Domain::Number(Range::POSITIVE),
        },
    ];
}

impl Rule for Adam {
    const ENTRY: Entry = Entry {
        name: "adam",
        doc: "Adam, steps scaled by running moments of the gradient (Kingma and Ba 2015)",
        feedback: Feedback::Gradient,
        // Steps are divided by the gradient's standard deviation, which falls with the root of the batch.
        learning_rate: Some(0.01),
        batch_exponent: Some(-0.5),
        hyperparameters: &Self::HYPERPARAMETERS,
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        Adam { beta1: values[0].number(), beta2: values[1].number(), epsilon: values[2].number() }
    }

    fn values(&self) -> Vec<Value> {
        [self.beta1, self.beta2, self.epsilon].map(Value::Number).to_vec()
    }

    /// Adam where s has settled at the mean of g^2; that it fluctuates, by a part of about (1 - beta2) of
    /// itself in the mean square, is left out.
    fn near_rest(&self, learning_rate: f64, gradient_rms: f64) -> Option<LinearResponse> {
        Some(LinearResponse {
            decay: self.beta1,
            gain: 1.0 - self.beta1,
            step: learning_rate / (gradient_rms + self.epsilon),
        })
    }

    fn start<R: Real>(lanes: [Self; LANES], _: [Course; LANES], thetas: Vec<R>) -> State<R> {
        State { steps: Steps::new(lanes, thetas.len()), thetas }
    }
}

/// Adam over lanes: theta <- theta + the step.
pub struct State<R> {
    steps: Steps<R>,
    thetas: Vec<R>,
}

/// Adam's steps over lanes: m and s are the running moments of the gradient g.
///
/// m <- beta1 m + (1 - beta1) g, s <- beta2 s + (1 - beta2) g^2,
/// the step is learning_rate (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + epsilon).
pub(super) struct Steps<R> {
    beta1: R,
    beta2: R,
    epsilon: R,
    /// beta1^t and beta2^t.
    powers: [R; 2],
    /// One a parameter.
    moments: Vec<Moments<R>>,
}

/// The running moments m and s of one parameter's gradient.
#[derive(Clone, Copy)]
struct Moments<R> {
    mean: R,
    square: R,
}

impl<R: Real> Steps<R> {
    /// Before the first epoch, for so many parameters.
    pub(super) fn new(lanes: [Adam; LANES], parameters: usize) -> Self {
        let zero = R::splat(0.0);
        Steps {
            beta1: R::from_array(lanes.map(|adam| adam.beta1)),
            beta2: R::from_array(lanes.map(|adam| adam.beta2)),
            epsilon: R::from_array(lanes.map(|adam| adam.epsilon)),
            powers: [R::splat(1.0); 2],
            moments: vec![Moments { mean: zero, square: zero }; parameters],
        }
    }

    /// The steps of an epoch along a gradient of each parameter, in their order.
    #[inline(always)]
    pub(super) fn along(&mut self, gradients: impl Iterator<Item = R>, rate: R) -> impl Iterator<Item = R> {
        let one = R::splat(1.0);
        self.powers = [self.powers[0] * self.beta1, self.powers[1] * self.beta2];
        let rate = rate / (one - self.powers[0]);
        let correction = one / (one - self.powers[1]);
        let (beta1, beta2, epsilon) = (self.beta1, self.beta2, self.epsilon);
        self.moments.iter_mut().zip(gradients).map(move |(moments, gradient)| {
            let mean = moments.mean.mul_add(beta1, (one - beta1) * gradient);
            let square = moments.square.mul_add(beta2, (one - beta2) * gradient * gradient);
            *moments = Moments { mean, square };
            rate * mean / ((square * correction).sqrt() + epsilon)
        })
    }

    /// What the next epoch starts from.
    pub(super) fn memory(&self) -> Vec<R> {
        let moments = self.moments.iter().flat_map(|moments| [moments.mean, moments.square]);
        self.powers.into_iter().chain(moments).collect()
    }

    /// Takes what [`Steps::memory`] gave.
    pub(super) fn restore(&mut self, memory: &[R]) {
        let (powers, moments) = memory.split_at(2);
        self.powers.copy_from_slice(powers);
        for (moments, numbers) in self.moments.iter_mut().zip(moments.chunks_exact(2)) {
            *moments = Moments { mean: numbers[0], square: numbers[1] };
        }
    }
}

impl<R: Real> Learn<R> for State<R> {
    #[inline(always)]
    fn numbers(&self) -> &[R] {
        &self.thetas
    }

    #[inline(always)]
    fn learn(&mut self, told: Told<'_, R>, rate: R) {
        let gradients = told.gradient();
        let steps = self.steps.along(gradients.iter().copied(), rate);
        for (theta, step) in self.thetas.iter_mut().zip(steps) {
            *theta = *theta + step;
        }
    }

    fn memory(&self) -> Vec<R> {
        self.steps.memory()
    }

    fn restore(&mut self, memory: &[R]) {
        self.steps.restore(memory);
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
            move |t: f64, g: f64, [m, s, _]: &mut [f64; 3]| {
                let Adam { beta1, beta2, epsilon } = adams[lane];
                *m = beta1 * *m + (1.0 - beta1) * g;
                *s = beta2 * *s + (1.0 - beta2) * g * g;
                let (mean, square) = (*m / (1.0 - libm::pow(beta1, t)), *s / (1.0 - libm::pow(beta2, t)));
                rates[lane] * mean / (square.sqrt() + epsilon)
            }
        });
        assert_follows(adams.map(Learner::Adam), rates, steps.each_ref().map(|step| step as Step));
    }

    #[test]
    fn it_stays_away_from_the_centre_of_a_bilinear_game() {
        // From a transcription in Python.
        let radius = radius_of_bilinear_game(
            Learner::Adam(Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
            0.01,
            5000,
        );
        assert!((radius / 3.455_590_511 - 1.0).abs() < 1e-9, "{radius}");
    }
}
