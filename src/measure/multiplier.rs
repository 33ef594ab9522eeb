//! The learned multipliers.

use super::{BidderMeasure, Column};

pub(super) const BIDDER: &[BidderMeasure] = &[
    BidderMeasure {
        column: Column { name: "multiplier_last_iterate", doc: "multiplier w_T after the last epoch" },
        of: |bidder| Some(bidder.outcome.last_iterate),
    },
    BidderMeasure {
        column: Column { name: "multiplier_tail_mean", doc: "mean of the multiplier w_t over the tail" },
        of: |bidder| Some(bidder.outcome.tail_mean),
    },
    BidderMeasure {
        column: Column {
            name: "multiplier_tail_sd",
            doc: "standard deviation of the multiplier w_t over the tail (divisor n - 1)",
        },
        of: |bidder| bidder.outcome.tail_sd,
    },
    BidderMeasure {
        column: Column { name: "multiplier_time_average", doc: "mean of the multiplier w_t over all epochs" },
        of: |bidder| Some(bidder.outcome.time_average),
    },
];
