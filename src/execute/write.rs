//! The tables of a folder, and the report that is made from them.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::{ExecuteError, Listener};
use crate::engine::{Stop, Tell, at_most, pool, while_telling};
use crate::numeric::cancel::caught;
use crate::report::{Owner, Report, write_report};
use crate::store::{Folder, Manifest, Scan, StoreError, made, note_report, note_tables, write_tables};
use crate::sweep::Plan;

/// How often tables are begun again because parts are gone.
const ATTEMPTS: u32 = 3;

/// What tables and report are made of.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// The plan.
    pub plan: &'a Arc<Plan>,
    /// The folder of its parts.
    pub folder: &'a Folder,
    /// What is there of the plan.
    pub scan: &'a Scan,
    /// What the folder says of the training.
    pub manifest: &'a Manifest,
}

/// Tables that stand, and what is to be told of them.
pub struct Written {
    /// What they say.
    pub report: Report,
    /// The report's page.
    pub page: Page,
}

/// The page of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// None was asked for.
    Unasked,
    /// It was stopped before it was there.
    Stopped,
    /// Where it stands.
    At(PathBuf),
}

/// Writes tables, findings, contrasts and, where it is asked for, the report of what is there, unless they
/// stand as they would be written; `None` where it was stopped before the tables were there.
///
/// # Errors
/// Where a part cannot be read, or a file not written.
pub fn write(
    stored: &Stored<'_>,
    threads: NonZeroUsize,
    asks_report: bool,
    tell: Tell<'_>,
    stop: &Stop,
    listener: &dyn Listener,
) -> Result<Option<Written>, ExecuteError> {
    let Stored { plan, folder, scan, manifest } = *stored;
    let pool = pool(at_most(threads, plan.runs()), stop)?;
    let made = made(folder, plan, scan);
    if !made.tables {
        let tables =
            || while_telling(tell, "measuring cells", || pool.install(|| tables_of(folder, plan, scan)));
        let Ok(written) = caught(tables) else { return Ok(None) };
        written?;
        note_tables(folder, plan, scan)?;
    }
    let report = Report::read(Folder::clone(folder), Arc::clone(plan), manifest.clone())?;
    folder.write_findings(&format!("{:#}\n", json!(report.findings())))?;
    if let Some(problem) = report.write_contrasts()? {
        listener.warn(&format!("warning: no contrasts: {problem}"));
    }
    let page = if !asks_report {
        Page::Unasked
    } else if made.report {
        Page::At(page_of(folder))
    } else if let Ok(drawn) = caught(|| {
        while_telling(tell, "drawing the report", || pool.install(|| write_page(folder, &report, listener)))
    }) {
        // A warning is told again where the report is drawn again.
        if drawn? == Drawn::Whole {
            note_report(folder, plan, scan)?;
        }
        Page::At(page_of(folder))
    } else {
        listener.note(&format!(
            "stopped before the report: make it with `bidsweep report {}`",
            folder.path().display()
        ));
        Page::Stopped
    };
    Ok(Some(Written { report, page }))
}

/// Whether a report has all its figures.
#[derive(PartialEq, Eq)]
enum Drawn {
    Whole,
    WithoutSome,
}

/// Writes the report.
fn write_page(folder: &Folder, report: &Report, listener: &dyn Listener) -> Result<Drawn, ExecuteError> {
    let files = report.files()?;
    let undrawn = report.undrawn(&files);
    undrawn.iter().for_each(|problem| listener.warn(problem));
    write_report(&folder.report(), &files, Owner::Sweep)?;
    Ok(if undrawn.is_empty() { Drawn::Whole } else { Drawn::WithoutSome })
}

/// The page of a sweep's own report.
fn page_of(folder: &Folder) -> PathBuf {
    folder.report().join("index.html")
}

/// Writes the tables. Where file systems have no locks another process may have joined parts since the scan:
/// then they are written of those that are there now.
fn tables_of(folder: &Folder, plan: &Plan, scan: &Scan) -> Result<(), StoreError> {
    let mut written = write_tables(folder, plan, scan);
    for _ in 1..ATTEMPTS {
        match written {
            Err(error) if error.is_missing() => {
                written = write_tables(folder, plan, &Scan::of(folder, plan)?);
            }
            written => return written,
        }
    }
    written
}
