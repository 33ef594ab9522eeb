use proptest::prelude::*;
use proptest::strategy::Strategy as _;

use super::*;
use crate::auction::games::{any_games, game, games, seven_priors, through, with_priors};
use crate::auction::prior::Beta;
use crate::auction::strategy::piecewise_linear::knots as values_at_knots;
use crate::auction::{Bidder, Population, Prior, Strategy};
use crate::equilibrium::class_equilibrium;
use crate::expectation::evaluate;
use crate::numeric::roots::root;
use crate::response::{best_responses, smoothed_responses};

fn responses(population: &Population, profile: &Profile) -> Vec<ClassResponse> {
    class_responses(&Evaluator::new(population), profile)
}

/// The utility of a bidder who plays other bids, by the evaluation of the whole profile.
fn deviating(population: &Population, profile: &Profile, bidder: usize, bids: BidFunction) -> f64 {
    let mut deviation = profile.clone();
    deviation.bids[bidder] = bids;
    evaluate(population, &deviation).bidders[bidder].utility
}

fn line(multiplier: f64) -> BidFunction {
    BidFunction::Linear { multiplier }
}

fn with_segments(mut population: Population, segments: usize) -> Population {
    population.bidders.iter_mut().for_each(|bidder| bidder.strategy = Strategy::PiecewiseLinear { segments });
    population
}

#[test]
fn the_equilibrium_of_lines_of_unequal_bidders_is_one() {
    let weak = root(0.0, 1.0, |a| 48.0 * a * a * a + a - 2.0).unwrap();
    let population = game(&[(0.0, 1.0), (0.0, 2.0)]);
    for response in responses(&population, &Profile::linear([0.5, weak])) {
        assert!(response.epsilon < 1e-14, "{response:?}");
    }
    // Half a percent off, a gain of second order.
    let off = responses(&population, &Profile::linear([0.5, weak + 0.005]));
    assert!(1e-6 < off[1].epsilon && off[1].epsilon < 1e-3, "{off:?}");
}

#[test]
fn the_best_line_against_a_timid_rival_has_a_closed_form() {
    // Against w v with w below 1/2: (1 - a) (1/2 - (w/a)^2 / 6) for a above w, and a > w is best.
    let population = Population::symmetric(2, Prior::STANDARD);
    for w in [0.05, 0.2, 0.35, 0.45] {
        // 0 = -(1/2 - (w/a)^2/6) + (1 - a) w^2 / (3 a^3), or 3 a^3 + w^2 a - 2 w^2 = 0.
        let best = root(0.0, 1.0, |a| 3.0 * a * a * a + w * w * a - 2.0 * w * w).unwrap();
        let utility = |a: f64| (1.0 - a) * (0.5 - (w / a) * (w / a) / 6.0);
        let found = &responses(&population, &Profile::linear([w + 0.3, w]))[0];
        assert!((found.utility - utility(w + 0.3)).abs() < 1e-15);
        assert!((found.utility + found.epsilon - utility(best)).abs() < 1e-14, "{found:?} for {best}");
        let BidFunction::Linear { multiplier } = found.bids else { panic!("of another class") };
        assert!((multiplier - best).abs() < 1e-9);
    }
}

#[test]
fn rivals_who_bid_nothing_are_beaten_by_any_bid() {
    let population = Population::symmetric(3, Prior::STANDARD);
    let found = responses(&population, &Profile::linear([0.5, 0.0, 0.0]));
    assert!((found[0].utility + found[0].epsilon - 0.5).abs() < 1e-15, "{found:?}");
    let nobody = responses(&population, &Profile::linear([0.0; 3]));
    assert!((nobody[1].utility - 1.0 / 6.0).abs() < 1e-15 && (nobody[1].epsilon - 1.0 / 3.0).abs() < 1e-12);
    let functions = responses(&with_segments(population, 3), &Profile::linear([0.4, 0.0, 0.0]));
    assert!((functions[0].utility - 0.3).abs() < 1e-15 && (functions[0].epsilon - 0.2).abs() < 1e-12);
}

#[test]
fn a_tie_at_an_atom_is_worth_an_instant_more() {
    // Both bid 0.3 with half of their values.
    let flat = through(&[(0.0, 0.3), (0.5, 0.3), (1.0, 0.6)]);
    let population = with_segments(Population::symmetric(2, Prior::STANDARD), 2);
    let found = &responses(&population, &Profile { bids: vec![flat.clone(), flat.clone()] })[0];
    let expected = evaluate(&population, &Profile { bids: vec![flat.clone(), flat] }).bidders[0].utility;
    assert!((found.utility - expected).abs() < 1e-15);
    // From 0 at 0 on, as the class has it, the bids need an atom's height before they win.
    assert!(found.epsilon > 0.0);
}

