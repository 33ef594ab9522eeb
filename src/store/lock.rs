//! One writer a folder.

use std::fs::{self, File, TryLockError, create_dir_all};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use super::{Folder, PutAside, StoreError, TableName, atomic, clock, file};
use crate::data::{Links, Unopened, create_new, open_or_create, open_regular};

/// The right to write to a folder, held until dropped; the system lets go of it when the process dies.
#[derive(Debug)]
#[must_use = "the folder is free again once the lock is dropped"]
pub struct Lock {
    held: Held,
    aside: Vec<PutAside>,
}

/// What keeps others out.
#[derive(Debug)]
enum Held {
    /// The system's lock of a file.
    System { _file: File },
    /// A file that was not there before, on a file system without locks, and why there are none.
    Alone { path: PathBuf, reason: io::Error },
}

/// Locks a file, as [`File::try_lock`]; tests put another in its place.
type TryLock = fn(&File) -> Result<(), TryLockError>;

impl Lock {
    /// Takes a folder, creating it if needed, removes what killed processes left half-written in it, and puts
    /// aside what stands where a file of the folder is to be and is none. `host` is what a process that comes
    /// second is told, beside process number and time.
    ///
    /// On a file system without locks a file that must not be there before takes the place of the lock. A
    /// process that died leaves it behind; the next one on the same host takes it away.
    ///
    /// # Errors
    /// [`StoreError::InUse`] with the holder, where another process has the folder; [`StoreError::Io`] where
    /// it cannot be written.
    pub fn take(folder: &Folder, host: &str) -> Result<Lock, StoreError> {
        Lock::take_by(folder, host, File::try_lock)
    }

