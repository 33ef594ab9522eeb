//! What measures are computed from: a finished run, its references and its exact expectations.

use super::Yardstick;
use crate::auction::Profile;
use crate::equilibrium::{BidderEvaluation, BidderReferences, Distance, Evaluation, References};
use crate::train::{BidderOutcome, Outcome, Settings};

/// A finished run. Vectors are of the tail-mean profile, one entry a bidder.
pub(super) struct RunContext<'a> {
    outcome: &'a Outcome,
    references: &'a References,
    pub evaluation: Evaluation,
    saturated_shares: Vec<f64>,
    distances: Vec<Option<Distance>>,
}

/// A bidder of a finished run.
pub(super) struct BidderContext<'a> {
    pub outcome: &'a BidderOutcome,
    pub references: &'a BidderReferences,
    pub evaluation: BidderEvaluation,
    pub saturated_share: f64,
    pub distance: Option<Distance>,
}

impl<'a> RunContext<'a> {
    pub fn new(settings: &Settings, yardstick: &'a Yardstick, outcome: &'a Outcome) -> Self {
        let Yardstick { references, evaluator, distances } = yardstick;
        let bids = settings.bidders.iter().zip(&outcome.bidders).map(|(bidder, outcome)| {
            bidder.strategy.bid_function(&bidder.prior, &outcome.tail_mean_parameters)
        });
        let profile = Profile { bids: bids.collect() };
        let distance = |(bidder, bids)| distances.as_ref().map(|distances| distances.of(bidder, bids));
        RunContext {
            outcome,
            references,
            evaluation: evaluator.evaluate(&profile),
            saturated_shares: evaluator.saturation(&profile, settings.beta.last()),
            distances: profile.bids.iter().enumerate().map(distance).collect(),
        }
    }

    pub fn bidders(&self) -> impl Iterator<Item = BidderContext<'_>> {
        (0..self.outcome.bidders.len()).map(|i| BidderContext {
            outcome: &self.outcome.bidders[i],
            references: &self.references.bidders[i],
            evaluation: self.evaluation.bidders[i],
            saturated_share: self.saturated_shares[i],
            distance: self.distances[i],
        })
    }
}
