//! The gradient in a smoothed auction as a double sum over own values and highest bids of rivals.

use super::group::Group;
use super::rivals::{Bids, Product, inverse};
use crate::auction::Payment;
use crate::numeric::quadrature::Grade;

/// How accurate the sums are.
#[derive(Clone, Copy, Debug)]
pub struct Accuracy {
    /// The relative error aimed at of the logistic density on a panel.
    pub logistic: f64,
    /// Beyond this the logistic function is 0 or 1.
    pub cut: f64,
    /// Nodes on panels where a density is not constant, and on those at the ends of its support.
    pub density: usize,
    pub ends: usize,
    /// Nodes on panels of the logistic density where it is integrated after the values, and on panels of such
    /// values.
    pub outer: usize,
    pub inner: usize,
}

/// The widest panels, in the argument of the logistic function.
const WIDEST: f64 = 5.0;

/// The argument over which one exponential serves.
const SECTION: f64 = 256.0;

/// Panels of the highest bid that hold less, of the argument and of every group's support, are left out.
const NOTHING: f64 = 1e-13;

/// The law of the highest rival bid m of a bidder of each group, as weights at nodes.
#[derive(Clone, Debug)]
pub struct Meetings {
    /// beta m, rising.
    arguments: Vec<f64>,
    /// Where each section of the arguments ends, and which it is.
    sections: Vec<(usize, f64)>,
    /// e^(argument - section start).
    growth: Vec<f64>,
    /// h dm, by group.
    weights: Vec<Vec<f64>>,
    /// The sum of the weights before each node, and of all.
    below: Vec<Vec<f64>>,
    /// m h dm, by group, where the price depends on m.
    met: Option<Vec<Vec<f64>>>,
}

impl Accuracy {
    /// Nodes on a panel over which the argument moves by `width`: poles of s lie pi i away, so that an error
    /// falls like rho^(-2 n) (Trefethen 2013, theorem 19.3), with the argument measured in half widths.
    pub fn nodes(&self, width: f64) -> usize {
        let distance = std::f64::consts::PI / (0.5 * width).max(1e-9);
        let rho = distance + (distance * distance + 1.0).sqrt();
        let square = rho * rho;
        let (mut nodes, mut error) = (2, 1.0 / (square * square));
        while error > self.logistic && nodes < 24 {
            nodes += 1;
            error /= square;
        }
        nodes
    }
}

