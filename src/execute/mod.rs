//! A sweep from plan to report: what `bidsweep run` does, for whoever asks. Exit codes and what is printed
//! are the caller's.
//!
//! ```text
//! plan -> train (lock, scan, engine, manifest) -> write (tables, findings, contrasts, report)
//! ```

mod error;
mod listener;
mod open;
mod stand;
mod threads;
mod train;
mod write;

pub use error::ExecuteError;
pub use listener::{Listener, Nobody};
pub use open::{Opened, open};
pub use stand::{put_aside_damaged, tell_of_lock};
pub use threads::{processors, tell_of_threads, threads_of_environment};
pub use train::{Request, Trained, train};
pub use write::{Page, Stored, Written, write};

/// A count with its noun, in the plural unless it is 1.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
