//! Follow the perturbed leader over arms (Hannan 1957; Kalai and Vempala 2005).

use super::hyperparameter::{ARMS, Domain, Hyperparameter, Range, Tuned, Value};
use super::mixture::{highest, softmax};
use super::pace::{Pace, hedge_bound, hedge_step};
use super::{Course, Entry, Feedback, Heard, Learn, RegretBound, Rule, Told};
use crate::auction::strategy::{Play, Strategy};
use crate::numeric::elementary::exp;
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of follow the perturbed leader.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ftpl {
    /// Number of arms, K.
    pub arms: u32,
    /// The step eta: perturbations are divided by it.
    pub step: Tuned,
    /// The law of the perturbations.
    pub noise: Noise,
}

/// The law of the perturbation Z of an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    /// P(Z <= z) = exp(-exp(-z)): the leader is drawn as by multiplicative weights.
    Gumbel,
    /// P(Z <= z) = 1 - exp(-z), z >= 0.
    Exponential,
}

const NOISES: [(&str, Noise); 2] = [("gumbel", Noise::Gumbel), ("exponential", Noise::Exponential)];

impl Rule for Ftpl {
    const ENTRY: Entry = Entry {
        name: "ftpl",
        doc: "follow the perturbed leader over a grid of multipliers (Kalai and Vempala 2005)",
        feedback: Feedback::EveryArm,
        learning_rate: None,
        batch_exponent: None,
        hyperparameters: &[
            ARMS,
            Hyperparameter {
                name: "step",
                doc: "what perturbations are divided by, per unit of value; textbook: that of mwu",
                default: Value::Tuned(Tuned::Constant(0.317)),
                domain: Domain::Tuned { range: Range::POSITIVE, anytime: true },
            },
            Hyperparameter {
                name: "noise",
                doc: "the law of the perturbations",
                default: Value::Word(NOISES[0].0),
                domain: Domain::Word(&[NOISES[0].0, NOISES[1].0]),
            },
        ],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        let word = values[2].word();
        let noise = NOISES.iter().find(|(other, _)| *other == word).expect("a word of the domain").1;
        Ftpl { arms: values[0].count(), step: values[1].tuned(), noise }
    }

    fn values(&self) -> Vec<Value> {
        let word = NOISES.iter().find(|(_, other)| *other == self.noise).expect("every noise has a word").0;
        vec![Value::Count(self.arms), Value::Tuned(self.step), Value::Word(word)]
    }

    fn play(&self, _: Strategy) -> Play {
        Play::Arms { arms: self.arms as usize }
    }

    /// That of multiplicative weights, whose law it has under Gumbel perturbations.
    fn regret_bound(&self, course: &Course, _: &Heard) -> Option<RegretBound> {
        (self.noise == Noise::Gumbel).then(|| RegretBound::Sure(hedge_bound(self.step, self.arms, course)))
    }

    fn start<R: Real>(lanes: [Self; LANES], courses: [Course; LANES], shares: Vec<R>) -> State<R> {
        let textbook = std::array::from_fn(|lane| hedge_step(lanes[lane].arms, &courses[lane]));
        let exponential = |ftpl: Ftpl| if ftpl.noise == Noise::Exponential { 1.0 } else { 0.0 };
        let arms = shares.len();
        State {
            pace: Pace::new(lanes.map(|ftpl| ftpl.step), textbook),
            exponential: R::from_array(lanes.map(exponential)),
            any_exponential: lanes.iter().any(|ftpl| ftpl.noise == Noise::Exponential),
            payoffs: vec![R::splat(0.0); arms],
            factors: vec![R::splat(0.0); arms],
            led: vec![R::splat(0.0); arms],
            nodes: GaussLegendre::of_order(arms.div_ceil(2)).points(0.0, 1.0).collect(),
            shares,
        }
    }
}

/// Follow the perturbed leader over lanes: u are the payoffs of the arms, and every auction draws its own
/// perturbations, so that what is played is the law of the leader.
///
/// L <- L + u,    x_k = P(k is the first of the highest L_j + Z_j / eta).
///
/// Of exponential perturbations, with c_k = exp(-eta (max_j L_j - L_k)),
/// x_k = c_k int_0^1 prod_(j not k) (1 - u c_j) du, a polynomial of degree K - 1 in u.
pub struct State<R> {
    pace: Pace<R>,
    /// 1 where perturbations are exponential, 0 where they are Gumbel's.
    exponential: R,
    any_exponential: bool,
    /// L.
    payoffs: Vec<R>,
    /// c.
    factors: Vec<R>,
    /// The law of the leader under exponential perturbations.
    led: Vec<R>,
    /// Nodes and weights on \[0, 1\] that are exact for polynomials of degree K - 1.
    nodes: Vec<(f64, f64)>,
    /// x.
    shares: Vec<R>,
}