    fn take_by(folder: &Folder, host: &str, try_lock: TryLock) -> Result<Lock, StoreError> {
        let parts = folder.parts();
        create_dir_all(&parts)
            .and_then(|()| file::sync_folder_of(&parts))
            .and_then(|()| file::sync_folder_of(folder.path()))
            .map_err(|e| StoreError::io("create", &parts, e))?;
        let path = folder.path().join(LOCK);
        let io = |e| StoreError::io("lock", &path, e);
        let mut aside = Vec::new();
        let mut file = match open_or_create(&path) {
            Err(Unopened::Irregular(kind)) => {
                aside.push(file::put_aside(&path, format!("it is {kind}, not a file of its own"))?);
                open_or_create(&path)
            }
            file => file,
        }
        .map_err(|unopened| file::told(&path, unopened))?;
        let signature =
            format!("process {} on host {host} since {}", std::process::id(), clock::utc(SystemTime::now()));
        // Whoever asks for the holder has the lock for an instant: not worth giving up for.
        let mut locked = try_lock(&file);
        for _ in 0..RETRIES {
            if matches!(locked, Err(TryLockError::WouldBlock)) {
                thread::sleep(RETRY_AFTER);
                locked = try_lock(&file);
            }
        }
        let held = match locked {
            Ok(()) => {
                file.set_len(0).map_err(io)?;
                file.write_all(signature.as_bytes()).map_err(io)?;
                Held::System { _file: file }
            }
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse { folder: folder.path().into(), holder: signature_in(file) });
            }
            Err(TryLockError::Error(reason)) => stand_alone(folder, host, &signature, reason)?,
        };
        let mut lock = Lock { held, aside };
        for folder in [folder.path(), &parts] {
            lock.aside.extend(atomic::remove_leftovers(folder)?);
        }
        let tables = TableName::ALL.map(|name| folder.table(name));
        let others =
            [folder.manifest(), folder.sweep(), folder.findings(), folder.sound_parts(), folder.made()];
        for path in others.iter().chain(&tables) {
            lock.aside.extend(file::clear(path)?);
        }
        Ok(lock)
    }

    /// What was put aside when the folder was taken.
    pub fn put_aside(&self) -> &[PutAside] {
        &self.aside
    }

    /// What to tell of a file system that has no locks; `None` where it has.
    pub fn warning(&self) -> Option<String> {
        match &self.held {
            Held::System { .. } => None,
            Held::Alone { path, reason } => Some(format!(
                "the file system has no locks ({reason}): {} keeps other processes out; delete it where none runs",
                path.display()
            )),
        }
    }

    /// Who holds a folder, in the words of [`StoreError::InUse`]; `None` where nobody does, or where the
    /// system does not tell.
    pub fn holder(folder: &Folder, host: &str) -> Option<String> {
        Lock::holder_by(folder, host, File::try_lock_shared)
    }

    fn holder_by(folder: &Folder, host: &str, try_lock: TryLock) -> Option<String> {
        let file = open_regular(&folder.path().join(LOCK), Links::Refused).ok()?;
        match try_lock(&file) {
            Ok(()) => None,
            Err(TryLockError::WouldBlock) => Some(signature_in(file)),
            Err(TryLockError::Error(_)) => {
                let alone = open_regular(&folder.path().join(ALONE), Links::Refused).ok()?;
                Some(signature_in(alone)).filter(|signature| !is_dead(signature, host))
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Held::Alone { path, .. } = &self.held {
            // Where it stays, the next process finds out that this one is gone.
            _ = fs::remove_file(path);
        }
    }
}

/// The file that is locked.
const LOCK: &str = ".lock";

/// The file that stands for a lock where there are none.
const ALONE: &str = ".lock.held";

/// How often a lock that is held is tried again.
const RETRIES: u32 = 3;

/// The time between two tries.
const RETRY_AFTER: Duration = Duration::from_millis(20);

/// The most bytes of a signature that are read.
const SIGNATURE: u64 = 1 << 12;

/// Keeps others out by a file that is made only where there is none.
fn stand_alone(folder: &Folder, host: &str, signature: &str, reason: io::Error) -> Result<Held, StoreError> {
    let path = folder.path().join(ALONE);
    let io = |e| StoreError::io("lock", &path, e);
    let in_use = |holder| {
        let remedy = format!("wait until it ends; if it has died, delete {}", path.display());
        Err(StoreError::Claimed { folder: folder.path().into(), holder, remedy })
    };
    let made = create_new(&path).or_else(|error| match read_signature(&path) {
        Some(holder) if error.kind() == ErrorKind::AlreadyExists && is_dead(&holder, host) => {
            fs::remove_file(&path).and_then(|()| create_new(&path))
        }
        _ => Err(error),
    });
    let mut file = match made {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return in_use(read_signature(&path).unwrap_or_else(|| SOMEBODY.into()));
        }
        made => made.map_err(io)?,
    };
    file.write_all(signature.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
    // Of two that took away the file of a dead one, the later has it.
    thread::sleep(RETRY_AFTER);
    match read_signature(&path) {
        Some(holder) if holder == signature => Ok(Held::Alone { path, reason }),
        other => in_use(other.unwrap_or_else(|| SOMEBODY.into())),
    }
}

/// Whether a signature is that of a process of this host that is gone.
fn is_dead(signature: &str, host: &str) -> bool {
    let signed = signature.strip_prefix("process ").and_then(|rest| rest.split_once(" on host "));
    let Some((process, rest)) = signed else { return false };
    let is_here = rest.rsplit_once(" since ").is_some_and(|(name, _)| name == host);
    let proc = Path::new("/proc");
    is_here
        && process.bytes().all(|digit| digit.is_ascii_digit())
        && proc.join("self").exists()
        && !proc.join(process).exists()
}

/// Who holds what nobody signed.
const SOMEBODY: &str = "another process";

fn read_signature(path: &Path) -> Option<String> {
    open_regular(path, Links::Refused).ok().map(signature_in)
}

/// What the holder wrote.
fn signature_in(file: File) -> String {
    let mut holder = String::new();
    match file.take(SIGNATURE).read_to_string(&mut holder) {
        Ok(read) if read > 0 => holder,
        // Some systems keep a locked file from being read, and the holder may not have signed it yet.
        _ => SOMEBODY.into(),
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
        assert_eq!(Lock::holder(&folder, "h"), None);
        let _lock = Lock::take(&folder, "second").unwrap();
        let error = Lock::take(&folder, "third").unwrap_err().to_string();
        assert!(error.contains(" on host second since "), "{error}");
        assert!(Lock::holder(&folder, "h").unwrap().contains(" on host second since "));
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

    /// A file system without locks.
    fn none(_: &File) -> Result<(), TryLockError> {
        Err(TryLockError::Error(io::Error::from(ErrorKind::Unsupported)))
    }

    #[test]
    fn without_locks_a_file_keeps_others_out_until_its_process_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().join("x"));
        let alone = folder.path().join(ALONE);
        assert_eq!(Lock::holder_by(&folder, "here", none), None);
        let lock = Lock::take_by(&folder, "here", none).unwrap();
        let told = lock.warning().unwrap();
        assert!(told.contains("has no locks (") && told.contains(".lock.held keeps"), "{told}");
        let holder = Lock::holder_by(&folder, "here", none).unwrap();
        assert!(holder.starts_with(&format!("process {} on host here since 2", std::process::id())));
        let error = Lock::take_by(&folder, "here", none).unwrap_err().to_string();
        assert!(error.contains(&holder) && error.contains("if it has died, delete "), "{error}");
        drop(lock);
        assert!(!alone.exists());
        // Process numbers end far below this one.
        let dead = |host: &str| format!("process 4294967295 on host {host} since 2026-01-01T00:00:00Z");
        for (left, host, is_free) in [
            (dead("here"), "here", true),
            (dead("there"), "here", false),
            (holder, "here", false),
            ("process x on host here since 2".into(), "here", false),
            (String::new(), "here", false),
        ] {
            fs::write(&alone, &left).unwrap();
            assert_eq!(Lock::holder_by(&folder, host, none).is_none(), is_free, "{left:?}");
            assert_eq!(Lock::take_by(&folder, host, none).is_ok(), is_free, "{left:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_put_aside_and_what_links_lead_to_is_kept() {
        use std::os::unix::fs::symlink;

        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().join("x"));
        create_dir_all(folder.parts()).unwrap();
        let outside = dir.path().join("outside");
        fs::write(&outside, "keep").unwrap();
        let at = |name: &str| folder.path().join(name);
        symlink(&outside, at(".lock")).unwrap();
        symlink(&outside, at(".runs.parquet.tmp")).unwrap();
        symlink(&outside, at("sweep.toml")).unwrap();
        symlink("manifest.json", at("manifest.json")).unwrap();
        fs::create_dir_all(at("cells.parquet").join("full")).unwrap();
        fs::create_dir(at(".cells.parquet.tmp")).unwrap();
        let lock = Lock::take(&folder, "h").unwrap();
        assert_eq!(lock.warning(), None);
        let aside: Vec<_> = lock.put_aside().iter().map(|aside| aside.path.clone()).collect();
        let names = [".lock", ".cells.parquet.tmp", "manifest.json", "sweep.toml", "cells.parquet"];
        assert_eq!(aside, names.map(at));
        assert!(lock.put_aside().iter().all(|aside| aside.aside.symlink_metadata().is_ok()));
        assert_eq!(fs::read_to_string(&outside).unwrap(), "keep");
        assert!(!at(".runs.parquet.tmp").exists());
        drop(lock);
        // A file with a second name is not written to either.
        fs::remove_file(at(".lock")).unwrap();
        fs::hard_link(&outside, at(".lock")).unwrap();
        let lock = Lock::take(&folder, "h").unwrap();
        assert_eq!(lock.put_aside()[0].aside, at(".lock.damaged-2"));
        assert_eq!(fs::read_to_string(&outside).unwrap(), "keep");
    }
}
