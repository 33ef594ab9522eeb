//! The power prior on \[low, high\].

use super::law::{Law, shape, wide_enough};
use super::support::Support;
use super::{Form, HIGH, LOW, Prior, PriorEntry, PriorParameter};

pub(super) const ENTRY: PriorEntry = PriorEntry {
    name: "power",
    doc: "F(v) = ((v - low) / (high - low))^exponent",
    form: Form::Numbers {
        parameters: &[PriorParameter::required("exponent"), LOW, HIGH],
        build: |p| Power::new(p[0], p[1], p[2]).map(Prior::Power),
    },
};

/// F(v) = ((v - low) / (high - low))^exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    exponent: f64,
    support: Support,
}

impl Power {
    /// The prior of an exponent on \[low, high\].
    ///
    /// # Errors
    /// What to write instead, where the exponent is not in [`SHAPES`](super::SHAPES) or the support is none.
    pub fn new(exponent: f64, low: f64, high: f64) -> Result<Self, String> {
        wide_enough(Power { exponent: shape("exponent", exponent)?, support: Support::new(low, high)? })
    }

    /// The exponent of F.
    pub fn exponent(&self) -> f64 {
        self.exponent
    }
}

impl Law for Power {
    fn entry(&self) -> &'static PriorEntry {
        &ENTRY
    }

    fn support(&self) -> Support {
        self.support
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.exponent, self.support.low, self.support.high]
    }

    fn identity(&self) -> Vec<u64> {
        vec![self.exponent.to_bits()]
    }

    fn cdf(&self, z: f64) -> f64 {
        libm::pow(z, self.exponent)
    }

    fn pdf(&self, z: f64) -> f64 {
        self.exponent * libm::pow(z, self.exponent - 1.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        libm::pow(p, 1.0 / self.exponent)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        libm::exp(libm::log1p(-q) / self.exponent)
    }

    fn ln_cdf(&self, z: f64) -> f64 {
        self.exponent * libm::log(z)
    }

    fn quantile_of_ln(&self, l: f64) -> f64 {
        libm::exp(l / self.exponent)
    }

    fn mean(&self) -> f64 {
        self.exponent / (self.exponent + 1.0)
    }

    fn variance(&self) -> f64 {
        let next = self.exponent + 1.0;
        self.exponent / (next * next * (self.exponent + 2.0))
    }
}
