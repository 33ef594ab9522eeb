//! The exponential prior, truncated to \[low, high\].

use std::ops::RangeInclusive;

use super::law::{Law, wide_enough};
use super::support::Support;
use super::{Form, HIGH, LOW, Prior, PriorEntry, PriorParameter};
use crate::numeric::digits::{Shortest, six_digits};

pub(super) const ENTRY: PriorEntry = PriorEntry {
    name: "truncated-exponential",
    doc: "f(v) proportional to exp(-rate v) on [low, high]",
    form: Form::Numbers {
        parameters: &[PriorParameter::required("rate"), LOW, HIGH],
        build: |p| TruncatedExponential::new(p[0], p[1], p[2]).map(Prior::TruncatedExponential),
    },
};

/// The values of rate x (high - low): below, the prior is uniform to rounding.
const DECAYS: RangeInclusive<f64> = 1e-20..=1e3;

/// Below this decay the moments' closed forms cancel, and five terms of their series in it are exact to
/// rounding.
const SERIES: f64 = 0.1;

/// F(v) = (1 - e^(-rate (v - low))) / (1 - e^(-rate (high - low))), rate > 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruncatedExponential {
    rate: f64,
    support: Support,
    /// rate x (high - low).
    decay: f64,
}

impl TruncatedExponential {
    /// The prior of a rate, per unit of value, on \[low, high\].
    ///
    /// # Errors
    /// What to write instead, where the rate is not positive, so small or large that the prior is uniform or
    /// an atom, or the support is none.
    pub fn new(rate: f64, low: f64, high: f64) -> Result<Self, String> {
        let support = Support::new(low, high)?;
        let decay = rate * support.width();
        if !DECAYS.contains(&decay) {
            let bound = |decay: f64| six_digits(decay / support.width());
            return Err(format!(
                "rate = {} must be from {} to {} on a support from {} to {}",
                Shortest(rate),
                bound(*DECAYS.start()),
                bound(*DECAYS.end()),
                Shortest(low),
                Shortest(high)
            ));
        }
        wide_enough(TruncatedExponential { rate, support, decay })
    }

    /// The z with F = p and 1 - F = q: from the bottom 1 - p (1 - e^-d) = e^(-d z), from the top 1 + q (e^d -
    /// 1) = e^(d (1 - z)), and q + p e^-d = e^(-d z) where that would overflow.
    fn between(&self, p: f64, q: f64) -> f64 {
        let d = self.decay;
        if q == 0.0 {
            // e^-d may have lost its digits.
            return 1.0;
        }
        let z = if p < 0.5 {
            -libm::log1p(p * self.mass()) / d
        } else if d < 1.0 {
            1.0 - libm::log1p(q * libm::expm1(d)) / d
        } else {
            -libm::log(p.mul_add(libm::exp(-d), q)) / d
        };
        z.min(1.0)
    }

    /// -(1 - e^-decay).
    fn mass(&self) -> f64 {
        libm::expm1(-self.decay)
    }
}

impl Law for TruncatedExponential {
    fn entry(&self) -> &'static PriorEntry {
        &ENTRY
    }

    fn support(&self) -> Support {
        self.support
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.rate, self.support.low, self.support.high]
    }

    fn identity(&self) -> Vec<u64> {
        vec![self.decay.to_bits()]
    }

    fn cdf(&self, z: f64) -> f64 {
        libm::expm1(-self.decay * z) / self.mass()
    }

    fn pdf(&self, z: f64) -> f64 {
        self.decay * libm::exp(-self.decay * z) / -self.mass()
    }

    fn quantile(&self, p: f64) -> f64 {
        self.between(p, 1.0 - p)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        self.between(1.0 - q, q)
    }

    fn ln_cdf(&self, z: f64) -> f64 {
        libm::log(self.cdf(z))
    }

    fn quantile_of_ln(&self, l: f64) -> f64 {
        self.between(libm::exp(l), -libm::expm1(l))
    }

    fn mean(&self) -> f64 {
        let d = self.decay;
        if d >= SERIES {
            return 1.0 / d - 1.0 / libm::expm1(d);
        }
        let square = d * d;
        let tail = 1.0 / 720.0 - square * (1.0 / 30_240.0 - square / 1_209_600.0);
        0.5 - d * (1.0 / 12.0 - square * tail)
    }

    fn variance(&self) -> f64 {
        let d = self.decay;
        let square = d * d;
        if d >= SERIES {
            let s = d / (2.0 * libm::sinh(0.5 * d));
            return (1.0 - s) * (1.0 + s) / square;
        }
        let tail = 1.0 / 6048.0 - square * (1.0 / 172_800.0 - square / 5_322_240.0);
        1.0 / 12.0 - square * (1.0 / 240.0 - square * tail)
    }
}
