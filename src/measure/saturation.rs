//! How often the smoothed win probability is all but decided.

use super::column::ONE;
use super::rows::{Measure, bidder};

pub(super) const ROWS: &[Measure] = &[bidder(
    "saturated_share",
    ONE,
    "share of values whose win probability sigmoid(beta (b - m)) is below 0.01 or above 0.99, tail-mean profile, last beta",
    |bidder| Some(bidder.saturated_share),
).main()];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expectation::SATURATED;

    #[test]
    fn the_column_tells_the_threshold() {
        assert!(ROWS[0].plain_column().doc.contains(&format!("above {SATURATED}")));
    }
}
