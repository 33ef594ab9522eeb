//! The gradient of any classes against a method that shares nothing with it.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::{Accuracy, ClassGradient, ExpectedGradient, FINE, GRADIENT_ERROR, Meetings};
use crate::auction::games::uniform;
use crate::auction::prior::{Beta, Empirical, Power, TruncatedExponential, TruncatedNormal, Uniform};
use crate::auction::{BidFunction, Bidder, Mechanism, Population, Prior, Strategy};
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::simd::Instance;

const LINEAR: Strategy = Strategy::Linear;

fn pieces(segments: usize) -> Strategy {
    Strategy::PiecewiseLinear { segments }
}

fn population(bidders: &[(Prior, Strategy)]) -> Population {
    let bidder = |(prior, strategy): &(Prior, Strategy)| Bidder { prior: prior.clone(), strategy: *strategy };
    Population { mechanism: Mechanism::FirstPrice, bidders: bidders.iter().map(bidder).collect() }
}

/// Multipliers around 0.6, and slopes from 0.6 e^-spread to 0.6 e^spread.
fn parameters(population: &Population, spread: f64, seed: u64) -> Vec<Vec<f64>> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut draw = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut drawn = |bidder: &Bidder| -> Vec<f64> {
        let slope = |_| 0.6 * libm::exp(spread * (2.0 * draw() - 1.0));
        (0..bidder.strategy.parameters())
            .map(slope)
            .map(|m: f64| if bidder.strategy == LINEAR { m.min(0.9) } else { m })
            .collect()
    };
    population.bidders.iter().map(&mut drawn).collect()
}

fn knots(prior: &Prior, bids: &BidFunction) -> Vec<(f64, f64)> {
    let (low, high) = prior.support();
    match bids {
        BidFunction::PiecewiseLinear(function) => function.knots().to_vec(),
        line => vec![(low, line.mean_bid(low)), (high, line.mean_bid(high))],
    }
}

/// F(value at which b is bid).
fn below(prior: &Prior, knots: &[(f64, f64)], bid: f64) -> f64 {
    if bid <= knots[0].1 {
        return 0.0;
    }
    match knots.iter().position(|knot| knot.1 >= bid) {
        None => 1.0,
        Some(k) => {
            let ((v, b), (to, up)) = (knots[k - 1], knots[k]);
            prior.cdf(v + (to - v) * (bid - b) / (up - b))
        }
    }
}

/// Panels between ends, each cut in so many that `steep` times its length is at most 1, and in `least` at
/// least.
fn nodes(ends: &[f64], steep: f64, least: usize) -> Vec<(f64, f64)> {
    let rule = GaussLegendre::of_order(12);
    let mut all = Vec::new();
    for pair in ends.windows(2).filter(|pair| pair[1] > pair[0]) {
        let count = ((steep * (pair[1] - pair[0])).ceil() as usize).max(least);
        for k in 0..count {
            let at = |k: usize| pair[0] + (pair[1] - pair[0]) * k as f64 / count as f64;
            all.extend(rule.points(at(k), at(k + 1)));
        }
    }
    all
}

