//! The parts that were found sound once: looking at every byte and number of every part again would take
//! long. A part whose length and time of change are those of then is taken for the one that it was; its bytes
//! are held against its name again wherever its numbers are read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{Folder, StoreError, atomic, file};
use crate::sweep::Plan;

/// The most bytes of the file.
const MOST_BYTES: u64 = 64 << 20;

const REMEDY: &str = "delete it: it is made again";

/// Names of parts whose runs can be those of a plan, with what their files were like.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SoundParts(BTreeMap<String, String>);

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
                let named = lines.filter_map(|line| line.split_once(' '));
                sound.0.extend(named.map(|(name, file)| (name.to_owned(), file.to_owned())));
            }
        }
        sound
    }

    pub(super) fn has(&self, part: &Path) -> bool {
        described(part).is_some_and(|(name, file)| self.0.get(&name) == Some(&file))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn insert(&mut self, part: &Path) {
        self.0.extend(described(part));
    }

    /// Notes them in a file, in the place of those before. Only for the holder of the lock.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(super) fn write(&self, path: &Path, plan: &Plan) -> Result<(), StoreError> {
        let parts = self.0.iter().map(|(name, file)| format!("{name} {file}"));
        let lines = [head_of(plan)].into_iter().chain(parts);
        let text: String = lines.map(|line| line + "\n").collect();
        atomic::write(path, text.as_bytes())
    }
}

/// The name of a part, and its length in bytes and time of change in nanoseconds.
fn described(part: &Path) -> Option<(String, String)> {
    let metadata = part.symlink_metadata().ok()?;
    let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some((part.file_name()?.to_str()?.to_owned(), format!("{} {changed}", metadata.len())))
}

/// What the parts were held against.
fn head_of(plan: &Plan) -> String {
    format!("sound for plan {} by {}", plan.hash(), env!("CARGO_PKG_VERSION"))
}
