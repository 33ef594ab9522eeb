//! What the auction as a whole yields.

use super::{Column, RunMeasure};

pub(super) const RUN: &[RunMeasure] = &[
    RunMeasure {
        column: Column {
            name: "revenue",
            doc: "exact expected payment in the true auction, tail-mean profile",
        },
        of: |run| Some(run.evaluation.revenue),
    },
    RunMeasure {
        column: Column { name: "welfare", doc: "exact expected value of the winner, tail-mean profile" },
        of: |run| Some(run.evaluation.welfare),
    },
    RunMeasure {
        column: Column {
            name: "efficiency",
            doc: "welfare over the expected highest value, tail-mean profile, in [0, 1]",
        },
        of: |run| Some(run.evaluation.efficiency),
    },
];
