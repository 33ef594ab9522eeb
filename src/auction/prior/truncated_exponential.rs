//! The exponential prior, truncated to \[low, high\].

use std::ops::RangeInclusive;

use super::law::{Law, wide_enough};
use super::support::Support;
use super::{Form, HIGH, LOW, Prior, PriorEntry, PriorParameter};

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
    /// What to write instead, where the rate is not positive, so small or large that the prior is uniform or an atom,
    /// or the support is none.
    pub fn new(rate: f64, low: f64, high: f64) -> Result<Self, String> {
        let support = Support::new(low, high)?;
        let decay = rate * support.width();
        if !DECAYS.contains(&decay) {
            let bound = |decay: f64| decay / support.width();
            return Err(format!(
                "rate = {rate} must be from {:e} to {:e} on a support from {low} to {high}",
                bound(*DECAYS.start()),
                bound(*DECAYS.end())
            ));
        }
        wide_enough(TruncatedExponential { rate, support, decay })
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

    fn cdf(&self, z: f64) -> f64 {
        libm::expm1(-self.decay * z) / self.mass()
    }

    fn pdf(&self, z: f64) -> f64 {
        self.decay * libm::exp(-self.decay * z) / -self.mass()
    }

    fn quantile(&self, p: f64) -> f64 {
        (-libm::log1p(p * self.mass()) / self.decay).min(1.0)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        let d = self.decay;
        // 1 - F = (e^(-d z) - e^-d) / (1 - e^-d), from the top where it is next to linear, else without overflow.
        let z = if d < 1.0 {
            1.0 - libm::log1p(q * libm::expm1(d)) / d
        } else {
            -libm::log((-q).mul_add(self.mass(), libm::exp(-d))) / d
        };
        z.clamp(0.0, 1.0)
    }

    fn ln_cdf(&self, z: f64) -> f64 {
        libm::log(self.cdf(z))
    }

    fn quantile_of_ln(&self, l: f64) -> f64 {
        self.quantile(libm::exp(l))
    }

    fn mean(&self) -> f64 {
        // 1 / d - 1 / (e^d - 1) as two series would: both terms grow without bound as d falls.
        let d = self.decay;
        if d < SERIES { 0.5 - d / 12.0 * (1.0 - d * d / 60.0) } else { 1.0 / d - 1.0 / libm::expm1(d) }
    }

    fn variance(&self) -> f64 {
        let d = self.decay;
        if d < SERIES {
            return 1.0 / 12.0 - d * d / 240.0;
        }
        let s = d / (2.0 * libm::sinh(0.5 * d));
        (1.0 - s) * (1.0 + s) / (d * d)
    }
}

/// Decays below this have their moments from a series.
const SERIES: f64 = 1e-3;
