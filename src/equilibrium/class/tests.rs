use super::*;
use crate::auction::games::game;
use crate::auction::{Bidder, Prior, Strategy};
use crate::equilibrium::{bne, linear_equilibria, smoothed_multiplier};

fn with_segments(mut population: Population, segments: usize) -> Population {
    population.bidders.iter_mut().for_each(|bidder| bidder.strategy = Strategy::PiecewiseLinear { segments });
    population
}

fn found(population: &Population, beta: f64) -> ClassEquilibrium {
    class_equilibrium(population, beta, bne(population).ok().as_ref()).unwrap()
}

/// The root of the mean squared distance of a bidder's bids to the BNE's.
fn distance(population: &Population, equilibrium: &ClassEquilibrium, bidder: usize) -> f64 {
    let bne = bne(population).unwrap();
    let prior = &population.bidders[bidder].prior;
    let n = 2000;
    let square = |k: u32| {
        let v = prior.quantile((f64::from(k) + 0.5) / f64::from(n));
        let apart = equilibrium.bids[bidder].mean_bid(v) - bne.bid(bidder, v);
        apart * apart
    };
    ((0..n).map(square).sum::<f64>() / f64::from(n)).sqrt()
}

#[test]
fn linear_bidders_have_the_linear_equilibrium() {
    let population = game(&[(0.0, 1.0), (0.0, 2.0)]);
    for beta in [20.0, 100.0, f64::INFINITY] {
        let linear = &linear_equilibria(&population, beta).unwrap()[0];
        let found = found(&population, beta);
        assert_eq!(found.eigenvalues.len(), linear.eigenvalues.len());
        for bidder in 0..2 {
            let apart = (found.multipliers[bidder] - linear.multipliers[bidder]).abs();
            assert!(apart < 2e-9, "{apart:e} at {beta}");
        }
        for (one, other) in found.eigenvalues.iter().zip(&linear.eigenvalues) {
            assert!((one.0 - other.0).abs() < 1e-6 && one.1.abs() < 1e-6, "{found:?}");
        }
    }
}

#[test]
fn one_segment_from_zero_is_a_line() {
    let population = with_segments(Population::symmetric(3, Prior::STANDARD), 1);
    for beta in [10.0, 50.0] {
        let found = found(&population, beta);
        let expected = smoothed_multiplier(3, beta).unwrap();
        assert!((found.multipliers[0] - expected).abs() < 1e-10, "{found:?}");
        assert!((found.parameters[2][1] - expected).abs() < 1e-10);
    }
}

#[test]
fn unequal_uniform_bidders_come_near_the_bne_as_lines_cannot() {
    let population = with_segments(game(&[(0.0, 1.0), (0.0, 2.0)]), 16);
    let lines = game(&[(0.0, 1.0), (0.0, 2.0)]);
    for (beta, most) in [(50.0, [0.005, 0.008]), (100.0, [0.001, 0.005])] {
        let (found, line) = (found(&population, beta), found(&lines, beta));
        assert!(found.residual < CLASS_RESIDUAL && found.spread < SAME);
        for (bidder, most) in most.into_iter().enumerate() {
            let near = distance(&population, &found, bidder);
            assert!(
                near < most && 7.0 * near < distance(&lines, &line, bidder),
                "{near} of {bidder} at {beta}"
            );
            assert!(found.errors[bidder] < 1e-8, "{found:?}");
        }
        assert_eq!(found.eigenvalues.len(), 32);
        assert!(found.curvature < 1e-3, "{}", found.curvature);
        assert!(found.eigenvalues.iter().all(|value| value.0 < 0.0));
    }
}

#[test]
fn equal_uniform_bidders_bid_the_bne_in_the_true_auction_and_come_near_it_as_beta_grows() {
    for bidders in [2, 3] {
        let population = with_segments(Population::symmetric(bidders, Prior::STANDARD), 16);
        let class = found(&population, f64::INFINITY);
        assert!(distance(&population, &class, 0) < 1e-10);
        let distances = [5.0, 10.0, 50.0].map(|beta| distance(&population, &found(&population, beta), 0));
        assert!(distances.is_sorted_by(|a, b| a > b) && distances[2] < 0.008, "{distances:?}");
    }
    let two = found(&with_segments(Population::symmetric(2, Prior::STANDARD), 4), 20.0);
    assert_eq!(two.eigenvalues.len(), 2 * two.parameters[0][1..].iter().filter(|m| **m > 0.0).count());
    assert_eq!(two.bids[0], two.bids[1]);
}

#[test]
fn mixtures_and_the_true_auction_may_have_equilibria_too() {
    let mut mixture = with_segments(game(&[(0.0, 1.0), (0.0, 2.0)]), 8);
    mixture.bidders[0].strategy = Strategy::Linear;
    // The line that the gradients lead to is the best of those nearby, but not of all.
    let reason = class_equilibrium(&mixture, 50.0, bne(&mixture).ok().as_ref()).unwrap_err();
    assert!(reason.contains("bidder 1 gains 1.1e-3"), "{reason}");
    let mut mixture = with_segments(Population::symmetric(2, Prior::STANDARD), 8);
    mixture.bidders[0].strategy = Strategy::Linear;
    let mixed = found(&mixture, 50.0);
    assert!(mixed.residual < CLASS_RESIDUAL && matches!(mixed.bids[0], BidFunction::Linear { .. }));
    let population = with_segments(game(&[(0.0, 1.0), (0.0, 2.0)]), 4);
    let class = found(&population, f64::INFINITY);
    assert!(class.residual < CLASS_RESIDUAL && class.eigenvalues.is_empty());
    // The smoothed equilibria tend to it.
    let near = found(&population, 1000.0);
    assert!((class.multipliers[0] - near.multipliers[0]).abs() < 1e-3, "{near:?}");
}

#[test]
fn bids_that_cannot_win_stay_and_are_no_disagreement() {
    let population = with_segments(game(&[(0.0, 1.0), (0.5, 1.5)]), 8);
    let found = found(&population, 50.0);
    assert!(found.residual < CLASS_RESIDUAL && found.spread < SAME, "{found:?}");
}

#[test]
fn many_different_bidders_have_a_reason() {
    let supports: Vec<_> = (0..20).map(|i| (0.0, 1.0 + 0.05 * f64::from(i))).collect();
    let reason = class_equilibrium(&with_segments(game(&supports), 4), 50.0, None).unwrap_err();
    assert!(reason.contains("20 different priors and strategies, and 12 at most"), "{reason}");
}

#[test]
fn a_zero_of_the_gradient_that_is_no_equilibrium_is_refused() {
    let strategy = Strategy::PiecewiseLinear { segments: 16 };
    let prior: Prior = "kumaraswamy:2:3".parse().unwrap();
    let population = Population {
        bidders: vec![Bidder { prior, strategy }; 2],
        ..Population::symmetric(2, Prior::STANDARD)
    };
    let bne = bne(&population).unwrap();
    let reason = class_equilibrium(&population, f64::INFINITY, Some(&bne)).unwrap_err();
    assert!(reason.contains("are no equilibrium: bidder 1 gains"), "{reason}");
    let smoothed = class_equilibrium(&population, 100.0, Some(&bne)).unwrap();
    assert!(smoothed.gain < CLASS_GAIN && (smoothed.multipliers[0] - bne.projection(0)).abs() < 0.01);
}
