//! Sweeps: plans, and what is trained of them.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bidsweep::engine::{Observer, Options, Seen, Stop, Tell, at_most, pool};
use bidsweep::execute::{
    self, ExecuteError, Listener, Opened, Page, Request, Trained, Written, threads_of_environment, write,
};
use bidsweep::report::{Owner, Report, summary, write_report};
use bidsweep::store::Folder;
use bidsweep::sweep;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors;
use crate::table::Table;
use crate::work::{computed, work};

/// A checked sweep.
#[pyclass(frozen, module = "bidsweep._bidsweep")]
pub struct Plan(pub Arc<sweep::Plan>);

#[pymethods]
impl Plan {
    /// Reads, expands and checks a sweep file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf, set: Vec<String>) -> PyResult<Self> {
        let plan = py.detach(|| sweep::Plan::load(&path, &set));
        plan.map(|plan| Plan(Arc::new(plan))).map_err(|error| errors::invalid(&error))
    }

    /// The same of a text; `file` stands in messages, and data files are sought beside it.
    #[staticmethod]
    fn parse(py: Python<'_>, text: &str, file: &str, set: Vec<String>) -> PyResult<Self> {
        let plan = py.detach(|| sweep::Plan::parse(text, file, &set));
        plan.map(|plan| Plan(Arc::new(plan))).map_err(|error| errors::invalid(&error))
    }

    /// The text of the problems that do not forbid the sweep, empty where there are none; and each of them.
    fn warnings(&self) -> (String, Vec<errors::Told>) {
        let warnings = self.0.warnings();
        let text = if warnings.is_empty() { String::new() } else { warnings.render(false) };
        (text, errors::told(warnings))
    }

    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    #[getter]
    fn question(&self) -> Option<&str> {
        self.0.question()
    }

    /// The text of the sweep file.
    #[getter]
    fn text(&self) -> &str {
        self.0.source()
    }

    /// Number of cells.
    #[getter]
    fn cells(&self) -> usize {
        self.0.len()
    }

    /// Number of runs.
    #[getter]
    fn runs(&self) -> u64 {
        self.0.runs()
    }

    /// Replicates of every cell.
    #[getter]
    fn replicates(&self) -> u32 {
        self.0.replicates()
    }

    /// 16 hex digits over the ordered cells, replicates, seeds and measures.
    #[getter]
    fn hash(&self) -> String {
        self.0.hash()
    }

    /// The labels of the cells, in order.
    fn labels(&self) -> Vec<String> {
        self.0.cells().map(|cell| cell.label).collect()
    }

    /// A row a cell: identity, label and settings.
    fn table(&self) -> Table {
        Table::of_cells(Arc::clone(&self.0))
    }
}

/// What is told of a sweep while it is trained.
#[derive(Default)]
struct Watch {
    /// How far it is.
    seen: Mutex<Option<Seen>>,
    /// Whether a message is a warning, and its text.
    heard: Mutex<Vec<(bool, String)>>,
}

impl Watch {
    fn hear(&self, is_warning: bool, text: &str) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push((is_warning, text.to_owned()));
    }

    /// Hands on what was told since the last time: messages as (whether it is a warning, text), progress as
    /// (phase, done, total, diverged, failed, seconds, seconds left).
    fn hand_on(&self, py: Python<'_>, to: &Py<PyAny>) -> PyResult<()> {
        let heard = std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner));
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.map(|seen| {
            let Seen { phase, counts, total, seconds, seconds_left } = seen;
            (phase, counts.done, total, counts.diverged, counts.failed, seconds, seconds_left)
        });
        to.call1(py, (heard, seen)).map(drop)
    }
}

impl Observer for Watch {
    fn see(&self, seen: Seen) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }
}

impl Listener for Watch {
    fn note(&self, text: &str) {
        self.hear(false, text);
    }

    fn warn(&self, text: &str) {
        self.hear(true, text);
    }
}

/// The threads asked for, or those of the environment.
pub fn threads(asked: Option<usize>) -> PyResult<NonZeroUsize> {
    match asked {
        Some(threads) => NonZeroUsize::new(threads)
            .ok_or_else(|| errors::value_error("0 threads train nothing: give 1 or more")),
        None => threads_of_environment().map_err(|error| errors::executed(&error)),
    }
}

