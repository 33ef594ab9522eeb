//! Expectations over the values of a bidder against sums of probabilities to win.

use super::sums::Sums;
use crate::auction::Prior;
use crate::law::marginal::{Marginal, Part, Share};
use crate::numeric::maximum::maximum;
use crate::numeric::quadrature::GaussLegendre;

/// Panels of values, half of them even and half of equal probability.
const PANELS: usize = 256;

/// Values of equal probability that are enough to see which multipliers may be best.
const SAMPLES: usize = 64;

/// Steps of the multiplier from 0 to 1 among which the best are looked for.
const STEPS: usize = 200;

/// The best multiplier is looked for this many steps around one of them.
const AROUND: f64 = 4.0;

/// The local maxima that are followed.
const FOLLOWED: usize = 3;

/// The error of the best multiplier; payoffs are flat there.
const EXACT: f64 = 1e-6;

/// The order of rules where F is linear between marks.
const ORDER_OF_LINES: usize = 2;

/// Their order on other panels that are narrow.
const ORDER_OF_NARROW: usize = 5;

/// Their order on all other panels.
const ORDER: usize = 10;

/// A panel that is narrower than this part of the support is narrow.
const NARROW: f64 = 1.0 / 64.0;

/// The values of a prior.
pub(super) struct Values<'a> {
    marginal: &'a Marginal,
    /// Values and weights whose sums are expectations of functions quadratic on each panel.
    nodes: Vec<(f64, f64)>,
    /// Values of equal probability.
    samples: Vec<f64>,
    /// The values at the marks of the prior, and the highest.
    marks: Vec<f64>,
    /// Whether F is linear between marks.
    lines: bool,
}

impl<'a> Values<'a> {
    pub fn new(prior: &Prior, marginal: &'a Marginal) -> Self {
        let (low, high) = (marginal.low, marginal.high);
        let inner = marginal.marks_between(Share::LOW, Share::HIGH).iter();
        let mut marks: Vec<f64> = inner.map(|mark| marginal.value(mark.share)).collect();
        marks.push(high);
        let samples = (0..SAMPLES).map(|k| prior.quantile((k as f64 + 0.5) / SAMPLES as f64)).collect();
        let lines = marginal.line(Share::LOW).is_some();
        let mut values = Values { marginal, nodes: Vec::new(), samples, marks, lines };
        let half = PANELS / 2;
        let share = |k: usize| k as f64 / half as f64;
        let mut ends: Vec<f64> = (1..half).map(|k| share(k).mul_add(high - low, low)).collect();
        ends.extend((1..half).map(|k| prior.quantile(share(k))));
        ends.extend([low, high]);
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        values.nodes.push((low, 0.0));
        for pair in ends.windows(2) {
            let weights = values.weights(pair[0], pair[1]);
            let first = values.nodes.len() - 1;
            values.nodes[first].1 += weights[0];
            values.nodes.extend([(0.5 * (pair[0] + pair[1]), weights[1]), (pair[1], weights[2])]);
        }
        values
    }

    /// Whether these are the values of a prior with these tables.
    pub fn belong_to(&self, marginal: &Marginal) -> bool {
        std::ptr::eq(self.marginal, marginal)
    }

    /// The highest value.
    pub fn highest(&self) -> f64 {
        self.marginal.high
    }

    /// E max_b (v - b) S(b).
    pub fn best_bids(&self, sums: &Sums) -> f64 {
        let best = sums.best(self.nodes.iter().map(|node| node.0));
        self.nodes.iter().zip(best).map(|(node, best)| node.1 * best).sum()
    }

    /// The best multiplier w, and E\[(1 - w) v S(w v)\].
    pub fn best_multiplier(&self, sums: &Sums) -> (f64, f64) {
        let multiplier = |k: usize| k as f64 / STEPS as f64;
        let rough: Vec<f64> = (0..=STEPS).map(|k| self.rough(sums, multiplier(k))).collect();
        let is_peak = |k: &usize| {
            let next = rough.get(k + 1).copied().unwrap_or(f64::NEG_INFINITY);
            (*k == 0 || rough[k - 1] < rough[*k]) && next <= rough[*k]
        };
        let mut peaks: Vec<usize> = (0..=STEPS).filter(is_peak).collect();
        peaks.sort_by(|a, b| rough[*b].total_cmp(&rough[*a]));
        let around = AROUND / STEPS as f64;
        let climb = |k: &usize| {
            let start = multiplier(*k);
            let (from, to) = ((start - around).max(0.0), (start + around).min(1.0));
            maximum(from, to, start, EXACT, |w| self.payoff(sums, w))
        };
        // Whoever bids all of the value gains nothing.
        let found = peaks.iter().take(FOLLOWED).map(climb);
        found.fold((1.0, 0.0), |best, next| if next.1 > best.1 { next } else { best })
    }

