//! What runs that are trained side by side have in common, and how long a run takes.

use super::passes::cost;
use super::{Batch, BidderSettings, Precision, Profiles, Settings, Updates};
use crate::auction::prior::TableKey;
use crate::auction::strategy::Play;
use crate::expectation::gradient::nanoseconds;
use crate::learner::{Feedback, Look};

/// What the runs of a group have in common: everything that decides which instructions are executed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The bits of what a bidder pays: own, other, always.
    payment: [u64; 3],
    bidders: Vec<BidderShape>,
    batch: Batch,
    epochs: u32,
    profiles: Profiles,
    updates: Updates,
    precision: Precision,
}

/// What the runs of a group have in common in one bidder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct BidderShape {
    /// The prior but for its support.
    law: TableKey,
    /// The bits of the support, where it decides what is computed: where the payoffs of arms are exact.
    support: Option<[u64; 2]>,
    play: Play,
    feedback: Feedback,
    learner: &'static str,
    look: Option<Look>,
    /// Points that it tries.
    population: Option<u32>,
}

/// Nanoseconds of a sample of a linear strategy in single precision, roughly.
const A_SAMPLE: f64 = 0.5;

/// Nanoseconds of an epoch beside its gradient, roughly.
const AN_EPOCH: f64 = 700.0;

/// Samples that the payoffs of a bidder's arms take as long as, roughly.
const ARMS_SAMPLES: f64 = 8000.0;

/// Points that a bidder tries on a sample, 1 if it tries none.
fn tried(bidder: &BidderSettings) -> usize {
    bidder.learner.perturbations().map_or(1, |tried| tried.population as usize)
}

/// What drawing a bid of a table and counting what others would have had takes, in units of a linear
/// strategy's sample, roughly; and a probability of the table in every epoch.
const DRAWN_BID: f64 = 40.0;
const SHARES: f64 = 3.0;

/// Parameters of a bid function that take as long as a linear strategy's sample, roughly.
const PIECES_A_SAMPLE: f64 = 8.0;

impl Settings {
    /// The shape: runs of equal shapes can be trained in one group.
    pub fn shape(&self) -> Shape {
        let payment = self.mechanism.payment();
        Shape {
            payment: [payment.own, payment.other, payment.always].map(f64::to_bits),
            bidders: self.bidders.iter().map(|bidder| self.bidder_shape(bidder)).collect(),
            batch: self.batch,
            epochs: self.epochs,
            profiles: self.profiles,
            updates: self.updates,
            precision: self.precision,
        }
    }

    fn bidder_shape(&self, bidder: &BidderSettings) -> BidderShape {
        let (low, high) = bidder.prior.support();
        let exact_arms = self.batch == Batch::Exact && bidder.play().arms().is_some();
        BidderShape {
            law: bidder.prior.table_key(),
            support: exact_arms.then(|| [low.to_bits(), high.to_bits()]),
            play: bidder.play(),
            feedback: bidder.learner.feedback(),
            learner: bidder.learner.name(),
            look: bidder.learner.look(),
            population: bidder.learner.perturbations().map(|tried| tried.population),
        }
    }

    /// Whether runs of equal seeds and shapes have the same valuation profiles.
    pub fn draws_like(&self, other: &Settings) -> bool {
        self.bidders.iter().zip(&other.bidders).all(|(a, b)| a.prior == b.prior)
    }

    /// The nominal work of a run, in agent-samples of bidders who learn at once and in single precision: it
    /// bounds continuations, and so is a part of what is measured. What a run takes is [`Settings::cost`],
    /// which may be tuned.
    pub fn work(&self) -> f64 {
        // Where bidders are updated one by one or draw each their own, everybody's values are drawn for each.
        let (_, drawn) = cost(self);
        let single = match (self.precision, self.batch) {
            (Precision::F32, _) | (_, Batch::Exact) => 1.0,
            (Precision::F64, _) => 2.5,
        };
        let pieces: f64 = self.bidders.iter().map(|bidder| self.pieces(bidder)).sum();
        let pieces = 1.0 + pieces / self.bidders.len() as f64;
        single * pieces * (1.0 + drawn) / 2.0 * self.agent_samples()
    }

    /// What a bidder's sample takes beyond that of a linear strategy, in units of it.
    fn pieces(&self, bidder: &BidderSettings) -> f64 {
        let parameters = bidder.play().parameters() as f64;
        match (bidder.play().table(), self.batch) {
            (Some(_), Batch::Exact) => parameters / ARMS_SAMPLES,
            // The gradient is of all of its parameters.
            (None, Batch::Exact) => 0.0,
            (Some(_), Batch::Profiles(samples)) => DRAWN_BID + SHARES * parameters / f64::from(samples),
            // A bid function of several parameters is summed up as often.
            (None, Batch::Profiles(_)) => (parameters * tried(bidder) as f64 - 1.0) / PIECES_A_SAMPLE,
        }
    }

    /// Agent-samples of a run: how often a bidder's win probability is computed; on exact batches, what takes
    /// about as long. The measure of its length.
    pub fn agent_samples(&self) -> f64 {
        let (computed, _) = cost(self);
        // Bidders with batches of their own, one after the other on the total utility, compute everybody's.
        let repeated = match (self.updates, self.profiles) {
            (Updates::SharedGraph, Profiles::Own) => self.bidders.len() as f64,
            _ => 1.0,
        };
        let samples = match self.batch {
            Batch::Profiles(samples) => f64::from(samples),
            Batch::Exact if self.bidders.iter().any(|bidder| bidder.play().table().is_some()) => ARMS_SAMPLES,
            Batch::Exact => self.exact_samples(),
        };
        repeated * computed * samples * f64::from(self.epochs)
    }

    /// Samples that an exact epoch takes as long as, a bidder.
    fn exact_samples(&self) -> f64 {
        let gradient = nanoseconds(&self.population(), self.beta.last());
        (AN_EPOCH + gradient) / (A_SAMPLE * self.bidders.len() as f64)
    }
}
