//! Where learners on arms end, against values from independent simulations.

use bidsweep::auction::prior::Uniform;
use bidsweep::auction::{Prior, Profile};
use bidsweep::learner::{
    Exp3, FictitiousPlay, Ftpl, Learner, Mwu, Noise, RegretBound, RegretMatchingPlus, Tuned,
};
use bidsweep::numeric::simd::{Instance, LANES};
use bidsweep::train::{
    Batch, Beta, MIXTURE_QUANTILES, Outcome, Precision, RecordedEpochs, Recording, Run, Settings, train,
    train_group,
};

mod common;
use common::settings;

/// Averages are over all epochs, tails over the last tenth.
const RECORDING: Recording = Recording { tail: 0.1, ..common::RECORDING };

fn mwu(arms: u32, step: Tuned, optimism: u32) -> Learner {
    Learner::Mwu(Mwu { arms, step, optimism, smoothed: false })
}

/// A symmetric game of one learner.
fn game(bidders: usize, learner: Learner, batch: Batch, epochs: u32) -> Settings {
    let mut settings = settings(bidders, f64::INFINITY);
    settings.bidders.iter_mut().for_each(|bidder| bidder.learner = learner);
    Settings { batch, epochs, precision: Precision::F32, ..settings }
}

fn exact(bidders: usize, learner: Learner, epochs: u32) -> Outcome {
    train(&game(bidders, learner, Batch::Exact, epochs), 0, RECORDING)
}

/// Mean over all epochs, over the tail, and the last, of a bidder.
fn ends(outcome: &Outcome, bidder: usize) -> [f64; 3] {
    let bidder = &outcome.bidders[bidder];
    [bidder.time_average, bidder.tail_mean, bidder.last_iterate]
}

fn assert_ends(what: &str, found: [f64; 3], expected: [f64; 3], tolerance: f64) {
    for (found, expected) in found.into_iter().zip(expected) {
        assert!(expected.is_nan() || (found - expected).abs() < tolerance, "{what}: {found} for {expected}");
    }
}

/// Where a value is not told.
const ANY: f64 = f64::NAN;

#[test]
fn exact_multiplicative_weights_end_where_other_programs_say() {
    let constant = Tuned::Constant(0.317);
    for (bidders, step, optimism, expected, tolerance) in [
        (2, constant, 0, [0.469_732_55, 0.479_468_77, 0.479_686_86], 1e-7),
        (3, constant, 0, [0.633_511_88, 0.644_419_05, 0.644_700_39], 1e-7),
        (2, Tuned::Textbook, 0, [0.443_533_47, 0.456_761_85, 0.457_506_40], 1e-7),
        (2, Tuned::Anytime(1.0), 0, [0.436_309, 0.443_625, ANY], 1e-6),
        (2, Tuned::Anytime(10.0), 0, [0.472_112, 0.477_939, ANY], 1e-6),
        (3, Tuned::Anytime(30.0), 0, [0.649_100, 0.653_519, ANY], 1e-6),
        (2, constant, 1, [0.469_826, 0.479_496, 0.479_710], 1e-6),
        (3, constant, 1, [0.633_632, 0.644_488, 0.644_771], 1e-6),
    ] {
        let outcome = exact(bidders, mwu(51, step, optimism), 20_000);
        let what = format!("{bidders} bidders, {step:?}, optimism {optimism}");
        assert_ends(&what, ends(&outcome, 0), expected, tolerance);
        assert_eq!(ends(&outcome, 0), ends(&outcome, bidders - 1), "{what}");
    }
}

