use proptest::prelude::*;

use super::*;
use crate::auction::Prior;
use crate::auction::games::steep_prior;
use crate::auction::prior::{Beta, Power, TruncatedNormal};

/// Equal-width cells of U[0, 1] with their midpoints, and m + 1 equally spaced bids on [0, most], against a
/// rival's bid uniform on [0, top].
fn uniform(n: usize, m: usize, most: f64, top: f64) -> BidderProblem {
    let cell = |k| ValueCell { mass: 1.0 / n as f64, value: (k as f64 + 0.5) / n as f64 };
    let bid = |l| {
        let bid = most * l as f64 / m as f64;
        GridBid { bid, win: (bid / top).min(1.0) }
    };
    BidderProblem::new((0..n).map(cell).collect(), (0..=m).map(bid).collect()).unwrap()
}

fn constrained(problem: &BidderProblem, constraint: Constraint) -> ConstrainedOptimum {
    solve_program(problem, Some(constraint)).unwrap().constrained.unwrap()
}

/// (v - b) W of a cell and a bid.
fn gain(cell: &ValueCell, at: &GridBid) -> f64 {
    (cell.value - at.bid) * at.win
}

fn argmax_utility(problem: &BidderProblem) -> f64 {
    let best =
        |cell: &ValueCell| problem.bids().iter().map(|at| gain(cell, at)).fold(f64::NEG_INFINITY, f64::max);
    problem.cells().iter().map(|cell| cell.mass * best(cell)).sum()
}

