//! Running moments and Student intervals.

use std::f64::consts::FRAC_PI_2;

use super::quadrature::GaussLegendre;

/// Count, mean and variance of numbers that come one at a time.
///
/// ```
/// let mut moments = bidsweep::numeric::statistics::Moments::default();
/// [1.0, 2.0, 3.0].into_iter().for_each(|x| moments.push(x));
/// assert_eq!((moments.mean(), moments.sd()), (Some(2.0), Some(1.0)));
/// ```
///
/// References: Welford 1962, "Note on a method for calculating corrected sums of squares and products".
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    n: u64,
    mean: f64,
    /// Sum of (x - mean)^2.
    squares: f64,
}

impl Moments {
    /// Adds a number. The result depends on the order, by rounding.
    pub fn push(&mut self, x: f64) {
        self.n += 1;
        let before = x - self.mean;
        self.mean += before / self.n as f64;
        self.squares = before.mul_add(x - self.mean, self.squares);
    }

    /// How many numbers there were.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The mean; `None` before the first number.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// The standard deviation (divisor n - 1); `None` before the second number.
    pub fn sd(&self) -> Option<f64> {
        (self.n > 1).then(|| (self.squares / (self.n - 1) as f64).sqrt())
    }

    /// The half-width t sd / sqrt(n) of Student's interval for the mean, in which it lies with probability
    /// `coverage` if the numbers are independent and normal; `None` before the second number.
    pub fn half_width(&self, coverage: f64) -> Option<f64> {
        let sd = self.sd()?;
        Some(student_t(coverage, self.n - 1) * sd / (self.n as f64).sqrt())
    }
}

/// The t with P(|T| <= t) = `coverage`, where T has Student's distribution with `degrees` degrees of freedom.
///
/// With T = sqrt(degrees) tan(phi) the density of phi is proportional to cos(phi)^(degrees - 1): an integral
/// without special functions, whose shape is between a constant and a normal density. Relative error below
/// 1e-12 for `degrees` from 1 to 10^9.
///
/// ```
/// let t = bidsweep::numeric::statistics::student_t(0.95, 9);
/// assert!((t - 2.262_157_162_7).abs() < 1e-10);
/// ```
///
/// # Panics
/// Where `coverage` is not in (0, 0.999\], beyond which rounding would show, or `degrees` is 0.
pub fn student_t(coverage: f64, degrees: u64) -> f64 {
    assert!(coverage > 0.0 && coverage <= 0.999 && degrees > 0, "coverage {coverage}, degrees {degrees}");
    let scale = (degrees as f64).sqrt();
    let exponent = 0.5 * (degrees - 1) as f64;
    let density = |phi: f64| {
        let sine = libm::sin(phi);
        libm::exp(exponent * libm::log1p(-sine * sine))
    };
    // Where the density is narrow, all of it lies within the first two panels: exp(-t^2 / 2) is below 1e-17
    // beyond.
    let [inner, outer] = [4.0, 9.0].map(|t| libm::atan(t / scale));
    let mut missing =
        coverage * GaussLegendre::of_order(48).integrate_panels(&[0.0, inner, outer, FRAC_PI_2], density);
    // The density falls, so that Newton's steps from 0 never pass the quantile until they are down to
    // rounding.
    let step_rule = GaussLegendre::of_order(24);
    let mut phi = 0.0;
    loop {
        let next = phi + missing / density(phi);
        if next <= phi * (1.0 + f64::EPSILON) {
            return scale * libm::tan(phi);
        }
        missing -= step_rule.integrate(phi, next, density);
        phi = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_quantiles_are_those_of_the_incomplete_beta_function() {
        // mpmath 1.3, root of its regularised incomplete beta function at 30 digits.
        let table = [
            (1, [1.0, 12.7062047361747, 636.6192487687196]),
            (2, [0.816496580927726, 4.302652729749464, 31.59905457644362]),
            (4, [0.7406970841126826, 2.776445105197794, 8.610301581379275]),
            (9, [0.7027221467513264, 2.262157162798206, 4.780912585931139]),
            (30, [0.6827556933212926, 2.042272456301238, 3.645958635042022]),
            (199, [0.6757245956106457, 1.971956544251754, 3.340086556161431]),
            (1000, [0.6747351646070094, 1.962339080826408, 3.300282648423913]),
            (1000000, [0.6744899955310874, 1.959966356814107, 3.290536461248691]),
        ];
        for (degrees, quantiles) in table {
            for (coverage, expected) in [0.5, 0.95, 0.999].into_iter().zip(quantiles) {
                let error = (student_t(coverage, degrees) / expected - 1.0).abs();
                assert!(error < 1e-12, "coverage {coverage}, degrees {degrees}: {error}");
            }
        }
    }

    #[test]
    fn one_and_two_degrees_have_closed_forms() {
        // P(|T| <= t) = 2 atan(t) / pi and t / sqrt(2 + t^2).
        for coverage in [1e-6, 0.1, 0.68, 0.9, 0.95, 0.99, 0.999] {
            let one = libm::tan(FRAC_PI_2 * coverage);
            let two = coverage * (2.0 / (1.0 - coverage * coverage)).sqrt();
            assert!((student_t(coverage, 1) / one - 1.0).abs() < 1e-12, "{coverage}");
            assert!((student_t(coverage, 2) / two - 1.0).abs() < 1e-12, "{coverage}");
        }
    }

    #[test]
    fn quantiles_fall_with_the_degrees_to_the_normal_one() {
        let mut degrees = 1;
        let mut last = f64::INFINITY;
        while degrees < 1_000_000_000 {
            let t = student_t(0.95, degrees);
            assert!(t < last, "{degrees}");
            last = t;
            degrees += degrees.div_ceil(3);
        }
        // Normal quantile, with the first correction (z^3 + z) / (4 degrees).
        let z: f64 = 1.959_963_984_540_054;
        let expected = z + (z * z * z + z) / 4e9;
        assert!((student_t(0.95, 1_000_000_000) / expected - 1.0).abs() < 1e-12);
    }

    #[test]
    fn moments_keep_their_digits_far_from_zero() {
        let mut moments = Moments::default();
        (0..1001).for_each(|i| moments.push(1e9 + f64::from(i)));
        assert_eq!(moments.n(), 1001);
        assert_eq!(moments.mean(), Some(1e9 + 500.0));
        // The variance of 0 .. n - 1 is n (n + 1) / 12.
        assert!((moments.sd().unwrap() - (1001.0 * 1002.0 / 12.0_f64).sqrt()).abs() < 1e-9);
    }
}
