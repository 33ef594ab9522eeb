//! The one way to the files of a folder: regular files alone are opened, and no more is read than may be.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::pieces::pieces;
use crate::data::{Links, Unopened, irregular, open_regular};

/// What follows the name of a file that was put aside.
const ASIDE: &str = ".damaged";

/// Opens a file of the folder to read.
///
/// # Errors
/// [`StoreError::Irregular`] where something else stands there.
pub(crate) fn open(path: &Path) -> Result<File, StoreError> {
    open_regular(path, Links::Refused).map_err(|unopened| told(path, unopened))
}

/// The bytes of a file of the folder, of at most so many.
///
/// # Errors
/// As [`open`], and [`StoreError::Damaged`] where there are more.
pub(crate) fn read(path: &Path, most: u64, remedy: &'static str) -> Result<Vec<u8>, StoreError> {
    let io = |e| StoreError::io("read", path, e);
    let file = open(path)?;
    let mut bytes = Vec::new();
    // One byte more, so that a file that grows meanwhile is found out too.
    file.take(most + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > most {
        let reason = format!("it is larger than {} MiB", most >> 20);
        return Err(StoreError::Damaged { path: path.to_path_buf(), reason, remedy });
    }
    Ok(bytes)
}

/// Why a file was not opened, with its path.
pub(crate) fn told(path: &Path, unopened: Unopened) -> StoreError {
    match unopened {
        Unopened::Irregular(kind) => StoreError::Irregular { path: path.to_path_buf(), kind },
        Unopened::Io(source) => StoreError::io("read", path, source),
    }
}

/// A file that was put out of the way, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutAside {
    /// Where it stood.
    pub path: PathBuf,
    /// Where it is now.
    pub aside: PathBuf,
    /// What it is, or what is wrong with it.
    pub reason: String,
}

/// Puts out of the way what stands where a table is to be, unless that is a regular file or a folder of files
/// of a table.
pub(crate) fn clear_table(path: &Path) -> Result<Option<PutAside>, StoreError> {
    if pieces(path).is_some() { Ok(None) } else { clear(path) }
}

/// Puts out of the way what stands where a file of the folder is to be, unless that is a regular file.
pub(crate) fn clear(path: &Path) -> Result<Option<PutAside>, StoreError> {
    irregular(path).map(|kind| put_aside(path, format!("it is {kind}, no regular file"))).transpose()
}

/// Gives what stands at a path another name beside it, one that nothing has.
pub(crate) fn put_aside(path: &Path, reason: String) -> Result<PutAside, StoreError> {
    let named = |end: String| {
        let mut name = path.as_os_str().to_owned();
        name.push(ASIDE);
        name.push(end);
        PathBuf::from(name)
    };
    let ends = (1u32..).map(|count| if count == 1 { String::new() } else { format!("-{count}") });
    let is_free =
        |aside: &PathBuf| fs::symlink_metadata(aside).is_err_and(|e| e.kind() == ErrorKind::NotFound);
    let aside = ends.map(named).find(is_free).expect("some name is free");
    fs::rename(path, &aside)
        .and_then(|()| sync_folder_of(path))
        .map_err(|e| StoreError::io("rename", path, e))?;
    Ok(PutAside { path: path.to_path_buf(), aside, reason })
}

/// A rename is durable once the folder is; only Unix lets a program say so.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            match File::open(folder)?.sync_all() {
                // Some network file systems have no such thing.
                Err(error) if [ErrorKind::InvalidInput, ErrorKind::Unsupported].contains(&error.kind()) => {
                    Ok(())
                }
                synced => synced,
            }
        }
        _ => Ok(()),
    }
}
