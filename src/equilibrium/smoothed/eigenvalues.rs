//! How the gradient field moves near the smoothed equilibrium.

use super::differences::{Difference, differences, moments_at_difference};

/// The eigenvalues of the Jacobian of the simultaneous gradient field in theta at the symmetric equilibrium
/// `multiplier` of [`smoothed_multiplier`](super::smoothed_multiplier), in units of high: that of the common
/// mode, in which all bidders move as one, and that of the N - 1 differences between two bidders. Both are
/// real.
///
/// With v, y and k as there, r = w (1 - w), B = beta high, J has a on its diagonal and b elsewhere,
///
/// ```text
/// a / r^2 = -2 B E[v^2 s'] + (1 - w) B^2 E[v^3 s''],
/// b / r^2 = (B E[v y s'] - (1 - w) B^2 E[v^2 y s'']) / (N - 1),
/// ```
///
/// where s' and s'' are at k (v - y), and the eigenvalues are a + (N - 1) b and a - b. For B to infinity they
/// tend to -(N - 1) / (N^2 (N + 1)) and -(3 N - 1) / (2 N^2 (N + 1)), which are those given for an infinite
/// steepness: the field of the true auction has a kink there, and these belong to the mean of its one-sided
/// derivatives.
///
/// References: this project's derivation; no published source is known to us.
pub fn smoothed_eigenvalues(bidders: usize, steepness: f64, multiplier: f64) -> [f64; 2] {
    let n = bidders as f64;
    if steepness == f64::INFINITY {
        return [-(n - 1.0) / (n * n * (n + 1.0)), -(3.0 * n - 1.0) / (2.0 * n * n * (n + 1.0))];
    }
    // The densities P of E[v^p y^m; v - y = x] are 0 at both ends of x, so that k E[v^p y^m s''] = -int s'(k
    // x) P'(x) dx. Unlike the integral of s'', whose halves cancel, this is accurate for a large k.
    let (mut own, mut own_slope, mut other, mut other_slope) = (0.0, 0.0, 0.0, 0.0);
    for Difference { x, weight, win_probability } in differences(multiplier * steepness) {
        let [_, second, mixed] = moments_at_difference(bidders, x);
        // Ahead by x > 0, a bidder with the highest value meets a rival at 1 - x: the upper end of the
        // integral moves.
        let at_end = if x > 0.0 { (n - 1.0) * libm::pow(1.0 - x, n - 2.0) } else { 0.0 };
        let density = weight * steepness * win_probability.slope;
        own += density * second;
        own_slope += density * (3.0 * second - at_end);
        other += density * mixed;
        other_slope += density * (2.0 * mixed - (1.0 - x) * at_end);
    }
    let odds = (1.0 - multiplier) / multiplier;
    let rate = multiplier * (1.0 - multiplier);
    let a = rate * rate * (-2.0 * own - odds * own_slope);
    let b = rate * rate * (other + odds * other_slope) / (n - 1.0);
    [(n - 1.0).mul_add(b, a), a - b]
}
