//! Where evolution strategies come to rest: symmetric uniform bidders who climb payoffs averaged over
//! perturbations of their own parameter.

use crate::auction::strategy::linear::multiplier as sigmoid;
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::roots::root;

/// A bound on the absolute error of [`perturbed_multiplier`].
pub const PERTURBED_ERROR: f64 = 1e-12;

/// The largest standard deviation of perturbations that a fixed point is looked for at.
pub const MOST_SIGMA: f64 = 10.0;

/// Perturbations beyond this many standard deviations weigh less than rounding.
const FARTHEST: f64 = 9.0;

/// Panels on either side of no perturbation, of a rule of so many nodes, for a sigma of 1 and less.
const PANELS: f64 = 12.0;
const ORDER: usize = 16;

/// Between these theta a fixed point is looked for, at so many points between which it changes its sign once.
const THETAS: [f64; 2] = [-8.0, 16.0];
const POINTS: usize = 96;

/// The multiplier w = s(theta), s the logistic function, at which the expected step of evolution strategies
/// is 0: `bidders` >= 2 linear bidders with values from U\[0, high\], each of whom is told its payoff u at
/// theta + sigma eps, eps normal, in the true auction and against the others' multiplier w; it is the same
/// for every high. With r = s(theta + sigma eps) / w the first-order condition is
///
/// ```text
/// E[eps u(theta + sigma eps)] / sigma = E[u'(theta + sigma eps)] = 0,
/// u / high = (1 - w r) r^(N - 1) / (N + 1)                          for r <= 1,
///            (1 - w r) (1 / 2 - (1 / 2 - 1 / (N + 1)) / r^2)        for r > 1.
/// ```
///
/// `None` where sigma is above [`MOST_SIGMA`], or where there is no such w, or several. The absolute error is
/// below [`PERTURBED_ERROR`]. As sigma falls to 0, w goes to the Nash multiplier (N - 1) / N.
///
/// ```
/// let multiplier = bidsweep::equilibrium::perturbed_multiplier(2, 0.1).unwrap();
/// assert!((multiplier - 0.487195).abs() < 1e-6);
/// ```
///
/// References: Salimans et al. 2017 and Bichler et al. 2021 for the learners; the fixed point is this
/// project's derivation.
pub fn perturbed_multiplier(bidders: usize, sigma: f64) -> Option<f64> {
    if sigma.is_nan() || sigma <= 0.0 || sigma > MOST_SIGMA {
        return None;
    }
    let drift = |theta: f64| drift(bidders, sigma, theta);
    let at = |k: usize| THETAS[0] + (THETAS[1] - THETAS[0]) * k as f64 / POINTS as f64;
    let falls = |k: &usize| (drift(at(*k)) > 0.0) != (drift(at(*k + 1)) > 0.0);
    let changes: Vec<usize> = (0..POINTS).filter(falls).collect();
    let [only] = changes[..] else { return None };
    root(at(only), at(only + 1), drift).map(sigmoid)
}

/// E[u'(theta + sigma eps)] where the others play theta.
fn drift(bidders: usize, sigma: f64, theta: f64) -> f64 {
    let rival = sigmoid(theta);
    let panels = (PANELS * sigma.max(1.0)).ceil();
    let rule = GaussLegendre::of_order(ORDER);
    let mut sum = 0.0;
    // The second derivative of u jumps where no bid is perturbed.
    for sign in [-1.0, 1.0] {
        for panel in 0..panels as u32 {
            let ends = [panel, panel + 1].map(|end| FARTHEST * f64::from(end) / panels);
            for (eps, weight) in rule.points(ends[0], ends[1]) {
                let own = sigmoid(theta + sigma * sign * eps);
                sum += weight * libm::exp(-0.5 * eps * eps) * slope(bidders, own, rival);
            }
        }
    }
    sum / (2.0 * std::f64::consts::PI).sqrt()
}

/// du / dtheta of a multiplier against one that all others have, of values from U\[0, 1\].
fn slope(bidders: usize, own: f64, rival: f64) -> f64 {
    let n = bidders as f64;
    let ratio = own / rival;
    let margin = 1.0 - own;
    let in_multiplier = if ratio <= 1.0 {
        let power = libm::pow(ratio, n - 2.0) / (n + 1.0);
        power * ((n - 1.0) * margin / rival - ratio)
    } else {
        let missed = (0.5 - 1.0 / (n + 1.0)) / (ratio * ratio);
        2.0 * missed * margin / own - (0.5 - missed)
    };
    in_multiplier * own * margin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_points_are_those_of_an_independent_quadrature() {
        let sigmas = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
        for (bidders, multipliers) in [
            (2, [0.498528, 0.497101, 0.493087, 0.487195, 0.477878, 0.462163]),
            (3, [0.665509, 0.664401, 0.661357, 0.657153, 0.651507, 0.648472]),
            (5, [0.799254, 0.798547, 0.796656, 0.794221, 0.791650, 0.795219]),
            (10, [0.899617, 0.899258, 0.898320, 0.897195, 0.896357, 0.900505]),
        ] {
            for (sigma, expected) in sigmas.into_iter().zip(multipliers) {
                let found = perturbed_multiplier(bidders, sigma).unwrap();
                assert!((found - expected).abs() < 1e-6, "N = {bidders}, sigma = {sigma}: {found}");
            }
        }
    }

    #[test]
    fn the_slope_is_that_of_the_payoff() {
        // In theta, by the formula for u.
        let payoff = |n: f64, own: f64, rival: f64| {
            let r = own / rival;
            let won = if r <= 1.0 {
                libm::pow(r, n - 1.0) / (n + 1.0)
            } else {
                0.5 - (0.5 - 1.0 / (n + 1.0)) / (r * r)
            };
            (1.0 - own) * won
        };
        for bidders in [2, 3, 7] {
            for (theta, rival) in [(-0.5, 0.6), (0.3, 0.5), (2.0, 0.8), (1.0, 0.9)] {
                let at = |theta: f64| payoff(bidders as f64, sigmoid(theta), rival);
                let difference = (at(theta + 1e-5) - at(theta - 1e-5)) / 2e-5;
                let found = slope(bidders, sigmoid(theta), rival);
                assert!((found - difference).abs() < 1e-9, "{bidders}, {theta}: {found}, {difference}");
            }
        }
    }

    #[test]
    fn small_perturbations_leave_the_nash_multiplier_and_wide_ones_are_not_looked_at() {
        assert!((perturbed_multiplier(4, 1e-6).unwrap() - 0.75).abs() < 1e-6);
        assert_eq!(perturbed_multiplier(2, 11.0), None);
        assert_eq!(perturbed_multiplier(2, f64::NAN), None);
    }
}
