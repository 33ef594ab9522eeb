use proptest::prelude::*;

use super::*;
use crate::auction::games::{game, games, steep_prior};
use crate::auction::prior::{Beta, Power};
use crate::auction::{Population, Profile};
use crate::equilibrium::smoothed_multiplier;
use crate::expectation::evaluate;
use crate::expectation::gradient::{EXTREME_GRADIENT_ERROR, ExpectedGradient, GRADIENT_ERROR};
use crate::law::marginal::{has_steep_end, powers};
use crate::numeric::quadrature::GaussLegendre;

fn mixed() -> Population {
    let mut population = Population::symmetric(3, Prior::STANDARD);
    population.bidders[1].prior = Prior::Power(Power::new(2.0, 0.0, 2.0).unwrap());
    population.bidders[2].prior = Prior::Beta(Beta::new(2.0, 5.0, 0.0, 1.0).unwrap());
    population
}

fn columns(multipliers: &[f64]) -> Vec<Vec<f64>> {
    multipliers.iter().map(|multiplier| vec![*multiplier]).collect()
}

/// The gradient at multipliers, as learners compute it.
fn gradient(population: &Population, beta: f64, multipliers: &[f64]) -> Vec<f64> {
    ExpectedGradient::new(population, beta).at(&columns(multipliers)).concat()
}

fn with_orders(population: &Population, beta: f64, orders: Orders) -> LinearGradient {
    let priors = population.bidders.iter().map(|bidder| &bidder.prior);
    LinearGradient::of_priors(priors, population.len(), beta, orders)
}

impl LinearGradient {
    /// One bidder after the other, one node after the other: the plain rule.
    fn at(&self, multipliers: &[Vec<f64>]) -> Vec<f64> {
        let gradient = |bidder: usize| {
            let others = self.tables.iter().zip(multipliers).enumerate().filter(|(j, _)| *j != bidder);
            let rivals: Vec<Rivals> =
                others.map(|(_, (table, multiplier))| Rivals::new(table, 1, multiplier[0])).collect();
            Point::new(self, &self.tables[bidder], multipliers[bidder][0], &rivals).gradient()
        };
        (0..multipliers.len()).map(gradient).collect()
    }
}

#[test]
fn the_error_is_within_its_bound_uniformly_in_beta() {
    let fine = Orders { uniform: 40, other: 40, values: 32 };
    for (population, multipliers) in [
        (Population::symmetric(2, Prior::STANDARD), vec![0.48, 0.3]),
        (Population::symmetric(20, Prior::STANDARD), vec![0.9; 20]),
        (game(&[(0.0, 1.0), (0.2, 0.9), (0.5, 1.0)]), vec![0.6, 0.7, 0.5]),
        (mixed(), vec![0.6, 0.4, 0.7]),
    ] {
        for beta in [5.0, 12.0, 50.0, 200.0, 1000.0, 1e4, 1e6] {
            let exact = with_orders(&population, beta, fine).at(&columns(&multipliers));
            let found = gradient(&population, beta, &multipliers);
            for (found, exact) in found.into_iter().zip(exact) {
                assert!((found - exact).abs() < GRADIENT_ERROR, "{found} for {exact} at {beta}");
            }
        }
    }
}

#[test]
fn it_vanishes_at_smoothed_equilibria_found_otherwise() {
    for bidders in [2, 3, 5, 10, 20] {
        for beta in [5.0, 10.0, 50.0, 1000.0] {
            let multiplier = smoothed_multiplier(bidders, beta).unwrap();
            let population = Population::symmetric(bidders, Prior::STANDARD);
            let g = gradient(&population, beta, &vec![multiplier; bidders]);
            assert!(g.iter().all(|g| g.abs() < GRADIENT_ERROR), "{bidders} at {beta}: {}", g[0]);
        }
    }
}

/// The derivative of E\[v (1 - w) s(beta (w v - m))\] for two uniform bidders from 0, multiplier and highest
/// value each, with the expectation over m in closed form (softplus).
fn two_uniform_bidders(own: (f64, f64), rival: (f64, f64), beta: f64) -> f64 {
    let softplus = |z: f64| z.max(0.0) + libm::log1p(libm::exp(-z.abs()));
    let sigmoid = |z: f64| 1.0 / (1.0 + libm::exp(-z));
    let ((w, high), top) = (own, rival.0 * rival.1);
    let layers = [2.0, 5.0, 10.0, 20.0, 40.0].map(|z| z / (beta * w));
    let mut ends = vec![0.0, high];
    for at in [0.0, top / w] {
        ends.push(at);
        ends.extend(layers.iter().flat_map(|layer| [at - layer, at + layer]));
    }
    ends.retain(|v| (0.0..=high).contains(v));
    ends.sort_by(f64::total_cmp);
    GaussLegendre::of_order(20).integrate_panels(&ends, |v| {
        let (at, below) = (beta * w * v, beta * (w * v - top));
        let win = (softplus(at) - softplus(below)) / (beta * top);
        let steep = (sigmoid(at) - sigmoid(below)) / top;
        (v * v * (1.0 - w) * steep - v * win) / high
    })
}

#[test]
fn two_uniform_bidders_have_a_closed_inner_integral() {
    for (own, rival) in [
        ((0.5, 1.0), (0.3, 2.0)),
        ((0.3, 2.0), (0.5, 1.0)),
        ((0.9, 1.0), (0.2, 1.0)),
        ((1e-9, 1.0), (0.5, 1.0)),
    ] {
        for beta in [3.0, 20.0, 300.0] {
            let population = game(&[(0.0, own.1), (0.0, rival.1)]);
            let found = gradient(&population, beta, &[own.0, rival.0])[0];
            let expected = two_uniform_bidders(own, rival, beta);
            assert!((found - expected).abs() < GRADIENT_ERROR, "{found} for {expected} at {beta}");
        }
    }
}

