//! Auctions of other rules than the first price: closed forms, an independent simulation, and what is the same
//! under all rules.

use bidsweep::auction::prior::{
    Beta, Empirical, Kumaraswamy, Power, TruncatedExponential, TruncatedNormal, Uniform,
};
use bidsweep::auction::strategy::PiecewiseLinear;
use bidsweep::auction::{BidFunction, Mechanism, Payment, Population, Prior, Profile, Strategy};
use bidsweep::equilibrium::{bne, references};
use bidsweep::expectation::{Evaluator, ExpectedGradient, evaluate};
use bidsweep::response::{
    Grid, best_responses, class_responses, epsilon_ex_ante_upper, program_response, smoothed_responses,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

fn uniform(low: f64, high: f64) -> Prior {
    Prior::Uniform(Uniform::new(low, high).unwrap())
}

/// One of every kind.
fn seven_priors() -> Vec<Prior> {
    let values: Vec<f64> = (0..40).map(|k| 0.1 + libm::pow((f64::from(k) + 0.5) / 40.0, 1.6)).collect();
    vec![
        uniform(0.0, 1.0),
        Prior::Power(Power::new(2.5, 0.0, 1.5).unwrap()),
        Prior::Beta(Beta::new(2.0, 3.0, 0.0, 1.0).unwrap()),
        Prior::Kumaraswamy(Kumaraswamy::new(2.0, 2.5, 0.2, 1.0).unwrap()),
        Prior::TruncatedNormal(TruncatedNormal::new(0.5, 0.2, 0.0, 1.0).unwrap()),
        Prior::TruncatedExponential(TruncatedExponential::new(2.0, 0.0, 1.0).unwrap()),
        Prior::Empirical(Empirical::new("values.csv", "value", &values).unwrap()),
    ]
}

fn under(mechanism: Mechanism, priors: &[Prior]) -> Population {
    let mut population = Population::symmetric(priors.len(), Prior::STANDARD);
    population.mechanism = mechanism;
    for (bidder, prior) in population.bidders.iter_mut().zip(priors) {
        bidder.prior = prior.clone();
    }
    population
}

fn symmetric(mechanism: Mechanism, bidders: usize) -> Population {
    under(mechanism, &vec![Prior::STANDARD; bidders])
}

/// Bids through knots.
fn through(knots: &[(f64, f64)]) -> BidFunction {
    BidFunction::PiecewiseLinear(PiecewiseLinear::new(knots.to_vec()).unwrap())
}

/// Bids of a function at 2001 values of a support.
fn traced((low, high): (f64, f64), bid: impl Fn(f64) -> f64) -> BidFunction {
    let value = |k: i32| (high - low).mul_add(f64::from(k) / 2000.0, low);
    through(&(0..=2000).map(|k| (value(k), bid(value(k)))).collect::<Vec<_>>())
}

#[track_caller]
fn close(found: f64, expected: f64, error: f64, what: &str) {
    assert!((found - expected).abs() <= error, "{what}: {found} for {expected}, {:e} off", found - expected);
}

#[test]
fn truthful_and_all_pay_auctions_have_closed_forms() {
    for bidders in [2_usize, 3, 5] {
        let n = bidders as f64;
        let (utility, revenue) = (1.0 / (n * (n + 1.0)), (n - 1.0) / (n + 1.0));
        let second = symmetric(Mechanism::SecondPrice, bidders);
        let truth = evaluate(&second, &Profile::linear(vec![1.0; bidders]));
        close(truth.bidders[0].utility, utility, 1e-13, "second price");
        close(truth.revenue, revenue, 1e-13, "second price");
        // All bid half: the price halves.
        let half = evaluate(&second, &Profile::linear(vec![0.5; bidders]));
        close(half.revenue, revenue / 2.0, 1e-13, "second price at half");
        let all_pay = symmetric(Mechanism::AllPay, bidders);
        let bids = traced((0.0, 1.0), |v| (n - 1.0) / n * libm::pow(v, n));
        let evaluation = evaluate(&all_pay, &Profile { bids: vec![bids; bidders] });
        close(evaluation.bidders[0].utility, utility, 1e-6, "all-pay");
        close(evaluation.revenue, revenue, 1e-6, "all-pay");
        // Lines w v: E v wins, all pay w / 2.
        let lines = evaluate(&all_pay, &Profile::linear(vec![0.3; bidders]));
        close(lines.bidders[1].utility, 1.0 / (n + 1.0) - 0.15, 1e-13, "all-pay lines");
    }
}

#[test]
fn bids_of_the_equilibria_have_closed_forms() {
    for bidders in [2_usize, 3, 5] {
        let n = bidders as f64;
        let second = bne(&symmetric(Mechanism::SecondPrice, bidders)).unwrap();
        let all_pay = bne(&symmetric(Mechanism::AllPay, bidders)).unwrap();
        for v in [0.1, 0.37, 0.5, 0.88, 1.0] {
            assert_eq!(second.bid(0, v), v);
            let paid = (n - 1.0) / n * libm::pow(v, n);
            close(all_pay.bid(0, v), paid, 1e-9, "all-pay");
            close(all_pay.inverse_bid(0, paid), v, 1e-6, "all-pay");
            for a in [1.2, 1.5, 1.9] {
                let mixed = bne(&symmetric(Mechanism::Mixture { a }, bidders)).unwrap();
                // b' = (v - b) g / ((2 - a) G) with G = v^(N - 1).
                let rivals = (n - 1.0) / (2.0 - a);
                close(mixed.bid(0, v), rivals / (rivals + 1.0) * v, 1e-9, "mixture");
            }
        }
        close(all_pay.projection(0), 3.0 * (n - 1.0) / (n * (n + 2.0)), 1e-8, "projection of all-pay bids");
        assert_eq!((all_pay.low_bid(), second.certificate().upper), (0.0, 0.0));
    }
}

/// The mean of a function of the value: over panels of equal probability.
fn mean(prior: &Prior, f: impl Fn(f64) -> f64) -> f64 {
    use bidsweep::numeric::quadrature::GaussLegendre;
    let (low, high) = prior.support();
    let mut ends: Vec<f64> = (0..=128).map(|k| prior.quantile(f64::from(k) / 128.0)).collect();
    ends.extend((1..60).map(|k| low + (high - low) * libm::exp2(-f64::from(k) / 2.0)));
    ends.extend((1..60).map(|k| high - (high - low) * libm::exp2(-f64::from(k) / 2.0)));
    ends.extend(prior.kinks());
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    GaussLegendre::of_order(10).integrate_panels(&ends, |v| f(v) * prior.pdf(v))
}

#[test]
fn revenue_is_equal_under_all_rules() {
    for prior in seven_priors() {
        for bidders in [2_usize, 3, 5] {
            let n = bidders as f64;
            let of = |mechanism| bne(&under(mechanism, &vec![prior.clone(); bidders])).unwrap();
            let first = of(Mechanism::FirstPrice);
            let high = prior.support().1;
            let what = format!("{prior}, N = {bidders}");
            // By the evaluator, from the second highest value.
            let second = of(Mechanism::SecondPrice);
            close(second.revenue(), first.revenue(), 1e-10 * high, &what);
            close(second.utility(0), first.utility(0), 1e-10 * high, &what);
            // What all pay on average.
            let all_pay = of(Mechanism::AllPay);
            close(n * mean(&prior, |v| all_pay.bid(0, v)), first.revenue(), 1e-8 * high, &what);
            // What a winner pays of either kind: own bids and, by parts, those of the others.
            let a = 1.5;
            let mixture = of(Mechanism::Mixture { a });
            let g = |v: f64| libm::pow(prior.cdf(v), n - 1.0);
            let own = n * mean(&prior, |v| mixture.bid(0, v) * g(v));
            let other = n
                * (n - 1.0)
                * mean(&prior, |v| {
                    mixture.bid(0, v) * libm::pow(prior.cdf(v), n - 2.0) * (1.0 - prior.cdf(v))
                });
            close((2.0 - a) * own + (a - 1.0) * other, first.revenue(), 1e-8 * high, &what);
        }
    }
}

#[test]
fn nobody_gains_at_the_equilibria() {
    let [standard, power, beta, ..] = &seven_priors()[..] else { panic!() };
    for prior in [standard, power, beta] {
        for bidders in [2, 3] {
            for mechanism in Mechanism::ALL {
                let population = under(mechanism, &vec![prior.clone(); bidders]);
                let bne = bne(&population).unwrap();
                let bids = traced(prior.support(), |v| bne.bid(0, v));
                let evaluator = Evaluator::new(&population);
                let profile = Profile { bids: vec![bids; bidders] };
                let response = best_responses(&evaluator, &profile)[1];
                let what = format!("{mechanism}, {prior}, N = {bidders}");
                // Between the knots bids are lines.
                assert!(response.epsilon_ex_ante < 2e-6, "{what}: {response:?}");
                assert!(response.epsilon_interim < 2e-5, "{what}: {response:?}");
                close(response.utility, bne.utility(0), 2e-6, &what);
                close(evaluator.evaluate(&profile).revenue, bne.revenue(), 5e-6, &what);
            }
        }
    }
}

#[test]
fn truth_is_dominant_at_the_second_price() {
    let priors = [uniform(0.0, 1.0), uniform(0.5, 2.0), seven_priors()[2].clone()];
    let population = under(Mechanism::SecondPrice, &priors);
    let evaluator = Evaluator::new(&population);
    for others in [[0.3, 0.9], [1.0, 0.2], [0.7, 0.7]] {
        let profile = Profile::linear([1.0, others[0], others[1]]);
        let response = &best_responses(&evaluator, &profile)[0];
        assert!(response.epsilon_ex_ante < 1e-12 && response.epsilon_interim < 1e-11, "{response:?}");
        let shaded = Profile::linear([0.6, others[0], others[1]]);
        let class = &class_responses(&evaluator, &shaded)[0];
        close(class.utility + class.epsilon, response.utility, 1e-9, "the best line is the truth");
    }
}

#[test]
fn against_a_uniform_line_best_all_pay_bids_jump() {
    // Against U[0, c] the utility v b / c - b is best at b = c from the value c on, and at 0 below.
    let population = symmetric(Mechanism::AllPay, 2);
    for c in [0.4, 0.75] {
        let evaluator = Evaluator::new(&population);
        let response = best_responses(&evaluator, &Profile::linear([0.0, c]))[0];
        let best = (1.0 - c) * (1.0 - c) / 2.0;
        close(response.best_response_utility, best, 1e-9, "all-pay");
        close(response.utility, 0.0, 1e-13, "who bids 0");
        close(response.epsilon_interim, 1.0 - c, 1e-9, "all-pay");
        let class = &class_responses(&evaluator, &Profile::linear([0.5, c]))[0];
        // Of lines w v: E[v min(w v / c, 1)] - w / 2.
        let line = |w: f64| {
            let t = (c / w).min(1.0);
            w / c * t * t * t / 3.0 + (1.0 - t * t) / 2.0 - w / 2.0
        };
        let most = (0..=100_000).map(|k| line(f64::from(k) / 1e5)).fold(0.0, f64::max);
        close(class.utility + class.epsilon, most, 1e-9, "the best line");
    }
}

/// E of what every bidder gets, and what is paid, by simulation with the bids of a profile; standard errors.
fn simulated(population: &Population, profile: &Profile, seed: u64, beta: f64) -> Vec<(f64, f64)> {
    const SAMPLES: u32 = 200_000;
    let Payment { own, other, always } = population.mechanism.payment();
    let mut stream = Xoshiro256PlusPlus::seed_from_u64(seed);
    let n = population.len();
    let mut sums = vec![(0.0, 0.0); n + 1];
    for _ in 0..SAMPLES {
        let unit = |bits: u64| ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        let values: Vec<f64> =
            population.bidders.iter().map(|bidder| bidder.prior.quantile(unit(stream.next_u64()))).collect();
        let bids: Vec<f64> = values.iter().zip(&profile.bids).map(|(v, bids)| bids.mean_bid(*v)).collect();
        let mut paid = 0.0;
        for i in 0..n {
            let met = (0..n).filter(|j| *j != i).map(|j| bids[j]).fold(0.0, f64::max);
            let p = if beta.is_finite() {
                1.0 / (1.0 + libm::exp(-beta * (bids[i] - met)))
            } else {
                f64::from(bids[i] > met)
            };
            let price = p * (own * bids[i] + other * met) + always * bids[i];
            let utility = p * values[i] - price;
            sums[i] = (sums[i].0 + utility, sums[i].1 + utility * utility);
            paid += price;
        }
        sums[n] = (sums[n].0 + paid, sums[n].1 + paid * paid);
    }
    let m = f64::from(SAMPLES);
    sums.iter().map(|(sum, square)| (sum / m, ((square / m - sum / m * (sum / m)) / m).sqrt())).collect()
}

/// A random game: two to four bidders of random priors, rules and rising bids.
fn random_game(seed: u64) -> (Population, Profile) {
    let mut stream = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut unit = || (stream.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let rules = [Mechanism::SecondPrice, Mechanism::AllPay, Mechanism::Mixture { a: 1.0 + unit().max(0.01) }];
    let mechanism = rules[(3.0 * unit()) as usize];
    let n = 2 + (3.0 * unit()) as usize;
    let all = seven_priors();
    let priors: Vec<Prior> = (0..n).map(|_| all[(7.0 * unit()) as usize].clone()).collect();
    let bids = priors.iter().map(|prior| {
        let (low, high) = prior.support();
        let (mut value, mut bid) = (low, 0.3 * unit() * low);
        let mut knots = vec![(value, bid)];
        for _ in 0..4 {
            value += (high - low) / 4.0;
            bid += 0.5 * unit() * (high - low);
            knots.push((value, bid));
        }
        knots[4].0 = high;
        through(&knots)
    });
    let bids = bids.collect();
    (under(mechanism, &priors), Profile { bids })
}

#[test]
fn twenty_random_games_agree_with_simulation() {
    for seed in 0..20 {
        let (population, profile) = random_game(seed);
        let evaluator = Evaluator::new(&population);
        let evaluation = evaluator.evaluate(&profile);
        let what = |i: usize| format!("game {seed}, {}, bidder {i}", population.mechanism);
        let simulated_of = |beta| simulated(&population, &profile, 1000 + seed, beta);
        let truth = simulated_of(f64::INFINITY);
        for (i, bidder) in evaluation.bidders.iter().enumerate() {
            close(bidder.utility, truth[i].0, 5.0 * truth[i].1 + 1e-12, &what(i));
        }
        let (revenue, error) = truth[population.len()];
        close(evaluation.revenue, revenue, 5.0 * error, &what(99));
        let utilities: f64 = evaluation.bidders.iter().map(|bidder| bidder.utility).sum();
        close(evaluation.welfare, evaluation.revenue + utilities, 1e-9, &what(99));
        assert!(evaluation.efficiency <= 1.0 + 1e-9);
        let smoothed = smoothed_responses(&evaluator, &profile, 20.0).unwrap();
        for (i, (response, (utility, error))) in smoothed.iter().zip(simulated_of(20.0)).enumerate() {
            close(response.utility, utility, 5.0 * error + 1e-12, &what(i));
        }
    }
}

#[test]
fn what_is_found_is_what_a_bidder_can_have_and_no_less_than_others_find() {
    for seed in 20..40 {
        let (population, profile) = random_game(seed);
        let evaluator = Evaluator::new(&population);
        let responses = best_responses(&evaluator, &profile);
        let uppers = epsilon_ex_ante_upper(&evaluator, &profile);
        let classes = class_responses(&evaluator, &profile);
        for (i, response) in responses.iter().enumerate() {
            let what = format!("game {seed}, {}, bidder {i}: {response:?}", population.mechanism);
            let (low, high) = population.bidders[i].prior.support();
            // Other bids, among them lines, shaded bids and higher ones.
            for k in 0..=24 {
                let t = f64::from(k) / 24.0;
                let mut other = profile.clone();
                other.bids[i] = match k % 3 {
                    0 => BidFunction::Linear { multiplier: t },
                    1 => traced((low, high), |v| t * profile.bids[i].mean_bid(v)),
                    _ => traced((low, high), |v| t * (v - low) + 0.3 * (1.0 - t) * low),
                };
                let utility = evaluator.evaluate(&other).bidders[i].utility;
                assert!(utility <= response.best_response_utility + 1e-8, "{what} {utility}");
            }
            assert!(response.epsilon_ex_ante <= response.epsilon_interim + 1e-12, "{what}");
            assert!(response.epsilon_ex_ante <= uppers[i] + 1e-12, "{what}");
            assert!(uppers[i] <= response.epsilon_ex_ante + 2e-4 * high, "{what} {}", uppers[i]);
            assert!(uppers[i] <= response.epsilon_ex_ante_upper + 1e-9, "{what}");
            assert!(classes[i].epsilon <= response.epsilon_ex_ante + 1e-8, "{what} {:?}", classes[i]);
            close(classes[i].utility, response.utility, 1e-8, &what);
            let program = program_response(&evaluator, &profile, i, Grid { cells: 32, bids: 128 }, None);
            let program = program.unwrap();
            let found = program.plain.utility;
            assert!(found <= response.best_response_utility + 1e-8, "{what} {found}");
            assert!(found >= response.utility - 1e-8, "{what} {found}");
            assert!(program.upper.unwrap() >= response.best_response_utility - 1e-8, "{what} {program:?}");
        }
    }
}

#[test]
fn expected_gradients_are_the_slopes_of_smoothed_utilities() {
    for seed in 40..52 {
        let (mut population, _) = random_game(seed);
        let segments = [None, Some(3), None, Some(2)];
        for (bidder, segments) in population.bidders.iter_mut().zip(segments) {
            bidder.strategy =
                segments.map_or(Strategy::Linear, |segments| Strategy::PiecewiseLinear { segments });
        }
        let parameters: Vec<Vec<f64>> = population
            .bidders
            .iter()
            .enumerate()
            .map(|(i, bidder)| {
                let at = |k: usize| 0.4 + 0.1 * ((3 * i + 2 * k) % 5) as f64;
                (0..bidder.strategy.parameters()).map(at).collect()
            })
            .collect();
        let evaluator = Evaluator::new(&population);
        let profile = |parameters: &[Vec<f64>]| Profile {
            bids: population
                .bidders
                .iter()
                .zip(parameters)
                .map(|(bidder, own)| bidder.strategy.bid_function(&bidder.prior, own))
                .collect(),
        };
        for beta in [15.0, 200.0, f64::INFINITY] {
            let gradient = ExpectedGradient::new(&population, beta);
            let all = gradient.at(&parameters);
            for i in 0..population.len() {
                assert_eq!(gradient.of(i, &parameters).len(), all[i].len());
                for k in 0..parameters[i].len() {
                    let at = |by: f64| {
                        let mut moved = parameters.clone();
                        moved[i][k] += by;
                        if beta.is_finite() {
                            smoothed_responses(&evaluator, &profile(&moved), beta).unwrap()[i].utility
                        } else {
                            evaluator.evaluate(&profile(&moved)).bidders[i].utility
                        }
                    };
                    // In the true auction the slope bends wherever densities jump.
                    let (apart, error) = if beta.is_finite() { (1e-4, 2e-5) } else { (1e-5, 1e-4) };
                    let quotient = (at(apart) - at(-apart)) / (2.0 * apart);
                    let what = format!("game {seed}, {}, beta {beta}, {i}, {k}", population.mechanism);
                    close(all[i][k], quotient, error, &what);
                }
            }
        }
    }
}

#[test]
fn references_are_known_for_every_rule_or_say_why_not() {
    for mechanism in Mechanism::ALL {
        let found = references(&symmetric(mechanism, 2), 50.0);
        let own = &found.bidders[0];
        let [bne, class] = [&own.bne, &own.class].map(|reference| reference.multiplier.unwrap());
        let line = match mechanism {
            Mechanism::FirstPrice => 0.5,
            Mechanism::SecondPrice => 1.0,
            // Lines: E v^2 / w = 1 / 2.
            Mechanism::AllPay => 2.0 / 3.0,
            Mechanism::Mixture { a } => 1.0 / (3.0 - a),
        };
        close(class, line, 1e-8, &format!("{mechanism}: {own:?}"));
        let projected = if mechanism == Mechanism::AllPay { 3.0 / 8.0 } else { line };
        close(bne, projected, 1e-8, &format!("{mechanism}"));
        close(own.utility_bne.unwrap(), 1.0 / 6.0, 1e-9, &format!("{mechanism}"));
        assert!(own.smoothed.multiplier.is_some() || own.smoothed.reason.is_some());
        // A smoothed equilibrium is one: no line gains in the smoothed auction.
        if let Some(w) = own.smoothed.multiplier {
            let evaluator = Evaluator::new(&symmetric(mechanism, 2));
            let gain = &smoothed_responses(&evaluator, &Profile::linear([w; 2]), 50.0).unwrap()[0].class;
            assert!(gain.epsilon < 1e-7, "{mechanism} at {w}: {gain:?}");
        }
    }
    let unequal = [uniform(0.0, 1.0), uniform(0.0, 2.0)];
    for mechanism in [Mechanism::AllPay, Mechanism::Mixture { a: 1.5 }] {
        let reason = references(&under(mechanism, &unequal), 50.0).bidders[0].bne.reason.clone();
        assert!(reason.unwrap().contains("all bidders share a prior"));
    }
    let second = references(&under(Mechanism::SecondPrice, &unequal), 50.0);
    assert_eq!(second.bidders[1].bne.multiplier, Some(1.0));
    // The weak bidder wins where the other is below: E over both of the lower value.
    close(second.bne.unwrap().revenue(), 1.0 / 2.0 - 1.0 / 12.0, 1e-10, "E min of U[0, 1] and U[0, 2]");
}
