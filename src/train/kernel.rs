//! The epochs of a group: draws, gradients, updates, observers.

use std::iter::repeat_n;

use ndarray::Array2;

use super::accumulate::Add;
use super::chunk::Chunk;
use super::curves::{OfArms, OfCurves};
use super::draws::{Draws, Quantile};
use super::exact::Exact;
use super::exact_arms::ExactArms;
use super::exact_contexts::{self, ExactContexts};
use super::game::{Game, any_mixed, is_fused, parameters};
use super::gradient::{Everyone, One, Pair, Total};
use super::passes::{Move, Pass, passes};
use super::streams::stream_seed;
use super::{
    Batch, BidderOutcome, History, MIXTURE_QUANTILES, Outcome, Precision, Profiles, Run, Series, Settings,
    Status, Updates,
};
use crate::numeric::cancel;
use crate::numeric::simd::{Float, Kernel, LANES, Part, Real, Samples, Simd};
use crate::numeric::xoshiro::{Seeded, Xoshiro};

/// Nanoseconds of an epoch on a batch of less than a block, about, and of one on an exact batch: that may
/// take microseconds or, of many arms, most of a second, and each asks.
const AN_EPOCH: u64 = 400;
const AN_EXACT_EPOCH: u64 = 1_000_000;

/// The training of games of one shape, eight runs each, one a lane. The runs of a lane have the same draws.
pub(super) struct Training<'a> {
    games: Vec<[Run<'a>; LANES]>,
    /// Runs of all games; lanes beyond repeat others.
    runs: usize,
}

impl<'a> Training<'a> {
    pub(super) fn new(games: Vec<[Run<'a>; LANES]>, runs: usize) -> Self {
        Training { games, runs }
    }

    /// What all runs share, taken from the first.
    fn shared(&self) -> &'a Settings {
        self.games[0][0].settings
    }

    /// Trains on batches of so many valuation profiles.
    #[inline(always)]
    fn sample<S: Simd, X: Samples<S>>(&self, samples: u32) -> Vec<Outcome> {
        let mut games: Vec<_> = self.games.iter().map(|&runs| Game::new(runs, samples)).collect();
        self.train(&mut games, Sampling::<S, X>::new(&self.games[0], samples))
    }

    /// Trains on expectations.
    #[inline(always)]
    fn expect<S: Simd>(&self) -> Vec<Outcome> {
        let mut games: Vec<Game<'a, S, S::Real>> =
            self.games.iter().map(|&runs| Game::new(runs, 1)).collect();
        if let Some(bidders) = self.shared().arm_bidders() {
            let exact: Vec<_> = games.iter().map(|game| ExactArms::new(game, &bidders)).collect();
            return self.train(&mut games, exact);
        }
        if let Some(tables) = exact_contexts::tables(&self.games[0][0]) {
            let exact: Vec<_> = games.iter().map(|_| ExactContexts::new(&tables)).collect();
            return self.train(&mut games, exact);
        }
        let lanes = |k: usize| (self.runs - LANES * k).min(LANES);
        let exact: Vec<_> = games.iter().enumerate().map(|(k, game)| Exact::new(game, lanes(k))).collect();
        self.train(&mut games, exact)
    }

    /// The epochs of all games.
    #[inline(always)]
    fn train<S: Simd, X: Samples<S>>(
        &self,
        games: &mut [Game<'_, S, X>],
        mut movement: impl Movement<S, X>,
    ) -> Vec<Outcome> {
        let epochs = self.shared().epochs;
        let runs = || self.games.iter().flatten();
        let recording = self.games[0][0].recording;
        let first_of_tail = epochs - recording.tail_epochs(epochs) + 1;
        let stride = recording.series_stride(epochs, self.shared().bidders.len());
        let renewal = S::Real::splat(1.0 - recording.ema);
        let recorded = runs().find_map(|run| run.recording.trajectory).map(|recorded| recorded.of(epochs));
        let mut recorded = recorded.iter().flatten().peekable();

        for epoch in 0..=epochs {
            cancel::check(if self.shared().batch == Batch::Exact { AN_EXACT_EPOCH } else { AN_EPOCH });
            if epoch > 0 {
                for game in &mut *games {
                    game.begin_epoch(epoch);
                }
                movement.epoch(games, epoch);
                let in_tail = epoch >= first_of_tail;
                for game in &mut *games {
                    game.observe(renewal, in_tail);
                    // Counted back from the last epoch, which is kept.
                    if in_tail && (epochs - epoch).is_multiple_of(stride) {
                        game.keep();
                    }
                }
            }
            if epoch < epochs && recording.history {
                games.iter_mut().for_each(Game::keep_parameters);
            }
            if recorded.next_if_eq(&&epoch).is_some() {
                games.iter_mut().for_each(Game::record);
            }
        }
        games.iter().flat_map(|game| outcomes(game, epochs)).collect()
    }
}

impl Kernel for Training<'_> {
    type Output = Vec<Outcome>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Vec<Outcome> {
        match (self.shared().batch, self.shared().precision) {
            (Batch::Exact, _) => self.expect::<S>(),
            (Batch::Profiles(samples), Precision::F32) => self.sample::<S, S::Single>(samples),
            (Batch::Profiles(samples), Precision::F64) => self.sample::<S, S::Real>(samples),
        }
    }
}

