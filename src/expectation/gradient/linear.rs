//! The gradient of linear bidders in their multipliers.

use crate::auction::Prior;
use crate::law::groups::Groups;
use crate::law::marginal::{CLOSE, ValueTable, spaced};
use crate::numeric::quadrature::{GaussLegendre, towards_ends};

/// The panels of the logistic density; less than 1e-9 of it lies beyond the last.
pub(super) const PANEL_ENDS: [f64; 7] = [-22.0, -11.0, -4.5, 0.0, 4.5, 11.0, 22.0];

/// Nodes of the rules over the logistic variable, for uniform and for other priors, and over values of others.
#[derive(Clone, Copy)]
struct Orders {
    uniform: usize,
    other: usize,
    values: usize,
}

/// For learners.
const FAST: Orders = Orders { uniform: 8, other: 14, values: 10 };

/// For references.
const FINE: Orders = Orders { uniform: 16, other: 20, values: 14 };

/// Outer panels narrower than this are joined with the next.
const NARROW: f64 = 1e-9;

/// The gradient of every bidder's expected utility in the own multiplier, for fixed priors and steepness.
///
/// Bidder i has the value v ~ F_i, bids w_i v and meets the highest other bid m ~ H_i, H_i(m) = prod_{j != i} F_j(m / w_j),
/// with density h_i. Of the smoothed utility E\[(v - w v) s(beta (w v - m))\], s the logistic function, the derivative in
/// w is, with xi = beta (w v - m),
///
/// ```text
/// g_i = int s'(xi) int f_i(v) { -v H_i(w_i v - xi / beta) + (1 - w_i) v^2 h_i(w_i v - xi / beta) } dv dxi,
/// ```
///
/// in which nothing grows steep with beta. For an infinite beta, the true auction, xi / beta is 0. Panels of
/// Gauss-Legendre rules end wherever a support does.
///
/// References: this project's derivation; no published source is known to us.
#[derive(Clone, Debug)]
pub(super) struct LinearGradient {
    tables: Vec<ValueTable>,
    pub(super) beta: f64,
    rules: Rules,
}

/// The rules of all panels: nodes and weights on \[0, 1\].
#[derive(Clone, Debug)]
struct Rules {
    outer: Vec<(f64, f64)>,
    inner: Vec<(f64, f64)>,
}

/// Some rivals of one prior and multiplier.
#[derive(Clone, Copy, Debug)]
struct Rivals<'a> {
    table: &'a ValueTable,
    count: u32,
    multiplier: f64,
    /// 1 / multiplier.
    per_bid: f64,
}

/// A node of the double integral.
struct Node {
    value: f64,
    /// The bid that the own one meets.
    met: f64,
    /// f_i(v) dv dxi s'(xi), and the same with beta s''(xi).
    weights: (f64, f64),
}

impl LinearGradient {
    /// For the priors of learners.
    pub fn new<'a>(priors: impl ExactSizeIterator<Item = &'a Prior>, beta: f64) -> Self {
        let bidders = priors.len();
        Self::of_priors(priors, bidders, beta, FAST)
    }

    fn of_priors<'a>(
        priors: impl Iterator<Item = &'a Prior>,
        bidders: usize,
        beta: f64,
        orders: Orders,
    ) -> Self {
        let tables: Vec<ValueTable> = priors.map(ValueTable::new).collect();
        let graded = tables.iter().any(|table| table.density.is_none());
        // Of uniform priors the inner integrals are polynomials of this degree.
        let exact = bidders.div_ceil(2) + 1;
        let inner = if graded { orders.values.max(exact.min(16)) } else { exact };
        let outer = if graded { orders.other } else { orders.uniform };
        let grade = if graded { towards_ends } else { |point| point };
        let points = |order| GaussLegendre::of_order(order).points(0.0, 1.0).map(grade).collect();
        LinearGradient { tables, beta, rules: Rules { outer: points(outer), inner: points(inner) } }
    }

    /// The derivative of each bidder's expected utility in the own multiplier, at multipliers in (0, 1), one a bidder.
    pub fn at(&self, multipliers: &[Vec<f64>]) -> Vec<f64> {
        (0..multipliers.len()).map(|bidder| self.of(bidder, multipliers)).collect()
    }

    /// The same of one bidder.
    ///
    /// # Panics
    /// Where there is not one multiplier a bidder.
    pub fn of(&self, bidder: usize, multipliers: &[Vec<f64>]) -> f64 {
        assert_eq!(multipliers.len(), self.tables.len(), "multipliers and bidders");
        let others = self.tables.iter().zip(multipliers).enumerate().filter(|(j, _)| *j != bidder);
        let rivals: Vec<Rivals> =
            others.map(|(_, (table, multiplier))| Rivals::new(table, 1, multiplier[0])).collect();
        Point::new(self, &self.tables[bidder], multipliers[bidder][0], &rivals).gradient()
    }
}

