//! What a bidder earns.

use super::column::VALUE;
use super::rows::{Measure, bids};

pub(super) const ROWS: &[Measure] =
    &[bids("utility", VALUE, "exact ex-ante utility E[(v - b) 1(b > m)] in the true auction", |bidder| {
        Some(bidder.response.utility)
    })
    .main()];
