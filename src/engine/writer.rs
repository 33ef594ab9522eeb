//! The one thread that writes parts and tells the progress.

use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use super::progress::{Counts, Progress};
use super::queue::Receiver;
use super::stop::Stop;
use crate::measure::{RunRow, RunStatus};
use crate::store::{RunKey, StoreError, TidyWriter};

/// The shortest time between two parts.
const SHORTEST: Duration = Duration::from_millis(250);

/// The share of the elapsed time that passes between two parts, so that a kill loses little and parts stay
/// few.
const SHARE: u32 = 50;

/// What is told when a stop is due.
const STOPPING: &str =
    "stopping: runs that end within a second are kept, others given up; another Ctrl-C ends at once";

/// Where finished runs are kept.
pub(super) trait Keeper {
    /// Takes a run.
    ///
    /// # Errors
    /// Where it cannot be kept.
    fn push(&mut self, key: RunKey, row: RunRow) -> Result<(), StoreError>;

    /// Makes the runs safe that were taken.
    ///
    /// # Errors
    /// Where they cannot be kept.
    fn flush(&mut self) -> Result<(), StoreError>;
}

impl Keeper for TidyWriter {
    fn push(&mut self, key: RunKey, row: RunRow) -> Result<(), StoreError> {
        TidyWriter::push(self, key, row)
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        TidyWriter::flush(self)
    }
}

/// Writes what it receives until the senders are gone.
///
/// # Errors
/// Where a part cannot be written; then `halt` is requested.
pub(super) fn write_rows(
    mut parts: impl Keeper,
    finished: Receiver<Vec<(RunKey, RunRow)>>,
    mut progress: Progress<'_>,
    max_fails: Option<u64>,
    stop: &Stop,
    halt: &Stop,
) -> Result<Counts, StoreError> {
    let start = Instant::now();
    let mut last_part = start;
    let mut counts = Counts::default();
    let mut is_stopping = false;
    loop {
        let written = match finished.recv_timeout(SHORTEST) {
            Ok(rows) => rows.into_iter().try_for_each(|(key, row)| {
                if !row.awaits_continuation() {
                    counts.add(row.status);
                }
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

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::num::NonZeroUsize;
    use std::path::Path;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;
    use crate::engine::ahead::Ahead;
    use crate::engine::progress::{ProgressForm, Tell};
    use crate::engine::queue::queue;
    use crate::measure::MeasureSettings;
    use crate::store::MeasureKey;
    use crate::sweep::CellId;

    /// Runs of a group, and the groups of each trainer.
    const GROUP: u64 = 8;
    const GROUPS: u64 = 40;
    const TRAINERS: u64 = 4;

    /// Groups that may wait.
    const WAITING: u64 = 5;

    /// A disk that takes its time, and has room for so many runs.
    struct Disk<'a> {
        room: u64,
        /// Runs that were handed over.
        sent: &'a AtomicU64,
        kept: u64,
    }

    impl Keeper for Disk<'_> {
        fn push(&mut self, _: RunKey, _: RunRow) -> Result<(), StoreError> {
            // What waits, one group more, and the one that is being kept.
            let waiting = self.sent.load(Ordering::SeqCst).saturating_sub(self.kept);
            assert!(waiting <= (WAITING + 2) * GROUP, "{waiting} runs wait");
            if self.kept == self.room {
                return Err(StoreError::io("write", Path::new("out"), ErrorKind::StorageFull.into()));
            }
            self.kept += 1;
            thread::sleep(Duration::from_micros(50));
            Ok(())
        }

        fn flush(&mut self) -> Result<(), StoreError> {
            Ok(())
        }
    }

    /// Trains in no time and writes onto a disk with room for so many runs: what the writer says in the end,
    /// how many groups were handed over, and whether it asked for a halt.
    fn write(room: u64) -> (Result<Counts, StoreError>, u64, bool) {
        let (stop, halt) = (Stop::after(None), Stop::after(None));
        let sent = AtomicU64::new(0);
        let (sender, receiver) = queue(WAITING as usize * 1000);
        let ahead = Ahead::default();
        let measure = MeasureKey::of(&MeasureSettings::default().of_run(0));
        let key = |k| RunKey { cell: CellId(k), replicate: 0, measure };
        let row = || RunRow::without_numbers(RunStatus::Failed, "no numbers".into(), 2);
        let written = thread::scope(|scope| {
            let disk = Disk { room, sent: &sent, kept: 0 };
            let progress = Progress::new(Tell::Stderr(ProgressForm::None), 0, &ahead, NonZeroUsize::MIN);
            let writer = scope.spawn(|| write_rows(disk, receiver, progress, None, &stop, &halt));
            thread::scope(|scope| {
                for _ in 0..TRAINERS {
                    scope.spawn(|| {
                        for _ in 0..GROUPS {
                            let rows = (0..GROUP).map(|k| (key(k), row())).collect();
                            if sender.send(rows, 1000).is_ok() {
                                sent.fetch_add(GROUP, Ordering::SeqCst);
                            }
                        }
                    });
                }
            });
            drop(sender);
            writer.join().unwrap()
        });
        (written, sent.into_inner() / GROUP, halt.is_due())
    }

    #[test]
    fn training_waits_for_a_slow_disk_and_loses_nothing() {
        let runs = TRAINERS * GROUPS * GROUP;
        let (written, groups, halted) = write(runs);
        assert_eq!(written.unwrap(), Counts { done: runs, diverged: 0, failed: runs });
        assert_eq!((groups, halted), (TRAINERS * GROUPS, false));
    }

    #[test]
    fn a_full_disk_halts_training_and_lets_go_of_all_who_wait() {
        let (written, groups, halted) = write(100);
        assert!(matches!(written, Err(StoreError::Full { .. })));
        // The thirteenth group met the end of the room.
        assert!((13..=13 + WAITING + 1).contains(&groups), "{groups} groups");
        assert!(halted);
    }
}