/// The gradient for groups of bidders who play alike.
pub(crate) struct GroupGradient {
    gradient: LinearGradient,
    counts: Vec<u32>,
}

impl GroupGradient {
    /// For references.
    pub fn new(groups: &Groups, beta: f64) -> Self {
        Self::with_orders(groups, beta, FINE)
    }

    /// As accurate as that for learners.
    pub fn fast(groups: &Groups, beta: f64) -> Self {
        Self::with_orders(groups, beta, FAST)
    }

    fn with_orders(groups: &Groups, beta: f64, orders: Orders) -> Self {
        let bidders = groups.of_bidder.len();
        GroupGradient {
            gradient: LinearGradient::of_priors(groups.priors.iter(), bidders, beta, orders),
            counts: groups.counts.iter().map(|&count| count as u32).collect(),
        }
    }

    /// The gradient of one bidder of a group who plays `own` against all others at their groups' multipliers.
    pub fn of(&self, group: usize, own: f64, multipliers: &[f64]) -> f64 {
        let rivals = self.rivals(group, multipliers);
        Point::new(&self.gradient, &self.gradient.tables[group], own, &rivals).gradient()
    }

    /// The derivatives of that in `own`, and in the multiplier of one rival of each group (0 where it has none).
    pub fn slopes(&self, group: usize, own: f64, multipliers: &[f64]) -> (f64, Vec<f64>) {
        let rivals = self.rivals(group, multipliers);
        Point::new(&self.gradient, &self.gradient.tables[group], own, &rivals).slopes()
    }

    fn rivals(&self, group: usize, multipliers: &[f64]) -> Vec<Rivals<'_>> {
        let tables = self.gradient.tables.iter().zip(&self.counts).zip(multipliers).enumerate();
        tables
            .map(|(g, ((table, &count), &multiplier))| {
                Rivals::new(table, if g == group { count - 1 } else { count }, multiplier)
            })
            .collect()
    }
}

/// One bidder at one multiplier against others.
struct Point<'a> {
    gradient: &'a LinearGradient,
    table: &'a ValueTable,
    own: f64,
    rivals: &'a [Rivals<'a>],
    /// Below this bid some rival always bids higher.
    floor: f64,
    /// Bids from the floor up at which inner panels end, rising.
    ends: Vec<f64>,
    /// The floor and the rivals' highest bids; and bids between, which outer panels need not end at exactly.
    tops: Vec<f64>,
    marks: Vec<f64>,
}

