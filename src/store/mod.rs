//! What a sweep leaves on disk: parts, tables and the manifest, in one folder.
//!
//! A finished run is pushed to a [`PartWriter`], and is safe once a part is flushed. [`Scan`] checks the
//! parts and says which runs of a plan are there. [`write_tables`] joins plan and parts into the tables,
//! whose bytes are a function of the plan and the results only: not of how the runs were divided into parts,
//! nor of when or where they ran.
//!
//! Memory does not grow with the runs, nor with how fast they come, but for a bit or two each in a [`Scan`]
//! and for the tables' footers, under a byte a row: runs are held by parts and by windows of the plan, both
//! bounded by bytes, and of the parts only so many are in memory at a time as their bytes allow.

mod atomic;
mod batch;
mod bits;
mod bytes;
mod clock;
mod compact;
mod cost;
mod error;
mod file;
mod folder;
mod heartbeat;
mod host;
mod join;
mod kept;
mod key;
mod lock;
mod made;
mod manifest;
mod part;
mod pieces;
mod place;
mod process;
mod prune;
mod row_group;
mod scan;
mod shard;
mod sound;
mod stream;
mod sweep_text;
mod table;
mod together;
mod window;

#[cfg(test)]
mod fixture;

pub use atomic::replace_file;
pub use bytes::row_bytes;
pub use clock::utc;
pub use compact::{TidyWriter, compact};
pub use cost::{EMPTY_TABLES, PARTS, TABLES, trajectories};
pub use error::StoreError;
pub use file::PutAside;
pub use folder::{Folder, TableName};
pub use heartbeat::Heartbeat;
pub use host::host_name;
pub use join::{gather_parts, unseen_parts};
pub use kept::{data_names, keep_data, kept_data};
pub use key::{MeasureKey, MeasureKeys, NotAMeasureKey, RunKey};
pub use lock::{Lock, live_shards};
pub use made::{Made, made, note_report, note_tables};
pub use manifest::{GIT_COMMIT, Host, Manifest};
pub use part::PartWriter;
pub(crate) use pieces::table_files;
pub use process::Process;
pub use prune::prune;
pub use scan::{DamagedPart, RunCounts, Scan};
pub use shard::{NotAShard, Shard, ShardNote, shard_notes};
pub use stream::{ArrowStream, stream_of};
pub use sweep_text::read_sweep;
pub(crate) use table::mean_name;
pub use table::{Contrast, Row, Rows, Table, TableColumn, table_columns, write_contrasts, write_tables};
pub use window::{AwaitingRuns, stored_runs};

/// The layout of parts, tables and manifest; raised when a file of an older layout can no longer be read.
pub const SCHEMA: u32 = 2;
