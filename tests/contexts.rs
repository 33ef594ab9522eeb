//! Where learners on tables end, against values from independent simulations.

use bidsweep::auction::prior::{Power, Uniform};
use bidsweep::auction::strategy::TableBids;
use bidsweep::auction::{Prior, Profile};
use bidsweep::equilibrium::{BneDistance, bne};
use bidsweep::expectation::Evaluator;
use bidsweep::learner::{Learner, MwuContextual, RegretBound, Regulariser, Soda, Tuned};
use bidsweep::numeric::simd::{Instance, LANES};
use bidsweep::response::best_responses;
use bidsweep::train::{
    Batch, Outcome, Precision, Recording, Run, Settings, Status, Updates, train, train_group,
};

mod common;
use common::settings;

/// Averages are over all epochs, tails over the last tenth.
const RECORDING: Recording = Recording { tail: 0.1, ..common::RECORDING };

fn weights(bins: u32, bids: u32, step: f64, cross: bool) -> MwuContextual {
    MwuContextual { bins, bids, top_bid: 1.0, step: Tuned::Constant(step), cross, censored: false }
}

fn soda(regulariser: Regulariser, step: f64) -> Learner {
    Learner::Soda(Soda { bins: 64, bids: 64, top_bid: 1.0, step, decay: 0.0, regulariser })
}

/// A symmetric game of one learner.
fn game(bidders: usize, learner: Learner, batch: Batch, epochs: u32) -> Settings {
    let mut settings = settings(bidders, f64::INFINITY);
    settings.bidders.iter_mut().for_each(|bidder| bidder.learner = learner);
    Settings { batch, epochs, precision: Precision::F32, ..settings }
}

/// The bids in the last epoch.
fn last(settings: &Settings, outcome: &Outcome) -> Profile {
    let bids = settings.bidders.iter().zip(&outcome.bidders);
    let bids = bids.map(|(bidder, end)| bidder.play().bid_function(&bidder.prior, &end.last_parameters));
    Profile { bids: bids.collect() }
}

fn table(profile: &Profile, bidder: usize) -> &TableBids {
    profile.bids[bidder].table().expect("a table")
}

/// For two bidders: the bids of one, the probabilities that the other bids lower, and as high.
fn faced(profile: &Profile, bidder: usize) -> Vec<(f64, f64, f64)> {
    let rival = table(profile, 1 - bidder);
    let law: Vec<(f64, f64)> = rival
        .shape()
        .grid()
        .enumerate()
        .map(|(m, bid)| (bid, rival.rows().map(|row| row[m]).sum::<f64>() / rival.shape().bins as f64))
        .collect();
    let chance = |bid: f64| {
        let (mut below, mut tied) = (0.0, 0.0);
        for (other, share) in &law {
            match other {
                other if *other < bid => below += share,
                other if *other == bid => tied += share,
                _ => {}
            }
        }
        (bid, below, tied)
    };
    table(profile, bidder).shape().grid().map(chance).collect()
}

/// Utility, gain by the grid, and gain by any bid, of one of two bidders; the last on so many values.
fn scalar(profile: &Profile, bidder: usize, prior: &Prior, values: usize) -> [f64; 3] {
    let (own, faced) = (table(profile, bidder), faced(profile, bidder));
    let even: Vec<f64> = faced.iter().map(|(_, below, tied)| below + 0.5 * tied).collect();
    let (mut utility, mut best) = (0.0, 0.0);
    for (row, value) in own.rows().zip(own.values()) {
        let payoff = |m: usize| (value - faced[m].0) * even[m];
        utility += row.iter().enumerate().map(|(m, share)| share * payoff(m)).sum::<f64>();
        best += (0..row.len()).map(payoff).fold(f64::NEG_INFINITY, f64::max);
    }
    let bins = own.shape().bins as f64;
    let any = |k: usize| {
        let value = prior.quantile((k as f64 + 0.5) / values as f64);
        let of_bid = |(bid, below, tied): &(f64, f64, f64)| (value - bid) * (below + tied);
        faced.iter().map(of_bid).fold(0.0, f64::max)
    };
    let any = (0..values).map(any).sum::<f64>() / values as f64;
    [utility / bins, (best - utility) / bins, any - utility / bins]
}