/// A value of the second method: min over mu >= 0 of the dual function, by bisection on the sign of its
/// slope.
fn lagrangian(problem: &BidderProblem, weight: impl Fn(&ValueCell, &GridBid) -> f64, limit: f64) -> f64 {
    let at = |mu: f64| {
        let (mut value, mut slope) = (mu * limit, limit);
        for cell in problem.cells() {
            let net = |at: &GridBid| gain(cell, at) - mu * weight(cell, at);
            let best = problem.bids().iter().max_by(|a, b| net(a).total_cmp(&net(b))).unwrap();
            value += cell.mass * net(best);
            slope -= cell.mass * weight(cell, best);
        }
        (value, slope)
    };
    let (mut low, mut high) = (0.0, 1e4);
    let mut least = at(0.0).0;
    for _ in 0..90 {
        let middle = 0.5 * (low + high);
        let (value, slope) = at(middle);
        least = f64::min(least, value);
        if slope < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    least
}

#[test]
fn a_budget_has_the_known_utilities_and_multipliers() {
    let known = [(32, 0.150674, 0.4474), (64, 0.150875, 0.4459), (128, 0.150924, 0.4429)];
    for (n, utility, multiplier) in known {
        let found = constrained(&uniform(n, n, 1.0, 0.5), Constraint::Budget(0.08));
        assert!((found.optimum.utility - utility).abs() < 5.1e-7, "{n}: {}", found.optimum.utility);
        assert!((found.multiplier - multiplier).abs() < 5.1e-5, "{n}: {}", found.multiplier);
    }
}

#[test]
fn constraints_on_a_sum_approach_their_closed_forms() {
    // Against a bid uniform on [0, 1/2]. With a budget B the bid is v / (2 (1 + mu)), which costs 1 / (6 (1 +
    // mu)^2).
    let theta = (6.0 * 0.08_f64).sqrt();
    // With a return rho >= 2 it is theta v / 2 for theta = (1 + mu) / (1 + rho mu) = 2 / rho.
    // With a win rate q it is min(v + mu, 1) / 2, which wins with probability (1 - mu^2) / 2 + mu.
    let mu = 1.0 - (2.0 - 2.0 * 0.6_f64).sqrt();
    let below = 1.0 - mu;
    let win_utility =
        0.5 * (below * below * below / 3.0 - mu * mu * below) + 0.5 * (1.0 - below * below) - 0.5 * mu;
    let cases = [
        (Constraint::Budget(0.08), theta / 3.0 - 0.08, 1.0 / theta - 1.0),
        (Constraint::ReturnOnSpend(2.5), 0.8 / 3.0 - 0.64 / 6.0, 0.2),
        (Constraint::WinRate(0.6), win_utility, mu),
    ];
    for (constraint, utility, multiplier) in cases {
        let found = constrained(&uniform(64, 256, 0.5, 0.5), constraint);
        let (off, slope_off) = (utility - found.optimum.utility, found.multiplier - multiplier);
        assert!((0.0..5e-5).contains(&off), "{constraint}: {off}");
        assert!(slope_off.abs() < 8e-3, "{constraint}: {slope_off}");
    }
}

#[test]
fn the_plain_optimum_is_the_argmax_and_its_bound_is_tight() {
    // The exact best response to w = 0.4 has utility 0.2066667.
    for (n, gap) in [(16, 2.2e-3), (64, 5.5e-4), (256, 8.2e-5)] {
        let problem = uniform(n, n, 1.0, 0.4);
        let plain = solve_program(&problem, None).unwrap().plain;
        assert!((0.62 / 3.0 - plain.utility - gap).abs() < 0.05 * gap, "{n}: {}", plain.utility);
        assert!((plain.utility - argmax_utility(&problem)).abs() < 1e-15);
        assert!((plain.bound - plain.utility).abs() < 1e-15);
    }
}

/// n values and m bids with steps and masses from numbers in (0, 1).
fn any_problem() -> impl Strategy<Value = BidderProblem> {
    let numbers = |most: usize| prop::collection::vec((0.01..1.0_f64, 0.0..1.0_f64), 2..most);
    (numbers(8), numbers(24), 0.3..1.5_f64).prop_map(|(cells, bids, reach)| {
        let total: f64 = cells.iter().map(|cell| cell.0).sum();
        let mut value = 0.0;
        let cells = cells.iter().map(|&(mass, step)| {
            value += 0.01 + step / 8.0;
            ValueCell { mass: mass / total, value }
        });
        let (width, rise): (f64, f64) =
            bids.iter().fold((0.0, 0.3), |sum, bid| (sum.0 + bid.0, sum.1 + bid.1));
        let (mut bid, mut win) = (0.0, 0.0);
        let bids = bids.iter().map(|step| {
            let here = GridBid { bid, win };
            bid += reach * step.0 / width;
            win = (win + step.1 / rise).min(1.0);
            here
        });
        BidderProblem::new(cells.collect(), bids.collect()).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, rng_seed: proptest::test_runner::RngSeed::Fixed(5), ..Default::default() })]

    #[test]
    fn constraints_on_a_sum_agree_with_bisection_on_the_multiplier(
        problem in any_problem(),
        part in 0.05..1.0_f64,
        rho in 0.5..4.0_f64,
    ) {
        let free = |weight: fn(&GridBid) -> f64| -> f64 { weight(problem.bids().last().unwrap()) };
        let budget = 0.3 * part * free(|at| at.bid * at.win);
        let rate = part * free(|at| at.win);
        let plain = argmax_utility(&problem);
        type Weight = Box<dyn Fn(&ValueCell, &GridBid) -> f64>;
        let cases: [(Constraint, Weight, f64); 3] = [
            (Constraint::Budget(budget), Box::new(|_, at| at.bid * at.win), budget),
            (Constraint::ReturnOnSpend(rho), Box::new(move |cell, at| (rho * at.bid - cell.value) * at.win), 0.0),
            (Constraint::WinRate(rate), Box::new(|_, at| -at.win), -rate),
        ];
        for (constraint, weight, limit) in cases {
            let response = solve_program(&problem, Some(constraint)).unwrap();
            let found = response.constrained.unwrap();
            let dual = lagrangian(&problem, weight, limit);
            prop_assert!((response.plain.utility - plain).abs() < 1e-13);
            prop_assert!((found.optimum.utility - dual).abs() < 1e-9, "{constraint}: {found:?} {dual}");
            prop_assert!((found.optimum.bound - dual).abs() < 1e-9, "{constraint}: {found:?} {dual}");
            prop_assert!(found.multiplier > 0.0 || (found.optimum.utility - plain).abs() < 1e-12);
        }
    }

    #[test]
    fn the_multiplier_is_the_slope_of_the_utility(problem in any_problem(), part in 0.05..0.9_f64) {
        let (win, paid) = problem.bids().last().map(|at| (at.win, at.bid * at.win)).unwrap();
        // How the number of a constraint loosens it.
        type Build = fn(f64) -> Constraint;
        let cases: [(Build, f64, f64); 3] = [
            (Constraint::Budget, 0.3 * part * paid, 1.0),
            (Constraint::WinRate, part * win, -1.0),
            (Constraint::Lipschitz, 0.6 * part, 1.0),
        ];
        for (build, number, sign) in cases {
            let at = |number: f64| constrained(&problem, build(number));
            let found = at(number);
            let step = 1e-6 * number;
            let [tighter, looser] = [-1.0, 1.0].map(|side| at(side * sign * step + number).optimum.utility);
            let slopes = [looser - found.optimum.utility, found.optimum.utility - tighter].map(|rise| rise / step);
            let (least, most) = (slopes[0] - 1e-6, slopes[1] + 1e-6);
            prop_assert!((least..=most).contains(&found.multiplier), "{found:?} {slopes:?}");
        }
    }
}

