//! One writer a folder.

use std::fs::{File, TryLockError, create_dir_all};
use std::io::{ErrorKind, Read, Write};
use std::thread;
use std::time::{Duration, SystemTime};

use super::{Folder, StoreError, atomic, clock};

/// The right to write to a folder, held until dropped; the system lets go of it when the process dies.
#[derive(Debug)]
#[must_use = "the folder is free again once the lock is dropped"]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes a folder, creating it if needed, and removes what killed processes left half-written in it.
    /// `host` is what a process that comes second is told, beside process number and time.
    ///
    /// # Errors
    /// [`StoreError::InUse`] with the holder, where another process has the folder; [`StoreError::Io`] where
    /// it cannot be written.
    pub fn take(folder: &Folder, host: &str) -> Result<Lock, StoreError> {
        let parts = folder.parts();
        create_dir_all(&parts)
            .and_then(|()| atomic::sync_folder_of(&parts))
            .and_then(|()| atomic::sync_folder_of(folder.path()))
            .map_err(|e| StoreError::io("create", &parts, e))?;
        let path = folder.path().join(LOCK);
        let io = |e| StoreError::io("lock", &path, e);
        let mut options = File::options();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        // Whoever asks for the holder has the lock for an instant: not worth giving up for.
        let mut locked = file.try_lock();
        for _ in 0..RETRIES {
            if matches!(locked, Err(TryLockError::WouldBlock)) {
                thread::sleep(RETRY_AFTER);
                locked = file.try_lock();
            }
        }
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse { folder: folder.path().into(), holder: signature(file) });
            }
            Err(TryLockError::Error(e)) => return Err(io(e)),
        }
        let (process, since) = (std::process::id(), clock::utc(SystemTime::now()));
        file.set_len(0).map_err(io)?;
        write!(file, "process {process} on host {host} since {since}").map_err(io)?;
        atomic::remove_leftovers(folder.path())?;
        atomic::remove_leftovers(&parts)?;
        Ok(Lock { _file: file })
    }

    /// Who holds a folder, in the words of [`StoreError::InUse`]; `None` where nobody does.
    ///
    /// # Errors
    /// Where the lock cannot be read.
    pub fn holder(folder: &Folder) -> Result<Option<String>, StoreError> {
        let path = folder.path().join(LOCK);
        let file = match File::open(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            file => file.map_err(|e| StoreError::io("read", &path, e))?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(signature(file))),
            Err(TryLockError::Error(e)) => Err(StoreError::io("lock", &path, e)),
        }
    }
}

/// The file that is locked.
const LOCK: &str = ".lock";

/// How often a lock that is held is tried again.
const RETRIES: u32 = 3;

/// The time between two tries.
const RETRY_AFTER: Duration = Duration::from_millis(20);

/// What the holder wrote.
fn signature(mut file: File) -> String {
    let mut holder = String::new();
    match file.read_to_string(&mut holder) {
        Ok(read) if read > 0 => holder,
        // Some systems keep a locked file from being read, and the holder may not have signed it yet.
        _ => "another process".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().join("new/x"));
        let lock = Lock::take(&folder, "first").unwrap();
        let error = Lock::take(&folder, "second").unwrap_err().to_string();
        let start = format!("{} is in use by process ", folder.path().display());
        assert!(error.starts_with(&start), "{error}");
        assert!(error.contains(&format!(" {} on host first since 2", std::process::id())), "{error}");
        assert!(error.ends_with("Z: wait until it ends, or choose another folder with --out"), "{error}");

        drop(lock);
        assert_eq!(Lock::holder(&folder).unwrap(), None);
        let _lock = Lock::take(&folder, "second").unwrap();
        let error = Lock::take(&folder, "third").unwrap_err().to_string();
        assert!(error.contains(" on host second since "), "{error}");
        assert!(Lock::holder(&folder).unwrap().unwrap().contains(" on host second since "));
    }

    #[test]
    fn taking_a_folder_clears_what_a_killed_process_left() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        create_dir_all(folder.parts()).unwrap();
        let leftovers = [folder.path().join(".runs.parquet.tmp"), folder.parts().join(".0.parquet.tmp")];
        leftovers.iter().for_each(|path| std::fs::write(path, b"half").unwrap());
        let _lock = Lock::take(&folder, "h").unwrap();
        assert!(leftovers.iter().all(|path| !path.exists()));
    }

    #[test]
    fn a_file_in_the_way_is_explained() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        std::fs::write(&path, b"").unwrap();
        let error = Lock::take(&Folder::new(&path), "h").unwrap_err().to_string();
        assert!(error.contains("a file stands where a folder is needed"), "{error}");
    }
}
