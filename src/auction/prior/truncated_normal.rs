//! The normal prior, truncated to \[low, high\].

use super::law::{Law, too_narrow, wide_enough};
use super::support::Support;
use super::{Form, HIGH, LOW, Prior, PriorEntry, PriorParameter};
use crate::numeric::digits::Shortest;
use crate::numeric::normal;

pub(super) const ENTRY: PriorEntry = PriorEntry {
    name: "truncated-normal",
    doc: "f(v) proportional to exp(-((v - mean) / sd)^2 / 2) on [low, high]",
    form: Form::Numbers {
        parameters: &[PriorParameter::required("mean"), PriorParameter::required("sd"), LOW, HIGH],
        build: |p| TruncatedNormal::new(p[0], p[1], p[2], p[3]).map(Prior::TruncatedNormal),
    },
};

/// f(v) proportional to exp(-((v - mean) / sd)^2 / 2) on \[low, high\]; mean and sd are those of the normal
/// distribution before it is truncated, and the mean may lie far outside the support.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruncatedNormal {
    mean: f64,
    sd: f64,
    support: Support,
    law: normal::TruncatedNormal,
}

impl TruncatedNormal {
    /// The prior of a mean and a standard deviation, in the unit of values, on \[low, high\].
    ///
    /// # Errors
    /// What to write instead, where the mean is not finite, the standard deviation not positive and finite,
    /// the support none, or the values spread over less than [`LEAST_SPREAD`](super::LEAST_SPREAD).
    pub fn new(mean: f64, sd: f64, low: f64, high: f64) -> Result<Self, String> {
        let support = Support::new(low, high)?;
        if !mean.is_finite() {
            return Err(format!("mean = {} must be finite", Shortest(mean)));
        }
        if !(sd > 0.0 && sd.is_finite()) {
            return Err(format!("sd = {} must be finite and above 0", Shortest(sd)));
        }
        // -0.0 would be another number in the identity of a cell.
        let mean = mean + 0.0;
        let [from, to, width] = standardised(mean, sd, support);
        let law = normal::TruncatedNormal::new(from, to, width).ok_or_else(|| too_narrow(support))?;
        wide_enough(TruncatedNormal { mean, sd, support, law })
    }
}

/// The ends of the support from the mean, and its length, in standard deviations.
fn standardised(mean: f64, sd: f64, support: Support) -> [f64; 3] {
    [support.low - mean, support.high - mean, support.width()].map(|distance| distance / sd)
}

impl Law for TruncatedNormal {
    fn entry(&self) -> &'static PriorEntry {
        &ENTRY
    }

    fn support(&self) -> Support {
        self.support
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.mean, self.sd, self.support.low, self.support.high]
    }

    fn identity(&self) -> Vec<u64> {
        standardised(self.mean, self.sd, self.support).map(f64::to_bits).to_vec()
    }

    fn cdf(&self, z: f64) -> f64 {
        self.law.tails.cdf(z)
    }

    fn pdf(&self, z: f64) -> f64 {
        self.law.pdf(z)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.law.tails.quantile(p)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        self.law.tails.upper_quantile(q)
    }

    fn ln_cdf(&self, z: f64) -> f64 {
        self.law.tails.ln_cdf(z)
    }

    fn quantile_of_ln(&self, l: f64) -> f64 {
        self.law.tails.quantile_of_ln(l)
    }

    fn mean(&self) -> f64 {
        self.law.mean
    }

    fn variance(&self) -> f64 {
        self.law.variance
    }
}
