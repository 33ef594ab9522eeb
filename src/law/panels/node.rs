//! All bidders at one bid.

/// One node: all bidders at one bid.
pub struct Node<'a> {
    pub bid: f64,
    /// One a curve.
    pub curves: &'a [At],
}

/// One bidder at a node.
#[derive(Clone, Copy, Debug, Default)]
pub struct At {
    /// G(bid), the probability to bid below.
    pub cdf: f64,
    /// The probability to bid here, as the weight of the node.
    pub mass: f64,
    /// The value of those who bid here.
    pub value: f64,
}
