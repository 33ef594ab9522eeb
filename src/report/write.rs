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

/// Whose folder a report stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The folder of the sweep's own report, in which all that looks like a report's file is one.
    Sweep,
    /// A folder that the user named. It may hold other files, which stay as they are.
    User,
}

/// What the page of a report begins with, by which it is known.
const GENERATOR: &[u8] = b"<meta name=\"generator\" content=\"bidsweep ";

/// Where in a page that stands at the latest.
const HEAD: usize = 1024;

/// Writes the files of a report. In a sweep's own folder those go that an earlier report left and this one
/// does not make.
///
/// # Errors
/// Where a file cannot be written; where a user's folder holds files, but no report's page.
pub fn write_report(folder: &Path, files: &[ReportFile], owner: Owner) -> Result<(), StoreError> {
    if owner == Owner::User {
        refuse_foreign(folder, files)?;
    }
    for file in files {
        let path = folder.join(&file.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| StoreError::io("create", parent, error))?;
        replace_file(&path, &file.bytes)?;
    }
    for path in leftovers(folder, files, owner)? {
        fs::remove_file(&path).map_err(|error| StoreError::io("remove", &path, error))?;
    }
    Ok(())
}

/// What is wrong with the report that stands in a folder, one line a file; empty where it is that of the
/// tables.
///
/// # Errors
/// Where a file cannot be read.
pub fn check_report(folder: &Path, files: &[ReportFile], owner: Owner) -> Result<Vec<String>, StoreError> {
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
    let left = leftovers(folder, files, owner)?;
    wrong.extend(left.iter().map(|path| format!("{}: the report does not have it any more", path.display())));
    Ok(wrong)
}

/// An error where writing a report would replace what is none.
fn refuse_foreign(folder: &Path, files: &[ReportFile]) -> Result<(), StoreError> {
    let page = folder.join("index.html");
    match fs::read(&page) {
        Ok(bytes)
            if bytes[..bytes.len().min(HEAD)].windows(GENERATOR.len()).any(|part| part == GENERATOR) =>
        {
            return Ok(());
        }
        Ok(_) => return Err(StoreError::Foreign { path: page }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(StoreError::io("read", &page, error)),
    }
    // Without a page of ours, files of the same names are somebody else's.
    match files.iter().map(|file| folder.join(&file.path)).find(|path| path.exists()) {
        Some(path) => Err(StoreError::Foreign { path }),
        None => Ok(()),
    }
}

/// Files that look like those of a report, and that it does not make: in a sweep's own folder alone.
fn leftovers(folder: &Path, files: &[ReportFile], owner: Owner) -> Result<Vec<PathBuf>, StoreError> {
    if owner == Owner::User {
        return Ok(Vec::new());
    }
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
            if path.is_dir() {
                continue;
            }
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
