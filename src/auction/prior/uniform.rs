//! The uniform prior on \[low, high\].

use super::{Prior, PriorEntry, PriorParameter};

pub(super) const ENTRY: PriorEntry = PriorEntry {
    name: "uniform",
    doc: "uniform on [low, high]: F(v) = (v - low) / (high - low)",
    parameters: &[
        PriorParameter { name: "low", default: Some(0.0) },
        PriorParameter { name: "high", default: Some(1.0) },
    ],
    build: |p| Uniform::new(p[0], p[1]).map(Prior::Uniform),
};

/// Uniform on \[low, high\], 0 <= low < high, both finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Uniform {
    pub(super) const STANDARD: Uniform = Uniform { low: 0.0, high: 1.0 };

    /// The prior on \[low, high\].
    ///
    /// # Errors
    /// What to write instead, where the support is empty, inverted, negative or not finite.
    pub fn new(low: f64, high: f64) -> Result<Self, String> {
        if !(low.is_finite() && high.is_finite() && (high - low).is_finite()) {
            return Err(format!("low = {low} and high = {high} must be finite"));
        }
        if low < 0.0 {
            return Err(format!("low = {low} must be at least 0: values are not negative"));
        }
        if low >= high {
            return Err(format!("low = {low} must be below high = {high}"));
        }
        // -0.0 would be another number in the identity of a cell.
        Ok(Uniform { low: low + 0.0, high })
    }

    /// The lowest value.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The highest value.
    pub fn high(&self) -> f64 {
        self.high
    }

    pub(super) fn cdf(&self, v: f64) -> f64 {
        ((v - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    pub(super) fn pdf(&self, v: f64) -> f64 {
        if (self.low..=self.high).contains(&v) { 1.0 / (self.high - self.low) } else { 0.0 }
    }

    pub(super) fn quantile(&self, p: f64) -> f64 {
        (self.high - self.low).mul_add(p, self.low)
    }
}
