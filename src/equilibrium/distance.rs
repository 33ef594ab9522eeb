//! How far bid functions are from those of the Bayes-Nash equilibrium.

use super::first_price::Bne;
use crate::auction::strategy::TableBids;
use crate::auction::strategy::piecewise_linear::{USUAL_SEGMENTS, knots};
use crate::auction::{BidFunction, Population, PureBids, Strategy};
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::{Marginal, Part, Share};
use crate::law::panels::{Integrand, walk};

/// The distance of a bid function from the equilibrium's, in the unit of the values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// sqrt(E (b - b_BNE(v))^2), over the bidder's values and, of a mixture, over what is drawn: the spread
    /// of the bids counts, beside the distance of their mean. Of a table over its bins, at their mean values.
    pub l2: f64,
    /// max |b - b_BNE(v)|, over the support and all that may be drawn; of a table that of the mean bids, over
    /// the mean values of its bins.
    pub linf: f64,
}

/// Distances from the bids of a Bayes-Nash equilibrium, prepared for many bid functions.
///
/// The nodes of quadrature of each prior, with weights dF, and the equilibrium's bids there. Panels end at
/// the knots of the bidder's strategy, so that lines and the functions of its class are smooth between;
/// functions with other knots get nodes of their own, which takes a hundred times as long. The relative error
/// of l2 is 1e-6 at most for smooth priors, as long as l2 is large beside [`BNE_ERROR`](super::BNE_ERROR);
/// linf is the largest difference at the nodes, the knots of the strategy and of the function, and the ends
/// of the support.
///
/// ```
/// use bidsweep::auction::{BidFunction, Population, Prior};
/// use bidsweep::equilibrium::{BneDistance, bne};
///
/// let population = Population::symmetric(2, Prior::STANDARD);
/// let distances = BneDistance::new(&bne(&population).unwrap(), &population);
/// // 0.6 v against v / 2, and E v^2 = 1/3.
/// let distance = distances.of(0, &BidFunction::Linear { multiplier: 0.6 });
/// assert!((distance.l2 - 0.1 / 3.0_f64.sqrt()).abs() < 1e-8);
/// assert!((distance.linf - 0.1).abs() < 1e-8);
/// ```
#[derive(Clone, Debug)]
pub struct BneDistance {
    bne: Bne,
    /// Of the bidders that differ in prior or strategy.
    grids: Vec<Grid>,
    /// The grid of each bidder.
    of_bidder: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Grid {
    marginal: Marginal,
    /// Values inside the support at which panels end, rising.
    ends: Vec<f64>,
    /// Values rising.
    points: Vec<Point>,
}

/// Panels towards the value from which on bids win, each a quarter as far from it as the last.
const ROOT_PANELS: i32 = 8;

/// A value, what dF weighs there, and the equilibrium's bid.
#[derive(Clone, Copy, Debug)]
struct Point {
    value: f64,
    weight: f64,
    bid: f64,
}

impl BneDistance {
    /// For an equilibrium and the population that it is of.
    ///
    /// # Panics
    /// Where the equilibrium is of fewer bidders than the population has.
    pub fn new(bne: &Bne, population: &Population) -> Self {
        let mut different: Vec<usize> = Vec::new();
        let mut of_bidder = Vec::with_capacity(population.len());
        for (i, bidder) in population.bidders.iter().enumerate() {
            let known = different.iter().position(|&other| population.bidders[other] == *bidder);
            of_bidder.push(known.unwrap_or(different.len()));
            if known.is_none() {
                different.push(i);
            }
        }
        let grid = |i: usize| {
            let bidder = &population.bidders[i];
            let segments = match bidder.strategy {
                Strategy::Linear => USUAL_SEGMENTS,
                Strategy::PiecewiseLinear { segments } => segments,
            };
            let mut ends = knots(&bidder.prior, segments);
            // Values that cannot win bid themselves up to here, and bids may rise from here like a root of
            // the distance.
            let (low, high) = bidder.prior.support();
            let start = bne.low_bid().max(low);
            ends.extend((0..=ROOT_PANELS).map(|k| start + libm::ldexp(high - start, -2 * k)));
            ends.push(start);
            Grid::new(bne, i, Marginal::new(&bidder.prior), ends)
        };
        BneDistance { bne: bne.clone(), grids: different.into_iter().map(grid).collect(), of_bidder }
    }

