//! How likely a bid wins in the smoothed auction.

use super::bid_curve::{BidCurve, lowest_bids};
use super::panels::{Integrand, walk};
use super::wins::Wins;
use crate::numeric::piecewise::Piecewise;

/// Beyond this argument the logistic function is 0 or 1 to rounding.
const CUT: f64 = 38.0;

/// Panels of the rivals' bids are that wide in the argument of the logistic function, whose poles lie pi i
/// away: ten nodes err by 1e-13 (Trefethen 2013, theorem 19.3).
const WIDEST: f64 = 3.0;

/// And there are so many at least.
const LEAST_PANELS: f64 = 16.0;

/// The argument over which one exponential serves.
const SECTION: f64 = 256.0;

/// The error of the tables of W at the points where it is tried; elsewhere it is some ten times that.
const TABLE_ERROR: f64 = 1e-13;

/// First pieces of the tables are wider than this, in the argument of the logistic function.
const LEAST_PIECE: f64 = 1.0;

/// The probability to win of one bidder in the auction smoothed at steepness beta: with m the highest rival
/// bid and s the logistic function, of rising degree-12 polynomials,
///
/// ```text
/// W(b) = E_m[s(beta (b - m))] = int H(b - x / beta) s'(x) dx,    H(m) = prod_{j != i} G_j(m).
/// ```
///
/// W(0) is above 0, and W rises beyond the highest rival bid. The absolute error is below 1e-11.
#[derive(Clone, Debug)]
pub struct SmoothedWins {
    table: Piecewise,
}

impl SmoothedWins {
    /// Of every bidder, from the laws of all bids, bidders counted from 0; `beta` is per unit of bid, finite
    /// and above 0.
    pub fn of_all(curves: &[BidCurve], beta: f64) -> Vec<SmoothedWins> {
        let bids = HighestBids::new(curves, beta);
        (0..bids.weights.len())
            .map(|bidder| SmoothedWins { table: table(curves, &bids, bidder, beta) })
            .collect()
    }
}

/// What a bid that wins meets in the smoothed auction, E_m\[m s(beta (b - m))\] with m the highest rival bid.
#[derive(Clone, Debug)]
pub struct SmoothedMet {
    table: Piecewise,
}

impl SmoothedMet {
    /// As [`SmoothedWins::of_all`].
    pub fn of_all(curves: &[BidCurve], beta: f64) -> Vec<SmoothedMet> {
        let bids = HighestBids::new(curves, beta).by_bid();
        (0..bids.weights.len())
            .map(|bidder| SmoothedMet { table: table(curves, &bids, bidder, beta) })
            .collect()
    }

    pub(super) fn table(&self) -> &Piecewise {
        &self.table
    }
}

impl SmoothedWins {
    pub(super) fn table(&self) -> &Piecewise {
        &self.table
    }

    /// W(b).
    pub fn value(&self, bid: f64) -> f64 {
        let (_, top) = self.table.range();
        self.table.at(bid.min(top))
    }
}

impl Wins for SmoothedWins {
    fn at(&self, bid: f64) -> (f64, f64) {
        let (_, top) = self.table.range();
        if bid >= top {
            return (self.table.at(top), 0.0);
        }
        self.table.at_with_slope(bid)
    }

    fn bends(&self) -> &[f64] {
        self.table.ends()
    }
}

/// W of one bidder between ends of pieces that follow from the rivals' bids.
fn table(curves: &[BidCurve], bids: &HighestBids, bidder: usize, beta: f64) -> Piecewise {
    let rivals = || curves.iter().filter(|curve| curve.bidder != bidder);
    let others = lowest_bids(curves).enumerate().filter(|(j, _)| *j != bidder);
    let floor = others.map(|(_, lowest)| lowest).fold(0.0, f64::max);
    let top = rivals().map(BidCurve::top).fold(floor, f64::max);
    let reach = CUT / beta;
    let mut ends = Vec::new();
    for curve in rivals() {
        for &(bid, _) in &curve.points {
            // Around a bend W is as steep as the logistic function.
            let bid = bid.max(floor);
            ends.extend([bid - reach, bid, bid + reach]);
        }
        for pair in curve.points.windows(2) {
            let ((from, low), (to, high)) = (pair[0], pair[1]);
            let rise = low.rise_to(high);
            let marks = curve.marginal.marks_between(low, high).iter();
            ends.extend(marks.map(|mark| (low.rise_to(mark.share) / rise).mul_add(to - from, from)));
        }
    }
    let (lowest, highest) = ((floor - reach).max(0.0), top + reach);
    ends.retain(|end| *end > lowest && highest - end > LEAST_PIECE / beta);
    ends.sort_by(f64::total_cmp);
    let mut kept = vec![0.0];
    if lowest > LEAST_PIECE / beta {
        kept.push(lowest);
    }
    for end in ends {
        if end - kept[kept.len() - 1] > LEAST_PIECE / beta {
            kept.push(end);
        }
    }
    kept.push(highest);
    let exact = |bid: f64| bids.smoothed(bidder, bid);
    Piecewise::new(&kept, exact, |bid, y| (y - exact(bid)).abs() < TABLE_ERROR)
}

