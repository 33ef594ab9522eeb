//! Learners against their scalar transcriptions.

use super::{Bids, Course, Learn, Learner, State, Told};
use crate::numeric::simd::{Float, Instance, Kernel, LANES, Real, Simd, run};

/// A scalar transcription: the step of one parameter in epoch t = 1, 2, .. with a gradient, and what it
/// keeps.
pub(super) type Step<'a> = &'a dyn Fn(f64, f64, &mut [f64; 3]) -> f64;

/// The step of one parameter along a gradient, at a rate.
type PlainStep = fn(f64, f64) -> f64;

/// As [`assert_follows`] for learners that look ahead by a step; what they learn where they look is `steps`'.
pub(super) fn assert_looks_and_follows(
    lanes: [Learner; LANES],
    rates: [f64; LANES],
    look: PlainStep,
    steps: [Step; LANES],
) {
    for instance in Instance::available() {
        run(instance, Driven { lanes, rates, look: Some(look), steps });
    }
}

/// Drives eight learners, one a lane, along made-up gradients of two parameters each, and holds every number
/// of every epoch to the transcriptions.
pub(super) fn assert_follows(lanes: [Learner; LANES], rates: [f64; LANES], steps: [Step; LANES]) {
    for instance in Instance::available() {
        run(instance, Driven { lanes, rates, look: None, steps });
    }
}

const PARAMETERS: usize = 2;
const EPOCHS: u32 = 300;

struct Driven<'a> {
    lanes: [Learner; LANES],
    rates: [f64; LANES],
    look: Option<PlainStep>,
    steps: [Step<'a>; LANES],
}

/// A gradient that drifts, swings and changes its sign.
fn gradient(epoch: u32, lane: usize, parameter: usize) -> f64 {
    let t = f64::from(epoch) + 0.3 * lane as f64 + 7.0 * parameter as f64;
    libm::sin(0.7 * t) * libm::exp(0.5 * libm::sin(0.05 * t)) - 0.1
}

impl Kernel for Driven<'_> {
    type Output = ();

    fn run<S: Simd>(self) {
        let mut thetas = [[0.25; LANES]; PARAMETERS];
        let mut memories = [[[0.0; 3]; LANES]; PARAMETERS];
        let start = thetas.map(S::Real::from_array).to_vec();
        let mut state = State::start(self.lanes, [Course { epochs: EPOCHS, high: 1.0 }; LANES], start);
        let rates = S::Real::from_array(self.rates);
        for epoch in 1..=EPOCHS {
            let gradients: [[f64; LANES]; PARAMETERS] =
                std::array::from_fn(|k| std::array::from_fn(|lane| gradient(epoch, lane, k)));
            if let Some(look) = self.look {
                let before: [[f64; LANES]; PARAMETERS] =
                    std::array::from_fn(|k| std::array::from_fn(|lane| gradient(epoch + 1000, lane, k)));
                state.look(Told::Gradient(&before.map(S::Real::from_array)), rates);
                for k in 0..PARAMETERS {
                    let looked = state.numbers()[k].to_array();
                    for lane in 0..LANES {
                        let expected = thetas[k][lane] + look(self.rates[lane], before[k][lane]);
                        let close = 1e-12 * (1.0 + expected.abs());
                        assert!((looked[lane] - expected).abs() < close, "epoch {epoch}: {expected}");
                    }
                }
            }
            state.learn(Told::Gradient(&gradients.map(S::Real::from_array)), rates);
            for k in 0..PARAMETERS {
                let numbers = state.numbers()[k].to_array();
                for lane in 0..LANES {
                    let step = self.steps[lane];
                    thetas[k][lane] += step(f64::from(epoch), gradients[k][lane], &mut memories[k][lane]);
                    let (found, expected) = (numbers[lane], thetas[k][lane]);
                    let close = 1e-12 * (1.0 + expected.abs());
                    assert!((found - expected).abs() < close, "epoch {epoch}: {found} for {expected}");
                }
            }
        }
    }
}

/// How far from the centre a learner ends on the field of the bilinear game in which one ascends x y in x and
/// the other -x y in y, from (1, 0).
pub(super) fn radius_of_bilinear_game(learner: Learner, rate: f64, epochs: u32) -> f64 {
    let [x, y] = run(Instance::best(), Bilinear { learner, rate, epochs });
    libm::hypot(x, y)
}

struct Bilinear {
    learner: Learner,
    rate: f64,
    epochs: u32,
}

impl Kernel for Bilinear {
    type Output = [f64; 2];

    fn run<S: Simd>(self) -> [f64; 2] {
        let (zero, rate) = (S::Real::splat(0.0), S::Real::splat(self.rate));
        let mut state = State::start(
            [self.learner; LANES],
            [Course { epochs: self.epochs, high: 1.0 }; LANES],
            vec![S::Real::splat(1.0), zero],
        );
        let gradient = |state: &State<S::Real>| [state.numbers()[1], zero - state.numbers()[0]];
        for _ in 0..self.epochs {
            if self.learner.look().is_some() {
                let told = gradient(&state);
                state.look(Told::Gradient(&told), rate);
            }
            let told = gradient(&state);
            state.learn(Told::Gradient(&told), rate);
        }
        [0, 1].map(|k| state.numbers()[k].to_array()[0])
    }
}

/// A scalar transcription of a learner on arms: the mixture that follows an epoch's payoffs.
pub(super) type Scalar = Box<dyn FnMut(&[f64]) -> Vec<f64>>;

