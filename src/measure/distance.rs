//! How far the bids are from those of the Bayes-Nash equilibrium.

use super::{BidderMeasure, Column};

pub(super) const BIDDER: &[BidderMeasure] = &[
    BidderMeasure {
        column: Column {
            name: "bne_l2",
            doc: "sqrt(E (b(v) - b_BNE(v))^2) over the bidder's values, tail-mean profile",
        },
        of: |bidder| bidder.distance.map(|distance| distance.l2),
    },
    BidderMeasure {
        column: Column {
            name: "bne_linf",
            doc: "largest |b(v) - b_BNE(v)| over knots, ends and some hundred other values, tail-mean profile",
        },
        of: |bidder| bidder.distance.map(|distance| distance.linf),
    },
];
