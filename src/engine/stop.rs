//! Why and when a sweep stops early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ};
use signal_hook::flag;

/// The exit code of a second Ctrl-C.
const INTERRUPTED: i32 = 130;

/// Tells the engine to stop handing out runs; those in flight are finished and kept.
#[derive(Clone, Debug)]
pub struct Stop {
    requested: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Stop {
    /// Stops on request, and after `limit`.
    pub fn after(limit: Option<Duration>) -> Self {
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        Stop { requested: Arc::default(), deadline }
    }

    /// Lets INT, TERM, USR1 and USR2 stop the sweep; a second INT ends the process at once. A write beyond
    /// the file-size limit, which would end the process too, becomes an error of that write.
    ///
    /// # Errors
    /// Where the system does not let the process handle these signals.
    pub fn on_signals(&self) -> std::io::Result<()> {
        // Registered first, so that the first INT finds the flag down.
        flag::register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(&self.requested))?;
        for signal in [SIGINT, SIGTERM, SIGUSR1, SIGUSR2] {
            flag::register(signal, Arc::clone(&self.requested))?;
        }
        flag::register(SIGXFSZ, Arc::default())?;
        Ok(())
    }

    /// Stops the sweep.
    pub fn request(&self) {
        self.requested.store(true, Ordering::SeqCst);
    }

    /// Whether to stop.
    pub fn is_due(&self) -> bool {
        self.requested.load(Ordering::SeqCst) || self.is_past_deadline()
    }

    /// Whether the time limit has passed.
    pub fn is_past_deadline(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}