#[test]
fn one_segment_from_zero_is_a_line() {
    let lines = game(&[(0.0, 1.0), (0.0, 1.3), (0.0, 0.7)]);
    let functions = with_segments(lines.clone(), 1);
    for multipliers in [[0.5, 0.6, 0.7], [0.3, 0.3, 0.9], [0.95, 0.2, 0.4]] {
        let profile = Profile::linear(multipliers);
        for (one, other) in responses(&lines, &profile).iter().zip(responses(&functions, &profile)) {
            assert!((one.epsilon - other.epsilon).abs() < 1e-12, "{one:?} {other:?}");
        }
    }
}

#[test]
fn more_knots_gain_more_up_to_the_best_of_all_bids() {
    // Against w v with w below 1/2 the best reply to U[0, 1] is min(v/2, w), worth v^2/(4 w) or v - w.
    let w = 0.3;
    let best = 2.0 * w * w / 3.0 + (1.0 - 4.0 * w * w) / 2.0 - w * (1.0 - 2.0 * w);
    let mut last = 0.0;
    for segments in [1, 2, 4, 8, 16, 32, 64] {
        let population = with_segments(Population::symmetric(2, Prior::STANDARD), segments);
        let found = &responses(&population, &Profile::linear([0.7, w]))[0];
        let utility = found.utility + found.epsilon;
        assert!(utility <= best + 1e-14 && utility >= last - 1e-14, "{utility} of {segments}, {best}");
        last = utility;
    }
    assert!(best - last < 1e-5, "{last} for {best}");
    // With a knot at 2 w the best of all is in the class.
    let population = with_segments(Population::symmetric(2, Prior::STANDARD), 5);
    let found = &responses(&population, &Profile::linear([0.7, w]))[0];
    assert!((found.utility + found.epsilon - best).abs() < 1e-13, "{found:?} for {best}");
}

#[test]
fn equilibria_of_the_classes_are_best_responses() {
    for (supports, segments, beta) in
        [(vec![(0.0, 1.0), (0.0, 2.0)], 8, 50.0), (vec![(0.0, 1.0), (0.0, 2.0)], 4, f64::INFINITY)]
    {
        let population = with_segments(game(&supports), segments);
        let bne = crate::equilibrium::bne(&population).ok();
        let class = class_equilibrium(&population, beta, bne.as_ref()).unwrap();
        let evaluator = Evaluator::new(&population);
        let profile = Profile { bids: class.bids };
        let epsilons: Vec<f64> = match smoothed_responses(&evaluator, &profile, beta) {
            Some(all) => all.iter().map(|response| response.class.epsilon).collect(),
            None => class_responses(&evaluator, &profile).iter().map(|response| response.epsilon).collect(),
        };
        assert!(epsilons.iter().all(|epsilon| *epsilon < 1e-9), "{epsilons:?} at {beta}");
    }
}

#[test]
fn another_local_maximum_is_found() {
    // Many rivals bid next to nothing, one bids high and rarely less: a low and a high hill.
    let population = game(&[(0.0, 1.0), (0.9, 1.0), (0.0, 1.0)]);
    for high in [0.1, 0.3, 0.5, 0.7] {
        let profile = Profile::linear([high, high, 0.05]);
        let found = &responses(&population, &profile)[0];
        let brute = (0..=4000)
            .map(|k| deviating(&population, &profile, 0, line(f64::from(k) / 4000.0)))
            .fold(0.0, f64::max);
        let utility = found.utility + found.epsilon;
        assert!((-1e-14..1e-6).contains(&(utility - brute)), "{utility} for {brute}");
    }
}