/// The law of the highest rival bid m of every bidder, as weights at nodes that they share.
#[derive(Debug)]
struct HighestBids {
    beta: f64,
    /// beta m, rising.
    arguments: Vec<f64>,
    /// Where each section of the arguments ends, and the argument it starts with.
    sections: Vec<(usize, f64)>,
    /// e^(argument - section start).
    growth: Vec<f64>,
    /// h_i dm, by bidder.
    weights: Vec<Vec<f64>>,
    /// The sum of the weights before each node, and of all.
    below: Vec<Vec<f64>>,
}

impl HighestBids {
    fn new(curves: &[BidCurve], beta: f64) -> Self {
        let lowest = curves.iter().map(BidCurve::lowest).fold(f64::INFINITY, f64::min);
        let top = curves.iter().map(BidCurve::top).fold(lowest, f64::max);
        let panels = (beta * (top - lowest) / WIDEST).ceil().max(LEAST_PANELS);
        let mut cuts: Vec<f64> =
            (0..=panels as usize).map(|k| (k as f64 / panels).mul_add(top - lowest, lowest)).collect();
        cuts.dedup();
        let ruler = BidCurve::ruler(&cuts);
        let bidders = lowest_bids(curves).count();
        let all: Vec<BidCurve> = curves.iter().cloned().chain(ruler).collect();

        let mut nodes: Vec<(f64, usize)> = Vec::new();
        let mut by_node: Vec<f64> = Vec::new();
        // The probability that all bidders before one bid lower, and its increase.
        let mut before = vec![(0.0, 0.0); bidders];
        walk(&all, Integrand::SmoothProduct(bidders), lowest, &mut |node| {
            let own = &node.bidders[..bidders];
            let mut product = (1.0, 0.0);
            for (at, before) in own.iter().zip(&mut before) {
                *before = product;
                product = (product.0 * at.cdf, product.0 * at.mass + product.1 * at.cdf);
            }
            let first = by_node.len();
            by_node.resize(first + bidders, 0.0);
            product = (1.0, 0.0);
            for ((at, before), weight) in own.iter().zip(&before).zip(&mut by_node[first..]).rev() {
                *weight = before.0 * product.1 + before.1 * product.0;
                product = (product.0 * at.cdf, product.0 * at.mass + product.1 * at.cdf);
            }
            nodes.push((beta * node.bid, first));
        });
        nodes.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));

        let arguments: Vec<f64> = nodes.iter().map(|node| node.0).collect();
        let start = |argument: f64| SECTION * (argument / SECTION).floor();
        let mut sections: Vec<(usize, f64)> = Vec::new();
        for (k, argument) in arguments.iter().enumerate() {
            match sections.last_mut() {
                Some(last) if last.1 == start(*argument) => last.0 = k + 1,
                _ => sections.push((k + 1, start(*argument))),
            }
        }
        let growth = arguments.iter().map(|argument| libm::exp(argument - start(*argument))).collect();
        let of_bidder = |bidder: usize| nodes.iter().map(|node| by_node[node.1 + bidder]).collect();
        let weights: Vec<Vec<f64>> = (0..bidders).map(of_bidder).collect();
        let below = weights.iter().map(|weights| sums_before(weights)).collect();
        HighestBids { beta, arguments, sections, growth, weights, below }
    }

    /// The same with every weight times the bid that it is at.
    fn by_bid(self) -> Self {
        let HighestBids { beta, arguments, .. } = &self;
        let times_bid = |weights: &[f64]| -> Vec<f64> {
            weights.iter().zip(arguments).map(|(weight, argument)| weight * argument / beta).collect()
        };
        let weights: Vec<Vec<f64>> = self.weights.iter().map(|weights| times_bid(weights)).collect();
        let below = weights.iter().map(|weights| sums_before(weights)).collect();
        HighestBids { weights, below, ..self }
    }

    /// E\[s(beta (b - m))\] of one bidder.
    fn smoothed(&self, bidder: usize, bid: f64) -> f64 {
        let (weights, argument) = (&self.weights[bidder], self.beta * bid);
        let first = self.arguments.partition_point(|m| *m < argument - CUT);
        let end = self.arguments.partition_point(|m| *m < argument + CUT);
        let mut wins = self.below[bidder][first];
        let mut from = first;
        for &(section_end, start) in &self.sections {
            let to = section_end.min(end);
            if from < to {
                wins += sum(libm::exp(start - argument), &self.growth[from..to], &weights[from..to]);
                from = to;
            }
        }
        wins
    }
}

