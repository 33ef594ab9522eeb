//! Extragradient ascent (Korpelevich 1976).

use super::hyperparameter::{Domain, Hyperparameter, Value};
use super::{Course, Entry, Feedback, Learn, LinearResponse, Look, Rule, Told};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of extragradient ascent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extragradient {
    /// Whether the gradient where it looks is taken on profiles of its own.
    pub fresh: bool,
}

impl Rule for Extragradient {
    const ENTRY: Entry = Entry {
        name: "extragradient",
        doc: "ascent along the gradient one step ahead, all who do look at once (Korpelevich 1976)",
        feedback: Feedback::Gradient,
        // As sgd's: where it looks is a step of small size away.
        learning_rate: Some(0.3),
        batch_exponent: Some(-1.0),
        hyperparameters: &[Hyperparameter {
            name: "fresh",
            doc: "whether the gradient ahead is taken on other profiles than the look: twice as many are drawn",
            default: Value::Flag(false),
            domain: Domain::Flag,
        }],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        Extragradient { fresh: values[0].flag() }
    }

    fn values(&self) -> Vec<Value> {
        vec![Value::Flag(self.fresh)]
    }

    /// It answers to the gradient elsewhere.
    fn near_rest(&self, _: f64, _: f64) -> Option<LinearResponse> {
        None
    }

    fn look(&self) -> Option<Look> {
        Some(if self.fresh { Look::Fresh } else { Look::Same })
    }

    fn start<R: Real>(_: [Self; LANES], _: [Course; LANES], thetas: Vec<R>) -> State<R> {
        State { looks: thetas.clone(), looking: false, thetas }
    }
}

/// Extragradient ascent over lanes: theta' = theta + learning_rate g(theta), theta <- theta + learning_rate
/// g(theta').
pub struct State<R> {
    thetas: Vec<R>,
    /// theta', one a parameter.
    looks: Vec<R>,
    /// Whether theta' is played.
    looking: bool,
}

impl<R: Real> Learn<R> for State<R> {
    #[inline(always)]
    fn numbers(&self) -> &[R] {
        if self.looking { &self.looks } else { &self.thetas }
    }

    #[inline(always)]
    fn look(&mut self, told: Told<'_, R>, rate: R) {
        let gradients = told.gradient();
        for ((look, &theta), &gradient) in self.looks.iter_mut().zip(&self.thetas).zip(gradients) {
            *look = rate.mul_add(gradient, theta);
        }
        self.looking = true;
    }

    #[inline(always)]
    fn learn(&mut self, told: Told<'_, R>, rate: R) {
        let gradients = told.gradient();
        for (theta, &gradient) in self.thetas.iter_mut().zip(gradients) {
            *theta = rate.mul_add(gradient, *theta);
        }
        self.looking = false;
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
    use crate::learner::fixture::{Step, assert_looks_and_follows, radius_of_bilinear_game};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let rates = std::array::from_fn(|lane| 0.1 * (1.0 + lane as f64));
        let steps: [_; LANES] =
            std::array::from_fn(|lane| move |_: f64, g: f64, _: &mut [f64; 3]| rates[lane] * g);
        let lanes = [Learner::Extragradient(Extragradient { fresh: false }); LANES];
        assert_looks_and_follows(lanes, rates, |rate, g| rate * g, steps.each_ref().map(|step| step as Step));
    }

    #[test]
    fn it_reaches_the_centre_of_a_bilinear_game() {
        // An epoch multiplies the distance by (1 - lr^2 + lr^4)^(1/2).
        let radius =
            radius_of_bilinear_game(Learner::Extragradient(Extragradient { fresh: false }), 0.1, 1000);
        assert!((radius / 0.006_910_830_731 - 1.0).abs() < 1e-9, "{radius}");
    }
}
