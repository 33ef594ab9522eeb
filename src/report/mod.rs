//! Reports: the answer of a sweep in words, pictures, tables and one page. They read the store only.
//!
//! ```text
//! tables -> results -> findings -> answer -> words on a terminal, tables for papers, figures, page
//! ```

pub mod chart;
mod contrasts;
mod diff;
mod figure;
mod files;
mod findings;
mod results;
pub mod scene;
mod summary;
mod write;

pub use diff::{Change, Difference, VerdictChange, difference};
pub use files::study;
pub use findings::{BatchSlope, BestBeta, Findings, LearningRateZero, Rotation};
pub use summary::{SummaryLine, summary};
pub use write::{ReportFile, check_report, write_report};

use std::sync::Arc;

use crate::store::{Folder, Manifest, StoreError};
use crate::sweep::Plan;
use results::Results;

/// A sweep whose tables stand, ready to be told.
pub struct Report {
    results: Results,
    findings: Findings,
}

impl Report {
    /// Reads the tables of a sweep's folder.
    ///
    /// # Errors
    /// Where a table is missing, cannot be read, or is of another plan or layout.
    pub fn read(folder: Folder, plan: Arc<Plan>, manifest: Manifest) -> Result<Self, StoreError> {
        let results = Results::read(folder, plan, manifest)?;
        let findings = findings::findings(&results);
        Ok(Report { results, findings })
    }

    /// What the sweep says along its axes.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }
}