/// The sum before each weight, and of all.
fn sums_before(weights: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let before = weights.iter().map(|weight| {
        sum += weight;
        sum
    });
    std::iter::once(0.0).chain(before).collect()
}

/// The numbers that are added side by side.
const LANES: usize = 4;

/// The sum of weight / (1 + factor x growth).
fn sum(factor: f64, growth: &[f64], weights: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (growths, growth_rest) = growth.as_chunks::<LANES>();
    let (chunks, weights_rest) = weights.as_chunks::<LANES>();
    for (growth, weight) in growths.iter().zip(chunks) {
        for lane in 0..LANES {
            lanes[lane] += weight[lane] / (1.0 + factor * growth[lane]);
        }
    }
    let rest: f64 =
        growth_rest.iter().zip(weights_rest).map(|(growth, weight)| weight / (1.0 + factor * growth)).sum();
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::auction::games::{
        any_games, any_mixed_games, mixed_lines, outbid, seven_priors, through, with_priors,
    };
    use crate::auction::strategy::linear;
    use crate::auction::{BidFunction, Population, Prior, Profile, PureBids};
    use crate::law::marginal::Part;
    use crate::law::marginals::Marginals;
    use crate::numeric::quadrature::TanhSinh;

    fn all(population: &Population, profile: &Profile, beta: f64) -> Vec<SmoothedWins> {
        let marginals = Marginals::new(population);
        let curves: Vec<BidCurve> = marginals.curves(profile, 0.0, Part::Both).collect();
        SmoothedWins::of_all(&curves, beta)
    }

    fn softplus(x: f64) -> f64 {
        x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
    }

    #[test]
    fn against_one_uniform_line_it_is_a_difference_of_softpluses() {
        for multiplier in [0.2, 0.5, 0.9] {
            for beta in [1.0, 7.0, 50.0, 300.0, 2000.0] {
                let population = Population::symmetric(2, Prior::STANDARD);
                let wins = &all(&population, &Profile::linear([0.3, multiplier]), beta)[0];
                for k in 0..=2000 {
                    let bid = f64::from(k) / 1000.0;
                    let exact =
                        (softplus(beta * bid) - softplus(beta * (bid - multiplier))) / (beta * multiplier);
                    let (win, slope) = wins.at(bid);
                    let rise = (linear::multiplier(beta * bid)
                        - linear::multiplier(beta * (bid - multiplier)))
                        / multiplier;
                    assert!((win - exact).abs() < 1e-12, "{win} for {exact} at {bid}, beta {beta}");
                    assert!((slope - rise).abs() < 1e-10 * beta, "{slope} for {rise} at {bid}, beta {beta}");
                }
            }
        }
    }

    /// int H(b - x / beta) s'(x) dx by tanh-sinh between all places where H or s' does anything.
    fn by_definition(population: &Population, profile: &Profile, bidder: usize, bid: f64, beta: f64) -> f64 {
        let mut ends = vec![-CUT, -14.0, -6.0, 0.0, 6.0, 14.0, CUT];
        for (j, rival) in profile.bids.iter().enumerate().filter(|(j, _)| *j != bidder) {
            let prior = &population.bidders[j].prior;
            let mut values: Vec<f64> = <[f64; 2]>::from(prior.support()).into();
            values.extend((1..40).map(|k| prior.quantile(f64::from(k) / 40.0)));
            values.extend([-30.0, -20.0, -12.0, -8.0, -6.0].map(|l| prior.quantile_of_ln(l)));
            values.extend([1e-9, 1e-6, 1e-4, 1e-3].map(|q| prior.upper_quantile(q)));
            values.extend(prior.kinks());
            for (_, bids) in rival.components() {
                let mut values = values.clone();
                if let PureBids::PiecewiseLinear(function) = bids {
                    values.extend(function.knots().iter().map(|knot| knot.0));
                }
                ends.extend(values.into_iter().map(|v| beta * (bid - bids.bid(v))));
            }
        }
        ends.retain(|x| x.abs() <= CUT);
        ends.sort_by(f64::total_cmp);
        let nodes = ends
            .windows(2)
            .filter(|pair| pair[1] - pair[0] > 1e-14)
            .flat_map(|pair| TanhSinh::rule().points(pair[0], pair[1]));
        nodes
            .map(|(x, weight)| {
                let tail = linear::multiplier(-x.abs());
                weight * tail * (1.0 - tail) * outbid(population, profile, bidder, bid - x / beta)
            })
            .sum()
    }

    #[test]
    fn against_a_mixture_of_lines_it_is_the_mean_of_those_against_each() {
        let population = Population::symmetric(2, Prior::STANDARD);
        let components = [(0.25, 0.2), (0.75, 0.6)];
        let profile =
            Profile { bids: vec![BidFunction::Linear { multiplier: 0.4 }, mixed_lines(&components)] };
        for beta in [1.0, 50.0, 2000.0] {
            let wins = &all(&population, &profile, beta)[0];
            for k in 0..=200 {
                let bid = f64::from(k) / 200.0;
                let against = |m: f64| (softplus(beta * bid) - softplus(beta * (bid - m))) / (beta * m);
                let exact: f64 = components.iter().map(|(weight, m)| weight * against(*m)).sum();
                let (win, _) = wins.at(bid);
                assert!((win - exact).abs() < 1e-12, "{win} for {exact} at {bid}, beta {beta}");
            }
        }
    }

    #[test]
    fn atoms_and_ties_count_once() {
        let flat = through(&[(0.0, 0.0), (0.4, 0.3), (0.6, 0.3), (1.0, 0.7)]);
        let population = Population::symmetric(5, Prior::STANDARD);
        let mut bids = vec![flat; 5];
        bids[4] = BidFunction::Linear { multiplier: 0.5 };
        let profile = Profile { bids };
        for beta in [3.0, 40.0, 700.0] {
            for (i, wins) in all(&population, &profile, beta).iter().enumerate() {
                for bid in [0.0, 0.1, 0.29, 0.3, 0.301, 0.45, 0.8] {
                    let exact = by_definition(&population, &profile, i, bid, beta);
                    let (win, _) = wins.at(bid);
                    // The definition's H is not told which side of the jump it is on, at an end of a panel.
                    assert!((win - exact).abs() < 1e-11, "{win} for {exact} at {bid}, beta {beta}, of {i}");
                }
            }
        }
    }

    #[test]
    fn steep_and_singular_priors_are_met() {
        let priors = seven_priors();
        let functions = [
            through(&[(0.0, 0.0), (0.3, 0.3), (0.5, 0.31), (1.5, 1.2)]),
            BidFunction::Linear { multiplier: 0.4 },
            BidFunction::Linear { multiplier: 0.8 },
        ];
        for first in 0..priors.len() {
            let prior = |k: usize| priors[(first + k) % priors.len()].clone();
            let population = with_priors(&[prior(0), prior(1), prior(2)]);
            let profile = Profile { bids: functions.to_vec() };
            for beta in [2.0, 60.0, 1500.0] {
                for (i, wins) in all(&population, &profile, beta).iter().enumerate() {
                    for bid in [0.0, 0.05, 0.17, 0.33, 0.6, 1.0] {
                        let exact = by_definition(&population, &profile, i, bid, beta);
                        let (win, _) = wins.at(bid);
                        assert!(
                            (win - exact).abs() < 1e-11,
                            "{:e} off at {bid}, beta {beta}, of {i}, {first}",
                            win - exact
                        );
                    }
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
        cases: 32,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

        #[test]
        fn any_wins_are_those_of_the_definition(
            (population, profile) in any_games(4), beta in 0.5..600.0, share in 0.0..1.2,
        ) {
            for (i, wins) in all(&population, &profile, beta).iter().enumerate() {
                let bid = share * population.bidders[i].prior.support().1;
                let exact = by_definition(&population, &profile, i, bid, beta);
                let (win, slope) = wins.at(bid);
                prop_assert!((win - exact).abs() < 1e-10, "{win} for {exact}, bidder {i}, bid {bid}");
                prop_assert!(slope > -1e-9 * beta);
            }
        }

        #[test]
        fn any_wins_against_mixtures_are_those_of_the_definition(
            (population, profile) in any_mixed_games(3), beta in 0.5..600.0, share in 0.0..1.2,
        ) {
            for (i, wins) in all(&population, &profile, beta).iter().enumerate() {
                let bid = share * population.bidders[i].prior.support().1;
                let exact = by_definition(&population, &profile, i, bid, beta);
                let (win, _) = wins.at(bid);
                prop_assert!((win - exact).abs() < 1e-10, "{win} for {exact}, bidder {i}, bid {bid}");
            }
        }
    }
}
