//! Evolution strategies (Salimans et al. 2017; in auctions as neural pseudo-gradient ascent, Bichler et al.
//! 2021).

use super::adam::Steps;
use super::hyperparameter::{Domain, Hyperparameter, Range, Value};
use super::{Adam, Course, Entry, Feedback, Learn, LinearResponse, Perturbations, Rule, Told};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of evolution strategies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Es {
    /// Points that an epoch tries, P: pairs on both sides of theta.
    pub population: u32,
    /// The standard deviation s of the points around theta, above 0.
    pub sigma: f64,
    /// What steps along the estimated gradient.
    pub adam: Adam,
}

impl Es {
    /// Those of its own, before Adam's.
    const OWN: [Hyperparameter; 2] = [
        Hyperparameter {
            name: "population",
            doc: "points that an epoch tries, in pairs on both sides of theta",
            default: Value::Count(16),
            domain: Domain::Even { min: 2, max: 1024 },
        },
        Hyperparameter {
            name: "sigma",
            doc: "standard deviation in theta of the points that are tried",
            default: Value::Number(0.1),
            domain: Domain::Number(Range::POSITIVE),
        },
    ];
}

impl Rule for Es {
    const ENTRY: Entry = Entry {
        name: "es",
        doc: "evolution strategies on the true payoff of perturbed bids, then Adam's step (Salimans et al. 2017; \
              Bichler et al. 2021)",
        feedback: Feedback::Trials,
        // Its noise is that of the batch and that of the points tried.
        learning_rate: Some(0.01),
        batch_exponent: None,
        hyperparameters: &{
            let ([population, sigma], [beta1, beta2, epsilon]) = (Es::OWN, Adam::HYPERPARAMETERS);
            [population, sigma, beta1, beta2, epsilon]
        },
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        Es { population: values[0].count(), sigma: values[1].number(), adam: Adam::build(&values[2..]) }
    }

    fn values(&self) -> Vec<Value> {
        let own = [Value::Count(self.population), Value::Number(self.sigma)];
        own.into_iter().chain(self.adam.values()).collect()
    }

    /// It is told no gradient.
    fn near_rest(&self, _: f64, _: f64) -> Option<LinearResponse> {
        None
    }

    fn perturbations(&self) -> Option<Perturbations> {
        Some(Perturbations { population: self.population, sigma: self.sigma })
    }

    fn start<R: Real>(lanes: [Self; LANES], _: [Course; LANES], thetas: Vec<R>) -> State<R> {
        State {
            per_point: R::from_array(lanes.map(|es| 1.0 / (f64::from(es.population) * es.sigma))),
            gradient: vec![R::splat(0.0); thetas.len()],
            steps: Steps::new(lanes.map(|es| es.adam), thetas.len()),
            thetas,
        }
    }
}

/// Evolution strategies over lanes, with normal eps_p in pairs of opposite signs:
///
/// g = (1 / (P s)) sum_p eps_p u(theta + s eps_p), theta <- theta + Adam's step along g.
pub struct State<R> {
    /// 1 / (P s).
    per_point: R,
    /// g, one a parameter.
    gradient: Vec<R>,
    steps: Steps<R>,
    thetas: Vec<R>,
}

impl<R: Real> Learn<R> for State<R> {
    #[inline(always)]
    fn numbers(&self) -> &[R] {
        &self.thetas
    }

