//! Expectations of profiles of mixtures.

use proptest::prelude::*;

use super::{Evaluator, evaluate};
use crate::auction::games::{
    any_mixed_games, drawn_profiles, game, mixed, mixed_lines, plays, seven_priors, through, with_priors,
};
use crate::auction::{BidFunction, Population, Prior, Profile};
use crate::numeric::statistics::Moments;

fn assert_close(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} for {expected}");
}

fn line(multiplier: f64) -> BidFunction {
    BidFunction::Linear { multiplier }
}

/// E[v min(r v, 1)] of U\[0, 1\].
fn won(r: f64) -> f64 {
    if r <= 1.0 { r / 3.0 } else { 0.5 - 1.0 / (6.0 * r * r) }
}

#[test]
fn two_multipliers_against_a_line_have_a_closed_form() {
    for ([a, b], c) in [([0.4, 0.6], 0.5), ([0.1, 0.9], 0.3), ([0.5, 0.7], 0.2), ([0.3, 0.4], 0.95)] {
        let profile = Profile { bids: vec![mixed_lines(&[(0.5, a), (0.5, b)]), line(c)] };
        let evaluation = evaluate(&Population::symmetric(2, Prior::STANDARD), &profile);
        // The line wins with probability G(c v), G(x) = min(x/a, 1) / 2 + min(x/b, 1) / 2.
        let (with_a, with_b) = (won(a / c), won(b / c));
        let by_line = 0.5 * (won(c / a) + won(c / b));
        let mixture = 0.5 * ((1.0 - a) * with_a + (1.0 - b) * with_b);
        assert_close(evaluation.bidders[0].utility, mixture, 1e-14);
        assert_close(evaluation.bidders[1].utility, (1.0 - c) * by_line, 1e-14);
        assert_close(evaluation.revenue, 0.5 * (a * with_a + b * with_b) + c * by_line, 1e-14);
        let welfare = 0.5 * (with_a + with_b) + by_line;
        assert_close(evaluation.welfare, welfare, 1e-14);
        assert_close(evaluation.efficiency, 1.5 * welfare, 2e-14);
    }
}

#[test]
fn bids_of_0_that_are_drawn_tie_with_each_other() {
    let profile = Profile {
        bids: vec![mixed_lines(&[(0.5, 0.0), (0.5, 0.5)]), mixed_lines(&[(0.5, 0.0), (0.5, 0.4)])],
    };
    let evaluation = evaluate(&Population::symmetric(2, Prior::STANDARD), &profile);
    // Both bid 0 in a quarter of the auctions, and share them; one who bids 0 wins nothing else.
    let [first, second] = [(0.5, 0.4), (0.4, 0.5)]
        .map(|(own, other)| 0.25 * 0.25 + 0.25 * (1.0 - own) * 0.5 + 0.25 * (1.0 - own) * won(own / other));
    assert_close(evaluation.bidders[0].utility, first, 1e-14);
    assert_close(evaluation.bidders[1].utility, second, 1e-14);
    // One bids 0 and so all values of the other win, or none does.
    let welfare = 0.25 * 0.5 + 0.25 * 0.5 + 0.25 * 0.5 + 0.25 * (won(1.25) + won(0.8));
    assert_close(evaluation.welfare, welfare, 1e-14);
}

#[test]
fn a_mixture_of_one_line_is_the_line() {
    for population in [
        game(&[(0.0, 1.0), (0.2, 1.5), (0.0, 2.0)]),
        with_priors(&[seven_priors()[1].clone(), seven_priors()[4].clone(), seven_priors()[6].clone()]),
    ] {
        let multipliers = [0.8, 0.55, 0.45];
        let profile =
            Profile { bids: multipliers.map(|w| mixed_lines(&[(0.3, w), (0.3, w), (0.4, w)])).into() };
        let lines = Profile::linear(multipliers);
        let evaluator = Evaluator::new(&population);
        // What is not one line by its form is the mixture of its laws.
        let through_knots = |w: f64| mixed([(0.5, line(w)), (0.5, through(&[(0.0, 0.0), (2.0, 2.0 * w)]))]);
        let laws = Profile { bids: multipliers.map(through_knots).into() };
        let (exact, same, near) =
            (evaluator.evaluate(&lines), evaluator.evaluate(&profile), evaluator.evaluate(&laws));
        for i in 0..3 {
            if evaluator.is_uniform() {
                assert_eq!(same.bidders[i].utility, exact.bidders[i].utility);
            }
            assert_close(same.bidders[i].utility, exact.bidders[i].utility, 1e-13);
            assert_close(near.bidders[i].utility, exact.bidders[i].utility, 1e-10);
        }
        assert_close(near.revenue, exact.revenue, 1e-10);
        let (exact, near) = (evaluator.saturation(&lines, 20.0), evaluator.saturation(&laws, 20.0));
        exact.iter().zip(near).for_each(|(exact, near)| assert_close(near, *exact, 1e-10));
    }
}

