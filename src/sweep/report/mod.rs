//! `[report]`: what the report of a sweep shows, and how. No part of what is trained or measured.

mod baseline;
mod figure_name;
mod ground;
mod group;
mod measure_name;
mod registry;
mod settings;
mod venue;
mod width;

pub use baseline::BaselineValue;
pub use figure_name::FigureName;
pub(super) use ground::Ground;
pub use group::Grouping;
pub(super) use registry::registry;
pub use registry::report_keys;
pub use settings::{Interval, ReportSettings};
pub use venue::Venue;
pub use width::Width;
