//! Runs whose learners are the caller's: the loop turned inside out.

use std::fmt;

use rayon::prelude::*;

use super::game::Game;
use super::kernel::{SampleEpoch, Sampling};
use super::{Batch, Run, Settings, Updates};
use crate::learner::Feedback;
use crate::numeric::simd::{self, Instance, Kernel, LANES, Part, Real, Samples, Simd};

/// Runs of one shape, epoch by epoch, whose learners are elsewhere: each epoch they bring the thetas of all
/// runs, and are told the gradients of a batch there. The draws are those of
/// [`train_group`](super::train_group), and so are the gradients, bit for bit.
///
/// Arrays have the shape \[run\]\[number\], the numbers of one bidder after those of the other: a line has
/// one, its theta, where the multiplier is 1 / (1 + e^-theta).
///
/// ```
/// # use bidsweep::auction::{Mechanism, Prior, Strategy};
/// # use bidsweep::learner::{Learner, Sgd};
/// # use bidsweep::numeric::simd::Instance;
/// # use bidsweep::train::*;
/// # let bidder = BidderSettings {
/// #     prior: Prior::STANDARD,
/// #     strategy: Strategy::Linear,
/// #     learner: Learner::Sgd(Sgd { momentum: 0.0 }),
/// #     learning_rate: Rate::Fixed(0.3),
/// #     initial: Initial::Theta(0.9),
/// # };
/// # let settings = Settings {
/// #     mechanism: Mechanism::FirstPrice,
/// #     bidders: vec![bidder; 2],
/// #     beta: Beta::Fixed(50.0),
/// #     batch: Batch::Profiles(128),
/// #     profiles: Profiles::Shared,
/// #     epochs: 300,
/// #     updates: Updates::Simultaneous,
/// #     precision: Precision::F64,
/// # };
/// let recording = Recording { tail: 0.5, ema: 0.99, trajectory: None, history: false };
/// let run = |seed| Run { settings: &settings, seed, recording, start: None };
/// let runs = [run(1), run(2)];
/// let mut lockstep = Lockstep::new(Instance::current(), &runs)?;
/// let mut thetas = lockstep.start().to_vec();
/// let mut gradients = vec![0.0; thetas.len()];
/// for _ in 0..settings.epochs {
///     lockstep.step(&thetas, &mut gradients);
///     for (theta, gradient) in thetas.iter_mut().zip(&gradients) {
///         *theta = gradient.mul_add(0.3, *theta);  // gradient ascent
///     }
/// }
/// let built_in = train(&settings, 2, recording);
/// assert_eq!(built_in.bidders[1].standing.thetas[0], thetas[3]);
/// # Ok::<(), NoLockstep>(())
/// ```
pub struct Lockstep<'a> {
    groups: Vec<Boxed<'a>>,
    /// Numbers of a run.
    numbers: usize,
    start: Vec<f64>,
    epoch: u32,
}

/// Why runs cannot be trained by learners from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{lacks}: {instead}")]
pub struct NoLockstep {
    /// What there is not.
    pub lacks: &'static str,
    /// What to write instead.
    pub instead: &'static str,
}

/// Whether the learners of a run can be elsewhere: they follow gradients on batches, and all move at once.
fn check(settings: &Settings) -> Result<(), NoLockstep> {
    let gradient = |learner: crate::learner::Learner| {
        learner.feedback() == Feedback::Gradient && learner.look().is_none()
    };
    if settings.batch == Batch::Exact {
        return Err(NoLockstep {
            lacks: "learners from elsewhere are told gradients of batches that are drawn",
            instead: "write a number of profiles, such as `batch = 128`",
        });
    }
    if settings.updates == Updates::Sequential {
        return Err(NoLockstep {
            lacks: "learners from elsewhere move all at once",
            instead: "write `updates = \"simultaneous\"`",
        });
    }
    if !settings.bidders.iter().all(|bidder| gradient(bidder.learner)) {
        return Err(NoLockstep {
            lacks: "learners from elsewhere take the place of learners that follow gradients, without looking ahead",
            instead: "write `learner = \"sgd\"` for every bidder",
        });
    }
    Ok(())
}

