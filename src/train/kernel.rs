//! The epochs of a group: draws, gradients, updates, observers.

use std::iter::repeat_n;

use ndarray::Array2;

use super::chunk::Chunk;
use super::draws::{Draws, Quantile};
use super::game::Game;
use super::gradient::{Everyone, One, Pair, Total};
use super::streams::stream_seed;
use super::{Outcome, Precision, Profiles, Run, Settings, Status, Updates};
use crate::numeric::simd::{Float, Kernel, LANES, Real, Samples, Simd};
use crate::numeric::xoshiro::{Seeded, Xoshiro};

/// The training of games of one shape, eight runs each, one a lane. The runs of a lane have the same draws.
pub(super) struct Training<'a> {
    games: Vec<[Run<'a>; LANES]>,
}

impl<'a> Training<'a> {
    pub(super) fn new(games: Vec<[Run<'a>; LANES]>) -> Self {
        Training { games }
    }

    /// What all runs share, taken from the first.
    fn shared(&self) -> &'a Settings {
        self.games[0][0].settings
    }

    fn draws<S: Simd, X: Samples<S>>(&self) -> Draws<S, X> {
        let lanes = self.games[0];
        let bidders = self.shared().bidders.len();
        let stream =
            |index| Xoshiro::new(&Seeded::new(lanes.map(|run| stream_seed(run.seed, "values", index))));
        Draws {
            streams: match self.shared().profiles {
                Profiles::Shared => vec![stream(0)],
                Profiles::Own => (1..=bidders).map(stream).collect(),
            },
            quantiles: (0..bidders).map(|bidder| Quantile::new::<S>(&lanes, bidder)).collect(),
            batch: self.shared().batch as usize,
            chunk: Chunk::new(bidders),
        }
    }

    #[inline(always)]
    fn train<S: Simd, X: Samples<S>>(&self) -> Vec<Outcome> {
        let settings = self.shared();
        let epochs = settings.epochs;
        let runs = || self.games.iter().flatten();
        let recording = self.games[0][0].recording;
        let first_of_tail = epochs - recording.tail_epochs(epochs) + 1;
        let renewal = S::Real::splat(1.0 - recording.ema);
        let recorder = runs().map(|run| run.recording).find(|recording| recording.trajectory.is_some());
        let mut recorded = recorder.map(|recording| recording.epochs(epochs).peekable());

        let mut draws = self.draws::<S, X>();
        let mut games: Vec<_> = self.games.iter().map(|&runs| Game::new(runs)).collect();
        for epoch in 0..=epochs {
            if epoch > 0 {
                for game in &mut games {
                    game.begin_epoch(epoch);
                }
                train_epoch(settings, &mut draws, &mut games);
                for game in &mut games {
                    game.observe(renewal, epoch >= first_of_tail);
                }
            }
            if recorded.as_mut().and_then(|epochs| epochs.next_if_eq(&epoch)).is_some() {
                for game in &mut games {
                    game.record();
                }
            }
        }
        games.iter().flat_map(|game| outcomes(game, epochs)).collect()
    }
}

impl Kernel for Training<'_> {
    type Output = Vec<Outcome>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Vec<Outcome> {
        match self.shared().precision {
            Precision::F32 => self.train::<S, S::Single>(),
            Precision::F64 => self.train::<S, S::Real>(),
        }
    }
}

/// One batch and one update of every bidder. Loops rather than closures, here and wherever samples pass: a closure
/// that is not inlined is compiled for the build's target.
#[inline(always)]
fn train_epoch<S: Simd, X: Samples<S>>(
    settings: &Settings,
    draws: &mut Draws<S, X>,
    games: &mut [Game<'_, S, X>],
) {
    let bidders = settings.bidders.len();
    let own = settings.profiles == Profiles::Own;
    if settings.updates == Updates::Sequential {
        let start = draws.streams[0];
        for bidder in 0..bidders {
            if !own {
                // The same profiles for everybody, drawn again rather than kept: a batch may be large.
                draws.streams[0] = start;
            }
            begin_batch(games);
            draws.batch(if own { bidder } else { 0 }, games, &One { bidder });
            for game in &mut *games {
                game.update(bidder);
            }
        }
        return;
    }
    begin_batch(games);
    match (settings.updates, settings.profiles) {
        (Updates::SharedGraph, Profiles::Shared) => draws.batch(0, games, &Total { summed: 0..bidders }),
        (Updates::SharedGraph, Profiles::Own) => {
            for bidder in 0..bidders {
                draws.batch(bidder, games, &Total { summed: bidder..bidder + 1 });
            }
        }
        (_, Profiles::Shared) if bidders == 2 => draws.batch(0, games, &Pair),
        (_, Profiles::Shared) => draws.batch(0, games, &Everyone { bidders }),
        (_, Profiles::Own) => {
            for bidder in 0..bidders {
                draws.batch(bidder, games, &One { bidder });
            }
        }
    }
    for game in games {
        for bidder in 0..bidders {
            game.update(bidder);
        }
    }
}

#[inline(always)]
fn begin_batch<S: Simd, X: Samples<S>>(games: &mut [Game<'_, S, X>]) {
    for game in games {
        game.begin_batch();
    }
}

fn outcomes<S: Simd, X>(game: &Game<'_, S, X>, epochs: u32) -> Vec<Outcome> {
    let bidders = game.observers.len();
    let outcome = |(lane, run): (usize, &Run<'_>)| {
        let finite_epochs = game.finite_epochs.to_array()[lane] as u32;
        Outcome {
            status: match finite_epochs {
                n if n == epochs => Status::Ok,
                n => Status::Diverged { epoch: n + 1 },
            },
            bidders: game.observers.iter().map(|observer| observer.outcome(lane)).collect(),
            trajectory: run.recording.trajectory.map(|_| {
                let recorded = run.recording.epochs(epochs).count();
                // What a multiplier is of a theta that is not finite means nothing.
                let at = |(w, epoch): (&S::Real, u32)| {
                    if epoch > finite_epochs { f64::NAN } else { w.to_array()[lane] }
                };
                let rows = run.recording.epochs(epochs).flat_map(|epoch| repeat_n(epoch, bidders));
                let multipliers = game.trajectory.iter().zip(rows).map(at).collect();
                Array2::from_shape_vec((recorded, bidders), multipliers).expect("a row an epoch")
            }),
        }
    };
    game.runs.iter().enumerate().map(outcome).collect()
}
