//! What every learner of the registry must do; one that is added is tested here by its row alone.

use bidsweep::auction::prior::Power;
use bidsweep::auction::strategy::Play;
use bidsweep::auction::{Prior, Strategy};
use bidsweep::equilibrium::references;
use bidsweep::learner::{Course, Feedback, Learn, Learner, RegretBound, State, Told, Value};
use bidsweep::numeric::simd::{Float, Instance, Kernel, LANES, Real, Simd, run};
use bidsweep::train::{Batch, Outcome, Rate, Recording, Run, Settings, Standing, Status, train, train_group};

mod common;
use common::{RECORDING, settings};

/// Learning rates that are tried: a learner has to reach what is asked for with one of them.
const RATES: [f64; 6] = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0];

/// Every learner with its default hyperparameters.
fn learners() -> Vec<Learner> {
    let build = |(index, entry): (usize, &bidsweep::learner::Entry)| {
        let defaults: Vec<Value> = entry.hyperparameters.iter().map(|h| h.default).collect();
        Learner::build(index, &defaults)
    };
    Learner::REGISTRY.iter().enumerate().map(build).collect()
}

/// Those that follow gradients.
fn climbers() -> Vec<Learner> {
    learners().into_iter().filter(|learner| learner.feedback() == Feedback::Gradient).collect()
}

/// Those on arms.
fn on_arms() -> Vec<Learner> {
    learners().into_iter().filter(|learner| learner.play(Strategy::Linear).arms().is_some()).collect()
}

/// The settings, with one learner for all bidders.
fn with_learner(settings: &Settings, learner: Learner, learning_rate: f64) -> Settings {
    let mut settings = settings.clone();
    for bidder in &mut settings.bidders {
        (bidder.learner, bidder.learning_rate) = (learner, Rate::Fixed(learning_rate));
    }
    settings
}

/// The same of another class of bid functions.
fn with_strategy(settings: &Settings, strategy: Strategy) -> Settings {
    let mut settings = settings.clone();
    settings.bidders.iter_mut().for_each(|bidder| bidder.strategy = strategy);
    settings
}

const CURVES: Strategy = Strategy::PiecewiseLinear { segments: 3 };

/// How far the tail means of all bidders end from a multiplier, with the best of the learning rates.
fn distance(settings: &Settings, learner: Learner, multiplier: f64) -> f64 {
    let furthest = |rate: f64| {
        let outcome = train(&with_learner(settings, learner, rate), 11, RECORDING);
        let bidders = outcome.bidders.iter();
        bidders.map(|bidder| (bidder.tail_mean - multiplier).abs()).fold(0.0, f64::max)
    };
    RATES.into_iter().map(furthest).fold(f64::INFINITY, f64::min)
}

fn smoothed_multiplier(settings: &Settings) -> f64 {
    let references = references(&settings.population(), settings.beta.last());
    references.bidders[0].smoothed.multiplier.expect("a symmetric game has one")
}

#[test]
fn learners_reach_the_smoothed_equilibrium_of_the_symmetric_auction() {
    for learner in climbers() {
        for bidders in [2, 3] {
            let settings = settings(bidders, 50.0);
            let target = smoothed_multiplier(&settings);
            // A tail of 1000 epochs has a standard error of about a thousandth.
            let sampled = distance(&settings, learner, target);
            assert!(sampled < 0.004, "{}, {bidders} bidders: {sampled} off {target}", learner.name());
            let exact = Settings { batch: Batch::Exact, ..settings };
            let exact = distance(&exact, learner, target);
            assert!(exact < 0.002, "{}, {bidders} bidders, exact: {exact} off {target}", learner.name());
        }
    }
}

#[test]
fn learners_reach_the_smoothed_equilibrium_of_a_power_prior() {
    let mut settings = settings(2, 50.0);
    let prior = Prior::Power(Power::new(2.0, 0.0, 1.0).unwrap());
    settings.bidders.iter_mut().for_each(|bidder| bidder.prior = prior.clone());
    let target = smoothed_multiplier(&settings);
    for learner in climbers() {
        let distance = distance(&settings, learner, target);
        assert!(distance < 0.004, "{}: {distance} off {target}", learner.name());
    }
}

