use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::*;
use crate::auction::Prior;
use crate::auction::games::{game, games};
use crate::auction::prior::{Beta, Empirical, Power};
use crate::equilibrium::{linear_equilibria, smoothed_multiplier};
use crate::expectation::ExpectedGradient;
use crate::numeric::running_rule::RunningRule;

fn symmetric(bidders: usize, beta: f64) -> GradientNoise {
    let multiplier = smoothed_multiplier(bidders, beta).unwrap();
    gradient_noise(&Population::symmetric(bidders, Prior::STANDARD), &vec![multiplier; bidders], beta)
        .unwrap()
}

fn walk(population: &Population, multipliers: &[f64], beta: f64) -> Walk {
    let groups = Groups::at(population, multipliers);
    let first = |group: usize| groups.of_bidder.iter().position(|g| *g == group).unwrap();
    let of_groups: Vec<f64> = (0..groups.len()).map(|group| multipliers[first(group)]).collect();
    let counts: Vec<usize> = groups.counts.iter().map(|count| *count as usize).collect();
    Walk::new(&groups, &of_groups, &counts, beta)
}

#[test]
fn variances_and_modes_of_symmetric_bidders_are_the_tabulated_ones() {
    // Steepness 5, 10, 20, 50 and 100: by nested quadrature.
    let table = [
        (2, [0.000394, 0.005058, 0.017961, 0.051918, 0.105013]),
        (3, [0.000417, 0.003742, 0.009932, 0.024758, 0.047984]),
        (5, [0.000265, 0.001436, 0.002953, 0.006384, 0.011788]),
        (10, [0.000089, 0.000272, 0.000432, 0.000756, 0.001277]),
    ];
    for (bidders, row) in table {
        for (beta, expected) in [5.0, 10.0, 20.0, 50.0, 100.0].into_iter().zip(row) {
            let noise = symmetric(bidders, beta);
            let error = (noise.covariance.own[0] - expected).abs();
            assert!(error < 6e-7, "{bidders} at {beta}: {}", noise.covariance.own[0]);
            let found =
                &linear_equilibria(&Population::symmetric(bidders, Prior::STANDARD), beta).unwrap()[0];
            let modes = [noise.jacobian.together(&noise.counts)[0][0], noise.jacobian.apart(0)];
            for (mode, (expected, _)) in modes.iter().zip(&found.eigenvalues) {
                assert!((mode - expected).abs() < 1e-6, "{mode} for {expected}");
            }
            assert!(noise.drift[0].abs() < 1e-7);
        }
    }
}

#[test]
fn correlations_of_two_bidders_are_the_simulated_ones() {
    for (beta, expected) in [(10.0, 0.458), (50.0, 0.758), (200.0, 0.929)] {
        let Blocks { own, others } = symmetric(2, beta).covariance;
        assert!((others[0][0] / own[0] - expected).abs() < 6e-4, "{} at {beta}", others[0][0] / own[0]);
    }
}

#[test]
fn near_ties_make_the_variance_grow_with_beta() {
    for bidders in [2, 5, 64] {
        let n = bidders as f64;
        let beta = 1e5;
        let noise = symmetric(bidders, beta);
        let w = noise.multipliers[0];
        let rate = w * (1.0 - w);
        let expected = rate * rate * (1.0 - w) * (1.0 - w) * (n - 1.0) * beta / (6.0 * w * (n + 3.0));
        let ratio = noise.covariance.own[0] / expected;
        assert!((ratio - 1.0).abs() < 30.0 * n / beta, "{bidders} bidders: {ratio}");
    }
}

fn mixed() -> (Population, Vec<f64>) {
    let mut population = Population::symmetric(4, Prior::STANDARD);
    population.bidders[1].prior = Prior::Power(Power::new(2.0, 0.1, 1.8).unwrap());
    population.bidders[2].prior = Prior::Beta(Beta::new(2.0, 3.0, 0.0, 1.2).unwrap());
    (population, vec![0.6, 0.4, 0.7, 0.6])
}

