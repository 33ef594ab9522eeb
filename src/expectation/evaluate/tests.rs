use proptest::prelude::*;

use super::*;
use crate::auction::BidFunction;
use crate::auction::games::{
    SIZES, any_games, draws, expectation, game, games, line_through_knots, outbid, seven_priors, through,
    with_priors,
};
use crate::auction::prior::{Beta, Kumaraswamy, Power};
use crate::equilibrium::bne;
use crate::numeric::quadrature::{GaussLegendre, TanhSinh};
use crate::numeric::statistics::Moments;

fn assert_close(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} for {expected}");
}

#[test]
fn symmetric_profiles_have_closed_forms() {
    for bidders in SIZES {
        let n = bidders as f64;
        let population = Population::symmetric(bidders, Prior::STANDARD);
        for w in [1e-150, 0.3, (n - 1.0) / n, 0.999] {
            let evaluation = evaluate(&population, &Profile::linear(vec![w; bidders]));
            for bidder in &evaluation.bidders {
                assert_close(bidder.utility * (n + 1.0) / (1.0 - w), 1.0, 1e-13);
            }
            assert_close(evaluation.revenue * (n + 1.0) / (w * n), 1.0, 1e-13);
            assert_close(evaluation.welfare * (n + 1.0) / n, 1.0, 1e-13);
            assert_eq!(evaluation.efficiency, 1.0);
        }
    }
}

#[test]
fn two_unequal_bidders_have_a_closed_form() {
    // Values from U[0, 1] and U[0, 2]; the bids of the first end at a, those of the second at c >= a.
    for (w1, w2) in [(0.5, 0.326_673), (0.3, 0.9), (0.999, 0.4995), (1e-150, 0.5)] {
        let (a, c) = (w1, 2.0 * w2);
        // The first wins with probability w1 v / c; the second with min(w2 v / a, 1), certain from v = sure
        // on.
        let sure = a / w2;
        let won = [w1 / (3.0 * c), sure * sure / 6.0 + (4.0 - sure * sure) / 4.0];
        let evaluation = evaluate(&game(&[(0.0, 1.0), (0.0, 2.0)]), &Profile::linear([w1, w2]));
        assert_close(evaluation.bidders[0].utility / ((1.0 - w1) * won[0]), 1.0, 1e-14);
        assert_close(evaluation.bidders[1].utility / ((1.0 - w2) * won[1]), 1.0, 1e-14);
        assert_close(evaluation.revenue, w1 * won[0] + w2 * won[1], 1e-14);
        // E[max] = 13 / 12.
        assert_close(evaluation.efficiency, (won[0] + won[1]) * 12.0 / 13.0, 1e-14);
    }
}

#[test]
fn a_bidder_above_all_others_always_wins() {
    let evaluation =
        evaluate(&game(&[(0.0, 1.0), (5.0, 7.0), (0.5, 1.0)]), &Profile::linear([0.9, 0.5, 0.9]));
    assert_eq!(evaluation.bidders[0].utility, 0.0);
    assert_eq!(evaluation.bidders[2].utility, 0.0);
    assert_close(evaluation.bidders[1].utility, 3.0, 1e-14);
    assert_close(evaluation.efficiency, 1.0, 1e-14);
}

#[test]
fn a_multiplier_of_zero_never_wins_and_all_of_them_are_a_tie() {
    let population = Population::symmetric(3, Prior::STANDARD);
    let evaluation = evaluate(&population, &Profile::linear([0.0, 0.5, 0.5]));
    assert_eq!(evaluation.bidders[0].utility, 0.0);
    assert_close(evaluation.welfare, 2.0 / 3.0, 1e-15);
    let tied = evaluate(&population, &Profile::linear([0.0; 3]));
    assert_eq!(tied.revenue, 0.0);
    assert_close(tied.welfare, 0.5, 1e-15);
    assert_close(tied.efficiency, 2.0 / 3.0, 1e-15);
    assert!(tied.bidders.iter().all(|bidder| (bidder.utility - 1.0 / 6.0).abs() < 1e-15));
    // As those who bid next to nothing, all the same, by the general quadrature.
    let population = with_priors(&seven_priors());
    let tied = evaluate(&population, &Profile::linear([0.0; 7]));
    let flat = through(&[(0.0, 0.0), (2.0, 0.0)]);
    let other = evaluate(&population, &Profile { bids: vec![flat; 7] });
    for (one, other) in tied.bidders.iter().zip(&other.bidders) {
        assert_close(one.utility, other.utility, 1e-10);
    }
    assert_close(tied.efficiency, other.efficiency, 1e-10);
}

