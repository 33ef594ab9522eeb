//! The noise of the gradient.

use super::{BidderMeasure, Column};

pub(super) const BIDDER: &[BidderMeasure] = &[BidderMeasure {
    column: Column {
        name: "gradient_sd",
        doc: "standard deviation over the tail of the batch gradient in theta (divisor n - 1)",
    },
    of: |bidder| bidder.outcome.gradient_sd,
}];
