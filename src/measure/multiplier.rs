//! The learned multipliers.

use super::column::ONE;
use super::rows::{Measure, bidder};

pub(super) const ROWS: &[Measure] = &[
    bidder("multiplier_last_iterate", ONE, "multiplier w_T after the last epoch", |bidder| {
        Some(bidder.outcome.last_iterate)
    })
    .main(),
    bidder("multiplier_tail_mean", ONE, "mean of the multiplier w_t over the tail", |bidder| {
        Some(bidder.outcome.tail_mean)
    })
    .main(),
    bidder(
        "multiplier_tail_sd",
        ONE,
        "standard deviation of the multiplier w_t over the tail (divisor n - 1)",
        |bidder| bidder.outcome.tail_sd,
    )
    .main(),
    bidder("multiplier_time_average", ONE, "mean of the multiplier w_t over all epochs", |bidder| {
        Some(bidder.outcome.time_average)
    }),
];