impl Meetings {
    pub fn new(groups: &[Group], bids: &Bids, payment: Payment, beta: f64, accuracy: Accuracy) -> Self {
        let none = || vec![Vec::new(); groups.len()];
        let mut meetings = Meetings {
            arguments: Vec::new(),
            sections: Vec::new(),
            growth: Vec::new(),
            weights: none(),
            below: none(),
            met: None,
        };
        let limits = (0..groups.len()).map(|group| bids.floor_and_top(groups, group));
        let (floor, top) =
            limits.fold((f64::INFINITY, f64::INFINITY), |all, one| (all.0.min(one.0), all.1.min(one.1)));
        // Rivals' bids above all that the bidder with the highest of them meets are too high for everybody
        // else.
        let top = top + accuracy.cut / beta;
        let bidders: u32 = groups.iter().map(|group| group.count).sum();
        let mut passed = vec![0; groups.len()];
        let mut from: Vec<f64> = groups.iter().map(|group| group.table.low).collect();
        let mut to = from.clone();
        let mut one = vec![(0.0, 0.0); groups.len()];
        let mut product = Product::new(groups.iter().map(|group| group.count));
        for pair in bids.bends.windows(2) {
            let ((start, group, end), (next, coming, to_come)) = (pair[0], pair[1]);
            if start >= top {
                break;
            }
            passed[group] = end + 1;
            from[group] = groups[group].ends[end];
            let stop = next.min(top);
            for (i, to) in to.iter_mut().enumerate() {
                let exact = i == coming && stop == next;
                *to = if exact {
                    groups[i].ends[to_come]
                } else {
                    inverse(&groups[i].ends, &bids.of_group[i], passed[i], stop).max(from[i])
                };
            }
            let width = beta * (stop - start);
            let moved = |i: usize| {
                let table = &groups[i].table;
                (to[i] - from[i]) / (table.high - table.low)
            };
            let most = (0..groups.len()).map(moved).fold(0.0, f64::max);
            // Many bids may be the floor itself.
            let can_win = next > floor || start == floor;
            if can_win && (width > NOTHING || most > NOTHING) {
                let pieces = (width / WIDEST).ceil().max(1.0);
                let mut order = accuracy.nodes(width / pieces);
                // The product of distribution functions is as good as a polynomial of a low degree where each
                // changes little.
                let change: f64 = (0..groups.len()).map(|i| moved(i) * f64::from(groups[i].count)).sum();
                let degree = f64::from(bidders) * (change / pieces).min(1.0);
                order = order.max((degree.ceil() as usize + 3).min(bidders as usize).div_ceil(2) + 1);
                let uneven = |i: &usize| groups[*i].table.density.is_none() && to[*i] > from[*i];
                let mut grade = Grade::Even;
                for i in (0..groups.len()).filter(uneven) {
                    order = order.max(accuracy.density);
                    if groups[i].table.ends_near(from[i], to[i]) {
                        grade = grade.max(groups[i].table.grade);
                    }
                }
                if grade != Grade::Even {
                    order = order.max(accuracy.ends);
                }
                for piece in 0..pieces as usize {
                    for (t, weight) in grade.points(order) {
                        let share = (piece as f64 + t) / pieces;
                        meetings.push(beta * share.mul_add(stop - start, start));
                        for i in 0..groups.len() {
                            let rise = to[i] - from[i];
                            let (below, density) = groups[i].table.at(share.mul_add(rise, from[i]));
                            one[i] = (below, if rise > 0.0 { density * rise } else { 0.0 });
                        }
                        let weight = weight / pieces;
                        product.visit(&one, |i, _, density| meetings.weights[i].push(weight * density));
                    }
                }
            }
            from.copy_from_slice(&to);
        }
        if let Some(last) = meetings.sections.last_mut() {
            last.0 = meetings.arguments.len();
        }
        for (below, weights) in meetings.below.iter_mut().zip(&meetings.weights) {
            let mut sum = 0.0;
            below.push(sum);
            below.extend(weights.iter().map(|weight| {
                sum += weight;
                sum
            }));
        }
        if payment.other != 0.0 {
            let moments = |weights: &Vec<f64>| {
                weights
                    .iter()
                    .zip(&meetings.arguments)
                    .map(|(weight, argument)| weight * argument / beta)
                    .collect()
            };
            meetings.met = Some(meetings.weights.iter().map(moments).collect());
        }
        meetings
    }

    fn push(&mut self, argument: f64) {
        let at = self.arguments.len();
        let start = SECTION * (argument / SECTION).floor();
        match self.sections.last_mut() {
            Some(last) if last.1 == start => {}
            last => {
                if let Some(last) = last {
                    last.0 = at;
                }
                self.sections.push((at, start));
            }
        }
        self.arguments.push(argument);
        self.growth.push(libm::exp(argument - start));
    }

