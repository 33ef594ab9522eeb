//! Counts and versions of a sweep, and its runs without numbers.

use crate::report::results::Results;
use crate::store::{StoreError, Table, TableName};

/// What a sweep's folder says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::report) struct Facts {
    /// Runs that are there.
    pub(in crate::report) runs: u64,
    /// Runs of the plan that are not there.
    pub(in crate::report) missing: u64,
    /// Cells of the plan.
    pub(in crate::report) cells: u64,
    /// Replicates of each.
    pub(in crate::report) replicates: u64,
    /// Runs that could not be computed.
    pub(in crate::report) failed: u64,
    /// Runs whose numbers stopped being finite.
    pub(in crate::report) diverged: u64,
    /// The root seed.
    pub(in crate::report) root: u64,
    /// The hash of the plan.
    pub(in crate::report) plan_hash: String,
    /// The version of the program that trained the runs.
    pub(in crate::report) version: String,
    /// The version of its results.
    pub(in crate::report) results_version: u32,
    /// The layout of the tables.
    pub(in crate::report) schema: u32,
    /// The commit that it was built from.
    pub(in crate::report) commit: Option<String>,
    /// Overrides from the command line.
    pub(in crate::report) set: Vec<String>,
}

/// A run without numbers.
pub(in crate::report) struct Failure {
    /// The row of `cells`; `None` where the cell is not told.
    pub(in crate::report) cell: Option<usize>,
    /// The cell's label.
    pub(in crate::report) label: String,
    /// The run's number in its cell.
    pub(in crate::report) replicate: i64,
    /// `failed` or `diverged`.
    pub(in crate::report) status: String,
    /// What went wrong.
    pub(in crate::report) message: Option<String>,
}

/// No more runs without numbers are listed.
const MOST_FAILURES: usize = 200;

impl Facts {
    /// Those of a sweep.
    pub(in crate::report) fn of(results: &Results) -> Self {
        let manifest = &results.manifest;
        let counts = manifest.counts;
        Facts {
            runs: counts.total(),
            missing: manifest.runs.saturating_sub(counts.total()),
            cells: manifest.cells,
            replicates: u64::from(results.plan.replicates()),
            failed: counts.failed,
            diverged: counts.diverged,
            root: manifest.root,
            plan_hash: manifest.plan_hash.clone(),
            version: manifest.version.clone(),
            results_version: manifest.results_version,
            schema: manifest.schema,
            commit: manifest.git_commit.clone(),
            set: manifest.set.clone(),
        }
    }
}

/// The first runs of a sweep that failed or diverged.
///
/// # Errors
/// Where the table of runs cannot be read.
pub(in crate::report) fn failures(results: &Results) -> Result<Vec<Failure>, StoreError> {
    let counts = results.manifest.counts;
    if counts.failed + counts.diverged == 0 {
        return Ok(Vec::new());
    }
    let ids = (0..results.cells.rows()).filter_map(|cell| Some((results.cells.text("cell_id", cell)?, cell)));
    let cells: std::collections::HashMap<&str, usize> = ids.collect();
    let runs = Table::open(&results.folder.table(TableName::Runs))?;
    let mut failures = Vec::new();
    for row in runs.select(&["cell_id", "label", "replicate", "status", "message"])? {
        let row = row?;
        let status = row.text("status").unwrap_or_default();
        if status == "ok" {
            continue;
        }
        failures.push(Failure {
            cell: row.text("cell_id").and_then(|id| cells.get(id).copied()),
            label: row.text("label").unwrap_or_default().to_owned(),
            replicate: row.integer("replicate").unwrap_or(0),
            status: status.to_owned(),
            message: row.text("message").map(str::to_owned),
        });
        if failures.len() == MOST_FAILURES {
            break;
        }
    }
    Ok(failures)
}
