//! First price: the winner pays the own bid.

use super::{Entry, Payment};

/// Utility (v - b) 1\[b > m\], where m is the highest other bid.
pub(super) const ENTRY: Entry = Entry { name: "first-price", doc: "the highest bid wins and pays itself" };

/// What a bidder pays.
pub(super) const PAYMENT: Payment = Payment { own: 1.0, other: 0.0, always: 0.0 };