    /// For a bidder of a group who plays `own`, the moments of the derivative of the utility in the bid, but
    /// for what is paid always.
    #[allow(clippy::too_many_arguments)]
    pub fn gradient(
        &self,
        groups: &[Group],
        group: usize,
        bids: &Bids,
        own: &[f64],
        payment: Payment,
        beta: f64,
        accuracy: Accuracy,
    ) -> Vec<f64> {
        let (me, weights, below) = (&groups[group], &self.weights[group], &self.below[group]);
        let (floor, top) = bids.floor_and_top(groups, group);
        let reach = accuracy.cut / beta;
        let mut moments = me.moments();
        let mut window = (0, 0);
        let table = &me.table;
        for (e, (values, bids)) in me.ends.windows(2).zip(own.windows(2)).enumerate() {
            let rise = bids[1] - bids[0];
            let share = |bid: f64| if rise > 0.0 { ((bid - bids[0]) / rise).clamp(0.0, 1.0) } else { 0.0 };
            if bids[1] <= floor - reach {
                continue;
            }
            // Where the own bid can neither win nor lose by chance.
            let (first, last) =
                (share(floor - reach), if bids[1] > top + reach { share(top + reach) } else { 1.0 });
            for (from, to, chance) in [(first, last.max(first), true), (last.max(first), 1.0, false)] {
                if from >= to {
                    continue;
                }
                let width = if chance { beta * rise * (to - from) } else { 0.0 };
                let pieces = (width / WIDEST).ceil().max(1.0);
                let order = accuracy.nodes(width / pieces) + 1;
                for piece in 0..pieces as usize {
                    let at = |share: f64| (to - from).mul_add(share / pieces, from);
                    let (from, to) = (at(piece as f64), at(piece as f64 + 1.0));
                    let (start, stop) = (
                        from.mul_add(values[1] - values[0], values[0]),
                        to.mul_add(values[1] - values[0], values[0]),
                    );
                    let uneven = table.density.is_none();
                    let grade =
                        if uneven && table.ends_near(start, stop) { table.grade } else { Grade::Even };
                    let order = match (uneven, grade) {
                        (false, _) => order,
                        (true, Grade::Even) => order.max(accuracy.density),
                        (true, _) => order.max(accuracy.ends),
                    };
                    for (t, weight) in grade.points(order) {
                        let share = t.mul_add(to - from, from);
                        let value = t.mul_add(stop - start, start);
                        let bid = share.mul_add(rise, bids[0]);
                        let argument = beta * bid;
                        while window.0 < weights.len() && self.arguments[window.0] < argument - accuracy.cut {
                            window.0 += 1;
                        }
                        window.1 = window.1.max(window.0);
                        while window.1 < weights.len() && self.arguments[window.1] < argument + accuracy.cut {
                            window.1 += 1;
                        }
                        let (win, density) = self.meet(argument, window, weights);
                        let win = below[window.0] + win;
                        let mut part =
                            (value - payment.own * bid).mul_add(beta * density, -(payment.own * win));
                        if let Some(met) = &self.met {
                            let (_, moment) = self.meet(argument, window, &met[group]);
                            part -= payment.other * beta * moment;
                        }
                        let weight = weight * (stop - start) * table.density(value);
                        me.add(&mut moments, me.segments[e], value, weight * part);
                    }
                }
            }
        }
        me.gradient(&moments)
    }

    /// The sums of weight times s and times s' over some nodes, at an own argument.
    fn meet(&self, argument: f64, window: (usize, usize), weights: &[f64]) -> (f64, f64) {
        let (mut win, mut density) = (0.0, 0.0);
        let mut from = window.0;
        for &(end, start) in &self.sections {
            let to = end.min(window.1);
            if from < to {
                let factor = libm::exp(start - argument);
                let (more, more_density) = sums(factor, &self.growth[from..to], &weights[from..to]);
                (win, density) = (win + more, density + more_density);
                from = to;
            }
        }
        (win, density)
    }
}

/// The numbers that are added side by side.
const LANES: usize = 4;

/// The sums of weight / (1 + e) and weight e / (1 + e)^2, e = factor x growth.
fn sums(factor: f64, growth: &[f64], weights: &[f64]) -> (f64, f64) {
    let (mut win, mut density) = ([0.0; LANES], [0.0; LANES]);
    let (growths, growth_rest) = growth.as_chunks::<LANES>();
    let (weights, weights_rest) = weights.as_chunks::<LANES>();
    for (growth, weight) in growths.iter().zip(weights) {
        for lane in 0..LANES {
            let e = factor * growth[lane];
            let s = 1.0 / (1.0 + e);
            let part = weight[lane] * s;
            win[lane] += part;
            density[lane] += part * (s * e);
        }
    }
    let (mut win, mut density) = (win.iter().sum::<f64>(), density.iter().sum::<f64>());
    for (growth, weight) in growth_rest.iter().zip(weights_rest) {
        let e = factor * growth;
        let s = 1.0 / (1.0 + e);
        let part = weight * s;
        win += part;
        density += part * (s * e);
    }
    (win, density)
}
