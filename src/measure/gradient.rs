//! The noise of the gradient.

use super::column::VALUE;
use super::rows::{Measure, bidder};

pub(super) const ROWS: &[Measure] = &[bidder(
    "gradient_sd",
    VALUE,
    "standard deviation over the tail of the batch gradient in theta (divisor n - 1)",
    |bidder| bidder.outcome.gradient_sd,
)
.main_with_gaps()];