impl<'a> Point<'a> {
    fn new(gradient: &'a LinearGradient, table: &'a ValueTable, own: f64, rivals: &'a [Rivals<'a>]) -> Self {
        let present = || rivals.iter().filter(|rivals| rivals.count > 0);
        let floor = present().map(|rivals| rivals.multiplier * rivals.table.low).fold(0.0, f64::max);
        let bids = |values: fn(&ValueTable) -> &[f64]| {
            let bids = rivals.iter().filter(|rivals| rivals.count > 0).flat_map(move |rivals| {
                values(rivals.table)
                    .iter()
                    .map(|value| rivals.multiplier * value)
                    .filter(move |bid| *bid > floor)
            });
            bids.collect::<Vec<f64>>()
        };
        let mut tops = vec![floor];
        tops.extend(present().map(|rivals| rivals.multiplier * rivals.table.high));
        let marks = bids(|table| &table.marks);
        let mut ends = tops.clone();
        ends.extend(marks.iter().copied().chain(bids(|table| &table.kinks)));
        for bids in [&mut ends, &mut tops] {
            bids.retain(|bid| *bid >= floor);
            bids.sort_by(f64::total_cmp);
            bids.dedup();
        }
        Point { gradient, table, own, rivals, floor, ends, tops, marks }
    }

    fn gradient(&self) -> f64 {
        let mut sum = 0.0;
        self.visit(|node| {
            let (win, density) = self.win(node.met);
            sum += node.weights.0 * node.value * ((1.0 - self.own) * node.value * density - win);
        });
        sum
    }

    /// With h_j the part of h that rival j adds, differentiating under the integrals and moving the derivative of h to
    /// s':
    ///
    /// ```text
    /// dg_i/dw_i = int int f_i(v) { -2 v^2 s' h + (1 - w_i) v^3 beta s'' h },
    /// dg_i/dw_j = int int f_i(v) { v s' - (1 - w_i) v^2 beta s'' } (m / w_j) h_j,    m = w_i v - xi / beta.
    /// ```
    fn slopes(&self) -> (f64, Vec<f64>) {
        let mut own = 0.0;
        let mut others = vec![0.0; self.rivals.len()];
        let mut below = vec![0.0; self.rivals.len()];
        self.visit(|Node { value, met, weights: (first, second) }| {
            let (_, density) = self.win(met);
            let kept = (1.0 - self.own) * value;
            own += value * value * density * (second * kept - 2.0 * first);
            // What a rival adds, over its own probability: the product of those before, then of those after.
            let mut product = 1.0;
            for (below, rivals) in below.iter_mut().zip(self.rivals) {
                *below = product;
                product *= rivals.win(met).0;
            }
            product = 1.0;
            for ((below, rivals), other) in below.iter().zip(self.rivals).zip(&mut others).rev() {
                let (win, density) = rivals.win(met);
                let one = density / f64::from(rivals.count.max(1));
                *other += value * (first - second * kept) * met * rivals.per_bid * one * below * product;
                product *= win;
            }
        });
        (own, others)
    }

    /// H(m) and h(m).
    fn win(&self, met: f64) -> (f64, f64) {
        let (mut win, mut density) = (1.0, 0.0);
        for rivals in self.rivals {
            let (one_win, one_density) = rivals.win(met);
            density = density * one_win + win * one_density;
            win *= one_win;
        }
        (win, density)
    }

    /// All nodes at which the own bid can win.
    fn visit(&self, mut visitor: impl FnMut(Node)) {
        let beta = self.gradient.beta;
        let mut panels = Vec::with_capacity(self.ends.len() + self.table.marks.len() + 2);
        if beta == f64::INFINITY {
            return self.visit_values(0.0, (1.0, 0.0), &mut panels, &mut visitor);
        }
        // Above this the own highest bid meets bids below the floor only.
        let [least, .., most] = PANEL_ENDS;
        let most = most.min(beta * (self.own * self.table.high - self.floor));
        let ValueTable { low, high, ref marks, .. } = *self.table;
        let mut breakpoints: Vec<f64> = PANEL_ENDS.to_vec();
        for bid in &self.tops {
            breakpoints.extend([low, high].map(|value| beta * (self.own * value - bid)));
        }
        let mut smooth: Vec<f64> = Vec::new();
        for bid in self.tops.iter().chain(&self.marks) {
            smooth.extend(marks.iter().map(|value| beta * (self.own * value - bid)));
        }
        for bid in &self.marks {
            smooth.extend([low, high].map(|value| beta * (self.own * value - bid)));
        }
        if !smooth.is_empty() {
            smooth.sort_by(f64::total_cmp);
            let rivals = self.rivals.iter().filter(|rivals| rivals.count > 0);
            let spreads = rivals.map(|rivals| rivals.multiplier * rivals.table.spread);
            let least = spreads.fold(self.own * self.table.spread, f64::min);
            breakpoints.extend(spaced(smooth, CLOSE.logistic.min(CLOSE.of_spread * beta * least)));
        }
        breakpoints.retain(|xi| (least..=most).contains(xi));
        breakpoints.sort_by(f64::total_cmp);
        breakpoints.dedup_by(|next, last| *next - *last < NARROW);
        for ends in breakpoints.windows(2).filter(|ends| ends[0] < ends[1]) {
            let width = ends[1] - ends[0];
            for (t, weight) in &self.gradient.rules.outer {
                let (xi, weight) = (ends[0] + width * t, width * weight);
                let decay = libm::exp(-xi.abs());
                let tail = decay / (1.0 + decay);
                let first = tail * (1.0 - tail);
                let second = first * (1.0 - 2.0 * tail) * if xi > 0.0 { -beta } else { beta };
                self.visit_values(xi / beta, (weight * first, weight * second), &mut panels, &mut visitor);
            }
        }
    }

    /// All nodes that meet a bid lower by `shift`.
    fn visit_values(
        &self,
        shift: f64,
        (first, second): (f64, f64),
        panels: &mut Vec<f64>,
        visitor: &mut impl FnMut(Node),
    ) {
        let ValueTable { low, high, .. } = *self.table;
        let per_bid = 1.0 / self.own;
        let from = ((self.floor + shift) * per_bid).max(low);
        panels.clear();
        panels.push(from);
        panels
            .extend(self.ends.iter().map(|bid| (bid + shift) * per_bid).filter(|v| (from..high).contains(v)));
        let own_ends = self.table.marks.iter().chain(&self.table.kinks);
        panels.extend(own_ends.filter(|v| (from..high).contains(*v)));
        if !(self.table.marks.is_empty() && self.table.kinks.is_empty()) {
            panels.sort_by(f64::total_cmp);
        }
        panels.push(high);
        let mut visit = |value: f64, weight: f64| {
            let weight = weight * self.table.density(value);
            let met = self.own * value - shift;
            visitor(Node { value, met, weights: (weight * first, weight * second) });
        };
        for ends in panels.windows(2).filter(|ends| ends[0] < ends[1]) {
            let (from, width) = (ends[0], ends[1] - ends[0]);
            for (t, weight) in &self.gradient.rules.inner {
                visit(from + width * t, width * weight);
            }
        }
    }
}

