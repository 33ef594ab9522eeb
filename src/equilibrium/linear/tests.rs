use super::*;
use crate::auction::Prior;
use crate::auction::Profile;
use crate::auction::games::game;
use crate::auction::prior::Power;
use crate::equilibrium::smoothed_multiplier;
use crate::expectation::evaluate;
use crate::numeric::quadrature::GaussLegendre;

fn only(population: &Population, beta: f64) -> LinearEquilibrium {
    let mut found = linear_equilibria(population, beta).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn symmetric_uniform_bidders_meet_the_one_dimensional_condition() {
    for bidders in [2, 3, 5, 10, 20, 64] {
        for beta in [5.0, 10.0, 20.0, 50.0, 100.0, 1000.0] {
            let found = only(&Population::symmetric(bidders, Prior::STANDARD), beta);
            let expected = smoothed_multiplier(bidders, beta).unwrap();
            assert!((found.multipliers[0] - expected).abs() < 1e-8, "{bidders} at {beta}");
        }
    }
}

#[test]
fn unequal_uniform_bidders_are_the_tabulated_ones() {
    // The highest value of the second, beta, both multipliers, both eigenvalues: softplus quadrature.
    let table = [
        (1.25, 10.0, 0.439853, 0.397282, -0.06454, -0.17252),
        (1.25, 50.0, 0.497524, 0.436252, -0.07651, -0.27020),
        (1.25, 1000.0, 0.500000, 0.436856, -0.07630, -0.28396),
        (1.5, 10.0, 0.456142, 0.376218, -0.06152, -0.23126),
        (1.5, 50.0, 0.499554, 0.392072, -0.07082, -0.34867),
        (1.5, 1000.0, 0.500000, 0.390633, -0.07111, -0.35278),
        (2.0, 10.0, 0.471716, 0.333367, -0.05464, -0.36261),
        (2.0, 50.0, 0.499859, 0.328179, -0.06343, -0.47315),
        (2.0, 1000.0, 0.500000, 0.326677, -0.06377, -0.47322),
        (4.0, 10.0, 0.482770, 0.226009, -0.04151, -0.79457),
        (4.0, 50.0, 0.499870, 0.211452, -0.04922, -0.81998),
        (4.0, 1000.0, 0.500000, 0.210452, -0.04950, -0.81801),
        (10.0, 10.0, 0.484074, 0.126162, -0.02991, -1.47012),
        (10.0, 50.0, 0.499870, 0.116784, -0.03565, -1.39475),
        (10.0, 1000.0, 0.500000, 0.116222, -0.03585, -1.38965),
    ];
    for (high, beta, w1, w2, first, second) in table {
        let found = only(&game(&[(0.0, 1.0), (0.0, high)]), beta);
        let [one, two] = [found.eigenvalues[0], found.eigenvalues[1]];
        let numbers = [found.multipliers[0], found.multipliers[1], one.0, two.0];
        for (number, expected) in numbers.into_iter().zip([w1, w2, first, second]) {
            assert!((number - expected).abs() < 1e-5, "{high} at {beta}: {found:?}");
        }
        assert_eq!((one.1, two.1), (0.0, 0.0));
    }
}

#[test]
fn eigenvalues_of_equal_bidders_are_the_tabulated_ones() {
    // Bidders, beta, common and difference mode.
    let table =
        [(2, 5.0, -0.024995, -0.051895), (3, 50.0, -0.055337, -0.110754), (10, 20.0, -0.012408, -0.020268)];
    for (bidders, beta, common, difference) in table {
        let mut expected = vec![difference; bidders];
        expected[0] = common;
        let values = only(&Population::symmetric(bidders, Prior::STANDARD), beta).eigenvalues;
        assert_eq!(values.len(), bidders);
        for ((re, im), expected) in values.into_iter().zip(expected) {
            assert!((re - expected).abs() < 1e-6 && im == 0.0, "{re} for {expected}");
        }
    }
}

#[test]
fn one_prior_has_a_closed_form_in_the_true_auction() {
    // w = B / (A + B), A = E[v F^(N - 1)], B = (N - 1) E[v^2 F^(N - 2) f].
    let prior = Prior::Power(Power::new(2.5, 0.0, 1.0).unwrap());
    for bidders in [2_u32, 5] {
        let rivals = f64::from(bidders) - 1.0;
        let rule = GaussLegendre::of_order(60);
        let a = rule.integrate(0.0, 1.0, |v| v * libm::pow(prior.cdf(v), rivals) * prior.pdf(v));
        let density = |v: f64| v * v * libm::pow(prior.cdf(v), rivals - 1.0) * prior.pdf(v) * prior.pdf(v);
        let b = rivals * rule.integrate(0.0, 1.0, density);
        let found = only(&Population::symmetric(bidders as usize, prior.clone()), f64::INFINITY);
        assert!((found.multipliers[0] - b / (a + b)).abs() < 1e-8, "{found:?}");
    }
}

#[test]
fn no_other_multiplier_of_a_grid_is_better_in_the_true_auction() {
    let population = game(&[(0.0, 1.0), (0.2, 1.5), (0.0, 2.0), (0.0, 1.0)]);
    let LinearEquilibrium { multipliers, .. } = only(&population, f64::INFINITY);
    assert_eq!(multipliers[0], multipliers[3]);
    let utility = |bidder: usize, w: f64| {
        let mut deviation = multipliers.clone();
        deviation[bidder] = w;
        evaluate(&population, &Profile::linear(deviation)).bidders[bidder].utility
    };
    for (bidder, multiplier) in multipliers.iter().enumerate() {
        let own = utility(bidder, *multiplier);
        for k in 1..200 {
            let deviation = utility(bidder, f64::from(k) / 200.0);
            assert!(deviation <= own + 1e-12, "bidder {bidder} gains {:e} at {k}", deviation - own);
        }
    }
}

#[test]
fn a_steepness_too_small_has_a_reason() {
    let error = linear_equilibria(&game(&[(0.0, 1.0), (0.0, 1.1)]), 2.0).unwrap_err();
    assert!(error.contains("drifts to 0") && error.contains("beta = 2 is too small"), "{error}");
}

#[test]
fn sixty_four_bidders_of_few_types_are_solved() {
    let supports: Vec<(f64, f64)> = (0..64).map(|i| (0.0, [1.0, 1.2][i % 2])).collect();
    for beta in [50.0, f64::INFINITY] {
        for found in linear_equilibria(&game(&supports), beta).unwrap() {
            assert!(found.residual < 1e-12, "{found:?}");
        }
    }
}
