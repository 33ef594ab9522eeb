//! Reports: read from the store only.

mod summary;

pub use summary::{SummaryLine, summary};
