//! The interval of possible values.

use std::ops::RangeInclusive;

use crate::numeric::digits::{Shortest, six_digits};

/// How far a support may stretch: high, and high - low, in the unit of values. Further out products of values
/// would leave the range of f64.
pub const SCALES: RangeInclusive<f64> = 1e-100..=1e100;

/// The values from low to high, 0 <= low < high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Support {
    pub low: f64,
    pub high: f64,
}

impl Support {
    pub const STANDARD: Support = Support { low: 0.0, high: 1.0 };

    /// The support, or what to write instead.
    pub fn new(low: f64, high: f64) -> Result<Self, String> {
        if !(low.is_finite() && high.is_finite()) {
            return Err(format!("low = {} and high = {} must be finite", Shortest(low), Shortest(high)));
        }
        if low < 0.0 {
            return Err(format!("low = {} must be at least 0: values are not negative", Shortest(low)));
        }
        if low >= high {
            return Err(format!("low = {} must be below high = {}", Shortest(low), Shortest(high)));
        }
        if !SCALES.contains(&high) || !SCALES.contains(&(high - low)) {
            let (least, most) = (SCALES.start(), SCALES.end());
            return Err(format!(
                "high = {} and high - low = {} must be from {least:e} to {most:e}: give values in another unit",
                Shortest(high),
                six_digits(high - low)
            ));
        }
        // -0.0 would be another number in the identity of a cell.
        Ok(Support { low: low + 0.0, high })
    }

    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Where v lies between low (0) and high (1); the nearer end for v outside.
    pub fn share(&self, v: f64) -> f64 {
        ((v - self.low) / self.width()).clamp(0.0, 1.0)
    }

    /// The value at a share of the way from low to high.
    pub fn value(&self, share: f64) -> f64 {
        self.width().mul_add(share, self.low).min(self.high)
    }

    pub fn contains(&self, v: f64) -> bool {
        (self.low..=self.high).contains(&v)
    }
}
