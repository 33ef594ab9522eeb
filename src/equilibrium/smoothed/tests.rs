use super::*;
use crate::auction::{Population, Prior};
use crate::equilibrium::linear_equilibria;
use crate::numeric::quadrature::GaussLegendre;

fn assert_close(bidders: usize, steepness: f64, expected: f64, tolerance: f64) {
    let multiplier = smoothed_multiplier(bidders, steepness).unwrap();
    let error = (multiplier - expected).abs();
    assert!(error < tolerance, "{bidders} bidders at {steepness}: {multiplier}, off by {error:e}");
}

#[test]
fn multipliers_are_the_tabulated_ones() {
    let table = [
        (5.0, [0.2781904796, 0.3555589644, 0.4407756005, 0.5147953913, 0.5507552234]),
        (10.0, [0.4126879243, 0.5463502374, 0.6699836759, 0.7632545075, 0.8044078375]),
        (15.0, [0.4420262118, 0.5935195626, 0.7241797193, 0.8213665274, 0.8654289713]),
        (20.0, [0.4552630479, 0.6142282040, 0.7471046390, 0.8458808020, 0.8918047276]),
        (40.0, [0.4759724302, 0.6420996917, 0.7764401284, 0.8767685390, 0.9255547589]),
        (50.0, [0.4804666452, 0.6472586925, 0.7816026185, 0.8820566045, 0.9313153579]),
        (100.0, [0.4899162442, 0.6571993729, 0.7912458048, 0.8916882673, 0.9416178691]),
    ];
    for (steepness, row) in table {
        for (bidders, expected) in [2, 3, 5, 10, 20].into_iter().zip(row) {
            assert_close(bidders, steepness, expected, 1e-10);
        }
    }
}

#[test]
fn multipliers_agree_with_extended_precision() {
    // mpmath 1.3 at 25 digits, adaptive tanh-sinh quadrature.
    let table = [
        (3, 3.01, 0.003_319_771_178_019_462),
        (64, 3.01, 0.006_330_981_266_944_035),
        (64, 3.2, 0.113_892_720_490_335_05),
        (7, 6.0, 0.575_271_086_890_734_8),
        (64, 10.0, 0.826_382_826_320_396_7),
        (64, 300.0, 0.981_695_259_917_540_2),
        (10, 1e3, 0.899_230_535_355_404),
        (5, 1e6, 0.799_999_168_219_059_2),
        (64, 1e6, 0.984_374_295_989_380_2),
        (64, 1e9, 0.984_374_999_296_022_4),
    ];
    for (bidders, steepness, expected) in table {
        assert_close(bidders, steepness, expected, 1e-13);
    }
}

/// Li_n(-e^-k) by its series, for k away from 0.
fn polylogarithm(n: i32, k: f64) -> f64 {
    let term = |j: i32| {
        let sign = if j % 2 == 0 { 1.0 } else { -1.0 };
        sign * libm::exp(-k * f64::from(j)) / libm::pow(f64::from(j), f64::from(n))
    };
    (1..=60).map(term).sum()
}

/// int_0^1 v^n s(k v) dv by polylogarithms (the Fermi-Dirac integral, reflected).
fn logistic_moment(n: i32, k: f64) -> f64 {
    const ZETA_3: f64 = 1.202_056_903_159_594_2;
    let eta = [LN_2, std::f64::consts::PI * std::f64::consts::PI / 12.0, 0.75 * ZETA_3];
    let factorial = |m: i32| (1..=m).map(f64::from).product::<f64>();
    let series: f64 = (0..=n)
        .map(|j| factorial(n) / factorial(n - j) * libm::pow(k, f64::from(n - j)) * polylogarithm(j + 1, k))
        .sum();
    let rest = factorial(n) * eta[n as usize] + series;
    1.0 / f64::from(n + 1) - rest / libm::pow(k, f64::from(n + 1))
}

