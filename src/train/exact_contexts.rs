//! Epochs on the exact payoffs of tables, which nothing is drawn for.

use std::ops::Range;

use super::game::Game;
use super::player::{Learning, Lesson, Player};
use super::{Run, Updates};
use crate::auction::strategy::TableShape;
use crate::expectation::{TableLaws, TableWins};
use crate::numeric::simd::{Part, Real, Samples, Simd};

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
        if game.runs[0].settings.updates == Updates::Sequential {
            for bidder in 0..bidders {
                S::apart(Find { exact: self, players: &game.players, wanted: bidder..bidder + 1 });
                self.tell(game, bidder);
            }
            return;
        }
        S::apart(Find { exact: self, players: &game.players, wanted: 0..bidders });
        for bidder in 0..bidders {
            self.tell(game, bidder);
        }
    }

    /// Tells a bidder's learner how often its bids win.
    #[inline(always)]
    fn tell<S: Simd<Real = R>, X: Samples<S>>(&self, game: &mut Game<'_, S, X>, bidder: usize) {
        let lesson = Lesson::Wins(&self.wins[bidder]);
        S::apart(Learning { player: &mut game.players[bidder], lesson });
    }
}

/// How often the bids of some bidders win against what the others play.
struct Find<'a, R: Real> {
    exact: &'a mut ExactContexts<R>,
    players: &'a [Player<R>],
    wanted: Range<usize>,
}

impl<S: Simd> Part<S> for Find<'_, S::Real> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let ExactContexts { game, laws, wins } = self.exact;
        for (place, player) in self.players.iter().enumerate() {
            // Nobody faces itself.
            if self.wanted != (place..place + 1) {
                game.take(place, &player.parameters, laws);
            }
        }
        game.find(laws, self.wanted, wins);
    }
}
