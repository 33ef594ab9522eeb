//! Who writes to a folder: one process, or one for each of its shards.
//!
//! A lock is a courtesy. What two processes write at a time has different names, or the same bytes, so they
//! only waste each other's time; and what reads a folder reads it with or without a lock.

use std::fs::{self, File, TryLockError, create_dir_all};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use super::heartbeat::{Heartbeat, beats};
use super::process::Process;
use super::{Folder, PutAside, Shard, ShardNote, StoreError, TableName, atomic, clock, file, shard_notes};
use crate::data::{Links, Unopened, create_new, open_or_create, open_regular};

/// The right to write to a folder, or to a shard of it, held until dropped; the system lets go of it when the
/// process dies.
#[derive(Debug)]
#[must_use = "the folder is free again once the lock is dropped"]
pub struct Lock {
    _held: Held,
    warning: Option<String>,
    aside: Vec<PutAside>,
}

/// What keeps others out.
#[derive(Debug)]
enum Held {
    /// The system's locks of files.
    System { _files: Vec<File> },
    /// A file that was not there before and is written again and again, on a file system without locks.
    Alone { _claim: Claim },
    /// Nothing but the heartbeat of the shard's note, on a file system without locks.
    Note,
}

/// Locks a file, as [`File::try_lock`]; tests put another in its place.
#[derive(Clone, Copy)]
struct TryLock {
    exclusive: fn(&File) -> Result<(), TryLockError>,
    shared: fn(&File) -> Result<(), TryLockError>,
}

/// The system's.
const SYSTEM: TryLock = TryLock { exclusive: File::try_lock, shared: File::try_lock_shared };

impl Lock {
    /// Takes a folder, creating it if needed, removes what killed processes left half-written in it, and puts
    /// aside what stands where a file of the folder is to be and is none. `host` is what a process that comes
    /// second is told, beside process number and time.
    ///
    /// On a file system without locks a file that must not be there before takes the place of the lock, with
    /// a heartbeat. A process that died leaves it behind; the next one takes it away once the heartbeat is
    /// old, on the same host at once.
    ///
    /// # Errors
    /// [`StoreError::InUse`] with the holder, where another process has the folder or a shard of it;
    /// [`StoreError::Io`] where it cannot be written.
    pub fn take(folder: &Folder, host: &str) -> Result<Lock, StoreError> {
        Lock::take_by(folder, host, SYSTEM)
    }

    fn take_by(folder: &Folder, host: &str, system: TryLock) -> Result<Lock, StoreError> {
        let parts = folder.parts();
        make(folder, &parts)?;
        let mut aside = Vec::new();
        let path = folder.path().join(LOCK);
        let mut file = lock_file(&path, &mut aside)?;
        let signature = signature(host);
        let in_use = |holder| StoreError::InUse { folder: folder.path().into(), holder };
        let shards = || live_shards_by(folder, host, system.shared).map(|shards| told(&shards));
        let (held, warning) = match patiently(&file, system.exclusive) {
            Ok(()) => {
                sign(&mut file, &signature).map_err(|e| StoreError::io("lock", &path, e))?;
                (Held::System { _files: vec![file] }, None)
            }
            Err(TryLockError::WouldBlock) => {
                return Err(in_use(shards()?.unwrap_or_else(|| signature_in(file))));
            }
            Err(TryLockError::Error(reason)) => {
                let claim = Claim::make(folder, host, signature)?;
                let warning = format!(
                    "the file system has no locks ({reason}): {} keeps other processes out",
                    claim.path.display()
                );
                (Held::Alone { _claim: claim }, Some(warning))
            }
        };
        if let Some(holder) = shards()? {
            return Err(in_use(holder));
        }
        let shards = shard_notes(folder)?.into_iter().map(|note| folder.shard_parts(note.shard));
        for folder in [folder.path().to_owned(), parts, folder.shards()].into_iter().chain(shards) {
            if folder.is_dir() {
                aside.extend(atomic::remove_leftovers(&folder)?);
            }
        }
        let tables = TableName::ALL.map(|name| folder.table(name));
        let others =
            [folder.manifest(), folder.sweep(), folder.findings(), folder.sound_parts(), folder.made()];
        for path in &others {
            aside.extend(file::clear(path)?);
        }
        for path in &tables {
            aside.extend(file::clear_table(path)?);
        }
        Ok(Lock { _held: held, warning, aside })
    }

