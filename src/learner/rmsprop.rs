//! RMSProp (Tieleman and Hinton 2012, lecture 6.5).

use super::hyperparameter::{Domain, Hyperparameter, Range, Value};
use super::{Course, Entry, Feedback, Learn, LinearResponse, Rule, Told};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of RMSProp.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rmsprop {
    /// Decay of the second moment, in \[0, 1).
    pub rho: f64,
    /// Added to the root of the second moment, above 0.
    pub epsilon: f64,
    /// Which second moment the steps are divided by the root of.
    pub moment: Moment,
}

/// A second moment of the gradient g.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// E g^2.
    Raw,
    /// E g^2 - (E g)^2 (Graves 2013, equations 38 to 41).
    Central,
}

const MOMENTS: [(&str, Moment); 2] = [("raw", Moment::Raw), ("central", Moment::Central)];

impl Rule for Rmsprop {
    const ENTRY: Entry = Entry {
        name: "rmsprop",
        doc: "RMSProp, steps divided by the gradient's running root mean square (Tieleman and Hinton 2012)",
        feedback: Feedback::Gradient,
        // As Adam's.
        learning_rate: Some(0.01),
        batch_exponent: Some(-0.5),
        hyperparameters: &[
            Hyperparameter {
                name: "rho",
                doc: "decay of the second moment",
                default: Value::Number(0.99),
                domain: Domain::Number(Range::SHARE),
            },
            Hyperparameter {
                name: "epsilon",
                doc: "added to the root of the second moment",
                default: Value::Number(1e-8),
                domain: Domain::Number(Range::POSITIVE),
            },
            Hyperparameter {
                name: "moment",
                doc: "the second moment: of the gradient, or of its difference from its running mean (Graves 2013)",
                default: Value::Word(MOMENTS[0].0),
                domain: Domain::Word(&[MOMENTS[0].0, MOMENTS[1].0]),
            },
        ],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        let word = values[2].word();
        let moment = MOMENTS.iter().find(|(other, _)| *other == word).expect("a word of the domain").1;
        Rmsprop { rho: values[0].number(), epsilon: values[1].number(), moment }
    }

    fn values(&self) -> Vec<Value> {
        let word =
            MOMENTS.iter().find(|(_, other)| *other == self.moment).expect("every moment has a word").0;
        vec![Value::Number(self.rho), Value::Number(self.epsilon), Value::Word(word)]
    }

    /// RMSProp where s has settled: plain ascent. At a fixed point the gradient's mean is 0, and both moments
    /// are one.
    fn near_rest(&self, learning_rate: f64, gradient_rms: f64) -> Option<LinearResponse> {
        Some(LinearResponse { decay: 0.0, gain: 1.0, step: learning_rate / (gradient_rms + self.epsilon) })
    }

    fn start<R: Real>(lanes: [Self; LANES], _: [Course; LANES], thetas: Vec<R>) -> State<R> {
        let zero = R::splat(0.0);
        let central = |rmsprop: Self| if rmsprop.moment == Moment::Central { 1.0 } else { 0.0 };
        State {
            rho: R::from_array(lanes.map(|rmsprop| rmsprop.rho)),
            epsilon: R::from_array(lanes.map(|rmsprop| rmsprop.epsilon)),
            central: R::from_array(lanes.map(central)),
            moments: vec![Moments { mean: zero, square: zero }; thetas.len()],
            thetas,
        }
    }
}

/// RMSProp over lanes: m and s are the running moments of the gradient g, both 0 at first and not corrected
/// for that; m counts where the central moment is asked for.
///
/// m <- rho m + (1 - rho) g, s <- rho s + (1 - rho) g^2,
/// theta <- theta + learning_rate g / (sqrt(s - m^2) + epsilon).
pub struct State<R> {
    rho: R,
    epsilon: R,
    /// 1 where m counts, else 0.
    central: R,
    /// One a parameter.
    moments: Vec<Moments<R>>,
    thetas: Vec<R>,
}

/// The running moments m and s of one parameter's gradient.
#[derive(Clone, Copy)]
struct Moments<R> {
    mean: R,
    square: R,
}

impl<R: Real> Learn<R> for State<R> {
    #[inline(always)]
    fn numbers(&self) -> &[R] {
        &self.thetas
    }

    #[inline(always)]
    fn learn(&mut self, told: Told<'_, R>, rate: R) {
        let gradients = told.gradient();
        let (zero, renewal) = (R::splat(0.0), R::splat(1.0) - self.rho);
        for ((theta, moments), &gradient) in self.thetas.iter_mut().zip(&mut self.moments).zip(gradients) {
            let mean = moments.mean.mul_add(self.rho, renewal * gradient);
            let square = moments.square.mul_add(self.rho, renewal * gradient * gradient);
            *moments = Moments { mean, square };
            // Rounding may leave less than 0.
            let spread = (square - self.central * mean * mean).max(zero);
            *theta = *theta + rate * gradient / (spread.sqrt() + self.epsilon);
        }
    }

    fn memory(&self) -> Vec<R> {
        self.moments.iter().flat_map(|moments| [moments.mean, moments.square]).collect()
    }

    fn restore(&mut self, memory: &[R]) {
        for (moments, numbers) in self.moments.iter_mut().zip(memory.chunks_exact(2)) {
            *moments = Moments { mean: numbers[0], square: numbers[1] };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Step, assert_follows};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let rules: [Rmsprop; LANES] = std::array::from_fn(|lane| Rmsprop {
            rho: 0.99 - 0.1 * lane as f64,
            // The central moment of a moment's gradient is 0, and only epsilon keeps the first step finite.
            epsilon: libm::pow(10.0, -2.0 - 0.5 * lane as f64),
            moment: MOMENTS[lane % 2].1,
        });
        let rates = std::array::from_fn(|lane| 0.01 * (1.0 + lane as f64));
        let steps: [_; LANES] = std::array::from_fn(|lane| {
            move |_: f64, g: f64, [m, s, _]: &mut [f64; 3]| {
                let Rmsprop { rho, epsilon, moment } = rules[lane];
                *m = rho * *m + (1.0 - rho) * g;
                *s = rho * *s + (1.0 - rho) * g * g;
                let spread = if moment == Moment::Central { *s - *m * *m } else { *s };
                rates[lane] * g / (spread.sqrt() + epsilon)
            }
        });
        assert_follows(rules.map(Learner::Rmsprop), rates, steps.each_ref().map(|step| step as Step));
    }
}
