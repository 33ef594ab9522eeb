//! Epochs on the expected gradient, which nothing is drawn for.

use super::game::Game;
use super::{Settings, Updates};
use crate::expectation::ExpectedGradient;
use crate::numeric::simd::{Real, Samples, Simd};

/// The expected gradients of a game's runs.
pub(super) struct Exact {
    /// One a run; lanes beyond repeat the first.
    gradients: Vec<ExpectedGradient>,
    /// Shape \[run\]\[bidder\]\[parameter\].
    parameters: Vec<Vec<Vec<f64>>>,
}

impl Exact {
    /// For the first `runs` lanes of a game, at the steepness of the first epoch.
    pub(super) fn new<S: Simd, X: Samples<S>>(game: &Game<'_, S, X>, runs: usize) -> Self {
        let gradient = |settings: &Settings| {
            ExpectedGradient::new(&settings.population(), settings.beta.at(0, settings.epochs))
        };
        let parameters = |settings: &Settings| {
            settings.bidders.iter().map(|bidder| vec![0.0; bidder.strategy.parameters()]).collect()
        };
        let runs = &game.runs[..runs];
        Exact {
            gradients: runs.iter().map(|run| gradient(run.settings)).collect(),
            parameters: runs.iter().map(|run| parameters(run.settings)).collect(),
        }
    }

    /// One epoch, from 1: the update of every bidder.
    pub(super) fn epoch<S: Simd, X: Samples<S>>(&mut self, game: &mut Game<'_, S, X>, epoch: u32) {
        if game.is_annealed() {
            for (gradient, run) in self.gradients.iter_mut().zip(&game.runs) {
                gradient.set_beta(run.settings.beta.at(epoch - 1, run.settings.epochs));
            }
        }
        let bidders = game.players.len();
        if game.runs[0].settings.updates == Updates::Sequential {
            for bidder in 0..bidders {
                if game.players[bidder].looks {
                    let of_runs = self.of(bidder, game);
                    game.look_along(bidder, &lanes(&of_runs, |of_run| of_run));
                }
                let of_runs = self.of(bidder, game);
                game.update_along(bidder, &lanes(&of_runs, |of_run| of_run));
            }
            return;
        }
        if game.players.iter().any(|player| player.looks) {
            self.take(game);
            let of_runs = self.each(ExpectedGradient::at);
            for bidder in (0..bidders).filter(|&bidder| game.players[bidder].looks).collect::<Vec<_>>() {
                game.look_along(bidder, &lanes(&of_runs, |of_run| &of_run[bidder]));
            }
        }
        self.take(game);
        let of_runs = self.each(ExpectedGradient::at);
        for bidder in 0..bidders {
            game.update_along(bidder, &lanes(&of_runs, |of_run| &of_run[bidder]));
        }
    }

    /// The derivatives of a bidder's expected utility, of each run.
    fn of<S: Simd, X: Samples<S>>(&mut self, bidder: usize, game: &Game<'_, S, X>) -> Vec<Option<Vec<f64>>> {
        self.take(game);
        self.each(|gradient, parameters| gradient.of(bidder, parameters))
    }

    /// Takes the bidders' parameters.
    fn take<S: Simd, X: Samples<S>>(&mut self, game: &Game<'_, S, X>) {
        for (bidder, player) in game.players.iter().enumerate() {
            for (k, parameter) in player.parameters.iter().enumerate() {
                for (run, value) in self.parameters.iter_mut().zip(parameter.to_array()) {
                    run[bidder][k] = value;
                }
            }
        }
    }

    /// What each run's gradient is; `None` of a run that has diverged, of which nothing can be asked.
    fn each<T>(&self, expected: impl Fn(&ExpectedGradient, &[Vec<f64>]) -> T) -> Vec<Option<T>> {
        let of_run = |(gradient, parameters): (&ExpectedGradient, &Vec<Vec<f64>>)| {
            let finite = parameters.iter().flatten().all(|parameter| parameter.is_finite());
            finite.then(|| expected(gradient, parameters))
        };
        self.gradients.iter().zip(&self.parameters).map(of_run).collect()
    }
}

/// The derivatives of a bidder's expected utility in its parameters, one vector a parameter, out of each
/// run's; NaN of a run that has none. Lanes beyond the runs repeat the first.
fn lanes<R: Real, T>(runs: &[Option<T>], of_bidder: impl Fn(&T) -> &Vec<f64>) -> Vec<R> {
    let of_lane = |lane: usize| runs.get(lane).unwrap_or(&runs[0]).as_ref().map(&of_bidder);
    let parameters = (0..runs.len()).filter_map(of_lane).map(Vec::len).next().unwrap_or(0);
    let at = |k: usize| move |of_bidder: &Vec<f64>| of_bidder[k];
    let lanes = |k: usize| std::array::from_fn(|lane| of_lane(lane).map_or(f64::NAN, at(k)));
    (0..parameters).map(|k| R::from_array(lanes(k))).collect()
}
