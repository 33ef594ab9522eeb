//! Reports: the answer of a sweep in words, pictures, tables and one page. They read the store only.
//!
//! ```text
//! tables -> results -> findings -> answer -> words on a terminal, tables for papers, figures, page
//! ```

mod answer;
pub mod chart;
mod contrasts;
mod diff;
mod figure;
mod files;
mod findings;
mod page;
mod results;
pub mod scene;
mod summary;
mod tables;
mod terminal;
mod words;
mod write;

pub use diff::{Change, Difference, VerdictChange, difference};
pub use files::study;
pub use findings::{BatchSlope, BestBeta, Findings, LastPower, LearningRateZero, PowerLaw, Rotation};
pub use summary::{SummaryLine, summary};
pub(crate) use terminal::wrap;
pub use terminal::{ScreenLine, Tone};
pub use write::{Owner, ReportFile, check_report, write_report};

use std::sync::Arc;

use crate::store::{Folder, Manifest, StoreError, write_contrasts};
use crate::sweep::Plan;
use answer::Answer;
use results::Results;

/// A sweep whose tables stand, ready to be told.
pub struct Report {
    results: Results,
    findings: Findings,
    answer: Answer,
}

impl Report {
    /// Reads the tables of a sweep's folder.
    ///
    /// # Errors
    /// Where a table is missing, cannot be read, or is of another plan or layout.
    pub fn read(folder: Folder, plan: Arc<Plan>, manifest: Manifest) -> Result<Self, StoreError> {
        let results = Results::read(folder, plan, manifest)?;
        let findings = findings::findings(&results);
        let answer = answer::answer(&results, &findings);
        Ok(Report { results, findings, answer })
    }

    /// Compares cells with the baseline that the sweep file names, and writes the table of contrasts; takes
    /// away that of an earlier time where it names none. What it cannot compare, and why, is told in words.
    ///
    /// # Errors
    /// Where a table cannot be read or written.
    pub fn write_contrasts(&self) -> Result<Option<String>, StoreError> {
        let Results { folder, plan, .. } = &self.results;
        let baseline = &plan.report().baseline;
        let baseline: Vec<(String, String)> =
            baseline.iter().map(|value| (value.key.clone(), value.shown.clone())).collect();
        let (pairs, problem) = match contrasts::pairs(&self.results, &baseline) {
            Ok(pairs) => (pairs, None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        write_contrasts(folder, plan, &contrasts::contrasts(&self.results, &pairs)?)?;
        Ok(problem)
    }

    /// What to tell of the figures that the sweep file names and that are not among the report's files, one
    /// line each.
    pub fn undrawn(&self, files: &[ReportFile]) -> Vec<String> {
        let named = self.results.plan.report().figures.as_deref().unwrap_or_default();
        let is_drawn = |name: &str| {
            let path = std::path::Path::new(write::FIGURE_FOLDER).join(format!("{name}.svg"));
            files.iter().any(|file| file.path == path)
        };
        let undrawn = named.iter().filter(|figure| !is_drawn(figure.name()));
        let told = undrawn.map(|figure| {
            format!(
                "warning: `[report] figures` names \"{}\", and the sweep has not what that shows: {}",
                figure.name(),
                figure.doc()
            )
        });
        told.collect()
    }

    /// What the sweep says along its axes.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }
}
