//! One strategy a bidder.

/// The strategies that the bidders play: multipliers, shape \[bidder\], each in (0, 1).
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// b_i(v) = `multipliers[i]` v.
    pub multipliers: Vec<f64>,
}

impl Profile {
    /// The profile of these multipliers, one a bidder.
    pub fn linear(multipliers: impl Into<Vec<f64>>) -> Self {
        Profile { multipliers: multipliers.into() }
    }
}
