//! The parts of several folders in one.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::atomic::AtomicFile;
use super::scan::all_part_paths;
use super::{Folder, Scan, StoreError, file, heartbeat, shard_notes};
use crate::sweep::Plan;

/// Gives a folder the parts that a scan of others found: each by a second name of the same file where the
/// system can do that, or else by a copy. Parts that are there stay. Only for the holder of the folder's
/// lock.
///
/// # Errors
/// Where a part cannot be read or written.
pub fn gather_parts(folder: &Folder, scan: &Scan) -> Result<(), StoreError> {
    let there = all_part_paths(folder)?;
    let there: BTreeSet<_> = there.iter().filter_map(|path| path.file_name()).collect();
    for part in scan.parts() {
        let Some(name) = part.path.file_name().filter(|name| !there.contains(name)) else { continue };
        let target = folder.parts().join(name);
        match fs::hard_link(&part.path, &target) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => copy(&part.path, &target)?,
            _ => {}
        }
    }
    let parts = folder.parts();
    file::sync_folder_of(&parts.join("part")).map_err(|e| StoreError::io("write", &parts, e))
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let mut source = file::open(from)?;
    let mut copy = AtomicFile::create(to)?;
    io::copy(&mut source, &mut copy).map_err(|e| StoreError::io("write", to, e))?;
    copy.commit()
}

/// The names of parts that shards of a plan have lately said that they have written, and that are not seen:
/// on a network file system what one machine writes may take a minute to be seen on another.
///
/// # Errors
/// Where the folder cannot be read.
pub fn unseen_parts(folder: &Folder, plan: &Plan) -> Result<Vec<String>, StoreError> {
    let notes = shard_notes(folder)?;
    // After the notes, so that what they name may be there.
    let there = all_part_paths(folder)?;
    let there: BTreeSet<_> = there.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    let own = notes.into_iter().filter(|note| note.plan_hash == plan.hash());
    // What was written before then is gone.
    let own = own.filter(|note| heartbeat::beats(&folder.shard_note(note.shard)));
    Ok(own.flat_map(|note| note.parts).filter(|part| !there.contains(part.as_str())).collect())
}
