//! What the auction as a whole yields.

use super::column::{ONE, VALUE};
use super::rows::{Measure, OfBids, all_bids};

pub(super) const ROWS: &[Measure] = &[
    all_bids(
        "revenue",
        VALUE,
        "exact expected payment in the true auction",
        OfBids::All(|bids| Some(bids.evaluation.revenue)),
    )
    .main(),
    all_bids(
        "welfare",
        VALUE,
        "exact expected value of the winner",
        OfBids::All(|bids| Some(bids.evaluation.welfare)),
    )
    .skewed()
    .main(),
    all_bids(
        "efficiency",
        ONE,
        "welfare over the expected highest value, in [0, 1]",
        OfBids::All(|bids| Some(bids.evaluation.efficiency)),
    )
    .skewed()
    .main(),
];
