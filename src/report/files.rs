//! What a report is made of, as files in memory.

use std::path::Path;

use rayon::prelude::*;

use super::Report;
use super::figure::{self, Picture, Subject};
use super::write::{FIGURE_FOLDER, ReportFile};
use crate::store::StoreError;

impl Report {
    /// The files of the report: a function of the tables, the plan and this version alone.
    ///
    /// # Errors
    /// Where a table cannot be read.
    pub fn files(&self) -> Result<Vec<ReportFile>, StoreError> {
        let settings = self.results.plan.report();
        let subject = Subject { results: &self.results, findings: &self.findings, settings };
        let pictures = figure::pictures(&subject)?;
        Ok(pictures.par_iter().flat_map(figure_files).collect())
    }
}

/// The files of one page of several sweeps, which stands in `folder`: their own pages are beside it.
///
/// # Errors
/// Where a table cannot be read.
pub fn study(_reports: &[Report], _folder: &Path) -> Result<Vec<ReportFile>, StoreError> {
    Ok(Vec::new())
}

/// A picture in three formats.
fn figure_files(picture: &Picture) -> [ReportFile; 3] {
    let Picture { name, scene, .. } = picture;
    let file = |ending: &str, bytes| ReportFile::new(format!("{FIGURE_FOLDER}/{name}.{ending}"), bytes);
    [file("svg", scene.svg().into_bytes()), file("png", scene.png()), file("pdf", scene.pdf())]
}