impl<'a> Lockstep<'a> {
    /// The runs before their first epoch.
    ///
    /// # Errors
    /// Where they learn from something else than gradients on batches, or one after the other.
    ///
    /// # Panics
    /// Where there is no run, or the runs differ in shape.
    pub fn new(instance: Instance, runs: &[Run<'a>]) -> Result<Self, NoLockstep> {
        let first = runs.first().expect("there is a run");
        check(first.settings)?;
        let shape = first.settings.shape();
        assert!(runs.iter().all(|run| run.settings.shape() == shape), "the runs have one shape");
        let group = |runs: &[Run<'a>]| {
            let lanes = std::array::from_fn(|lane| *runs.get(lane).unwrap_or(&runs[0]));
            simd::run(instance, Begin { lanes, runs: runs.len() })
        };
        let groups: Vec<Boxed<'a>> = runs.chunks(LANES).map(group).collect();
        let start: Vec<f64> = groups.iter().flat_map(|group| group.start()).collect();
        Ok(Lockstep { numbers: start.len() / runs.len(), groups, start, epoch: 0 })
    }

    /// Numbers of a run.
    pub fn numbers(&self) -> usize {
        self.numbers
    }

    /// The thetas that the settings start from, shape \[run\]\[number\].
    pub fn start(&self) -> &[f64] {
        &self.start
    }

    /// Epochs that were drawn.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The parameters of bid functions at these thetas, such as multipliers; both of shape \[run\]\[number\].
    ///
    /// # Panics
    /// Where an array is of another shape.
    pub fn parameters(&mut self, thetas: &[f64], parameters: &mut [f64]) {
        assert_eq!(
            (thetas.len(), parameters.len()),
            (self.start.len(), self.start.len()),
            "a number a run and theta"
        );
        let of_group = LANES * self.numbers;
        let arrays = thetas.chunks(of_group).zip(parameters.chunks_mut(of_group));
        self.groups.iter_mut().zip(arrays).for_each(|(group, (thetas, out))| group.parameters(thetas, out));
    }

    /// Draws the next epoch's batch of every run, and gives the gradients of the mean smoothed utilities in
    /// the thetas, at these thetas; both of shape \[run\]\[number\]. Groups of eight runs are divided among
    /// the threads of the current pool.
    ///
    /// # Panics
    /// Where an array is of another shape.
    pub fn step(&mut self, thetas: &[f64], gradients: &mut [f64]) {
        assert_eq!(
            (thetas.len(), gradients.len()),
            (self.start.len(), self.start.len()),
            "a number a run and theta"
        );
        self.epoch += 1;
        let (epoch, of_group) = (self.epoch, LANES * self.numbers);
        let arrays = thetas.chunks(of_group).zip(gradients.chunks_mut(of_group));
        let work = self.groups.iter_mut().zip(arrays);
        let step = |(group, (thetas, gradients)): (&mut Boxed<'_>, (&[f64], &mut [f64]))| {
            group.step(epoch, thetas, gradients);
        };
        if rayon::current_thread_index().is_some() && rayon::current_num_threads() > 1 {
            work.collect::<Vec<_>>().into_par_iter().with_min_len(AT_LEAST).for_each(step);
        } else {
            work.for_each(step);
        }
    }
}

/// Groups that a thread takes at once.
const AT_LEAST: usize = 4;

impl fmt::Debug for Lockstep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Lockstep");
        shown.field("groups", &self.groups.len()).field("numbers", &self.numbers).field("epoch", &self.epoch);
        shown.finish_non_exhaustive()
    }
}

/// A group, whatever its instance and precision.
type Boxed<'a> = Box<dyn Lanes + Send + 'a>;

/// Up to eight runs, one a lane, of one instance and precision.
trait Lanes {
    /// The thetas of each run at the start.
    fn start(&self) -> Vec<f64>;

    /// As [`Lockstep::parameters`].
    fn parameters(&mut self, thetas: &[f64], parameters: &mut [f64]);

    /// As [`Lockstep::step`], in an epoch counted from 1.
    fn step(&mut self, epoch: u32, thetas: &[f64], gradients: &mut [f64]);
}

/// Makes a group.
struct Begin<'a> {
    lanes: [Run<'a>; LANES],
    runs: usize,
}

impl<'a> Kernel for Begin<'a> {
    type Output = Boxed<'a>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Self::Output {
        match self.lanes[0].settings.precision {
            super::Precision::F32 => self.group::<S, S::Single>(),
            super::Precision::F64 => self.group::<S, S::Real>(),
        }
    }
}

