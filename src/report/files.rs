//! What a report is made of, as files in memory.

use std::path::Path;

use rayon::prelude::*;

use super::Report;
use super::figure::{self, Picture, Subject};
use super::tables::{self, PaperTable, TableOptions};
use super::write::{FIGURE_FOLDER, ReportFile, TABLE_FOLDER};
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
        let mut files: Vec<ReportFile> = pictures.par_iter().flat_map(figure_files).collect();
        let tables = tables::tables(&self.results, &TableOptions::of(settings));
        files.extend(tables.into_iter().flat_map(table_files));
        let macros = tables::macros(&self.answer, self.results.plan.name());
        files.push(ReportFile::new(format!("{TABLE_FOLDER}/macros.tex"), macros));
        Ok(files)
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

/// A table in three formats.
fn table_files(table: PaperTable) -> [ReportFile; 3] {
    let PaperTable { name, tex, markdown, csv } = table;
    [("tex", tex), ("md", markdown), ("csv", csv)]
        .map(|(ending, text)| ReportFile::new(format!("{TABLE_FOLDER}/{name}.{ending}"), text))
}
