//! The normal distribution truncated to an interval, far out too.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2};

use super::quadrature::GaussLegendre;
use super::tails::{Local, Tail, Tails};

/// The standard normal distribution truncated to an interval, stretched to \[0, 1\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruncatedNormal {
    /// Its tails.
    pub tails: Tails<NormalTail>,
    /// The expectation of z.
    pub mean: f64,
    /// The variance of z.
    pub variance: f64,
}

impl TruncatedNormal {
    /// Truncated to \[from, to\]; `width` is to - from, which the caller may know to more digits. `None`
    /// where the numbers are such that the distribution has no digits.
    pub fn new(from: f64, to: f64, width: f64) -> Option<Self> {
        let (mean, variance) = moments(from, to, width);
        let sound = mean > 0.0 && mean < 1.0 && variance > 0.0;
        sound.then(|| TruncatedNormal {
            tails: Tails::new(NormalTail::new(from, width), NormalTail::new(-to, width), mean),
            mean,
            variance,
        })
    }

    /// The density at z.
    pub fn pdf(&self, z: f64) -> f64 {
        self.tails.lower().pdf(z)
    }
}

/// Where the exponent of a density has fallen by this, the rest is below rounding.
const FALL: f64 = 40.0;

/// Mean and variance of z, from integrals on both sides of the mode.
fn moments(from: f64, to: f64, width: f64) -> (f64, f64) {
    let mode = 0.0_f64.clamp(from, to);
    let rate = mode.abs();
    // In units of sd, from the mode on: the exponent falls by FALL over this length.
    let fallen = 2.0 * FALL / (rate + (rate * rate + 2.0 * FALL).sqrt());
    let mode_share = if mode == from {
        0.0
    } else if mode == to {
        1.0
    } else {
        -from / width
    };
    let rule = GaussLegendre::of_order(16);
    let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
    for (sign, length) in [(1.0, width * (1.0 - mode_share)), (-1.0, width * mode_share)] {
        let panel = length.min(fallen) / 8.0;
        for k in 0..8 {
            for (s, weight) in rule.points(panel * f64::from(k), panel * f64::from(k + 1)) {
                let weight = weight * libm::exp(-s * (rate + 0.5 * s));
                let share = sign * s / width;
                mass += weight;
                first += weight * share;
                second += weight * share * share;
            }
        }
    }
    let offset = first / mass;
    (mode_share + offset, second / mass - offset * offset)
}

/// The mass of the truncated normal distribution from its lower end on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalTail {
    /// The lower end, in standard deviations from the mean.
    from: f64,
    /// The length of the interval, in standard deviations.
    width: f64,
    /// ln of the mass of the interval over the density at the mode.
    ln_total: f64,
}

impl NormalTail {
    fn new(from: f64, width: f64) -> Self {
        let mut tail = NormalTail { from, width, ln_total: 0.0 };
        let (_, mass) = tail.mass(1.0);
        tail.ln_total = libm::log(mass);
        tail
    }

    /// ln of the density at z over that at the mode of the interval.
    fn ln_density(&self, z: f64) -> f64 {
        let d = self.width * z;
        let x = self.from + d;
        if self.from >= 0.0 {
            -d * (self.from + 0.5 * d)
        } else if self.from + self.width <= 0.0 {
            let left = self.width * (1.0 - z);
            left * (x + 0.5 * left)
        } else {
            -0.5 * x * x
        }
    }

    /// The mass up to z over the density at the mode, as e^exponent times a number of usual size.
    fn mass(&self, z: f64) -> (f64, f64) {
        let d = self.width * z;
        let x = self.from + d;
        if self.from >= 0.0 {
            (0.0, half_mass(self.from, d))
        } else if x <= 0.0 {
            // From x backwards, where the density falls.
            (self.ln_density(z), half_mass(-x, d))
        } else {
            (0.0, half_mass(0.0, -self.from) + half_mass(0.0, x))
        }
    }

    fn pdf(&self, z: f64) -> f64 {
        self.width * libm::exp(self.ln_density(z) - self.ln_total)
    }
}

impl Tail for NormalTail {
    fn at(&self, z: f64) -> Local {
        let d = self.width * z;
        let (exponent, mass) = self.mass(z);
        Local {
            ln_cdf: exponent + (libm::log(mass) - self.ln_total),
            elasticity: d * libm::exp(self.ln_density(z) - exponent) / mass,
            curvature: 1.0 - d * (self.from + d),
        }
    }

    fn leading(&self, l: f64) -> f64 {
        l + self.ln_total - self.ln_density(0.0) - libm::log(self.width)
    }
}

