//! Errors of the engine as exceptions. The classes stand in `bidsweep/_errors.py`.

use bidsweep::engine::EngineError;
use bidsweep::execute::ExecuteError;
use bidsweep::store::StoreError;
use bidsweep::sweep::{Problems, Severity, SweepError};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A problem of a sweep file: whether it forbids the sweep, message, help, line and column from 1.
pub type Told = (bool, String, Option<String>, Option<usize>, Option<usize>);

/// The problems of a sweep file, in its order.
pub fn told(problems: &Problems) -> Vec<Told> {
    let told = |problem: &bidsweep::sweep::Problem| {
        let (line, column) = problems.position(problem).unzip();
        let is_error = problem.severity == Severity::Error;
        (is_error, problem.message.clone(), problem.help.clone(), line, column)
    };
    problems.iter().map(told).collect()
}

/// An exception of the package, of a class and what it is made from.
fn exception<A>(class: &str, arguments: A) -> PyErr
where
    A: FnOnce(Python<'_>, Bound<'_, PyAny>) -> PyResult<PyErr>,
{
    Python::attach(|py| {
        let class = py.import("bidsweep._errors").and_then(|errors| errors.getattr(class));
        class.and_then(|class| arguments(py, class)).unwrap_or_else(|error| error)
    })
}

/// An exception that has a text alone.
pub fn plain(class: &str, text: &str) -> PyErr {
    exception(class, |_, class| Ok(PyErr::from_value(class.call1((text,))?)))
}

/// Arguments that do not fit.
pub fn value_error(text: impl Into<String>) -> PyErr {
    PyValueError::new_err(text.into())
}

/// A sweep file that is not valid.
pub fn invalid(error: &SweepError) -> PyErr {
    let (text, problems) = (error.problems.render(false), told(&error.problems));
    exception("SweepError", |_, class| Ok(PyErr::from_value(class.call_method1("_of", (text, problems))?)))
}

/// A folder that cannot be read or written.
pub fn store(error: &StoreError) -> PyErr {
    match error {
        StoreError::InUse { .. } | StoreError::Claimed { .. } => plain("FolderInUse", &error.to_string()),
        error => plain("StoreError", &error.to_string()),
    }
}

/// What ended a sweep otherwise than its runs do.
pub fn executed(error: &ExecuteError) -> PyErr {
    match error {
        ExecuteError::Store(error) | ExecuteError::Engine(EngineError::Store(error)) => store(error),
        ExecuteError::Sweep(error) => invalid(error),
        ExecuteError::Surplus(why) => plain(
            "Refused",
            &format!(
                "{why}: run it with prune=True to delete them, or give the sweep another name or folder"
            ),
        ),
        ExecuteError::Threads(why) => value_error(format!("{why}, or give threads")),
        ExecuteError::Engine(_) | ExecuteError::Refused(_) | ExecuteError::NoSweep(_) => {
            plain("Refused", &error.to_string())
        }
    }
}
