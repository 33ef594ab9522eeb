//! Which of many cells rotate: with many tests some go wrong, and how many is controlled.

use serde::Serialize;

use crate::measure::movement::ROTATION_Q;
use crate::numeric::significance::{discoveries, two_sided_p};
use crate::report::results::Frame;

/// The share of false ones among the rotations found that is put up with.
const RATE: f64 = 0.05;

/// The cells whose multipliers go round one way, with the false discovery rate over the sweep controlled at 5
/// % (Benjamini and Hochberg 1995) on the p-values of `rotation_z`, and a `rotation_q_median` above 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rotation {
    /// Cells with a test.
    pub tested: usize,
    /// Labels of the cells that rotate.
    pub cells: Vec<String>,
    /// The false discovery rate.
    pub rate: f64,
}

/// Of all cells; `None` where none has a test.
pub(super) fn rotation(cells: &Frame) -> Option<Rotation> {
    let p_value = |cell| Some((cell, two_sided_p(cells.number("rotation_z", cell)?)));
    let tested: Vec<(usize, f64)> = (0..cells.rows()).filter_map(p_value).collect();
    let p_values: Vec<f64> = tested.iter().map(|(_, p)| *p).collect();
    let limit = discoveries(&p_values, RATE);
    let rotates = |&&(cell, p): &&(usize, f64)| {
        limit.is_some_and(|limit| p <= limit)
            && cells.number("rotation_q_median", cell).is_some_and(|q| q > ROTATION_Q)
    };
    let label = |&(cell, _): &(usize, f64)| cells.text("label", cell).unwrap_or_default().to_owned();
    (!tested.is_empty()).then(|| Rotation {
        tested: tested.len(),
        cells: tested.iter().filter(rotates).map(label).collect(),
        rate: RATE,
    })
}
