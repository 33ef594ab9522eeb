//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{PutAside, StoreError, file};
use crate::data::create_new;

/// The ending of files that are still being written.
const TEMPORARY: &str = ".tmp";

/// A file under a temporary name in its own folder, `.NAME.tmp`, until [`AtomicFile::commit`]. Dropped
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
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let temporary = target.with_file_name(format!(".{name}{TEMPORARY}"));
        // What stands under a name of this kind is ours and half-written, or somebody else's link, which
        // would lead the bytes elsewhere.
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

    /// Where the file will be.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Forces the bytes to disk, then gives the file its name, then forces the name to disk.
    pub(crate) fn commit(self) -> Result<(), StoreError> {
        self.file
            .sync_all()
            .and_then(|()| fs::rename(&self.temporary, &self.target))
            .and_then(|()| file::sync_folder_of(&self.target))
            .map_err(|e| StoreError::io("write", &self.target, e))
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

/// Writes a whole file atomically.
pub(crate) fn write(target: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = AtomicFile::create(target)?;
    file.write_all(bytes).map_err(|e| StoreError::io("write", target, e))?;
    file.commit()
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

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(StoreError::io("remove", path, e)),
        _ => Ok(()),
    }
}

/// Removes what killed processes left half-written in a folder; what has such a name and is a folder is put
/// aside. Only for the holder of the folder's lock.
pub(crate) fn remove_leftovers(folder: &Path) -> Result<Vec<PutAside>, StoreError> {
    let mut aside = Vec::new();
    for path in files(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') && name.ends_with(TEMPORARY) {
            if path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
                aside.extend(file::clear(&path)?);
            } else {
                fs::remove_file(&path).map_err(|e| StoreError::io("remove", &path, e))?;
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
        for name in [".x.json.tmp", "x.json", "x.tmp", ".lock"] {
            fs::write(folder.path().join(name), b"").unwrap();
        }
        remove_leftovers(folder.path()).unwrap();
        let left = [".lock", "x.json", "x.tmp"].map(|name| folder.path().join(name));
        assert_eq!(files(folder.path()).unwrap(), left);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("none/x.json"), b"").unwrap_err().to_string();
        assert!(error.starts_with("cannot create ") && error.contains("none/x.json: "), "{error}");
    }
}
