//! How far the learned multiplier is from equilibrium, and why: `bias` is the sum of its three parts.

use super::context::BidderContext;
use super::{BidderMeasure, Column, RunMeasure};

pub(super) const BIDDER: &[BidderMeasure] = &[
    BidderMeasure { column: Column { name: "bias", doc: "multiplier_tail_mean - BNE multiplier" }, of: bias },
    BidderMeasure {
        column: Column {
            name: "class_bias",
            doc: "class equilibrium - BNE multiplier: the part of bias due to the strategy class",
        },
        of: |bidder| Some(bidder.references.class.multiplier? - bidder.references.bne.multiplier?),
    },
    BidderMeasure {
        column: Column {
            name: "smoothing_bias",
            doc: "smoothed equilibrium - class equilibrium: the part of bias due to smoothing",
        },
        of: |bidder| Some(bidder.references.smoothed.multiplier? - bidder.references.class.multiplier?),
    },
    BidderMeasure {
        column: Column {
            name: "learning_bias",
            doc: "multiplier_tail_mean - smoothed equilibrium: the part of bias due to learning",
        },
        of: |bidder| Some(bidder.outcome.tail_mean - bidder.references.smoothed.multiplier?),
    },
];

pub(super) const RUN: &[RunMeasure] = &[RunMeasure {
    column: Column { name: "bias_max_abs", doc: "largest |bias| of the bidders; null where one has none" },
    of: |run| run.bidders().try_fold(0.0, |largest: f64, bidder| Some(largest.max(bias(&bidder)?.abs()))),
}];

fn bias(bidder: &BidderContext) -> Option<f64> {
    Some(bidder.outcome.tail_mean - bidder.references.bne.multiplier?)
}
