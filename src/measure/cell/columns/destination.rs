//! Where the learners of a cell end.

use crate::measure::cell::measure::{CellMeasure, text};

pub(in crate::measure::cell) const CELL: &[CellMeasure] = &[
    text(
        "destination",
        "bne, class, smoothed, perturbed, grid or those that fit joined by +, elsewhere, undecided",
        |cell| Some(cell.destination.verdict.clone()),
    ),
    text("destination_reason", "why destination is undecided", |cell| cell.destination.reason.clone()),
];
