//! Between first and second price: the winner pays a part of the own bid and a part of the highest other bid.

use super::{Entry, Payment};

/// Utility (v - (2 - a) b - (a - 1) m) 1\[b > m\], where m is the highest other bid.
pub(super) const ENTRY: Entry = Entry {
    name: "mixture",
    doc: "{ mixture = A }: the highest bid wins and pays (2 - A) of itself and (A - 1) of the highest of the others",
};

/// What a bidder pays: a = 1 is the first price and a = 2 the second.
pub(super) const fn payment(a: f64) -> Payment {
    Payment { own: 2.0 - a, other: a - 1.0, always: 0.0 }
}
