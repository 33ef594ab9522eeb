//! How likely a bid wins: what best responses of any kind are responses to.

/// The probability W(b) to win with a bid, of one bidder against rivals whose strategies are fixed.
pub trait Wins {
    /// W(b), and its derivative; the right one where they differ. W rises from b = 0 on, within \[0, 1\].
    fn at(&self, bid: f64) -> (f64, f64);

    /// Rising bids from the lowest that may win to the lowest that wins as often as any: between neighbours W
    /// is smooth, at one it may bend or, where a rival's bids do not rise, jump.
    fn bends(&self) -> &[f64];
}