#[test]
fn two_bidders_agree_with_the_closed_form() {
    for steepness in [4.0, 5.0, 8.0, 20.0, 50.0, 200.0, 1e3, 1e4, 1e6] {
        let multiplier = smoothed_multiplier(2, steepness).unwrap();
        let k = multiplier * steepness;
        let [j0, j1, j2] = [0, 1, 2].map(|n| logistic_moment(n, k));
        let a = 1.0 / 6.0 + j1 - j2;
        let b = j0 - 2.0 * j1 + 2.0 * j2 - 1.0 / 3.0;
        let error = (multiplier - b / (a + b)).abs();
        assert!(error < SMOOTHED_ERROR, "{steepness}: {error:e}");
    }
}

/// The first-order condition as a double integral over own value v and highest other value y, in units of its
/// second term.
fn first_order_condition(bidders: usize, steepness: f64, multiplier: f64) -> f64 {
    let k = multiplier * steepness;
    let n = bidders as f64;
    let rule = GaussLegendre::of_order(40);
    let sigmoid = |z: f64| 1.0 / (1.0 + libm::exp(-z));
    let over_y = |v: f64, f: &dyn Fn(f64) -> f64| {
        let breakpoints =
            [-40.0, -20.0, -10.0, -4.0, 0.0, 4.0, 10.0, 20.0, 40.0].map(|z| (v + z / k).clamp(0.0, 1.0));
        let panels: Vec<f64> = [0.0].into_iter().chain(breakpoints).chain([1.0]).collect();
        rule.integrate_panels(&panels, |y| (n - 1.0) * libm::pow(y, n - 2.0) * f(sigmoid(k * (v - y))))
    };
    let layers = [0.0, 4.0, 10.0, 20.0, 40.0].map(|z| (z / k).min(0.5));
    let panels: Vec<f64> = layers.into_iter().chain(layers.into_iter().rev().map(|x| 1.0 - x)).collect();
    let win = rule.integrate_panels(&panels, |v| v * over_y(v, &|s| s));
    let marginal = rule.integrate_panels(&panels, |v| v * v * over_y(v, &|s| s * (1.0 - s)));
    (1.0 - multiplier) - win / (steepness * marginal)
}

#[test]
fn the_first_order_condition_holds_as_a_double_integral() {
    for (bidders, steepness) in [(3, 50.0), (5, 20.0), (10, 4.0), (64, 100.0)] {
        let multiplier = smoothed_multiplier(bidders, steepness).unwrap();
        let at_solution = first_order_condition(bidders, steepness, multiplier);
        assert!(at_solution.abs() < 1e-12, "{bidders} bidders at {steepness}: {at_solution:e}");
        let nearby = first_order_condition(bidders, steepness, multiplier + 1e-9);
        assert!(nearby < -1e-10, "the condition does not move: {nearby:e}");
    }
}

#[test]
fn large_steepness_follows_the_expansion() {
    // Second coefficients from the boundary layer at the highest value.
    let second = [(2, 3.078126), (3, -2.198690), (5, -4.324077), (10, -7.017889), (20, -11.869232)];
    for (bidders, d) in second {
        let n = bidders as f64;
        for steepness in [400.0, 2e3, 1e4] {
            let expected = (n - 1.0) / n - (n + 1.0) / n * LN_2 / steepness + d / (steepness * steepness);
            assert_close(bidders, steepness, expected, 2.0 * n * n / (steepness * steepness * steepness));
        }
    }
}

#[test]
fn the_expansion_takes_over_without_a_step() {
    for bidders in [2, 10, 64] {
        let below = smoothed_multiplier(bidders, ASYMPTOTIC_STEEPNESS * (1.0 - 1e-9)).unwrap();
        let at = smoothed_multiplier(bidders, ASYMPTOTIC_STEEPNESS).unwrap();
        assert!((at - below).abs() < 1e-14, "{bidders}: {below} to {at}");
    }
    assert_eq!(smoothed_multiplier(4, f64::INFINITY), Some(0.75));
}