    /// Takes a shard of a folder, as [`Lock::take`] takes a folder; other shards of it may be held meanwhile.
    ///
    /// On a file system without locks only the heartbeat of the shard's note keeps others out.
    ///
    /// # Errors
    /// Those of [`Lock::take`], of the folder and of the shard.
    pub fn take_shard(folder: &Folder, shard: Shard, host: &str) -> Result<Lock, StoreError> {
        Lock::take_shard_by(folder, shard, host, SYSTEM)
    }

    fn take_shard_by(folder: &Folder, shard: Shard, host: &str, system: TryLock) -> Result<Lock, StoreError> {
        let parts = folder.shard_parts(shard);
        make(folder, &parts)?;
        make(folder, &folder.shards())?;
        let mut aside = Vec::new();
        let whole = folder.path().join(LOCK);
        let shared = lock_file(&whole, &mut aside)?;
        let path = folder.shard_lock(shard);
        let mut own = lock_file(&path, &mut aside)?;
        let in_use = |holder| StoreError::InUse { folder: folder.path().into(), holder };
        let locked = match patiently(&shared, system.shared) {
            Err(TryLockError::WouldBlock) => return Err(in_use(signature_in(shared))),
            Err(TryLockError::Error(reason)) => Err(reason),
            Ok(()) => match patiently(&own, system.exclusive) {
                Err(TryLockError::WouldBlock) => {
                    return Err(in_use(format!("shard {shard}, {}", signature_in(own))));
                }
                Err(TryLockError::Error(reason)) => Err(reason),
                Ok(()) => Ok(()),
            },
        };
        let (held, warning) = match locked {
            Ok(()) => {
                sign(&mut own, &signature(host)).map_err(|e| StoreError::io("lock", &path, e))?;
                (Held::System { _files: vec![shared, own] }, None)
            }
            Err(reason) => {
                if let Some(holder) = Claim::holder(folder, host) {
                    return Err(Claim::refuse(folder, holder));
                }
                let note = ShardNote::read(folder, shard).ok().flatten();
                if let Some(note) = note.filter(|note| note.may_be_alive(folder, host)) {
                    return Err(Claim::refuse(folder, note.holder()));
                }
                let warning = format!(
                    "the file system has no locks ({reason}): the heartbeat in {} keeps other processes out",
                    folder.shard_note(shard).display()
                );
                (Held::Note, Some(warning))
            }
        };
        for folder in [folder.path().to_owned(), parts, folder.shards()] {
            aside.extend(atomic::remove_leftovers(&folder)?);
        }
        let others =
            [folder.manifest(), folder.sweep(), folder.shard_note(shard), folder.sound_shard_parts(shard)];
        for path in &others {
            aside.extend(file::clear(path)?);
        }
        Ok(Lock { _held: held, warning, aside })
    }

    /// What was put aside when the folder was taken.
    pub fn put_aside(&self) -> &[PutAside] {
        &self.aside
    }

    /// What to tell of a file system that has no locks; `None` where it has.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Who holds a folder or shards of it, in the words of [`StoreError::InUse`]; `None` where nobody does,
    /// or where the system does not tell.
    pub fn holder(folder: &Folder, host: &str) -> Option<String> {
        Lock::holder_by(folder, host, SYSTEM)
    }

    fn holder_by(folder: &Folder, host: &str, system: TryLock) -> Option<String> {
        if let Some(shards) = live_shards_by(folder, host, system.shared).ok().and_then(|live| told(&live)) {
            return Some(shards);
        }
        let file = open_regular(&folder.path().join(LOCK), Links::Refused).ok()?;
        match (system.shared)(&file) {
            Ok(()) => None,
            Err(TryLockError::WouldBlock) => Some(signature_in(file)),
            Err(TryLockError::Error(_)) => Claim::holder(folder, host),
        }
    }
}

