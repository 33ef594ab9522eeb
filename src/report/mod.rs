//! Reports: read from the store only.

pub mod chart;
mod findings;
pub mod scene;
mod summary;

pub use findings::{BatchSlope, BestBeta, Findings, LearningRateZero, Rotation, findings};
pub use summary::{SummaryLine, summary};
