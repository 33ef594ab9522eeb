//! The files of a report: made in memory as a function of the tables and the plan alone, so that they can be
//! written, or held against those that are there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::store::{StoreError, replace_file};
use crate::sweep::report::FigureName;

/// A file of a report.
#[derive(Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// Where it stands below the report's folder.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl ReportFile {
    pub(super) fn new(path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> Self {
        ReportFile { path: path.into(), bytes: bytes.into() }
    }
}

/// The folders below a report's, and the endings of what stands there.
pub(super) const FIGURE_FOLDER: &str = "figures";
pub(super) const TABLE_FOLDER: &str = "tables";
const FOLDERS: [(&str, [&str; 3]); 2] =
    [(FIGURE_FOLDER, ["svg", "png", "pdf"]), (TABLE_FOLDER, ["tex", "md", "csv"])];

/// The names of tables, without what is added where there are several.
pub(super) const TABLES: [&str; 3] = ["cells", "field", "macros"];

/// Writes the files of a report, and takes away those that an earlier report left and this one does not make.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_report(folder: &Path, files: &[ReportFile]) -> Result<(), StoreError> {
    for file in files {
        let path = folder.join(&file.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| StoreError::io("create", parent, error))?;
        replace_file(&path, &file.bytes)?;
    }
    for path in leftovers(folder, files)? {
        fs::remove_file(&path).map_err(|error| StoreError::io("remove", &path, error))?;
    }
    Ok(())
}

/// What is wrong with the report that stands in a folder, one line a file; empty where it is that of the
/// tables.
///
/// # Errors
/// Where a file cannot be read.
pub fn check_report(folder: &Path, files: &[ReportFile]) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    for file in files {
        let path = folder.join(&file.path);
        match fs::read(&path) {
            Ok(bytes) if bytes == file.bytes => {}
            Ok(_) => wrong.push(format!("{}: it is not what the tables say", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                wrong.push(format!("{}: it is missing", path.display()));
            }
            Err(error) => return Err(StoreError::io("read", &path, error)),
        }
    }
    let left = leftovers(folder, files)?;
    wrong.extend(left.iter().map(|path| format!("{}: the report does not have it any more", path.display())));
    Ok(wrong)
}

/// Files that look like those of a report, and that it does not make.
fn leftovers(folder: &Path, files: &[ReportFile]) -> Result<Vec<PathBuf>, StoreError> {
    let made: BTreeSet<PathBuf> = files.iter().map(|file| folder.join(&file.path)).collect();
    let mut left = Vec::new();
    for (name, endings) in FOLDERS {
        let folder = folder.join(name);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(StoreError::io("read", &folder, error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| StoreError::io("read", &folder, error))?.path();
            let has = |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).map(str::to_owned);
            let ending = has(path.extension()).unwrap_or_default();
            let stem = has(path.file_stem()).unwrap_or_default();
            if endings.contains(&&ending[..]) && is_name_of_a_report(&stem) && !made.contains(&path) {
                left.push(path);
            }
        }
    }
    left.sort();
    Ok(left)
}

/// Whether a file of this name is one that reports make: the name of a figure or table, and of a further one
/// its number.
fn is_name_of_a_report(stem: &str) -> bool {
    let without_number = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = without_number.strip_suffix('-').filter(|_| without_number != stem).unwrap_or(stem);
    FigureName::ALL.iter().any(|figure| figure.name() == name) || TABLES.contains(&name)
}
