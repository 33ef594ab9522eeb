//! Learners that follow gradients end at one place in the symmetric auction, and schedules leave less noise there.

use bidsweep::learner::{Adam, Extragradient, Feedback, Learner, Ogda, Rmsprop, Rule, Sgd, Value};
use bidsweep::numeric::simd::{Instance, LANES};
use bidsweep::train::{Rate, Recording, Run, Settings, train_group};

mod common;
use common::{RECORDING, settings};

const RUNS: u64 = 100;
const ADAM: Adam = Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

fn sgd(momentum: f64) -> Learner {
    Learner::Sgd(Sgd { momentum })
}

fn ahead(fresh: bool) -> Learner {
    Learner::Extragradient(Extragradient { fresh })
}

/// The mean over runs and bidders of the tail mean of the multiplier, and of its standard deviation over the tail.
fn ends(bidders: usize, learner: Learner, rate: Rate) -> [f64; 2] {
    let mut settings = Settings { epochs: 2000, ..settings(bidders, 50.0) };
    for bidder in &mut settings.bidders {
        (bidder.learner, bidder.learning_rate) = (learner, rate);
    }
    let recording = Recording { tail: 0.5, ..RECORDING };
    let run = |seed| Run { settings: &settings, seed, recording, start: None };
    let runs: Vec<Run<'_>> = (0..RUNS).map(run).collect();
    let outcomes = runs.chunks(LANES).flat_map(|runs| train_group(Instance::best(), runs));
    let all: Vec<[f64; 2]> = outcomes
        .flat_map(|outcome| outcome.bidders)
        .map(|bidder| [bidder.tail_mean, bidder.tail_sd.expect("a tail of many epochs")])
        .collect();
    [0, 1].map(|k| all.iter().map(|found| found[k]).sum::<f64>() / all.len() as f64)
}

#[test]
fn every_optimiser_ends_at_one_mean_and_schedules_with_less_noise() {
    let fixed = Rate::Fixed;
    let [adam, noise] = ends(2, Learner::Adam(ADAM), fixed(0.01));
    assert!((noise - 0.0080).abs() < 0.0003, "adam: {noise}");
    let rmsprop =
        Rmsprop::build(&Rmsprop::ENTRY.hyperparameters.iter().map(|h| h.default).collect::<Vec<Value>>());
    for (index, entry) in Learner::REGISTRY.iter().enumerate() {
        let defaults: Vec<Value> = entry.hyperparameters.iter().map(|h| h.default).collect();
        let learner = Learner::build(index, &defaults);
        // Steps that the gradient's scale divides, as Adam's, are as long as the rate; others' are shorter.
        let rate = if entry.batch_exponent == Adam::ENTRY.batch_exponent { 0.01 } else { 0.3 };
        if learner.feedback() == Feedback::Gradient {
            let [mean, _] = ends(2, learner, fixed(rate));
            assert!((mean - adam).abs() < 2e-4, "{}: {mean}, adam {adam}", entry.name);
        }
    }
    // The noise of each is from an independent simulation.
    for (name, learner, rate, noise) in [
        ("momentum", sgd(0.9), fixed(0.03), 0.006_23),
        ("sgd", sgd(0.0), fixed(0.3), 0.006_29),
        ("ogda", Learner::Ogda(Ogda), fixed(0.3), 0.006_57),
        ("extragradient", ahead(false), fixed(0.3), 0.006_20),
        ("fresh extragradient", ahead(true), fixed(0.3), 0.006_20),
        ("rmsprop", Learner::Rmsprop(rmsprop), fixed(0.01), 0.008_18),
        ("sgd, falling", sgd(0.0), Rate::Sqrt { first: 3.0 }, 0.002_85),
        ("adam, falling", Learner::Adam(ADAM), Rate::Sqrt { first: 0.1 }, 0.003_86),
    ] {
        let [mean, found] = ends(2, learner, rate);
        assert!((mean - 0.480_34).abs() < 0.0006, "{name}: {mean}");
        // Fresh profiles are other profiles than adam's.
        let apart = if learner == ahead(true) { 6e-4 } else { 2e-4 };
        assert!((mean - adam).abs() < apart, "{name}: {mean}, adam {adam}");
        assert!((found / noise - 1.0).abs() < 0.08, "{name}: sd {found} for {noise}");
    }
}