    /// The distance of a bidder's (counted from 0) bid function from the equilibrium's.
    ///
    /// # Panics
    /// Where there is no such bidder.
    pub fn of(&self, bidder: usize, bids: &BidFunction) -> Distance {
        if let Some(bids) = bids.pure() {
            return self.of_pure(bidder, bids);
        }
        if let Some(table) = bids.table() {
            return self.of_table(bidder, table);
        }
        let (mut square, mut linf) = (0.0, 0.0_f64);
        for (weight, bids) in bids.components() {
            let distance = self.of_pure(bidder, bids);
            square += weight * distance.l2 * distance.l2;
            linf = linf.max(distance.linf);
        }
        Distance { l2: square.sqrt(), linf }
    }

    /// At the mean value of every bin, which is all of a value that a table knows: the mean square over
    /// what is drawn, that of the mean bid and the variances; and the largest distance of a mean bid.
    fn of_table(&self, bidder: usize, table: &TableBids) -> Distance {
        let (mut squares, mut linf) = (0.0, 0.0_f64);
        for ((bin, row), &value) in table.rows().enumerate().zip(table.values()) {
            let mean = table.mean_of_bin(bin);
            let apart = mean - self.bne.bid(bidder, value);
            let parts = row.iter().zip(table.shape().grid());
            let variance: f64 = parts.map(|(weight, bid)| weight * (bid - mean) * (bid - mean)).sum();
            squares += apart * apart + variance;
            linf = linf.max(apart.abs());
        }
        Distance { l2: (squares / table.shape().bins as f64).sqrt(), linf }
    }

    fn of_pure(&self, bidder: usize, bids: PureBids) -> Distance {
        let grid = &self.grids[self.of_bidder[bidder]];
        match bids {
            PureBids::Linear { multiplier } => grid.distance(|value| multiplier * value),
            PureBids::PiecewiseLinear(function) => {
                let knots = function.knots();
                if knots.iter().all(|&(value, _)| grid.ends_at(value)) {
                    return grid.distance(through(knots));
                }
                let ends = grid.ends.iter().copied().chain(knots.iter().map(|knot| knot.0)).collect();
                Grid::new(&self.bne, bidder, grid.marginal.clone(), ends).distance(through(knots))
            }
        }
    }
}

/// The bids at values that rise.
fn through(knots: &[(f64, f64)]) -> impl FnMut(f64) -> f64 {
    let mut k = 0;
    move |value| {
        while k + 2 < knots.len() && knots[k + 1].0 <= value {
            k += 1;
        }
        let (from, to) = (knots[k], knots[k + 1]);
        if value >= to.0 {
            return to.1;
        }
        let share = ((value - from.0) / (to.0 - from.0)).max(0.0);
        share.mul_add(to.1 - from.1, from.1)
    }
}

impl Grid {
    fn new(bne: &Bne, bidder: usize, marginal: Marginal, mut ends: Vec<f64>) -> Self {
        let (low, high) = (marginal.low, marginal.high);
        ends.retain(|value| low < *value && *value < high);
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        let shares = ends.iter().map(|&value| marginal.share(value));
        let shares = std::iter::once(Share::LOW).chain(shares).chain([Share::HIGH]);
        let points = shares.enumerate().map(|(k, share)| (k as f64, share)).collect();
        let mut nodes: Vec<(f64, f64)> = [low, high].iter().chain(&ends).map(|&value| (value, 0.0)).collect();
        let curve = BidCurve::through(&marginal, Part::Density, points);
        walk(&[curve], Integrand::Smooth, 0.0, &mut |node| {
            nodes.push((node.bidders[0].value, node.bidders[0].mass));
        });
        nodes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let point = |(value, weight)| Point { value, weight, bid: bne.bid(bidder, value) };
        let points = nodes.into_iter().map(point).collect();
        Grid { marginal, ends, points }
    }

