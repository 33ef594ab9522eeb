//! Sweep files, axes, the lazy grid, the plan, identity and seeds.
//!
//! ```text
//! text -> document -> spec (settings, populations, axes, rules) -> grids -> cells -> plan
//! ```

mod axis;
mod cells;
mod check;
mod choice;
mod columns;
mod document;
mod draft;
mod exclude;
mod grid;
mod identity;
mod measures;
mod number;
mod plan;
mod population;
mod problem;
mod read;
mod schema;
mod scope;
mod settings;
mod spec;
mod unused;

pub use cells::Exclusion;
pub use columns::{Kind, Scalar, SettingColumn, setting_columns};
pub use grid::{Axis, Grid};
pub use identity::{CellId, NotACellId, RESULTS_VERSION};
pub use measures::measure_keys;
pub use plan::{Cell, MAX_FILE_BYTES, Plan};
pub(crate) use problem::suggestion;
pub use problem::{Problem, Problems, Severity, SweepError};
pub use schema::json_schema;
pub use settings::{SettingEntry, settings};