impl<'a> Begin<'a> {
    #[inline(always)]
    fn group<S: Simd, X: Samples<S> + 'a>(self) -> Boxed<'a> {
        let Batch::Profiles(samples) = self.lanes[0].settings.batch else { unreachable!("it was checked") };
        let mut game = Game::new(self.lanes, samples);
        game.is_led = true;
        let sampling = Sampling::<S, X>::new(&self.lanes, samples);
        Box::new(Group { games: [game], sampling, runs: self.runs })
    }
}

/// A game that is led from elsewhere, and its draws.
struct Group<'a, S: Simd, X: Samples<S>> {
    games: [Game<'a, S, X>; 1],
    sampling: Sampling<'a, S, X>,
    runs: usize,
}

impl<S: Simd, X: Samples<S>> Lanes for Group<'_, S, X> {
    fn start(&self) -> Vec<f64> {
        let [game] = &self.games;
        let of_run = |lane: usize| {
            let numbers = game.players.iter().flat_map(|player| player.numbers());
            numbers.map(move |number| number.to_array()[lane]).collect::<Vec<f64>>()
        };
        (0..self.runs).flat_map(of_run).collect()
    }

    fn parameters(&mut self, thetas: &[f64], parameters: &mut [f64]) {
        S::apart(Play { group: self, thetas, parameters });
    }

    fn step(&mut self, epoch: u32, thetas: &[f64], gradients: &mut [f64]) {
        S::apart(Step { group: self, epoch, thetas, gradients });
    }
}

/// An epoch of a group.
struct Step<'g, 'a, S: Simd, X: Samples<S>> {
    group: &'g mut Group<'a, S, X>,
    epoch: u32,
    thetas: &'g [f64],
    gradients: &'g mut [f64],
}

impl<S: Simd, X: Samples<S>> Part<S> for Step<'_, '_, S, X> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Step { group, epoch, thetas, gradients } = self;
        group.place(thetas);
        let Group { games, sampling, runs } = group;
        games[0].begin_epoch(epoch);
        S::apart(SampleEpoch { sampling, games: &mut games[..] });
        let players = &games[0].players;
        tell(players.iter().flat_map(|player| &player.gradient), *runs, gradients);
    }
}

/// The parameters of a group at some thetas.
struct Play<'g, 'a, S: Simd, X: Samples<S>> {
    group: &'g mut Group<'a, S, X>,
    thetas: &'g [f64],
    parameters: &'g mut [f64],
}

impl<S: Simd, X: Samples<S>> Part<S> for Play<'_, '_, S, X> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Play { group, thetas, parameters } = self;
        group.place(thetas);
        let players = &group.games[0].players;
        tell(players.iter().flat_map(|player| &player.parameters), group.runs, parameters);
    }
}

impl<S: Simd, X: Samples<S>> Group<'_, S, X> {
    /// Takes the thetas of its runs; idle lanes repeat the first.
    #[inline(always)]
    fn place(&mut self, thetas: &[f64]) {
        let numbers = thetas.len() / self.runs;
        let mut place = 0;
        for player in &mut self.games[0].players {
            for k in 0..player.parameters.len() {
                let mut theta = [0.0; LANES];
                for (lane, theta) in theta.iter_mut().enumerate() {
                    let run = if lane < self.runs { lane } else { 0 };
                    *theta = thetas[numbers * run + place];
                }
                player.place(k, S::Real::from_array(theta));
                place += 1;
            }
        }
    }
}

