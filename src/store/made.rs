//! What tables and report were made from: where that has not changed and they are as they were left, they
//! need not be made again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::pieces::table_files;
use super::{Folder, Scan, StoreError, TableName, atomic, file};
use crate::sweep::Plan;

/// The most bytes of the file.
const MOST_BYTES: u64 = 1 << 20;

const REMEDY: &str = "delete it: it is made again";

/// What of a folder stands as this program made it of a plan and its parts, unaltered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// The tables.
    pub tables: bool,
    /// The report that was drawn of them.
    pub report: bool,
}

/// What of a folder need not be made again.
///
/// It is so where the notes that [`note_tables`] and [`note_report`] left say the same of plan, sweep file,
/// parts and program, and the hashes of the files are those of then.
pub fn made(folder: &Folder, plan: &Plan, scan: &Scan) -> Made {
    let noted = file::read(&folder.made(), MOST_BYTES, REMEDY).unwrap_or_default();
    let head = sources(plan, scan);
    let rest = noted.strip_prefix(head.as_bytes());
    // Files are read only where the rest is right.
    let of_report = rest.and_then(|rest| rest.strip_prefix(tables(folder).ok()?.as_bytes()));
    Made {
        tables: of_report.is_some(),
        report: of_report.is_some_and(|noted| report(folder).is_ok_and(|report| noted == report.as_bytes())),
    }
}

/// Notes what the tables that stand in a folder were made from. Only for the holder of the folder's lock.
///
/// # Errors
/// Where a table cannot be read, or the note not be written.
pub fn note_tables(folder: &Folder, plan: &Plan, scan: &Scan) -> Result<(), StoreError> {
    note(folder, plan, scan, |_| Ok(String::new()))
}

/// Notes the tables, and that the report that stands in the folder was drawn of them. Only for the holder of
/// the folder's lock.
///
/// # Errors
/// Where a table or a file of the report cannot be read, or the note not be written.
pub fn note_report(folder: &Folder, plan: &Plan, scan: &Scan) -> Result<(), StoreError> {
    note(folder, plan, scan, report)
}

fn note(
    folder: &Folder,
    plan: &Plan,
    scan: &Scan,
    rest: impl Fn(&Folder) -> io::Result<String>,
) -> Result<(), StoreError> {
    let files = tables(folder).and_then(|tables| Ok(tables + &rest(folder)?));
    let files = files.map_err(|error| StoreError::io("read", folder.path(), error))?;
    atomic::write(&folder.made(), (sources(plan, scan) + &files).as_bytes())
}

/// What tables are a function of. Parts are named by the hashes of their bytes.
fn sources(plan: &Plan, scan: &Scan) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(plan.source().as_bytes());
    let mut parts: Vec<_> = scan.parts().iter().filter_map(|part| part.path.file_name()).collect();
    parts.sort_unstable();
    for part in parts {
        hasher.update(part.as_encoded_bytes());
        hasher.update(b"\n");
    }
    format!("plan {} parts {} by {}\n", plan.hash(), hasher.finalize().to_hex(), program())
}

/// This program: its version, and which build of it, as far as the system tells.
fn program() -> String {
    let told = std::env::current_exe().and_then(|path| path.metadata()).and_then(|file| {
        let since = file.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(format!("{} {}", file.len(), since.as_nanos()))
    });
    format!("{} {}", env!("CARGO_PKG_VERSION"), told.unwrap_or_default())
}

/// The tables that are made from parts, with the hashes of their bytes.
fn tables(folder: &Folder) -> io::Result<String> {
    let mut text = String::new();
    for name in TableName::ALL.into_iter().filter(|name| *name != TableName::Contrasts) {
        for path in table_files(&folder.table(name)) {
            let hash = match hash_of(&path)? {
                Some(hash) => hash,
                None if name.is_optional() => "none".to_owned(),
                None => return Err(io::ErrorKind::NotFound.into()),
            };
            text += &format!("{} {hash}\n", name.file());
        }
    }
    Ok(text)
}