    #[inline(always)]
    fn learn(&mut self, told: Told<'_, R>, rate: R) {
        let (normals, payoffs) = told.trials();
        let parameters = self.thetas.len();
        self.gradient.fill(R::splat(0.0));
        for (normals, payoffs) in normals.chunks_exact(parameters).zip(payoffs.chunks_exact(2)) {
            let difference = payoffs[0] - payoffs[1];
            for (sum, normal) in self.gradient.iter_mut().zip(normals) {
                *sum = normal.mul_add(difference, *sum);
            }
        }
        let per_point = self.per_point;
        let steps = self.steps.along(self.gradient.iter().map(|&sum| sum * per_point), rate);
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
    use crate::learner::{Learner, State};
    use crate::numeric::simd::{Float, Instance, Kernel, Simd, run};

    const ADAM: Adam = Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const COURSE: Course = Course { epochs: EPOCHS, high: 1.0 };
    const PARAMETERS: usize = 2;
    const EPOCHS: u32 = 200;

    /// The normal numbers of an epoch, made up; any numbers do.
    fn normal(epoch: u32, pair: usize, parameter: usize) -> f64 {
        2.0 * libm::sin(1.3 * f64::from(epoch) + 2.1 * pair as f64 + 0.7 * parameter as f64)
    }

    /// A payoff with a top at 1 and -1, no quadratic.
    fn payoff(thetas: [f64; PARAMETERS]) -> f64 {
        let [x, y] = [thetas[0] - 1.0, thetas[1] + 1.0];
        -libm::sqrt(1.0 + x * x + 0.5 * x * y + y * y)
    }

    struct Driven([Es; LANES]);

    impl Kernel for Driven {
        type Output = ();

        fn run<S: Simd>(self) {
            let lanes = self.0;
            let pairs = lanes[0].population as usize / 2;
            let rate = S::Real::splat(0.05);
            let mut state =
                State::start(lanes.map(Learner::Es), [COURSE; LANES], vec![S::Real::splat(0.0); PARAMETERS]);
            let mut thetas = [[0.0; PARAMETERS]; LANES];
            let mut moments = [[[0.0; 2]; PARAMETERS]; LANES];
            for t in 1..=EPOCHS {
                let mut payoffs = vec![[0.0; LANES]; 2 * pairs];
                for (lane, es) in lanes.iter().enumerate() {
                    let mut gradient = [0.0; PARAMETERS];
                    for pair in 0..pairs {
                        let at = |sign: f64| {
                            payoff(std::array::from_fn(|k| {
                                thetas[lane][k] + sign * es.sigma * normal(t, pair, k)
                            }))
                        };
                        (payoffs[2 * pair][lane], payoffs[2 * pair + 1][lane]) = (at(1.0), at(-1.0));
                        for (k, g) in gradient.iter_mut().enumerate() {
                            let points = f64::from(es.population) * es.sigma;
                            *g += normal(t, pair, k) * (at(1.0) - at(-1.0)) / points;
                        }
                    }
                    for (k, g) in gradient.into_iter().enumerate() {
                        let Adam { beta1, beta2, epsilon } = es.adam;
                        let [m, s] = &mut moments[lane][k];
                        *m = beta1 * *m + (1.0 - beta1) * g;
                        *s = beta2 * *s + (1.0 - beta2) * g * g;
                        let [mean, square] = [(*m, beta1), (*s, beta2)]
                            .map(|(moment, beta)| moment / (1.0 - libm::pow(beta, f64::from(t))));
                        thetas[lane][k] += 0.05 * mean / (square.sqrt() + epsilon);
                    }
                }
                let normals: Vec<_> = (0..pairs)
                    .flat_map(|pair| (0..PARAMETERS).map(move |k| S::Real::splat(normal(t, pair, k))))
                    .collect();
                let payoffs: Vec<_> = payoffs.into_iter().map(S::Real::from_array).collect();
                state.learn(Told::Trials { normals: &normals, payoffs: &payoffs }, rate);
                for (k, number) in state.numbers().iter().enumerate() {
                    for (found, expected) in number.to_array().into_iter().zip(&thetas) {
                        assert!((found - expected[k]).abs() < 1e-10, "epoch {t}: {found}");
                    }
                }
            }
            let near = |theta: &[f64; PARAMETERS]| (theta[0] - 1.0).abs().max((theta[1] + 1.0).abs()) < 0.1;
            assert!(thetas.iter().all(near), "{thetas:?} off the top");
        }
    }

    #[test]
    fn lanes_follow_the_scalar_transcription_to_the_top() {
        let es = |lane: usize| Es { population: 8, sigma: 0.02 * (1.0 + lane as f64), adam: ADAM };
        for instance in Instance::available() {
            run(instance, Driven(std::array::from_fn(es)));
        }
    }
}
