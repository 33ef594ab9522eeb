//! Which steepness of the smoothed win probability is best.

use serde::Serialize;

use super::groups::GridLine;

/// What is to be small, with the columns of value and half-width.
const MEASURES: [(&str, &str, &str); 4] = [
    ("gradient_sd", "gradient_sd_mean", "gradient_sd_ci95"),
    ("saturated_share", "saturated_share_mean", "saturated_share_ci95"),
    ("rmse_bne_last_iterate", "rmse_bne_last_iterate", "rmse_bne_last_iterate_ci95"),
    ("rmse_bne_tail_mean", "rmse_bne_tail_mean", "rmse_bne_tail_mean_ci95"),
];

pub(super) const COLUMNS: &[&str] = &[
    "gradient_sd_mean",
    "gradient_sd_ci95",
    "saturated_share_mean",
    "saturated_share_ci95",
    "rmse_bne_last_iterate",
    "rmse_bne_last_iterate_ci95",
    "rmse_bne_tail_mean",
    "rmse_bne_tail_mean_ci95",
];

/// The beta of a sweep at which a measure is least, and those that the replicates cannot tell from it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BestBeta {
    /// The other settings in which the sweep's cells differ.
    pub label: String,
    /// The measure.
    pub measure: &'static str,
    /// The beta at which it is least.
    pub beta: f64,
    /// Its least value.
    pub least: f64,
    /// The lowest and the highest beta whose 95 % interval reaches down to that of the best.
    pub interval: (f64, f64),
}

/// Of a line of cells along `beta`, one a measure that at least three cells have with an interval.
pub(super) fn best(line: &GridLine) -> Vec<BestBeta> {
    let best = |&(measure, value, width): &(&'static str, &str, &str)| {
        let cells: Vec<(f64, f64, f64)> = line
            .cells
            .iter()
            .filter_map(|(beta, row)| Some((*beta, row.number(value)?, row.number(width)?)))
            .collect();
        if cells.len() < 3 {
            return None;
        }
        let least = cells.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let reach = least.1 + least.2;
        let near = || cells.iter().filter(|(_, value, width)| value - width <= reach).map(|cell| cell.0);
        let interval = (near().fold(least.0, f64::min), near().fold(least.0, f64::max));
        Some(BestBeta { label: line.label.clone(), measure, beta: least.0, least: least.1, interval })
    };
    MEASURES.iter().filter_map(best).collect()
}