/// The same for learners on five arms: drives them along made-up payoffs.
pub(super) fn assert_follows_on_arms(lanes: [Learner; LANES], scalar: &dyn Fn(usize, &Course) -> Scalar) {
    for instance in Instance::available() {
        run(instance, DrivenOnArms { lanes, scalar });
    }
}

const FIVE: usize = 5;

struct DrivenOnArms<'a> {
    lanes: [Learner; LANES],
    scalar: &'a dyn Fn(usize, &Course) -> Scalar,
}

/// Payoffs that drift, so that the best arm changes.
fn payoff(epoch: u32, lane: usize, arm: usize) -> f64 {
    let t = f64::from(epoch) + 0.3 * lane as f64;
    0.3 + 0.2 * libm::sin(0.03 * t + 1.3 * arm as f64) + 0.1 * libm::cos(1.7 * t * (1.0 + arm as f64))
}

impl Kernel for DrivenOnArms<'_> {
    type Output = ();

    fn run<S: Simd>(self) {
        let courses: [Course; LANES] =
            std::array::from_fn(|lane| Course { epochs: EPOCHS, high: 1.0 + 0.5 * lane as f64 });
        let mut scalars: [Scalar; LANES] = std::array::from_fn(|lane| (self.scalar)(lane, &courses[lane]));
        let mut state = State::start(self.lanes, courses, vec![S::Real::splat(1.0 / FIVE as f64); FIVE]);
        for epoch in 1..=EPOCHS {
            let payoffs: [[f64; LANES]; FIVE] =
                std::array::from_fn(|arm| std::array::from_fn(|lane| payoff(epoch, lane, arm)));
            state.learn(Told::Arms(&payoffs.map(S::Real::from_array)), S::Real::splat(1.0));
            for lane in 0..LANES {
                let expected = scalars[lane](&payoffs.map(|of_arm| of_arm[lane]));
                for (number, expected) in state.numbers().iter().zip(expected) {
                    let found = number.to_array()[lane];
                    assert!((found - expected).abs() < 1e-11, "epoch {epoch}: {found} for {expected}");
                }
            }
        }
    }
}

/// Bins and bids of the tables that are driven.
pub(super) const TABLE: [usize; 2] = [3, 4];

/// The same for learners on tables with bids up to 1: drives them along made-up chances to win, or along
/// payoffs that differ more from bin to bin.
pub(super) fn assert_follows_on_tables(
    lanes: [Learner; LANES],
    alike: bool,
    scalar: &dyn Fn(usize, &Course) -> Scalar,
) {
    for instance in Instance::available() {
        run(instance, DrivenOnTables { lanes, alike, scalar });
    }
}

struct DrivenOnTables<'a> {
    lanes: [Learner; LANES],
    alike: bool,
    scalar: &'a dyn Fn(usize, &Course) -> Scalar,
}

impl Kernel for DrivenOnTables<'_> {
    type Output = ();

    fn run<S: Simd>(self) {
        let [bins, bids] = TABLE;
        let courses: [Course; LANES] =
            std::array::from_fn(|lane| Course { epochs: EPOCHS, high: 1.0 + 0.5 * lane as f64 });
        let mut scalars: [Scalar; LANES] = std::array::from_fn(|lane| (self.scalar)(lane, &courses[lane]));
        let numbers = vec![S::Real::splat(1.0 / bids as f64); bins * bids];
        let mut state = State::start(self.lanes, courses, numbers);
        let of_lanes = |number: &dyn Fn(usize) -> f64| S::Real::from_array(std::array::from_fn(number));
        let value = |lane: usize, bin: usize| courses[lane].high * (bin as f64 + 0.5) / bins as f64;
        let bid = |m: usize| m as f64 / (bids - 1) as f64;
        let values: Vec<_> = (0..bins).map(|bin| of_lanes(&|lane| value(lane, bin))).collect();
        let grid: Vec<_> = (0..bids).map(|m| S::Real::splat(bid(m))).collect();
        for epoch in 1..=EPOCHS {
            let chance = |lane: usize, bin: usize, m: usize| match self.alike {
                true => payoff(epoch, lane, m),
                false => payoff(epoch, lane, m + bin),
            };
            let earns = |lane, bin, m| (value(lane, bin) - bid(m)) * chance(lane, bin, m);
            let cells = || (0..bins).flat_map(|bin| (0..bids).map(move |m| (bin, m)));
            let wins: Vec<_> = (0..bids).map(|m| of_lanes(&|lane| chance(lane, 0, m))).collect();
            let payoffs: Vec<_> = cells().map(|(bin, m)| of_lanes(&|lane| earns(lane, bin, m))).collect();
            let told = match self.alike {
                true => Told::Bids(Bids { values: &values, bids: &grid, wins: &wins }),
                false => Told::Arms(&payoffs),
            };
            state.learn(told, S::Real::splat(1.0));
            for (lane, scalar) in scalars.iter_mut().enumerate() {
                let payoffs: Vec<f64> = cells().map(|(bin, m)| earns(lane, bin, m)).collect();
                for (number, expected) in state.numbers().iter().zip(scalar(&payoffs)) {
                    let found = number.to_array()[lane];
                    assert!((found - expected).abs() < 1e-10, "epoch {epoch}: {found} for {expected}");
                }
            }
        }
    }
}
