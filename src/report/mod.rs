//! Reports: the answer of a sweep in words, pictures, tables and one page. They read the store only.
//!
//! ```text
//! tables -> results -> findings -> answer -> words on a terminal, tables for papers, figures, page
//! ```

mod findings;
mod page;
mod results;
mod summary;

pub use findings::{BatchSlope, BestBeta, Findings, LearningRateZero, Rotation};
pub use summary::{SummaryLine, summary};

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
