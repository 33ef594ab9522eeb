//! Runs side by side.

use super::kernel::Training;
use super::{Batch, Outcome, Precision, Profiles, Recording, Settings, Standing, Updates};
use crate::auction::prior::TableKey;
use crate::auction::{Mechanism, Strategy};
use crate::numeric::simd::{self, Instance, LANES};

/// One run: what it is trained with, from which seed, and what the observers keep of it.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What the run is trained with.
    pub settings: &'a Settings,
    /// What its random streams are keyed by. 0 is a seed.
    pub seed: u64,
    /// What the observers keep.
    pub recording: Recording,
    /// Where the bidders start, one a bidder, if not where the settings say: where those of another run stood.
    pub start: Option<&'a [Standing]>,
}

/// What the runs of a group have in common: everything that decides which instructions are executed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    mechanism: Mechanism,
    /// Prior but for its support, strategy and learner of each.
    bidders: Vec<(TableKey, Strategy, &'static str)>,
    batch: Batch,
    epochs: u32,
    profiles: Profiles,
    updates: Updates,
    precision: Precision,
}

/// Samples that the expected gradient of two uniform bidders takes as long as, roughly.
const EXACT_SAMPLES: f64 = 8000.0;

/// Parameters of a bid function that take as long as a linear strategy's sample, roughly.
const PIECES_A_SAMPLE: f64 = 8.0;

impl Settings {
    /// The shape: runs of equal shapes can be trained in one group.
    pub fn shape(&self) -> Shape {
        let bidders = self.bidders.iter();
        Shape {
            mechanism: self.mechanism,
            bidders: bidders.map(|b| (b.prior.table_key(), b.strategy, b.learner.name())).collect(),
            batch: self.batch,
            epochs: self.epochs,
            profiles: self.profiles,
            updates: self.updates,
            precision: self.precision,
        }
    }

    /// Whether runs of equal seeds and shapes have the same valuation profiles.
    pub fn draws_like(&self, other: &Settings) -> bool {
        self.bidders.iter().zip(&other.bidders).all(|(a, b)| a.prior == b.prior)
    }

    /// How long a run takes, roughly, in agent-samples of bidders who learn at once and in single precision.
    pub fn work(&self) -> f64 {
        // Where bidders are updated one by one or draw each their own, everybody's values are drawn for each.
        let at_once = self.updates == Updates::Simultaneous && self.profiles == Profiles::Shared;
        let shared_graph = self.updates == Updates::SharedGraph && self.profiles == Profiles::Shared;
        let drawn = if at_once || shared_graph { 1.0 } else { self.bidders.len() as f64 };
        let single = match self.precision {
            Precision::F32 => 1.0,
            Precision::F64 => 2.5,
        };
        // A bid function of several parameters is summed up as often.
        let parameters: usize = self.bidders.iter().map(|bidder| bidder.strategy.parameters() - 1).sum();
        let pieces = 1.0 + parameters as f64 / self.bidders.len() as f64 / PIECES_A_SAMPLE;
        single * pieces * (1.0 + drawn) / 2.0 * self.agent_samples()
    }

    /// Agent-samples of a run: how often a bidder's win probability is computed; on exact batches, what takes about as
    /// long. The measure of its length.
    pub fn agent_samples(&self) -> f64 {
        let per_sample = self.bidders.len() as f64;
        // Bidders with batches of their own, one after the other on the total utility, compute everybody's.
        let repeated = match (self.updates, self.profiles) {
            (Updates::SharedGraph, Profiles::Own) => per_sample,
            _ => 1.0,
        };
        let samples = match self.batch {
            Batch::Profiles(samples) => f64::from(samples),
            Batch::Exact => EXACT_SAMPLES,
        };
        repeated * per_sample * samples * f64::from(self.epochs)
    }
}

/// Trains one run.
///
/// # Panics
/// Where the settings are out of the ranges that [`Settings`] gives, and as [`Instance::current`].
///
/// ```
/// use bidsweep::auction::{Mechanism, Prior, Strategy};
/// use bidsweep::learner::{Adam, Learner};
/// use bidsweep::train::{
///     Batch, Beta, BidderSettings, Initial, Precision, Profiles, Recording, Settings, Updates, train,
/// };
///
/// let bidder = BidderSettings {
///     prior: Prior::STANDARD,
///     strategy: Strategy::Linear,
///     learner: Learner::Adam(Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
///     learning_rate: 0.01,
///     initial: Initial::Theta(0.9),
/// };
/// let settings = Settings {
///     mechanism: Mechanism::FirstPrice,
///     bidders: vec![bidder; 2],
///     beta: Beta::Fixed(50.0),
///     batch: Batch::Profiles(128),
///     profiles: Profiles::Shared,
///     epochs: 1000,
///     updates: Updates::Simultaneous,
///     precision: Precision::F64,
/// };
/// let outcome = train(&settings, 42, Recording { tail: 0.5, ema: 0.99, trajectory: None, history: false });
/// let bidder = &outcome.bidders[0];
/// assert!((bidder.tail_mean - 0.4805).abs() < 0.01, "smoothed equilibrium 0.480467, not the BNE 0.5");
/// ```
pub fn train(settings: &Settings, seed: u64, recording: Recording) -> Outcome {
    let mut outcomes = train_group(Instance::current(), &[Run { settings, seed, recording, start: None }]);
    outcomes.remove(0)
}

/// Trains runs of one shape side by side; outcome k is that of run k, and does not depend on the other runs or on the
/// instance.
///
/// Runs 0 .. [`LANES`] are one game, one run a lane; where there are more, those from [`LANES`] on are a second game, and
/// so on. The runs of a lane must have the same seed and priors: their draws are made once, which is faster.
///
/// # Panics
/// Where there is no run, or runs have different shapes, tails, moving averages or spacings of recorded epochs, some
/// start anew and some where others stood, or those of a lane different seeds or priors.
pub fn train_group(instance: Instance, runs: &[Run<'_>]) -> Vec<Outcome> {
    let first = runs.first().expect("a group has a run");
    // What is done to samples, and the expected gradient, are those of this rule.
    let Mechanism::FirstPrice = first.settings.mechanism;
    let shape = first.settings.shape();
    assert!(runs.iter().all(|run| run.settings.shape() == shape), "a group's runs have one shape");
    let observed = |run: &Run<'_>| (run.recording.tail, run.recording.ema, run.recording.history);
    assert!(runs.iter().all(|run| observed(run) == observed(first)), "a group's runs are observed alike");
    let resumed = |run: &Run<'_>| run.start.is_some_and(|start| start[0].memory.is_some());
    assert!(runs.iter().all(|run| resumed(run) == resumed(first)), "a group's learners start alike");
    let mut spacings = runs.iter().filter_map(|run| run.recording.trajectory);
    let spacing = spacings.next();
    assert!(spacings.all(|every| Some(every) == spacing), "a group's trajectories are recorded alike");
    let alike = |a: &Run<'_>, b: &Run<'_>| a.seed == b.seed && a.settings.draws_like(b.settings);
    let shared = (0..runs.len()).all(|k| alike(&runs[k], &runs[k % LANES]));
    assert!(shared, "the runs of a lane have the same draws");
    // Idle lanes repeat a run with the lane's draws.
    let games = runs
        .chunks(LANES)
        .map(|game| std::array::from_fn(|lane| *game.get(lane).or(runs.get(lane)).unwrap_or(first)));
    let mut outcomes = simd::run(instance, Training::new(games.collect(), runs.len()));
    outcomes.truncate(runs.len());
    outcomes
}
