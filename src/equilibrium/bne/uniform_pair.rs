//! Two bidders with uniform priors on any supports.

use super::InverseBids;
use super::grid::{DEPTH, places};
use crate::auction::prior::Uniform;
use crate::equilibrium::groups::Groups;

pub(super) const COMMON_LOW: &str = "closed form of two uniform priors from one lowest value";
pub(super) const ANY_SUPPORTS: &str = "closed form of two uniform priors";

/// The least ln F that the nodes hold.
const LEAST_LOG: f64 = 600.0;

/// The equilibrium of U\[l_1, h_1\] and U\[l_2, h_2\].
///
/// With b_low = (l_1 + l_2) / 2, x = b - b_low, d_i = b_low - l_i and X = top - b_low:
///
/// ```text
/// top = (h_1 h_2 - b_low^2) / (h_1 + h_2 - 2 b_low),
/// phi_i(b) = l_i + d_i^2 / (d_i - x + C_i d_i^2 x e^(-d_i / x)),    C_i from phi_i(top) = h_i,
/// l_1 = l_2 = l:    phi_i(b) = l + 2 x / (1 + K_i x^2),    K_i = (2 X / (h_i - l) - 1) / X^2.
/// ```
///
/// The bidder with the lower l never wins with a value below b_low, and bids such a value itself.
///
/// References: Griesmer, Levitan and Shubik 1967, "Toward a study of bidding processes, part IV" (one lowest value);
/// Plum 1992; Kaplan and Zamir 2012, "Asymmetric first-price auctions with uniform distributions: analytic solutions
/// to the general case" (any supports; derived anew here).
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
    let common = one.low() == two.low();
    // The bidder with the higher lowest value has ln F near -|d| / x at the bottom.
    let depth =
        if common { DEPTH } else { libm::log(LEAST_LOG * width / (one.low() - low).abs()).clamp(1.0, DEPTH) };
    let nodes = places(depth);
    let log = |prior: &Uniform, s: f64| {
        let values = prior.high() - prior.low();
        if s == 0.0 {
            return 0.0;
        }
        let x = width * libm::exp(s);
        if common {
            let ratio = x / width;
            let excess = 2.0 * x / (1.0 + (2.0 * width / values - 1.0) * ratio * ratio);
            return libm::log(excess / values);
        }
        let d = low - prior.low();
        // C d^2 x e^(-d / x), with C's exponential beside it.
        let grown = (d * d / values - d + width) * (x / width) * libm::exp(d / width - d / x);
        libm::log(d * d / ((d - x + grown) * values))
    };
    let logs = priors.iter().map(|prior| nodes.iter().map(|&s| log(prior, s)).collect()).collect();
    let curves = InverseBids::in_equilibrium(groups, (low, top), nodes, logs)?;
    Ok((curves, if common { COMMON_LOW } else { ANY_SUPPORTS }))
}
