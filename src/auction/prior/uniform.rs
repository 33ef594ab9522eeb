//! The uniform prior on \[low, high\].

use super::law::Law;
use super::support::Support;
use super::{Form, HIGH, LOW, Prior, PriorEntry};

pub(super) const ENTRY: PriorEntry = PriorEntry {
    name: "uniform",
    doc: "F(v) = (v - low) / (high - low)",
    form: Form::Numbers { parameters: &[LOW, HIGH], build: |p| Uniform::new(p[0], p[1]).map(Prior::Uniform) },
};

/// Uniform on \[low, high\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    support: Support,
}

impl Uniform {
    pub(super) const STANDARD: Uniform = Uniform { support: Support::STANDARD };

    /// The prior on \[low, high\].
    ///
    /// # Errors
    /// What to write instead, where the support is empty, inverted, negative, not finite or off
    /// [`SCALES`](super::SCALES).
    pub fn new(low: f64, high: f64) -> Result<Self, String> {
        Ok(Uniform { support: Support::new(low, high)? })
    }

    /// The lowest value.
    pub fn low(&self) -> f64 {
        self.support.low
    }

    /// The highest value.
    pub fn high(&self) -> f64 {
        self.support.high
    }
}

impl Law for Uniform {
    fn entry(&self) -> &'static PriorEntry {
        &ENTRY
    }

    fn support(&self) -> Support {
        self.support
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.support.low, self.support.high]
    }

    fn identity(&self) -> Vec<u64> {
        Vec::new()
    }

    fn cdf(&self, z: f64) -> f64 {
        z
    }

    fn pdf(&self, _: f64) -> f64 {
        1.0
    }

    fn quantile(&self, p: f64) -> f64 {
        p
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        1.0 - q
    }

    fn ln_cdf(&self, z: f64) -> f64 {
        libm::log(z)
    }

    fn quantile_of_ln(&self, l: f64) -> f64 {
        libm::exp(l)
    }

    fn mean(&self) -> f64 {
        0.5
    }

    fn variance(&self) -> f64 {
        1.0 / 12.0
    }
}
