use proptest::prelude::*;

use super::*;
use crate::auction::games::{any_games, game, games, through};
use crate::auction::{Population, Prior, Strategy};
use crate::equilibrium::smoothed_multiplier;
use crate::expectation::ExpectedGradient;
use crate::law::wins::Wins;
use crate::numeric::quadrature::{GaussLegendre, TanhSinh};
use crate::response::{best_responses, class_responses};

fn responses(population: &Population, profile: &Profile, beta: f64) -> Vec<SmoothedResponse> {
    smoothed_responses(&Evaluator::new(population), profile, beta).unwrap()
}

#[test]
fn no_line_gains_at_the_smoothed_equilibrium_but_other_bids_do() {
    let population = Population::symmetric(2, Prior::STANDARD);
    for (beta, expected) in [(10.0, 8.6e-4), (50.0, 3.2e-4), (100.0, 1.2e-4), (200.0, 3.8e-5)] {
        let multiplier = smoothed_multiplier(2, beta).unwrap();
        let found = &responses(&population, &Profile::linear([multiplier; 2]), beta)[1];
        assert!((found.epsilon - expected).abs() < 0.015 * expected, "{} for {expected}", found.epsilon);
        assert!(found.class.epsilon < 1e-13, "{found:?}");
        assert!((found.utility - found.class.utility).abs() < 1e-14, "{found:?}");
    }
}

#[test]
fn an_infinite_steepness_has_no_smoothed_auction() {
    let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
    assert_eq!(smoothed_responses(&evaluator, &Profile::linear([0.5; 2]), f64::INFINITY), None);
}

#[test]
fn utilities_are_those_of_the_definition() {
    // Own value and rival's bid by panels that end where both bid the same and far from it.
    let supports = [(0.0, 1.0), (0.3, 1.7)];
    let population = game(&supports);
    let multipliers = [0.7, 0.45];
    for beta in [2.0, 30.0, 400.0] {
        let found = responses(&population, &Profile::linear(multipliers), beta);
        for i in 0..2 {
            let ((low, high), (rival_low, rival_high)) = (supports[i], supports[1 - i]);
            let (w, rival_w) = (multipliers[i], multipliers[1 - i]);
            let of = |value: f64| {
                let bid = w * value;
                let mut ends = vec![rival_low, rival_high];
                ends.extend(
                    [-38.0, -14.0, -5.0, -1.0, 0.0, 1.0, 5.0, 14.0, 38.0]
                        .map(|x| ((bid + x / beta) / rival_w).clamp(rival_low, rival_high)),
                );
                ends.sort_by(f64::total_cmp);
                let wins = GaussLegendre::of_order(24).integrate_panels(&ends, |rival| {
                    1.0 / (1.0 + libm::exp(-beta * (bid - rival_w * rival)))
                });
                (value - bid) * wins / (rival_high - rival_low)
            };
            let mut ends: Vec<f64> = (0..=40).map(|k| low + (high - low) * f64::from(k) / 40.0).collect();
            for bend in [rival_low, rival_high].map(|v| rival_w * v) {
                let near = (-8..=8).map(|x| (bend + 3.0 * f64::from(x) / beta) / w);
                ends.extend(near.filter(|v| low < *v && *v < high));
            }
            ends.sort_by(f64::total_cmp);
            let expected = GaussLegendre::of_order(16).integrate_panels(&ends, of) / (high - low);
            assert!((found[i].utility - expected).abs() < 1e-12, "{} for {expected}", found[i].utility);
        }
    }
}

