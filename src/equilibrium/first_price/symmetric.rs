//! Any number of bidders who share a prior.

use super::InverseBids;
use super::grid::{DEPTH, places};
use crate::law::groups::Groups;
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
pub(super) fn solve(groups: &Groups) -> Result<InverseBids, String> {
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
