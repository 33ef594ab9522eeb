//! What is measured of a cell as a whole: of the mean profile of its replicates, of how they move, and of
//! where they end.

mod columns;
mod context;
mod destination;
mod measure;
mod movement;
mod outcomes;
mod row;
mod runs;

pub use destination::{DESTINATIONS, STILL_MOVES, still_moves};
pub(super) use row::prices;
pub use row::{CellRow, CellValue, cell_bidder_columns, cell_columns, measure_cell};
pub use runs::{CellRuns, averaged_columns};