/// Means and mean products of gradients over profiles that are drawn.
fn sampled(
    population: &Population,
    multipliers: &[f64],
    beta: f64,
    profiles: usize,
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let n = multipliers.len();
    let (mut means, mut products) = (vec![0.0; n], vec![vec![0.0; n]; n]);
    for _ in 0..profiles {
        let values: Vec<f64> = population
            .bidders
            .iter()
            .map(|bidder| bidder.prior.quantile((rng.next_u64() >> 11) as f64 * libm::exp2(-53.0)))
            .collect();
        let bids: Vec<f64> = values.iter().zip(multipliers).map(|(v, w)| v * w).collect();
        let gradient = |i: usize| {
            let rivals = (0..n).filter(|&j| j != i).map(|j| bids[j]).fold(0.0, f64::max);
            let s = 1.0 / (1.0 + libm::exp(-beta * (bids[i] - rivals)));
            let (v, w) = (values[i], multipliers[i]);
            w * (1.0 - w) * (-v * s + (1.0 - w) * beta * v * v * s * (1.0 - s))
        };
        let gradients: Vec<f64> = (0..n).map(gradient).collect();
        for i in 0..n {
            means[i] += gradients[i] / profiles as f64;
            for j in 0..n {
                products[i][j] += gradients[i] * gradients[j] / profiles as f64;
            }
        }
    }
    (means, products)
}

#[test]
fn covariances_of_unequal_bidders_are_those_of_drawn_profiles() {
    for beta in [6.0, 80.0] {
        let (population, multipliers) = mixed();
        let noise = gradient_noise(&population, &multipliers, beta).unwrap();
        assert_eq!(noise.of_bidder, [0, 1, 2, 0]);
        let (means, products) = sampled(&population, &multipliers, beta, 200_000);
        for i in 0..4 {
            for j in 0..4 {
                let sampled = products[i][j] - means[i] * means[j];
                let entry = noise.covariance.entry((i, noise.of_bidder[i]), (j, noise.of_bidder[j]));
                let variances = [i, j].map(|i| noise.covariance.own[noise.of_bidder[i]]);
                let error = (entry - sampled).abs() / (variances[0] * variances[1]).sqrt();
                assert!(error < 0.02, "{i} and {j} at {beta}: {entry} for {sampled}");
            }
        }
    }
}

#[test]
fn the_error_is_within_its_bound() {
    let uniform = |n: usize| (Population::symmetric(n, Prior::STANDARD), vec![0.8; n]);
    let unequal = (game(&[(0.0, 1.0), (0.2, 0.9), (0.5, 1.0)]), vec![0.6, 0.7, 0.5]);
    for ((population, multipliers), bound) in [
        (uniform(2), 1e-7),
        (uniform(10), 1e-7),
        (uniform(64), 1e-7),
        (unequal, 1e-7),
        (mixed(), NOISE_ERROR),
    ] {
        for beta in [5.0, 20.0, 100.0, 1000.0] {
            let walk = walk(&population, &multipliers, beta);
            let found = walk.covariance();
            let order = walk.rule.points.len();
            let graded = walk.bidders.iter().any(|alike| alike.table.density.is_none());
            let exact = Walk { rule: RunningRule::new((2 * order).min(56), graded), ..walk }.covariance();
            for a in 0..found.own.len() {
                let error = (found.own[a] / exact.own[a] - 1.0).abs();
                assert!(error < bound, "{} bidders at {beta}: {error:e}", multipliers.len());
                for b in 0..found.own.len() {
                    let scale = exact.own[a].max(exact.own[b]);
                    let error = (found.others[a][b] - exact.others[a][b]).abs() / scale;
                    assert!(error < bound, "{} bidders at {beta}, pair: {error:e}", multipliers.len());
                }
            }
        }
    }
}