/// The ex-ante gain by trying many bids at many values, each improved by the parabola through three.
fn gain_of_many_bids(evaluator: &Evaluator, profile: &Profile, bidder: usize, beta: f64) -> f64 {
    let wins =
        &SmoothedWins::of_all(&evaluator.curves(profile, 0.0, Part::Both).collect::<Vec<_>>(), beta)[bidder];
    let prior = &evaluator.population.bidders[bidder].prior;
    let (_, high) = prior.support();
    let n = 4000;
    let table: Vec<(f64, f64)> =
        (0..=n).map(|k| high * f64::from(k) / f64::from(n)).map(|bid| (bid, wins.at(bid).0)).collect();
    let gain = |value: f64| {
        let utility = |k: usize| (value - table[k].0) * table[k].1;
        let k = (0..table.len()).fold(0, |best, k| if utility(k) > utility(best) { k } else { best });
        let mut best = utility(k);
        if 0 < k && k < table.len() - 1 {
            let (a, b, c) = (utility(k - 1), utility(k), utility(k + 1));
            let bend = a - 2.0 * b + c;
            if bend < 0.0 {
                best -= (c - a) * (c - a) / (8.0 * bend);
            }
        }
        let own = profile.bids[bidder].mean_bid(value);
        (best - (value - own) * wins.at(own).0).max(0.0)
    };
    // Panels of even width in the value, and of even probability.
    let n = 300;
    let mut ends: Vec<f64> = (0..=n).map(|k| f64::from(k) / f64::from(n)).collect();
    let (low, _) = prior.support();
    ends.extend((0..=n).map(|k| prior.cdf(low + (high - low) * f64::from(k) / f64::from(n))));
    ends.sort_by(f64::total_cmp);
    GaussLegendre::of_order(4).integrate_panels(&ends, |p| gain(prior.quantile(p)))
}

#[test]
fn best_replies_may_jump() {
    // The strong bidder is certain to bid 0.5 or more: the best reply of the weak one jumps from where it
    // hardly wins.
    let population = game(&[(0.0, 1.0), (0.0, 1.0), (0.0, 1.0)]);
    let flat = through(&[(0.0, 0.05), (0.8, 0.06), (0.9, 0.5), (1.0, 0.55)]);
    let profile = Profile { bids: vec![BidFunction::Linear { multiplier: 0.5 }, flat.clone(), flat] };
    let evaluator = Evaluator::new(&population);
    for beta in [30.0, 150.0, 1000.0] {
        let found = &smoothed_responses(&evaluator, &profile, beta).unwrap()[0];
        let expected = gain_of_many_bids(&evaluator, &profile, 0, beta);
        assert!((found.epsilon - expected).abs() < 1e-6, "{} for {expected} at {beta}", found.epsilon);
    }
}

#[test]
fn a_steep_auction_is_nearly_the_true_one() {
    let population = game(&[(0.0, 1.0), (0.2, 1.5), (0.0, 0.8)]);
    let evaluator = Evaluator::new(&population);
    let profile = Profile::linear([0.6, 0.5, 0.7]);
    let steep = smoothed_responses(&evaluator, &profile, 5000.0).unwrap();
    let all = best_responses(&evaluator, &profile);
    let classes = class_responses(&evaluator, &profile);
    for ((steep, all), class) in steep.iter().zip(all).zip(classes) {
        assert!((steep.utility - all.utility).abs() < 1e-4, "{steep:?} {all:?}");
        assert!((steep.epsilon - all.epsilon_ex_ante).abs() < 3e-4, "{steep:?} {all:?}");
        assert!((steep.class.epsilon - class.epsilon).abs() < 3e-4, "{steep:?} {class:?}");
    }
}