/// The report, with a hash of all its files.
fn report(folder: &Folder) -> io::Result<String> {
    let mut paths = Vec::new();
    files_below(&folder.report(), &mut paths)?;
    paths.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for path in paths {
        let hash = hash_of(&path)?.ok_or(io::ErrorKind::NotFound)?;
        // The page tells commands with the folder as it is named.
        hasher.update(path.as_os_str().as_encoded_bytes());
        hasher.update(format!(" {hash}\n").as_bytes());
    }
    Ok(format!("report {}\n", hasher.finalize().to_hex()))
}

fn files_below(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => files_below(&entry.path(), paths)?,
            false => paths.push(entry.path()),
        }
    }
    Ok(())
}

/// The hash of a file's bytes; none where there is no such file.
fn hash_of(path: &Path) -> io::Result<Option<String>> {
    let mut open = match file::open(path) {
        Ok(open) => open,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(io::Error::other(error)),
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut open)?;
    Ok(Some(hasher.finalize().to_hex().to_string()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::fixture::{self, runs, store};
    use crate::store::write_tables;

    #[test]
    fn tables_stand_while_nothing_that_they_are_made_from_has_changed() {
        let (_dir, folder) = fixture::folder();
        let plan = fixture::plan(6);
        let all = runs(&plan);
        let (most, last) = all.split_at(all.len() - 1);
        store(&folder, most, 5);
        let scan = Scan::of(&folder, &plan).unwrap();
        let are_made = |plan: &Plan, scan: &Scan| made(&folder, plan, scan).tables;
        assert!(!are_made(&plan, &scan), "no note yet");
        write_tables(&folder, &plan, &scan).unwrap();
        note_tables(&folder, &plan, &scan).unwrap();
        assert!(are_made(&plan, &scan));
        assert!(!are_made(&fixture::plan(7), &scan), "another plan");

        let table = folder.table(TableName::Bidders);
        let bytes = fs::read(&table).unwrap();
        let mut altered = bytes.clone();
        altered[40] ^= 1;
        fs::write(&table, altered).unwrap();
        assert!(!are_made(&plan, &scan), "an altered table");
        fs::write(&table, bytes).unwrap();
        assert!(are_made(&plan, &scan));

        store(&folder, last, 1);
        let scan = Scan::of(&folder, &plan).unwrap();
        assert!(!are_made(&plan, &scan), "another run");
        fs::remove_file(folder.made()).unwrap();
        assert!(!are_made(&plan, &scan), "no note");
    }

    #[test]
    fn a_report_stands_while_its_tables_and_its_files_do() {
        let (_dir, folder) = fixture::folder();
        let plan = fixture::plan(6);
        store(&folder, &runs(&plan), 50);
        let scan = Scan::of(&folder, &plan).unwrap();
        write_tables(&folder, &plan, &scan).unwrap();
        let figures = folder.report().join("figures");
        fs::create_dir_all(&figures).unwrap();
        let (page, figure) = (folder.report().join("index.html"), figures.join("bias.svg"));
        fs::write(&page, "a page").unwrap();
        fs::write(&figure, "a figure").unwrap();
        note_tables(&folder, &plan, &scan).unwrap();
        assert_eq!(made(&folder, &plan, &scan), Made { tables: true, report: false }, "no note of it");
        note_report(&folder, &plan, &scan).unwrap();
        let all = Made { tables: true, report: true };
        assert_eq!(made(&folder, &plan, &scan), all);

        fs::write(&figure, "a Figure").unwrap();
        assert_eq!(made(&folder, &plan, &scan), Made { report: false, ..all }, "an altered figure");
        fs::remove_file(&figure).unwrap();
        assert_eq!(made(&folder, &plan, &scan), Made { report: false, ..all }, "a figure that is gone");
        fs::write(&figure, "a figure").unwrap();
        assert_eq!(made(&folder, &plan, &scan), all);
        fs::write(folder.table(TableName::Runs), "a table").unwrap();
        assert_eq!(made(&folder, &plan, &scan), Made { tables: false, report: false }, "altered tables");
    }
}
