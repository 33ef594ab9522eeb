//! Runs side by side.

use super::kernel::Training;
use super::{NoRule, Outcome, Recording, Run, Settings};
use crate::numeric::simd::{self, Instance, LANES};

/// Trains one run.
///
/// # Panics
/// Where the settings are out of the ranges that [`Settings`] gives, and as [`Instance::current`].
///
/// ```
/// use bidsweep::auction::{Mechanism, Prior, Strategy};
/// use bidsweep::learner::{Adam, Learner};
/// use bidsweep::train::{
///     Batch, Beta, BidderSettings, Initial, Precision, Profiles, Rate, Recording, Settings, Updates, train,
/// };
///
/// let bidder = BidderSettings {
///     prior: Prior::STANDARD,
///     strategy: Strategy::Linear,
///     learner: Learner::Adam(Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
///     learning_rate: Rate::Fixed(0.01),
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

/// Trains runs of one shape side by side; outcome k is that of run k, and does not depend on the other runs
/// or on the instance.
///
/// Runs 0 .. [`LANES`] are one game, one run a lane; where there are more, those from [`LANES`] on are a
/// second game, and so on. The runs of a lane must have the same seed and priors: their draws are made once,
/// which is faster.
///
/// # Panics
/// Where there is no run, the settings do not go with the mechanism, or runs have different shapes, tails,
/// moving averages or spacings of recorded epochs, some start anew and some where others stood, or those of a
/// lane different seeds or priors.
pub fn train_group(instance: Instance, runs: &[Run<'_>]) -> Vec<Outcome> {
    let first = runs.first().expect("a group has a run");
    if let Err(NoRule { lacks, .. }) = first.settings.has_rule() {
        panic!("{lacks}");
    }
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
