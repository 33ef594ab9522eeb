//! The exponential moving average of the multiplier.

use super::{BidderMeasure, Column};

pub(super) const BIDDER: &[BidderMeasure] = &[
    BidderMeasure {
        column: Column {
            name: "ema_last",
            doc: "moving average e_T of the multiplier: e_0 = w_0, e_t = a e_(t-1) + (1 - a) w_t",
        },
        of: |bidder| Some(bidder.outcome.ema_last),
    },
    BidderMeasure {
        column: Column {
            name: "ema_min",
            doc: "smallest moving average e_t of the multiplier over the tail",
        },
        of: |bidder| Some(bidder.outcome.ema_min),
    },
    BidderMeasure {
        column: Column { name: "ema_max", doc: "largest moving average e_t of the multiplier over the tail" },
        of: |bidder| Some(bidder.outcome.ema_max),
    },
];
