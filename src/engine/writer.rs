//! The one thread that writes parts and tells the progress.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::progress::{Counts, Progress};
use super::stop::Stop;
use crate::measure::{RunRow, RunStatus};
use crate::store::{Folder, PartWriter, RunKey, StoreError};

/// The shortest time between two parts.
const SHORTEST: Duration = Duration::from_millis(250);

/// The share of the elapsed time that passes between two parts, so that a kill loses little and parts stay few.
const SHARE: u32 = 50;

/// What is told when a stop is due.
const STOPPING: &str =
    "stopping: the runs in flight are finished and kept; another Ctrl-C ends at once and loses them";

/// Writes what it receives until the senders are gone.
///
/// # Errors
/// Where a part cannot be written; then `halt` is requested.
pub(super) fn write_rows(
    folder: &Folder,
    finished: Receiver<Vec<(RunKey, RunRow)>>,
    mut progress: Progress,
    max_fails: Option<u64>,
    stop: &Stop,
    halt: &Stop,
) -> Result<Counts, StoreError> {
    let start = Instant::now();
    let mut last_part = start;
    let mut parts = PartWriter::new(folder);
    let mut counts = Counts::default();
    let mut is_stopping = false;
    loop {
        let written = match finished.recv_timeout(SHORTEST) {
            Ok(rows) => rows.into_iter().try_for_each(|(key, row)| {
                counts.add(row.status);
                parts.push(key, row)
            }),
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let due = last_part.elapsed() >= SHORTEST.max(start.elapsed() / SHARE);
        let written = written.and_then(|()| if due { parts.flush() } else { Ok(()) });
        if due {
            last_part = Instant::now();
        }
        if max_fails.is_some_and(|most| counts.failed >= most) || written.is_err() {
            halt.request();
        }
        written?;
        if stop.is_due() && !is_stopping {
            is_stopping = true;
            progress.tell(STOPPING);
        }
        progress.update(counts);
    }
    parts.flush()?;
    progress.finish(counts);
    Ok(counts)
}

impl Counts {
    fn add(&mut self, status: RunStatus) {
        self.done += 1;
        match status {
            RunStatus::Ok => {}
            RunStatus::Diverged => self.diverged += 1,
            RunStatus::Failed => self.failed += 1,
        }
    }
}
