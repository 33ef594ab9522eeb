//! The data files of a sweep, kept in its folder by their contents: so the folder answers for itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::atomic::AtomicFile;
use super::{Folder, Manifest, StoreError, file};
use crate::data::{Links, irregular, open_regular};
use crate::sweep::Plan;

const REMEDY: &str = "run the same sweep again: it is kept anew";

/// The names that the data files of a plan have where they are kept, by the paths that its sweep file writes:
/// the hash of their bytes.
///
/// # Errors
/// Where one cannot be read.
pub fn data_names(plan: &Plan) -> Result<BTreeMap<String, String>, StoreError> {
    let named = |(written, path): (&String, &PathBuf)| {
        let bytes = open_regular(path, Links::Followed).map_err(|unopened| file::told(path, unopened))?;
        let hash = hash_of(&bytes).map_err(|e| StoreError::io("read", path, e))?;
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        Ok((written.clone(), format!("{hash}.{}", ending.to_ascii_lowercase())))
    };
    plan.data_files().iter().map(named).collect()
}

/// Copies the data files of a plan into its folder, under these names; those that are there stay.
///
/// # Errors
/// Where one cannot be read or written, or has changed since it was named.
pub fn keep_data(folder: &Folder, plan: &Plan, names: &BTreeMap<String, String>) -> Result<(), StoreError> {
    for (written, path) in plan.data_files() {
        let Some(name) = names.get(written) else { continue };
        let target = folder.data().join(name);
        if is_whole(&target) {
            continue;
        }
        std::fs::create_dir_all(folder.data())
            .and_then(|()| file::sync_folder_of(&folder.data()))
            .map_err(|e| StoreError::io("create", &folder.data(), e))?;
        file::clear(&target)?;
        let source = open_regular(path, Links::Followed).map_err(|unopened| file::told(path, unopened))?;
        let mut copy = AtomicFile::create(&target)?;
        let hash = copied(source, &mut copy).map_err(|e| StoreError::io("write", &target, e))?;
        if !name.starts_with(&hash) {
            let (path, reason) = (path.clone(), "it changed while it was read".to_owned());
            return Err(StoreError::Damaged { path, reason, remedy: "run the sweep again once it stays" });
        }
        copy.commit()?;
    }
    Ok(())
}

/// Where the data files are that a folder keeps, by the paths that its sweep file writes.
///
/// # Errors
/// Where one is missing or altered.
pub fn kept_data(folder: &Folder, manifest: &Manifest) -> Result<BTreeMap<String, PathBuf>, StoreError> {
    let kept = |(written, name): (&String, &String)| {
        let path = folder.data().join(name);
        let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.') && !name.starts_with('.');
        if !is_name || !is_whole(&path) {
            let reason = format!("it is not the data file {written} that the sweep was trained with");
            return Err(StoreError::Damaged { path, reason, remedy: REMEDY });
        }
        Ok((written.clone(), path))
    };
    manifest.data.iter().map(kept).collect()
}

/// Whether a file is there whose bytes hash to its name.
fn is_whole(path: &Path) -> bool {
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    irregular(path).is_none()
        && file::open(path).is_ok_and(|bytes| hash_of(&bytes).is_ok_and(|hash| hash == name))
}

fn hash_of(bytes: &File) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(bytes)?;
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}

/// Copies all bytes; their hash.
fn copied(mut from: impl Read, to: &mut impl Write) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize().to_hex()[..32].to_owned()),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
