//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::pieces::{has_pieces_alone, pieces};
use super::process::Process;
use super::{PutAside, StoreError, file};
use crate::data::create_new;

/// The ending of files that are still being written.
const TEMPORARY: &str = ".tmp";

/// The age from which what a process of another machine left behind is taken away: none writes a file for so
/// long.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// A file under a temporary name in its own folder, `.NAME.HOST-PROCESS-COUNT.tmp`, until
/// [`AtomicFile::commit`]: so no two processes write to one file, on whatever machines they are. Dropped
/// before, it is removed; a crash leaves the temporary file, which [`remove_leftovers`] takes away.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
}

impl AtomicFile {
    /// Opens the temporary file of `target`.
    pub(crate) fn create(target: &Path) -> Result<Self, StoreError> {
        let temporary = temporary_of(target);
        // What stands under a name of this kind is of a process that had our number before, or somebody
        // else's link, which would lead the bytes elsewhere.
        let file = create_new(&temporary).or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => fs::remove_file(&temporary).and_then(|()| create_new(&temporary)),
            _ => Err(error),
        });
        let file = file.map_err(|e| StoreError::io("create", target, e))?;
        Ok(AtomicFile { file, temporary, target: target.to_path_buf() })
    }

    /// Another handle of the temporary file, for a writer that keeps what it writes to.
    pub(crate) fn handle(&self) -> Result<File, StoreError> {
        self.file.try_clone().map_err(|e| StoreError::io("create", &self.target, e))
    }

    /// When it was last written, by the clock of its file system.
    pub(crate) fn written(&self) -> Result<SystemTime, StoreError> {
        let written = self.file.metadata().and_then(|metadata| metadata.modified());
        written.map_err(|e| StoreError::io("read", &self.target, e))
    }

    /// Where the file will be.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Forces the bytes to disk, then gives the file its name, then forces the name to disk.
    pub(crate) fn commit(self) -> Result<(), StoreError> {
        self.file
            .sync_all()
            .and_then(|()| replace(&self.temporary, &self.target))
            .map_err(|e| StoreError::io("write", &self.target, e))
    }

    /// As [`AtomicFile::commit`], under the name that a file of many has in a folder.
    pub(crate) fn commit_into(mut self, folder: &AtomicFolder, name: &str) -> Result<(), StoreError> {
        self.target = folder.path().join(name);
        self.commit()
    }

    /// As [`AtomicFile::commit`] where nothing has the name; whether it was so. Of several who try, one
    /// succeeds, but on file systems without links.
    fn commit_new(self) -> Result<bool, StoreError> {
        self.file.sync_all().map_err(|e| StoreError::io("write", &self.target, e))?;
        match fs::hard_link(&self.temporary, &self.target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(_) if self.target.symlink_metadata().is_ok() => return Ok(false),
            Err(_) => return self.commit().map(|()| true),
        }
        file::sync_folder_of(&self.target).map_err(|e| StoreError::io("write", &self.target, e))?;
        Ok(true)
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        // After a commit there is nothing by that name; after an error the first error is the one to report.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// A folder of files under a temporary name, until [`AtomicFolder::commit`]. Dropped before, it is removed
/// with all that is in it.
#[derive(Debug)]
pub(crate) struct AtomicFolder {
    temporary: PathBuf,
    target: PathBuf,
}

impl AtomicFolder {
    /// Makes the temporary folder of `target`.
    pub(crate) fn create(target: &Path) -> Result<Self, StoreError> {
        let temporary = temporary_of(target);
        fs::create_dir(&temporary).map_err(|e| StoreError::io("create", target, e))?;
        Ok(AtomicFolder { temporary, target: target.to_path_buf() })
    }

    /// Where its files go.
    pub(crate) fn path(&self) -> &Path {
        &self.temporary
    }

    /// Gives the folder its name, which a file or a folder of files may have had, then forces the name to
    /// disk.
    pub(crate) fn commit(self) -> Result<(), StoreError> {
        replace(&self.temporary, &self.target).map_err(|e| StoreError::io("write", &self.target, e))
    }
}

impl Drop for AtomicFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.temporary);
    }
}

