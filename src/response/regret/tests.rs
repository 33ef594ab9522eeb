use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::auction::games::{
    any_games, expectation, game, games, outbid, seven_priors, through, uniform, with_priors,
};
use crate::auction::prior::Power;
use crate::auction::{BidFunction, Population, Prior};
use crate::response::{best_responses, class_responses};

/// For a constant profile: the regrets of an epoch less what best responses within the class and of any kind
/// gain, over the highest value, of each bidder.
fn errors(population: &Population, profile: &Profile) -> Vec<(f64, f64)> {
    let evaluator = Evaluator::new(population);
    let regrets = external_regrets(&evaluator, &vec![profile.clone(); 40]);
    let of_class = class_responses(&evaluator, profile).into_iter();
    let of_any = best_responses(&evaluator, profile).into_iter();
    let bidders = population.bidders.iter().zip(regrets).zip(of_class.zip(of_any));
    bidders
        .map(|((bidder, regret), (of_class, of_any))| {
            let unit = bidder.prior.support().1;
            let multiplier = regret.multiplier / 40.0 - of_class.epsilon;
            (multiplier / unit, (regret.bid_map / 40.0 - of_any.epsilon_ex_ante) / unit)
        })
        .collect()
}

fn moderate_games() -> impl proptest::strategy::Strategy<Value = (Population, Profile)> {
    let bidder = (prop::sample::select(seven_priors().to_vec()), 0.2..0.95);
    prop::collection::vec(bidder, 2..=4).prop_map(|bidders| {
        let (priors, multipliers): (Vec<Prior>, Vec<f64>) = bidders.into_iter().unzip();
        (with_priors(&priors), Profile::linear(multipliers))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, rng_seed: RngSeed::Fixed(7), ..Default::default() })]

    #[test]
    fn regret_of_a_constant_profile_is_what_best_responses_gain((population, profile) in moderate_games()) {
        for (multiplier, bids) in errors(&population, &profile) {
            prop_assert!(multiplier.abs() < 1e-5, "{multiplier}");
            prop_assert!(bids.abs() < 1e-5, "{bids}");
        }
    }

    /// Multipliers of 1e-100 and segments all but flat are jumps of W.
    #[test]
    fn regret_of_any_constant_profile_misses_what_lies_within_cells((population, profile) in games()) {
        for (multiplier, bids) in errors(&population, &profile) {
            prop_assert!(multiplier.abs() < 4e-3, "{multiplier}");
            prop_assert!(bids.abs() < 4e-3, "{bids}");
        }
    }

    #[test]
    fn so_it_does_for_any_bid_functions((population, profile) in any_games(4)) {
        let evaluator = Evaluator::new(&population);
        let regrets = external_regrets(&evaluator, std::slice::from_ref(&profile));
        for (i, best) in best_responses(&evaluator, &profile).into_iter().enumerate() {
            let unit = population.bidders[i].prior.support().1;
            let error = (regrets[i].bid_map - best.epsilon_ex_ante) / unit;
            prop_assert!(error.abs() < 4e-3, "{error}");
        }
    }
}

#[test]
fn nobody_regrets_an_equilibrium() {
    for (bidders, exponent) in [(2, 1.0), (3, 1.0), (10, 1.0), (2, 2.0), (2, 0.7), (3, 3.5)] {
        let prior = Prior::Power(Power::new(exponent, 0.0, 1.0).unwrap());
        let odds = (bidders as f64 - 1.0) * exponent;
        let profile = Profile::linear(vec![odds / (odds + 1.0); bidders]);
        let evaluator = Evaluator::new(&Population::symmetric(bidders, prior));
        for regret in external_regrets(&evaluator, &vec![profile; 1000]) {
            assert!(regret.multiplier.abs() < 1e-6 && regret.bid_map.abs() < 1e-6, "{regret:?}");
            assert!((regret.best_multiplier - odds / (odds + 1.0)).abs() < 1e-3, "{regret:?}");
            assert_eq!((regret.slope, regret.bid_map_slope), (None, None));
        }
    }
}

#[test]
fn regret_of_alternating_profiles_is_that_of_brute_force() {
    let bent = || through(&[(0.0, 0.0), (0.4, 0.3), (0.7, 0.4), (1.0, 0.75)]);
    let line = |multiplier| BidFunction::Linear { multiplier };
    let profile = |one: BidFunction, other: BidFunction| Profile { bids: vec![one, other] };
    let pairs = [
        (uniform(0.0, 1.0), [profile(line(0.5), line(0.3)), profile(line(0.4), line(0.7))]),
        (uniform(0.0, 1.0), [profile(bent(), line(0.35)), profile(line(0.45), bent())]),
        (seven_priors()[4].clone(), [profile(bent(), line(0.8)), profile(bent(), bent())]),
    ];
    for (prior, pair) in pairs {
        let population = with_priors(&[prior.clone(), prior.clone()]);
        let run: Vec<Profile> = pair.iter().cycle().take(200).cloned().collect();
        let regret = external_regrets(&Evaluator::new(&population), &run)[0];
        let earned: f64 = pair
            .iter()
            .map(|profile| {
                let gain = |value: f64, bid: f64| (value - bid) * outbid(&population, profile, 0, bid);
                100.0 * expectation(&population, profile, 0, &[0.0], gain)
            })
            .sum();
        let won = |bid: f64| -> f64 {
            pair.iter().map(|profile| 100.0 * outbid(&population, profile, 0, bid)).sum()
        };
        let values: Vec<f64> = (0..1000).map(|k| prior.quantile((f64::from(k) + 0.5) / 1000.0)).collect();
        let mean = |of: &dyn Fn(f64) -> f64| values.iter().map(|v| of(*v)).sum::<f64>() / 1000.0;
        let bids: Vec<(f64, f64)> =
            (0..=4000).map(|k| f64::from(k) / 4000.0).map(|bid| (bid, won(bid))).collect();
        let best = mean(&|v| bids.iter().map(|(bid, won)| (v - bid) * won).fold(0.0, f64::max));
        assert!((regret.bid_map - (best - earned)).abs() < 5e-4, "{regret:?} for {}", best - earned);
        let payoff = |k: u32| {
            let w = f64::from(k) / 500.0;
            mean(&|v| (1.0 - w) * v * won(w * v))
        };
        let best = (0..=500).map(payoff).fold(0.0, f64::max);
        let above = regret.multiplier - (best - earned);
        assert!((-5e-4..2e-3).contains(&above), "{regret:?} for {}", best - earned);
        assert!(regret.bid_map > regret.multiplier);
    }
}

