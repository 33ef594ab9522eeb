//! What the tables were made from: where that has not changed and the tables are as they were left, they need
//! not be made again.

use std::io::{self, Read};
use std::time::UNIX_EPOCH;

use super::{Folder, Scan, StoreError, TableName, atomic, file};
use crate::sweep::Plan;

/// The most bytes of the file.
const MOST_BYTES: u64 = 1 << 20;

const REMEDY: &str = "delete it: it is made again";

/// Whether the tables of a folder are those of a plan and its parts, as this program wrote them, unaltered.
///
/// It is so where the note that [`note_made`] left says the same of plan, sweep file, parts and program, and
/// the hashes of the tables are those of then.
pub fn are_made(folder: &Folder, plan: &Plan, scan: &Scan) -> bool {
    let noted = file::read(&folder.made(), MOST_BYTES, REMEDY).unwrap_or_default();
    let head = sources(plan, scan);
    // Tables are read only where the rest is right.
    noted.starts_with(head.as_bytes())
        && tables(folder).is_ok_and(|tables| noted == (head + &tables).as_bytes())
}

/// Notes what the tables that stand in a folder were made from. Only for the holder of the folder's lock.
///
/// # Errors
/// Where a table cannot be read, or the note not be written.
pub fn note_made(folder: &Folder, plan: &Plan, scan: &Scan) -> Result<(), StoreError> {
    let tables = tables(folder).map_err(|error| StoreError::io("read", folder.path(), error))?;
    atomic::write(&folder.made(), (sources(plan, scan) + &tables).as_bytes())
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
        let path = folder.table(name);
        let hash = match file::open(&path) {
            Ok(mut table) => {
                let mut hasher = blake3::Hasher::new();
                let mut buffer = vec![0; 1 << 16];
                loop {
                    match table.read(&mut buffer)? {
                        0 => break,
                        count => hasher.update(&buffer[..count]),
                    };
                }
                hasher.finalize().to_hex().to_string()
            }
            Err(error) if error.is_missing() && name.is_optional() => "none".to_owned(),
            Err(error) => return Err(io::Error::other(error)),
        };
        text += &format!("{} {hash}\n", name.file());
    }
    Ok(text)
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
        assert!(!are_made(&folder, &plan, &scan), "no note yet");
        write_tables(&folder, &plan, &scan).unwrap();
        note_made(&folder, &plan, &scan).unwrap();
        assert!(are_made(&folder, &plan, &scan));
        assert!(!are_made(&folder, &fixture::plan(7), &scan), "another plan");

        let table = folder.table(TableName::Bidders);
        let bytes = fs::read(&table).unwrap();
        let mut altered = bytes.clone();
        altered[40] ^= 1;
        fs::write(&table, altered).unwrap();
        assert!(!are_made(&folder, &plan, &scan), "an altered table");
        fs::write(&table, bytes).unwrap();
        assert!(are_made(&folder, &plan, &scan));

        store(&folder, last, 1);
        let scan = Scan::of(&folder, &plan).unwrap();
        assert!(!are_made(&folder, &plan, &scan), "another run");
        fs::remove_file(folder.made()).unwrap();
        assert!(!are_made(&folder, &plan, &scan), "no note");
    }
}
