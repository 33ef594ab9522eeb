//! Bidding strategies: how a value becomes a bid. One file a strategy, one row in [`Strategy::ALL`].

pub mod linear;

/// The class of bid functions that a bidder learns in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// b = w v with one multiplier w in (0, 1): see [`linear`].
    #[default]
    Linear,
}

impl Strategy {
    /// Every strategy, in the order of `bidsweep list`.
    pub const ALL: [Strategy; 1] = [Strategy::Linear];

    /// The name in sweep files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Strategy::Linear => "linear",
        }
    }

    /// One line for `bidsweep list`.
    pub const fn doc(self) -> &'static str {
        match self {
            Strategy::Linear => "b = w v, one multiplier w = sigmoid(theta) in (0, 1)",
        }
    }
}
