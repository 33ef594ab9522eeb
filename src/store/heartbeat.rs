//! Heartbeats: files that a process writes again and again while it lives, for others who cannot ask the
//! system whether it does.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use super::StoreError;
use super::atomic::AtomicFile;

/// The time between two beats.
const BEAT: Duration = Duration::from_secs(30);

/// The age from which a heartbeat is one of the dead. The newest beat may be one beat old and come a minute
/// late, as network file systems keep what they know of a file for that long; less than the two minutes after
/// which Slurm starts a job again.
const DEAD: Duration = Duration::from_secs(100);

/// A thread that beats until it is dropped.
#[derive(Debug)]
#[must_use = "it beats no more once it is dropped"]
pub struct Heartbeat {
    life: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Heartbeat {
    /// Beats from one beat from now on. A beat that fails is missed, and the next one is tried.
    pub(crate) fn start(beat: impl FnMut() -> Result<(), StoreError> + Send + 'static) -> Self {
        Heartbeat::every(BEAT, beat)
    }

    fn every(time: Duration, mut beat: impl FnMut() -> Result<(), StoreError> + Send + 'static) -> Self {
        let (life, end) = channel();
        let thread = thread::spawn(move || {
            while end.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                _ = beat();
            }
        });
        Heartbeat { life: Some(life), thread: Some(thread) }
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        drop(self.life.take());
        // A beat does not panic; and where it did, there is no more of it.
        _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Whether a file was written so lately that who beats there is alive.
pub(crate) fn beats(path: &Path) -> bool {
    let written = path.symlink_metadata().and_then(|metadata| metadata.modified());
    let Ok(written) = written else { return false };
    // One that seems to be of the future is of now.
    now(path).duration_since(written).map_or(true, |age| age < DEAD)
}

/// The time by the clock that stamps files beside this one, which need not be that of this machine; or else
/// that of this machine, where no file can be made there.
fn now(beside: &Path) -> SystemTime {
    let stamped = AtomicFile::create(&beside.with_file_name("now")).and_then(|file| file.written());
    stamped.unwrap_or_else(|_| SystemTime::now())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn it_beats_until_it_is_dropped() {
        let beats = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&beats);
        let heartbeat = Heartbeat::every(Duration::from_millis(2), move || {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(())
        });
        while beats.load(Ordering::SeqCst) < 3 {
            thread::yield_now();
        }
        drop(heartbeat);
        let last = beats.load(Ordering::SeqCst);
        thread::sleep(Duration::from_millis(20));
        assert_eq!(beats.load(Ordering::SeqCst), last);
    }

    #[test]
    fn the_lately_written_are_alive() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("beat");
        assert!(!beats(&path));
        fs::write(&path, "").unwrap();
        assert!(beats(&path));
        let file = File::options().write(true).open(&path).unwrap();
        for (age, is_alive) in [(60, true), (99, true), (101, false), (100_000, false)] {
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
            assert_eq!(beats(&path), is_alive, "{age} s");
        }
        file.set_modified(SystemTime::now() + Duration::from_secs(3600)).unwrap();
        assert!(beats(&path));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
