//! Two bidders with power priors of one exponent and one lowest value.

use super::InverseBids;
use super::grid::steps;
use crate::law::groups::Groups;
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::roots::root;

pub(super) const METHOD: &str = "first integral of two power priors, one quadrature";

/// How close to its limit at the bottom the ratio of value to bid comes.
const LEAST_DISTANCE: f64 = 1e-11;

/// Nodes of the rule between neighbouring distances.
const ORDER: usize = 3;

/// The equilibrium of F_i(v) = ((v - low) / o_i)^mu, i = 1, 2, with o_1 < o_2.
///
/// With x = b - low, q_i = (phi_i - low) / x and q_0 = 1 + 1 / mu, both bidders' (q - 1) q^-(1 + mu) agree at
/// every bid, on either side of q_0, and
///
/// ```text
/// X = top - low = o_1 o_2 (o_2^mu - o_1^mu) / (o_2^(1 + mu) - o_1^(1 + mu)),
/// ln(x / X) = int_(o_1 / X)^(q_1) dq / (q (1 / (mu (q_2(q) - 1)) - 1)).
/// ```
///
/// References: Plum 1992, "Characterization and computation of Nash-equilibria for auctions with incomplete
/// information".
pub(super) fn solve(groups: &Groups, exponent: f64) -> Result<InverseBids, String> {
    let supports: Vec<(f64, f64)> = groups.priors.iter().map(|prior| prior.support()).collect();
    let low = supports[0].0;
    let ends: Vec<f64> = supports.iter().map(|(low, high)| high - low).collect();
    let (weak, strong) = if ends[0] < ends[1] { (0, 1) } else { (1, 0) };
    let (o1, o2) = (ends[weak], ends[strong]);
    // o_1 (1 - r^mu) / (1 - r^(1 + mu)), r = o_1 / o_2.
    let ln_ratio = libm::log(o1 / o2);
    let width = o1 * libm::expm1(exponent * ln_ratio) / libm::expm1((1.0 + exponent) * ln_ratio);

    let limit = 1.0 + 1.0 / exponent;
    // ln of what both bidders share, less its value at the limit.
    let level = |e: f64| libm::log1p(exponent * e) - (1.0 + exponent) * libm::log1p(e / limit);
    let furthest = o2 / width - limit;
    // The strong bidder's distance above the limit for the weak one's below.
    let partner = |e: f64| root(0.0, furthest, |other| level(other) - level(-e));
    let greatest = limit - o1 / width;
    let distance = |u: f64| greatest * libm::exp(-u);
    // ds/du along the weak bidder's distance.
    let rate = |u: f64| {
        let e = distance(u);
        let other = partner(e).unwrap_or(e);
        // -(1 / (mu (q_2 - 1)) - 1) = mu e_2 / (1 + mu e_2).
        -e * (1.0 + exponent * other) / ((limit - e) * exponent * other)
    };
    let steps = steps(libm::log(greatest / LEAST_DISTANCE));
    let rule = GaussLegendre::of_order(ORDER);
    let (mut nodes, mut logs) = (vec![0.0], vec![vec![0.0], vec![0.0]]);
    let mut gaps = vec![vec![0.0], vec![0.0]];
    gaps[weak][0] = o1 - width;
    gaps[strong][0] = o2 - width;
    let mut s = 0.0;
    for ends in steps.windows(2) {
        s += rule.integrate(ends[0], ends[1], rate);
        let e = distance(ends[1]);
        let x = width * libm::exp(s);
        let other = partner(e).unwrap_or(e);
        nodes.push(s);
        logs[weak].push(exponent * libm::log((limit - e) * x / o1));
        logs[strong].push(exponent * libm::log((limit + other) * x / o2));
        gaps[weak].push((1.0 / exponent - e) * x);
        gaps[strong].push((1.0 / exponent + other) * x);
    }
    nodes.reverse();
    logs.iter_mut().chain(&mut gaps).for_each(|column| column.reverse());
    InverseBids::in_equilibrium(groups, (low, low + width), nodes, logs, &gaps)
}