/// Numbers of the lanes as numbers of so many runs, shape \[run\]\[number\].
#[inline(always)]
fn tell<'n, R: Real + 'n>(lanes: impl Iterator<Item = &'n R>, runs: usize, told: &mut [f64]) {
    let numbers = told.len() / runs;
    for (place, number) in lanes.enumerate() {
        for (run, number) in number.to_array().iter().enumerate().take(runs) {
            told[numbers * run + place] = *number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::{Mechanism, Strategy};
    use crate::learner::{Extragradient, Learner, Mwu, Rule, Sgd};
    use crate::train::{Beta, BidderSettings, Initial, Precision, Profiles, Rate, Recording, train_group};

    const RATE: f64 = 0.3;
    const RECORDING: Recording = Recording { tail: 0.5, ema: 0.99, trajectory: None, history: false };
    const SGD: Learner = Learner::Sgd(Sgd { momentum: 0.0 });

    fn settings(strategy: Strategy, precision: Precision, profiles: Profiles) -> Settings {
        let bidder = |prior: &str| BidderSettings {
            prior: prior.parse().unwrap(),
            strategy,
            learner: SGD,
            learning_rate: Rate::Fixed(RATE),
            initial: Initial::Random { low: 0.3, high: 0.7 },
        };
        Settings {
            mechanism: Mechanism::FirstPrice,
            bidders: ["uniform", "beta:2:5", "uniform:0:2"].map(bidder).to_vec(),
            beta: Beta::Geometric { from: 20.0, to: 80.0 },
            batch: Batch::Profiles(33),
            profiles,
            epochs: 40,
            updates: Updates::Simultaneous,
            precision,
        }
    }

    /// The thetas that ascent from elsewhere comes to, run by run, and the parameters there.
    fn led(settings: &Settings, runs: &[Run<'_>]) -> (Vec<f64>, Vec<f64>) {
        let mut lockstep = Lockstep::new(Instance::current(), runs).unwrap();
        let mut thetas = lockstep.start().to_vec();
        let (mut gradients, mut parameters) = (vec![0.0; thetas.len()], vec![0.0; thetas.len()]);
        for _ in 0..settings.epochs {
            lockstep.step(&thetas, &mut gradients);
            let steps = thetas.iter_mut().zip(&gradients);
            steps.for_each(|(theta, gradient)| *theta = RATE.mul_add(*gradient, *theta));
        }
        lockstep.parameters(&thetas, &mut parameters);
        (thetas, parameters)
    }

    #[test]
    fn ascent_from_elsewhere_is_that_of_the_built_in_learner_bit_for_bit() {
        for strategy in [Strategy::Linear, Strategy::PiecewiseLinear { segments: 3 }] {
            for precision in [Precision::F32, Precision::F64] {
                for profiles in [Profiles::Shared, Profiles::Own] {
                    let settings = settings(strategy, precision, profiles);
                    let run = |seed| Run { settings: &settings, seed, recording: RECORDING, start: None };
                    // More than one group, the last of which has idle lanes.
                    let runs: Vec<Run<'_>> = (0..11).map(run).collect();
                    let (thetas, parameters) = led(&settings, &runs);
                    let threads = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
                    assert_eq!(
                        threads.install(|| led(&settings, &runs)),
                        (thetas.clone(), parameters.clone())
                    );
                    let built_in = runs.chunks(LANES).flat_map(|runs| train_group(Instance::current(), runs));
                    let (mut expected, mut played) = (Vec::new(), Vec::new());
                    for bidder in built_in.flat_map(|outcome| outcome.bidders) {
                        expected.extend(bidder.standing.thetas);
                        played.extend(bidder.last_parameters);
                    }
                    assert_eq!(
                        (thetas, parameters),
                        (expected, played),
                        "{strategy:?} {precision:?} {profiles:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_no_gradient_of_a_batch_is_refused() {
        let sound = settings(Strategy::Linear, Precision::F32, Profiles::Shared);
        let refused = |settings: &Settings| {
            let run = Run { settings, seed: 1, recording: RECORDING, start: None };
            Lockstep::new(Instance::current(), &[run]).map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(refused(&sound), Ok(()));
        let with = |learner: Learner| {
            let mut settings = sound.clone();
            settings.bidders[1].learner = learner;
            settings
        };
        let arms = Learner::Mwu(Mwu::build(
            &Mwu::ENTRY.hyperparameters.iter().map(|h| h.default).collect::<Vec<_>>(),
        ));
        for (settings, text) in [
            (Settings { batch: Batch::Exact, ..sound.clone() }, "gradients of batches that are drawn"),
            (Settings { updates: Updates::Sequential, ..sound.clone() }, "move all at once"),
            (with(arms), "learners that follow gradients"),
            (with(Learner::Extragradient(Extragradient { fresh: false })), "without looking ahead"),
        ] {
            let error = refused(&settings).unwrap_err();
            assert!(error.contains(text), "{error}");
        }
    }
}
