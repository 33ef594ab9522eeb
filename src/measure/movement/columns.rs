//! How the multipliers of a run move over its tail.

use crate::measure::best_response::most;
use crate::measure::context::BidderContext;
use crate::measure::{BidderMeasure, Column, RunMeasure};
use crate::numeric::series::{Single, Unmeasured};

pub(in crate::measure) const BIDDER: &[BidderMeasure] = &[
    BidderMeasure {
        column: Column {
            name: "multiplier_tail_drift",
            doc: "mean of the multiplier over the later half of the tail less that over the earlier",
        },
        of: |bidder| bidder.drift,
    },
    BidderMeasure {
        column: Column {
            name: "oscillation_sd",
            doc: "standard deviation over the tail of the multiplier less its moving average (divisor n - 1)",
        },
        of: |bidder| bidder.outcome.ema_residual_sd,
    },
    BidderMeasure {
        column: Column {
            name: "autocorrelation",
            doc: "correlation of the multipliers of neighbouring epochs of the tail (kept ones, where it is long)",
        },
        of: |bidder| single(bidder).map(|single| single.lag1),
    },
    BidderMeasure {
        column: Column {
            name: "effective_size",
            doc: "independent epochs whose mean is as exact as that of the tail",
        },
        of: |bidder| single(bidder)?.effective_size,
    },
    BidderMeasure {
        column: Column {
            name: "period",
            doc: "epochs a period where the tail's spectrum exceeds most that of an AR(2) fitted to it",
        },
        of: |bidder| Some(single(bidder)?.peak?.period),
    },
    BidderMeasure {
        column: Column {
            name: "period_ratio",
            doc: "by which factor it exceeds it there; chance seldom makes more than 4",
        },
        of: |bidder| Some(single(bidder)?.peak?.ratio),
    },
];

pub(in crate::measure) const RUN: &[RunMeasure] = &[
    RunMeasure {
        column: Column { name: "tail_sd_max", doc: "largest multiplier_tail_sd of the bidders" },
        of: |run| most(run, |bidder| bidder.outcome.tail_sd),
    },
    RunMeasure {
        column: Column { name: "oscillation_sd", doc: "largest oscillation_sd of the bidders" },
        of: |run| most(run, |bidder| bidder.outcome.ema_residual_sd),
    },
    RunMeasure {
        column: Column {
            name: "tail_too_short",
            doc: "1 where the tail has fewer than 25 e-folding times, too few to tell a rotation; else 0",
        },
        of: |run| Some(f64::from(u8::from(run.rotation == Err(Unmeasured::TooShort)))),
    },
    RunMeasure {
        column: Column {
            name: "folding_time",
            doc: "epochs in which the autocorrelation of the multipliers falls to 1/e, in the plane they move in most",
        },
        of: |run| Some(run.rotation.ok()?.folding_time),
    },
    RunMeasure {
        column: Column {
            name: "levy_area",
            doc: "signed area that the standardised multipliers go round over the tail, in that plane",
        },
        of: |run| Some(run.rotation.ok()?.levy_area),
    },
    RunMeasure {
        column: Column {
            name: "levy_z",
            doc: "t statistic of that area over blocks of five e-folding times, as a normal number",
        },
        of: |run| Some(run.rotation.ok()?.levy_z),
    },
    RunMeasure {
        column: Column {
            name: "rotation_q",
            doc: "|arg| / -ln |.| of the leading eigenvalue of a VAR(1) over an eighth of an e-folding time",
        },
        of: |run| Some(run.rotation.ok()?.rotation_q),
    },
    RunMeasure {
        column: Column {
            name: "continued_sd",
            doc: "largest sd of a multiplier at the end of a continuation on the exact gradient, same learners and \
                  states; of the first replicates",
        },
        of: |run| run.continued?.learners,
    },
    RunMeasure {
        column: Column { name: "continued_ascent_sd", doc: "the same by plain gradient ascent" },
        of: |run| run.continued?.ascent,
    },
];

fn single<'a>(bidder: &'a BidderContext) -> Option<&'a Single> {
    bidder.single.as_ref().ok()
}
