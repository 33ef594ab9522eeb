//! One bidder at one multiplier against others: the integrals of its gradient and of the gradient's slopes.

use super::{LinearGradient, PANEL_ENDS};
use crate::law::marginal::{CLOSE, ValueTable, spaced};

/// Outer panels narrower than this are joined with the next.
pub(super) const NARROW: f64 = 1e-9;

/// Some rivals of one prior and multiplier.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rivals<'a> {
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

/// One bidder at one multiplier against others.
pub(super) struct Point<'a> {
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
    pub(super) fn new(
        gradient: &'a LinearGradient,
        table: &'a ValueTable,
        own: f64,
        rivals: &'a [Rivals<'a>],
    ) -> Self {
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

    pub(super) fn gradient(&self) -> f64 {
        let mut sum = 0.0;
        self.visit(|node| {
            let (win, density) = self.win(node.met);
            sum += node.weights.0 * node.value * ((1.0 - self.own) * node.value * density - win);
        });
        sum
    }

    /// With h_j the part of h that rival j adds, differentiating under the integrals and moving the
    /// derivative of h to s':
    ///
    /// ```text
    /// dg_i/dw_i = int int f_i(v) { -2 v^2 s' h + (1 - w_i) v^3 beta s'' h },
    /// dg_i/dw_j = int int f_i(v) { v s' - (1 - w_i) v^2 beta s'' } (m / w_j) h_j,    m = w_i v - xi / beta.
    /// ```
    pub(super) fn slopes(&self) -> (f64, Vec<f64>) {
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
    #[inline(always)]
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
    pub(super) fn new(table: &'a ValueTable, count: u32, multiplier: f64) -> Self {
        Rivals { table, count, multiplier, per_bid: 1.0 / multiplier }
    }
    /// The probability that all of them bid below `met`, and its derivative.
    #[inline(always)]
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
#[inline(always)]
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
