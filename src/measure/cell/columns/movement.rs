//! How the learners of a cell move: the verdict and every piece of its evidence.

use crate::law::groups::MOST_PRIORS;
use crate::measure::cell::measure::{CellBidderMeasure, CellMeasure, bidder_number, number, text};
use crate::measure::column::ONE;
use crate::measure::price::{Bids, Kind, Price};
use crate::train::{Batch, Updates};

pub(in crate::measure::cell) const CELL: &[CellMeasure] = &[
    text(
        "movement",
        "diverged, drifting, frozen, bimodal, cycle, optimiser-cycle, ringing, still, noise or undecided",
        |cell| Some(cell.movement.verdict.name().into()),
    ),
    text("movement_reason", "what is missing where movement is undecided; how many are frozen", |cell| {
        cell.movement.reason.clone()
    }),
    text(
        "outcomes",
        "where replicates end around several points: the bidders' multipliers and the share of each, as 1/0 0.6, 0/1 0.4; \
         else null",
        |cell| cell.outcomes.told(),
    ),
    number("predicted_sd", ONE, "multiplier_tail_sd by linear noise theory, mean over bidders", |cell| {
        let found = cell.stationary.as_ref().ok()?;
        Some(found.deviations.iter().sum::<f64>() / found.deviations.len() as f64)
    })
    .priced(&THEORY),
    text(
        "predicted_sd_reason",
        "why noise theory predicts nothing, and eta_h is null: the runs are not around its equilibrium, or it has none",
        |cell| cell.stationary.as_ref().err().cloned(),
    ),
    number(
        "eta_h",
        ONE,
        "effective step times curvature of the mode that moves the multipliers most",
        |cell| cell.movement.mode.map(|mode| libm::hypot(mode.rate.0, mode.rate.1)),
    ),
    number("eta_h_ringing", ONE, "(1 - b1) / (1 + b1), b1 the momentum: above it momentum rings", |cell| {
        cell.movement.mode.map(|mode| (1.0 - mode.momentum) / (1.0 + mode.momentum))
    }),
    number("continued_share", ONE, "median continued_sd over the mean amplitude of the runs", |cell| {
        cell.movement.continued
    }),
    number(
        "continued_ascent_share",
        ONE,
        "median continued_ascent_sd over the mean amplitude of the runs",
        |cell| cell.movement.continued_ascent,
    ),
    number("rotation_z", ONE, "sum of levy_z over the root of the number of replicates", |cell| {
        cell.movement.rotation_z
    }),
    number("rotation_q_median", ONE, "median rotation_q of the replicates", |cell| cell.movement.rotation_q),
];

pub(in crate::measure::cell) const BIDDER: &[CellBidderMeasure] =
    &[bidder_number("predicted_sd", ONE, "multiplier_tail_sd by linear noise theory", |bidder| {
        bidder.predicted_sd
    })];

const THEORY: Price = Price {
    what: "noise theory",
    off: None,
    kind: Kind::Numbers,
    of: |job| {
        let is_told = job.bids == Bids::Lines
            && job.is_smooth()
            && job.settings.batch != Batch::Exact
            && job.settings.updates != Updates::SharedGraph;
        // The rivals of each bidder are others.
        let different = if job.priors > 1.0 { 4.5e5 * libm::pow(job.priors, 3.45) } else { 0.0 };
        let told = job.by_prior(1e5 + 1.5e4 * job.bidders, 3e6 + different) + 2.3e5 * job.kinks;
        if is_told && job.priors <= MOST_PRIORS as f64 { told } else { 0.0 }
    },
};