/// Plain quadrature of
///
/// ```text
/// int f(v) db/da { -W(b(v)) + (v - b(v)) W'(b(v)) } dv,    W(b) = int beta s'(beta (b - m)) H(m) dm
/// ```
///
/// over own values and highest rival bids m, with W' by s'', so that no density of a bid is needed.
fn plain(population: &Population, parameters: &[Vec<f64>], beta: f64, i: usize) -> Vec<f64> {
    let functions: Vec<Vec<(f64, f64)>> = population
        .bidders
        .iter()
        .zip(parameters)
        .map(|(bidder, a)| knots(&bidder.prior, &bidder.strategy.bid_function(&bidder.prior, a)))
        .collect();
    let rivals = || (0..population.len()).filter(|j| *j != i);
    let smooth = |prior: &Prior| matches!(prior, Prior::Uniform(_));
    let mut bends: Vec<f64> = rivals().flat_map(|j| functions[j].iter().map(|knot| knot.1)).collect();
    for j in rivals().filter(|j| !smooth(&population.bidders[*j].prior)) {
        let prior = &population.bidders[j].prior;
        let bids = population.bidders[j].strategy.bid_function(prior, &parameters[j]);
        let marks = (1..40).map(|k| prior.quantile(libm::pow(0.5, f64::from(k))));
        bends.extend(
            marks
                .chain((1..40).map(|k| prior.upper_quantile(libm::pow(0.5, f64::from(k)))))
                .map(|v| bids.mean_bid(v)),
        );
        bends.extend(prior.kinks().into_iter().map(|v| bids.mean_bid(v)));
    }
    bends.sort_by(f64::total_cmp);
    let top = bends[bends.len() - 1];
    let law: Vec<(f64, f64)> = nodes(&bends, beta, 1)
        .into_iter()
        .map(|(m, weight)| {
            (
                m,
                weight
                    * rivals()
                        .map(|j| below(&population.bidders[j].prior, &functions[j], m))
                        .product::<f64>(),
            )
        })
        .collect();
    let logistic = |z: f64| {
        let decay = libm::exp(-z.abs());
        let tail = decay / (1.0 + decay);
        let first = tail * (1.0 - tail);
        (if z < 0.0 { tail } else { 1.0 - tail }, first, first * (1.0 - 2.0 * tail) * -z.signum())
    };
    let Bidder { prior, strategy } = &population.bidders[i];
    let mut ends: Vec<f64> = functions[i].iter().map(|knot| knot.0).collect();
    if !smooth(prior) {
        ends.extend((1..40).map(|k| prior.quantile(libm::pow(0.5, f64::from(k)))));
        ends.extend((1..40).map(|k| prior.upper_quantile(libm::pow(0.5, f64::from(k)))));
        ends.extend(prior.kinks());
    }
    ends.sort_by(f64::total_cmp);
    let bids = strategy.bid_function(prior, &parameters[i]);
    let mut gradient = vec![0.0; parameters[i].len()];
    for pair in ends.windows(2).filter(|pair| pair[1] > pair[0]) {
        let rise = (bids.mean_bid(pair[1]) - bids.mean_bid(pair[0])) / (pair[1] - pair[0]);
        for (v, weight) in nodes(pair, beta * rise, 1) {
            let b = bids.mean_bid(v);
            let from = law.partition_point(|node| beta * (b - node.0) > 40.0);
            let to = law.partition_point(|node| beta * (b - node.0) > -40.0);
            let (at_top, at_top_slope, _) = logistic(beta * (b - top));
            let (mut win, mut slope) = (at_top, beta * at_top_slope);
            for (m, part) in &law[from..to] {
                let (_, first, second) = logistic(beta * (b - m));
                win += part * beta * first;
                slope += part * beta * beta * second;
            }
            let part = weight * prior.pdf(v) * ((v - b) * slope - win);
            match strategy {
                Strategy::Linear => gradient[0] += part * v,
                Strategy::PiecewiseLinear { .. } => {
                    gradient[0] += part * functions[i][0].0;
                    for (pair, g) in functions[i].windows(2).zip(&mut gradient[1..]) {
                        *g += part * (v.min(pair[1].0) - pair[0].0).max(0.0);
                    }
                }
            }
        }
    }
    gradient
}

