//! Why a number of the mean profile is missing. The numbers follow from the table of measures of bids.

use crate::measure::cell::measure::{CellBidderMeasure, bidder_text};

pub(in crate::measure::cell) const BIDDER: &[CellBidderMeasure] = &[bidder_text(
    "lp_reason",
    "why a linear program that was asked for has no solution, or none under the constraint",
    |bidder| bidder.lp_reason.map(str::to_owned),
)];
