//! How the noise of the multipliers falls with the batch.

use serde::Serialize;

use super::groups::GridLine;
use crate::learner::Learner;
use crate::numeric::regression::weighted_line;

/// The slope of ln Var(w) over ln batch, Var(w) the variance of the multiplier over the tail.
///
/// Noise of batches falls as the learner's own theory says, such as -1 for SGD and -1/2 for Adam, whose steps
/// are divided by the gradient's standard deviation; a sustained cycle has slope 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BatchSlope {
    /// The other settings in which the sweep's cells differ.
    pub label: String,
    /// The slope.
    pub slope: f64,
    /// The half-width of its 95 % interval.
    pub slope_ci95: f64,
    /// What noise has with this learner; `None` where the bidders' learners differ, or theory does not tell.
    pub noise_slope: Option<f64>,
    /// Number of batches.
    pub batches: usize,
    /// The rows of the table of cells along the line.
    #[serde(skip)]
    pub(crate) cells: Vec<usize>,
}

/// Of a line of cells along `batch`; `None` where fewer than three have a variance with an interval.
pub(super) fn slope(line: &GridLine) -> Option<BatchSlope> {
    let points: Vec<(f64, f64, f64)> = line
        .cells
        .iter()
        .filter_map(|&(batch, cell)| {
            let sd = line.frame.estimate("multiplier_tail_sd", cell).filter(|sd| sd.mean > 0.0)?;
            // A 95 % interval is about two standard errors; ln Var is twice ln sd.
            let error = 0.5 * sd.ci95.filter(|width| *width > 0.0)?;
            Some((libm::log(batch), 2.0 * libm::log(sd.mean), 2.0 * error / sd.mean))
        })
        .collect();
    let fitted = weighted_line(&points)?;
    let learner = line.frame.text("learner", line.cells[0].1);
    let entry = Learner::REGISTRY.iter().find(|entry| Some(entry.name) == learner);
    Some(BatchSlope {
        label: line.label.clone(),
        slope: fitted.slope.0,
        slope_ci95: fitted.slope.1,
        noise_slope: entry.and_then(|entry| entry.batch_exponent),
        batches: points.len(),
        cells: line.rows(),
    })
}