impl<'a> Rivals<'a> {
    fn new(table: &'a ValueTable, count: u32, multiplier: f64) -> Self {
        Rivals { table, count, multiplier, per_bid: 1.0 / multiplier }
    }
    /// The probability that all of them bid below `met`, and its derivative.
    fn win(&self, met: f64) -> (f64, f64) {
        if self.count == 0 {
            return (1.0, 0.0);
        }
        let (below, density) = self.table.at(met * self.per_bid);
        if self.count == 1 {
            return (below, density * self.per_bid);
        }
        let others = power(below, self.count - 1);
        (others * below, f64::from(self.count) * others * density * self.per_bid)
    }
}

/// x^n by squaring.
pub(crate) fn power(mut x: f64, mut n: u32) -> f64 {
    let mut product = 1.0;
    while n > 0 {
        if n % 2 == 1 {
            product *= x;
        }
        x *= x;
        n /= 2;
    }
    product
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::auction::games::{game, games};
    use crate::auction::prior::{Beta, Power};
    use crate::auction::{Population, Profile};
    use crate::equilibrium::smoothed_multiplier;
    use crate::expectation::evaluate;
    use crate::expectation::gradient::{ExpectedGradient, GRADIENT_ERROR};

    fn mixed() -> Population {
        let mut population = Population::symmetric(3, Prior::STANDARD);
        population.bidders[1].prior = Prior::Power(Power::new(2.0, 0.0, 2.0).unwrap());
        population.bidders[2].prior = Prior::Beta(Beta::new(2.0, 5.0, 0.0, 1.0).unwrap());
        population
    }

    fn columns(multipliers: &[f64]) -> Vec<Vec<f64>> {
        multipliers.iter().map(|multiplier| vec![*multiplier]).collect()
    }

    /// The gradient at multipliers, as learners compute it.
    fn gradient(population: &Population, beta: f64, multipliers: &[f64]) -> Vec<f64> {
        ExpectedGradient::new(population, beta).at(&columns(multipliers)).concat()
    }

    fn with_orders(population: &Population, beta: f64, orders: Orders) -> LinearGradient {
        let priors = population.bidders.iter().map(|bidder| &bidder.prior);
        LinearGradient::of_priors(priors, population.len(), beta, orders)
    }

    #[test]
    fn the_error_is_within_its_bound_uniformly_in_beta() {
        let fine = Orders { uniform: 40, other: 40, values: 32 };
        for (population, multipliers) in [
            (Population::symmetric(2, Prior::STANDARD), vec![0.48, 0.3]),
            (Population::symmetric(20, Prior::STANDARD), vec![0.9; 20]),
            (game(&[(0.0, 1.0), (0.2, 0.9), (0.5, 1.0)]), vec![0.6, 0.7, 0.5]),
            (mixed(), vec![0.6, 0.4, 0.7]),
        ] {
            for beta in [5.0, 12.0, 50.0, 200.0, 1000.0] {
                let exact = with_orders(&population, beta, fine).at(&columns(&multipliers));
                let found = gradient(&population, beta, &multipliers);
                for (found, exact) in found.into_iter().zip(exact) {
                    assert!((found - exact).abs() < GRADIENT_ERROR, "{found} for {exact} at {beta}");
                }
            }
        }
    }

    #[test]
    fn it_vanishes_at_smoothed_equilibria_found_otherwise() {
        for bidders in [2, 3, 5, 10, 20] {
            for beta in [5.0, 10.0, 50.0, 1000.0] {
                let multiplier = smoothed_multiplier(bidders, beta).unwrap();
                let population = Population::symmetric(bidders, Prior::STANDARD);
                let g = gradient(&population, beta, &vec![multiplier; bidders]);
                assert!(g.iter().all(|g| g.abs() < GRADIENT_ERROR), "{bidders} at {beta}: {}", g[0]);
            }
        }
    }

    /// The derivative of E\[v (1 - w) s(beta (w v - m))\] for two uniform bidders from 0, multiplier and highest value
    /// each, with the expectation over m in closed form (softplus).
    fn two_uniform_bidders(own: (f64, f64), rival: (f64, f64), beta: f64) -> f64 {
        let softplus = |z: f64| z.max(0.0) + libm::log1p(libm::exp(-z.abs()));
        let sigmoid = |z: f64| 1.0 / (1.0 + libm::exp(-z));
        let ((w, high), top) = (own, rival.0 * rival.1);
        let layers = [2.0, 5.0, 10.0, 20.0, 40.0].map(|z| z / (beta * w));
        let mut ends = vec![0.0, high];
        for at in [0.0, top / w] {
            ends.push(at);
            ends.extend(layers.iter().flat_map(|layer| [at - layer, at + layer]));
        }
        ends.retain(|v| (0.0..=high).contains(v));
        ends.sort_by(f64::total_cmp);
        GaussLegendre::of_order(20).integrate_panels(&ends, |v| {
            let (at, below) = (beta * w * v, beta * (w * v - top));
            let win = (softplus(at) - softplus(below)) / (beta * top);
            let steep = (sigmoid(at) - sigmoid(below)) / top;
            (v * v * (1.0 - w) * steep - v * win) / high
        })
    }

    #[test]
    fn two_uniform_bidders_have_a_closed_inner_integral() {
        for (own, rival) in [((0.5, 1.0), (0.3, 2.0)), ((0.3, 2.0), (0.5, 1.0)), ((0.9, 1.0), (0.2, 1.0))] {
            for beta in [3.0, 20.0, 300.0] {
                let population = game(&[(0.0, own.1), (0.0, rival.1)]);
                let found = gradient(&population, beta, &[own.0, rival.0])[0];
                let expected = two_uniform_bidders(own, rival, beta);
                assert!((found - expected).abs() < GRADIENT_ERROR, "{found} for {expected} at {beta}");
            }
        }
    }

    #[test]
    fn slopes_are_difference_quotients() {
        let groups = Groups::new(&mixed());
        let multipliers = [0.6, 0.4, 0.7];
        let h = 1e-4;
        for beta in [8.0, 60.0] {
            let gradient = GroupGradient::new(&groups, beta);
            for group in 0..3 {
                let own = multipliers[group];
                let (of_own, of_others) = gradient.slopes(group, own, &multipliers);
                let at = |shift: f64| gradient.of(group, own + shift, &multipliers);
                assert!((of_own - (at(h) - at(-h)) / (2.0 * h)).abs() < 1e-4, "{of_own}");
                for other in (0..3).filter(|other| *other != group) {
                    let at = |shift: f64| {
                        let mut moved = multipliers;
                        moved[other] += shift;
                        gradient.of(group, own, &moved)
                    };
                    let quotient = (at(h) - at(-h)) / (2.0 * h);
                    assert!(
                        (of_others[other] - quotient).abs() < 1e-4,
                        "{} for {quotient}",
                        of_others[other]
                    );
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn in_the_true_auction_it_is_the_slope_of_the_utility((population, profile) in games()) {
            let multipliers: Vec<f64> = profile.multipliers().unwrap().iter().take(5).map(|w| w.clamp(0.05, 0.9)).collect();
            let population = Population { bidders: population.bidders[..multipliers.len()].to_vec(), ..population };
            let gradient = gradient(&population, f64::INFINITY, &multipliers);
            for (bidder, g) in gradient.into_iter().enumerate() {
                let utility = |shift: f64| {
                    let mut moved = multipliers.clone();
                    moved[bidder] += shift;
                    evaluate(&population, &Profile::linear(moved)).bidders[bidder].utility
                };
                let quotient = (utility(1e-6) - utility(-1e-6)) / 2e-6;
                prop_assert!((g - quotient).abs() < 1e-4 * (1.0 + g.abs()), "{g} for {quotient}");
            }
        }
    }
}
