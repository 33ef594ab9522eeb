//! The layout of a sweep's output folder.

use std::path::{Path, PathBuf};

use super::{Shard, StoreError, atomic};

/// The output folder of a sweep: where each of its files is. Making one touches no disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

/// A table of the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableName {
    /// One row a cell.
    Cells,
    /// One row a cell and bidder.
    CellBidders,
    /// One row a cell, bidder or run, and measure.
    Summaries,
    /// One row a run.
    Runs,
    /// One row a run and bidder.
    Bidders,
    /// One row a run, recorded epoch and bidder.
    Trajectories,
    /// One row a cell, bidder and value.
    BidFunctions,
    /// One row a cell, bidder and arm.
    Mixtures,
    /// One row a cell, bidder or run, and measure that is compared with a baseline.
    Contrasts,
}

impl TableName {
    /// Every table.
    pub const ALL: [TableName; 9] = [
        TableName::Cells,
        TableName::CellBidders,
        TableName::Summaries,
        TableName::Runs,
        TableName::Bidders,
        TableName::Trajectories,
        TableName::BidFunctions,
        TableName::Mixtures,
        TableName::Contrasts,
    ];

    /// Whether the folder has the file only where it has rows: what a sweep need not ask for.
    pub const fn is_optional(self) -> bool {
        matches!(
            self,
            TableName::Trajectories | TableName::BidFunctions | TableName::Mixtures | TableName::Contrasts
        )
    }

    /// The name of the file.
    pub const fn file(self) -> &'static str {
        match self {
            TableName::Cells => "cells.parquet",
            TableName::CellBidders => "cell_bidders.parquet",
            TableName::Summaries => "summaries.parquet",
            TableName::Runs => "runs.parquet",
            TableName::Bidders => "bidders.parquet",
            TableName::Trajectories => "trajectories.parquet",
            TableName::BidFunctions => "bid_functions.parquet",
            TableName::Mixtures => "mixtures.parquet",
            TableName::Contrasts => "contrasts.parquet",
        }
    }
}

impl Folder {
    /// The folder at a path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Folder { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the parts are, but those of shards.
    pub fn parts(&self) -> PathBuf {
        self.path.join("parts")
    }

    /// Where the parts of a shard are.
    pub fn shard_parts(&self, shard: Shard) -> PathBuf {
        self.parts().join(shard.stem())
    }

    /// Where shards say how they stand.
    pub(crate) fn shards(&self) -> PathBuf {
        self.path.join("shards")
    }

    /// What a shard says of itself.
    pub(crate) fn shard_note(&self, shard: Shard) -> PathBuf {
        self.shards().join(format!("{}.json", shard.stem()))
    }

    /// The file that a shard's process locks.
    pub(crate) fn shard_lock(&self, shard: Shard) -> PathBuf {
        self.shards().join(format!("{}.lock", shard.stem()))
    }

    /// Where the names of sound parts are noted.
    pub(crate) fn sound_parts(&self) -> PathBuf {
        self.path.join(".sound")
    }

    /// Where the names of sound parts of a shard are noted.
    pub(crate) fn sound_shard_parts(&self, shard: Shard) -> PathBuf {
        self.shards().join(format!("{}.sound", shard.stem()))
    }

    /// Where it is noted what the tables were made from.
    pub(crate) fn made(&self) -> PathBuf {
        self.path.join(".made")
    }

    /// Where a table is.
    pub fn table(&self, name: TableName) -> PathBuf {
        self.path.join(name.file())
    }

    /// Where the manifest is.
    pub fn manifest(&self) -> PathBuf {
        self.path.join("manifest.json")
    }

    /// Where the sweep file is kept as given.
    pub fn sweep(&self) -> PathBuf {
        self.path.join("sweep.toml")
    }

    /// Keeps the text of the sweep file.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write_sweep(&self, text: &str) -> Result<(), StoreError> {
        atomic::write(&self.sweep(), text.as_bytes())
    }

    /// Where the data files are kept that the sweep file names.
    pub fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// Where the report is.
    pub fn report(&self) -> PathBuf {
        self.path.join("report")
    }

    /// Where it is kept what the sweep says along its axes.
    pub fn findings(&self) -> PathBuf {
        self.path.join("findings.json")
    }

    /// Keeps what the sweep says along its axes, as JSON.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write_findings(&self, json: &str) -> Result<(), StoreError> {
        atomic::write(&self.findings(), json.as_bytes())
    }
}
