//! Any number of bidders who share a prior.

use std::f64::consts::LN_2;

use super::InverseBids;
use super::grid::{DEPTH, places};
use crate::auction::Prior;
use crate::law::groups::Groups;
use crate::law::log_quantile::LogQuantile;
use crate::law::marginal::{distance_from_high, has_steep_end, powers};
use crate::numeric::quadrature::GaussLegendre;

pub(super) const METHOD: &str = "integral of the symmetric bid";

/// Nodes of the rule between neighbouring values.
const ORDER: usize = 8;

pub(super) const UNIFORM_METHOD: &str = "closed form of one uniform prior";

/// The symmetric equilibrium of N uniform priors: b(v) = v - (v - low) / N.
///
/// References: Vickrey 1961.
pub(super) fn solve_uniform(groups: &Groups) -> Result<InverseBids, String> {
    let (low, high) = groups.priors[0].support();
    let n = groups.bidders();
    // F is the share of the way to the top bid: ln F = s.
    let nodes = places(DEPTH);
    let gaps = nodes.iter().map(|s| (high - low) * libm::exp(*s) / n).collect();
    let top = low + (high - low) * (n - 1.0) / n;
    InverseBids::in_equilibrium(groups, (low, top), nodes.clone(), vec![nodes], &[gaps])
}

/// The least distance of nodes in s.
const LEAST_DISTANCE: f64 = 1e-13;

