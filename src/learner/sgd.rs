//! Stochastic gradient ascent, with optional heavy-ball momentum (Polyak 1964).

use super::hyperparameter::{Domain, Hyperparameter, Range, Value};
use super::{Course, Entry, Feedback, Learn, LinearResponse, Rule, Told};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of SGD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// Share of the last step's velocity that is kept, in \[0, 1).
    pub momentum: f64,
}

impl Rule for Sgd {
    const ENTRY: Entry = Entry {
        name: "sgd",
        doc: "stochastic gradient ascent with heavy-ball momentum (Polyak 1964)",
        feedback: Feedback::Gradient,
        learning_rate: Some(0.3),
        batch_exponent: Some(-1.0),
        hyperparameters: &[Hyperparameter {
            name: "momentum",
            doc: "share of the last step's velocity that is kept",
            default: Value::Number(0.0),
            domain: Domain::Number(Range::SHARE),
        }],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        Sgd { momentum: values[0].number() }
    }

    fn values(&self) -> Vec<Value> {
        vec![Value::Number(self.momentum)]
    }

    /// SGD is linear as it stands: m is the velocity.
    fn near_rest(&self, learning_rate: f64, _: f64) -> Option<LinearResponse> {
        Some(LinearResponse { decay: self.momentum, gain: 1.0, step: learning_rate })
    }

    fn start<R: Real>(lanes: [Self; LANES], _: [Course; LANES], thetas: Vec<R>) -> State<R> {
        State {
            momentum: R::from_array(lanes.map(|sgd| sgd.momentum)),
            velocities: vec![R::splat(0.0); thetas.len()],
            thetas,
        }
    }
}

/// SGD over lanes: velocity <- momentum velocity + g, theta <- theta + learning_rate velocity.
pub struct State<R> {
    momentum: R,
    /// One a parameter.
    velocities: Vec<R>,
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
        for ((theta, velocity), &gradient) in self.thetas.iter_mut().zip(&mut self.velocities).zip(gradients)
        {
            *velocity = velocity.mul_add(self.momentum, gradient);
            *theta = velocity.mul_add(rate, *theta);
        }
    }

    fn memory(&self) -> Vec<R> {
        self.velocities.clone()
    }

    fn restore(&mut self, memory: &[R]) {
        self.velocities.copy_from_slice(memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Step, assert_follows, radius_of_bilinear_game};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let sgds: [Sgd; LANES] = std::array::from_fn(|lane| Sgd { momentum: 0.12 * lane as f64 });
        let rates = std::array::from_fn(|lane| 0.1 * (1.0 + lane as f64));
        let steps: [_; LANES] = std::array::from_fn(|lane| {
            move |_: f64, g: f64, [velocity, ..]: &mut [f64; 3]| {
                *velocity = sgds[lane].momentum * *velocity + g;
                rates[lane] * *velocity
            }
        });
        assert_follows(sgds.map(Learner::Sgd), rates, steps.each_ref().map(|step| step as Step));
    }

    #[test]
    fn it_leaves_the_centre_of_a_bilinear_game() {
        // An epoch multiplies the distance by (1 + lr^2)^(1/2).
        let radius = radius_of_bilinear_game(Learner::Sgd(Sgd { momentum: 0.0 }), 0.1, 1000);
        assert!((radius / 144.772_772_4 - 1.0).abs() < 1e-9, "{radius}");
    }
}