/// The shards of a folder at which processes are at work, as far as anybody can tell: their files are locked,
/// or they gave a sign of life lately.
///
/// # Errors
/// Where the folder cannot be read.
pub fn live_shards(folder: &Folder, host: &str) -> Result<Vec<ShardNote>, StoreError> {
    live_shards_by(folder, host, SYSTEM.shared)
}

fn live_shards_by(
    folder: &Folder,
    host: &str,
    shared: fn(&File) -> Result<(), TryLockError>,
) -> Result<Vec<ShardNote>, StoreError> {
    let is_live = |note: &ShardNote| {
        let lock = open_regular(&folder.shard_lock(note.shard), Links::Refused).ok();
        match lock.map(|lock| shared(&lock)) {
            Some(Err(TryLockError::WouldBlock)) => true,
            // The locks of this machine hold for all of its processes, if not for those of others.
            Some(Ok(())) if note.process.host == host => false,
            _ => note.may_be_alive(folder, host),
        }
    };
    Ok(shard_notes(folder)?.into_iter().filter(is_live).collect())
}

/// Who works at shards; `None` where nobody does.
fn told(shards: &[ShardNote]) -> Option<String> {
    let first = shards.first()?.holder();
    Some(match shards.len() - 1 {
        0 => first,
        1 => format!("{first}, and one shard more"),
        more => format!("{first}, and {more} shards more"),
    })
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

/// Makes a folder within the sweep's.
fn make(folder: &Folder, path: &Path) -> Result<(), StoreError> {
    create_dir_all(path)
        .and_then(|()| file::sync_folder_of(path))
        .and_then(|()| file::sync_folder_of(folder.path()))
        .map_err(|e| StoreError::io("create", path, e))
}

/// Opens a file to be locked; what stands in its place and is none is put aside.
fn lock_file(path: &Path, aside: &mut Vec<PutAside>) -> Result<File, StoreError> {
    match open_or_create(path) {
        Err(Unopened::Irregular(kind)) => {
            aside.push(file::put_aside(path, format!("it is {kind}, not a file of its own"))?);
            open_or_create(path)
        }
        file => file,
    }
    .map_err(|unopened| file::told(path, unopened))
}

/// Locks a file. Whoever asks for the holder has the lock for an instant: not worth giving up for.
fn patiently(file: &File, try_lock: fn(&File) -> Result<(), TryLockError>) -> Result<(), TryLockError> {
    let mut locked = try_lock(file);
    for _ in 0..RETRIES {
        if matches!(locked, Err(TryLockError::WouldBlock)) {
            thread::sleep(RETRY_AFTER);
            locked = try_lock(file);
        }
    }
    locked
}

/// What this process writes into what it holds.
fn signature(host: &str) -> String {
    format!("{} since {}", Process::on(host), clock::utc(SystemTime::now()))
}

fn sign(file: &mut File, signature: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.write_all(signature.as_bytes())
}

/// A file that keeps others out where there are no locks.
#[derive(Debug)]
struct Claim {
    path: PathBuf,
    heartbeat: Option<Heartbeat>,
}

impl Claim {
    /// Keeps others out by a file that is made only where there is none.
    fn make(folder: &Folder, host: &str, signature: String) -> Result<Self, StoreError> {
        let path = folder.path().join(ALONE);
        let io = |e| StoreError::io("lock", &path, e);
        let made = create_new(&path).or_else(|error| match Claim::holder(folder, host) {
            None if error.kind() == ErrorKind::AlreadyExists => {
                fs::remove_file(&path).and_then(|()| create_new(&path))
            }
            _ => Err(error),
        });
        let somebody = || read_signature(&path).unwrap_or_else(|| SOMEBODY.into());
        let mut file = match made {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(Claim::refuse(folder, somebody()));
            }
            made => made.map_err(io)?,
        };
        file.write_all(signature.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        // Of two that took away the file of a dead one, the later has it.
        thread::sleep(RETRY_AFTER);
        if read_signature(&path).as_ref() != Some(&signature) {
            return Err(Claim::refuse(folder, somebody()));
        }
        let claimed = path.clone();
        let heartbeat = Heartbeat::start(move || match read_signature(&claimed) {
            Some(holder) if holder == signature => atomic::write(&claimed, signature.as_bytes()),
            _ => Ok(()),
        });
        Ok(Claim { path, heartbeat: Some(heartbeat) })
    }

    /// Who claims a folder; `None` where nobody does, or who did is gone.
    fn holder(folder: &Folder, host: &str) -> Option<String> {
        let path = folder.path().join(ALONE);
        let holder = read_signature(&path)?;
        let process = holder.rsplit_once(" since ").and_then(|(process, _)| process.parse::<Process>().ok());
        let is_gone = process.is_some_and(|process| process.is_gone(host)) || !beats(&path);
        (!is_gone).then_some(holder)
    }

    fn refuse(folder: &Folder, holder: String) -> StoreError {
        let remedy = "wait until it ends; if it has died, run again in two minutes";
        StoreError::Claimed { folder: folder.path().into(), holder, remedy: remedy.into() }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        drop(self.heartbeat.take());
        // Where it stays, the next process finds out that this one is gone.
        _ = fs::remove_file(&self.path);
    }
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
    const NONE: TryLock = TryLock { exclusive: none, shared: none };

    fn none(_: &File) -> Result<(), TryLockError> {
        Err(TryLockError::Error(io::Error::from(ErrorKind::Unsupported)))
    }

    /// The note of a process of another host that is at work on a shard of it.
    fn at_work(shard: Shard, host: &str) -> ShardNote {
        let host = crate::store::Host { name: host.into(), ..Default::default() };
        ShardNote::start(&crate::store::fixture::plan(2), shard, &host, None)
    }

    fn make_old(path: &Path) {
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    }

    #[test]
    fn without_locks_a_file_keeps_others_out_until_its_process_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().join("x"));
        let alone = folder.path().join(ALONE);
        assert_eq!(Lock::holder_by(&folder, "here", NONE), None);
        let lock = Lock::take_by(&folder, "here", NONE).unwrap();
        let told = lock.warning().unwrap();
        assert!(told.contains("has no locks (") && told.contains(".lock.held keeps"), "{told}");
        let holder = Lock::holder_by(&folder, "here", NONE).unwrap();
        assert!(holder.starts_with(&format!("process {} on host here since 2", std::process::id())));
        let error = Lock::take_by(&folder, "here", NONE).unwrap_err().to_string();
        assert!(error.contains(&holder) && error.contains("if it has died, run again"), "{error}");
        let shard = "1/2".parse().unwrap();
        let error = Lock::take_shard_by(&folder, shard, "here", NONE).unwrap_err().to_string();
        assert!(error.contains(&holder), "{error}");
        drop(lock);
        assert!(!alone.exists());
        // Process numbers end far below this one.
        let dead = |host: &str| format!("process 4294967295 on host {host} since 2026-01-01T00:00:00Z");
        for (left, host, is_old, is_free) in [
            (dead("here"), "here", false, true),
            (dead("there"), "here", false, false),
            (dead("there"), "here", true, true),
            (holder, "here", false, false),
            ("process x on host here since 2".into(), "here", false, false),
            (String::new(), "here", false, false),
            (String::new(), "here", true, true),
        ] {
            fs::write(&alone, &left).unwrap();
            if is_old {
                make_old(&alone);
            }
            assert_eq!(Lock::holder_by(&folder, host, NONE).is_none(), is_free, "{left:?}");
            assert_eq!(Lock::take_by(&folder, host, NONE).is_ok(), is_free, "{left:?}");
        }
    }

    #[test]
    fn shards_are_held_side_by_side_and_keep_out_who_wants_the_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().join("x"));
        let [first, second] = ["1/2", "2/2"].map(|shard| shard.parse::<Shard>().unwrap());
        let locks = [first, second].map(|shard| Lock::take_shard(&folder, shard, "h").unwrap());
        let error = Lock::take_shard(&folder, first, "second").unwrap_err().to_string();
        assert!(error.contains(" is in use by shard 1/2, process "), "{error}");
        // They have not said yet who they are.
        assert!(matches!(Lock::take(&folder, "h"), Err(StoreError::InUse { .. })));
        let _beats = [first, second].map(|shard| at_work(shard, "h").beat(&folder).unwrap());
        let error = Lock::take(&folder, "h").unwrap_err().to_string();
        assert!(error.contains(" is in use by shard 1/2, process "), "{error}");
        assert!(error.contains(", and one shard more: wait until it ends"), "{error}");
        assert_eq!(live_shards(&folder, "h").unwrap().len(), 2);
        assert!(Lock::holder(&folder, "h").unwrap().starts_with("shard 1/2, process "));
        drop(locks);
        // On this host nobody has the locks, whatever the notes say.
        assert_eq!(live_shards(&folder, "h").unwrap(), []);
        let lock = Lock::take(&folder, "h").unwrap();
        let error = Lock::take_shard(&folder, first, "h").unwrap_err().to_string();
        assert!(error.contains(" is in use by process "), "{error}");
        drop(lock);
        _ = Lock::take_shard(&folder, first, "h").unwrap();
    }

    /// Network file systems may keep locks to each machine, or have none.
    #[test]
    fn shards_of_other_hosts_are_alive_while_their_hearts_beat() {
        for (system, has_locks) in [(SYSTEM, true), (NONE, false)] {
            let dir = tempfile::tempdir().unwrap();
            let folder = Folder::new(dir.path().join("x"));
            let [first, second] = ["1/2", "2/2"].map(|shard| shard.parse::<Shard>().unwrap());
            _ = Lock::take_shard_by(&folder, first, "there", system).unwrap();
            let note = at_work(first, "there");
            let heartbeat = note.beat(&folder).unwrap();
            let live = || live_shards_by(&folder, "here", system.shared).unwrap();
            assert_eq!(live().len(), 1);
            let error = Lock::take_by(&folder, "here", system).unwrap_err().to_string();
            assert!(error.contains(" is in use by shard 1/2, process "), "{error}");
            _ = Lock::take_shard_by(&folder, second, "here", system).unwrap();
            // Where there are locks, the shard itself is told to be free: two who work at it do no harm.
            let again = Lock::take_shard_by(&folder, first, "here", system);
            match again {
                Ok(lock) => assert!(has_locks && lock.warning().is_none()),
                Err(error) => assert!(error.to_string().contains("if it has died, run again"), "{error}"),
            }
            drop(heartbeat);
            make_old(&folder.shard_note(first));
            assert_eq!(live(), []);
            _ = Lock::take_by(&folder, "here", system).unwrap();
            let lock = Lock::take_shard_by(&folder, first, "here", system).unwrap();
            let warned = lock.warning().is_some_and(|told| told.contains("the heartbeat in "));
            assert_eq!(warned, !has_locks);
        }
    }

    #[test]
    fn a_shard_that_says_it_ended_is_not_alive() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().join("x"));
        let shard = "1/2".parse().unwrap();
        _ = Lock::take_shard(&folder, shard, "there").unwrap();
        let note = at_work(shard, "there");
        drop(note.beat(&folder).unwrap());
        assert_eq!(live_shards(&folder, "here").unwrap().len(), 1);
        note.end(&folder, Default::default(), Duration::ZERO, false).unwrap();
        assert_eq!(live_shards(&folder, "here").unwrap(), []);
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
        fs::write(at(".cells.parquet.tmp").join("notes.txt"), "of somebody").unwrap();
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
