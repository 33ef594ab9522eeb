use proptest::prelude::*;

use super::*;
use crate::auction::games::{
    SIZES, any_games, any_mixed_games, game, games, outbid, seven_priors, steep_prior, through, with_priors,
};
use crate::auction::prior::Power;
use crate::auction::{BidFunction, Population, Prior};
use crate::numeric::quadrature::GaussLegendre;
use serde_json::Value;

/// The responses of a symmetric game on U[0, 1] in which all have one multiplier.
fn symmetric(bidders: usize, w: f64) -> BestResponse {
    let evaluator = Evaluator::new(&Population::symmetric(bidders, Prior::STANDARD));
    let profile = Profile::linear(vec![w; bidders]);
    let responses = best_responses(&evaluator, &profile);
    assert!(responses.iter().all(|one| (one.epsilon_ex_ante - responses[0].epsilon_ex_ante).abs() < 1e-14));
    responses[0]
}

/// The closed forms: epsilon ex ante, epsilon interim and its value.
fn closed_form(bidders: usize, w: f64) -> (f64, f64, f64) {
    let n = bidders as f64;
    let r = w * n / (n - 1.0);
    if r <= 1.0 {
        let v = libm::pow(n * (1.0 - w), -1.0 / (n - 1.0));
        ((n - 1.0) / (2.0 * (n + 1.0)) * (1.0 - r) * (1.0 - r), v * (n - 1.0) / n - w, v)
    } else {
        let most = libm::pow(r, 1.0 - n) / n - (1.0 - w);
        (most / (n + 1.0), most, 1.0)
    }
}

#[test]
fn symmetric_lines_have_closed_forms() {
    for bidders in SIZES {
        let n = bidders as f64;
        for w in [
            1e-150,
            0.1,
            0.3,
            0.4805,
            0.49,
            0.647_258_692_5,
            0.71,
            0.882_056_604_5,
            0.9,
            0.999,
            1.0 - 1.0 / n,
        ] {
            let response = symmetric(bidders, w);
            let (ex_ante, interim, value) = closed_form(bidders, w);
            let close = |one: f64, other: f64, error: f64| {
                assert!((one - other).abs() <= error, "{bidders} bidders, {w}: {one} for {other}");
            };
            close(response.utility, (1.0 - w) / (n + 1.0), 1e-13);
            close(response.epsilon_ex_ante, ex_ante, 1e-12);
            close(response.epsilon_interim, interim, 1e-13);
            if interim > 1e-9 {
                close(response.interim_value, value, 1e-6);
            }
            assert!(response.epsilon_ex_ante_upper >= response.epsilon_ex_ante);
        }
    }
}

/// The most that a bidder gets at a value: of many bids, the best and those near it.
fn most_by_search(population: &Population, profile: &Profile, bidder: usize, value: f64) -> f64 {
    let utility = |bid: f64| (value - bid) * outbid(population, profile, bidder, bid);
    let steps = 400;
    let bid = |k: usize| value * k as f64 / steps as f64;
    let most = (0..=steps).max_by(|a, b| utility(bid(*a)).total_cmp(&utility(bid(*b)))).unwrap();
    let (mut low, mut high) = (bid(most.saturating_sub(1)), bid(most + 1));
    for _ in 0..60 {
        let (one, other) = (low + 0.382 * (high - low), low + 0.618 * (high - low));
        if utility(one) < utility(other) { low = one } else { high = other }
    }
    utility(0.5 * (low + high)).max(utility(bid(most)))
}

