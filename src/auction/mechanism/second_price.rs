//! Second price: the winner pays the highest other bid.

use super::{Entry, Payment};

/// Utility (v - m) 1\[b > m\], where m is the highest other bid.
///
/// References: Vickrey 1961.
pub(super) const ENTRY: Entry =
    Entry { name: "second-price", doc: "the highest bid wins and pays the highest of the others" };

/// What a bidder pays.
pub(super) const PAYMENT: Payment = Payment { own: 0.0, other: 1.0, always: 0.0 };
