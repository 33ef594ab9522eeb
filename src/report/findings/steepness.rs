//! Which steepness of the smoothed win probability is best.

use serde::Serialize;

use super::groups::GridLine;

/// What is to be small: measures of a cell with an interval over replicates.
const MEASURES: [&str; 4] = ["gradient_sd", "saturated_share", "rmse_bne_last_iterate", "rmse_bne_tail_mean"];

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
    /// The rows of the table of cells along the line.
    #[serde(skip)]
    pub(crate) cells: Vec<usize>,
}

/// Of a line of cells along `beta`, one a measure that at least three cells have with an interval.
pub(super) fn best(line: &GridLine) -> Vec<BestBeta> {
    let best = |&measure: &&'static str| {
        let cells = line.cells.iter().filter_map(|&(beta, cell)| {
            let (value, width) = line.told(measure, cell)?;
            Some((beta, value, width))
        });
        let cells: Vec<(f64, f64, f64)> = cells.collect();
        if cells.len() < 3 {
            return None;
        }
        let least = cells.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let reach = least.1 + least.2;
        let near = || cells.iter().filter(|(_, value, width)| value - width <= reach).map(|cell| cell.0);
        let interval = (near().fold(least.0, f64::min), near().fold(least.0, f64::max));
        Some(BestBeta {
            label: line.label.clone(),
            measure,
            beta: least.0,
            least: least.1,
            interval,
            cells: line.rows(),
        })
    };
    MEASURES.iter().filter_map(best).collect()
}