fn assert_near(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() < tolerance, "{what}: {found} for {expected}");
}

#[test]
fn exact_weights_end_where_other_programs_say() {
    let settings = game(2, Learner::MwuContextual(weights(64, 64, 10.0, false)), Batch::Exact, 2000);
    let outcome = train(&settings, 0, RECORDING);
    let profile = last(&settings, &outcome);
    let population = settings.population();
    let evaluator = Evaluator::new(&population);
    let evaluation = evaluator.evaluate(&profile);
    let response = best_responses(&evaluator, &profile)[0];
    let distance = BneDistance::new(&bne(&population).unwrap(), &population).of(0, &profile.bids[0]);
    let [utility, grid, any] = scalar(&profile, 0, &Prior::STANDARD, 200_000);
    println!("{} {distance:?} {evaluation:?} {response:?} {grid} {any}", outcome.bidders[0].last_iterate);
    assert_near("slope", outcome.bidders[0].last_iterate, 0.499_806, 1e-5);
    assert_near("spread", distance.l2, 0.005_138, 1e-5);
    assert_near("utility", evaluation.bidders[0].utility, 0.166_633, 1e-6);
    assert_near("revenue", evaluation.revenue, 0.333_20, 1e-5);
    assert_near("utility, one by one", evaluation.bidders[0].utility, utility, 1e-12);
    assert_near("gain by the grid", grid, 2.097e-4, 2e-6);
    assert_near("gain by any bid", response.epsilon_ex_ante, 4.438e-3, 4.4e-5);
    assert_near("gain by any bid, one by one", response.epsilon_ex_ante, any, 1e-8);
    assert!(response.epsilon_ex_ante_upper >= response.epsilon_ex_ante);
}

#[test]
fn exact_weights_of_three_end_where_other_programs_say() {
    let settings = game(3, soda(Regulariser::Entropy, 10.0), Batch::Exact, 2000);
    let outcome = train(&settings, 0, RECORDING);
    let evaluation = Evaluator::new(&settings.population()).evaluate(&last(&settings, &outcome));
    println!("{} {evaluation:?}", outcome.bidders[0].last_iterate);
    assert_near("slope", outcome.bidders[0].last_iterate, 0.665_523, 1e-5);
    assert_near("revenue", evaluation.revenue, 0.499_294, 1e-5);
}

#[test]
fn asymmetric_bidders_end_at_the_equilibrium() {
    let learner = Learner::MwuContextual(MwuContextual { top_bid: 0.7, ..weights(64, 65, 10.0, true) });
    let mut settings = game(2, learner, Batch::Exact, 2000);
    settings.bidders[1].prior = Prior::Uniform(Uniform::new(0.0, 2.0).unwrap());
    let outcome = train(&settings, 0, RECORDING);
    let profile = last(&settings, &outcome);
    let evaluation = Evaluator::new(&settings.population()).evaluate(&profile);
    for (bidder, (slope, utility)) in [(0.581_90, 0.096_81), (0.380_18, 0.506_66)].into_iter().enumerate() {
        let found = (outcome.bidders[bidder].last_iterate, evaluation.bidders[bidder].utility);
        println!("{found:?}");
        assert_near(&format!("slope of {bidder}"), found.0, slope, 1e-4);
        assert_near(&format!("utility of {bidder}"), found.1, utility, 1e-4);
        let [expected, ..] = scalar(&profile, bidder, &settings.bidders[bidder].prior, 1);
        assert_near(&format!("utility of {bidder}, one by one"), found.1, expected, 1e-12);
    }
}

