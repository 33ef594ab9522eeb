//! What a bidder earns.

use super::{BidderMeasure, Column};

pub(super) const BIDDER: &[BidderMeasure] = &[BidderMeasure {
    column: Column {
        name: "utility",
        doc: "exact ex-ante utility E[(v - b) 1(b > m)] in the true auction, tail-mean profile",
    },
    of: |bidder| Some(bidder.evaluation.utility),
}];
