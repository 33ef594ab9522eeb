//! The exponential moving average of the multiplier.

use super::column::ONE;
use super::rows::{Measure, bidder};

pub(super) const ROWS: &[Measure] = &[
    bidder(
        "ema_last",
        ONE,
        "moving average e_T of the multiplier: e_0 = w_0, e_t = a e_(t-1) + (1 - a) w_t",
        |bidder| Some(bidder.outcome.ema_last),
    ),
    bidder("ema_min", ONE, "smallest moving average e_t of the multiplier over the tail", |bidder| {
        Some(bidder.outcome.ema_min)
    }),
    bidder("ema_max", ONE, "largest moving average e_t of the multiplier over the tail", |bidder| {
        Some(bidder.outcome.ema_max)
    }),
];