#[test]
fn exact_regret_matching_and_fictitious_play_end_where_other_programs_say() {
    let matching = Learner::RegretMatchingPlus(RegretMatchingPlus { arms: 51 });
    for (bidders, epochs, expected, tolerance) in [
        (2, 1000, [0.474_171, 0.48, 0.48], 1e-6),
        (3, 1000, [0.644_659, 0.652_467, 0.652_930], 1e-6),
        (2, 10_000, [0.479_417, ANY, 0.48], 1e-6),
        (3, 10_000, [0.658_280, ANY, 0.66], 1e-6),
    ] {
        let outcome = exact(bidders, matching, epochs);
        let [average, tail, _] = ends(&outcome, 0);
        // The other programs tell the last mixture of this learner after the last update.
        let shares = &outcome.bidders[0].standing.thetas;
        let last = shares.iter().enumerate().map(|(arm, share)| share * arm as f64 / 50.0).sum();
        assert_ends(&format!("{bidders} bidders, {epochs}"), [average, tail, last], expected, tolerance);
        let mixed = outcome.bidders[0].mixed.as_ref().unwrap();
        if epochs == 10_000 {
            let expected = if bidders == 2 { 0.3004 } else { 0.2245 };
            assert!((mixed.regret.unwrap() - expected).abs() < 1e-4, "{:?}", mixed.regret);
        }
    }
    let playing = Learner::FictitiousPlay(FictitiousPlay { arms: 51, belief: 0.5 });
    assert_ends("fictitious play of two", ends(&exact(2, playing, 1000), 0), [0.5; 3], 1e-12);
    let [average, tail, last] = ends(&exact(3, playing, 1000), 0);
    // The other programs count the play that is believed to have come before.
    let average = (1000.0 * average + 0.5) / 1001.0;
    assert_ends("of three", [average, tail, last], [0.654_725, ANY, 0.66], 1e-6);
}

#[test]
fn asymmetric_bidders_end_at_the_equilibrium_of_the_grid() {
    for (learner, epochs, expected) in [
        (mwu(51, Tuned::Constant(0.317), 0), 20_000, [[0.498_57, 0.499_73], [0.322_62, 0.320_38]]),
        (mwu(51, Tuned::Anytime(10.0), 0), 20_000, [[0.499_689, 0.499_963], [0.327_482, 0.326_514]]),
        (
            Learner::RegretMatchingPlus(RegretMatchingPlus { arms: 51 }),
            10_000,
            [[0.499_843, ANY], [0.320_647, ANY]],
        ),
    ] {
        let mut settings = game(2, learner, Batch::Exact, epochs);
        settings.bidders[1].prior = Prior::Uniform(Uniform::new(0.0, 2.0).unwrap());
        let outcome = train(&settings, 0, RECORDING);
        for (bidder, [average, tail]) in expected.into_iter().enumerate() {
            let what = format!("{} of bidder {}", learner.name(), bidder + 1);
            assert_ends(&what, ends(&outcome, bidder), [average, tail, ANY], 1e-5);
        }
    }
}

#[test]
fn the_leader_perturbed_by_gumbel_noise_plays_multiplicative_weights() {
    for batch in [Batch::Exact, Batch::Profiles(64)] {
        let step = Tuned::Anytime(5.0);
        let leader = Learner::Ftpl(Ftpl { arms: 21, step, noise: Noise::Gumbel });
        let [leader, weights] =
            [leader, mwu(21, step, 0)].map(|learner| train(&game(3, learner, batch, 500), 4, RECORDING));
        for (one, other) in leader.bidders.iter().zip(&weights.bidders) {
            assert_eq!(one.mixed.as_ref().unwrap().time_average, other.mixed.as_ref().unwrap().time_average);
        }
    }
}

/// Runs of the seeds from 1 on.
fn runs(settings: &Settings, count: u64) -> Vec<Outcome> {
    let seeds: Vec<u64> = (1..=count).collect();
    let groups = seeds.chunks(LANES).map(|seeds| {
        let run = |seed: &u64| Run { settings, seed: *seed, recording: RECORDING, start: None };
        train_group(Instance::best(), &seeds.iter().map(run).collect::<Vec<_>>())
    });
    groups.flatten().collect()
}

fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), x| (sum + x, count + 1.0));
    sum / count
}

