//! Sweep files, axes, the lazy grid, the plan, identity and seeds.
//!
//! ```text
//! text -> document -> spec (settings, populations, axes, rules) -> grids -> cells -> plan
//! form (how values look) -> choice (a value) -> row -> settings (all rows) -> draft (a cell's choices)
//! ```
//!
//! A setting is one row in `settings.rs`, and the field of [`Settings`](crate::train::Settings) that it sets.
//! A key of `[measure]` is one row in `measures.rs`, and its field of
//! [`MeasureSettings`](crate::measure::MeasureSettings); one of `[report]` is a row and a field in `report/`.
//! A form of values is one file in `form/`.

mod axis;
mod cell;
mod cells;
mod check;
mod choice;
mod columns;
mod data_files;
mod document;
mod draft;
mod exclude;
mod foreign;
mod form;
mod grid;
mod identity;
mod limits;
mod measures;
mod member;
mod number;
mod plan;
mod population;
mod problem;
mod read;
mod records;
mod registry;
pub mod report;
mod row;
mod schema;
mod scope;
mod settings;
mod spec;
mod unused;

pub use cell::{Cell, CellId, NotACellId};
pub use cells::Exclusion;
pub use columns::{Kind, Scalar, SettingColumn};
pub use data_files::DataFiles;
pub use grid::{Axis, Grid, Written};
pub use identity::RESULTS_VERSION;
pub use measures::measure_keys;
pub use plan::{MAX_FILE_BYTES, Plan};
pub use problem::{Problem, Problems, Severity, SweepError};
pub(crate) use problem::{nearest, suggestion};
pub use row::{SettingEntry, SettingScope};
pub use schema::json_schema;
pub use settings::{setting_columns, settings};