/// The integral of e^(-c s - s^2 / 2) over s from 0 to d, for c >= 0.
fn half_mass(c: f64, d: f64) -> f64 {
    if c == 0.0 {
        return FRAC_PI_2.sqrt() * libm::erf(d * FRAC_1_SQRT_2);
    }
    let ln_fall = -d * (c + 0.5 * d);
    let whole = mills_ratio(c);
    let beyond = if ln_fall > -FALL { libm::exp(ln_fall) * mills_ratio(c + d) } else { 0.0 };
    if beyond < 0.5 * whole {
        return whole - beyond;
    }
    // Less than half of the mass: c d and d are below 0.7, over which eight nodes integrate to rounding.
    GaussLegendre::of_order(8).integrate(0.0, d, |s| libm::exp(-s * (c + 0.5 * s)))
}

/// (1 - Phi(x)) / phi(x) for x >= 0, where Phi is the standard normal distribution and phi its density.
///
/// References: DLMF 7.9.1, 7.9.2 for the continued fraction of Laplace.
fn mills_ratio(x: f64) -> f64 {
    if x < 4.0 {
        return FRAC_PI_2.sqrt() * libm::exp(0.5 * x * x) * libm::erfc(x * FRAC_1_SQRT_2);
    }
    let mut tail = x;
    for k in (1..=TERMS).rev() {
        tail = x + f64::from(k) / tail;
    }
    1.0 / tail
}

/// Terms of the continued fraction that leave an error below rounding from 4 on.
const TERMS: u32 = 50;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::tails::reference::assert_agrees;

    #[test]
    fn f_is_that_of_many_digits() {
        // from, to, z, ln F(z) by mpmath 1.3 in 700 digits, from differences of erfc of the nearer tail.
        let cases = [
            (-2.5, 2.5, 0.25, -2.295_702_647_204_311_4),
            (0.0, 1.0, 9.094_947_017_729_282e-13, -27.569_963_428_740_415),
            (-3.0, 0.0, 0.5, -2.030_506_580_221_563_6),
            (-9.536_743_164_062_5e-07, 9.536_743_164_062_5e-07, 0.75, -0.287_682_072_451_743_04),
            (3.75, 4.25, 0.5, -0.314_639_389_534_219_7),
            (5.0, 30.0, 0.0625, -9.229_930_634_527_157e-05),
            (-40.5, -40.0, 0.5, -10.037_513_915_112_322),
            (20.0, 40.0, 0.125, -7.536_652_461_181_913e-24),
            (-30.0, 10.0, 0.125, -316.639_408_008_020_27),
            (-10.0, 0.5, 0.96875, -0.196_278_902_727_300_34),
        ];
        for (from, to, z, ln_cdf) in cases {
            let law = TruncatedNormal::new(from, to, to - from).unwrap();
            assert_agrees(&format!("normal on [{from}, {to}]"), &law.tails, z, ln_cdf);
        }
    }

    #[test]
    fn moments_are_those_of_many_digits() {
        // from, to, mean and variance of z by mpmath 1.3 in 700 digits, from the densities at the ends
        // (Johnson, Kotz and Balakrishnan 1994, eq. 13.134 and 13.135).
        let cases = [
            (-2.5, 2.5, 0.5, 0.036_450_254_437_415_675),
            (0.0, 1.0, 0.459_862_229_286_426_5, 0.079_651_824_848_511_31),
            (
                -9.536_743_164_062_5e-07,
                1.907_348_632_812_5e-06,
                0.499_999_999_999_886_3,
                0.083_333_333_333_310_6,
            ),
            (20.0, 40.0, 0.002_487_653_426_392_527, 6.158_154_037_630_409e-06),
            (-40.5, -40.0, 0.950_062_307_380_900_5, 0.002_490_671_720_151_201_5),
            (-10.0, 0.5, 0.903_889_482_491_711_1, 0.004_409_754_518_787_91),
        ];
        for (from, to, mean, variance) in cases {
            let law = TruncatedNormal::new(from, to, to - from).unwrap();
            assert!((law.mean / mean - 1.0).abs() < 1e-14, "[{from}, {to}]: mean {}", law.mean);
            assert!((law.variance / variance - 1.0).abs() < 1e-13, "[{from}, {to}]: {}", law.variance);
        }
    }

    #[test]
    fn the_ratio_of_mills_is_the_same_from_both_formulas() {
        let (below, above) = (mills_ratio(4.0_f64.next_down()), mills_ratio(4.0));
        assert!((below / above - 1.0).abs() < 1e-14, "{below} {above}");
        assert!((mills_ratio(0.0) - FRAC_PI_2.sqrt()).abs() < 1e-15);
        assert!((mills_ratio(1e8) * 1e8 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn there_is_none_without_digits() {
        assert_eq!(TruncatedNormal::new(f64::NEG_INFINITY, f64::INFINITY, f64::INFINITY), None);
        assert_eq!(TruncatedNormal::new(0.0, 0.0, 0.0), None);
    }
}
