//! Best replies: the best bid at every value, against a probability to win.
//!
//! There are two methods, because no one of them is good for both auctions.
//!
//! [`HullReplies`](super::hull::HullReplies) is for the true auction at the first price. There W may jump and
//! have kinks, and W' is exact. The method follows v(b), the value to which a bid is the first-order answer.
//! So it knows between which bids the best ones of a value lie before the value is asked for, and finds them
//! to rounding.
//!
//! [`TriedReplies`](super::tried::TriedReplies) is for the smoothed auction, and for other rules in the true
//! one too, whatever a bid pays. In the smoothed auction W has no kink but comes from a table: where it is
//! all but 0, W / W' is noise, and v(b) is no guide. The method compares the utilities of many bids and
//! improves the best of them; v(b) only says whether replies may jump.

/// The best bid of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub bid: f64,
    /// W there.
    pub wins: f64,
    /// (v - b) W(b).
    pub utility: f64,
}

/// v(b) = b + W / W', the value to which a bid is the first-order answer.
#[inline]
pub(super) fn answers(bid: f64, wins: f64, slope: f64) -> f64 {
    // Where W is 0 with its slope, or so small that it underflows, so is W / W'.
    if wins == 0.0 { bid } else { bid + wins / slope }
}