/// A field of gradients that learners ascend: shape \[number\]\[number\] x, plus \[number\].
struct Field {
    learner: Learner,
    learning_rate: f64,
    slopes: Vec<Vec<f64>>,
    constants: Vec<f64>,
    start: Vec<f64>,
    epochs: u32,
}

impl Field {
    /// The gradients where numbers stand.
    fn at<R: Real>(&self, numbers: &[R]) -> Vec<R> {
        let derivative = |(slopes, constant): (&Vec<f64>, &f64)| {
            let terms = slopes.iter().zip(numbers);
            terms.fold(R::splat(*constant), |sum, (slope, x)| x.mul_add(R::splat(*slope), sum))
        };
        self.slopes.iter().zip(&self.constants).map(derivative).collect()
    }
}

/// Where a learner comes on a field: the last numbers and the mean over all epochs, lane by lane the same.
struct Path {
    last: Vec<f64>,
    mean: Vec<f64>,
}

impl Kernel for &Field {
    type Output = Path;

    fn run<S: Simd>(self) -> Path {
        let start: Vec<S::Real> = self.start.iter().map(|x| S::Real::splat(*x)).collect();
        let mut sums = vec![S::Real::splat(0.0); start.len()];
        let courses = [Course { epochs: self.epochs, high: 1.0 }; LANES];
        let mut state = State::start([self.learner; LANES], courses, start);
        let rate = S::Real::splat(self.learning_rate);
        for _ in 0..self.epochs {
            sums.iter_mut().zip(state.numbers()).for_each(|(sum, x)| *sum = *sum + *x);
            if self.learner.look().is_some() {
                let told = self.at(state.numbers());
                state.look(Told::Gradient(&told), rate);
            }
            let told = self.at(state.numbers());
            state.learn(Told::Gradient(&told), rate);
        }
        let of_lane = |numbers: &[S::Real]| -> Vec<f64> {
            for number in numbers {
                assert!(number.to_array().iter().all(|x| x.to_bits() == number.to_array()[0].to_bits()));
            }
            numbers.iter().map(|number| number.to_array()[0]).collect()
        };
        let epochs = f64::from(self.epochs);
        Path {
            last: of_lane(state.numbers()),
            mean: of_lane(&sums).into_iter().map(|sum| sum / epochs).collect(),
        }
    }
}

#[test]
fn learners_climb_a_quadratic() {
    // -sum_k c_k (x_k - t_k)^2 / 2.
    let (curvatures, top) = ([0.5, 1.0, 2.0], [0.7, -0.4, 1.3]);
    let slopes = (0..3).map(|k| (0..3).map(|j| if j == k { -curvatures[k] } else { 0.0 }).collect());
    for learner in climbers() {
        let field = |learning_rate| Field {
            learner,
            learning_rate,
            slopes: slopes.clone().collect(),
            constants: curvatures.iter().zip(top).map(|(c, t)| c * t).collect(),
            start: vec![0.0; 3],
            epochs: 5000,
        };
        let furthest = |rate| {
            let path = run(Instance::best(), &field(rate));
            path.last.iter().zip(top).map(|(x, t)| (x - t).abs()).fold(0.0, f64::max)
        };
        let best = RATES.into_iter().map(furthest).fold(f64::INFINITY, f64::min);
        assert!(best < 0.005, "{}: {best} off the top", learner.name());
    }
}

#[test]
fn learners_play_a_zero_sum_game_fair_on_average() {
    // One ascends x y in x, the other -x y in y: the equilibrium is 0, around which simultaneous gradients circle.
    for learner in climbers() {
        let field = |learning_rate| Field {
            learner,
            learning_rate,
            slopes: vec![vec![0.0, 1.0], vec![-1.0, 0.0]],
            constants: vec![0.0; 2],
            start: vec![1.0, 0.5],
            epochs: 5000,
        };
        let furthest = |rate| {
            let path = run(Instance::best(), &field(rate));
            assert!(path.last.iter().all(|x| x.is_finite()), "{} at {rate}", learner.name());
            path.mean.iter().map(|x| x.abs()).fold(0.0, f64::max)
        };
        let best = RATES[..2].iter().map(|rate| furthest(*rate)).fold(f64::INFINITY, f64::min);
        assert!(best < 0.1, "{}: {best} off the equilibrium on average", learner.name());
    }
}