#[test]
fn slopes_are_difference_quotients() {
    let groups = Groups::new(&mixed());
    let multipliers = [0.6, 0.4, 0.7];
    let h = 1e-4;
    for beta in [8.0, 60.0] {
        let gradient = GroupGradient::new(&groups, beta);
        for group in 0..3 {
            let own = multipliers[group];
            let (of_own, of_others) = gradient.slopes(group, own, &multipliers);
            let at = |shift: f64| gradient.of(group, own + shift, &multipliers);
            assert!((of_own - (at(h) - at(-h)) / (2.0 * h)).abs() < 1e-4, "{of_own}");
            for other in (0..3).filter(|other| *other != group) {
                let at = |shift: f64| {
                    let mut moved = multipliers;
                    moved[other] += shift;
                    gradient.of(group, own, &moved)
                };
                let quotient = (at(h) - at(-h)) / (2.0 * h);
                assert!((of_others[other] - quotient).abs() < 1e-4, "{} for {quotient}", of_others[other]);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn in_the_true_auction_it_is_the_slope_of_the_utility((population, profile) in games()) {
        let multipliers: Vec<f64> = profile.multipliers().unwrap().iter().take(5).map(|w| w.clamp(0.05, 0.9)).collect();
        let population = Population { bidders: population.bidders[..multipliers.len()].to_vec(), ..population };
        let gradient = gradient(&population, f64::INFINITY, &multipliers);
        for (bidder, g) in gradient.into_iter().enumerate() {
            let utility = |shift: f64| {
                let mut moved = multipliers.clone();
                moved[bidder] += shift;
                evaluate(&population, &Profile::linear(moved)).bidders[bidder].utility
            };
            let quotient = (utility(1e-6) - utility(-1e-6)) / 2e-6;
            prop_assert!((g - quotient).abs() < 1e-4 * (1.0 + g.abs()), "{g} for {quotient}");
        }
    }
}

/// Lines of uniform priors at multipliers from 0.001 up, some alike, in auctions of any steepness. The plain
/// rule has an error of the roundings of values over the width of a rival's bids, the closed form none.
fn uniform_games() -> impl Strategy<Value = (Population, Vec<f64>, f64)> {
    let beta = prop_oneof![3 => (0.0..4.0).prop_map(|x: f64| libm::exp10(x)), 1 => Just(f64::INFINITY)];
    (games(), beta, prop::bool::ANY).prop_map(|((population, profile), beta, alike)| {
        let mut multipliers: Vec<f64> =
            profile.multipliers().unwrap().iter().map(|w| w.clamp(1e-3, 0.99)).collect();
        if alike {
            let first = multipliers[0];
            multipliers.iter_mut().step_by(2).for_each(|multiplier| *multiplier = first);
        }
        (population, multipliers, beta)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        rng_seed: proptest::test_runner::RngSeed::Fixed(23),
        ..Default::default()
    })]

    #[test]
    fn closed_forms_of_uniform_priors_are_the_plain_rule((population, multipliers, beta) in uniform_games()) {
        let plain = with_orders(&population, beta, FAST).at(&columns(&multipliers));
        let found = gradient(&population, beta, &multipliers);
        for (bidder, (found, plain)) in found.into_iter().zip(plain).enumerate() {
            let scale = population.bidders[bidder].prior.support().1 + plain.abs();
            prop_assert!((found - plain).abs() <= 1e-12 * scale, "{bidder}: {found:e} for {plain:e}");
        }
    }
}

#[test]
fn many_lines_have_the_plain_rule_too() {
    let population = Population::symmetric(64, Prior::STANDARD);
    let multipliers: Vec<f64> = (0..64).map(|k| 0.3 + 0.6 * f64::from(k * 37 % 64) / 64.0).collect();
    let plain = with_orders(&population, 200.0, FAST);
    let found = gradient(&population, 200.0, &multipliers);
    for bidder in [0, 17, 63] {
        let others = (0..64).filter(|j| *j != bidder);
        let rivals: Vec<Rivals> = others.map(|j| Rivals::new(&plain.tables[j], 1, multipliers[j])).collect();
        let expected = Point::new(&plain, &plain.tables[bidder], multipliers[bidder], &rivals).gradient();
        assert!((found[bidder] - expected).abs() < 1e-13, "{}: {expected}", found[bidder]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        rng_seed: proptest::test_runner::RngSeed::Fixed(17),
        ..Default::default()
    })]

    #[test]
    fn priors_without_steep_ends_lose_no_mass(prior in steep_prior().prop_filter("of those accepted", |prior| !has_steep_end(prior))) {
        // Next to nothing wins everything, and each unit more of the multiplier costs the mean value.
        let population = Population::symmetric(2, prior.clone());
        let gradient = gradient(&population, f64::INFINITY, &[0.5, 1e-12]);
        let off = (gradient[0] + prior.mean()) / prior.support().1;
        let extreme = powers(&prior)[0] < 0.5 || powers(&prior).into_iter().any(|power| power > 100.0);
        let most = if extreme { EXTREME_GRADIENT_ERROR } else { GRADIENT_ERROR };
        prop_assert!(off.abs() <= most, "{prior}: {off:e}");
    }
}
