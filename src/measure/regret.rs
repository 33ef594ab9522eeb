//! External regret: what a bidder would have gained over all epochs by the best fixed bids.

use super::{BidderMeasure, Column};

pub(super) const BIDDER: &[BidderMeasure] = &[
    BidderMeasure {
        column: Column {
            name: "external_regret",
            doc: "max_w sum_t u(w) - sum_t u(b_t) over epochs, against the best fixed multiplier; exact expectations of \
                  the true auction; on request",
        },
        of: |bidder| Some(bidder.regret?.multiplier),
    },
    BidderMeasure {
        column: Column {
            name: "external_regret_slope",
            doc: "slope of its logarithm over that of time: 1/2 of a no-regret learner at worst; on request",
        },
        of: |bidder| bidder.regret?.slope,
    },
    BidderMeasure {
        column: Column {
            name: "external_regret_bid_map",
            doc: "the same against the best fixed bid at every value, on a grid of bids; on request",
        },
        // A multiplier is a bid map too, and may be better than any on the grid.
        of: |bidder| Some(bidder.regret?.bid_map.max(bidder.regret?.multiplier)),
    },
    BidderMeasure {
        column: Column { name: "external_regret_bid_map_slope", doc: "slope of its logarithm; on request" },
        of: |bidder| bidder.regret?.bid_map_slope,
    },
];
