//! Epochs on the expected gradient, which nothing is drawn for.

use super::game::Game;
use super::{Settings, Updates};
use crate::equilibrium::ExpectedGradient;
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
                self.take(game);
                game.update_along(bidder, &self.derivatives(bidder));
            }
            return;
        }
        self.take(game);
        for bidder in 0..bidders {
            // The others' parameters are those of the epoch's beginning.
            game.update_along(bidder, &self.derivatives(bidder));
        }
    }

    /// Takes the bidders' parameters.
    fn take<S: Simd, X: Samples<S>>(&mut self, game: &Game<'_, S, X>) {
        for (bidder, player) in game.players.iter().enumerate() {
            for (k, parameter) in player.parameters.iter().enumerate() {
                for (run, value) in self.parameters.iter_mut().zip(parameter.value.to_array()) {
                    run[bidder][k] = value;
                }
            }
        }
    }

    /// The derivatives of a bidder's expected utility in its parameters, one vector a parameter.
    fn derivatives<R: Real>(&self, bidder: usize) -> Vec<R> {
        let of_run = |(gradient, parameters): (&ExpectedGradient, &Vec<Vec<f64>>)| {
            // Of a run that has diverged nothing can be asked.
            let finite = parameters.iter().flatten().all(|parameter| parameter.is_finite());
            if finite { gradient.of(bidder, parameters) } else { vec![f64::NAN; parameters[bidder].len()] }
        };
        let runs: Vec<Vec<f64>> = self.gradients.iter().zip(&self.parameters).map(of_run).collect();
        let lanes = |k: usize| std::array::from_fn(|lane| runs.get(lane).unwrap_or(&runs[0])[k]);
        (0..runs[0].len()).map(|k| R::from_array(lanes(k))).collect()
    }
}
