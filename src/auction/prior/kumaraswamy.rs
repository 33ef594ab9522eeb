//! The prior of Kumaraswamy on \[low, high\].

use super::law::{Law, shape, wide_enough};
use super::support::Support;
use super::{Form, HIGH, LOW, Prior, PriorEntry, PriorParameter};
use crate::numeric::tails::ln_complement;

pub(super) const ENTRY: PriorEntry = PriorEntry {
    name: "kumaraswamy",
    doc: "F(v) = 1 - (1 - z^a)^b, z = (v - low) / (high - low)",
    form: Form::Numbers {
        parameters: &[PriorParameter::required("a"), PriorParameter::required("b"), LOW, HIGH],
        build: |p| Kumaraswamy::new(p[0], p[1], p[2], p[3]).map(Prior::Kumaraswamy),
    },
};

/// Below e^-40 a product of probabilities is what its first-order expansion says, to rounding.
const NEGLIGIBLE: f64 = -40.0;

/// F(v) = 1 - (1 - z^a)^b, z = (v - low) / (high - low).
///
/// References: Kumaraswamy 1980, "A generalized probability density function for double-bounded random
/// processes".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kumaraswamy {
    a: f64,
    b: f64,
    support: Support,
}

impl Kumaraswamy {
    /// The prior of two shapes on \[low, high\].
    ///
    /// # Errors
    /// What to write instead, where a shape is not in [`SHAPES`](super::SHAPES), the support is none, or the
    /// values spread over less than [`LEAST_SPREAD`](super::LEAST_SPREAD).
    pub fn new(a: f64, b: f64, low: f64, high: f64) -> Result<Self, String> {
        let (a, b) = (shape("a", a)?, shape("b", b)?);
        wide_enough(Kumaraswamy { a, b, support: Support::new(low, high)? })
    }

    /// E\[z^n\] = b B(1 + n / a, b).
    fn moment(&self, n: f64) -> f64 {
        let power = 1.0 + n / self.a;
        libm::exp(libm::lgamma(power) + libm::lgamma(1.0 + self.b) - libm::lgamma(power + self.b))
    }

    /// ln(1 - F).
    fn ln_survival(&self, z: f64) -> f64 {
        self.b * ln_complement(self.a * libm::log(z))
    }
}

impl Law for Kumaraswamy {
    fn entry(&self) -> &'static PriorEntry {
        &ENTRY
    }

    fn support(&self) -> Support {
        self.support
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.a, self.b, self.support.low, self.support.high]
    }

    fn identity(&self) -> Vec<u64> {
        [self.a, self.b].map(f64::to_bits).to_vec()
    }

    fn cdf(&self, z: f64) -> f64 {
        -libm::expm1(self.ln_survival(z))
    }

    fn pdf(&self, z: f64) -> f64 {
        let rest = -libm::expm1(self.a * libm::log(z));
        self.a * self.b * libm::pow(z, self.a - 1.0) * libm::pow(rest, self.b - 1.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        libm::pow(-libm::expm1(libm::log1p(-p) / self.b), 1.0 / self.a)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        libm::pow(-libm::expm1(libm::log(q) / self.b), 1.0 / self.a)
    }

    fn ln_cdf(&self, z: f64) -> f64 {
        let ln_power = self.a * libm::log(z);
        let ln_b = libm::log(self.b);
        if ln_power + ln_b.max(0.0) < NEGLIGIBLE {
            return ln_power + ln_b;
        }
        ln_complement(self.ln_survival(z))
    }

    fn quantile_of_ln(&self, l: f64) -> f64 {
        let ln_b = libm::log(self.b);
        let ln_power =
            if l - ln_b.min(0.0) < NEGLIGIBLE { l - ln_b } else { ln_complement(ln_complement(l) / self.b) };
        libm::exp(ln_power / self.a)
    }

    fn mean(&self) -> f64 {
        self.moment(1.0)
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.moment(2.0) - mean * mean
    }
}