/// Payoffs of arms, the same in every epoch, or those of a matrix game against itself.
struct Payoffs<'a> {
    learner: Learner,
    /// Payoff of arm k against arm j, shape \[k\]\[j\].
    matrix: &'a [Vec<f64>],
    epochs: u32,
}

impl Kernel for Payoffs<'_> {
    type Output = Path;

    fn run<S: Simd>(self) -> Path {
        let arms = self.matrix.len();
        let course = Course { epochs: self.epochs, high: 1.0 };
        let start = vec![S::Real::splat(1.0 / arms as f64); arms];
        let mut states =
            [0, 1].map(|_| State::<S::Real>::start([self.learner; LANES], [course; LANES], start.clone()));
        let mut sums = vec![vec![0.0; arms]; 2];
        let first = |state: &State<S::Real>| -> Vec<f64> {
            state.numbers().iter().map(|number| number.to_array()[0]).collect()
        };
        for _ in 0..self.epochs {
            let played = states.each_ref().map(first);
            for (sums, played) in sums.iter_mut().zip(&played) {
                sums.iter_mut().zip(played).for_each(|(sum, x)| *sum += x);
            }
            for (one, state) in states.iter_mut().enumerate() {
                // Fictitious play answers all that was played.
                let faced = match self.learner.feedback() {
                    Feedback::Beliefs => &sums[1 - one],
                    _ => &played[1 - one],
                };
                let payoff = |(arm, row): (usize, &Vec<f64>)| {
                    let payoff: f64 = row.iter().zip(faced).map(|(u, x)| u * x).sum();
                    let share = match self.learner.feedback() {
                        Feedback::PlayedArms => played[one][arm],
                        _ => 1.0,
                    };
                    S::Real::splat(payoff * share)
                };
                let payoffs: Vec<S::Real> = self.matrix.iter().enumerate().map(payoff).collect();
                state.learn(Told::Arms(&payoffs), S::Real::splat(1.0));
            }
        }
        let epochs = f64::from(self.epochs);
        Path { last: first(&states[0]), mean: sums[0].iter().map(|sum| sum / epochs).collect() }
    }
}

/// A learner on arms with as many arms as a game has.
fn with_arms(learner: Learner, arms: u32) -> Learner {
    let index = Learner::REGISTRY.iter().position(|entry| entry.name == learner.name()).unwrap();
    let values = learner.entry().hyperparameters.iter().zip(learner.values());
    let values = values.map(|(h, value)| if h.name == "arms" { Value::Count(arms) } else { value });
    Learner::build(index, &values.collect::<Vec<_>>())
}

#[test]
fn learners_on_arms_come_to_the_best_of_four() {
    // Whatever the other plays.
    let matrix: Vec<Vec<f64>> = [0.3, 0.5, 0.9, 0.4].map(|payoff| vec![payoff; 4]).to_vec();
    for learner in on_arms() {
        let path = run(
            Instance::best(),
            Payoffs { learner: with_arms(learner, 4), matrix: &matrix, epochs: 20_000 },
        );
        let sum: f64 = path.last.iter().sum();
        assert!((sum - 1.0).abs() < 1e-12, "{}: {sum}", learner.name());
        assert!(path.last[2] > 0.95, "{}: {:?}", learner.name(), path.last);
    }
}

#[test]
fn learners_on_arms_play_a_zero_sum_game_fair_on_average() {
    // Rock, paper, scissors with unequal stakes, payoffs in [0, 1]: the equilibrium is 1/4, 1/2, 1/4.
    let matrix = vec![vec![0.5, 0.25, 1.0], vec![0.75, 0.5, 0.25], vec![0.0, 0.75, 0.5]];
    let equilibrium = [0.25, 0.5, 0.25];
    for learner in on_arms() {
        let path = run(
            Instance::best(),
            Payoffs { learner: with_arms(learner, 3), matrix: &matrix, epochs: 20_000 },
        );
        for (found, expected) in path.mean.iter().zip(equilibrium) {
            assert!((found - expected).abs() < 0.05, "{}: {:?}", learner.name(), path.mean);
        }
    }
}