#[test]
fn multipliers_rise_from_zero_at_the_threshold() {
    for bidders in [2, 3, 10, 64] {
        // d steepness / dk at 0.
        let slope = 2.0 - 1.5 * (bidders as f64 - 1.0) / bidders as f64;
        assert_close(bidders, 3.0 + 1e-9, 1e-9 / slope / 3.0, 1e-15);
        let multipliers: Vec<f64> = (1..200)
            .map(|i| smoothed_multiplier(bidders, 3.0 * libm::exp(0.1 * f64::from(i))).unwrap())
            .collect();
        assert!(multipliers.is_sorted_by(|a, b| a < b), "{bidders}");
    }
}

#[test]
fn there_is_none_at_or_below_the_threshold() {
    for steepness in [LEAST_STEEPNESS, 1.0, 0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
        assert_eq!(smoothed_multiplier(2, steepness), None, "{steepness}");
    }
}

fn eigenvalues(bidders: usize, steepness: f64) -> [f64; 2] {
    smoothed_eigenvalues(bidders, steepness, smoothed_multiplier(bidders, steepness).unwrap())
}

#[test]
fn eigenvalues_are_the_tabulated_ones() {
    // Steepness 5, 10, 20, 50 and 100: common mode and difference mode, by nested quadrature.
    let table = [
        (
            2,
            [
                (-0.024995, -0.051895),
                (-0.060628, -0.131139),
                (-0.074331, -0.175279),
                (-0.079846, -0.197577),
                (-0.081591, -0.203459),
            ],
        ),
        (
            3,
            [
                (-0.025160, -0.055712),
                (-0.048366, -0.099146),
                (-0.054011, -0.108589),
                (-0.055337, -0.110754),
                (-0.055503, -0.111025),
            ],
        ),
        (
            5,
            [
                (-0.023665, -0.052978),
                (-0.032254, -0.060430),
                (-0.029926, -0.053252),
                (-0.027893, -0.048939),
                (-0.027254, -0.047724),
            ],
        ),
        (
            10,
            [
                (-0.020967, -0.045097),
                (-0.018318, -0.031495),
                (-0.012408, -0.020268),
                (-0.009486, -0.015311),
                (-0.008755, -0.014111),
            ],
        ),
    ];
    for (bidders, row) in table {
        for (steepness, (common, difference)) in [5.0, 10.0, 20.0, 50.0, 100.0].into_iter().zip(row) {
            for (actual, expected) in eigenvalues(bidders, steepness).into_iter().zip([common, difference]) {
                let error = (actual - expected).abs();
                assert!(error < 1e-6, "{bidders} bidders at {steepness}: {actual}, off by {error:e}");
            }
        }
    }
}

#[test]
fn eigenvalues_agree_with_the_expected_gradient_of_any_priors() {
    for bidders in [2, 3, 7, 64] {
        for steepness in [4.0, 10.0, 50.0, 1000.0] {
            let found =
                &linear_equilibria(&Population::symmetric(bidders, Prior::STANDARD), steepness).unwrap()[0];
            let ours = eigenvalues(bidders, steepness);
            for (i, (expected, imaginary)) in found.eigenvalues.iter().enumerate() {
                let error = (ours[i.min(1)] - expected).abs();
                assert!(error < 1e-8, "{bidders} bidders at {steepness}: {ours:?}, off by {error:e}");
                assert_eq!(*imaginary, 0.0);
            }
        }
    }
}

#[test]
fn eigenvalues_tend_to_those_of_the_true_auction() {
    for bidders in [2, 3, 10, 64] {
        let limit = eigenvalues(bidders, f64::INFINITY);
        for steepness in [1e3, 1e6, 1e9, 1e15, 1e100] {
            for (value, limit) in eigenvalues(bidders, steepness).into_iter().zip(limit) {
                let gap = (value - limit).abs() / limit.abs();
                assert!(
                    gap < 2.0 * bidders as f64 / steepness + 1e-13,
                    "{bidders} bidders at {steepness:e}: off by {gap:e}"
                );
            }
        }
    }
    let [common, difference] = eigenvalues(2, f64::INFINITY);
    assert_eq!((common, difference), (-1.0 / 12.0, -5.0 / 24.0));
}
