//! What a sweep says as a whole, along its axes.

mod batch;
mod groups;
mod learning_rate;
mod powers;
mod rotation;
mod steepness;

pub use batch::BatchSlope;
pub use learning_rate::LearningRateZero;
pub use powers::{LastPower, PowerLaw};
pub use rotation::Rotation;
pub use steepness::BestBeta;

use serde::Serialize;

use super::results::Results;
use crate::sweep::setting_columns;
use groups::Grid;

/// The findings of a sweep; empty where it has not the axis.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Findings {
    /// How the noise falls with the batch, along every line of cells that differ in `batch` alone.
    pub batch_slopes: Vec<BatchSlope>,
    /// The steepness that is best, along every line of cells that differ in `beta` alone.
    pub best_betas: Vec<BestBeta>,
    /// The learning bias that small learning rates leave, along every line of cells that differ in
    /// `learning_rate` alone.
    pub learning_rate_zero: Vec<LearningRateZero>,
    /// With which power of beta the bias and the gain of a best response fall, along every line of cells that
    /// differ in `beta` alone.
    pub power_laws: Vec<PowerLaw>,
    /// The same between the two steepest betas, and for the part that smoothing makes.
    pub last_powers: Vec<LastPower>,
    /// Which cells rotate, of all.
    pub rotation: Option<Rotation>,
}

/// The findings of a sweep's tables.
pub(super) fn findings(results: &Results) -> Findings {
    let settings: Vec<String> = setting_columns().into_iter().map(|column| column.name).collect();
    let grid = Grid::new(&results.cells, &settings);
    Findings {
        batch_slopes: grid.lines("batch").iter().filter_map(batch::slope).collect(),
        best_betas: grid.lines("beta").iter().flat_map(steepness::best).collect(),
        learning_rate_zero: grid.lines("learning_rate").iter().filter_map(learning_rate::at_zero).collect(),
        power_laws: grid.lines("beta").iter().flat_map(powers::powers).collect(),
        last_powers: grid.lines("beta").iter().flat_map(powers::last_powers).collect(),
        rotation: rotation::rotation(&results.cells),
    }
}
