//! Responses to profiles of mixtures.

use proptest::prelude::*;

use super::{
    Grid, best_responses, class_responses, epsilon_ex_ante_upper, external_regrets, program_response,
    smoothed_responses,
};
use crate::auction::games::{any_mixed_games, drawn_profiles, mixed, mixed_lines, through, with_priors};
use crate::auction::prior::Beta;
use crate::auction::{BidFunction, Population, Prior, Profile, Strategy};
use crate::expectation::Evaluator;
use crate::numeric::roots::root;

fn assert_close(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} for {expected}");
}

fn line(multiplier: f64) -> BidFunction {
    BidFunction::Linear { multiplier }
}

/// Two bidders of U\[0, 1\]: 0.4 v or 0.6 v with equal probability, and v / 2.
fn mixture_against_a_line() -> (Evaluator, Profile) {
    let profile = Profile { bids: vec![mixed_lines(&[(0.5, 0.4), (0.5, 0.6)]), line(0.5)] };
    (Evaluator::new(&Population::symmetric(2, Prior::STANDARD)), profile)
}

/// The utilities of the two: E[v min(r v, 1)] is r / 3 up to 1, and then 1/2 - 1 / (6 r^2).
const UTILITIES: [f64; 2] = [
    0.5 * (0.6 * 0.8 / 3.0 + 0.4 * (0.5 - 1.0 / (6.0 * 1.2 * 1.2))),
    0.5 * 0.5 * ((0.5 - 1.0 / (6.0 * 1.25 * 1.25)) + 0.5 / 1.8),
];

#[test]
fn best_responses_of_and_to_two_lines_have_closed_forms() {
    let (evaluator, profile) = mixture_against_a_line();
    let [mixture, against] = best_responses(&evaluator, &profile)[..] else { panic!() };
    assert_close(mixture.utility, UTILITIES[0], 1e-14);
    assert_close(against.utility, UTILITIES[1], 1e-14);
    // Half the value is best against a line: v^2 / 2. The mixture earns 0.48 v^2 up to 5/6, then 0.24 v^2 +
    // 0.2 v.
    assert_close(mixture.epsilon_ex_ante, 1.0 / 6.0 - UTILITIES[0], 1e-14);
    assert_close(mixture.epsilon_interim, 0.06, 1e-14);
    assert_close(mixture.interim_value, 1.0, 1e-9);
    // G has the slope 25/12 up to 0.4 and then 5/6, so that no higher bid is ever best: v / 2 up to 0.8, then
    // 0.4.
    let best = 25.0 / 48.0 * 0.512 / 3.0 + 5.0 / 6.0 * 0.1;
    assert_close(against.epsilon_ex_ante, best - UTILITIES[1], 1e-14);
    // The most at the highest value: 0.6 x 5/6 for the bid 0.4, and half of G(0.5) = 11/12 for 0.5.
    assert_close(against.epsilon_interim, 0.5 - 0.5 * (0.5 + 0.5 * 5.0 / 6.0), 1e-13);
    let uppers = epsilon_ex_ante_upper(&evaluator, &profile);
    for (upper, response) in uppers.iter().zip([mixture, against]) {
        let above = upper - response.epsilon_ex_ante;
        assert!((-1e-14..1e-5).contains(&above), "{above}");
        assert!(response.epsilon_ex_ante_upper >= *upper - 1e-14);
    }
}

#[test]
fn class_responses_of_and_to_two_lines_have_closed_forms() {
    let (evaluator, profile) = mixture_against_a_line();
    let [mixture, against] = &class_responses(&evaluator, &profile)[..] else { panic!() };
    assert_close(mixture.utility, UTILITIES[0], 1e-14);
    assert_close(mixture.epsilon, 1.0 / 6.0 - UTILITIES[0], 1e-14);
    let Some(best) = mixture.bids.multiplier() else { panic!("{:?}", mixture.bids) };
    assert_close(best, 0.5, 1e-7);
    // Between 0.4 and 0.6: (1 - w) (1/4 - 0.16 / (12 w^2) + w / 3.6).
    let won = |w: f64| 0.25 - 0.04 / (3.0 * w * w) + w / 3.6;
    let slope = |w: f64| (1.0 - w) * (0.08 / (3.0 * w * w * w) + 1.0 / 3.6) - won(w);
    let best = root(0.4, 0.6, slope).unwrap();
    assert_close(against.utility + against.epsilon, (1.0 - best) * won(best), 1e-14);
    assert_close(against.bids.multiplier().unwrap(), best, 1e-7);
}

#[test]
fn a_response_to_bids_of_0_that_may_be_drawn_has_a_closed_form() {
    let profile = Profile {
        bids: vec![mixed_lines(&[(0.5, 0.0), (0.5, 0.5)]), mixed_lines(&[(0.5, 0.0), (0.5, 0.4)])],
    };
    let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
    let response = best_responses(&evaluator, &profile)[0];
    // W = 1/2 + 5/4 b: an instant above 0 up to the value 0.4, then (v - 0.4) / 2.
    let best = 0.04 + 0.3125 * (1.4_f64 * 1.4 * 1.4 - 0.512) / 3.0;
    assert_close(response.best_response_utility, best, 1e-13);
    let own = 0.25 * 0.25 + 0.25 * 0.25 + 0.125 * (0.5 - 1.0 / (6.0 * 1.25 * 1.25));
    assert_close(response.utility, own, 1e-14);
    let class = &class_responses(&evaluator, &profile)[0];
    assert_close(class.utility, own, 1e-13);
    assert!(class.epsilon > 0.0 && class.epsilon <= response.epsilon_ex_ante);
}