/// Gives what has a temporary name another one, and takes away what had that before: a file, or a folder of
/// pieces. A file replaces a file at once; else, killed midway, neither has the name.
fn replace(temporary: &Path, target: &Path) -> io::Result<()> {
    let is_folder = |path: &Path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
    let in_the_way = match (is_folder(temporary), is_folder(target)) {
        (_, true) => pieces(target).is_some(),
        (true, false) => target.symlink_metadata().is_ok(),
        (false, false) => false,
    };
    let old = in_the_way.then(|| temporary_of(target));
    if let Some(old) = &old {
        fs::rename(target, old)?;
    }
    fs::rename(temporary, target)?;
    file::sync_folder_of(target)?;
    // What is still read elsewhere may not go: it is a leftover, which the next process takes away.
    if let Some(old) = &old {
        _ = if is_folder(old) { fs::remove_dir_all(old) } else { fs::remove_file(old) };
    }
    Ok(())
}

/// A name for what is still being written, which this process gives once only.
fn temporary_of(target: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let Process { host, number } = Process::current();
    let host = host.replace(['/', '\\'], "_");
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{host}-{number}-{count}{TEMPORARY}"))
}

/// Whether what has a temporary name is left behind: its process is known to be gone, or it is a day old. No
/// process of this version gives a name without its own.
fn is_left_behind(path: &Path, name: &str) -> bool {
    let signed = name.strip_suffix(TEMPORARY).and_then(|name| {
        let mut words = name.rsplitn(3, '-');
        let (_count, number, rest) =
            (words.next()?.parse::<u64>().ok()?, words.next()?.parse().ok()?, words.next()?);
        Some((number, rest))
    });
    let Some((number, rest)) = signed else { return true };
    let host = &Process::current().host;
    let is_here = rest.ends_with(&format!(".{host}"));
    let age = || SystemTime::now().duration_since(path.symlink_metadata().ok()?.modified().ok()?).ok();
    is_here && Process { host: host.clone(), number }.is_gone(host)
        || age().is_some_and(|age| age > ABANDONED)
}

/// Writes a whole file atomically.
pub(crate) fn write(target: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = AtomicFile::create(target)?;
    file.write_all(bytes).map_err(|e| StoreError::io("write", target, e))?;
    file.commit()
}

/// As [`write`] where nothing has the name; whether it was so.
pub(crate) fn write_first(target: &Path, bytes: &[u8]) -> Result<bool, StoreError> {
    let mut file = AtomicFile::create(target)?;
    file.write_all(bytes).map_err(|e| StoreError::io("write", target, e))?;
    file.commit_new()
}

/// Writes a whole file at once under its name, without waiting for the disk: for what can be made again.
///
/// # Errors
/// Where the file cannot be written.
pub fn replace_file(target: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = AtomicFile::create(target)?;
    file.write_all(bytes)
        .and_then(|()| fs::rename(&file.temporary, &file.target))
        .map_err(|e| StoreError::io("write", target, e))
}

/// Removes a file or a folder of pieces, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = if pieces(path).is_some() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(StoreError::io("remove", path, e)),
        _ => Ok(()),
    }
}

/// Removes what killed processes left half-written in a folder, where it is sure that they write no more;
/// a folder with such a name goes too where it has the pieces of a table alone, and is put aside else.
pub(crate) fn remove_leftovers(folder: &Path) -> Result<Vec<PutAside>, StoreError> {
    let mut aside = Vec::new();
    for path in files(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') && name.ends_with(TEMPORARY) && is_left_behind(&path, &name) {
            let is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
            if is_folder && has_pieces_alone(&path) {
                match fs::remove_dir_all(&path) {
                    Err(e) if e.kind() != io::ErrorKind::NotFound => {
                        return Err(StoreError::io("remove", &path, e));
                    }
                    _ => {}
                }
            } else if is_folder {
                aside.extend(file::clear(&path)?);
            } else {
                // Another process may have taken it away meanwhile.
                remove(&path)?;
            }
        }
    }
    Ok(aside)
}