#[test]
fn slopes_tell_how_regret_grows() {
    let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
    // Against half the value, (1/2 - x) v loses 2/3 x^2.
    let slopes = |deviation: &dyn Fn(f64) -> f64| {
        let deviations: Vec<f64> = (1..=3200).map(|t| deviation(f64::from(t))).collect();
        let run: Vec<Profile> = deviations.iter().map(|x| Profile::linear([0.5 - x, 0.5])).collect();
        let regret = external_regrets(&evaluator, &run)[0];
        let lost = deviations.iter().map(|x| x * x).sum::<f64>() * 2.0 / 3.0;
        assert!((regret.multiplier - lost).abs() < 1e-8 * 3200.0, "{regret:?} for {lost}");
        assert!((regret.bid_map - lost).abs() < 1e-8 * 3200.0, "{regret:?} for {lost}");
        assert!((regret.slope.unwrap() - regret.bid_map_slope.unwrap()).abs() < 1e-6);
        regret.slope.unwrap()
    };
    assert!((slopes(&|_| 0.1) - 1.0).abs() < 1e-6);
    let root = slopes(&|t| 0.3 / t.sqrt().sqrt());
    assert!((root - 0.5).abs() < 0.03, "{root}");
    let ceased = slopes(&|t| 0.3 * libm::exp(-t / 10.0));
    assert!(ceased.abs() < 1e-3, "{ceased}");
}

#[test]
fn those_who_tie_at_zero_regret_not_to_have_bid_an_instant_more() {
    let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
    for regret in external_regrets(&evaluator, &vec![Profile::linear([0.0, 0.0]); 256]) {
        assert!((regret.multiplier - 64.0).abs() < 1e-9 && (regret.bid_map - 64.0).abs() < 1e-9);
        assert_eq!(regret.best_multiplier, 0.0);
        assert!((regret.slope.unwrap() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn those_who_never_win_and_those_who_always_do_have_regrets_too() {
    // The second's values are above all bids of the first, who cannot win at a gain.
    let evaluator = Evaluator::new(&game(&[(0.0, 1.0), (3.0, 4.0)]));
    let regrets = external_regrets(&evaluator, &vec![Profile::linear([0.5, 0.5]); 100]);
    assert_eq!((regrets[0].multiplier, regrets[0].bid_map, regrets[0].slope), (0.0, 0.0, None));
    // A bid of 1/2 always wins; so does 1/6 of the value, at a price of 7/12.
    assert!((regrets[1].bid_map - 100.0 * (1.75 - 0.5)).abs() < 1e-6, "{:?}", regrets[1]);
    assert!(regrets[1].multiplier >= 100.0 * (1.75 - 3.5 / 6.0) - 1e-3, "{:?}", regrets[1]);
}

#[test]
fn a_run_without_epochs_has_no_regret() {
    let evaluator = Evaluator::new(&Population::symmetric(3, seven_priors()[4].clone()));
    assert_eq!(external_regrets(&evaluator, &[]), vec![ExternalRegret::default(); 3]);
}

/// The rival's multiplier is for a while one of which the grid does not know, in the middle of a run.
#[test]
fn bends_between_the_bids_of_the_grid_cost_little() {
    let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
    for most in [0.2, 0.3003, 0.357] {
        let rival = |t: usize| if (501..620).contains(&t) { most } else { 0.6 + 0.01 * t as f64 / 1000.0 };
        let run: Vec<Profile> = (0..1000).map(|t| Profile::linear([0.5, rival(t)])).collect();
        let regret = external_regrets(&evaluator, &run)[0];
        let earned: f64 = run.iter().map(|profile| evaluator.evaluate(profile).bidders[0].utility).sum();
        let won = |bid: f64| (0..1000).map(|t| (bid / rival(t)).min(1.0)).sum::<f64>();
        let bids = (0..=3000).map(|k| f64::from(k) / 4900.0).chain([most]);
        let bids: Vec<(f64, f64)> = bids.map(|bid| (bid, won(bid))).collect();
        let values = (0..1000).map(|k| (f64::from(k) + 0.5) / 1000.0);
        let best: f64 =
            values.map(|v| bids.iter().map(|(bid, won)| (v - bid) * won).fold(0.0, f64::max)).sum();
        let error = (regret.bid_map - (best / 1000.0 - earned)) / 1000.0;
        assert!((-2e-5..1e-6).contains(&error), "{error}");
    }
}
