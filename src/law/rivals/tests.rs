use proptest::prelude::*;

use super::*;
use crate::auction::games::{any_games, any_mixed_games, game, games, mixed, mixed_lines, outbid, through};
use crate::auction::{BidFunction, Population, Profile};
use crate::law::marginal::Part;
use crate::law::marginals::Marginals;

/// What `tell` gives for the rivals of every bidder.
fn for_all<T>(
    population: &Population,
    profile: &Profile,
    tell: impl Fn(usize, &Rivals, &BidLaws) -> T,
) -> Vec<T> {
    let marginals = Marginals::new(population);
    let laws = BidLaws::new(marginals.curves(profile, 0.0, Part::Both));
    (0..population.len()).map(|i| tell(i, &laws.rivals(i), &laws)).collect()
}

/// Bids between the bends, as shares of the way from one to the next; none so near that rounding moves them.
fn between(bends: &[f64], shares: &[f64]) -> Vec<f64> {
    let apart = bends.windows(2).filter(|ends| ends[1] - ends[0] > 1e-9 * ends[1]);
    apart.flat_map(|ends| shares.iter().map(|t| t.mul_add(ends[1] - ends[0], ends[0]))).collect()
}

fn assert_wins(population: &Population, profile: &Profile, tolerance: f64) -> Result<(), TestCaseError> {
    let checked = for_all(population, profile, |i, rivals, laws| {
        let mut of_all = [vec![0.0; population.len()], vec![0.0; population.len()]];
        let bends = rivals.bends();
        prop_assert!(bends.windows(2).all(|pair| pair[0] < pair[1]), "{bends:?}");
        let (floor, top) = (bends[0], bends[bends.len() - 1]);
        prop_assert_eq!(rivals.at(floor - 1e-9 * floor.max(1e-300)), (0.0, 0.0));
        prop_assert_eq!(rivals.at(top), (1.0, 0.0));
        for bid in between(bends, &[0.1, 0.5, 0.9]) {
            let (wins, slope) = rivals.at(bid);
            let expected = outbid(population, profile, i, bid);
            // Where W is steep, the definition loses the digits that a value near the end of its support has
            // lost.
            let close = tolerance + 1e-14 * slope * top;
            prop_assert!((wins - expected).abs() <= close, "{wins} for {expected} at {bid}");
            prop_assert!((rivals.below(bid) - wins).abs() <= 1e-14);
            let [room, all] = &mut of_all;
            laws.wins(&[bid], room, all);
            prop_assert!((all[i] - wins).abs() <= 1e-14);
            prop_assert!(slope >= 0.0);
        }
        // The slope is that of W: its integral over a little of every panel, which may be steep elsewhere.
        let rule = GaussLegendre::of_order(6);
        for from in between(bends, &[0.2, 0.5, 0.8]) {
            let next = bends.iter().copied().filter(|bend| *bend > from).fold(f64::INFINITY, f64::min);
            let to = 0.999f64.mul_add(from, 0.001 * next);
            let rise = rule.integrate(from, to, |bid| rivals.at(bid).1);
            let expected = rivals.at(to).0 - rivals.at(from).0;
            let close = tolerance + 1e-6 * expected;
            prop_assert!((rise - expected).abs() <= close, "{rise} for {expected} from {from}");
        }
        Ok(())
    });
    checked.into_iter().collect()
}

proptest! {
    #[test]
    fn wins_of_lines_are_those_of_the_definition((population, profile) in games()) {
        assert_wins(&population, &profile, 1e-12)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
    cases: 48,
    rng_seed: proptest::test_runner::RngSeed::Fixed(7),
    ..Default::default()
})]

    #[test]
    fn any_wins_are_those_of_the_definition((population, profile) in any_games(4)) {
        assert_wins(&population, &profile, 1e-9)?;
    }

    #[test]
    fn any_wins_against_mixtures_are_those_of_the_definition((population, profile) in any_mixed_games(4)) {
        assert_wins(&population, &profile, 1e-9)?;
    }
}

#[test]
fn the_law_of_two_lines_is_a_line_that_bends_once() {
    let profile = Profile {
        bids: vec![mixed_lines(&[(0.5, 0.4), (0.5, 0.6)]), BidFunction::Linear { multiplier: 0.5 }],
    };
    let wins = for_all(&game(&[(0.0, 1.0); 2]), &profile, |_, rivals, _| {
        (rivals.bends().to_vec(), [0.1, 0.4, 0.5, 0.7].map(|bid| rivals.at(bid)), rivals.are_lines())
    });
    let (bends, at, lines) = &wins[1];
    assert!(*lines);
    assert_eq!(bends[..], [0.0, 0.4, 0.6]);
    let (steep, flat) = (0.5 / 0.4 + 0.5 / 0.6, 0.5 / 0.6);
    let expected = [(0.1 * steep, steep), (0.4 * steep, flat), (0.5 + 0.5 * flat, flat), (1.0, 0.0)];
    for (found, expected) in at.iter().zip(expected) {
        assert!((found.0 - expected.0).abs() < 1e-15 && (found.1 - expected.1).abs() < 1e-13, "{found:?}");
    }
}

