//! How many threads a sweep is trained on where nobody says.

use std::num::NonZeroUsize;

use super::{ExecuteError, Listener, counted};
use crate::engine::at_most;

/// Where schedulers and Rayon say how many threads to use, the first that does counts.
const VARIABLES: [&str; 6] =
    ["RAYON_NUM_THREADS", "SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "NCPUS", "NSLOTS", "LSB_DJOB_NUMPROC"];

/// The threads that the environment asks for, or as many as there are processors. The engine starts no more
/// of them than there is work for.
///
/// # Errors
/// Where a variable has no number.
pub fn threads_of_environment() -> Result<NonZeroUsize, ExecuteError> {
    for name in VARIABLES {
        if let Some(threads) = threads_in(name)? {
            return Ok(threads);
        }
    }
    Ok(processors())
}

/// Warns where the threads that `work` is divided among are more than run at a time.
pub fn tell_of_threads(threads: NonZeroUsize, work: u64, listener: &dyn Listener) {
    let (started, processors) = (at_most(threads, work), processors());
    if started > processors {
        listener.warn(&format!(
            "warning: {started} threads share {}: more of them make nothing faster",
            counted(processors.get() as u64, "processor")
        ));
    }
}

/// The number of threads in a variable; none where it is not set, empty, or 0, which is Rayon's word for all.
fn threads_in(name: &str) -> Result<Option<NonZeroUsize>, ExecuteError> {
    let Some(text) = std::env::var_os(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    match text.to_str().and_then(|text| text.trim().parse::<usize>().ok()) {
        Some(count) => Ok(NonZeroUsize::new(count)),
        None => Err(ExecuteError::Threads(format!(
            "{name} is {text:?}, and that is no number of threads: set it to a number"
        ))),
    }
}

/// The processors that this process may use.
pub fn processors() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