#[test]
fn learners_on_arms_keep_their_bounds_in_the_symmetric_auction() {
    for learner in on_arms() {
        let settings = with_learner(&settings(2, f64::INFINITY), learner, 1.0);
        let outcome = train(&settings, 3, RECORDING);
        for bidder in outcome.bidders {
            let mixed = bidder.mixed.expect("a bidder on arms");
            let sum: f64 = mixed.time_average.iter().sum();
            assert!((sum - 1.0).abs() < 1e-9, "{}: {sum}", learner.name());
            assert_eq!(mixed.regret.is_none(), learner.feedback() == Feedback::Beliefs);
            if let (Some(regret), Some(RegretBound::Sure(bound))) = (mixed.regret, mixed.bound) {
                assert!(regret <= bound, "{}: regret {regret} above {bound}", learner.name());
            }
        }
    }
}

/// The bits of everything that a run ends with.
fn bits(outcome: &Outcome) -> Vec<u64> {
    let numbers = outcome.bidders.iter().flat_map(|bidder| {
        let Standing { thetas, memory } = &bidder.standing;
        let observed = [bidder.tail_mean, bidder.time_average, bidder.ema_last, bidder.last_iterate];
        thetas.iter().chain(memory.iter().flatten()).copied().chain(observed).collect::<Vec<f64>>()
    });
    numbers.map(f64::to_bits).collect()
}

/// Arms are multipliers: of linear strategies alone.
fn plays_in(learner: Learner, strategy: Strategy) -> bool {
    strategy == Strategy::Linear || learner.play(strategy) == Play::Pure(strategy)
}

#[test]
fn a_run_that_is_continued_is_the_run_that_never_stopped() {
    // Without samples, as streams begin anew.
    for learner in climbers() {
        for strategy in [Strategy::Linear, CURVES] {
            let whole = with_strategy(&with_learner(&settings(3, 30.0), learner, 0.02), strategy);
            let whole = Settings { batch: Batch::Exact, epochs: 40, ..whole };
            if whole.exact_mode().is_err() || !plays_in(learner, strategy) {
                // What is drawn is not drawn again where a run is continued.
                continue;
            }
            let (first, rest) =
                (Settings { epochs: 25, ..whole.clone() }, Settings { epochs: 15, ..whole.clone() });
            let first = train(&first, 1, RECORDING);
            let standings: Vec<Standing> =
                first.bidders.iter().map(|bidder| bidder.standing.clone()).collect();
            let run = Run { settings: &rest, seed: 1, recording: RECORDING, start: Some(&standings) };
            let continued = train_group(Instance::best(), &[run]).remove(0);
            let whole = train(&whole, 1, RECORDING);
            for (one, other) in continued.bidders.iter().zip(&whole.bidders) {
                assert_eq!(one.standing, other.standing, "{}, {}", learner.name(), strategy.name());
            }
        }
    }
}

#[test]
fn a_run_is_the_same_alone_in_a_group_and_on_every_instance() {
    for learner in learners() {
        for strategy in [Strategy::Linear, CURVES] {
            if !plays_in(learner, strategy) {
                continue;
            }
            let settings = with_strategy(&settings(3, 50.0), strategy);
            let all: Vec<Settings> = (0..LANES)
                .map(|k| {
                    let settings = with_learner(&settings, learner, 0.01 * (1.0 + k as f64));
                    Settings { epochs: 30, ..settings }
                })
                .collect();
            let recording = Recording { trajectory: None, ..RECORDING };
            let seeds = 1..;
            let runs: Vec<Run<'_>> = all
                .iter()
                .zip(seeds)
                .map(|(settings, seed)| Run { settings, seed, recording, start: None })
                .collect();
            let together: Vec<_> = train_group(Instance::best(), &runs).iter().map(bits).collect();
            for (run, together) in runs.iter().zip(&together) {
                for instance in Instance::available() {
                    let alone = train_group(instance, &[*run]).remove(0);
                    assert_eq!(alone.status, Status::Ok);
                    assert_eq!(bits(&alone), *together, "{} on {}", learner.name(), instance.name());
                }
            }
        }
    }
}
