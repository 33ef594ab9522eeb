//! Why and when a sweep stops early.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

#[cfg(unix)]
use signal_hook::consts::{SIGALRM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::numeric::cancel::Token;

/// What is added to the number of a signal to make the exit code of a process that it ends, as shells say it:
/// 130 after a second Ctrl-C, 143 after a second TERM.
const ENDED_BY: i32 = 128;

/// Signals that ask for a stop, however often they come: of a scheduler that warns, and of limits that pass,
/// which the system tells again each second. Windows knows none of them.
#[cfg(unix)]
const WARNINGS: [i32; 4] = [SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM];

/// How long runs that are being trained or measured when a stop is due may go on: those that end within it
/// are finished and kept, others are given up.
const GRACE: Duration = Duration::from_secs(1);

/// Tells the engine to stop handing out runs, and what is being computed to end soon.
#[derive(Clone, Debug)]
pub struct Stop {
    requested: Arc<AtomicBool>,
    deadline: Option<Instant>,
    /// When the stop was first seen to be due.
    seen: Arc<OnceLock<Instant>>,
}

impl Stop {
    /// Stops on request, and after `limit`.
    pub fn after(limit: Option<Duration>) -> Self {
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        Stop { requested: Arc::default(), deadline, seen: Arc::default() }
    }

    /// Lets INT, TERM, USR1, USR2, XCPU and ALRM stop the sweep, and HUP unless it is ignored, as under
    /// nohup. An INT after any of them ends the process at once, and so does a TERM or HUP after an INT, TERM
    /// or HUP: a scheduler that warns first and sends TERM later wants what is in flight to be kept. A write
    /// beyond the file-size limit, which would end the process too, becomes an error of that write. On
    /// Windows INT alone comes from outside.
    ///
    /// # Errors
    /// Where the system does not let the process handle these signals.
    pub fn on_signals(&self) -> std::io::Result<()> {
        let told_to_end: Arc<AtomicBool> = Arc::default();
        for signal in ends() {
            let before = if signal == SIGINT { &self.requested } else { &told_to_end };
            // Registered first, so that the first one finds the flag down.
            flag::register_conditional_shutdown(signal, ENDED_BY + signal, Arc::clone(before))?;
            flag::register(signal, Arc::clone(&told_to_end))?;
            flag::register(signal, Arc::clone(&self.requested))?;
        }
        #[cfg(unix)]
        {
            for signal in WARNINGS {
                flag::register(signal, Arc::clone(&self.requested))?;
            }
            flag::register(SIGXFSZ, Arc::default())?;
        }
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

    /// Whether work that is under way is to be given up: the stop has been due for a while.
    pub fn is_overdue(&self) -> bool {
        self.is_due() && self.seen.get_or_init(Instant::now).elapsed() >= GRACE
    }

    /// What gives work up once the stop is overdue.
    pub fn token(&self) -> Token {
        let stop = self.clone();
        Token::new(move || stop.is_overdue())
    }

    /// Whether the time limit has passed.
    pub fn is_past_deadline(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// The signals that end a process which does not handle them, and that ask for a stop.
fn ends() -> Vec<i32> {
    let ends = vec![SIGINT, SIGTERM];
    #[cfg(unix)]
    let ends = if is_ignored(SIGHUP) { ends } else { [&ends[..], &[SIGHUP]].concat() };
    ends
}

/// Whether a signal was ignored when the process began. Where the system does not tell, it is left as it was.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return true };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| (mask >> (signal - 1)) & 1 == 1)
}
