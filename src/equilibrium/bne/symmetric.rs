//! Any number of bidders who share a prior.

use super::InverseBids;
use super::grid::{SPACING, place};
use crate::equilibrium::groups::Groups;
use crate::numeric::quadrature::GaussLegendre;

pub(super) const METHOD: &str = "integral of the symmetric bid";

/// Nodes of the rule between neighbouring values.
const ORDER: usize = 8;

/// How far down the nodes reach: ln of the share of the support.
const DEPTH: f64 = 21.0;

/// The symmetric equilibrium,
///
/// ```text
/// b(v) = v - int_low^v (F(x) / F(v))^(N - 1) dx.
/// ```
///
/// The ratio stays inside the integral: a quotient of integrals would lose the small values. From node to node the
/// integral's part below is carried along, times the power of F's ratio.
///
/// References: Krishna 2010, Proposition 2.2.
pub(super) fn solve(groups: &Groups) -> Result<InverseBids, String> {
    let prior = &groups.priors[0];
    let rivals = groups.bidders() - 1.0;
    let (low, high) = prior.support();
    // Node k has F = e^l; values crowd at both ends of the support, and every kink of F is one.
    let log_of = |value: f64| prior.ln_cdf(value);
    let mut values: Vec<f64> = shares().map(|share| (high - low).mul_add(share, low)).collect();
    values.extend(prior.kinks());
    values.push(high);
    values.sort_by(f64::total_cmp);
    values.dedup();
    values.retain(|&value| value > low && log_of(value) > f64::NEG_INFINITY);

    let rule = GaussLegendre::of_order(ORDER);
    let logs: Vec<f64> = values.iter().map(|&value| log_of(value)).collect();
    // Below the first node F is a power of v - low, found from two nodes.
    let power = (logs[1] - logs[0]) / (libm::log(values[1] - low) - libm::log(values[0] - low));
    let mut shade = (values[0] - low) / (rivals * power + 1.0);
    let mut rises = vec![values[0] - low - shade];
    for (ends, end_logs) in values.windows(2).zip(logs.windows(2)) {
        let ratio = |x: f64| libm::exp(rivals * (log_of(x) - end_logs[1]));
        shade =
            shade * libm::exp(rivals * (end_logs[0] - end_logs[1])) + rule.integrate(ends[0], ends[1], ratio);
        rises.push(ends[1] - low - shade);
    }
    let width = rises[rises.len() - 1];
    let mut kept: (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for (rise, log) in rises.iter().zip(logs) {
        let s = libm::log(rise / width);
        // Bids that rounding cannot tell apart are one node.
        if kept.0.last().is_none_or(|last| s > last + 1e-13) {
            kept.0.push(s);
            kept.1.push(log);
        }
    }
    if let Some(last) = kept.0.last_mut() {
        *last = 0.0;
    }
    InverseBids::in_equilibrium(groups, (low, low + width), kept.0, vec![kept.1])
}

/// Shares of the support in (0, 1), rising, that crowd towards 0 like a geometric series and towards 1 like a power.
fn shares() -> impl Iterator<Item = f64> {
    let steps = (DEPTH / SPACING) as usize;
    (1..=steps).rev().map(|k| libm::exp(place(k as f64 * SPACING).0))
}