#[test]
#[cfg_attr(debug_assertions, ignore = "hundreds of millions of samples")]
fn sampled_multiplicative_weights_end_where_other_programs_say() {
    let learner = mwu(51, Tuned::Constant(0.317), 0);
    for (bidders, average, tail) in
        [(2, 0.46970, 0.47947), (3, 0.63349, 0.64435), (5, 0.76556, 0.77924), (10, 0.86140, 0.87917)]
    {
        let outcomes = runs(&game(bidders, learner, Batch::Profiles(128), 20_000), 20);
        let bidders_of = || outcomes.iter().map(|outcome| &outcome.bidders[0]);
        let found = [mean(bidders_of().map(|b| b.time_average)), mean(bidders_of().map(|b| b.tail_mean))];
        let tolerance = if bidders == 2 { 0.0008 } else { 0.0005 };
        assert!((found[0] - average).abs() < tolerance, "{bidders} bidders: {found:?}");
        assert!((found[1] - tail).abs() < 0.0005, "{bidders} bidders: {found:?}");
        let regrets = || bidders_of().map(|b| b.mixed.as_ref().unwrap().regret.unwrap());
        if bidders == 2 {
            let regret = mean(regrets());
            assert!((regret - 12.2445).abs() < 0.02, "{regret}");
        }
        for bidder in outcomes.iter().flat_map(|outcome| &outcome.bidders) {
            let mixed = bidder.mixed.as_ref().unwrap();
            let Some(RegretBound::Sure(bound)) = mixed.bound else { panic!("{:?}", mixed.bound) };
            assert!((bound - 804.9).abs() < 0.05 && mixed.regret.unwrap() <= bound, "{mixed:?}");
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "millions of epochs")]
fn exp3_ends_where_other_programs_say() {
    let learner =
        Learner::Exp3(Exp3 { arms: 51, exploration: Tuned::Textbook, step: Tuned::Textbook, implicit: 0.0 });
    let outcomes = runs(&game(2, learner, Batch::Profiles(1), 200_000), 16);
    let bidders = || outcomes.iter().flat_map(|outcome| &outcome.bidders);
    let found = [mean(bidders().map(|b| b.time_average)), mean(bidders().map(|b| b.tail_mean))];
    assert!((found[0] - 0.4243).abs() < 0.003 && (found[1] - 0.4218).abs() < 0.003, "{found:?}");
    // The bound is one of the mean over runs.
    let regret = mean(bidders().map(|b| b.mixed.as_ref().unwrap().regret.unwrap()));
    let Some(RegretBound::Expected(bound)) = outcomes[0].bidders[0].mixed.as_ref().unwrap().bound else {
        panic!("no bound")
    };
    assert!(regret <= bound, "{regret} above {bound}");
}

#[test]
fn sampled_payoffs_are_the_exact_ones_on_average() {
    // One epoch from even mixtures: the score of an arm is its payoff.
    let step = 1e-3;
    for precision in [Precision::F32, Precision::F64] {
        let sampled =
            Settings { precision, ..game(3, mwu(6, Tuned::Constant(step), 0), Batch::Profiles(400_000), 1) };
        let exact = Settings { batch: Batch::Exact, ..sampled.clone() };
        let [sampled, exact] = [sampled, exact].map(|settings| {
            let outcome = train(&settings, 9, RECORDING);
            outcome.bidders[1].standing.memory.clone().unwrap()[1..7].to_vec()
        });
        for (arm, (found, expected)) in sampled.iter().zip(exact).enumerate() {
            // Payoffs are in [0, 1] with standard deviations of at most .4.
            assert!((found - expected).abs() < 4.0 * 0.4 / 632.0, "arm {arm}: {found} for {expected}");
        }
    }
}

#[test]
fn mixtures_of_the_tail_are_bids() {
    let settings = game(2, mwu(11, Tuned::Constant(3.0), 0), Batch::Exact, 50);
    let outcome = train(&settings, 0, RECORDING);
    let bidder = &settings.bidders[0];
    let bids = bidder.play().bid_function(&bidder.prior, &outcome.bidders[0].tail_mean_parameters);
    assert!((bids.mean_bid(1.0) - outcome.bidders[0].tail_mean).abs() < 1e-14);
    assert!(Profile { bids: vec![bids] }.multipliers().is_none());
}

/// The multiplier that a mixture over arms is at or below with probability q, by adding up shares.
fn quantile(shares: &[f64], q: f64) -> f64 {
    let mut sum = 0.0;
    for (arm, share) in shares.iter().enumerate() {
        sum += share;
        if sum >= q || arm == shares.len() - 1 {
            return arm as f64 / (shares.len() - 1) as f64;
        }
    }
    unreachable!("a mixture has arms")
}

#[test]
fn recorded_quantiles_are_those_of_the_mixtures_that_were_played() {
    let (epochs, arms) = (300, 21);
    let recorded = RecordedEpochs::Every(7);
    let recording = Recording { trajectory: Some(recorded), history: true, ..RECORDING };
    let mut settings = game(2, mwu(arms, Tuned::Constant(3.0), 0), Batch::Profiles(16), epochs);
    settings.bidders[1].learner = common::settings(2, 50.0).bidders[1].learner;
    let settings = Settings { beta: Beta::Fixed(50.0), ..settings };
    let runs: Vec<Run<'_>> = (0..LANES as u64)
        // Of the runs of a game some may not be recorded.
        .map(|seed| (seed, Recording { trajectory: Some(recorded).filter(|_| seed != 3), ..recording }))
        .map(|(seed, recording)| Run { settings: &settings, seed, recording, start: None })
        .collect();
    for (seed, outcome) in train_group(Instance::current(), &runs).iter().enumerate() {
        let quantiles = |bidder: usize| outcome.bidders[bidder].mixed.as_ref().map(|mixed| &mixed.quantiles);
        assert_eq!(quantiles(1), None);
        let found = quantiles(0).expect("a bidder on arms");
        if seed == 3 {
            assert!(found.is_empty() && outcome.trajectory.is_none());
            continue;
        }
        // Row t of the history is played in epoch t + 1, whose mixture is shown; before there is the first.
        let played = outcome.history.as_ref().expect("it was asked for");
        let mixture = |epoch: u32| played.parameters.row(epoch.saturating_sub(1) as usize).to_vec();
        let of_epoch =
            |&epoch: &u32| MIXTURE_QUANTILES.map(|q| quantile(&mixture(epoch)[..arms as usize], q));
        let expected: Vec<f64> = recorded.of(epochs).iter().flat_map(of_epoch).collect();
        assert_eq!(*found, expected);
        // It concentrates: at first even, at last on few arms.
        assert_eq!(found[..5], [0.05, 0.25, 0.5, 0.75, 0.95]);
        assert!(found[found.len() - 1] - found[found.len() - 5] < 0.5, "{found:?}");
    }
}

#[test]
fn sampled_fictitious_play_answers_what_others_have_played() {
    let playing = Learner::FictitiousPlay(FictitiousPlay { arms: 51, belief: 0.5 });
    for (bidders, equilibrium) in [(2, 0.5), (3, 0.66)] {
        let settings = game(bidders, playing, Batch::Profiles(4096), 400);
        for sampled in train(&settings, 5, RECORDING).bidders {
            assert!(
                (sampled.tail_mean - equilibrium).abs() < 0.03,
                "{bidders} bidders: {}",
                sampled.tail_mean
            );
        }
    }
}

/// The utilities of two bidders in the true auction, at the profile of the tail.
fn utilities(settings: &Settings, outcome: &Outcome) -> [f64; 2] {
    let bids = settings
        .bidders
        .iter()
        .zip(&outcome.bidders)
        .map(|(bidder, found)| bidder.play().bid_function(&bidder.prior, &found.tail_mean_parameters));
    let profile = Profile { bids: bids.collect() };
    let evaluation = bidsweep::expectation::evaluate(&settings.population(), &profile);
    [0, 1].map(|bidder| evaluation.bidders[bidder].utility)
}

#[test]
#[cfg_attr(debug_assertions, ignore = "hundreds of millions of samples")]
fn nobody_gains_where_adam_meets_weights_that_keep_up_and_adam_gains_on_slow_ones() {
    for (step, expected) in [(0.317, -0.0003), (0.04, 0.0035)] {
        let mut settings = settings(2, 50.0);
        settings.bidders[1].learner = mwu(51, Tuned::Constant(step), 0);
        let settings = Settings { epochs: 5000, precision: Precision::F32, ..settings };
        let gain = mean(runs(&settings, 40).iter().map(|outcome| {
            let [adam, weights] = utilities(&settings, outcome);
            adam - weights
        }));
        assert!((gain - expected).abs() < 0.0008, "step {step}: {gain}");
    }
}
