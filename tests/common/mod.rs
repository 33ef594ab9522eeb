//! What the tests share.

use bidsweep::auction::{Mechanism, Prior, Strategy};
use bidsweep::learner::{Adam, Learner};
use bidsweep::train::{
    Batch, Beta, BidderSettings, Initial, Precision, Profiles, Rate, Recording, Settings, Updates,
};

/// The study's settings, for any number of bidders.
pub fn settings(bidders: usize, beta: f64) -> Settings {
    let bidder = BidderSettings {
        prior: Prior::STANDARD,
        strategy: Strategy::Linear,
        learner: Learner::Adam(Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
        learning_rate: Rate::Fixed(0.01),
        initial: Initial::Theta(0.9),
    };
    Settings {
        mechanism: Mechanism::FirstPrice,
        bidders: vec![bidder; bidders],
        beta: Beta::Fixed(beta),
        batch: Batch::Profiles(128),
        profiles: Profiles::Shared,
        epochs: 2000,
        updates: Updates::Simultaneous,
        precision: Precision::F64,
    }
}

/// No trajectory, tail and average of the study.
pub const RECORDING: Recording = Recording { tail: 0.5, ema: 0.99, trajectory: None, history: false };
