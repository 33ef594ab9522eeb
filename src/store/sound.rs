//! The parts that were found sound once: looking at every number of every part again would take long, and a
//! part's name is the hash of its bytes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Folder, StoreError, atomic, file};
use crate::sweep::Plan;

/// The most bytes of the file.
const MOST_BYTES: u64 = 64 << 20;

const REMEDY: &str = "delete it: it is made again";

/// Names of parts whose runs can be those of a plan.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SoundParts(BTreeSet<String>);

impl SoundParts {
    /// The files of a folder that note them: that of the whole, and those of its shards.
    pub(super) fn all_files(folder: &Folder) -> Vec<PathBuf> {
        let mut files = atomic::files(&folder.shards()).unwrap_or_default();
        files.retain(|path| path.extension().is_some_and(|ending| ending == "sound"));
        files.push(folder.sound_parts());
        files
    }

    /// Those that files note for a plan; none where a file is missing, unreadable or of another plan.
    pub(super) fn read(files: impl IntoIterator<Item = PathBuf>, plan: &Plan) -> Self {
        let mut sound = SoundParts::default();
        for path in files {
            let bytes = file::read(&path, MOST_BYTES, REMEDY).unwrap_or_default();
            let text = String::from_utf8(bytes).unwrap_or_default();
            let mut lines = text.lines();
            if lines.next().is_some_and(|head| head == head_of(plan)) {
                sound.0.extend(lines.map(str::to_owned));
            }
        }
        sound
    }

    pub(super) fn has(&self, part: &Path) -> bool {
        part.file_name().and_then(|name| name.to_str()).is_some_and(|name| self.0.contains(name))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn insert(&mut self, part: &Path) {
        self.0.extend(part.file_name().and_then(|name| name.to_str()).map(str::to_owned));
    }

    /// Notes them in a file, in the place of those before. Only for the holder of the lock.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(super) fn write(&self, path: &Path, plan: &Plan) -> Result<(), StoreError> {
        let lines = [head_of(plan)].into_iter().chain(self.0.iter().cloned());
        let text: String = lines.map(|line| line + "\n").collect();
        atomic::write(path, text.as_bytes())
    }
}

/// What the parts were held against.
fn head_of(plan: &Plan) -> String {
    format!("sound for plan {} by {}", plan.hash(), env!("CARGO_PKG_VERSION"))
}