/// The paths in a folder, sorted.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let list = || -> io::Result<Vec<PathBuf>> {
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()
    };
    let mut paths = list().map_err(|e| StoreError::io("read", folder, e))?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pieces::piece_name;

    #[test]
    fn a_file_appears_at_commit_and_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        write(&path, b"old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(files(folder.path()).unwrap(), [path]);
    }

    #[test]
    fn a_file_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = AtomicFile::create(&folder.path().join("x.json")).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert!(files(folder.path()).unwrap().is_empty());
    }

    #[test]
    fn leftovers_go_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let own = Process::current();
        // Process numbers end far below the largest.
        let dead = format!(".x.json.{}-{}-0.tmp", own.host, u32::MAX);
        let alive = format!(".x.json.{}-{}-7.tmp", own.host, own.number);
        let elsewhere = ".x.json.other-host-4294967295-0.tmp".to_owned();
        let old = ".y.json.other-host-4294967295-0.tmp".to_owned();
        for name in [&dead, &alive, &elsewhere, &old, ".x.json.tmp", "x.json", "x.tmp", ".lock"] {
            fs::write(at(name), b"").unwrap();
        }
        let yesterday = SystemTime::now() - 2 * ABANDONED;
        File::options().write(true).open(at(&old)).unwrap().set_modified(yesterday).unwrap();
        remove_leftovers(folder.path()).unwrap();
        let mut left = [".lock", "x.json", "x.tmp", &alive, &elsewhere].map(at);
        left.sort();
        assert_eq!(files(folder.path()).unwrap(), left);
    }

    #[test]
    fn a_file_and_a_folder_take_the_place_of_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.parquet");
        let pieces_of = |bytes: [&[u8]; 2]| {
            let folder = AtomicFolder::create(&path).unwrap();
            let mut first = AtomicFile::create(&path).unwrap();
            first.write_all(bytes[0]).unwrap();
            first.commit_into(&folder, &piece_name(0)).unwrap();
            write(&folder.path().join(piece_name(1)), bytes[1]).unwrap();
            folder
        };
        write(&path, b"a file").unwrap();
        for bytes in [[b"a", b"b"], [b"c", b"d"]] {
            pieces_of(bytes.map(|byte| byte.as_slice())).commit().unwrap();
            let read: Vec<Vec<u8>> =
                pieces(&path).unwrap().iter().map(|piece| fs::read(piece).unwrap()).collect();
            assert_eq!(read, bytes);
            assert_eq!(files(folder.path()).unwrap(), std::slice::from_ref(&path));
        }
        drop(pieces_of([b"given", b"up"]));
        write(&path, b"a file again").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"a file again");
        pieces_of([b"a", b"b"]).commit().unwrap();
        remove(&path).unwrap();
        assert!(files(folder.path()).unwrap().is_empty());
    }

    #[test]
    fn what_a_killed_process_left_of_a_folder_goes() {
        let folder = tempfile::tempdir().unwrap();
        let own = Process::current();
        let named = |name: &str| folder.path().join(format!(".{name}.{}-{}-0.tmp", own.host, u32::MAX));
        let (pieces, strange) = (named("runs.parquet"), named("bidders.parquet"));
        fs::create_dir(&pieces).unwrap();
        fs::write(pieces.join(piece_name(0)), "").unwrap();
        fs::create_dir(&strange).unwrap();
        fs::write(strange.join("notes.txt"), "").unwrap();
        let aside = remove_leftovers(folder.path()).unwrap();
        assert!(!pieces.exists());
        assert_eq!(fs::read_dir(&aside[0].aside).unwrap().count(), 1);
    }

    #[test]
    fn two_writers_of_one_file_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        let [mut first, mut second] = [0, 1].map(|_| AtomicFile::create(&path).unwrap());
        first.write_all(b"first").unwrap();
        second.write_all(b"second").unwrap();
        first.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first");
        second.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(files(folder.path()).unwrap(), [path]);
    }

    #[test]
    fn who_comes_second_finds_the_name_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        let [mut first, mut second] = [0, 1].map(|_| AtomicFile::create(&path).unwrap());
        first.write_all(b"first").unwrap();
        second.write_all(b"second").unwrap();
        assert!(first.commit_new().unwrap() && !second.commit_new().unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(files(folder.path()).unwrap(), [path]);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("none/x.json"), b"").unwrap_err().to_string();
        assert!(error.starts_with("cannot create ") && error.contains("none/x.json: "), "{error}");
    }
}