fn worst(one: &[Vec<f64>], other: &[Vec<f64>]) -> f64 {
    let pairs = one.iter().flatten().zip(other.iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

fn fine(population: &Population, beta: f64, parameters: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let groups = population.bidders.iter().map(|bidder| (&bidder.prior, bidder.strategy, 1));
    let gradient = ClassGradient::fine(groups, Mechanism::FirstPrice.payment(), beta);
    let met = gradient.meet(parameters);
    (0..parameters.len()).map(|i| met.gradient(i, &parameters[i])).collect()
}

fn games() -> Vec<(Population, f64)> {
    let power = |mu| Prior::Power(Power::new(mu, 0.0, 1.0).unwrap());
    let beta = |a, b| Prior::Beta(Beta::new(a, b, 0.0, 1.0).unwrap());
    let normal = Prior::TruncatedNormal(TruncatedNormal::new(0.5, 0.2, 0.0, 1.0).unwrap());
    vec![
        (population(&[(Prior::STANDARD, pieces(16)), (Prior::STANDARD, pieces(16))]), 0.5),
        (population(&[(Prior::STANDARD, pieces(16)), (Prior::STANDARD, pieces(16))]), 3.0),
        (population(&[(Prior::STANDARD, pieces(1)), (uniform(0.2, 0.9), LINEAR)]), 0.5),
        (
            population(&[
                (uniform(0.3, 1.0), pieces(5)),
                (Prior::STANDARD, LINEAR),
                (uniform(0.0, 0.8), pieces(3)),
            ]),
            1.0,
        ),
        (
            population(&[(power(2.0), pieces(16)), (beta(2.0, 5.0), LINEAR), (Prior::STANDARD, pieces(8))]),
            0.5,
        ),
        (population(&[(normal, pieces(16)), (beta(3.0, 2.0), pieces(16))]), 1.0),
        (population(&vec![(Prior::STANDARD, pieces(4)); 20]), 0.4),
        (population(&vec![(Prior::STANDARD, pieces(1)); 20]), 0.1),
    ]
}

#[test]
fn the_gradient_of_any_classes_is_that_of_plain_quadrature_uniformly_in_beta() {
    for (case, (population, spread)) in games().into_iter().enumerate() {
        for beta in [5.0, 20.0, 100.0, 1000.0] {
            let parameters = parameters(&population, spread, case as u64);
            let found = ExpectedGradient::new(&population, beta).at(&parameters);
            let finer = fine(&population, beta, &parameters);
            let bidders = if population.len() > 3 { 0..1 } else { 0..population.len() };
            let plain: Vec<Vec<f64>> = bidders.map(|i| plain(&population, &parameters, beta, i)).collect();
            let (error, of_fine) = (worst(&found, &finer), worst(&finer, &plain));
            assert!(error < GRADIENT_ERROR, "case {case}, beta {beta}: {error:e}");
            assert!(of_fine < 1e-12, "case {case}, beta {beta}: {of_fine:e}");
        }
    }
}

#[test]
fn one_bidder_has_what_all_have() {
    for (case, (population, spread)) in games().into_iter().enumerate().take(5) {
        for beta in [20.0, f64::INFINITY] {
            let parameters = parameters(&population, spread, case as u64);
            let gradient = ExpectedGradient::new(&population, beta);
            let all = gradient.at(&parameters);
            for (bidder, all) in all.iter().enumerate() {
                assert_eq!(gradient.of(bidder, &parameters), *all);
            }
        }
    }
}

/// The expected utility in the true auction, panels ending where own bids meet bends of others.
fn utility(population: &Population, parameters: &[Vec<f64>], i: usize) -> f64 {
    let functions: Vec<Vec<(f64, f64)>> = population
        .bidders
        .iter()
        .zip(parameters)
        .map(|(bidder, a)| knots(&bidder.prior, &bidder.strategy.bid_function(&bidder.prior, a)))
        .collect();
    let rivals = || (0..population.len()).filter(|j| *j != i);
    let own = &functions[i];
    let mut ends: Vec<f64> = own.iter().map(|knot| knot.0).collect();
    for (_, bid) in rivals().flat_map(|j| functions[j].clone()) {
        let meets = own.windows(2).find(|pair| pair[0].1 < bid && bid < pair[1].1);
        ends.extend(
            meets.map(|pair| {
                pair[0].0 + (pair[1].0 - pair[0].0) * (bid - pair[0].1) / (pair[1].1 - pair[0].1)
            }),
        );
    }
    ends.sort_by(f64::total_cmp);
    let Bidder { prior, strategy } = &population.bidders[i];
    let bids = strategy.bid_function(prior, &parameters[i]);
    let won = |v: f64| -> f64 {
        let bid = bids.mean_bid(v);
        let wins = rivals().map(|j| below(&population.bidders[j].prior, &functions[j], bid)).product::<f64>();
        prior.pdf(v) * (v - bid) * wins
    };
    nodes(&ends, 1.0, 2).into_iter().map(|(v, weight)| weight * won(v)).sum()
}

#[test]
fn in_the_true_auction_it_is_the_slope_of_the_utility() {
    for (case, (population, spread)) in games().into_iter().enumerate().take(6) {
        let parameters = parameters(&population, spread, case as u64);
        let gradient = ExpectedGradient::new(&population, f64::INFINITY).at(&parameters);
        for (bidder, gradient) in gradient.into_iter().enumerate() {
            for (k, g) in gradient.into_iter().enumerate() {
                let at = |shift: f64| {
                    let mut moved = parameters.clone();
                    moved[bidder][k] += shift;
                    utility(&population, &moved, bidder)
                };
                let quotient = (at(1e-5) - at(-1e-5)) / 2e-5;
                // Kinks of the gradient within the quotient's distance, at most its slope of about 1 times
                // 1e-5.
                assert!((g - quotient).abs() < 1e-5, "case {case}, bidder {bidder}, {k}: {g} for {quotient}");
            }
        }
    }
}

#[test]
fn flat_and_steep_segments_are_no_trouble() {
    let population = population(&[(Prior::STANDARD, pieces(4)), (Prior::STANDARD, pieces(4))]);
    // Both have flat segments at one bid, one of them exactly; and both have a jump.
    let parameters = vec![vec![0.5, 0.8, 0.0, 9.0, 1e-9], vec![0.5, 0.8, 1e-12, 1e-7, 20.0]];
    for beta in [5.0, 50.0, 300.0] {
        let found = ExpectedGradient::new(&population, beta).at(&parameters);
        let plain: Vec<Vec<f64>> = (0..2).map(|i| plain(&population, &parameters, beta, i)).collect();
        assert!(worst(&found, &plain) < GRADIENT_ERROR, "{:e} at {beta}", worst(&found, &plain));
    }
}

#[test]
fn powers_at_the_ends_of_a_support_and_mild_poles_are_met_too() {
    let power = |mu| Prior::Power(Power::new(mu, 0.0, 1.0).unwrap());
    let beta = |a, b| Prior::Beta(Beta::new(a, b, 0.0, 1.0).unwrap());
    for population in [
        population(&[(power(0.5), pieces(16)), (Prior::STANDARD, pieces(16))]),
        population(&[(beta(0.5, 1.3), pieces(2)), (Prior::STANDARD, LINEAR)]),
        population(&[(beta(1.4, 3.3), pieces(2)), (Prior::STANDARD, pieces(2))]),
        population(&[(power(1.3), pieces(2)), (Prior::STANDARD, pieces(2))]),
    ] {
        for beta in [5.0, 100.0] {
            let parameters = parameters(&population, 0.4, 7);
            let found = ExpectedGradient::new(&population, beta).at(&parameters);
            let finer = fine(&population, beta, &parameters);
            let plain: Vec<Vec<f64>> = (0..2).map(|i| plain(&population, &parameters, beta, i)).collect();
            assert!(worst(&found, &plain) < GRADIENT_ERROR, "{:e} at {beta}", worst(&found, &plain));
            assert!(worst(&finer, &plain) < 1e-8, "{:e} at {beta}", worst(&finer, &plain));
        }
    }
}

#[test]
fn the_rule_for_a_steep_auction_takes_over_without_a_step() {
    let population = population(&[(Prior::STANDARD, pieces(8)), (uniform(0.0, 0.9), pieces(8))]);
    let parameters = parameters(&population, 0.5, 11);
    let groups = || population.bidders.iter().map(|bidder| (&bidder.prior, bidder.strategy, 1));
    let beta = 6000.0;
    let gradient = ClassGradient::fast(groups(), Mechanism::FirstPrice.payment(), beta);
    let met = gradient.meet(&parameters);
    assert!(met.meetings.is_none());
    let meetings = Meetings::new(&gradient.groups, &met.bids, gradient.payment, beta, FINE);
    for (bidder, of_bidder) in parameters.iter().enumerate() {
        let own = gradient.groups[bidder].bids(of_bidder);
        let before =
            meetings.gradient(&gradient.groups, bidder, &met.bids, &own, gradient.payment, beta, FINE);
        for (a, b) in met.gradient(bidder, of_bidder).into_iter().zip(before) {
            assert!((a - b).abs() < GRADIENT_ERROR, "{a} for {b}");
        }
    }
}

/// One bidder after the other, on panels and nodes of its own, twice as many as for references.
const FINEST: Accuracy = Accuracy { logistic: 1e-15, cut: 38.0, density: 20, ends: 48, outer: 40, inner: 40 };

/// Any bidders, alike or not, some bid functions with flat segments, in auctions of any steepness; and
/// whether all densities are smooth.
fn drawn(seed: u64) -> (Population, Vec<Vec<f64>>, f64, bool) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut draw = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let [smooth, lines, alike, together, flat] = [0.7, 0.4, 0.3, 0.3, 0.3].map(|share| draw() < share);
    let count = 2 + (6.0 * draw() * draw()) as usize;
    let mut bidder = || {
        let low = if draw() < 0.5 { 0.0 } else { 0.8 * draw() };
        let high = if low == 0.0 { 1.0 } else { low + 0.2 + 1.5 * draw() };
        let width = high - low;
        let mut shape = || if smooth { 1.0 + (6.0 * draw()).floor() } else { 0.5 + 4.0 * draw() };
        let (a, b) = (shape(), shape());
        let prior = match (7.0 * draw()) as u32 {
            0 => Uniform::new(low, high).map(Prior::Uniform),
            1 => Power::new(a, low, high).map(Prior::Power),
            2 | 3 => Beta::new(a, b, low, high).map(Prior::Beta),
            4 => TruncatedNormal::new(low + width * draw(), width * (0.05 + draw()), low, high)
                .map(Prior::TruncatedNormal),
            5 => TruncatedExponential::new(20.0 * draw() / width, low, high).map(Prior::TruncatedExponential),
            _ => {
                let values: Vec<f64> = (0..25).map(|_| low + width * draw()).collect();
                Empirical::new("values.csv", "value", &values).map(Prior::Empirical)
            }
        };
        let curve = pieces([1, 3, 8, 16][(4.0 * draw()) as usize]);
        (prior.unwrap(), if lines || draw() < 0.4 { LINEAR } else { curve })
    };
    let mut bidders: Vec<(Prior, Strategy)> = (0..count).map(|_| bidder()).collect();
    if alike {
        let first = bidders[0].clone();
        bidders.fill(first);
    }
    let population = population(&bidders);
    let common = 0.1 + 0.8 * draw();
    let parameters = population.bidders.iter().map(|bidder| {
        let around = if together { common } else { 0.1 + 0.8 * draw() };
        let mut slope = || {
            if flat && draw() < 0.2 { 0.0 } else { around * libm::exp(2.0 * draw() - 1.0) }
        };
        let count = bidder.strategy.parameters();
        if bidder.strategy == LINEAR { vec![around] } else { (0..count).map(|_| slope()).collect() }
    });
    let parameters = parameters.collect();
    let beta = if draw() < 0.25 { f64::INFINITY } else { libm::exp(1.0 + 5.5 * draw()) };
    (population, parameters, beta, smooth)
}

/// Far within what is promised: the error of nodes that all share, where densities are smooth and where they
/// are like any powers from -1/2 on of the distance to an end.
const SMOOTH_ERROR: f64 = 3e-12;
const ROUGH_ERROR: f64 = 1e-7;

#[test]
fn nodes_that_all_share_give_what_each_bidders_own_do() {
    for seed in 0..400 {
        let (population, parameters, beta, smooth) = drawn(seed);
        let uniform =
            |bidder: &Bidder| matches!(bidder.prior, Prior::Uniform(_)) && bidder.strategy == LINEAR;
        if population.bidders.iter().all(uniform) {
            continue;
        }
        let found = ExpectedGradient::new(&population, beta).at(&parameters);
        let groups = population.bidders.iter().map(|bidder| (&bidder.prior, bidder.strategy, 1));
        let gradient = ClassGradient::new(groups, Mechanism::FirstPrice.payment(), beta, FINEST);
        let met = gradient.meet(&parameters);
        for (bidder, found) in found.iter().enumerate() {
            let expected = met.gradient(bidder, &parameters[bidder]);
            let scale = expected.iter().fold(1.0, |most: f64, g| most.max(g.abs()));
            let most = if smooth { SMOOTH_ERROR } else { ROUGH_ERROR };
            for (g, expected) in found.iter().zip(expected) {
                assert!((g - expected).abs() <= most * scale, "{seed}, {bidder}: {g:e} for {expected:e}");
            }
        }
    }
}

/// Values of a sample in a support, crowded towards one end.
fn data(count: u32, (low, high): (f64, f64), power: f64, seed: u64) -> Prior {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut draw = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let values: Vec<f64> = (0..count).map(|_| low + (high - low) * libm::pow(draw(), power)).collect();
    Prior::Empirical(Empirical::new("values.csv", "value", &values).unwrap())
}

#[test]
fn nodes_that_crowd_are_stood_for_without_a_difference() {
    let games = [
        population(&[(data(500, (0.0, 1.0), 1.0, 1), LINEAR), (Prior::STANDARD, LINEAR)]),
        population(&[(data(400, (0.1, 0.9), 2.0, 2), pieces(8)), (data(300, (0.0, 1.2), 0.5, 3), LINEAR)]),
        population(&vec![(data(200, (0.0, 1.0), 1.0, 4), LINEAR); 3]),
        population(&vec![(Prior::STANDARD, pieces(512)); 2]),
    ];
    for (case, population) in games.into_iter().enumerate() {
        for beta in [2.0, 11.0, 60.0, 300.0] {
            let parameters = parameters(&population, 0.5, case as u64);
            let found = ExpectedGradient::new(&population, beta).at(&parameters);
            let groups = population.bidders.iter().map(|bidder| (&bidder.prior, bidder.strategy, 1));
            let gradient = ClassGradient::new(groups, Mechanism::FirstPrice.payment(), beta, FINEST);
            let met = gradient.meet(&parameters);
            let expected: Vec<Vec<f64>> =
                parameters.iter().enumerate().map(|(i, own)| met.gradient(i, own)).collect();
            let error = worst(&found, &expected);
            assert!(error < SMOOTH_ERROR, "case {case}, beta {beta}: {error:e}");
        }
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits_and_one_bidder_what_all_have() {
    for seed in 0..40 {
        let (population, parameters, beta, _) = drawn(seed);
        let uniforms = game_of_uniforms(&population);
        for (population, parameters) in [
            (&population, parameters.clone()),
            (&uniforms, parameters.iter().map(|a| vec![a[0].max(0.1)]).collect()),
        ] {
            let mut gradient = ExpectedGradient::new(population, beta);
            let all = gradient.at(&parameters);
            let last = population.len() - 1;
            assert_eq!(gradient.of(last, &parameters), all[last]);
            for instance in Instance::available() {
                gradient.set_instance(instance);
                assert_eq!(gradient.at(&parameters), all, "{instance:?}");
            }
        }
    }
}

/// Lines of uniform priors on the same supports.
fn game_of_uniforms(population: &Population) -> Population {
    let bidder = |bidder: &Bidder| {
        let (low, high) = bidder.prior.support();
        Bidder { prior: uniform(low, high), strategy: LINEAR }
    };
    Population { bidders: population.bidders.iter().map(bidder).collect(), ..population.clone() }
}