    /// The payoff of a multiplier from the samples and the ends of cells alone.
    fn rough(&self, sums: &Sums, w: f64) -> f64 {
        let last = sums.bids.len() - 1;
        let (mut k, mut total) = (0, 0.0);
        for value in &self.samples {
            let bid = w * value;
            while k < last && sums.bids[k + 2] <= bid {
                k += 2;
            }
            let won = if bid < sums.bids[0] {
                0.0
            } else if k == last {
                sums.most()
            } else {
                let share = (bid - sums.bids[k]) / (sums.bids[k + 2] - sums.bids[k]);
                share.mul_add(sums.sums[k + 2] - sums.sums[k], sums.sums[k])
            };
            total += value * won;
        }
        (1.0 - w) * total / SAMPLES as f64
    }

    /// E\[(1 - w) v S(w v)\], by parts, since F is bounded where a density is not: with h(v) = v S(w v), from
    /// the lowest value v_0 that may win,
    ///
    /// ```text
    /// E h(v) = h(high) - h(v_0) F(v_0) - int h'(v) F(v) dv.
    /// ```
    fn payoff(&self, sums: &Sums, w: f64) -> f64 {
        let (low, high) = (self.marginal.low, self.marginal.high);
        let lowest = sums.bids[0];
        let from = if w * low >= lowest { low } else { lowest / w };
        if from.is_nan() || from >= high {
            return 0.0;
        }
        let ends = |number: usize| sums.bids[2 * number + 2];
        // The cell of the bid of the present panel; none beyond the last.
        let mut number = 0;
        while number < sums.cells() && ends(number) <= w * from {
            number += 1;
        }
        let (at_first, _) = if number < sums.cells() {
            sums.cell(number).at((w * from).max(lowest))
        } else {
            (sums.most(), 0.0)
        };
        let mut expected = -from * at_first * self.cdf(from);
        let mut mark = self.marks.partition_point(|mark| *mark <= from);
        let mut value = from;
        while value < high {
            let inside = number < sums.cells();
            let bent = if inside { ends(number) / w } else { f64::INFINITY };
            let end = bent.min(self.marks[mark]).max(value);
            let cell = inside.then(|| sums.cell(number));
            let slope = |v: f64| match &cell {
                Some(cell) => {
                    let (sum, slope) = cell.at(w * v);
                    w * v * slope + sum
                }
                None => sums.most(),
            };
            expected -= self.rule(end - value).integrate(value, end, |v| slope(v) * self.cdf(v));
            if end >= high {
                expected += high * cell.map_or(sums.most(), |cell| cell.at(w * high).0);
            }
            if self.marks[mark] <= end {
                mark += 1;
            }
            if bent <= end {
                number += 1;
            }
            value = end;
        }
        (1.0 - w) * expected
    }

    fn cdf(&self, value: f64) -> f64 {
        self.marginal.at(self.marginal.share(value), Part::Cdf).0
    }

    fn rule(&self, width: f64) -> &'static GaussLegendre {
        GaussLegendre::of_order(if self.lines {
            ORDER_OF_LINES
        } else if width < NARROW * self.marginal.width() {
            ORDER_OF_NARROW
        } else {
            ORDER
        })
    }

    /// The weights of the ends and the middle of a panel: with t from 0 to 1 over it, F from its start and
    /// m_k = E\[t^k; panel\] = F(1) - int k t^(k-1) F dt, of 1 - 3 t + 2 t^2, 4 t - 4 t^2 and 2 t^2 - t.
    fn weights(&self, from: f64, to: f64) -> [f64; 3] {
        let (below, upto) = (self.cdf(from), self.cdf(to));
        let (mut first, mut second) = (0.0, 0.0);
        let mut start = from;
        let next = self.marks.partition_point(|mark| *mark <= from);
        let inner = self.marks[next..].iter().copied().take_while(|mark| *mark < to);
        for end in inner.chain([to]) {
            for (value, weight) in self.rule(end - start).points(start, end) {
                let rest = weight / (to - from) * (upto - self.cdf(value));
                first += rest;
                second += 2.0 * (value - from) / (to - from) * rest;
            }
            start = end;
        }
        [upto - below - 3.0 * first + 2.0 * second, 4.0 * (first - second), 2.0 * second - first]
    }
}