#[test]
fn the_derivative_of_the_utility_is_the_expected_gradient() {
    for (supports, beta) in [
        (vec![(0.0, 1.0); 2], 20.0),
        (vec![(0.0, 1.0), (0.2, 1.5), (0.0, 0.8)], 70.0),
        (vec![(0.0, 1.0); 5], 9.0),
    ] {
        let mut population = game(&supports);
        population.bidders[1].strategy = Strategy::PiecewiseLinear { segments: 3 };
        let mut parameters: Vec<Vec<f64>> =
            population.bidders.iter().map(|bidder| vec![0.6; bidder.strategy.parameters()]).collect();
        parameters[1] = vec![0.5, 0.7, 0.4, 0.55];
        parameters[0] = vec![0.47];
        let profile = |parameters: &[Vec<f64>]| Profile {
            bids: population
                .bidders
                .iter()
                .zip(parameters)
                .map(|(bidder, own)| bidder.strategy.bid_function(&bidder.prior, own))
                .collect(),
        };
        let gradient = ExpectedGradient::new(&population, beta).at(&parameters);
        let step = 1e-4;
        for i in 0..2 {
            for k in 0..parameters[i].len() {
                let at = |shift: f64| {
                    let mut moved = parameters.clone();
                    moved[i][k] += shift;
                    responses(&population, &profile(&moved), beta)[i].utility
                };
                let (one, two) = (at(step) - at(-step), at(2.0 * step) - at(-2.0 * step));
                let slope = (8.0 * one - two) / (12.0 * step);
                assert!((slope - gradient[i][k]).abs() < 3e-7, "{slope} for {} of {i}", gradient[i][k]);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 10,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

    #[test]
    fn gains_of_lines_are_those_of_many_bids((population, profile) in games(), beta in 3.0..300.0) {
        let evaluator = Evaluator::new(&population);
        let found = &smoothed_responses(&evaluator, &profile, beta).unwrap()[0];
        let expected = gain_of_many_bids(&evaluator, &profile, 0, beta);
        prop_assert!((found.epsilon - expected).abs() < 1e-6, "{} for {expected}", found.epsilon);
        prop_assert!(found.class.epsilon >= 0.0 && found.class.epsilon <= found.epsilon + 1e-12, "{found:?}");
    }

    #[test]
    fn any_gains_are_those_of_many_bids((population, profile) in any_games(3), beta in 3.0..300.0) {
        let evaluator = Evaluator::new(&population);
        let found = &smoothed_responses(&evaluator, &profile, beta).unwrap()[0];
        let expected = gain_of_many_bids(&evaluator, &profile, 0, beta);
        let high = population.bidders[0].prior.support().1;
        prop_assert!((found.epsilon - expected).abs() < 2e-6 * high, "{} for {expected}", found.epsilon);
        prop_assert!((found.utility - found.class.utility).abs() < 1e-10 * high, "{found:?}");
        prop_assert!(found.class.epsilon <= found.epsilon + 1e-10, "{found:?}");
    }

    #[test]
    fn any_utilities_are_those_of_the_quantiles((population, profile) in any_games(3), beta in 3.0..60.0) {
        let evaluator = Evaluator::new(&population);
        let wins = &SmoothedWins::of_all(&evaluator.curves(&profile, 0.0, Part::Both).collect::<Vec<_>>(), beta)[0];
        let prior = &population.bidders[0].prior;
        let mut ends: Vec<f64> = (0..=200).map(|k| f64::from(k) / 200.0).collect();
        ends.extend([1e-12, 1e-9, 1e-6, 1e-4, 1e-3, 1.0 - 1e-9, 1.0 - 1e-6, 1.0 - 1e-3]);
        if let BidFunction::PiecewiseLinear(function) = &profile.bids[0] {
            ends.extend(function.knots().iter().map(|knot| prior.cdf(knot.0)));
        }
        ends.extend(prior.kinks().into_iter().map(|v| prior.cdf(v)));
        ends.sort_by(f64::total_cmp);
        let nodes = ends.windows(2).filter(|p| p[1] > p[0]).flat_map(|p| TanhSinh::rule().points(p[0], p[1]));
        let expected: f64 = nodes
            .map(|(p, weight)| {
                let value = prior.quantile(p);
                let bid = profile.bids[0].mean_bid(value);
                weight * (value - bid) * wins.at(bid).0
            })
            .sum();
        let found = responses(&population, &profile, beta)[0].utility;
        prop_assert!((found - expected).abs() < 1e-10, "{found} for {expected}");
    }
}
