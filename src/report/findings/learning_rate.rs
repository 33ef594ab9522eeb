//! What is left of the learning bias where steps are small.

use serde::Serialize;

use super::groups::GridLine;
use crate::measure::still_moves;
use crate::numeric::regression::weighted_line;

/// The learning bias extrapolated to learning rate 0 by a line, which it follows where it is of the order of
/// the noise's variance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LearningRateZero {
    /// The other settings in which the sweep's cells differ.
    pub label: String,
    /// The learning bias at learning rate 0.
    pub learning_bias: f64,
    /// The half-width of its 95 % interval.
    pub learning_bias_ci95: f64,
    /// Learning bias per learning rate.
    pub slope: f64,
    /// The half-width of its 95 % interval.
    pub slope_ci95: f64,
    /// The rows of the table of cells along the line.
    #[serde(skip)]
    pub(crate) cells: Vec<usize>,
}

/// Of a line of cells along `learning_rate`; `None` where fewer than three have come to
/// rest with a bias that has an interval.
pub(super) fn at_zero(line: &GridLine) -> Option<LearningRateZero> {
    let point = |&(rate, cell): &(f64, usize)| {
        // Multipliers that still move have no bias of learning yet.
        let frame = line.frame;
        if still_moves(frame.text("movement", cell), frame.text("destination_reason", cell)) {
            return None;
        }
        let bias = line.frame.estimate("learning_bias", cell)?;
        // A 95 % interval is about two standard errors.
        Some((rate, bias.mean, 0.5 * bias.ci95?))
    };
    let fitted = weighted_line(&line.cells.iter().filter_map(point).collect::<Vec<_>>())?;
    Some(LearningRateZero {
        label: line.label.clone(),
        learning_bias: fitted.intercept.0,
        learning_bias_ci95: fitted.intercept.1,
        slope: fitted.slope.0,
        slope_ci95: fitted.slope.1,
        cells: line.rows(),
    })
}
