//! How the learners of a cell move: the verdict and every piece of its evidence.

use super::CellRuns;
use super::{CellBidderMeasure, CellBidderOf, CellMeasure, CellOf};
use crate::auction::Strategy;
use crate::measure::continuation::MOST_CONTINUED;
use crate::measure::movement::{Doubt, Evidence, Momentum, Verdict, median, stouffer, verdict};
use crate::measure::stationary::{Mode, Stationary};
use crate::measure::{Column, MeasureSettings};
use crate::train::Settings;

/// A multiplier that is nearer to 0 or 1 than this does not move any more.
const SATURATED: f64 = 1e-9;

/// The verdict on a cell, and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::measure) struct Movement {
    verdict: Verdict,
    /// What the verdict lacks, where the evidence alone does not say.
    reason: Option<String>,
    rotation_z: Option<f64>,
    rotation_q: Option<f64>,
    continued: Option<f64>,
    continued_ascent: Option<f64>,
    mode: Option<Mode>,
}

/// Judges the runs of a cell.
pub(super) fn movement(
    settings: &Settings,
    measure: &MeasureSettings,
    runs: &CellRuns,
    theory: Option<&Stationary>,
) -> Movement {
    let known = |name| runs.each(name).into_iter().flatten().collect::<Vec<f64>>();
    let (same, plain) = (known("continued_sd"), known("continued_ascent_sd"));
    let (levy_z, rotation_q) = (known("levy_z"), known("rotation_q"));
    let amplitude = runs.of_run("tail_sd_max").mean();
    let mode = theory.and_then(|theory| theory.leading_mode().copied());
    let momentum = settings
        .bidders
        .iter()
        .filter_map(|bidder| bidder.learner.near_rest(bidder.learning_rate, 1.0))
        .map(|response| response.decay)
        .fold(0.0, f64::max);
    let evidence = Evidence {
        diverged: runs.diverged() > 0,
        too_short: runs.of_run("tail_too_short").mean().is_some_and(|share| share > 0.5),
        no_exact_mode: !settings.has_exact_mode(),
        amplitude,
        left_same: &same,
        left_plain: &plain,
        momentum: (momentum > 0.0).then(|| Momentum {
            beta1: momentum,
            step: mode.map(|mode| libm::hypot(mode.rate.0, mode.rate.1)),
        }),
        levy_z: &levy_z,
        rotation_q: &rotation_q,
    };
    let mut verdict = verdict(&evidence);
    let share = |left: &[f64]| Some(median(left)? / amplitude.filter(|sd| *sd > 0.0)?);
    let saturated = (0..settings.bidders.len()).any(|bidder| {
        let linear = settings.bidders[bidder].strategy == Strategy::Linear;
        let mean = runs.of_bidder(bidder, "multiplier_tail_mean").mean();
        linear && mean.is_some_and(|w| w.min(1.0 - w) < SATURATED)
    });
    if saturated && verdict != Verdict::Diverged {
        verdict = Verdict::Undecided(Doubt::Saturated);
    }
    let reason = match verdict {
        Verdict::Undecided(Doubt::NoContinuation) if !settings.can_be_continued() => Some(format!(
            "games of more than {MOST_CONTINUED} bidders are not continued without sampling, which takes minutes"
        )),
        Verdict::Undecided(Doubt::NoContinuation) if measure.continuation.replicates == 0 => Some(
            "no replicate was continued without sampling: give [measure] continuation = { replicates = 3 }"
                .into(),
        ),
        Verdict::Undecided(Doubt::NoExactMode) => {
            Some("there is no exact gradient for updates = \"shared-graph\" to continue the runs on".into())
        }
        Verdict::Undecided(doubt) => Some(doubt.reason().into()),
        _ => None,
    };
    Movement {
        verdict,
        reason,
        rotation_z: stouffer(&levy_z),
        rotation_q: median(&rotation_q),
        continued: share(&same),
        continued_ascent: share(&plain),
        mode,
    }
}

const fn number(
    name: &'static str,
    doc: &'static str,
    of: fn(&super::context::CellContext) -> Option<f64>,
) -> CellMeasure {
    CellMeasure { column: Column { name, doc }, of: CellOf::Number(of) }
}

pub(super) const CELL: &[CellMeasure] = &[
    CellMeasure {
        column: Column {
            name: "movement",
            doc: "diverged, undecided, cycle, optimiser-cycle, ringing, still or noise",
        },
        of: CellOf::Text(|cell| Some(cell.movement.verdict.name().into())),
    },
    CellMeasure {
        column: Column { name: "movement_reason", doc: "what is missing where movement is undecided" },
        of: CellOf::Text(|cell| cell.movement.reason.clone()),
    },
    number("predicted_sd", "multiplier_tail_sd by linear noise theory, mean over bidders", |cell| {
        let found = cell.stationary.as_ref().ok()?;
        Some(found.deviations.iter().sum::<f64>() / found.deviations.len() as f64)
    }),
    CellMeasure {
        column: Column { name: "predicted_sd_reason", doc: "why noise theory predicts nothing" },
        of: CellOf::Text(|cell| cell.stationary.as_ref().err().cloned()),
    },
    number("eta_h", "effective step times curvature of the mode that moves the multipliers most", |cell| {
        cell.movement.mode.map(|mode| libm::hypot(mode.rate.0, mode.rate.1))
    }),
    number("eta_h_ringing", "(1 - b1) / (1 + b1), b1 the momentum: above it momentum rings", |cell| {
        cell.movement.mode.map(|mode| (1.0 - mode.momentum) / (1.0 + mode.momentum))
    }),
    number("continued_share", "median continued_sd over the mean amplitude of the runs", |cell| {
        cell.movement.continued
    }),
    number(
        "continued_ascent_share",
        "median continued_ascent_sd over the mean amplitude of the runs",
        |cell| cell.movement.continued_ascent,
    ),
    number("rotation_z", "sum of levy_z over the root of the number of replicates", |cell| {
        cell.movement.rotation_z
    }),
    number("rotation_q_median", "median rotation_q of the replicates", |cell| cell.movement.rotation_q),
];

pub(super) const BIDDER: &[CellBidderMeasure] = &[CellBidderMeasure {
    column: Column { name: "predicted_sd", doc: "multiplier_tail_sd by linear noise theory" },
    of: CellBidderOf::Number(|bidder| bidder.predicted_sd),
}];