impl<R: Real> State<R> {
    /// The law of the leader under exponential perturbations.
    #[inline(always)]
    fn lead(&mut self, step: R) {
        let (zero, one) = (R::splat(0.0), R::splat(1.0));
        let highest = highest(&self.payoffs);
        for (factor, &sum) in self.factors.iter_mut().zip(&self.payoffs) {
            *factor = exp(step * (sum - highest));
        }
        self.led.fill(zero);
        for &(u, weight) in &self.nodes {
            let (u, mut product) = (R::splat(u), R::splat(weight));
            for &factor in &self.factors {
                product = product * u.mul_sub_from(factor, one);
            }
            for (led, &factor) in self.led.iter_mut().zip(&self.factors) {
                *led = (factor / u.mul_sub_from(factor, one)).mul_add(product, *led);
            }
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
        for (sum, &payoff) in self.payoffs.iter_mut().zip(told.arms()) {
            *sum = *sum + payoff;
        }
        let step = self.pace.next();
        softmax(&self.payoffs, step, &mut self.shares);
        if self.any_exponential {
            self.lead(step);
            let one = R::splat(1.0);
            for (share, &led) in self.shares.iter_mut().zip(&self.led) {
                *share = self.exponential.if_equal(one, led, *share);
            }
        }
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
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Scalar, assert_follows_on_arms};

    /// The law of the leader, by direct integration over the leader's own perturbation.
    fn law(sums: &[f64], step: f64, noise: Noise) -> Vec<f64> {
        if noise == Noise::Gumbel {
            let sum: f64 = sums.iter().map(|sum| libm::exp(step * sum)).sum();
            return sums.iter().map(|one| libm::exp(step * one) / sum).collect();
        }
        let share = |k: usize| {
            let integrand = |z: f64| {
                let others = (0..sums.len()).filter(|j| *j != k);
                let below = others.map(|j| (1.0 - libm::exp(-(z + step * (sums[k] - sums[j])))).max(0.0));
                libm::exp(-z) * below.product::<f64>()
            };
            // The integrand bends where the leader passes another.
            let mut ends: Vec<f64> =
                sums.iter().map(|sum| step * (sum - sums[k])).filter(|z| *z > 0.0).collect();
            ends.extend([0.0, 50.0]);
            ends.extend((1..50).map(f64::from));
            ends.sort_by(f64::total_cmp);
            GaussLegendre::of_order(20).integrate_panels(&ends, integrand)
        };
        (0..sums.len()).map(share).collect()
    }

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let ftpls: [Ftpl; LANES] = std::array::from_fn(|lane| Ftpl {
            arms: 5,
            step: if lane < 4 { Tuned::Constant(0.3) } else { Tuned::Anytime(1.5) },
            noise: if lane % 2 == 0 { Noise::Gumbel } else { Noise::Exponential },
        });
        assert_follows_on_arms(ftpls.map(Learner::Ftpl), &|lane, _| -> Scalar {
            let (mut sums, mut t) = (vec![0.0; 5], 0.0_f64);
            Box::new(move |payoffs| {
                t += 1.0;
                sums.iter_mut().zip(payoffs).for_each(|(sum, payoff)| *sum += payoff);
                let step = if lane < 4 { 0.3 } else { 1.5 / (t + 1.0).sqrt() };
                law(&sums, step, ftpls[lane].noise)
            })
        });
    }

    #[test]
    fn draws_of_the_leader_have_the_law() {
        let (sums, step) = ([0.3, 1.0, 0.8, -0.5], 2.0);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        for noise in [Noise::Gumbel, Noise::Exponential] {
            let mut counts = [0.0; 4];
            const DRAWS: usize = 100_000;
            for _ in 0..DRAWS {
                let perturbed = sums.map(|sum| {
                    let unit = ((rng.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
                    let exponential = -libm::log(unit);
                    let z = if noise == Noise::Gumbel { -libm::log(exponential) } else { exponential };
                    sum + z / step
                });
                let leader = (0..4).max_by(|a, b| perturbed[*a].total_cmp(&perturbed[*b])).unwrap();
                counts[leader] += 1.0;
            }
            let expected = law(&sums, step, noise).into_iter().map(|share| share * DRAWS as f64);
            // Chi-square with 3 degrees of freedom exceeds 16.3 once in a thousand.
            let chi_square: f64 = counts.iter().zip(expected).map(|(n, e)| (n - e) * (n - e) / e).sum();
            assert!(chi_square < 16.3, "{noise:?}: {chi_square}");
        }
    }
}
