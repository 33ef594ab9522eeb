//! Utilities and gains in the smoothed auction, where a bid b wins against m with probability sigmoid(beta (b - m)).

use super::{BidderMeasure, Column};

pub(super) const BIDDER: &[BidderMeasure] = &[
    BidderMeasure {
        column: Column {
            name: "utility_smoothed",
            doc: "ex-ante utility E[(v - b) sigmoid(beta (b - m))], tail-mean profile, last beta; on request",
        },
        of: |bidder| bidder.smoothed.map(|of| of.utility),
    },
    BidderMeasure {
        column: Column {
            name: "epsilon_smoothed",
            doc: "gain of the best reply b(v) >= 0 in the smoothed auction, ex ante, tail-mean profile; on request",
        },
        of: |bidder| bidder.smoothed.map(|of| of.epsilon),
    },
    BidderMeasure {
        column: Column {
            name: "epsilon_smoothed_class",
            doc: "the same of the best reply within the strategy class; on request",
        },
        of: |bidder| bidder.smoothed.map(|of| of.class.epsilon),
    },
];
