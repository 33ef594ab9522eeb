//! Files opened with care: nothing is waited for, nothing is read without end, no link leads elsewhere.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Why a file is not opened.
#[derive(Debug)]
pub(crate) enum Unopened {
    /// What stands there is no regular file, but this.
    Irregular(&'static str),
    /// The system refused.
    Io(io::Error),
}

impl From<io::Error> for Unopened {
    fn from(error: io::Error) -> Self {
        Unopened::Io(error)
    }
}

/// What becomes of a symbolic link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// It stands for what it leads to: in paths that a user gives.
    Followed,
    /// It is no regular file: where only the program itself writes.
    Refused,
}

/// Opens a regular file to read. Opening anything else may wait for ever, as a pipe does that nobody writes
/// to, and reading from it may never end.
///
/// # Errors
/// [`Unopened::Irregular`] for a folder, a pipe, a device, a socket; for a link where links are refused.
pub(crate) fn open_regular(path: &Path, links: Links) -> Result<File, Unopened> {
    let looked_up = match links {
        Links::Followed => fs::metadata(path)?,
        Links::Refused => fs::symlink_metadata(path)?,
    };
    refuse_irregular(&looked_up)?;
    let file = careful(File::options().read(true), links).open(path)?;
    // Something else may have come to stand there meanwhile.
    refuse_irregular(&file.metadata()?)?;
    Ok(file)
}

/// Opens a regular file to read and write, which is made where there is none, and keeps what it holds.
///
/// # Errors
/// As [`open_regular`], which links are refused by; and for a file that has another name beside this one.
pub(crate) fn open_or_create(path: &Path) -> Result<File, Unopened> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => refuse_irregular(&metadata)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    let file = careful(&mut options, Links::Refused).open(path)?;
    let metadata = file.metadata()?;
    refuse_irregular(&metadata)?;
    refuse_shared(&metadata)?;
    Ok(file)
}

/// Makes a file to read and write that is not there yet.
///
/// # Errors
/// Where anything stands there, a link that leads nowhere too.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    careful(File::options().read(true).write(true).create_new(true), Links::Refused).open(path)
}

/// What stands at a path that is no regular file; `None` where there is one, or nothing.
pub(crate) fn irregular(path: &Path) -> Option<&'static str> {
    match refuse_irregular(&fs::symlink_metadata(path).ok()?) {
        Err(Unopened::Irregular(kind)) => Some(kind),
        _ => None,
    }
}

fn refuse_irregular(metadata: &Metadata) -> Result<(), Unopened> {
    let kind = metadata.file_type();
    if kind.is_file() { Ok(()) } else { Err(Unopened::Irregular(name_of(kind))) }
}

#[cfg(unix)]
fn name_of(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        _ if kind.is_dir() => "a folder",
        _ if kind.is_symlink() => "a symbolic link",
        _ if kind.is_fifo() => "a pipe",
        _ if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn name_of(kind: FileType) -> &'static str {
    match kind {
        _ if kind.is_dir() => "a folder",
        _ => "a symbolic link",
    }
}

/// Writing to a file that goes by another name too would change that one.
#[cfg(unix)]
fn refuse_shared(metadata: &Metadata) -> Result<(), Unopened> {
    use std::os::unix::fs::MetadataExt;
    if metadata.nlink() > 1 { Err(Unopened::Irregular("a file with a second name")) } else { Ok(()) }
}

#[cfg(not(unix))]
fn refuse_shared(_: &Metadata) -> Result<(), Unopened> {
    Ok(())
}

#[cfg(unix)]
fn careful(options: &mut OpenOptions, links: Links) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let follow = match links {
        Links::Followed => 0,
        Links::Refused => libc::O_NOFOLLOW,
    };
    options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | follow)
}

#[cfg(not(unix))]
fn careful(options: &mut OpenOptions, _: Links) -> &mut OpenOptions {
    options
}
