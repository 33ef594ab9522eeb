//! One bid function a bidder.

use super::BidFunction;

/// The bid functions that the bidders play.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// One a bidder.
    pub bids: Vec<BidFunction>,
}

impl Profile {
    /// The profile b_i(v) = w_i v of these multipliers, one a bidder, each in \[0, 1\].
    pub fn linear(multipliers: impl IntoIterator<Item = f64>) -> Self {
        let linear = |multiplier| BidFunction::Linear { multiplier };
        Profile { bids: multipliers.into_iter().map(linear).collect() }
    }

    /// The multipliers, where every bid function is linear: a mixture has one where all it draws is one line.
    pub fn multipliers(&self) -> Option<Vec<f64>> {
        self.bids.iter().map(BidFunction::multiplier).collect()
    }
}
