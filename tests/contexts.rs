//! Where learners on tables end, against values from independent simulations.

use bidsweep::auction::prior::Uniform;
use bidsweep::auction::strategy::TableShape;
use bidsweep::auction::{Prior, Profile};
use bidsweep::equilibrium::{BneDistance, references};
use bidsweep::expectation::Evaluator;
use bidsweep::learner::{Learner, MwuContextual, Regulariser, Soda, Tuned};
use bidsweep::numeric::simd::{Instance, LANES};
use bidsweep::response::best_responses;
use bidsweep::train::{Batch, Outcome, Precision, Recording, Run, Settings, train, train_group};

mod common;
use common::settings;

const RECORDING: Recording = Recording { tail: 0.1, ..common::RECORDING };

fn mwu(bins: u32, bids: u32, top_bid: f64, step: f64, cross: bool) -> MwuContextual {
    MwuContextual { bins, bids, top_bid, step: Tuned::Constant(step), cross, censored: false }
}

/// A symmetric game of one learner.
fn game(bidders: usize, learner: Learner, batch: Batch, epochs: u32) -> Settings {
    let mut settings = settings(bidders, f64::INFINITY);
    settings.bidders.iter_mut().for_each(|bidder| bidder.learner = learner);
    Settings { batch, epochs, precision: Precision::F32, ..settings }
}

/// The bids after the last epoch.
fn last(settings: &Settings, outcome: &Outcome) -> Profile {
    let bids = settings.bidders.iter().zip(&outcome.bidders);
    let bids = bids.map(|(bidder, end)| bidder.play().bid_function(&bidder.prior, &end.last_parameters));
    Profile { bids: bids.collect() }
}

#[test]
fn exact_weights_end_where_other_programs_say() {
    let learner = Learner::MwuContextual(mwu(64, 64, 1.0, 10.0, false));
    let settings = game(2, learner, Batch::Exact, 2000);
    let outcome = train(&settings, 0, RECORDING);
    let profile = last(&settings, &outcome);
    let population = settings.population();
    let evaluator = Evaluator::new(&population);
    let evaluation = evaluator.evaluate(&profile);
    let response = best_responses(&evaluator, &profile)[0];
    let references = references(&population, f64::INFINITY);
    println!("slope {}", outcome.bidders[0].last_iterate);
    println!("utility {} revenue {}", evaluation.bidders[0].utility, evaluation.revenue);
    println!("epsilon {:?}", response);
    println!("regret {:?}", outcome.bidders[0].mixed.as_ref().unwrap().regret);
}