/// Bidders of several priors whose mixtures have flat parts, so that bids tie.
fn with_atoms() -> (Population, Profile) {
    let priors = [seven_priors()[0].clone(), seven_priors()[4].clone(), seven_priors()[6].clone()];
    let flat = through(&[(0.0, 0.0), (0.3, 0.25), (0.6, 0.25), (1.0, 0.6)]);
    let other = through(&[(0.25, 0.25), (0.5, 0.25), (0.9, 0.5)]);
    let bids = vec![
        mixed([(0.5, flat.clone()), (0.2, line(0.5)), (0.3, other.clone())]),
        mixed([(0.6, other), (0.4, line(0.0))]),
        mixed([(0.5, flat), (0.25, line(0.0)), (0.25, line(0.7))]),
    ];
    (with_priors(&priors), Profile { bids })
}

#[test]
fn mixtures_with_atoms_agree_with_simulation() {
    let (population, profile) = with_atoms();
    let mut utilities = [Moments::default(); 3];
    let [mut revenue, mut welfare] = [Moments::default(); 2];
    for plays in plays(&population, &profile, 7).take(200_000) {
        let highest = plays.iter().map(|(_, bid)| *bid).fold(0.0, f64::max);
        let tied = plays.iter().filter(|(_, bid)| *bid == highest).count() as f64;
        let mut won = 0.0;
        for ((value, bid), utility) in plays.iter().zip(&mut utilities) {
            let wins = if *bid == highest { 1.0 / tied } else { 0.0 };
            utility.push(wins * (value - bid));
            won += wins * value;
        }
        revenue.push(highest);
        welfare.push(won);
    }
    let evaluation = evaluate(&population, &profile);
    // Five standard errors: of seeds, one in 10^5 would fail a right answer.
    let assert_sampled = |exact: f64, sampled: &Moments| {
        let error = sampled.sd().unwrap() / (sampled.n() as f64).sqrt();
        assert_close(sampled.mean().unwrap(), exact, 5.0 * error);
    };
    for (bidder, sampled) in evaluation.bidders.iter().zip(&utilities) {
        assert_sampled(bidder.utility, sampled);
    }
    assert_sampled(evaluation.revenue, &revenue);
    assert_sampled(evaluation.welfare, &welfare);
}

/// Expectations of mixtures are the means of those of the profiles that may be drawn.
fn assert_means(population: &Population, profile: &Profile, beta: f64, tolerance: f64) {
    let evaluator = Evaluator::new(population);
    let scale = population.bidders.iter().map(|bidder| bidder.prior.support().1).fold(0.0, f64::max);
    let n = population.len();
    let (mut revenue, mut utilities, mut saturated) = (0.0, vec![0.0; n], vec![0.0; n]);
    for (probability, drawn) in drawn_profiles(profile) {
        let evaluation = evaluator.evaluate(&drawn);
        revenue += probability * evaluation.revenue;
        let shares = evaluator.saturation(&drawn, beta);
        for i in 0..n {
            utilities[i] += probability * evaluation.bidders[i].utility;
            saturated[i] += probability * shares[i];
        }
    }
    let evaluation = evaluator.evaluate(profile);
    let shares = evaluator.saturation(profile, beta);
    assert_close(evaluation.revenue, revenue, tolerance * scale);
    assert_close(evaluation.welfare, revenue + utilities.iter().sum::<f64>(), tolerance * scale);
    for i in 0..n {
        assert_close(evaluation.bidders[i].utility, utilities[i], tolerance * scale);
        assert_close(shares[i], saturated[i], tolerance);
    }
}

#[test]
fn mixtures_with_atoms_are_means_of_what_is_drawn() {
    let (population, mut profile) = with_atoms();
    // Where all are drawn to bid 0 the evaluation of pure bids says nothing.
    profile.bids[0] = mixed([(0.5, line(0.5)), (0.5, through(&[(0.2, 0.25), (0.5, 0.25), (0.9, 0.5)]))]);
    assert_means(&population, &profile, 30.0, 1e-10);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

    #[test]
    fn any_mixtures_are_means_of_what_is_drawn((population, profile) in any_mixed_games(3), beta in 5.0..500.0) {
        assert_means(&population, &profile, beta, 1e-9);
    }
}
