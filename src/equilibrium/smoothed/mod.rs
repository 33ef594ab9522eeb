//! The smoothed equilibrium of symmetric uniform bidders.

mod differences;
mod eigenvalues;

use std::f64::consts::LN_2;

use differences::{Difference, differences, moments_at_difference};
pub(super) use eigenvalues::smoothed_eigenvalues;

use crate::numeric::roots::root;

/// The steepness, beta x high, at and below which symmetric uniform bidders have no interior smoothed
/// equilibrium.
pub const LEAST_STEEPNESS: f64 = 3.0;

/// A bound on the absolute error of [`smoothed_multiplier`].
pub const SMOOTHED_ERROR: f64 = 1e-12;

/// From here on two terms of the expansion in 1 / steepness are exact to rounding.
const ASYMPTOTIC_STEEPNESS: f64 = 1e8;

/// The multiplier w in the symmetric equilibrium of the smoothed auction: `bidders` >= 2 linear bidders with
/// values from U\[0, high\], who win against the highest other bid m with probability s(beta (b - m)), s the
/// logistic function. `steepness` is beta x high, a number without unit: the multiplier depends on the two by
/// it alone.
///
/// With v and y the own and the highest other value over high, and k = w beta high, the first-order condition
/// is
///
/// ```text
/// beta high = k + E[v s(k (v - y))] / E[v^2 s'(k (v - y))],    w = k / (beta high).
/// ```
///
/// The right side rises in k from 3 at k = 0, so there is exactly one such w above [`LEAST_STEEPNESS`] and
/// none at or below it, where every multiplier drifts to 0: then `None`. (That it rises is a numerical
/// finding, for 2 to 1000 bidders and k up to 3000.) For a large steepness w is near (N - 1) / N - (N + 1) ln
/// 2 / (N steepness).
///
/// The absolute error is below [`SMOOTHED_ERROR`] for 2 to 64 bidders.
///
/// ```
/// let multiplier = bidsweep::equilibrium::smoothed_multiplier(2, 50.0).unwrap();
/// assert!((multiplier - 0.480_466_645_2).abs() < 1e-10);
/// assert_eq!(bidsweep::equilibrium::smoothed_multiplier(2, 3.0), None);
/// ```
///
/// References: this project's derivation; no published source is known to us.
pub fn smoothed_multiplier(bidders: usize, steepness: f64) -> Option<f64> {
    let n = bidders as f64;
    if steepness.is_nan() || steepness <= LEAST_STEEPNESS {
        return None;
    }
    if steepness >= ASYMPTOTIC_STEEPNESS {
        return Some((n - 1.0) / n - (n + 1.0) / n * LN_2 / steepness);
    }
    let k = root(0.0, steepness, |k| steepness_of(bidders, k) - steepness)?;
    Some(k / steepness)
}

/// The steepness at whose equilibrium w x steepness = k: the right side of the first-order condition.
fn steepness_of(bidders: usize, k: f64) -> f64 {
    let (mut win, mut marginal) = (0.0, 0.0);
    for Difference { x, weight, win_probability } in differences(k) {
        let [first, second, _] = moments_at_difference(bidders, x);
        win += weight * first * win_probability.value;
        marginal += weight * second * win_probability.slope;
    }
    k + win / marginal
}

#[cfg(test)]
mod tests;
