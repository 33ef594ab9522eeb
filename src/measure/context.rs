//! What measures are computed from: a finished run, its references and its exact expectations.

use crate::auction::Profile;
use crate::equilibrium::{BidderEvaluation, BidderReferences, Evaluation, References, evaluate, saturation};
use crate::train::{BidderOutcome, Outcome, Settings};

/// A finished run.
pub(super) struct RunContext<'a> {
    outcome: &'a Outcome,
    references: &'a References,
    /// Of the tail-mean profile.
    pub evaluation: Evaluation,
    /// Of the tail-mean profile, one a bidder.
    saturated_shares: Vec<f64>,
}

/// A bidder of a finished run.
pub(super) struct BidderContext<'a> {
    pub outcome: &'a BidderOutcome,
    pub references: &'a BidderReferences,
    pub evaluation: BidderEvaluation,
    pub saturated_share: f64,
}

impl<'a> RunContext<'a> {
    pub fn new(settings: &Settings, references: &'a References, outcome: &'a Outcome) -> Self {
        let population = settings.population();
        let bids = settings.bidders.iter().zip(&outcome.bidders).map(|(bidder, outcome)| {
            bidder.strategy.bid_function(&bidder.prior, &outcome.tail_mean_parameters)
        });
        let profile = Profile { bids: bids.collect() };
        let evaluation = evaluate(&population, &profile);
        let saturated_shares = saturation(&population, &profile, settings.beta.last());
        RunContext { outcome, references, evaluation, saturated_shares }
    }

    pub fn bidders(&self) -> impl Iterator<Item = BidderContext<'_>> {
        (0..self.outcome.bidders.len()).map(|i| BidderContext {
            outcome: &self.outcome.bidders[i],
            references: &self.references.bidders[i],
            evaluation: self.evaluation.bidders[i],
            saturated_share: self.saturated_shares[i],
        })
    }
}
