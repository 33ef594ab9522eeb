//! The sweep file of a folder.

use std::path::PathBuf;

use super::table::SWEEP_ENTRY;
use super::{Folder, StoreError, Table, TableName, file};
use crate::sweep::MAX_FILE_BYTES;

const REMEDY: &str = "run the sweep again from its own file: the finished runs are kept";

/// The text of the sweep file that a folder keeps, or else that of a table's footer; with the file where it
/// was found.
///
/// # Errors
/// Where it is in none of them.
pub fn read_sweep(folder: &Folder) -> Result<(String, PathBuf), StoreError> {
    let path = folder.sweep();
    let kept = file::read(&path, MAX_FILE_BYTES, REMEDY).and_then(|bytes| {
        String::from_utf8(bytes).map_err(|error| StoreError::Damaged {
            path: path.clone(),
            reason: error.to_string(),
            remedy: REMEDY,
        })
    });
    kept.map(|text| (text, path)).or_else(|error| {
        let footer = |name| {
            let path = folder.table(name);
            Some((Table::open(&path).ok()?.footer(SWEEP_ENTRY)?.to_owned(), path))
        };
        TableName::ALL.into_iter().find_map(footer).ok_or(error)
    })
}
