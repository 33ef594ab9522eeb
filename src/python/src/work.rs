//! Work without the interpreter, which Ctrl-C ends.

use std::any::Any;
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use bidsweep::engine::Stop;
use bidsweep::numeric::cancel::{caught, within};
use pyo3::exceptions::{PyKeyboardInterrupt, PyRuntimeError};
use pyo3::prelude::*;

use crate::fork;

/// Between two looks at signals and progress.
const TICK: Duration = Duration::from_millis(100);

/// Bytes of the stack of the thread that works.
const STACK: usize = 64 << 20;

/// Does work on a thread of its own. Every tenth of a second this thread takes the interpreter, looks whether
/// Ctrl-C was pressed, and calls `look`; where either raises, `stop` is requested, and the exception is
/// raised once the work has come to its end.
///
/// # Errors
/// What the work, a signal's handler or `look` raises.
pub fn work<T: Send>(
    py: Python<'_>,
    stop: &Stop,
    look: impl Fn(Python<'_>) -> PyResult<()> + Sync + Send,
    work: impl FnOnce() -> PyResult<T> + Send,
) -> PyResult<T> {
    fork::refuse()?;
    let (result, raised) = py.detach(|| {
        thread::scope(|scope| {
            let (working, ended) = channel::<()>();
            let builder = thread::Builder::new().name("bidsweep".into()).stack_size(STACK);
            let worker = builder.spawn_scoped(scope, move || {
                let _working = working;
                work()
            });
            let worker = match worker {
                Ok(worker) => worker,
                Err(error) => return (Err(PyRuntimeError::new_err(format!("no thread: {error}"))), None),
            };
            let mut raised: Option<PyErr> = None;
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let seen = Python::attach(|py| py.check_signals().and_then(|()| look(py)));
                if let (Err(error), None) = (seen, &raised) {
                    stop.request();
                    raised = Some(error);
                }
            }
            (worker.join().unwrap_or_else(|panic: Box<dyn Any + Send>| resume_unwind(panic)), raised)
        })
    });
    // What came of the last moments.
    let last = py.check_signals().and_then(|()| if raised.is_none() { look(py) } else { Ok(()) });
    match (raised, last) {
        (Some(error), _) | (None, Err(error)) => Err(error),
        (None, Ok(())) => result,
    }
}

/// As [`work`], of a computation that is given up as a whole.
///
/// # Errors
/// As [`work`].
pub fn computed<T: Send>(py: Python<'_>, compute: impl FnOnce(&Stop) -> PyResult<T> + Send) -> PyResult<T> {
    let stop = Stop::after(None);
    let token = stop.token();
    let given_up = || PyKeyboardInterrupt::new_err("stopped");
    work(
        py,
        &stop,
        |_| Ok(()),
        || caught(|| within(&token, || compute(&stop))).unwrap_or_else(|_| Err(given_up())),
    )
}
