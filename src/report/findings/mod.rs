//! What a sweep says as a whole, along its axes.

mod batch;
mod groups;
mod learning_rate;
mod rotation;
mod steepness;

pub use batch::BatchSlope;
pub use learning_rate::LearningRateZero;
pub use rotation::Rotation;
pub use steepness::BestBeta;

use serde::Serialize;

use crate::store::{Folder, Row, StoreError, Table, TableName};
use crate::sweep::setting_columns;
use groups::Grid;

/// The most cells that findings are drawn from: they are held in memory.
const MOST_CELLS: u64 = 200_000;

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
    /// Which cells rotate, of all.
    pub rotation: Option<Rotation>,
}

/// The columns of `cells` that findings are drawn from, beside the settings.
const COLUMNS: [&[&str]; 4] = [batch::COLUMNS, steepness::COLUMNS, learning_rate::COLUMNS, rotation::COLUMNS];

/// The findings of a folder's tables; none of a sweep of more than 200 000 cells.
///
/// # Errors
/// Where the table of cells cannot be read.
pub fn findings(folder: &Folder) -> Result<Findings, StoreError> {
    let table = Table::open(&folder.table(TableName::Cells))?;
    if table.rows() > MOST_CELLS {
        return Ok(Findings::default());
    }
    let settings: Vec<String> = setting_columns().into_iter().map(|column| column.name).collect();
    let mut columns: Vec<&str> = vec!["label"];
    columns.extend(settings.iter().map(String::as_str));
    for column in COLUMNS.into_iter().flatten() {
        if !columns.contains(column) {
            columns.push(column);
        }
    }
    let rows = table.select(&columns)?.collect::<Result<Vec<Row>, _>>()?;
    let grid = Grid::new(&rows, &settings);
    Ok(Findings {
        batch_slopes: grid.lines("batch").iter().filter_map(batch::slope).collect(),
        best_betas: grid.lines("beta").iter().flat_map(steepness::best).collect(),
        learning_rate_zero: grid.lines("learning_rate").iter().filter_map(learning_rate::at_zero).collect(),
        rotation: rotation::rotation(&rows),
    })
}