#[test]
fn seven_priors_have_best_lines_and_functions() {
    let priors = seven_priors();
    for first in 0..priors.len() {
        let of = |k: usize| priors[(first + k) % priors.len()].clone();
        let mut population = with_priors(&[of(0), of(1), of(2)]);
        population.bidders[1].strategy = Strategy::PiecewiseLinear { segments: 4 };
        let rival = through(&[(0.0, 0.0), (0.3, 0.2), (0.5, 0.35), (1.5, 0.7)]);
        let profile = Profile { bids: vec![line(0.8), rival, line(0.5)] };
        let found = responses(&population, &profile);
        for (i, response) in found.iter().enumerate() {
            let utility = response.utility + response.epsilon;
            let own = evaluate(&population, &profile).bidders[i].utility;
            assert!((response.utility - own).abs() < 1e-10);
            let again = deviating(&population, &profile, i, response.bids.clone());
            assert!((again - utility).abs() < 1e-10, "{again} for {utility}");
            for k in 0..=50 {
                let other = deviating(&population, &profile, i, line(0.02 * f64::from(k)));
                let in_class = i != 1 || population.bidders[i].prior.support().0 == 0.0;
                assert!(!in_class || other < utility + 1e-9, "{other} above {utility} of {i}, {first}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 100,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

    #[test]
    fn lines_are_those_of_brute_force((population, profile) in games()) {
        let multipliers = profile.multipliers().unwrap();
        for (i, response) in responses(&population, &profile).iter().enumerate().take(2) {
            let utility = response.utility + response.epsilon;
            let high = population.bidders[i].prior.support().1;
            let own = evaluate(&population, &profile).bidders[i].utility;
            prop_assert!((response.utility - own).abs() <= 1e-12 * high, "{} for {own}", response.utility);
            let again = deviating(&population, &profile, i, response.bids.clone());
            prop_assert!((again - utility).abs() <= 1e-12 * high, "{again} for {utility}");
            let n = 200;
            let tried = (1..=n).map(|k| f64::from(k) / f64::from(n)).chain(multipliers.iter().copied());
            let brute = tried.map(|w| deviating(&population, &profile, i, line(w))).fold(0.0, f64::max);
            prop_assert!(utility >= brute - 1e-12 * high, "{utility} below {brute} of {i}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

    #[test]
    fn any_lines_are_those_of_brute_force((population, profile) in any_games(3)) {
        for (i, response) in responses(&population, &profile).iter().enumerate().take(1) {
            let utility = response.utility + response.epsilon;
            let own = evaluate(&population, &profile).bidders[i].utility;
            prop_assert!((response.utility - own).abs() <= 2e-10, "{} for {own}", response.utility);
            if let BidFunction::Linear { .. } = response.bids {
                let again = deviating(&population, &profile, i, response.bids.clone());
                prop_assert!((again - utility).abs() <= 2e-10, "{again} for {utility}");
            }
            for k in 0..=100 {
                let other = deviating(&population, &profile, i, line(0.01 * f64::from(k)));
                prop_assert!(utility >= other - 1e-9, "{other} above {utility} of {i} at {k}");
            }
        }
    }

    #[test]
    fn no_class_gains_more_than_all_bids(
        (population, profile) in any_games(3), segments in prop::sample::select(vec![0, 1, 6]),
    ) {
        let population = if segments > 0 { with_segments(population, segments) } else { population };
        let evaluator = Evaluator::new(&population);
        let all = best_responses(&evaluator, &profile);
        for (one, all) in class_responses(&evaluator, &profile).iter().zip(all) {
            prop_assert!(one.epsilon <= all.epsilon_ex_ante + 1e-9, "{one:?} {all:?}");
            prop_assert!((one.utility - all.utility).abs() < 1e-9, "{one:?} {all:?}");
        }
    }

    #[test]
    fn no_move_of_knots_gains(
        (population, profile) in games(), segments in prop::sample::select(vec![2, 5, 16]),
        moves in prop::collection::vec(-0.05..0.05, 17),
    ) {
        let population = with_segments(population, segments);
        let response = &responses(&population, &profile)[0];
        let utility = response.utility + response.epsilon;
        prop_assert!(response.epsilon >= 0.0);
        let again = deviating(&population, &profile, 0, response.bids.clone());
        prop_assert!((again - utility).abs() <= 1e-11 * (1.0 + utility), "{again} for {utility}");
        let prior = &population.bidders[0].prior;
        let values = values_at_knots(prior, segments);
        let mut tries: Vec<Vec<f64>> = Vec::new();
        for scale in [1.0, 0.1, 1e-3] {
            tries.push(values.iter().zip(&moves).map(|(v, x)| response.bids.mean_bid(*v) + scale * x).collect());
        }
        tries.extend((1..40).map(|k| values.iter().map(|v| 0.025 * f64::from(k) * v).collect()));
        for mut bids in tries {
            bids[0] = if values[0] > 0.0 { bids[0].max(0.0) } else { 0.0 };
            for k in 1..bids.len() {
                bids[k] = bids[k].max(bids[k - 1] + 1e-9);
            }
            let knots: Vec<(f64, f64)> = values.iter().copied().zip(bids).collect();
            let other = deviating(&population, &profile, 0, through(&knots));
            prop_assert!(utility >= other - 1e-7, "{other} above {utility}");
        }
    }
}

#[test]
fn a_steep_prior_has_a_best_function() {
    let prior = Prior::Beta(Beta::new(8.0, 3.0, 0.0, 1.0).unwrap());
    let bidder = Bidder { prior, strategy: Strategy::PiecewiseLinear { segments: 16 } };
    let population = Population { bidders: vec![bidder; 2], ..Population::symmetric(2, Prior::STANDARD) };
    let found = &responses(&population, &Profile::linear([0.5; 2]))[0];
    let again = deviating(&population, &Profile::linear([0.5; 2]), 0, found.bids.clone());
    assert!(found.epsilon > 1e-3 && (again - found.utility - found.epsilon).abs() < 1e-11, "{found:?}");
}

#[test]
fn the_best_line_against_an_atom_is_found() {
    // A rival who bids 3 v / 4 up to 0.6, and 0.6 with all higher values.
    let capped = through(&[(0.0, 0.0), (0.8, 0.6), (1.0, 0.6)]);
    let population = Population::symmetric(2, Prior::STANDARD);
    let best = 1.0 / 9.0;
    for (own, epsilon) in [
        (through(&[(0.0, 0.0), (1.0, 0.3)]), best - 0.28 / 3.0),
        (through(&[(0.0, 0.0), (0.9, 0.4), (0.95, 0.6), (1.0, 0.6)]), 0.000_236_111),
    ] {
        let found = &responses(&population, &Profile { bids: vec![own, capped.clone()] })[0];
        assert!((found.epsilon - epsilon).abs() < 1e-9, "{found:?} for {epsilon}");
        let BidFunction::Linear { multiplier } = found.bids else { panic!("of another class") };
        assert!((multiplier - 0.5).abs() < 1e-6, "{multiplier}");
    }
}

/// A bid function that stays at one bid on one or two parts of the values.
fn any_capped() -> impl proptest::strategy::Strategy<Value = BidFunction> {
    (0.1..0.9_f64, 0.05..0.8_f64, 0.0..0.5_f64, prop::bool::ANY).prop_map(|(value, bid, rest, goes_on)| {
        let last = if goes_on { (1.0, bid + rest) } else { (1.0, bid) };
        let flat = value + 0.5 * (1.0 - value);
        through(&[(0.0, 0.0), (value, bid), (flat, bid), last])
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        rng_seed: proptest::test_runner::RngSeed::Fixed(14),
        ..Default::default()
    })]

    #[test]
    fn classes_against_atoms_are_those_of_brute_force(
        own in 0.05..0.95_f64, rivals in prop::collection::vec(any_capped(), 1..=2),
        prior in prop::sample::select(vec![0, 1, 2]), low in 0.0..0.5_f64,
    ) {
        let mut population = Population::symmetric(rivals.len() + 1, Prior::STANDARD);
        population.bidders[0].prior = match prior {
            0 => Prior::STANDARD,
            1 => crate::auction::games::uniform(low, 1.0),
            _ => Prior::Beta(Beta::new(2.0, 0.2, low, 1.0).unwrap()),
        };
        let mut bids = vec![line(own)];
        bids.extend(rivals);
        let profile = Profile { bids };
        let found = &responses(&population, &profile)[0];
        let utility = found.utility + found.epsilon;
        let attained = deviating(&population, &profile, 0, found.bids.clone());
        prop_assert!((attained - utility).abs() <= 1e-10, "{attained} for {utility}");
        for k in 0..=80 {
            let w = f64::from(k) / 80.0;
            let other = deviating(&population, &profile, 0, line(w));
            prop_assert!(utility >= other - 1e-10, "{other} of {w} above {utility}");
        }
        // Of knots nothing is worse than a line or staying at an instant above or below an atom.
        let functions = with_segments(population, 4);
        let found = &responses(&functions, &profile)[0];
        let more = found.utility + found.epsilon;
        let in_class = functions.bidders[0].prior.support().0 == 0.0;
        prop_assert!(!in_class || more >= utility - 1e-7, "{more} below {utility}");
    }
}
