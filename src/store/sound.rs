//! The parts that were found sound once: looking at every number of every part again would take long, and a
//! part's name is the hash of its bytes.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Folder, StoreError, atomic, file};
use crate::sweep::Plan;

/// The most bytes of the file.
const MOST_BYTES: u64 = 64 << 20;

const REMEDY: &str = "delete it: it is made again";

/// Names of parts whose runs can be those of a plan.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SoundParts(BTreeSet<String>);

impl SoundParts {
    /// Those that were noted for a plan; none where the file is missing, unreadable or of another plan.
    pub(super) fn read(folder: &Folder, plan: &Plan) -> Self {
        let bytes = file::read(&folder.sound_parts(), MOST_BYTES, REMEDY).unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        let mut lines = text.lines();
        match lines.next() {
            Some(head) if head == head_of(plan) => SoundParts(lines.map(str::to_owned).collect()),
            _ => SoundParts::default(),
        }
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

    /// Notes them in the place of those before. Only for the holder of the folder's lock.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(super) fn write(&self, folder: &Folder, plan: &Plan) -> Result<(), StoreError> {
        let lines = [head_of(plan)].into_iter().chain(self.0.iter().cloned());
        let text: String = lines.map(|line| line + "\n").collect();
        atomic::write(&folder.sound_parts(), text.as_bytes())
    }
}

/// What the parts were held against.
fn head_of(plan: &Plan) -> String {
    format!("sound for plan {} by {}", plan.hash(), env!("CARGO_PKG_VERSION"))
}
