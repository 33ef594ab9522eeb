//! What can go wrong between the program and its folder.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

/// A failed read or write of a sweep's folder: which file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused.
    #[error("cannot {action} {}: {source}{}", path.display(), advice(action, source))]
    Io {
        /// A verb: "read", "write", ...
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// No room for a file. It was removed; files written before it are whole.
    #[error(
        "no room to write {}: {source}. Nothing finished is lost: free some space, then run the same command again",
        path.display()
    )]
    Full {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// Something else stands where a file of the folder should.
    #[error("{} is {kind}, no regular file: run the same sweep again, which puts it aside", path.display())]
    Irregular {
        /// Where.
        path: PathBuf,
        /// What stands there.
        kind: &'static str,
    },
    /// A file does not hold what was written to it.
    #[error("{} is damaged: {reason}; {remedy}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Another process writes to the folder.
    #[error("{} is in use by {holder}: wait until it ends, or choose another folder with --out", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The process that holds it, with host and start.
        holder: String,
    },
    /// Another process claims the folder, on a file system that does not know whether it still runs.
    #[error("{} is in use by {holder}: {remedy}", folder.display())]
    Claimed {
        /// The folder.
        folder: PathBuf,
        /// The process that claims it, with host and start.
        holder: String,
        /// What to do.
        remedy: String,
    },
    /// A table that was not written yet.
    #[error("there is no {}: tables are written when a run ends; run the same sweep again", path.display())]
    NoTable {
        /// The table.
        path: PathBuf,
    },
    /// A file that a report would replace, and that is none of a report.
    #[error("{} is not of a report, and would be replaced: choose a new folder with --out", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A column that a table does not have.
    #[error("{} has no column {column:?}; it has {known}", path.display())]
    NoColumn {
        /// The table.
        path: PathBuf,
        /// The name that was asked for.
        column: String,
        /// The names that would do.
        known: String,
    },
}

impl StoreError {
    /// An `io::Error` with its place; a full disk, quota or file-size limit becomes [`StoreError::Full`].
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                StoreError::Full { path, source }
            }
            _ => StoreError::Io { action, path, source },
        }
    }

    /// An error of the Parquet writer, which wraps those of the file beneath it.
    pub(crate) fn writing(path: &Path, error: ParquetError) -> Self {
        let source = match error {
            ParquetError::External(inner) => {
                inner.downcast::<io::Error>().map_or_else(io::Error::other, |inner| *inner)
            }
            other => io::Error::other(other),
        };
        StoreError::io("write", path, source)
    }

    /// Whether the file was not there.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, StoreError::Io { source, .. } if source.kind() == ErrorKind::NotFound)
    }
}

fn advice(action: &str, source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "; choose a folder that you may write to with --out"
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            "; a file stands where a folder is needed: move it, or choose another folder with --out"
        }
        ErrorKind::Unsupported => {
            "; the file system cannot do this: choose a folder on another one with --out"
        }
        ErrorKind::NotFound if action == "create" => "; choose another folder with --out",
        ErrorKind::IsADirectory => "; a folder stands where a file is needed: move it away",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_beneath_the_parquet_writer_is_recognised() {
        let path = Path::new("out/x/runs.parquet");
        let full = StoreError::writing(path, ParquetError::from(io::Error::from(ErrorKind::StorageFull)));
        assert_eq!(
            full.to_string(),
            "no room to write out/x/runs.parquet: no storage space. Nothing finished is lost: free some space, \
             then run the same command again"
        );
        let other = StoreError::writing(path, ParquetError::General("odd".into()));
        assert_eq!(other.to_string(), "cannot write out/x/runs.parquet: Parquet error: odd");
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let refused = StoreError::io("create", Path::new("out"), ErrorKind::PermissionDenied.into());
        assert_eq!(
            refused.to_string(),
            "cannot create out: permission denied; choose a folder that you may write to with --out"
        );
    }
}
