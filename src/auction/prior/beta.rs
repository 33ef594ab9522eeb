//! The beta prior on \[low, high\].

use super::law::{Law, shape, wide_enough};
use super::support::Support;
use super::{Form, HIGH, LOW, Prior, PriorEntry, PriorParameter};
use crate::numeric::beta::{BetaTail, beta};
use crate::numeric::tails::Tails;

pub(super) const ENTRY: PriorEntry = PriorEntry {
    name: "beta",
    doc: "f(v) proportional to z^(a - 1) (1 - z)^(b - 1), z = (v - low) / (high - low)",
    form: Form::Numbers {
        parameters: &[PriorParameter::required("a"), PriorParameter::required("b"), LOW, HIGH],
        build: |p| Beta::new(p[0], p[1], p[2], p[3]).map(Prior::Beta),
    },
};

/// f(v) proportional to z^(a - 1) (1 - z)^(b - 1), z = (v - low) / (high - low).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    a: f64,
    b: f64,
    support: Support,
    tails: Tails<BetaTail>,
}

impl Beta {
    /// The prior of two shapes on \[low, high\].
    ///
    /// # Errors
    /// What to write instead, where a shape is not in [`SHAPES`](super::SHAPES) or the support is none.
    pub fn new(a: f64, b: f64, low: f64, high: f64) -> Result<Self, String> {
        let (a, b) = (shape("a", a)?, shape("b", b)?);
        wide_enough(Beta { a, b, support: Support::new(low, high)?, tails: beta(a, b) })
    }

    /// The density at an end, where the exponent of the distance to it is `own` - 1 and of that to the other
    /// `other` - 1.
    fn at_end(own: f64, other: f64) -> f64 {
        match own {
            1.0 => other,
            ..1.0 => f64::INFINITY,
            _ => 0.0,
        }
    }
}

impl Law for Beta {
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
        self.tails.cdf(z)
    }

    fn pdf(&self, z: f64) -> f64 {
        match z {
            0.0 => Beta::at_end(self.a, self.b),
            1.0 => Beta::at_end(self.b, self.a),
            _ => libm::exp(self.tails.lower().ln_power(z)) / (z * (1.0 - z)),
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.tails.quantile(p)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        self.tails.upper_quantile(q)
    }

    fn ln_cdf(&self, z: f64) -> f64 {
        self.tails.ln_cdf(z)
    }

    fn quantile_of_ln(&self, l: f64) -> f64 {
        self.tails.quantile_of_ln(l)
    }

    fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    fn variance(&self) -> f64 {
        let sum = self.a + self.b;
        self.a / sum * (self.b / sum) / (sum + 1.0)
    }
}