#[test]
fn a_mixture_jumps_where_a_function_of_it_does() {
    // With probability 1/4 a bid of 0, with 1/4 one of 0.3 for half of the values, else a line.
    let half = through(&[(0.5, 0.3), (1.0, 0.6)]);
    let line = |multiplier| BidFunction::Linear { multiplier };
    let own = mixed([(0.25, line(0.0)), (0.25, half), (0.5, line(0.6))]);
    let profile = Profile { bids: vec![line(0.5), own] };
    let wins = for_all(&game(&[(0.0, 1.0); 2]), &profile, |_, rivals, _| {
        let told = |bid: f64| (rivals.below(bid), rivals.at(bid).0, rivals.tied(bid));
        (rivals.bends().to_vec(), told(0.0), told(0.3), told(0.6))
    });
    let (bends, at_0, at_half, at_top) = &wins[0];
    assert_eq!(bends[..], [0.0, 0.3, 0.6]);
    assert_eq!(*at_0, (0.0, 0.25, 0.125));
    let close = |(a, b, c): (f64, f64, f64), expected: [f64; 3]| {
        let apart = [a, b, c].into_iter().zip(expected).map(|(one, other)| (one - other).abs());
        assert!(apart.fold(0.0, f64::max) < 1e-15, "{a} {b} {c} for {expected:?}");
    };
    close(*at_half, [0.5, 0.625, 0.5625]);
    close(*at_top, [1.0, 1.0, 1.0]);
}

#[test]
fn a_mixture_of_functions_that_all_but_agree_has_a_law() {
    let line = |multiplier: f64| BidFunction::Linear { multiplier };
    let flat = through(&[(0.0, 0.5), (1.0, 0.5_f64.next_up())]);
    let next = mixed([(0.5, line(0.5)), (0.5, line(0.5_f64.next_up()))]);
    let flats = mixed([(0.5, flat.clone()), (0.5, flat)]);
    let profile = Profile { bids: vec![line(0.5), next, flats] };
    for_all(&game(&[(0.0, 1.0); 3]), &profile, |i, rivals, _| {
        for bid in [0.0, 0.25, 0.5_f64.next_down(), 0.5, 0.5_f64.next_up(), 0.6] {
            let (wins, below) = (rivals.at(bid).0, rivals.below(bid));
            assert!((0.0..=1.0).contains(&below) && (below..=1.0).contains(&wins), "{i} at {bid}: {wins}");
        }
        assert_eq!(rivals.at(0.6), (1.0, 0.0));
    });
}

#[test]
fn an_atom_is_beaten_an_instant_above() {
    // A third of the second bidder's values bid 0.3, half of the third's.
    let flat = through(&[(0.0, 0.0), (1.0 / 3.0, 0.3), (2.0 / 3.0, 0.3), (1.0, 0.6)]);
    let half = through(&[(0.5, 0.3), (1.0, 0.6)]);
    let profile = Profile { bids: vec![BidFunction::Linear { multiplier: 0.5 }, flat, half] };
    let wins = for_all(&game(&[(0.0, 1.0); 3]), &profile, |i, rivals, _| {
        (i, rivals.bends().to_vec(), rivals.at(0.3).0, rivals.below(0.3), rivals.tied(0.3))
    });
    let close = |one: f64, other: f64| (one - other).abs() < 1e-15;
    let (_, bends, at, below, tied) = &wins[0];
    assert_eq!(bends[..], [0.3, 0.6]);
    assert!(close(*at, 1.0 / 3.0) && *below == 0.0);
    // int (1/3 + t/3) t/2 dt.
    assert!(close(*tied, 1.0 / 12.0 + 1.0 / 18.0));
    let (_, bends, at, below, tied) = &wins[2];
    assert_eq!(bends[..], [0.0, 0.3, 0.5, 0.6]);
    assert!(close(*at, 0.6 * 2.0 / 3.0) && close(*below, 0.6 / 3.0) && close(*tied, 0.6 * 0.5));
}

#[test]
fn multipliers_of_zero_are_atoms_at_zero() {
    let wins = for_all(&game(&[(0.0, 1.0); 3]), &Profile::linear([0.0, 0.0, 0.5]), |_, rivals, _| {
        (rivals.bends().to_vec(), rivals.at(0.0).0, rivals.below(0.0), rivals.tied(0.0))
    });
    assert_eq!(wins[2].0, [0.0]);
    assert_eq!((wins[2].1, wins[2].2), (1.0, 0.0));
    assert!((wins[2].3 - 1.0 / 3.0).abs() < 1e-15);
    assert_eq!(wins[0], (vec![0.0, 0.5], 0.0, 0.0, 0.0));
}
