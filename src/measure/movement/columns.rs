//! How the multipliers of a run move over its tail.

use crate::measure::column::{EPOCHS, ONE};
use crate::measure::context::{BidderContext, RunContext};
use crate::measure::continuation::CONTINUATION;
use crate::measure::price::{Kind, Price};
use crate::measure::rows::{Measure, bidder, largest, run};
use crate::numeric::series::{Single, Unmeasured};

pub(in crate::measure) const ROWS: &[Measure] = &[
    bidder(
        "multiplier_tail_drift",
        ONE,
        "mean of the multiplier over the later half of the tail less that over the earlier",
        |bidder| bidder.drift,
    ),
    bidder(
        "oscillation_sd",
        ONE,
        "standard deviation over the tail of the multiplier less its moving average (divisor n - 1)",
        |bidder| bidder.outcome.ema_residual_sd,
    ),
    bidder(
        "autocorrelation",
        ONE,
        "correlation of the multipliers of neighbouring epochs of the tail (kept ones, where it is long)",
        |bidder| single(bidder).map(|single| single.lag1),
    )
    .skewed()
    .priced(&SERIES),
    bidder(
        "effective_size",
        EPOCHS,
        "estimate, by autoregression, of how many independent epochs have a mean as exact as that of the tail; its \
         relative standard error is about 1.4 / sqrt(effective_size)",
        |bidder| single(bidder)?.effective_size,
    ).skewed(),
    bidder(
        "period",
        EPOCHS,
        "epochs a period where the tail's spectrum exceeds most that of an AR(2) fitted to it",
        |bidder| Some(single(bidder)?.peak?.period),
    ).skewed(),
    bidder(
        "period_ratio",
        ONE,
        "by which factor it exceeds it there; chance seldom makes more than 4",
        |bidder| Some(single(bidder)?.peak?.ratio),
    ).skewed(),
    run("tail_sd_max", ONE, "largest multiplier_tail_sd of the bidders", |run| {
        largest(run.bidders().map(|bidder| bidder.outcome.tail_sd))
    }),
    run("oscillation_sd", ONE, "largest oscillation_sd of the bidders", |run| {
        largest(run.bidders().map(|bidder| bidder.outcome.ema_residual_sd))
    }),
    run(
        "tail_too_short",
        ONE,
        "1 where the tail has fewer than 25 e-folding times, too few to tell a rotation; else 0",
        |run| Some(f64::from(u8::from(run.rotation == Err(Unmeasured::TooShort)))),
    ),
    run(
        "folding_time",
        EPOCHS,
        "epochs in which the autocorrelation of the multipliers falls to 1/e, in the plane they move in most",
        |run| Some(run.rotation.ok()?.folding_time),
    ),
    run(
        "levy_area",
        ONE,
        "signed area that the standardised multipliers go round over the tail, in that plane",
        |run| Some(run.rotation.ok()?.levy_area),
    ),
    run(
        "levy_z",
        ONE,
        "t statistic of that area over blocks of five e-folding times, as a normal number",
        |run| Some(run.rotation.ok()?.levy_z),
    ),
    run(
        "rotation_q",
        ONE,
        "|arg| / -ln |.| of the leading eigenvalue of a VAR(1) over an eighth of an e-folding time",
        |run| Some(run.rotation.ok()?.rotation_q),
    ).skewed(),
    run(
        CONTINUED[0],
        ONE,
        "largest sd of a multiplier at the end of a continuation on the exact gradient, same learners and states; of the \
         first replicates",
        by_continuation,
    )
    .priced(&CONTINUATION),
    run(CONTINUED[1], ONE, "the same by plain gradient ascent", by_continuation),
];

const SERIES: Price = Price {
    what: "statistics of the multipliers' series",
    off: None,
    kind: Kind::Numbers,
    of: |job| {
        let (recording, epochs) = (job.measure.recording(), job.settings.epochs);
        let stride = recording.series_stride(epochs, job.settings.bidders.len());
        let kept = f64::from(recording.tail_epochs(epochs) / stride);
        f64::from(job.replicates) * job.bidders * 26.0 * kept
    },
};

/// The columns that a run has only once it has been continued: of its learners, and of plain ascent.
pub(in crate::measure) const CONTINUED: [&str; 2] = ["continued_sd", "continued_ascent_sd"];

/// Continuing a run fills these columns, and not what it left behind.
fn by_continuation(_: &RunContext) -> Option<f64> {
    None
}

fn single<'a>(bidder: &'a BidderContext) -> Option<&'a Single> {
    bidder.single.as_ref().ok()
}
