//! What the text of a line takes beside it.

use crate::report::scene::{ABOVE, BELOW};

/// The gap between a line and the text on it.
pub(super) const GAP: f64 = 1.5;

/// How far texts stay from the axes, in points: half of their rim, and a little.
pub(super) const CLEAR: f64 = 1.8;

/// What a line's text needs beside it, in points, in letters of a size.
pub fn label_height(size: f64) -> f64 {
    (ABOVE + BELOW) * size + label_gap()
}

/// What it needs beside its own length or height.
pub fn label_gap() -> f64 {
    GAP + CLEAR
}