#[test]
fn five_unequal_bidders_agree_with_simulation() {
    let population = game(&[(0.0, 1.0), (0.2, 1.5), (0.0, 2.0), (0.5, 0.9), (0.0, 1.0)]);
    let profile = Profile::linear([0.8, 0.55, 0.45, 0.75, 0.79]);
    let mut utilities = [Moments::default(); 5];
    let [mut revenue, mut welfare, mut highest] = [Moments::default(); 3];
    for values in draws(&population, 7).take(200_000) {
        let bids: Vec<f64> = values.iter().zip(&profile.bids).map(|(v, bids)| bids.mean_bid(*v)).collect();
        let winner = (0..5).max_by(|&i, &j| bids[i].total_cmp(&bids[j])).unwrap();
        for (bidder, utility) in utilities.iter_mut().enumerate() {
            utility.push(if bidder == winner { values[winner] - bids[winner] } else { 0.0 });
        }
        revenue.push(bids[winner]);
        welfare.push(values[winner]);
        highest.push(values.iter().copied().fold(0.0, f64::max));
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
    assert_sampled(evaluation.welfare / evaluation.efficiency, &highest);
}

/// W_i by its definition: over the own value, panels between all ends of all supports, the highest order.
fn won_by_definition(population: &Population, profile: &Profile, i: usize) -> f64 {
    let prior = &population.bidders[i].prior;
    let (low, high) = prior.support();
    let multipliers = profile.multipliers().unwrap();
    let own = multipliers[i];
    let rivals = || population.bidders.iter().zip(&multipliers).enumerate().filter(|(j, _)| *j != i);
    let ends = |prior: &Prior| <[f64; 2]>::from(prior.support());
    let mut breakpoints: Vec<f64> = rivals()
        .flat_map(|(_, (rival, w))| ends(&rival.prior).map(|end| (end * (w / own)).clamp(low, high)))
        .chain([low, high])
        .collect();
    breakpoints.sort_by(f64::total_cmp);
    GaussLegendre::of_order(64).integrate_panels(&breakpoints, |v| {
        let wins: f64 = rivals().map(|(_, (rival, w))| rival.prior.cdf(v * (own / w))).product();
        v * prior.pdf(v) * wins
    })
}

/// int (v - b) W_i dF_i.
fn utility_by_definition(population: &Population, profile: &Profile, i: usize) -> f64 {
    expectation(population, profile, i, &[0.0], |v, bid| (v - bid) * outbid(population, profile, i, bid))
}

/// E\[v; wins\] of each of two bidders who bid alike, whose values lie in \[low, low + 1\].
fn assert_won(priors: [Prior; 2], multiplier: f64, won: [f64; 2]) {
    let population = with_priors(&priors);
    for profile in [
        Profile::linear([multiplier; 2]),
        Profile { bids: priors.iter().map(|prior| line_through_knots(prior, multiplier)).collect() },
    ] {
        let evaluation = evaluate(&population, &profile);
        for (bidder, won) in evaluation.bidders.iter().zip(won) {
            assert_close(bidder.utility, (1.0 - multiplier) * won, 2e-11);
        }
        assert_close(evaluation.revenue, multiplier * (won[0] + won[1]), 4e-11);
        assert_close(evaluation.efficiency, 1.0, 1e-11);
    }
}

#[test]
fn powers_at_the_lowest_value_have_a_closed_form() {
    for low in [0.0, 1.0] {
        for (a, b) in [(0.1, 0.17), (0.5, 0.1), (2.5, 0.3), (1.0, 7.3), (1000.0, 0.2), (900.0, 1000.0)] {
            let prior = |exponent| Prior::Power(Power::new(exponent, low, low + 1.0).unwrap());
            // int v F_2 dF_1.
            let won = |a: f64, b: f64| low * a / (a + b) + a / (a + b + 1.0);
            for multiplier in [0.4, 1.3] {
                assert_won([prior(a), prior(b)], multiplier, [won(a, b), won(b, a)]);
            }
        }
    }
}

#[test]
fn powers_at_the_highest_value_have_a_closed_form() {
    for low in [0.0, 1.0] {
        for (a, b) in [(0.1, 0.17), (0.5, 0.1), (2.5, 0.3), (1.0, 7.3), (0.1, 0.1)] {
            // 1 - F = y^a at y below the highest value, by two priors.
            let kumaraswamy = |a| Prior::Kumaraswamy(Kumaraswamy::new(1.0, a, low, low + 1.0).unwrap());
            let beta = |a| Prior::Beta(Beta::new(1.0, a, low, low + 1.0).unwrap());
            let won = |a: f64, b: f64| {
                let mean = low + 1.0 - a / (a + 1.0);
                mean - ((low + 1.0) * a / (a + b) - a / (a + b + 1.0))
            };
            assert_won([kumaraswamy(a), kumaraswamy(b)], 0.6, [won(a, b), won(b, a)]);
            assert_won([kumaraswamy(a), beta(b)], 0.6, [won(a, b), won(b, a)]);
        }
    }
}

#[test]
fn sixty_four_bidders_have_closed_forms() {
    let w = 0.7;
    let exponents: Vec<f64> = (0..64).map(|k| 0.1 + 0.27 * f64::from(k % 9)).collect();
    let power = |exponent| Prior::Power(Power::new(exponent, 0.0, 1.0).unwrap());
    let priors: Vec<Prior> = exponents.iter().map(|&exponent| power(exponent)).collect();
    let evaluation = evaluate(&with_priors(&priors), &Profile::linear([w; 64]));
    let total: f64 = exponents.iter().sum();
    for (bidder, exponent) in evaluation.bidders.iter().zip(&exponents) {
        assert_close(bidder.utility, (1.0 - w) * exponent / (total + 1.0), 1e-11);
    }
    for prior in seven_priors() {
        let (low, high) = prior.support();
        let mut ends: Vec<f64> = (0..=100).map(|k| low + (high - low) * f64::from(k) / 100.0).collect();
        ends.extend(prior.kinks());
        ends.sort_by(f64::total_cmp);
        let nodes = ends.windows(2).flat_map(|ends| TanhSinh::rule().points(ends[0], ends[1]));
        let highest = high - nodes.map(|(v, weight)| weight * libm::pow(prior.cdf(v), 64.0)).sum::<f64>();
        let evaluation = evaluate(&Population::symmetric(64, prior.clone()), &Profile::linear([w; 64]));
        assert_close(evaluation.bidders[63].utility * 64.0, (1.0 - w) * highest, 2e-10);
        assert_close(evaluation.revenue, w * highest, 2e-10);
    }
}

#[test]
fn bids_above_values_lose() {
    let prior = Prior::STANDARD;
    let bids = vec![through(&[(0.0, 0.0), (1.0, 2.0)]); 3];
    let evaluation = evaluate(&Population::symmetric(3, prior), &Profile { bids });
    assert_close(evaluation.bidders[0].utility, -0.25, 1e-14);
    assert_close(evaluation.revenue, 1.5, 1e-14);
}

#[test]
fn who_tie_win_with_equal_probability() {
    for prior in seven_priors() {
        for (bidders, bid) in [(2, 0.3), (5, 0.0), (64, 2.0)] {
            // All bid one bid, whatever their value; knots need not reach the ends of the support.
            let bids = vec![through(&[(0.4, bid), (0.5, bid)]); bidders];
            let evaluation = evaluate(&Population::symmetric(bidders, prior.clone()), &Profile { bids });
            for bidder in &evaluation.bidders {
                assert_close(bidder.utility, (prior.mean() - bid) / bidders as f64, 1e-11);
            }
            assert_close(evaluation.revenue, bid, 1e-11);
            assert_close(evaluation.welfare, prior.mean(), 1e-11);
        }
    }
}

#[test]
fn an_atom_of_bids_costs_what_the_best_of_those_who_tie_has_more() {
    // A fifth of the values bids 0.2, and two fifths bid less.
    let bids = through(&[(0.0, 0.0), (0.4, 0.2), (0.6, 0.2), (1.0, 0.5)]);
    for (bidders, cost) in [
        (2, 0.04 * 0.2 * (2.0 / 3.0 - 0.5)),
        (3, 0.008 * 0.2 * (3.0 / 4.0 - 0.5) + 3.0 * 0.04 * 0.4 * 0.2 * (2.0 / 3.0 - 0.5)),
    ] {
        let profile = Profile { bids: vec![bids.clone(); bidders] };
        let evaluation = evaluate(&Population::symmetric(bidders, Prior::STANDARD), &profile);
        let n = bidders as f64;
        assert_close(evaluation.welfare, n / (n + 1.0) - cost, 1e-14);
    }
}

#[test]
fn seven_priors_and_functions_agree_with_simulation() {
    let population = with_priors(&seven_priors());
    let profile = Profile {
        bids: vec![
            BidFunction::Linear { multiplier: 0.8 },
            through(&[(0.0, 0.0), (0.2, 0.3), (1.2, 0.9)]),
            through(&[(0.0, 0.1), (0.3, 0.4), (0.5, 0.4), (1.5, 1.2)]),
            through(&[(0.0, 0.0), (0.999, 0.7), (1.0, 1.1)]),
            through(&[(0.3, 0.2), (0.6, 0.4), (0.7, 0.4 + 1e-13)]),
            BidFunction::Linear { multiplier: 0.6 },
            through(&[(0.0, 0.0), (0.1, 0.4), (0.6, 0.4), (1.0, 0.8)]),
        ],
    };
    let mut utilities = [Moments::default(); 7];
    let [mut revenue, mut welfare, mut highest] = [Moments::default(); 3];
    for values in draws(&population, 3).take(200_000) {
        let bids: Vec<f64> = values.iter().zip(&profile.bids).map(|(v, bids)| bids.mean_bid(*v)).collect();
        let most = bids.iter().copied().fold(0.0, f64::max);
        let tied = bids.iter().filter(|bid| **bid == most).count() as f64;
        let wins = |i: usize| if bids[i] == most { 1.0 / tied } else { 0.0 };
        for (i, utility) in utilities.iter_mut().enumerate() {
            utility.push(wins(i) * (values[i] - bids[i]));
        }
        revenue.push(most);
        welfare.push((0..7).map(|i| wins(i) * values[i]).sum());
        highest.push(values.iter().copied().fold(0.0, f64::max));
    }
    let evaluation = evaluate(&population, &profile);
    // Five standard errors, as above.
    let assert_sampled = |exact: f64, sampled: &Moments| {
        let error = sampled.sd().unwrap() / (sampled.n() as f64).sqrt();
        assert_close(sampled.mean().unwrap(), exact, 5.0 * error);
    };
    for (bidder, sampled) in evaluation.bidders.iter().zip(&utilities) {
        assert_sampled(bidder.utility, sampled);
    }
    assert_sampled(evaluation.revenue, &revenue);
    assert_sampled(evaluation.welfare, &welfare);
    assert_sampled(evaluation.welfare / evaluation.efficiency, &highest);
}

#[test]
fn equilibria_have_the_utilities_of_their_solvers() {
    let [_, _, beta, _, normal, ..] = seven_priors();
    let power = |exponent, high| Prior::Power(Power::new(exponent, 0.0, high).unwrap());
    for priors in [
        vec![Prior::STANDARD; 3],
        game(&[(0.0, 1.0), (0.0, 2.0)]).bidders.into_iter().map(|bidder| bidder.prior).collect(),
        vec![beta.clone(), beta],
        vec![normal.clone(), normal, Prior::STANDARD],
        vec![power(0.5, 1.0), power(0.5, 2.0)],
        vec![power(2.0, 1.0), power(3.0, 1.0), power(1.0, 1.0)],
    ] {
        let population = with_priors(&priors);
        let bne = bne(&population).unwrap();
        let bids = |(i, prior): (usize, &Prior)| {
            let (low, high) = prior.support();
            let value = |k: i32| (high - low).mul_add(f64::from(k) / 2000.0, low);
            through(&(0..=2000).map(|k| (value(k), bne.bid(i, value(k)))).collect::<Vec<_>>())
        };
        let profile = Profile { bids: priors.iter().enumerate().map(bids).collect() };
        let evaluation = evaluate(&population, &profile);
        for (i, bidder) in evaluation.bidders.iter().enumerate() {
            assert_close(bidder.utility, bne.utility(i), 1e-6);
        }
        assert_close(evaluation.revenue, bne.revenue(), 1e-6);
    }
}

proptest! {
    #[test]
    fn utilities_are_those_of_the_definition((population, profile) in games()) {
        let evaluation = evaluate(&population, &profile);
        for (i, bidder) in evaluation.bidders.iter().enumerate() {
            let expected = (1.0 - profile.multipliers().unwrap()[i]) * won_by_definition(&population, &profile, i);
            let error = (bidder.utility - expected).abs();
            prop_assert!(error <= 1e-12 * evaluation.welfare, "{} for {expected}", bidder.utility);
        }
    }

    #[test]
    fn revenue_and_utilities_share_the_welfare((population, profile) in games()) {
        let Evaluation { bidders, revenue, welfare, efficiency } = evaluate(&population, &profile);
        let shares = revenue + bidders.iter().map(|bidder| bidder.utility).sum::<f64>();
        prop_assert!((shares - welfare).abs() <= 1e-14 * welfare, "{shares} for {welfare}");
        prop_assert!(bidders.iter().all(|bidder| bidder.utility >= 0.0));
        prop_assert!(efficiency > 0.0 && efficiency < 1.0 + 1e-12, "{efficiency}");
    }

    #[test]
    fn one_multiplier_for_all_is_efficient((population, profile) in games()) {
        let w = profile.multipliers().unwrap()[0];
        let evaluation = evaluate(&population, &Profile::linear(vec![w; population.len()]));
        prop_assert_eq!(evaluation.efficiency, 1.0);
    }

    #[test]
    fn the_order_of_the_bidders_does_not_matter((population, profile) in games()) {
        let mut reversed = (population.clone(), profile.clone());
        reversed.0.bidders.reverse();
        reversed.1.bids.reverse();
        let mut backward = evaluate(&reversed.0, &reversed.1);
        backward.bidders.reverse();
        let forward = evaluate(&population, &profile);
        prop_assert!((forward.revenue - backward.revenue).abs() <= 1e-13 * forward.welfare);
        for (one, other) in forward.bidders.iter().zip(&backward.bidders) {
            prop_assert!((one.utility - other.utility).abs() <= 1e-13 * forward.welfare);
        }
    }

    #[test]
    fn a_line_through_knots_is_the_line((population, profile) in games()) {
        let multipliers = profile.multipliers().unwrap();
        let priors = population.bidders.iter().map(|bidder| &bidder.prior);
        let bids = priors.zip(multipliers).map(|(prior, w)| line_through_knots(prior, w)).collect();
        let (line, through_knots) = (evaluate(&population, &profile), evaluate(&population, &Profile { bids }));
        for (one, other) in line.bidders.iter().zip(&through_knots.bidders) {
            prop_assert!((one.utility - other.utility).abs() <= 1e-12 * line.welfare);
        }
        prop_assert!((line.revenue - through_knots.revenue).abs() <= 1e-12 * line.welfare);
        prop_assert!((line.efficiency - through_knots.efficiency).abs() <= 1e-12);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_utilities_are_those_of_the_definition((population, profile) in any_games(4)) {
        let evaluation = evaluate(&population, &profile);
        for (i, bidder) in evaluation.bidders.iter().enumerate() {
            let expected = utility_by_definition(&population, &profile, i);
            prop_assert!((bidder.utility - expected).abs() <= 1e-9, "{} for {expected}", bidder.utility);
        }
    }

    #[test]
    fn any_revenue_is_the_expected_highest_bid((population, profile) in any_games(4)) {
        let won = |i| expectation(&population, &profile, i, &[0.0], |_, bid| {
            bid * outbid(&population, &profile, i, bid)
        });
        let expected: f64 = (0..population.len()).map(won).sum();
        let Evaluation { bidders, revenue, welfare, efficiency } = evaluate(&population, &profile);
        prop_assert!((revenue - expected).abs() <= 1e-9, "{revenue} for {expected}");
        let utilities: f64 = bidders.iter().map(|bidder| bidder.utility).sum();
        prop_assert!((revenue + utilities - welfare).abs() <= 1e-14 * welfare);
        prop_assert!(efficiency > 0.0 && efficiency < 1.0 + 1e-10, "{efficiency}");
    }

    #[test]
    fn the_order_of_any_bidders_does_not_matter((population, profile) in any_games(8)) {
        let mut reversed = (population.clone(), profile.clone());
        reversed.0.bidders.reverse();
        reversed.1.bids.reverse();
        let mut backward = evaluate(&reversed.0, &reversed.1);
        backward.bidders.reverse();
        let forward = evaluate(&population, &profile);
        prop_assert!((forward.revenue - backward.revenue).abs() <= 1e-12 * forward.welfare);
        for (one, other) in forward.bidders.iter().zip(&backward.bidders) {
            prop_assert!((one.utility - other.utility).abs() <= 1e-12 * forward.welfare);
        }
    }

    #[test]
    fn any_line_through_knots_is_the_line(
        (population, _) in any_games(5), multipliers in prop::collection::vec(0.01..1.2, 5),
    ) {
        let priors = population.bidders.iter().map(|bidder| &bidder.prior);
        let bids = priors.zip(&multipliers).map(|(prior, &w)| line_through_knots(prior, w)).collect();
        let line = Profile::linear(multipliers[..population.len()].to_vec());
        let (line, through_knots) = (evaluate(&population, &line), evaluate(&population, &Profile { bids }));
        for (one, other) in line.bidders.iter().zip(&through_knots.bidders) {
            prop_assert!((one.utility - other.utility).abs() <= 1e-10, "{} {}", one.utility, other.utility);
        }
    }
}