    /// Whether no panel has this value inside.
    fn ends_at(&self, value: f64) -> bool {
        let Marginal { low, high, .. } = self.marginal;
        value <= low || value >= high || self.ends.binary_search_by(|end| end.total_cmp(&value)).is_ok()
    }

    /// Of bids at values that rise.
    fn distance(&self, mut bid: impl FnMut(f64) -> f64) -> Distance {
        let (mut square, mut linf) = (0.0, 0.0_f64);
        for point in &self.points {
            let difference = bid(point.value) - point.bid;
            square += point.weight * difference * difference;
            linf = linf.max(difference.abs());
        }
        Distance { l2: square.sqrt(), linf }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::Prior;
    use crate::auction::games::{game, mixed_lines, through, uniform, with_priors};
    use crate::auction::prior::{Beta, Power, TruncatedNormal};
    use crate::equilibrium::bne;
    use crate::numeric::quadrature::GaussLegendre;

    #[test]
    fn lines_have_closed_forms_where_the_equilibrium_is_linear() {
        let power = |exponent| Prior::Power(Power::new(exponent, 0.0, 1.5).unwrap());
        // Of values with F = v^a, a (N - 1) / (a (N - 1) + 1) is the multiplier and a high^2 / (a + 2) is E
        // v^2.
        for (prior, a, high) in
            [(uniform(0.0, 2.0), 1.0, 2.0), (power(3.0), 3.0, 1.5), (power(0.4), 0.4, 1.5)]
        {
            for bidders in [2, 5] {
                let population = Population::symmetric(bidders, prior.clone());
                let distances = BneDistance::new(&bne(&population).unwrap(), &population);
                let rivals = a * (bidders as f64 - 1.0);
                let equilibrium = rivals / (rivals + 1.0);
                for multiplier in [0.0, 0.4, 0.55, 1.0] {
                    let line = BidFunction::Linear { multiplier };
                    let through_knots =
                        through(&[(0.0, 0.0), (0.3, 0.3 * multiplier), (high, high * multiplier)]);
                    let apart = (multiplier - equilibrium).abs();
                    let exact = Distance { l2: apart * high * (a / (a + 2.0)).sqrt(), linf: apart * high };
                    for function in [line, through_knots] {
                        let Distance { l2, linf } = distances.of(bidders - 1, &function);
                        assert!((l2 / exact.l2 - 1.0).abs() < 1e-6, "{prior}: {l2} for {}", exact.l2);
                        assert!((linf / exact.linf - 1.0).abs() < 1e-6, "{prior}: {linf}");
                    }
                }
            }
        }
    }

    #[test]
    fn of_a_mixture_the_spread_counts() {
        let population = Population::symmetric(2, Prior::STANDARD);
        let distances = BneDistance::new(&bne(&population).unwrap(), &population);
        // The mean bid is the equilibrium's.
        let spread = distances.of(0, &mixed_lines(&[(0.5, 0.4), (0.5, 0.6)]));
        assert!((spread.l2 - 0.1 / 3.0_f64.sqrt()).abs() < 1e-8 && (spread.linf - 0.1).abs() < 1e-8);
        let one = distances.of(1, &mixed_lines(&[(0.5, 0.3), (0.25, 0.3), (0.25, 0.3)]));
        let line = distances.of(1, &BidFunction::Linear { multiplier: 0.3 });
        assert!((one.l2 - line.l2).abs() < 1e-15 && one.linf == line.linf);
    }

    #[test]
    fn lines_against_two_unequal_uniform_bidders_have_a_closed_form() {
        let population = game(&[(0.0, 1.0), (0.0, 2.0)]);
        let distances = BneDistance::new(&bne(&population).unwrap(), &population);
        for (bidder, high, c) in [(0, 1.0, -0.75), (1, 2.0, 0.75)] {
            // b = (sqrt(1 + c v^2) - 1) / (c v), so that with w v: b^2 = (2 - 2 sqrt(1 + c v^2) + c v^2) / (c
            // v)^2 and b w v = w (sqrt(1 + c v^2) - 1) / c; their integrals from 0 to high have
            // antiderivatives.
            let root = f64::sqrt(1.0 + c * high * high);
            let arc = if c > 0.0 {
                libm::asinh(c.sqrt() * high) / c.sqrt()
            } else {
                libm::asin((-c).sqrt() * high) / (-c).sqrt()
            };
            let squares = (2.0 * (root - 1.0) / high - 2.0 * c * arc + c * high) / (c * c) / high;
            let mixed = (0.5 * (high * root + arc) - high) / c / high;
            for multiplier in [0.3, 0.5, 0.62] {
                let exact =
                    (squares - 2.0 * multiplier * mixed + multiplier * multiplier * high * high / 3.0).sqrt();
                let Distance { l2, linf } = distances.of(bidder, &BidFunction::Linear { multiplier });
                assert!((l2 / exact - 1.0).abs() < 1e-6, "{l2} for {exact}");
                // Everything ends at the top bid 2/3, where one of the lines is furthest off.
                let at_top = (multiplier * high - 2.0 / 3.0).abs();
                assert!(linf >= at_top - 1e-8 && linf < at_top + 0.1, "{linf} for {at_top}");
            }
        }
    }

    #[test]
    fn any_function_and_prior_agrees_with_another_quadrature() {
        let normal = Prior::TruncatedNormal(TruncatedNormal::new(0.4, 0.2, 0.0, 1.0).unwrap());
        let beta = Prior::Beta(Beta::new(2.0, 5.0, 0.0, 1.0).unwrap());
        for mut population in [with_priors(&[normal, beta]), game(&[(0.0, 1.0), (0.5, 1.5)])] {
            population.bidders[1].strategy = Strategy::PiecewiseLinear { segments: 8 };
            let bne = bne(&population).unwrap();
            let distances = BneDistance::new(&bne, &population);
            for (i, bidder) in population.bidders.iter().enumerate() {
                let (low, high) = bidder.prior.support();
                // One with knots of its own, and one of the strategy class.
                let own = through(&[(0.1, 0.0), (0.67, 0.2), (0.8, 0.6)]);
                let slopes: Vec<f64> = (0..9).map(|k| 0.2 + 0.1 * f64::from(k % 3)).collect();
                let class = Strategy::PiecewiseLinear { segments: 8 }.bid_function(&bidder.prior, &slopes);
                for function in [own, class] {
                    let BidFunction::PiecewiseLinear(pieces) = &function else { panic!("a line") };
                    let mut ends: Vec<f64> =
                        (0..=400).map(|k| low + (high - low) * f64::from(k) / 400.0).collect();
                    ends.extend(pieces.knots().iter().map(|knot| knot.0).chain([bne.low_bid()]));
                    ends.retain(|end| (low..=high).contains(end));
                    ends.sort_by(f64::total_cmp);
                    let difference = |v: f64| function.mean_bid(v) - bne.bid(i, v);
                    let square = GaussLegendre::of_order(8)
                        .integrate_panels(&ends, |v| bidder.prior.pdf(v) * difference(v) * difference(v));
                    let most = ends.iter().map(|&v| difference(v).abs()).fold(0.0, f64::max);
                    let Distance { l2, linf } = distances.of(i, &function);
                    assert!((l2 / square.sqrt() - 1.0).abs() < 1e-6, "{l2} for {}", square.sqrt());
                    assert!((linf / most - 1.0).abs() < 1e-4, "{linf} for {most}");
                }
            }
        }
    }

    #[test]
    fn the_equilibrium_is_at_no_distance_from_itself() {
        for population in [game(&[(0.0, 1.0), (0.0, 2.0)]), game(&[(0.5, 2.0); 3])] {
            let bne = bne(&population).unwrap();
            let distances = BneDistance::new(&bne, &population);
            for (i, bidder) in population.bidders.iter().enumerate() {
                let (low, high) = bidder.prior.support();
                let knots: Vec<(f64, f64)> = (0..=4000)
                    .map(|k| low + (high - low) * f64::from(k) / 4000.0)
                    .map(|value| (value, bne.bid(i, value)))
                    .collect();
                let Distance { l2, linf } = distances.of(i, &through(&knots));
                assert!(l2 < 1e-7 && linf < 1e-7, "{l2} {linf}");
            }
        }
    }
}
