//! Optimistic gradient ascent (Popov 1980; Daskalakis et al. 2018, equation 2).

use super::hyperparameter::Value;
use super::{Course, Entry, Feedback, Learn, LinearResponse, Rule, Told};
use crate::numeric::simd::{LANES, Real};

/// Optimistic gradient ascent; it has no hyperparameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ogda;

impl Rule for Ogda {
    const ENTRY: Entry = Entry {
        name: "ogda",
        doc: "optimistic gradient ascent, each step less the last gradient (Popov 1980)",
        feedback: Feedback::Gradient,
        // As sgd's: what it adds, g_t - g_(t-1), is of second order in the step.
        learning_rate: Some(0.3),
        batch_exponent: Some(-1.0),
        hyperparameters: &[],
    };
    type State<R: Real> = State<R>;

    fn build(_: &[Value]) -> Self {
        Ogda
    }

    fn values(&self) -> Vec<Value> {
        Vec::new()
    }

    /// It answers to two gradients.
    fn near_rest(&self, _: f64, _: f64) -> Option<LinearResponse> {
        None
    }

    fn start<R: Real>(_: [Self; LANES], _: [Course; LANES], thetas: Vec<R>) -> State<R> {
        State { begun: R::splat(0.0), last: vec![R::splat(0.0); thetas.len()], thetas }
    }
}

/// Optimistic gradient ascent over lanes: theta <- theta + learning_rate (2 g_t - g_(t-1)), where g_0 = g_1:
/// the first step is plain.
pub struct State<R> {
    /// 0 before the first epoch, then 1.
    begun: R,
    /// g_(t-1), one a parameter.
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
        for ((theta, last), &gradient) in self.thetas.iter_mut().zip(&mut self.last).zip(gradients) {
            let change = self.begun.if_greater(zero, gradient - *last, zero);
            *theta = rate.mul_add(gradient + change, *theta);
            *last = gradient;
        }
        self.begun = R::splat(1.0);
    }

    fn memory(&self) -> Vec<R> {
        [self.begun].into_iter().chain(self.last.iter().copied()).collect()
    }

    fn restore(&mut self, memory: &[R]) {
        self.begun = memory[0];
        self.last.copy_from_slice(&memory[1..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Step, assert_follows, radius_of_bilinear_game};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let rates = std::array::from_fn(|lane| 0.1 * (1.0 + lane as f64));
        let steps: [_; LANES] = std::array::from_fn(|lane| {
            move |t: f64, g: f64, [last, ..]: &mut [f64; 3]| {
                let before = if t == 1.0 { g } else { *last };
                *last = g;
                rates[lane] * (2.0 * g - before)
            }
        });
        assert_follows([Learner::Ogda(Ogda); LANES], rates, steps.each_ref().map(|step| step as Step));
    }

    #[test]
    fn it_reaches_the_centre_of_a_bilinear_game() {
        // From a transcription in Python.
        let radius = radius_of_bilinear_game(Learner::Ogda(Ogda), 0.1, 1000);
        assert!((radius / 0.006_304_736_248 - 1.0).abs() < 1e-9, "{radius}");
    }
}
