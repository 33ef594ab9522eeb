//! Epochs on the exact payoffs of tables, which nothing is drawn for.

use super::Run;
use super::Updates;
use super::game::Game;
use crate::auction::strategy::TableShape;
use crate::expectation::{TableLaws, TableWins};
use crate::numeric::simd::{Real, Samples, Simd};

/// The exact payoffs of a game's runs, whatever their priors.
pub(super) struct ExactContexts<R> {
    game: TableWins,
    laws: TableLaws<R>,
    /// Shape \[bidder\]\[bid\].
    wins: Vec<Vec<R>>,
}

/// The tables of a run, where all bidders play some.
pub(super) fn tables(run: &Run<'_>) -> Option<Vec<TableShape>> {
    run.settings.bidders.iter().map(|bidder| bidder.play().table()).collect()
}

impl<R: Real> ExactContexts<R> {
    pub(super) fn new(tables: &[TableShape]) -> Self {
        let game = TableWins::new(tables);
        let zeros = |table: &TableShape| vec![R::splat(0.0); table.bids];
        ExactContexts { laws: game.laws(), game, wins: tables.iter().map(zeros).collect() }
    }

    /// One epoch: the update of every bidder.
    #[inline(always)]
    pub(super) fn epoch<S: Simd<Real = R>, X: Samples<S>>(&mut self, game: &mut Game<'_, S, X>) {
        let bidders = game.players.len();
        for (place, player) in game.players.iter().enumerate() {
            self.game.take(place, &player.parameters, &mut self.laws);
        }
        if game.runs[0].settings.updates == Updates::Sequential {
            for i in 0..bidders {
                self.game.find(&self.laws, i..i + 1, &mut self.wins);
                game.players[i].learn_exact_table(&self.wins[i]);
                self.game.take(i, &game.players[i].parameters, &mut self.laws);
            }
            return;
        }
        self.game.find(&self.laws, 0..bidders, &mut self.wins);
        for (player, wins) in game.players.iter_mut().zip(&self.wins) {
            player.learn_exact_table(wins);
        }
    }
}