/// How an epoch moves the bidders.
trait Movement<S: Simd, X: Samples<S>> {
    /// The update of every bidder of all games, in an epoch counted from 1.
    fn epoch(&mut self, games: &mut [Game<'_, S, X>], epoch: u32);
}

/// Along the mean gradient of batches.
pub(super) struct Sampling<'a, S: Simd, X: Samples<S>> {
    settings: &'a Settings,
    paths: Paths,
    /// The batches of an epoch.
    passes: Vec<Pass>,
    /// Where the streams stood before the epoch.
    starts: Vec<Xoshiro<S>>,
    /// Where those of arms stood before a look: what is learned there is of the same arms.
    arms: Vec<Option<Xoshiro<S>>>,
    draws: Draws<S, X>,
}

impl<'a, S: Simd, X: Samples<S>> Sampling<'a, S, X> {
    /// Of the runs of some lanes, before the first epoch.
    pub(super) fn new(lanes: &[Run<'a>; LANES], samples: u32) -> Self {
        let (settings, draws) = (lanes[0].settings, draws::<S, X>(lanes, samples));
        let (starts, arms) = (draws.streams.clone(), draws.arms.clone());
        Sampling { settings, paths: Paths::new(lanes), passes: passes(settings), starts, arms, draws }
    }
}

/// Where the profiles of the runs of some lanes come from, before the first of so many.
fn draws<S: Simd, X: Samples<S>>(lanes: &[Run<'_>; LANES], samples: u32) -> Draws<S, X> {
    let settings = lanes[0].settings;
    let bidders = settings.bidders.len();
    let stream =
        |name: &str, index| Xoshiro::new(&Seeded::new(lanes.map(|run| stream_seed(run.seed, name, index))));
    let of_a_kind = |name| -> Vec<Xoshiro<S>> {
        match settings.profiles {
            Profiles::Shared => vec![stream(name, 0)],
            Profiles::Own => (1..=bidders).map(|index| stream(name, index)).collect(),
        }
    };
    Draws {
        streams: ["values", "fresh values"].into_iter().flat_map(of_a_kind).collect(),
        arms: (0..bidders)
            .map(|bidder| {
                let mixed = settings.bidders[bidder].play().is_mixed();
                mixed.then(|| {
                    Xoshiro::new(&Seeded::new(lanes.map(|run| stream_seed(run.seed, "arms", bidder + 1))))
                })
            })
            .collect(),
        on_tables: (0..bidders).filter(|bidder| settings.bidders[*bidder].play().table().is_some()).collect(),
        quantiles: (0..bidders).map(|bidder| Quantile::new::<S>(lanes, bidder)).collect(),
        batch: samples as usize,
        chunk: Chunk::new(bidders),
    }
}

/// What decides how samples are taken in.
#[derive(Clone, Copy)]
struct Paths {
    /// Whether everybody plays a line, at the first price.
    linear: bool,
    /// Whether somebody draws what it bids.
    mixed: bool,
    /// Whether somebody learns of the smoothed auction.
    smooths: bool,
}

impl Paths {
    fn new(runs: &[Run<'_>; LANES]) -> Self {
        Paths { linear: is_fused(runs), mixed: any_mixed(runs), smooths: runs[0].settings.smooths() }
    }
}

impl<S: Simd, X: Samples<S>> Movement<S, X> for Sampling<'_, S, X> {
    #[inline(always)]
    fn epoch(&mut self, games: &mut [Game<'_, S, X>], _: u32) {
        S::apart(SampleEpoch { sampling: self, games });
    }
}

/// Along the expected gradient, one a game.
impl<S: Simd, X: Samples<S>> Movement<S, X> for Vec<Exact> {
    #[inline(always)]
    fn epoch(&mut self, games: &mut [Game<'_, S, X>], epoch: u32) {
        for (game, exact) in games.iter_mut().zip(self) {
            exact.epoch(game, epoch);
        }
    }
}

/// On the payoffs of arms, one a game.
impl<S: Simd, X: Samples<S>> Movement<S, X> for Vec<ExactArms<S::Real>> {
    #[inline(always)]
    fn epoch(&mut self, games: &mut [Game<'_, S, X>], _: u32) {
        for (game, exact) in games.iter_mut().zip(self) {
            exact.epoch(game);
        }
    }
}

/// On the payoffs of tables, one a game.
impl<S: Simd, X: Samples<S>> Movement<S, X> for Vec<ExactContexts<S::Real>> {
    #[inline(always)]
    fn epoch(&mut self, games: &mut [Game<'_, S, X>], _: u32) {
        for (game, exact) in games.iter_mut().zip(self) {
            exact.epoch(game);
        }
    }
}

/// The batches of an epoch and the update of every bidder: a part of its own, as those who train and those
/// who lead ask for it. Loops rather than closures, here and wherever samples pass: a closure that is not
/// inlined is compiled for the build's target. One place that draws, whatever is done with the samples: each
/// is compiled with all that draws them.
pub(super) struct SampleEpoch<'s, 'a, 'g, S: Simd, X: Samples<S>> {
    pub(super) sampling: &'s mut Sampling<'a, S, X>,
    pub(super) games: &'s mut [Game<'g, S, X>],
}

impl<S: Simd, X: Samples<S>> Part<S> for SampleEpoch<'_, '_, '_, S, X> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let SampleEpoch { sampling, games } = self;
        let Sampling { settings, paths, passes, starts, arms, draws } = sampling;
        let bidders = settings.bidders.len();
        let total = settings.updates == Updates::SharedGraph;
        let several = passes.len() > 1;
        if several {
            starts.copy_from_slice(&draws.streams);
        }
        for pass in &*passes {
            if several {
                // Drawn again rather than kept: a batch may be large.
                draws.streams[pass.stream] = starts[pass.stream];
            }
            if pass.begins {
                begin_batch(games, (pass.summed.len() == 1).then_some(pass.summed.start));
                if several {
                    arms.copy_from_slice(&draws.arms);
                }
            }
            let summed = pass.summed.clone();
            let add = match (paths.linear, total) {
                (false, _) if paths.mixed => Add::Arms(OfArms { summed }),
                _ if !paths.smooths => Add::Trials(summed),
                (false, _) => Add::Curves(OfCurves { summed, total, mechanism: settings.mechanism }),
                (true, true) => Add::Total(Total { summed }),
                (true, false) if summed.len() == 1 => Add::One(One { bidder: summed.start }),
                (true, false) if bidders == 2 => Add::Pair(Pair),
                (true, false) => Add::Everyone(Everyone { bidders }),
            };
            draws.batch(pass.stream, games, &add);
            if let Move::Look(_) = pass.then {
                draws.arms.copy_from_slice(arms);
            }
            for game in &mut *games {
                match &pass.then {
                    Move::Wait => {}
                    Move::Look(lookers) => game.look(lookers.clone()),
                    Move::Learn(learners) => {
                        for bidder in learners.clone() {
                            game.update(bidder);
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn begin_batch<S: Simd, X: Samples<S>>(games: &mut [Game<'_, S, X>], learner: Option<usize>) {
    for game in games {
        game.begin_batch(learner);
    }
}

fn outcomes<S: Simd, X: Samples<S>>(game: &Game<'_, S, X>, epochs: u32) -> Vec<Outcome> {
    let bidders = game.players.len();
    let recording = game.runs[0].recording;
    let stride = recording.series_stride(epochs, bidders);
    let parameters = parameters(&game.runs[0]);
    let outcome = |(lane, run): (usize, &Run<'_>)| {
        let finite_epochs = game.finite_epochs.to_array()[lane] as u32;
        let recorded = run.recording.epochs(epochs);
        let keep = |mut bidder: BidderOutcome| {
            if let Some(mixed) = &mut bidder.mixed {
                let finite = recorded.partition_point(|&epoch| epoch <= finite_epochs);
                let count = MIXTURE_QUANTILES.len();
                mixed.quantiles.truncate(count * recorded.len());
                mixed.quantiles.iter_mut().skip(count * finite).for_each(|quantile| *quantile = f64::NAN);
            }
            bidder
        };
        Outcome {
            status: match finite_epochs {
                n if n == epochs => Status::Ok,
                n => Status::Diverged { epoch: n + 1 },
            },
            bidders: game.players.iter().map(|player| keep(player.outcome(lane))).collect(),
            history: recording.history.then(|| History {
                parameters: Array2::from_shape_vec(
                    (game.history.len() / parameters, parameters),
                    game.history.iter().map(|number| number.to_array()[lane]).collect(),
                )
                .expect("a row an epoch"),
            }),
            series: Series {
                multipliers: Array2::from_shape_vec(
                    (game.series.len() / bidders, bidders),
                    game.series.iter().map(|w| w.to_array()[lane]).collect(),
                )
                .expect("a row an epoch"),
                stride,
            },
            trajectory: run.recording.trajectory.map(|_| {
                // What a multiplier is of a theta that is not finite means nothing.
                let at = |(w, epoch): (&S::Real, u32)| {
                    if epoch > finite_epochs { f64::NAN } else { w.to_array()[lane] }
                };
                let rows = recorded.iter().flat_map(|&epoch| repeat_n(epoch, bidders));
                let multipliers = game.trajectory.iter().zip(rows).map(at).collect();
                Array2::from_shape_vec((recorded.len(), bidders), multipliers).expect("a row an epoch")
            }),
        }
    };
    game.runs.iter().enumerate().map(outcome).collect()
}
