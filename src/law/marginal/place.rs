//! Places in the support of a prior.

/// A place in the support: its distances from low and from high, in units of high - low. They add up to 1,
/// and near an end the smaller keeps the digits that the other has lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub from_low: f64,
    pub from_high: f64,
}

impl Share {
    pub const LOW: Share = Share { from_low: 0.0, from_high: 1.0 };
    pub const HIGH: Share = Share { from_low: 1.0, from_high: 0.0 };

    #[inline]
    pub fn above_low(from_low: f64) -> Self {
        Share { from_low, from_high: 1.0 - from_low }
    }

    #[inline]
    pub fn below_high(from_high: f64) -> Self {
        Share { from_low: 1.0 - from_high, from_high }
    }

    /// The distance to a place above.
    #[inline]
    pub fn rise_to(self, above: Share) -> f64 {
        if self.from_low < 0.5 { above.from_low - self.from_low } else { self.from_high - above.from_high }
    }
}

/// A place inside the support at which panels end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    pub share: Share,
    /// A panel may end so much further off, since F is smooth here; 0 where it has a kink.
    pub slack: f64,
}