#[test]
fn responses_to_tables_are_those_of_all_bids() {
    // A prior with curved laws, on tables that are far from settled.
    let learner = Learner::MwuContextual(MwuContextual { top_bid: 0.9, ..weights(5, 7, 1.0, true) });
    let mut settings = game(2, learner, Batch::Exact, 3);
    settings.bidders[1].prior = Prior::Power(Power::new(2.0, 0.0, 1.0).unwrap());
    let outcome = train(&settings, 0, RECORDING);
    let profile = last(&settings, &outcome);
    let evaluator = Evaluator::new(&settings.population());
    let evaluation = evaluator.evaluate(&profile);
    for (bidder, response) in best_responses(&evaluator, &profile).iter().enumerate() {
        let [utility, _, any] = scalar(&profile, bidder, &settings.bidders[bidder].prior, 100_000);
        assert_near("utility", evaluation.bidders[bidder].utility, utility, 1e-9);
        assert_near("gain", response.epsilon_ex_ante, any, 1e-7);
        assert!(response.epsilon_ex_ante_upper >= response.epsilon_ex_ante);
    }
}

#[test]
fn dual_averaging_by_the_entropy_is_exact_weights() {
    let run = |learner, updates| {
        let settings = Settings { updates, ..game(2, learner, Batch::Exact, 300) };
        train(&settings, 0, RECORDING)
    };
    for updates in [Updates::Simultaneous, Updates::Sequential] {
        let dual = run(soda(Regulariser::Entropy, 10.0), updates);
        let cross = run(Learner::MwuContextual(weights(64, 64, 10.0, true)), updates);
        let own = run(Learner::MwuContextual(weights(64, 64, 10.0, false)), updates);
        for bidder in 0..2 {
            assert_eq!(dual.bidders[bidder].last_parameters, cross.bidders[bidder].last_parameters);
            let rows = dual.bidders[bidder].last_parameters.iter().zip(&own.bidders[bidder].last_parameters);
            rows.for_each(|(one, other)| assert!((one - other).abs() < 1e-9, "{one} and {other}"));
            let regrets = [&dual, &own].map(|outcome| outcome.bidders[bidder].mixed.as_ref().unwrap().regret);
            assert_near("regret", regrets[0].unwrap(), regrets[1].unwrap(), 1e-8);
        }
    }
}

#[test]
fn dual_averaging_by_the_norm_comes_to_the_equilibrium() {
    let settings = game(2, soda(Regulariser::Euclidean, 1.0), Batch::Exact, 2000);
    let outcome = train(&settings, 0, RECORDING);
    let population = settings.population();
    let profile = last(&settings, &outcome);
    let distance = BneDistance::new(&bne(&population).unwrap(), &population).of(0, &profile.bids[0]);
    let [_, grid, _] = scalar(&profile, 0, &Prior::STANDARD, 1);
    println!("{} {distance:?} {grid}", outcome.bidders[0].last_iterate);
    assert!(distance.l2 < 0.02 && grid < 1e-3, "{distance:?}, {grid}");
}

/// Runs of the seeds from 1 on.
fn runs(settings: &Settings) -> Vec<Outcome> {
    let seeds: Vec<u64> = (1..=LANES as u64).collect();
    let run = |seed: &u64| Run { settings, seed: *seed, recording: RECORDING, start: None };
    train_group(Instance::best(), &seeds.iter().map(run).collect::<Vec<_>>())
}

#[test]
#[cfg_attr(debug_assertions, ignore = "millions of samples")]
fn sampled_weights_end_where_other_programs_say() {
    for (cross, censored, expected, tolerance) in [
        (false, false, 0.4972, 0.004),
        (true, false, 0.4970, 0.004),
        (false, true, 0.5, 0.03),
        (true, true, 0.5, 0.03),
    ] {
        let learner = MwuContextual { censored, ..weights(32, 33, 1.0, cross) };
        let outcomes = runs(&game(2, Learner::MwuContextual(learner), Batch::Profiles(128), 2000));
        let slopes: Vec<f64> = outcomes.iter().map(|outcome| outcome.bidders[0].last_iterate).collect();
        let mean = slopes.iter().sum::<f64>() / slopes.len() as f64;
        println!("cross {cross}, censored {censored}: {mean} of {slopes:?}");
        assert_near(&format!("cross {cross}, censored {censored}"), mean, expected, tolerance);
        for bidder in outcomes.iter().flat_map(|outcome| &outcome.bidders) {
            let mixed = bidder.mixed.as_ref().unwrap();
            if cross && !censored {
                let Some(RegretBound::Sure(bound)) = mixed.bound else { panic!("{:?}", mixed.bound) };
                assert!(mixed.regret.unwrap() <= bound, "{:?} above {bound}", mixed.regret);
            }
        }
    }
}

