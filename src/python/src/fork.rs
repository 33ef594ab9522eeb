//! A process that was forked has the memory of the engine, and none of its threads: locks that these held are
//! never let go of.

use std::sync::OnceLock;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// The process that used the engine first.
static OWNER: OnceLock<u32> = OnceLock::new();

/// Refuses to work in a process that was forked from one in which the engine has worked.
///
/// # Errors
/// There, with what to do instead.
pub fn refuse() -> PyResult<()> {
    let this = std::process::id();
    match OWNER.get_or_init(|| this) {
        owner if *owner == this => Ok(()),
        _ => Err(PyRuntimeError::new_err(
            "this process was forked from one that has used bidsweep, whose threads are not here: start processes with \
             multiprocessing.get_context(\"spawn\") or \"forkserver\"; a sweep needs none, as run() uses all cores",
        )),
    }
}