/// The symmetric equilibrium,
///
/// ```text
/// b(v) = v - int_low^v (F(x) / F(v))^(N - 1) dx.
/// ```
///
/// The ratio stays inside the integral: a quotient of integrals would lose the small values. From node to
/// node the integral's part below is carried along, times the power of F's ratio.
///
/// References: Krishna 2010, Proposition 2.2.
pub(super) fn solve_by_value(groups: &Groups) -> Result<InverseBids, String> {
    let prior = &groups.priors[0];
    let rivals = groups.bidders() - 1.0;
    let (low, high) = prior.support();
    let log_of = |value: f64| prior.ln_cdf(value);
    // Nodes crowd where values do and where probabilities do, and every kink of F is one.
    let places = places(DEPTH);
    let mut values: Vec<f64> =
        places.iter().map(|&s| (high - low).mul_add(libm::exp(s), low).min(high)).collect();
    values.extend(places.iter().map(|&s| low + groups.quantiles[0].excess(s)));
    values.extend(prior.kinks());
    values.sort_by(f64::total_cmp);
    values.dedup();
    values.retain(|&value| value > low && log_of(value) > f64::NEG_INFINITY);

    let rule = GaussLegendre::of_order(ORDER);
    let logs: Vec<f64> = values.iter().map(|&value| log_of(value)).collect();
    // Below the first node F is a power of v - low, found from two nodes that more than rounding tells apart.
    let apart = |value: &f64| *value - low > 1.5 * (values[0] - low);
    let other = values.iter().position(apart).unwrap_or(values.len() - 1);
    let power = (logs[other] - logs[0]) / (libm::log(values[other] - low) - libm::log(values[0] - low));
    let mut shade = (values[0] - low) / (rivals * power + 1.0);
    let mut shades = vec![shade];
    for (ends, end_logs) in values.windows(2).zip(logs.windows(2)) {
        let ratio = |x: f64| libm::exp(rivals * (log_of(x) - end_logs[1]));
        shade =
            shade * libm::exp(rivals * (end_logs[0] - end_logs[1])) + rule.integrate(ends[0], ends[1], ratio);
        shades.push(shade);
    }
    let width = high - low - shade;
    let (mut nodes, mut kept_logs, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    for ((value, log), shade) in values.iter().zip(logs).zip(shades) {
        let s = libm::log((value - low - shade) / width);
        // Bids that rounding cannot tell apart are one node.
        if nodes.last().is_none_or(|&last| s > last + LEAST_DISTANCE) && s < -LEAST_DISTANCE {
            nodes.push(s);
            kept_logs.push(log);
            gaps.push(shade);
        }
    }
    nodes.push(0.0);
    kept_logs.push(0.0);
    gaps.push(shade);
    InverseBids::in_equilibrium(groups, (low, low + width), nodes, vec![kept_logs], &[gaps])
}

/// Whether values do not tell F.
pub(super) fn is_steep(prior: &Prior) -> bool {
    let [low, high] = powers(prior);
    has_steep_end(prior) || low.max(high) > SHARP_POWER || is_narrow(prior)
}

/// Whether most values lie so close together that F is 0 or 1 to rounding over most of the support.
fn is_narrow(prior: &Prior) -> bool {
    let (low, high) = prior.support();
    prior.quantile(MOST.1) - prior.quantile(MOST.0) < NARROW * (high - low)
}

/// Most values: those between these quantiles.
const MOST: (f64, f64) = (0.1, 0.9);

/// They are close if they take less than this part of the support.
const NARROW: f64 = 0.02;

/// With such a power at an end F is 0 or 1 to rounding over most of the support, where values do not tell it
/// either.
const SHARP_POWER: f64 = 100.0;

/// Between nodes the power of F's ratio changes by this factor at most within one rule, and what is beyond
/// the other factor is left out; both logarithms.
const RULE_WIDTH: f64 = 2.0;
const REACH: f64 = 40.0;

/// Nodes where the power of F is not nothing beside that at the top.
const NEAR_TOP: u32 = 1000;

/// The same where values do not tell F: the integral runs over l = ln F, with Q(l) the value in units of the
/// support from low,
///
/// ```text
/// v - b(v) = int_(-inf)^l e^((N - 1) (m - l)) dQ(m),
/// ```
///
/// and from every node to the next by parts, over what Q rises there: above the median as the distance from
/// high falls.
pub(super) fn solve_by_quantile(groups: &Groups) -> Result<InverseBids, String> {
    let prior = &groups.priors[0];
    let rivals = groups.bidders() - 1.0;
    let (low, high) = prior.support();
    let quantile = Quantile::new(prior, &groups.quantiles[0]);
    let places = places(DEPTH);
    let mut logs = places.clone();
    logs.extend(places.iter().map(|&s| prior.ln_cdf((high - low).mul_add(libm::exp(s), low).min(high))));
    // Of (N - 1)-th powers most happens next to the top.
    logs.extend((1..=NEAR_TOP).map(|k| -REACH / rivals * libm::pow(f64::from(k) / f64::from(NEAR_TOP), 2.0)));
    logs.retain(|log| log.is_finite());
    logs.sort_by(f64::total_cmp);
    logs.dedup();
    // Below the first node F is a power of v - low.
    let excess = quantile.share(logs[0]);
    let power = powers(prior)[0];
    let mut shade = excess / (rivals * power + 1.0);
    let mut shades = vec![shade];
    let rule = GaussLegendre::of_order(ORDER);
    for ends in logs.windows(2) {
        let (from, to) = (ends[0].max(ends[1] - REACH / rivals), ends[1]);
        let parts = (rivals * (to - from) / RULE_WIDTH).ceil().max(1.0);
        shade *= libm::exp(rivals * (ends[0] - ends[1]));
        let mut start = from;
        for part in 1..=parts as u32 {
            let end =
                if f64::from(part) == parts { to } else { from + (to - from) * (f64::from(part) / parts) };
            let inner =
                rule.integrate(start, end, |m| libm::exp(rivals * (m - end)) * quantile.rise(start, m));
            shade += libm::exp(rivals * (end - to)) * (quantile.rise(start, end) - rivals * inner).max(0.0);
            start = end;
        }
        shades.push(shade);
    }
    let (least, width) = (shade, 1.0 - shade);
    let (mut nodes, mut kept_logs, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    for (log, shade) in logs.into_iter().zip(shades) {
        let s = if log < -LN_2 {
            libm::log((quantile.share(log) - shade) / width)
        } else {
            libm::log1p(-(quantile.gap(log) + shade - least) / width)
        };
        // Near the top many bids are one to rounding, but not their distances from the highest.
        let last = nodes.last().copied().unwrap_or(f64::NEG_INFINITY);
        if s.is_finite() && s < 0.0 && s > last + LEAST_DISTANCE * (-last).min(1.0) {
            nodes.push(s);
            kept_logs.push(log);
            gaps.push((high - low) * shade);
        }
    }
    nodes.push(0.0);
    kept_logs.push(0.0);
    gaps.push((high - low) * least);
    let top = (high - low).mul_add(width, low);
    InverseBids::in_equilibrium(groups, (low, top), nodes, vec![kept_logs], &[gaps])
}

/// From this power of F at low on values rise so little with ln F that differences of a table would lose what
/// is wanted.
const TABLE_POWER: f64 = 20.0;

/// Values of a prior by ln F, in units of the support, so that neither end loses digits.
struct Quantile<'p> {
    prior: &'p Prior,
    /// The same from a table, where that is enough.
    table: Option<&'p LogQuantile>,
    width: f64,
    /// The distance from high by ln(1 - F).
    upper: Option<Box<dyn Fn(f64) -> f64>>,
}

impl<'p> Quantile<'p> {
    fn new(prior: &'p Prior, table: &'p LogQuantile) -> Self {
        let (low, high) = prior.support();
        let table = Some(table).filter(|_| powers(prior)[0] < TABLE_POWER);
        let upper = distance_from_high(prior).map(|distance| Box::new(distance) as Box<dyn Fn(f64) -> f64>);
        Quantile { prior, table, width: high - low, upper }
    }

    /// The distance from low.
    fn share(&self, l: f64) -> f64 {
        match self.table {
            Some(table) => table.excess(l) / self.width,
            None => self.prior.excess_of_ln(l) / self.width,
        }
    }

    /// The distance from high.
    fn gap(&self, l: f64) -> f64 {
        match &self.upper {
            Some(_) if l >= 0.0 => 0.0,
            Some(distance) => distance(libm::log(-libm::expm1(l))),
            None => 1.0 - self.share(l),
        }
    }

    /// What the value rises by.
    fn rise(&self, from: f64, to: f64) -> f64 {
        if from < -LN_2 || self.upper.is_none() {
            self.share(to) - self.share(from)
        } else {
            self.gap(from) - self.gap(to)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bne, bne};
    use super::*;
    use crate::auction::Population;
    use crate::auction::prior::{Beta, Kumaraswamy, SHAPES};
    use serde_json::Value;

    /// Revenue and utility by payoff equivalence.
    fn assert_expectations(bne: &Bne, utility: f64, revenue: f64, name: &str) {
        let found = (bne.utility(0), bne.revenue());
        assert!((found.0 / utility - 1.0).abs() < 1e-8, "{name}: utility {} for {utility}", found.0);
        assert!((found.1 / revenue - 1.0).abs() < 1e-8, "{name}: revenue {} for {revenue}", found.1);
    }

    #[test]
    fn steep_priors_have_the_expectations_of_the_reference() {
        let text = include_str!("../../../tests/reference/steep.json");
        let references: Value = serde_json::from_str(text).unwrap();
        for case in references["symmetric"].as_array().unwrap() {
            let name = case["prior"].as_str().unwrap();
            let prior: Prior = name.parse().unwrap();
            let n = case["bidders"].as_u64().unwrap() as usize;
            let found = bne(&Population::symmetric(n, prior)).unwrap();
            let number = |key: &str| case[key].as_f64().unwrap();
            assert_expectations(&found, number("utility"), number("revenue"), name);
        }
    }

    /// E of the second highest of n values, over the quantile from the nearer end:
    ///
    /// ```text
    /// n (n - 1) int Q(p) p^(n - 2) (1 - p) dp.
    /// ```
    fn by_quantiles(prior: &Prior, n: usize) -> f64 {
        let rule = GaussLegendre::of_order(12);
        let n = n as f64;
        let weight = |p: f64, q: f64| n * (n - 1.0) * libm::pow(p, n - 2.0) * q;
        let mut revenue = 0.0;
        for k in 1..=50 {
            let (from, to) = (libm::ldexp(1.0, -k - 1), libm::ldexp(1.0, -k));
            revenue += rule.integrate(from, to, |p| prior.quantile(p) * weight(p, 1.0 - p));
            revenue += rule.integrate(from, to, |q| prior.upper_quantile(q) * weight(1.0 - q, q));
        }
        revenue
    }

    #[test]
    fn shapes_of_the_whole_range_have_the_revenue_of_the_second_highest_value() {
        let ends = [*SHAPES.start(), *SHAPES.end()];
        let shapes = [ends[0], 0.31, 0.7, 5.0, ends[1]];
        for (k, a) in shapes.into_iter().enumerate() {
            for (j, b) in shapes.into_iter().enumerate() {
                let n = [2, 3, 13, 64][(2 * k + j) % 4];
                let support = [(0.0, 1.0), (79.0, 79.5), (1e-6, 2e-6)][(k + j) % 3];
                let made = if (k + 2 * j) % 3 == 0 {
                    Kumaraswamy::new(a, b, support.0, support.1).map(Prior::Kumaraswamy)
                } else {
                    Beta::new(a, b, support.0, support.1).map(Prior::Beta)
                };
                let Ok(prior) = made else { continue };
                let Ok(found) = bne(&Population::symmetric(n, prior.clone())) else { continue };
                let expected = by_quantiles(&prior, n);
                let off = found.revenue() / expected - 1.0;
                assert!(off.abs() < 1e-8, "{n} of {prior}: {} for {expected}", found.revenue());
                assert!(found.utility(0) >= 0.0 && found.certificate().upper >= 0.0);
            }
        }
    }
}