/// What holds of every game and profile of rising bids.
fn assert_best(population: &Population, profile: &Profile, error: f64) -> Result<(), TestCaseError> {
    let evaluator = Evaluator::new(population);
    let responses = best_responses(&evaluator, profile);
    let uppers = epsilon_ex_ante_upper(&evaluator, profile);
    let supports = population.bidders.iter().map(|bidder| bidder.prior.support());
    let scale = supports.map(|support| support.1).fold(0.0, f64::max);
    for (i, (response, upper)) in responses.iter().zip(uppers).enumerate() {
        let prior = &population.bidders[i].prior;
        let (low, high) = prior.support();
        let BestResponse { epsilon_ex_ante, epsilon_interim, interim_value, .. } = *response;
        prop_assert!(epsilon_ex_ante >= 0.0 && epsilon_ex_ante <= epsilon_interim * (1.0 + 1e-9) + error);
        prop_assert!((low..=high).contains(&interim_value));
        // Neither exceeds what no response does, and the bound is not far.
        let slack = upper - epsilon_ex_ante;
        prop_assert!(slack >= -error, "bidder {i}: {epsilon_ex_ante} above {upper}");
        prop_assert!(slack <= 1.01e-5 * scale, "bidder {i}: {epsilon_ex_ante} far below {upper}");
        prop_assert!(response.epsilon_ex_ante_upper >= epsilon_ex_ante);
        prop_assert!(response.epsilon_ex_ante_upper >= upper - error);
        let own = |value: f64| {
            let earns = |bid: f64| (value - bid) * outbid(population, profile, i, bid);
            profile.bids[i].components().map(|(weight, bids)| weight * earns(bids.bid(value))).sum::<f64>()
        };
        for k in 0..12 {
            let value = low + (high - low) * (f64::from(k) + 0.3) / 12.0;
            let gain = most_by_search(population, profile, i, value) - own(value);
            prop_assert!(
                gain <= epsilon_interim + error,
                "bidder {i} at {value}: {gain} above {epsilon_interim}"
            );
        }
        // Where own bids all but jump past a rival's, on one side.
        let near = [0.0, -1e-9, 1e-9].map(|off| (interim_value + off * scale).clamp(low, high));
        let gains = near.map(|value| most_by_search(population, profile, i, value) - own(value));
        let attained = gains.into_iter().fold(0.0, f64::max);
        prop_assert!(
            epsilon_interim <= attained + 1e-6 * scale,
            "bidder {i}: {epsilon_interim} for {attained}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

    #[test]
    fn responses_to_lines_are_best((population, profile) in games()) {
        assert_best(&population, &profile, 1e-11)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

    #[test]
    fn responses_to_any_rising_bids_are_best((population, profile) in any_games(4)) {
        assert_best(&population, &profile, 1e-8)?;
    }

    #[test]
    fn responses_to_mixtures_are_best((population, profile) in any_mixed_games(3)) {
        assert_best(&population, &profile, 1e-8)?;
    }
}

/// The table of 4 of the derivations, to the digits it is printed with: N, w, u, E u*, epsilon ex ante,
/// epsilon interim and its value.
#[test]
fn symmetric_lines_are_as_tabulated() {
    for (n, w, u, best, ex_ante, interim, at) in [
        (2, 0.412_687_924_3, 0.195_771, 0.200_853, 5.082e-3, 1.298e-2, 0.851),
        (2, 0.480_466_645_2, 0.173_178, 0.173_432, 2.544e-4, 7.344e-4, 0.962),
        (2, 0.489_916_244_2, 0.170_028, 0.170_096, 6.779e-5, 1.993e-4, 0.980),
        (2, 0.3, 0.233_333, 0.26, 2.667e-2, 5.714e-2, 0.714),
        (2, 0.49, 0.17, 0.170_067, 6.667e-5, 1.961e-4, 0.980),
        (2, 0.71, 0.096_667, 0.117_371, 2.070e-2, 6.211e-2, 1.0),
        (3, 0.546_350_237_4, 0.113_412, 0.121_555, 8.143e-3, 2.511e-2, 0.857),
        (3, 0.647_258_692_5, 0.088_185, 0.088_397, 2.119e-4, 8.084e-4, 0.972),
        (3, 0.657_199_372_9, 0.085_700, 0.085_751, 5.042e-5, 1.970e-4, 0.986),
        (3, 0.3, 0.175, 0.250_625, 7.563e-2, 1.6e-1, 0.690),
        (3, 0.49, 0.1275, 0.145_056, 1.756e-2, 4.897e-2, 0.808),
        (3, 0.71, 0.0725, 0.073_472, 9.716e-4, 3.886e-3, 1.0),
        (5, 0.669_983_675_9, 0.055_003, 0.063_807, 8.804e-3, 3.587e-2, 0.882),
        (5, 0.781_602_618_5, 0.036_400, 0.036_576, 1.763e-4, 9.898e-4, 0.978),
        (5, 0.791_245_804_8, 0.034_792, 0.034_832, 3.991e-5, 2.319e-4, 0.989),
        (5, 0.3, 0.116_667, 0.246_875, 1.302e-1, 2.849e-1, 0.731),
        (5, 0.49, 0.085, 0.135_052, 5.005e-2, 1.431e-1, 0.791),
        (5, 0.71, 0.048_333, 0.052_552, 4.219e-3, 1.903e-2, 0.911),
        (10, 0.763_254_507_5, 0.021_522, 0.030_966, 9.444e-3, 5.456e-2, 0.909),
        (10, 0.882_056_604_5, 0.010_722, 0.010_885, 1.626e-4, 1.590e-3, 0.982),
        (10, 0.891_688_267_3, 0.009_847, 0.009_881, 3.489e-5, 3.627e-4, 0.991),
        (10, 0.3, 0.063_636, 0.245_455, 1.818e-1, 4.250e-1, 0.806),
        (10, 0.49, 0.046_364, 0.131_263, 8.490e-2, 2.610e-1, 0.834),
        (10, 0.71, 0.026_364, 0.044_596, 1.823e-2, 8.959e-2, 0.888),
    ] {
        let response = symmetric(n, w);
        let close = |one: f64, printed: f64, unit: f64| {
            assert!((one - printed).abs() <= 0.51 * unit, "{n} bidders, {w}: {one} for {printed}");
        };
        close(response.utility, u, 1e-6);
        close(response.best_response_utility, best, 1e-6);
        let last = |printed: f64| libm::exp10(libm::floor(libm::log10(printed)) - 3.0);
        close(response.epsilon_ex_ante, ex_ante, last(ex_ante));
        close(response.epsilon_interim, interim, last(interim));
        close(response.interim_value, at, 1e-3);
    }
}

#[test]
fn tiny_gains_keep_their_digits() {
    for (bidders, off) in [(2, 1e-4), (2, 1e-5), (5, 1e-4), (10, 1e-5)] {
        let n = bidders as f64;
        let w = (n - 1.0) / n - off;
        let (ex_ante, interim, _) = closed_form(bidders, w);
        let response = symmetric(bidders, w);
        assert!((response.epsilon_ex_ante / ex_ante - 1.0).abs() < 1e-5, "{response:?} for {ex_ante}");
        assert!((response.epsilon_interim / interim - 1.0).abs() < 1e-5, "{response:?} for {interim}");
    }
}

fn line(multiplier: f64) -> BidFunction {
    BidFunction::Linear { multiplier }
}

fn respond(supports: &[(f64, f64)], bids: Vec<BidFunction>) -> Vec<BestResponse> {
    best_responses(&Evaluator::new(&game(supports)), &Profile { bids })
}

fn assert_close(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-12, "{one} for {other}");
}

#[test]
fn an_atom_is_overbid_by_an_instant() {
    // Half of the rival's values bid 0.2, the others up to 0.6.
    let flat = through(&[(0.0, 0.2), (0.5, 0.2), (1.0, 0.6)]);
    let responses = respond(&[(0.0, 1.0), (0.0, 1.0)], vec![line(0.1), flat]);
    // W(b) = 0.5 + (b - 0.2) / 0.8 from 0.2 on: b = (v - 0.2) / 2 from v = 0.6 on, where it is 0.2; and the
    // own bids lose.
    assert_close(responses[0].utility, 0.0);
    let stays = (0.4 * 0.4 / 2.0) * 0.5;
    let rises = GaussLegendre::of_order(8).integrate(0.6, 1.0, |v| {
        let bid = 0.5 * (v - 0.2);
        (v - bid) * (0.5 + (bid - 0.2) / 0.8)
    });
    assert_close(responses[0].epsilon_ex_ante, stays + rises);
    assert_close(responses[0].epsilon_interim, 0.6 * 0.75);
    assert_eq!(responses[0].interim_value, 1.0);
    // The second bids too much: 0.1 always wins.
    assert_close(responses[1].utility, 0.5 - 0.5 * 0.2 - 0.5 * 0.4);
    assert!(responses[1].epsilon_ex_ante > 0.1);
}

#[test]
fn who_tie_gain_by_an_instant_more() {
    let all = || through(&[(0.0, 0.2), (1.0, 0.2)]);
    for bidders in [2, 3, 7] {
        let responses = respond(&vec![(0.0, 1.0); bidders], (0..bidders).map(|_| all()).collect());
        for response in responses {
            // (v - 0.2)+ less (v - 0.2) / N.
            assert_close(response.utility, 0.3 / bidders as f64);
            assert_close(response.best_response_utility, 0.32);
            assert_close(
                response.epsilon_interim,
                (0.8 * (1.0 - 1.0 / bidders as f64)).max(0.2 / bidders as f64),
            );
            assert!(response.epsilon_ex_ante_upper >= response.epsilon_ex_ante);
        }
    }
}

#[test]
fn a_jump_of_the_own_chances_has_both_its_sides() {
    // The first passes the second's atom, a half at 0.4, with its value 0.8, just below which it wins
    // nothing; 0.5 wins all.
    let bids = vec![line(0.5), through(&[(0.0, 0.4), (0.5, 0.4), (1.0, 0.5)])];
    let response = respond(&[(0.0, 1.0), (0.0, 1.0)], bids)[0];
    assert_close(response.epsilon_interim, 0.3);
    assert_close(response.interim_value, 0.8);
}

#[test]
fn multipliers_of_zero_and_one() {
    let responses = respond(&[(0.0, 1.0), (0.0, 1.0)], vec![line(0.0), line(1.0)]);
    // Against the value itself b = v / 2 gets v^2 / 4.
    assert_close(responses[0].utility, 0.0);
    assert_close(responses[0].epsilon_ex_ante, 1.0 / 12.0);
    assert_close(responses[0].epsilon_interim, 0.25);
    // An instant above 0 gets all the value.
    assert_close(responses[1].utility, 0.0);
    assert_close(responses[1].epsilon_ex_ante, 0.5);
    assert_close(responses[1].epsilon_interim, 1.0);
    assert_eq!(responses[1].interim_value, 1.0);
    // All at 0 tie.
    for response in respond(&[(0.0, 1.0); 3], vec![line(0.0); 3]) {
        assert_close(response.utility, 0.5 / 3.0);
        assert_close(response.epsilon_ex_ante, 0.5 * 2.0 / 3.0);
        assert_close(response.epsilon_interim, 2.0 / 3.0);
    }
}

#[test]
fn who_never_wins_and_who_always_does() {
    let responses = respond(&[(0.0, 1.0), (3.0, 4.0)], vec![line(0.9), line(0.8)]);
    let [never, always] = responses[..] else { panic!("two bidders") };
    for (zero, what) in
        [(never.utility, "u"), (never.epsilon_ex_ante, "epsilon"), (never.epsilon_ex_ante_upper, "upper")]
    {
        assert_eq!(zero, 0.0, "{what}");
    }
    assert_eq!(never.epsilon_interim, 0.0);
    // The second pays 0.8 v where 0.9 is enough.
    assert_close(always.utility, 0.2 * 3.5);
    assert_close(always.best_response_utility, 3.5 - 0.9);
    assert_close(always.epsilon_interim, 0.8 * 4.0 - 0.9);
    assert_close(always.interim_value, 4.0);
}

#[test]
fn seven_priors_and_functions_are_best() {
    let priors = seven_priors();
    let functions = [
        through(&[(0.0, 0.0), (0.3, 0.3), (0.5, 0.3), (1.5, 1.2)]),
        through(&[(0.3, 0.2), (0.6, 0.5)]),
        line(0.6),
    ];
    for first in 0..priors.len() {
        let of = |k: usize| priors[(first + k) % priors.len()].clone();
        let population = with_priors(&[of(0), of(1), of(2)]);
        let profile = Profile { bids: functions.to_vec() };
        let evaluator = Evaluator::new(&population);
        let uppers = epsilon_ex_ante_upper(&evaluator, &profile);
        for (response, upper) in best_responses(&evaluator, &profile).iter().zip(uppers) {
            let slack = upper - response.epsilon_ex_ante;
            assert!((-1e-9..2e-5).contains(&slack), "{response:?} below {upper}");
        }
    }
}

#[test]
fn lines_of_power_priors_have_closed_forms() {
    for (a, bidders) in [(0.3, 2), (0.7, 2), (2.5, 2), (0.4, 5), (2.5, 5), (1.7, 10)] {
        let population = Population::symmetric(bidders, Prior::Power(Power::new(a, 0.0, 1.0).unwrap()));
        let evaluator = Evaluator::new(&population);
        // W = (b / w)^m, and the best bid is v m / (m + 1) up to w.
        let m = a * (bidders - 1) as f64;
        for w in [0.2, 0.5, 0.9 * m / (m + 1.0), m / (m + 1.0), 0.95] {
            let full = (w * (m + 1.0) / m).min(1.0);
            let rises = a / ((m + 1.0) * (m + 1.0 + a))
                * libm::pow(m / ((m + 1.0) * w), m)
                * libm::pow(full, m + 1.0 + a);
            let stays = a / (a + 1.0) * (1.0 - libm::pow(full, a + 1.0)) - w * (1.0 - libm::pow(full, a));
            let utility = (1.0 - w) * a / (a + m + 1.0);
            for response in best_responses(&evaluator, &Profile::linear(vec![w; bidders])) {
                let error = response.epsilon_ex_ante - (rises + stays - utility);
                assert!(error.abs() < 1e-10, "{a}, {bidders} bidders, {w}: {error:e} off in {response:?}");
            }
        }
    }
}

#[test]
fn the_unit_of_the_values_does_not_matter() {
    let respond = |unit: f64| {
        let population = game(&[(0.0, unit), (0.2 * unit, 1.5 * unit), (0.0, 2.0 * unit)]);
        let bids =
            vec![line(0.6), line(0.5), through(&[(0.0, 0.0), (unit, 0.4 * unit), (2.0 * unit, 0.5 * unit)])];
        best_responses(&Evaluator::new(&population), &Profile { bids })
    };
    for unit in [1e-90, 1e90] {
        for (one, other) in respond(1.0).iter().zip(respond(unit)) {
            for (one, other) in [
                (one.epsilon_ex_ante, other.epsilon_ex_ante),
                (one.epsilon_interim, other.epsilon_interim),
                (one.epsilon_ex_ante_upper, other.epsilon_ex_ante_upper),
            ] {
                assert!((other / unit / one - 1.0).abs() < 1e-9, "{other} for {one}");
            }
        }
    }
}

#[test]
fn best_replies_to_steep_priors_are_those_of_the_reference() {
    let text = include_str!("../../../tests/reference/steep.json");
    let references: Value = serde_json::from_str(text).unwrap();
    for case in references["best"].as_array().unwrap() {
        let prior: Prior = case["prior"].as_str().unwrap().parse().unwrap();
        let multiplier = case["multiplier"].as_f64().unwrap();
        let expected = case["best"].as_f64().unwrap();
        // Whatever the own bids: also where they meet those of the rival.
        for own in [0.0, multiplier, 0.4] {
            let evaluator = Evaluator::new(&Population::symmetric(2, prior.clone()));
            let response = best_responses(&evaluator, &Profile::linear([own, multiplier]))[0];
            let off = response.best_response_utility / expected - 1.0;
            assert!(off.abs() < 1e-8, "{prior}, own {own}: {off:e}, {response:?} for {expected}");
        }
    }
}

/// The same over the own quantile from the nearer end, in which no density is left, against rivals of one
/// prior and multiplier, among whose quantiles the best bid is looked for: with `power` of them.
fn best_by_quantiles(own: &Prior, rival: &Prior, multiplier: f64, power: f64) -> f64 {
    // Places of the rival's quantile: below 0 ln p, above it -ln(1 - p), both from the median.
    let bid_and_win = |x: f64| {
        let tail = libm::exp(-x.abs()) * 0.5;
        let (value, cdf) =
            if x < 0.0 { (rival.quantile(tail), tail) } else { (rival.upper_quantile(tail), 1.0 - tail) };
        (multiplier * value, libm::pow(cdf, power))
    };
    let grid: Vec<f64> = (-240..=160).map(|k| 0.2 * f64::from(k)).collect();
    let known: Vec<(f64, f64)> = grid.iter().map(|x| bid_and_win(*x)).collect();
    let highest = multiplier * rival.support().1;
    let best = |value: f64| {
        let gain = |(bid, win): (f64, f64)| (value - bid) * win;
        let k = (0..known.len()).max_by(|a, b| gain(known[*a]).total_cmp(&gain(known[*b]))).unwrap();
        let (mut low, mut high) = (grid[k.saturating_sub(1)], grid[(k + 1).min(grid.len() - 1)]);
        for _ in 0..36 {
            let (one, other) = (low + 0.382 * (high - low), low + 0.618 * (high - low));
            if gain(bid_and_win(one)) < gain(bid_and_win(other)) { low = one } else { high = other }
        }
        gain(bid_and_win(0.5 * (low + high))).max(gain(known[k])).max(value - highest).max(0.0)
    };
    let rule = GaussLegendre::of_order(5);
    let mut expected = 0.0;
    for k in 1..=40 {
        let (from, to) = (libm::ldexp(1.0, -k - 1), libm::ldexp(1.0, -k));
        // Closer where most of the mass is: the best reply jumps, and with it the slope of what it earns.
        let parts = if k <= 6 { 16 } else { 1 };
        let ends: Vec<f64> =
            (0..=parts).map(|j| from + (to - from) * f64::from(j) / f64::from(parts)).collect();
        expected += rule.integrate_panels(&ends, |p| best(own.quantile(p)));
        expected += rule.integrate_panels(&ends, |q| best(own.upper_quantile(q)));
    }
    expected
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        rng_seed: proptest::test_runner::RngSeed::Fixed(14),
        ..Default::default()
    })]

    #[test]
    fn steep_priors_have_the_best_replies_of_another_quadrature(
        prior in steep_prior(), multiplier in 0.05..0.95_f64, own in 0.0..1.0_f64, same in prop::bool::ANY,
        count in 2..=4_usize,
    ) {
        let own = if same { multiplier } else { own };
        let evaluator = Evaluator::new(&Population::symmetric(count, prior.clone()));
        let mut multipliers = vec![multiplier; count];
        multipliers[0] = own;
        let response = best_responses(&evaluator, &Profile::linear(multipliers))[0];
        let expected = best_by_quantiles(&prior, &prior, multiplier, count as f64 - 1.0);
        // The other one passes over the kinks of the best reply's utility.
        let off = response.best_response_utility - expected;
        prop_assert!(off.abs() <= 1e-5 * expected, "{count} of {prior}: {off:e} {response:?} for {expected}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        rng_seed: proptest::test_runner::RngSeed::Fixed(15),
        ..Default::default()
    })]

    #[test]
    fn integrals_hold_all_mass(prior in steep_prior()) {
        // Next to nothing wins everything: what is left is the mean.
        let evaluator = Evaluator::new(&Population::symmetric(2, prior.clone()));
        let response = best_responses(&evaluator, &Profile::linear([0.0, 1e-12]))[0];
        let off = response.best_response_utility / prior.mean() - 1.0;
        prop_assert!(off.abs() <= 1e-9, "{prior}: {off:e}");
    }
}