#[test]
fn sampled_payoffs_are_the_exact_ones_on_average() {
    // One epoch from even mixtures: what is kept is what was told.
    let (bins, bids) = (2, 4);
    for (cross, censored) in [(false, false), (true, false), (false, true), (true, true)] {
        let memory = |batch, precision, censored| {
            let learner =
                Learner::MwuContextual(MwuContextual { censored, ..weights(bins, bids, 1e-3, cross) });
            let settings = Settings { precision, ..game(3, learner, batch, 1) };
            train(&settings, 9, RECORDING).bidders[1].standing.memory.clone().unwrap()[1..].to_vec()
        };
        let exact = memory(Batch::Exact, Precision::F64, false);
        assert_eq!(exact.len(), if cross { 4 } else { 8 });
        for precision in [Precision::F32, Precision::F64] {
            let sampled = memory(Batch::Profiles(400_000), precision, censored);
            for (k, (found, expected)) in sampled.iter().zip(&exact).enumerate() {
                // Standard deviations are at most .5 in a bin of half the samples; weights at most 4.
                let sd = if censored { 2.0 } else { 0.5 };
                let tolerance = 4.0 * sd / 447.0;
                let what = format!("cross {cross}, censored {censored}, {k} in {precision:?}");
                assert_near(&what, *found, *expected, tolerance);
            }
        }
    }
}

#[test]
fn batches_of_odd_size_count_their_samples_alone() {
    for batch in [1, 3, 33] {
        let learner = Learner::MwuContextual(weights(2, 3, 1.0, true));
        let outcome = train(&game(2, learner, Batch::Profiles(batch), 50), 3, RECORDING);
        for bidder in outcome.bidders {
            let memory = bidder.standing.memory.unwrap();
            // With the highest bid every sample is won or tied.
            assert!(memory[3] <= 50.0 && memory[3] >= 25.0, "{memory:?}");
            assert!(memory[1] <= memory[2] && memory[2] <= memory[3], "{memory:?}");
        }
    }
}

#[test]
fn tables_meet_lines_and_arms() {
    let mut settings = settings(2, 50.0);
    settings.bidders[1].learner = Learner::MwuContextual(weights(16, 33, 1.0, true));
    let outcome = train(&settings, 5, RECORDING);
    assert_eq!(outcome.status, Status::Ok);
    println!("{} {}", outcome.bidders[0].tail_mean, outcome.bidders[1].tail_mean);
    assert_near("a line that smooths", outcome.bidders[0].tail_mean, 0.48, 0.03);
    assert_near("a table", outcome.bidders[1].tail_mean, 0.49, 0.03);
    let tail: Vec<_> = settings
        .bidders
        .iter()
        .zip(&outcome.bidders)
        .map(|(bidder, end)| bidder.play().bid_function(&bidder.prior, &end.tail_mean_parameters))
        .collect();
    let evaluator = Evaluator::new(&settings.population());
    let profile = Profile { bids: tail };
    let evaluation = evaluator.evaluate(&profile);
    let responses = best_responses(&evaluator, &profile);
    println!("{evaluation:?} {responses:?}");
    for (bidder, response) in evaluation.bidders.iter().zip(&responses) {
        assert_near("utility", bidder.utility, 1.0 / 6.0, 0.01);
        assert_near("the same", response.utility, bidder.utility, 1e-12);
        assert!((0.0..0.01).contains(&response.epsilon_ex_ante), "{response:?}");
    }
}
