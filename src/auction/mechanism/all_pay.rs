//! All-pay: everybody pays the own bid, whoever wins.

use super::{Entry, Payment};

/// Utility v 1\[b > m\] - b, where m is the highest other bid.
///
/// References: Krishna 2010, section 3.2.
pub(super) const ENTRY: Entry =
    Entry { name: "all-pay", doc: "the highest bid wins, and everybody pays the own bid" };

/// What a bidder pays.
pub(super) const PAYMENT: Payment = Payment { own: 0.0, other: 0.0, always: 1.0 };