/// Over mean bids on the grid, each worth the concave hull of a cell's gains, by dynamic programming: exact
/// where bids are equally spaced and a step is a whole number of them, since then some optimal means are bids
/// of the grid.
fn steps_of(problem: &BidderProblem, most_apart: usize) -> f64 {
    let bids = problem.bids();
    let mut best = vec![0.0; bids.len()];
    for (k, cell) in problem.cells().iter().enumerate() {
        let hull = |l: usize| {
            let mut highest = gain(cell, &bids[l]);
            for i in 0..l {
                for j in l + 1..bids.len() {
                    let share = (l - i) as f64 / (j - i) as f64;
                    highest =
                        highest.max((1.0 - share) * gain(cell, &bids[i]) + share * gain(cell, &bids[j]));
                }
            }
            highest
        };
        best = (0..bids.len())
            .map(|l| {
                let from = if k == 0 { 0 } else { l.saturating_sub(most_apart) };
                let to = if k == 0 { bids.len() } else { (l + most_apart + 1).min(bids.len()) };
                cell.mass * hull(l) + best[from..to].iter().copied().fold(f64::NEG_INFINITY, f64::max)
            })
            .collect();
    }
    best.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

#[test]
fn a_lipschitz_bound_agrees_with_dynamic_programming() {
    // The W of two rivals, of a gap between bids, and of a jump.
    let wins: [fn(f64) -> f64; 3] = [
        |x| x * x,
        |x| if x < 0.5 { 0.7 * x } else { 0.35 + 2.6 * (x - 0.5) * (x - 0.5) },
        |x| (0.4 + x).min(1.0),
    ];
    for win in wins {
        let cells = (0..8).map(|k| ValueCell { mass: [0.05, 0.2][k % 2], value: 0.1 + k as f64 / 8.0 });
        let bids = (0..=16).map(|l| GridBid { bid: l as f64 / 16.0, win: win(l as f64 / 16.0) });
        let problem = BidderProblem::new(cells.collect(), bids.collect()).unwrap();
        for most_apart in 0..5 {
            let found = constrained(&problem, Constraint::Lipschitz(most_apart as f64 / 2.0));
            let exact = steps_of(&problem, most_apart);
            assert!((found.optimum.utility - exact).abs() < 1e-12, "{most_apart}: {found:?} {exact}");
            let far = found.optimum.bids.windows(2).map(|pair| (pair[1] - pair[0]).abs());
            assert!(far.fold(0.0, f64::max) <= most_apart as f64 / 16.0 + 1e-9);
        }
        let free = constrained(&problem, Constraint::Lipschitz(1e300));
        assert!((free.optimum.utility - argmax_utility(&problem)).abs() < 1e-15);
        assert_eq!(free.multiplier, 0.0);
    }
}

#[test]
fn a_bidder_on_average_wants_the_constant_bid_where_the_slope_is_zero() {
    // max_b (1/2 - b) 2 b, at b = 1/4.
    let found = constrained(&uniform(16, 64, 0.5, 0.5), Constraint::Lipschitz(0.0));
    assert_eq!(found.optimum.utility, 0.125);
    assert!(found.optimum.bids.iter().all(|bid| (bid - 0.25).abs() < 1e-12));
    // Without the limit the bids have the slope 1/2.
    assert!(constrained(&uniform(16, 64, 0.5, 0.5), Constraint::Lipschitz(0.4)).multiplier > 0.0);
    assert_eq!(constrained(&uniform(16, 64, 0.5, 0.5), Constraint::Lipschitz(0.6)).multiplier, 0.0);
}

#[test]
fn a_program_in_another_unit_is_the_same() {
    let problem = uniform(12, 40, 0.5, 0.4);
    let scaled = |scale: f64| {
        let cells = problem.cells().iter().map(|cell| ValueCell { value: scale * cell.value, ..*cell });
        let bids = problem.bids().iter().map(|at| GridBid { bid: scale * at.bid, ..*at });
        BidderProblem::new(cells.collect(), bids.collect()).unwrap()
    };
    for (constraint, of_unit, multiplier_of_unit) in [
        (Constraint::Budget(0.05), true, false),
        (Constraint::ReturnOnSpend(3.0), false, false),
        (Constraint::WinRate(0.8), false, true),
        (Constraint::Lipschitz(0.31), false, true),
    ] {
        let one = constrained(&problem, constraint);
        for scale in [0.125, 1024.0, 1000.0] {
            let constraint = match constraint {
                Constraint::Budget(budget) if of_unit => Constraint::Budget(scale * budget),
                same => same,
            };
            let other = constrained(&scaled(scale), constraint);
            let multiplier = if multiplier_of_unit { scale * one.multiplier } else { one.multiplier };
            if scale == 1000.0 {
                assert!((other.optimum.utility / (scale * one.optimum.utility) - 1.0).abs() < 1e-12);
                assert!((other.multiplier / multiplier - 1.0).abs() < 1e-9, "{constraint}");
            } else {
                assert_eq!(other.optimum.utility, scale * one.optimum.utility);
                assert_eq!(other.multiplier, multiplier);
            }
        }
    }
}

#[test]
fn numbers_are_the_same_to_the_bit_everywhere() {
    let problem = uniform(24, 60, 0.45, 0.4);
    let numbers = |constraint| {
        let found = constrained(&problem, constraint);
        [found.optimum.utility, found.optimum.bound, found.multiplier]
    };
    assert_eq!(
        numbers(Constraint::Budget(0.07)),
        [0.171_450_825_825_825_83, 0.171_450_825_825_825_83, 0.726_726_726_726_726_1]
    );
    assert_eq!(
        numbers(Constraint::ReturnOnSpend(2.6)),
        [0.197_135_360_275_010_8, 0.197_135_360_275_010_8, 0.231_702_035_513_205_37]
    );
    assert_eq!(
        numbers(Constraint::WinRate(0.83)),
        [0.176_111_979_166_666_6, 0.176_111_979_166_666_65, 0.283_333_333_333_332_4]
    );
    assert_eq!(
        numbers(Constraint::Lipschitz(0.33)),
        [0.202_047_309_027_777_8, 0.202_047_309_027_777_8, 0.061_704_282_407_407_33]
    );
}

#[test]
fn what_cannot_be_kept_is_told() {
    let error = |problem: &BidderProblem, constraint| {
        solve_program(problem, Some(constraint)).unwrap_err().to_string()
    };
    let problem = uniform(4, 8, 0.25, 0.5);
    let unreached = error(&problem, Constraint::WinRate(0.6));
    assert!(unreached.contains("win_rate=0.6") && unreached.contains("probability 0.5"), "{unreached}");
    let exact = constrained(&problem, Constraint::WinRate(0.5));
    assert!((exact.optimum.utility - (0.5 - 0.25) * 0.5).abs() < 1e-12);
    assert!(error(&problem, Constraint::WinRate(1.1)).contains("from 0 to 1"));
    assert!(error(&problem, Constraint::Budget(-0.1)).contains("from 0 on"));
    assert!(error(&problem, Constraint::Lipschitz(f64::NAN)).contains("from 0 on"));
    assert_eq!(constrained(&problem, Constraint::Budget(0.0)).optimum.utility, 0.0);

    // The lowest bid wins already.
    let bids = [0.25, 0.5].map(|bid| GridBid { bid, win: 2.0 * bid }).to_vec();
    let cells = vec![ValueCell { mass: 1.0, value: 0.5 }];
    let problem = BidderProblem::new(cells, bids).unwrap();
    assert!(error(&problem, Constraint::Budget(0.1)).contains("least payment is 0.125"));
    assert!(error(&problem, Constraint::ReturnOnSpend(2.5)).contains("pays too much"));
    assert!((constrained(&problem, Constraint::ReturnOnSpend(1.5)).optimum.utility - 0.125).abs() < 1e-12);
}

#[test]
fn one_bid_or_one_value_is_a_program_too() {
    let cells = vec![ValueCell { mass: 0.25, value: 0.5 }, ValueCell { mass: 0.75, value: 1.0 }];
    let loses = [0.0, 0.5].map(|bid| GridBid { bid, win: 0.0 }).to_vec();
    let loses = BidderProblem::new(cells.clone(), loses).unwrap();
    let wins = BidderProblem::new(cells, vec![GridBid { bid: 0.25, win: 0.5 }]).unwrap();
    let two = [0.0, 0.5].map(|bid| GridBid { bid, win: 0.25 + bid }).to_vec();
    let single = BidderProblem::new(vec![ValueCell { mass: 1.0, value: 2.0 }], two).unwrap();
    for number in [0.125, 0.25] {
        for constraint in
            [Constraint::Budget(number), Constraint::ReturnOnSpend(number), Constraint::Lipschitz(number)]
        {
            assert_eq!(constrained(&loses, constraint).optimum.utility, 0.0);
            assert_eq!(constrained(&wins, constraint).optimum.utility, 0.5 * (0.875 - 0.25));
        }
        assert_eq!(constrained(&wins, Constraint::WinRate(number)).multiplier, 0.0);
        assert_eq!(constrained(&single, Constraint::Lipschitz(number)).optimum.utility, 1.5 * 0.75);
    }
    // Half of the time the bid 1/2.
    let half = constrained(&single, Constraint::Budget(0.75 * 0.5 * 0.5));
    assert_eq!(half.optimum, Optimum { utility: 0.8125, bound: 0.8125, bids: vec![0.25] });
    assert!((half.multiplier - 0.625 / 0.375).abs() < 1e-15);
}

#[test]
fn rare_wins_are_resolved() {
    // 63 rivals on U[0, 1] who bid 63/64 v: the best response is 63/64 v, of utility 1 / (64 x 65).
    let cell = |k| ValueCell { mass: 1.0 / 64.0, value: (k as f64 + 0.5) / 64.0 };
    let bid = |l| {
        let share = l as f64 / 512.0;
        GridBid { bid: 63.0 / 64.0 * share, win: libm::pow(share, 63.0) }
    };
    let problem = BidderProblem::new((0..64).map(cell).collect(), (0..=512).map(bid).collect()).unwrap();
    let plain = solve_program(&problem, None).unwrap().plain;
    assert!((plain.utility - argmax_utility(&problem)).abs() < 1e-14);
    let paid = 0.005;
    let dual = lagrangian(&problem, |_, at| at.bid * at.win, paid);
    let found = constrained(&problem, Constraint::Budget(paid));
    assert!(dual < 0.9 * plain.utility && found.multiplier > 0.0);
    assert!((found.optimum.utility - dual).abs() < 1e-12, "{found:?} {dual}");
    let steps = constrained(&problem, Constraint::Lipschitz(0.5));
    assert!(steps.optimum.utility < plain.utility && steps.multiplier > 0.0);
    assert!(steps.optimum.bound - steps.optimum.utility < 1e-12, "{steps:?}");
}

#[test]
fn problems_that_are_none_and_grids_that_are_too_fine_are_told() {
    let cells = |masses: &[f64]| -> Vec<ValueCell> {
        let cell = |(k, &mass): (usize, &f64)| ValueCell { mass, value: 1.0 + k as f64 };
        masses.iter().enumerate().map(cell).collect()
    };
    let bids =
        |points: &[(f64, f64)]| points.iter().map(|&(bid, win)| GridBid { bid, win }).collect::<Vec<_>>();
    let good = bids(&[(0.0, 0.0), (1.0, 1.0)]);
    for (cells, bids, part) in [
        (cells(&[]), good.clone(), "0 value cells"),
        (cells(&[1.0]), bids(&[]), "0 bids"),
        (cells(&[0.5, 0.4]), good.clone(), "add up to 0.9"),
        (cells(&[1.5, -0.5]), good.clone(), "not positive"),
        (vec![ValueCell { mass: 0.5, value: 1.0 }; 2], good.clone(), "values do not rise"),
        (cells(&[1.0]), bids(&[(1.0, 0.0), (1.0, 1.0)]), "bids do not rise"),
        (cells(&[1.0]), bids(&[(0.0, 0.0), (f64::NAN, 1.0)]), "bids do not rise"),
        (cells(&[1.0]), bids(&[(0.0, 0.5), (1.0, 0.4)]), "probabilities"),
        (cells(&[1.0]), bids(&[(0.0, 0.5), (1.0, 1.4)]), "probabilities"),
    ] {
        let error = BidderProblem::new(cells, bids).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let most = |n, m, constraint| match solve_program(&uniform(n, m, 1.0, 0.5), constraint) {
        Err(ProgramError::TooLarge { count, most, .. }) => (count, most),
        other => panic!("{other:?}"),
    };
    assert_eq!(most(MOST_CELLS + 1, 4, None), (MOST_CELLS + 1, MOST_CELLS));
    assert_eq!(most(4, MOST_BIDS, None), (MOST_BIDS + 1, MOST_BIDS));
    let slope = Some(Constraint::Lipschitz(1.0));
    assert_eq!(most(MOST_LIPSCHITZ_CELLS + 1, 4, slope), (MOST_LIPSCHITZ_CELLS + 1, MOST_LIPSCHITZ_CELLS));
}

#[test]
fn cells_have_their_masses_and_means() {
    let rivals = RivalBids { win: |b: f64| (2.0 * b).min(1.0), highest: 0.5, bends: &[] };
    let cells = |prior: &Prior| {
        Discretisation::new(prior, Grid { cells: 16, bids: 8 }, &rivals).unwrap().problem.cells().to_vec()
    };
    for (k, cell) in cells(&Prior::STANDARD).iter().enumerate() {
        assert!((cell.mass - 0.0625).abs() < 1e-15 && (cell.value - (k as f64 + 0.5) / 16.0).abs() < 1e-15);
    }
    // E[v; v < q] = mu / (mu + 1) q^(mu + 1) for F = v^mu.
    for mu in [0.3, 3.0] {
        let part = |k: usize| mu / (mu + 1.0) * libm::pow(k as f64 / 16.0, (mu + 1.0) / mu);
        for (k, cell) in cells(&Prior::Power(Power::new(mu, 0.0, 1.0).unwrap())).iter().enumerate() {
            assert!((cell.mass * cell.value - (part(k + 1) - part(k))).abs() < 1e-13, "{mu} {k}: {cell:?}");
        }
    }
    for prior in others() {
        let mean: f64 = cells(&prior).iter().map(|cell| cell.mass * cell.value).sum();
        assert!((mean - prior.mean()).abs() < 1e-10 * prior.mean(), "{prior}: {mean}");
    }
}

fn others() -> [Prior; 3] {
    [
        Prior::Beta(Beta::new(2.0, 5.0, 0.0, 1.0).unwrap()),
        Prior::Beta(Beta::new(0.5, 0.5, 1.0, 3.0).unwrap()),
        Prior::TruncatedNormal(TruncatedNormal::new(0.6, 0.2, 0.0, 1.0).unwrap()),
    ]
}

#[test]
fn the_exact_best_response_lies_between_the_utility_and_the_bound() {
    // N = 2 on U[0, 1] against w, whose best response is min(v / 2, w).
    let exact = |w: f64| if w < 0.5 { br(w) } else { 1.0 / (12.0 * w) };
    fn br(w: f64) -> f64 {
        let r = 2.0 * w;
        r * r / 6.0 - r / 2.0 + 0.5
    }
    for w in [0.3, 0.4, 0.5, 0.7] {
        let rivals = RivalBids { win: |b: f64| (b / w).min(1.0), highest: w, bends: &[w] };
        let mut before = f64::INFINITY;
        for (n, m) in [(16, 64), (64, 256), (128, 512)] {
            let grid = Discretisation::new(&Prior::STANDARD, Grid { cells: n, bids: m }, &rivals).unwrap();
            let utility = solve_program(&grid.problem, None).unwrap().plain.utility;
            let error = grid.error(utility);
            assert!((-1e-15..=error).contains(&(exact(w) - utility)), "{w} {n}: {utility} {error}");
            assert!(error < 0.3 * before && error < 0.2 / (n * n) as f64, "{w} {n}: {error}");
            before = error;
        }
    }
}

#[test]
fn bounds_of_coarse_grids_hold_the_utilities_of_fine_ones() {
    // Two rivals of the same prior who bid 0.6 v, with a jump of W in the middle.
    for prior in others() {
        let (low, high) = prior.support();
        let middle = 0.3 * (low + high);
        let win = |b: f64| {
            let below = prior.cdf(b / 0.6);
            below * if b > middle { below } else { 0.5 * below }
        };
        let bends = [0.6 * low, middle, 0.6 * high];
        let rivals = RivalBids { win, highest: 0.6 * high, bends: &bends };
        let solved = |cells, bids| {
            let grid = Discretisation::new(&prior, Grid { cells, bids }, &rivals).unwrap();
            let utility = solve_program(&grid.problem, None).unwrap().plain.utility;
            (utility, grid)
        };
        let (fine, _) = solved(256, 2048);
        for (cells, bids) in [(4, 16), (16, 32), (64, 256)] {
            let (utility, grid) = solved(cells, bids);
            let error = grid.error(utility);
            assert!(
                utility <= fine + 1e-12 && fine <= utility + error,
                "{prior}, {cells} cells, {bids} bids: {utility} {fine} {error}"
            );
            assert!(error <= 0.5 * high / (cells * cells) as f64, "{prior}, {cells} cells: {error}");
        }
    }
}

#[test]
fn a_limit_that_is_just_reached_is_kept_by_the_lightest_bids() {
    // Nothing is paid: only the bid 0 is left, which wins where the rival bids 0 too.
    for atom in [0.0, 0.3] {
        let cells = (0..8).map(|k| ValueCell { mass: 0.125, value: (f64::from(k) + 0.5) / 8.0 }).collect();
        let bid = |l: i32| {
            let bid = f64::from(l) / 32.0;
            GridBid { bid, win: (atom + (1.0 - atom) * bid).min(1.0) }
        };
        let problem = BidderProblem::new(cells, (0..=32).map(bid).collect()).unwrap();
        let nothing = constrained(&problem, Constraint::Budget(0.0));
        assert!((nothing.optimum.utility - 0.5 * atom).abs() < 1e-15, "{nothing:?}");
        assert_eq!(nothing.optimum.bound, nothing.optimum.utility);
        assert!(nothing.optimum.bids.iter().all(|bid| *bid == 0.0) && nothing.multiplier > 0.0);
        // As little more as one likes is as little better, at the rate of the multiplier or less.
        let little = constrained(&problem, Constraint::Budget(1e-6)).optimum.utility;
        assert!(
            (0.0..=1e-6 * nothing.multiplier * (1.0 + 1e-9)).contains(&(little - 0.5 * atom)),
            "{little}"
        );
        // All is won only by the lowest bid that always wins.
        let all = constrained(&problem, Constraint::WinRate(1.0));
        assert!(all.optimum.bids.iter().all(|bid| *bid == 1.0), "{all:?}");
        assert!((all.optimum.utility - (0.5 - 1.0)).abs() < 1e-15, "{all:?}");
    }
}

#[test]
fn the_own_bids_are_part_of_a_problem() {
    let problem = uniform(4, 4, 1.0, 0.5);
    let plain = solve_program(&problem, None).unwrap().plain;
    // Better than any bid of the grid in the last cell alone, and better than what is paid for there.
    let own = |gain: f64| OwnCell { bid: 0.4, win: 0.8, payment: 0.3, gain };
    let cells: Vec<OwnCell> = (0..4).map(|k| own(if k == 3 { 0.6 } else { 0.0 })).collect();
    let with = problem.clone().with_own(cells.clone()).unwrap();
    let found = solve_program(&with, None).unwrap().plain;
    let last =
        0.25 * (0.6 - problem.bids().iter().map(|at| gain(&problem.cells()[3], at)).fold(0.0, f64::max));
    assert!((found.utility - plain.utility - last).abs() < 1e-15, "{found:?} {plain:?}");
    assert_eq!(found.bids[3], 0.4);
    for constraint in [
        Constraint::Budget(0.1),
        Constraint::ReturnOnSpend(2.0),
        Constraint::Lipschitz(0.5),
        Constraint::WinRate(0.9),
    ] {
        let (without, with) = (constrained(&problem, constraint), constrained(&with, constraint));
        assert!(with.optimum.utility >= without.optimum.utility - 1e-12, "{constraint}");
        assert!(with.optimum.bound - with.optimum.utility <= DUALITY_GAP, "{constraint}");
    }
    assert!(problem.clone().with_own(cells[1..].to_vec()).is_err());
    let wrong = vec![OwnCell { gain: f64::NAN, ..OwnCell::default() }; 4];
    assert!(problem.with_own(wrong).unwrap_err().to_string().contains("own bids"));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 100,
        rng_seed: proptest::test_runner::RngSeed::Fixed(16),
        ..Default::default()
    })]

    #[test]
    fn cells_of_steep_priors_hold_all_values(prior in steep_prior(), cells in 2..100_usize) {
        let (_, high) = prior.support();
        let rivals = RivalBids { win: |bid: f64| (bid / high).min(1.0), highest: high, bends: &[0.0, high] };
        let problem = Discretisation::new(&prior, Grid { cells, bids: 8 }, &rivals).unwrap().problem;
        let mass: f64 = problem.cells().iter().map(|cell| cell.mass).sum();
        let mean: f64 = problem.cells().iter().map(|cell| cell.mass * cell.value).sum();
        prop_assert!((mass - 1.0).abs() <= 1e-14, "{prior}: {mass}");
        prop_assert!((mean - prior.mean()).abs() <= 1e-12 * high, "{prior}: {mean} for {}", prior.mean());
    }
}