#[test]
fn a_mixture_of_one_line_responds_as_the_line() {
    let beta = Prior::Beta(Beta::new(2.0, 5.0, 0.0, 1.0).unwrap());
    for population in
        [Population::symmetric(3, Prior::STANDARD), with_priors(&[beta.clone(), Prior::STANDARD, beta])]
    {
        let evaluator = Evaluator::new(&population);
        let multipliers = [0.7, 0.5, 0.6];
        let lines = Profile::linear(multipliers);
        let same = Profile { bids: multipliers.map(|w| mixed_lines(&[(0.25, w), (0.75, w)])).into() };
        for (one, other) in best_responses(&evaluator, &lines).iter().zip(best_responses(&evaluator, &same)) {
            assert_close(other.utility, one.utility, 1e-13);
            assert_close(other.epsilon_ex_ante, one.epsilon_ex_ante, 1e-12);
            assert_close(other.epsilon_interim, one.epsilon_interim, 1e-12);
        }
        let classes = class_responses(&evaluator, &lines);
        for (one, other) in classes.iter().zip(class_responses(&evaluator, &same)) {
            assert_close(other.utility, one.utility, 1e-13);
            assert_close(other.epsilon, one.epsilon, 1e-12);
        }
        let smoothed = smoothed_responses(&evaluator, &lines, 40.0).unwrap();
        for (one, other) in smoothed.iter().zip(smoothed_responses(&evaluator, &same, 40.0).unwrap()) {
            assert_close(other.utility, one.utility, 1e-12);
            assert_close(other.epsilon, one.epsilon, 1e-12);
            assert_close(other.class.epsilon, one.class.epsilon, 1e-12);
        }
    }
}

#[test]
fn regret_of_a_mixture_that_stays_is_its_epsilon() {
    let (evaluator, profile) = mixture_against_a_line();
    let regrets = external_regrets(&evaluator, &vec![profile.clone(); 640]);
    let (best, classes) = (best_responses(&evaluator, &profile), class_responses(&evaluator, &profile));
    for ((regret, best), class) in regrets.iter().zip(&best).zip(&classes) {
        assert_close(regret.bid_map / 640.0, best.epsilon_ex_ante, 1e-8);
        assert_close(regret.multiplier / 640.0, class.epsilon, 1e-8);
        assert_close(regret.slope.unwrap(), 1.0, 1e-9);
    }
}

#[test]
fn a_program_against_a_mixture_finds_the_best_response() {
    let (evaluator, profile) = mixture_against_a_line();
    let best = best_responses(&evaluator, &profile);
    for (bidder, best) in best.iter().enumerate() {
        let response = program_response(&evaluator, &profile, bidder, Grid { cells: 64, bids: 256 }, None);
        let gap = best.best_response_utility - response.unwrap().plain.utility;
        assert!((-1e-12..1e-4).contains(&gap), "{gap}");
    }
}

#[test]
fn a_mixture_of_a_class_is_no_better_than_the_best_of_the_class() {
    let mut population = Population::symmetric(2, Prior::STANDARD);
    population.bidders[0].strategy = Strategy::PiecewiseLinear { segments: 4 };
    let bent = through(&[(0.0, 0.0), (0.5, 0.2), (1.0, 0.5)]);
    let profile = Profile { bids: vec![mixed([(0.5, bent.clone()), (0.5, line(0.6))]), bent] };
    let evaluator = Evaluator::new(&population);
    let class = &class_responses(&evaluator, &profile)[0];
    for (_, drawn) in drawn_profiles(&profile) {
        let utility = evaluator.evaluate(&drawn).bidders[0].utility;
        assert!(utility <= class.utility + class.epsilon + 1e-13, "{utility} above {class:?}");
    }
    assert_close(class.utility, evaluator.evaluate(&profile).bidders[0].utility, 1e-13);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

    #[test]
    fn epsilons_of_mixtures_keep_their_order(
        (population, profile) in any_mixed_games(3),
        segments in 0..3_usize,
        beta in 5.0..200.0,
    ) {
        let mut population = population;
        if segments > 0 {
            population.bidders[0].strategy = Strategy::PiecewiseLinear { segments };
        }
        let evaluator = Evaluator::new(&population);
        let evaluation = evaluator.evaluate(&profile);
        let smoothed = smoothed_responses(&evaluator, &profile, beta).unwrap();
        let uppers = epsilon_ex_ante_upper(&evaluator, &profile);
        let best = best_responses(&evaluator, &profile);
        let classes = class_responses(&evaluator, &profile);
        // Of mixtures everything is the mean over what is drawn.
        let mut means = vec![0.0; population.len()];
        for (probability, drawn) in drawn_profiles(&profile) {
            let drawn = smoothed_responses(&evaluator, &drawn, beta).unwrap();
            means.iter_mut().zip(drawn).for_each(|(mean, drawn)| *mean += probability * drawn.utility);
        }
        for (i, best) in best.iter().enumerate() {
            let error = 1e-8 * population.bidders[i].prior.support().1;
            prop_assert!((best.utility - evaluation.bidders[i].utility).abs() <= error);
            prop_assert!((classes[i].utility - best.utility).abs() <= error);
            prop_assert!(classes[i].epsilon >= 0.0 && classes[i].epsilon <= best.epsilon_ex_ante + error);
            prop_assert!(best.epsilon_ex_ante <= best.epsilon_interim + error);
            prop_assert!(best.epsilon_ex_ante <= uppers[i] + error);
            prop_assert!(smoothed[i].class.epsilon <= smoothed[i].epsilon + error);
            prop_assert!((smoothed[i].utility - means[i]).abs() <= error);
            prop_assert!((smoothed[i].class.utility - smoothed[i].utility).abs() <= error);
        }
    }
}