/// Trains what is missing of a plan into a folder, then writes what is asked for; `told` is called with
/// messages and progress ten times a second. Counts, and whether the tables are there.
#[pyfunction]
#[pyo3(signature = (plan, folder, told, *, threads, limit, max_fails, retry_failed, prune, time_limit, tables, report))]
#[allow(clippy::too_many_arguments)]
pub fn run<'py>(
    py: Python<'py>,
    plan: &Plan,
    folder: PathBuf,
    told: Py<PyAny>,
    threads: Option<usize>,
    limit: Option<u64>,
    max_fails: Option<u64>,
    retry_failed: bool,
    prune: bool,
    time_limit: Option<f64>,
    tables: &str,
    report: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let threads = self::threads(threads)?;
    let time_limit = match time_limit.map(Duration::try_from_secs_f64) {
        None => None,
        Some(Ok(limit)) => Some(limit),
        Some(Err(_)) => return Err(errors::value_error("time_limit: give seconds, 0 or more")),
    };
    let stop = Stop::after(time_limit);
    let watch = Watch::default();
    let options = Options { threads, limit, max_fails, retry_failed, progress: Tell::Observer(&watch) };
    let plan = &plan.0;
    let executed = |error: ExecuteError| errors::executed(&error);
    let finished = work(
        py,
        &stop,
        |py| watch.hand_on(py, &told),
        || {
            let request = Request { options, prune };
            let trained =
                execute::train(plan, Folder::new(folder), &request, &stop, &watch).map_err(executed)?;
            let wanted = match tables {
                "always" => true,
                "never" => false,
                _ => trained.missing() == 0,
            };
            let written = match wanted {
                false => None,
                true => {
                    let tell = Tell::Observer(&watch);
                    write(&trained.stored(), threads, report, tell, &stop, &watch).map_err(executed)?
                }
            };
            let page = written.as_ref().map(|Written { page, .. }| page.clone());
            Ok::<(Trained, Option<Page>), PyErr>((trained, page))
        },
    );
    let (trained, page) = finished?;
    let counts = trained.scan.counts();
    let result = PyDict::new(py);
    result.set_item("trained", trained.finish.counts.done)?;
    result.set_item("done", counts.total())?;
    result.set_item("diverged", counts.diverged)?;
    result.set_item("failed", counts.failed)?;
    result.set_item("missing", trained.missing())?;
    result.set_item("seconds", trained.finish.seconds)?;
    result.set_item("tables", page.is_some())?;
    Ok(result)
}

/// The plan that a folder keeps.
#[pyfunction]
pub fn open(py: Python<'_>, folder: PathBuf) -> PyResult<Plan> {
    let opened = py.detach(|| execute::open(&folder, &execute::Nobody));
    opened.map(|opened| Plan(Arc::new(opened.plan))).map_err(|error| errors::executed(&error))
}

/// The report of a folder, read from its tables.
fn read(folder: PathBuf) -> PyResult<(Folder, Report)> {
    let opened = execute::open(&folder, &execute::Nobody).map_err(|error| errors::executed(&error))?;
    let Opened { folder, plan, manifest } = opened;
    let report =
        Report::read(folder.clone(), Arc::new(plan), manifest).map_err(|error| errors::store(&error))?;
    Ok((folder, report))
}

/// The answer of a folder's tables on one screen of a width, in lines.
#[pyfunction]
pub fn screen(py: Python<'_>, folder: PathBuf, width: usize, whole: bool) -> PyResult<Vec<String>> {
    computed(py, |_| {
        let (folder, report) = read(folder)?;
        let mut unsolved = 0;
        for lines in summary(&folder).map_err(|error| errors::store(&error))? {
            let lines = lines.map_err(|error| errors::store(&error))?;
            unsolved += lines.iter().filter(|line| line.lp_reason.is_some()).count() as u64;
        }
        let page = folder.report().join("index.html");
        let page = page.is_file().then_some(page.as_path());
        let lines = report.screen(width, whole, page, unsolved);
        let text =
            |line: &bidsweep::report::ScreenLine| line.spans.iter().map(|(_, text)| &text[..]).collect();
        Ok(lines.iter().map(text).collect())
    })
}

/// Makes the report of a folder's tables, in its own folder or another one: the page, and warnings.
#[pyfunction]
#[pyo3(signature = (folder, out, threads))]
pub fn draw(
    py: Python<'_>,
    folder: PathBuf,
    out: Option<PathBuf>,
    threads: Option<usize>,
) -> PyResult<(PathBuf, Vec<String>)> {
    /// More threads than this have nothing to draw.
    const FIGURES: u64 = 64;
    let threads = self::threads(threads)?;
    computed(py, |stop| {
        let store = |error| errors::store(&error);
        let (folder, report) = read(folder)?;
        let pool = pool(at_most(threads, FIGURES), stop).map_err(|error| errors::executed(&error.into()))?;
        let files = pool.install(|| report.files()).map_err(store)?;
        let mut warnings = report.undrawn(&files);
        let (out, owner) = match out {
            Some(out) => (out, Owner::User),
            None => (folder.report(), Owner::Sweep),
        };
        if owner == Owner::Sweep {
            warnings.extend(report.write_contrasts().map_err(store)?);
        }
        write_report(&out, &files, owner).map_err(store)?;
        Ok((out.join("index.html"), warnings))
    })
}
