//! Reports: read from the store only.

mod findings;
mod summary;

pub use findings::{BatchSlope, BestBeta, Findings, LearningRateZero, Rotation, findings};
pub use summary::{SummaryLine, summary};