#[test]
fn data_are_taken_at_quantiles() {
    let values: Vec<f64> = (0..600)
        .map(|k| {
            Power::new(2.0, 0.0, 1.0)
                .map(Prior::Power)
                .unwrap()
                .quantile((f64::from(k) + 0.3 * f64::from(k % 3)) / 600.0)
        })
        .collect();
    let data = Prior::Empirical(Empirical::new("values.csv", "value", &values).unwrap());
    let power = Prior::Power(Power::new(2.0, 0.0, 1.0).unwrap());
    let [data, power] = [data, power]
        .map(|prior| gradient_noise(&Population::symmetric(3, prior), &[0.8; 3], 30.0).unwrap().covariance);
    assert!((data.own[0] / power.own[0] - 1.0).abs() < 0.01, "{data:?} for {power:?}");
    assert!((data.others[0][0] / power.others[0][0] - 1.0).abs() < 0.01, "{data:?} for {power:?}");
}

#[test]
fn modes_and_entries_are_two_views_of_a_matrix() {
    let (population, multipliers) = mixed();
    let noise = gradient_noise(&population, &multipliers, 20.0).unwrap();
    let apart: Vec<f64> = (0..3).map(|a| noise.covariance.apart(a)).collect();
    let back = Blocks::from_modes(&noise.covariance.together(&noise.counts), &apart, &noise.counts);
    for a in 0..3 {
        assert!((back.own[a] - noise.covariance.own[a]).abs() < 1e-15);
        for b in 0..3 {
            assert!((back.others[a][b] - noise.covariance.others[a][b]).abs() < 1e-15);
        }
    }
    let split = noise.jacobian.split(&noise.of_bidder);
    assert_eq!(split.own[3], noise.jacobian.own[0]);
    assert_eq!(split.others[0][3], noise.jacobian.others[0][0]);
}

#[test]
fn what_is_not_known_is_refused() {
    let game = Population::symmetric(2, Prior::STANDARD);
    let refused = |multipliers: [f64; 2], beta: f64| gradient_noise(&game, &multipliers, beta).unwrap_err();
    assert!(refused([0.5, 1.0], 50.0).contains("bidder 2 is 1"));
    assert!(refused([0.5, 0.5], f64::INFINITY).contains("finite"));
    let mut curves = game.clone();
    curves.bidders[0].strategy = Strategy::PiecewiseLinear { segments: 2 };
    assert!(gradient_noise(&curves, &[0.5, 0.5], 50.0).unwrap_err().contains("linear bidders"));
}

proptest! {
    #![proptest_config(ProptestConfig {
    cases: 32,
    rng_seed: proptest::test_runner::RngSeed::Fixed(7),
    ..Default::default()
})]
    #[test]
    fn means_of_the_same_nodes_are_the_expected_gradient((population, profile) in games(), beta in 3.0..300.0) {
        let multipliers: Vec<f64> =
            profile.multipliers().unwrap().iter().take(5).map(|w| w.clamp(0.05, 0.95)).collect();
        let population = Population { bidders: population.bidders[..multipliers.len()].to_vec(), ..population };
        let walk = walk(&population, &multipliers, beta);
        let columns: Vec<Vec<f64>> = multipliers.iter().map(|w| vec![*w]).collect();
        let expected = ExpectedGradient::new(&population, beta).at(&columns).concat();
        let groups = Groups::at(&population, &multipliers);
        let (sums, covariance) = (walk.sums(), walk.covariance());
        for (i, (w, expected)) in multipliers.iter().zip(expected).enumerate() {
            let group = groups.of_bidder[i];
            let mean = sums.mean[group] / (w * (1.0 - w));
            let error = (mean - expected).abs();
            prop_assert!(error < 1e-6 * population.bidders[i].prior.support().1.max(1.0), "{} for {}", mean, expected);
            // Cauchy and Schwarz.
            for b in 0..groups.len() {
                let most = (covariance.own[group] * covariance.own[b]).sqrt();
                prop_assert!(covariance.others[group][b].abs() <= most * (1.0 + 1e-9) + 1e-12);
            }
        }
    }
}
