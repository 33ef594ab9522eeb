use proptest::prelude::*;

use super::*;
use crate::auction::games::{any_games, any_mixed_games, steep_games};
use crate::auction::{BidFunction, Population, Prior, Strategy};

/// What holds of every assessment, exactly where no error is named.
fn assert_ordered(population: &Population, profile: &Profile) -> Result<(), TestCaseError> {
    let evaluator = Evaluator::new(population);
    let grid = LpGrid { values: 12, bids: 24, constraint: None };
    let asked = Asked { class: true, smoothed: false, tight: false, lp: Some(grid) };
    let assessment = Assessment::of(&evaluator, profile, None, &asked);
    let evaluation = &assessment.evaluation;
    let earned: f64 = evaluation.bidders.iter().map(|bidder| bidder.utility).sum();
    let scale = population.bidders.iter().map(|bidder| bidder.prior.mean()).fold(0.0, f64::max);
    prop_assert!((earned + evaluation.revenue - evaluation.welfare).abs() <= 1e-13 * scale, "{evaluation:?}");
    prop_assert!(
        evaluation.efficiency <= 1.0 + 1e-9 && evaluation.revenue >= -1e-12 * scale,
        "{evaluation:?}"
    );
    for (i, bidder) in assessment.bidders().enumerate() {
        let (prior, response) = (&population.bidders[i].prior, bidder.response);
        let class = bidder.epsilon_class.unwrap();
        prop_assert!(class <= response.epsilon_ex_ante, "{i}: class {class} {response:?}");
        prop_assert!(response.epsilon_ex_ante <= response.epsilon_interim, "{i}: {response:?}");
        prop_assert!(response.epsilon_ex_ante <= bidder.upper, "{i}: {response:?}");
        prop_assert!(response.epsilon_ex_ante >= 0.0, "{i}: {response:?}");
        let most = prior.mean() * (1.0 + 1e-9);
        prop_assert!(response.best_response_utility <= most, "{i}: {response:?}");
        match &assessment.lp.as_ref().unwrap()[i] {
            Ok(lp) => {
                prop_assert!(lp.epsilon <= response.epsilon_ex_ante, "{i}: {lp:?} {response:?}");
                prop_assert!(lp.epsilon >= 0.0 && lp.epsilon_bound() >= lp.epsilon, "{i}: {lp:?}");
                let below = response.epsilon_ex_ante - lp.epsilon_upper;
                prop_assert!(below <= response.error, "{i}: {lp:?} {response:?}");
                // The own bids in cells add up to what they earn.
                let own = 1e-8 * prior.mean();
                prop_assert!(lp.best >= lp.utility - own, "{i}: {lp:?}");
            }
            Err(reason) => prop_assert!(false, "{i}: {reason}"),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 160,
        rng_seed: proptest::test_runner::RngSeed::Fixed(14),
        ..Default::default()
    })]

    #[test]
    fn epsilons_of_steep_priors_are_in_their_order((population, profile) in steep_games(5)) {
        assert_ordered(&population, &profile)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40,
        rng_seed: proptest::test_runner::RngSeed::Fixed(14),
        ..Default::default()
    })]

    #[test]
    fn epsilons_of_any_priors_are_in_their_order((population, profile) in any_games(4)) {
        assert_ordered(&population, &profile)?;
    }

    #[test]
    fn epsilons_of_mixtures_are_in_their_order((population, profile) in any_mixed_games(3)) {
        assert_ordered(&population, &profile)?;
    }
}

#[test]
fn a_class_that_the_own_bids_beat_gains_less_than_nothing() {
    // Against half the value the best reply is half the value, but not above 1/4: min(v / 2, 1/4) is no line.
    let population = Population::symmetric(2, Prior::STANDARD);
    let bent = crate::auction::games::through(&[(0.0, 0.0), (0.5, 0.25), (1.0, 0.25)]);
    let profile = Profile { bids: vec![bent, BidFunction::Linear { multiplier: 0.25 }] };
    let asked = Asked { class: true, smoothed: false, tight: true, lp: None };
    let lines = Assessment::of(&Evaluator::new(&population), &profile, None, &asked);
    let epsilon = lines.epsilons_class.as_ref().unwrap()[0];
    assert!(epsilon < -1e-3 && lines.responses[0].epsilon_ex_ante < 1e-12, "{lines:?}");
    // Of the class with a knot at 1/2 it is the best.
    let mut population = population;
    population.bidders[0].strategy = Strategy::PiecewiseLinear { segments: 2 };
    let bent = Assessment::of(&Evaluator::new(&population), &profile, None, &asked);
    assert!((0.0..1e-12).contains(&bent.epsilons_class.unwrap()[0]));
}
