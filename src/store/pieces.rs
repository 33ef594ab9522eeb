//! A table of very many rows: a folder of files that follow each other, where a smaller one is a file.

use std::fs;
use std::path::{Path, PathBuf};

/// What the name of each file ends with.
const ENDING: &str = ".parquet";

/// The fewest digits of a name: names of up to a million files sort as their numbers do.
const DIGITS: usize = 6;

/// The name of the file that has so many before it.
pub(crate) fn piece_name(place: usize) -> String {
    format!("{place:0DIGITS$}{ENDING}")
}

/// What the names of files begin with that NFS keeps for their readers after they were removed.
const KEPT_FOR_READERS: &str = ".nfs";

/// The files of a table that is a folder, in order. None where that is no folder of such files, all of them
/// and nothing else.
pub(crate) fn pieces(path: &Path) -> Option<Vec<PathBuf>> {
    // A link is no folder of ours.
    if !path.symlink_metadata().ok()?.is_dir() {
        return None;
    }
    let mut count = 0;
    for entry in fs::read_dir(path).ok()? {
        let entry = entry.ok()?;
        if !entry.file_type().ok()?.is_file() {
            return None;
        }
        if !entry.file_name().as_encoded_bytes().starts_with(KEPT_FOR_READERS.as_bytes()) {
            count += 1;
        }
    }
    let pieces: Vec<PathBuf> = (0..count).map(|place| path.join(piece_name(place))).collect();
    (count > 0 && pieces.iter().all(|piece| piece.is_file())).then_some(pieces)
}

/// The files that a table consists of: itself, or those of its folder.
pub(crate) fn table_files(path: &Path) -> Vec<PathBuf> {
    pieces(path).unwrap_or_else(|| vec![path.to_path_buf()])
}

/// Whether a folder has nothing but such files, whole or half-written.
pub(crate) fn has_pieces_alone(path: &Path) -> bool {
    let is_piece = |name: &str| {
        let name = name.strip_prefix('.').unwrap_or(name);
        let digits = name.bytes().take_while(u8::is_ascii_digit).count();
        (digits >= DIGITS && name[digits..].starts_with(ENDING)) || name.starts_with(&KEPT_FOR_READERS[1..])
    };
    fs::read_dir(path).is_ok_and(|mut entries| {
        entries.all(|entry| {
            entry.is_ok_and(|entry| {
                entry.file_type().is_ok_and(|kind| kind.is_file())
                    && entry.file_name().to_str().is_some_and(is_piece)
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_all_there_or_none() {
        let dir = tempfile::tempdir().unwrap();
        let table = dir.path().join("runs.parquet");
        assert_eq!(pieces(&table), None, "nothing is there");
        fs::create_dir(&table).unwrap();
        assert_eq!(pieces(&table), None, "an empty folder");
        let paths = [0, 1, 2].map(|place| table.join(piece_name(place)));
        paths.iter().for_each(|path| fs::write(path, "").unwrap());
        assert_eq!(pieces(&table), Some(paths.to_vec()));
        assert_eq!(table_files(&table), paths);
        assert!(has_pieces_alone(&table));
        fs::write(table.join(".000003.parquet.here-7-0.tmp"), "").unwrap();
        assert!(has_pieces_alone(&table), "half-written");
        assert_eq!(pieces(&table), None, "half-written");
        fs::write(table.join(".nfs0000000001"), "").unwrap();
        assert!(has_pieces_alone(&table), "and kept for a reader");
        fs::remove_file(table.join(".000003.parquet.here-7-0.tmp")).unwrap();
        assert_eq!(pieces(&table), Some(paths.to_vec()), "what is kept for a reader is no piece");
        fs::write(table.join("notes.txt"), "").unwrap();
        assert!(pieces(&table).is_none() && !has_pieces_alone(&table), "a stranger");
        fs::remove_file(table.join("notes.txt")).unwrap();
        fs::remove_file(&paths[1]).unwrap();
        assert_eq!(pieces(&table), None, "a gap");
        assert_eq!(table_files(&table), [table]);
    }
}
