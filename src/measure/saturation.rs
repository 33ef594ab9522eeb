//! How often the smoothed win probability is all but decided.

use super::{BidderMeasure, Column};

pub(super) const BIDDER: &[BidderMeasure] = &[BidderMeasure {
    column: Column {
        name: "saturated_share",
        doc: "share of values whose win probability sigmoid(beta (b - m)) is below 0.01 or above 0.99, \
              tail-mean profile, last beta",
    },
    of: |bidder| Some(bidder.saturated_share),
}];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expectation::SATURATED;

    #[test]
    fn the_column_tells_the_threshold() {
        assert!(BIDDER[0].column.doc.contains(&format!("above {SATURATED}")));
    }
}
