//! Where the data files of a sweep are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the data files that a sweep file names are found: beside it, or where copies of them are kept.
#[derive(Clone, Debug, Default)]
pub struct DataFiles {
    base: PathBuf,
    kept: BTreeMap<String, PathBuf>,
}

impl DataFiles {
    /// In the working directory.
    pub const HERE: &'static DataFiles = &DataFiles { base: PathBuf::new(), kept: BTreeMap::new() };

    /// Relative to the folder of a sweep file.
    pub fn beside(file: &str) -> Self {
        let base = Path::new(file).parent().unwrap_or(Path::new(""));
        DataFiles { base: base.to_path_buf(), kept: BTreeMap::new() }
    }

    /// The same, but for files that are kept elsewhere, by the path that the sweep file writes.
    pub fn with_kept(self, kept: BTreeMap<String, PathBuf>) -> Self {
        DataFiles { kept, ..self }
    }

    /// Where a file is, by the path that the sweep file writes.
    pub(super) fn path(&self, written: &str) -> PathBuf {
        self.kept.get(written).cloned().unwrap_or_else(|| self.base.join(written))
    }
}
