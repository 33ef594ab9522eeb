//! Two bidders with uniform priors on any supports.

use super::InverseBids;
use super::grid::{DEPTH, places};
use crate::auction::prior::Uniform;
use crate::law::groups::Groups;

pub(super) const COMMON_LOW: &str = "closed form of two uniform priors from one lowest value";
pub(super) const ANY_SUPPORTS: &str = "closed form of two uniform priors";

/// The equilibrium of U\[l_1, h_1\] and U\[l_2, h_2\].
///
/// With b_low = (l_1 + l_2) / 2, x = b - b_low, d_i = b_low - l_i and X = top - b_low:
///
/// ```text
/// top = (h_1 h_2 - b_low^2) / (h_1 + h_2 - 2 b_low),
/// (phi_1 - b) (phi_2 - b) = x^2,
/// phi_i(b) = l_i + d_i^2 / (d_i - x + C_i d_i^2 x e^(-d_i / x)),    C_i from phi_i(top) = h_i,
/// l_1 = l_2 = l:    phi_i(b) = l + 2 x / (1 + K_i x^2),    K_i = (2 X / (h_i - l) - 1) / X^2.
/// ```
///
/// The bidder with the lower l never wins with a value below b_low, and bids such a value itself.
///
/// References: Griesmer, Levitan and Shubik 1967, "Toward a study of bidding processes, part IV" (one lowest
/// value); Plum 1992; Kaplan and Zamir 2012, "Asymmetric first-price auctions with uniform distributions:
/// analytic solutions to the general case" (any supports; derived anew here).
///
/// # Errors
/// Where the bidder with the higher values shuts the other out.
pub(super) fn solve(groups: &Groups, priors: [&Uniform; 2]) -> Result<(InverseBids, &'static str), String> {
    let [one, two] = priors;
    let low = 0.5 * (one.low() + two.low());
    let least_high = one.high().min(two.high());
    if least_high <= low {
        return Err(format!(
            "no value up to {least_high} of one bidder can win against the other's lowest bids, from {low} up: the \
             other shuts it out, and no equilibrium of rising bids is unique"
        ));
    }
    let top = (one.high() * two.high() - low * low) / ((one.high() - low) + (two.high() - low));
    let width = top - low;
    let nodes = places(DEPTH);
    let common = one.low() == two.low();
    // ln F and phi - b at s.
    let common_low = |prior: &Uniform, s: f64| {
        let (values, share) = (prior.high() - prior.low(), libm::exp(s));
        let below = 1.0 + (2.0 * width / values - 1.0) * share * share;
        let excess = 2.0 * width * share / below;
        (libm::log(excess / values), width * share * (2.0 - below) / below)
    };
    let any_supports = |prior: &Uniform, s: f64| {
        let (values, x, d) = (prior.high() - prior.low(), width * libm::exp(s), low - prior.low());
        let (ln_grown, grown) = {
            // C_i d^2 x e^(-d / x), whose factors over- and underflow.
            let factor = (d * d / values - d + width) * (x / width);
            let ln = libm::log(factor) + (d / width - d / x);
            (ln, libm::exp(ln))
        };
        let excess = d * d / (d - x + grown);
        let ln_excess = if grown.is_finite() { libm::log(excess) } else { libm::log(d * d) - ln_grown };
        (ln_excess - libm::log(values), excess - d - x)
    };
    let mut points: Vec<Vec<(f64, f64)>> = priors
        .iter()
        .map(|prior| {
            nodes
                .iter()
                .map(|&s| if common { common_low(prior, s) } else { any_supports(prior, s) })
                .collect()
        })
        .collect();
    if !common {
        // The value of the bidder with the lower l comes close to the bid: by the product of both gaps.
        let (weak, strong) = if one.low() < two.low() { (0, 1) } else { (1, 0) };
        for (k, s) in nodes.iter().enumerate() {
            let x = width * libm::exp(*s);
            points[weak][k].1 = x * x / points[strong][k].1;
        }
    }
    let logs = points.iter().map(|points| points.iter().map(|point| point.0.min(0.0)).collect()).collect();
    let gaps: Vec<Vec<f64>> =
        points.iter().map(|points| points.iter().map(|point| point.1).collect()).collect();
    let curves = InverseBids::in_equilibrium(groups, (low, top), nodes, logs, &gaps)?;
    Ok((curves, if common { COMMON_LOW } else { ANY_SUPPORTS }))
}
