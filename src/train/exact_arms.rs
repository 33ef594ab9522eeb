//! Epochs on the exact payoffs of arms, which nothing is drawn for.

use std::ops::Range;

use super::game::Game;
use super::player::{Learning, Lesson};
use super::{Settings, Updates};
use crate::expectation::{ArmBidder, ArmPayoffs, ArmWorkspace};
use crate::learner::Feedback;
use crate::numeric::simd::{Part, Real, Samples, Simd};

/// The exact payoffs of a game's runs, which have equal priors.
pub(super) struct ExactArms<R> {
    game: ArmPayoffs,
    workspace: ArmWorkspace<R>,
    /// Shape of both \[bidder\]\[arm\].
    mixtures: Vec<Vec<R>>,
    payoffs: Vec<Vec<R>>,
}

impl Settings {
    /// The bidders, where all play arms.
    pub fn arm_bidders(&self) -> Option<Vec<ArmBidder<'_>>> {
        let mut bidders = Vec::with_capacity(self.bidders.len());
        for bidder in &self.bidders {
            bidders.push(ArmBidder { prior: &bidder.prior, arms: bidder.play().arms()? });
        }
        Some(bidders)
    }
}

impl<R> ExactArms<R> {
    pub(super) fn new<S: Simd<Real = R>, X: Samples<S>>(
        game: &Game<'_, S, X>,
        bidders: &[ArmBidder<'_>],
    ) -> Self
    where
        R: Real,
    {
        let payoffs = ArmPayoffs::new(bidders);
        let mixtures: Vec<Vec<R>> = game.players.iter().map(|player| player.parameters.clone()).collect();
        ExactArms {
            workspace: payoffs.workspace(bidders),
            game: payoffs,
            payoffs: mixtures.clone(),
            mixtures,
        }
    }

    /// One epoch: the update of every bidder.
    #[inline(always)]
    pub(super) fn epoch<S: Simd<Real = R>, X: Samples<S>>(&mut self, game: &mut Game<'_, S, X>)
    where
        R: Real,
    {
        let bidders = game.players.len();
        let sequential = game.runs[0].settings.updates == Updates::Sequential;
        if !sequential {
            self.find(game, 0..bidders, None);
        }
        for i in 0..bidders {
            if game.players[i].feedback == Feedback::Beliefs {
                self.find(game, i..i + 1, Some(i));
            } else if sequential {
                self.find(game, i..i + 1, None);
            }
            if sequential {
                self.tell(game, i);
            }
        }
        if !sequential {
            for bidder in 0..bidders {
                self.tell(game, bidder);
            }
        }
    }

    /// Tells a bidder's learner its payoffs.
    #[inline(always)]
    fn tell<S: Simd<Real = R>, X: Samples<S>>(&self, game: &mut Game<'_, S, X>, bidder: usize)
    where
        R: Real,
    {
        let lesson = Lesson::Arms { told: &self.payoffs[bidder], payoffs: &self.payoffs[bidder] };
        S::apart(Learning { player: &mut game.players[bidder], lesson });
    }

    /// The payoffs of some bidders against what is played, or against what a bidder believes.
    #[inline(always)]
    fn find<S: Simd<Real = R>, X: Samples<S>>(
        &mut self,
        game: &Game<'_, S, X>,
        wanted: Range<usize>,
        believer: Option<usize>,
    ) where
        R: Real,
    {
        for (player, mixture) in game.players.iter().zip(&mut self.mixtures) {
            match believer {
                None => mixture.copy_from_slice(&player.parameters),
                Some(believer) => player.believed(game.players[believer].belief, mixture),
            }
        }
        let ExactArms { game, workspace, mixtures, payoffs } = self;
        S::apart(Find { game, mixtures, wanted, workspace, payoffs });
    }
}

/// The payoffs of some bidders against mixtures.
struct Find<'a, R> {
    game: &'a ArmPayoffs,
    mixtures: &'a [Vec<R>],
    wanted: Range<usize>,
    workspace: &'a mut ArmWorkspace<R>,
    payoffs: &'a mut [Vec<R>],
}

impl<S: Simd> Part<S> for Find<'_, S::Real> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.game.find(self.mixtures, self.wanted, self.workspace, self.payoffs);
    }
}
