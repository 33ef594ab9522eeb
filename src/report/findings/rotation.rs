//! Which of many cells rotate: with many tests some go wrong, and how many is controlled.

use serde::Serialize;

use crate::measure::movement::ROTATION_Q;
use crate::numeric::regression::{discoveries, two_sided_p};
use crate::store::Row;

pub(super) const COLUMNS: &[&str] = &["rotation_z", "rotation_q_median"];

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
pub(super) fn rotation(rows: &[Row]) -> Option<Rotation> {
    let tested: Vec<(&Row, f64)> =
        rows.iter().filter_map(|row| Some((row, two_sided_p(row.number("rotation_z")?)))).collect();
    let p_values: Vec<f64> = tested.iter().map(|(_, p)| *p).collect();
    let limit = discoveries(&p_values, RATE);
    let rotates = |(row, p): &&(&Row, f64)| {
        limit.is_some_and(|limit| *p <= limit)
            && row.number("rotation_q_median").is_some_and(|q| q > ROTATION_Q)
    };
    let label = |(row, _): &(&Row, f64)| row.text("label").unwrap_or_default().to_owned();
    (!tested.is_empty()).then(|| Rotation {
        tested: tested.len(),
        cells: tested.iter().filter(rotates).map(label).collect(),
        rate: RATE,
    })
}
