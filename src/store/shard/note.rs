//! What a shard says of itself, in a file that is its heartbeat too.

use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::Shard;
use crate::store::heartbeat::{self, Heartbeat};
use crate::store::part::part_paths;
use crate::store::process::Process;
use crate::store::{Folder, Host, RunCounts, StoreError, atomic, clock, file};
use crate::sweep::{Plan, RESULTS_VERSION};

/// The most bytes of a note.
const MOST_BYTES: u64 = 64 << 20;

const REMEDY: &str = "delete it: the shard writes another when it is run again";

/// A shard as its last process told: `shards/07-of-64.json`. Times are RFC 3339 texts in UTC by the clock of
/// that process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShardNote {
    /// The shard.
    pub shard: Shard,
    /// The hash of the plan that it is a shard of.
    pub plan_hash: String,
    /// [`RESULTS_VERSION`] of the version that trains.
    pub results_version: u32,
    /// The version of the crate.
    pub version: String,
    /// The process.
    #[serde(flatten)]
    pub process: Process,
    /// Threads that train.
    pub threads: usize,
    /// The instruction set that the hot loop uses.
    pub cpu: String,
    /// When the process began.
    pub started: String,
    /// The last sign of life.
    pub updated: String,
    /// Whether the process was at work then.
    pub running: bool,
    /// Number of runs of the shard.
    pub runs: u64,
    /// How many of them are there: by the end of the process, or before its start while it is at work.
    pub counts: RunCounts,
    /// Time spent training, over all processes, in seconds.
    pub elapsed_seconds: f64,
    /// Processes of the shard, one after the other, that a time limit ended before any run was done.
    pub fruitless: u32,
    /// The names of the parts, once the process has ended.
    pub parts: Vec<String>,
}

impl ShardNote {
    /// The note of a process that starts now, with `counts` of its `runs` done before. Of an `earlier` one of
    /// the same shard the time spent is kept.
    pub fn start(plan: &Plan, shard: Shard, host: &Host, earlier: Option<&ShardNote>) -> Self {
        let now = clock::utc(SystemTime::now());
        let earlier = earlier.filter(|earlier| earlier.plan_hash == plan.hash());
        ShardNote {
            shard,
            plan_hash: plan.hash(),
            results_version: RESULTS_VERSION,
            version: env!("CARGO_PKG_VERSION").into(),
            process: Process::on(&host.name),
            threads: host.threads,
            cpu: host.cpu.clone(),
            started: now.clone(),
            updated: now,
            running: true,
            runs: 0,
            counts: RunCounts::default(),
            elapsed_seconds: earlier.map_or(0.0, |earlier| earlier.elapsed_seconds),
            fruitless: earlier.map_or(0, |earlier| earlier.fruitless),
            parts: Vec::new(),
        }
    }

    /// Writes the note, and again and again until the heartbeat is dropped.
    ///
    /// # Errors
    /// Where it cannot be written the first time.
    pub fn beat(&self, folder: &Folder) -> Result<Heartbeat, StoreError> {
        self.write(folder)?;
        let (mut note, folder) = (self.clone(), folder.clone());
        Ok(Heartbeat::start(move || {
            note.updated = clock::utc(SystemTime::now());
            note.write(&folder)
        }))
    }

    /// Notes the end of the process: what is there by now, after `trained` more time. It was `fruitless`
    /// where a time limit ended it before any run was done.
    ///
    /// # Errors
    /// Where the names of the parts cannot be read, or the note not be written.
    pub fn end(
        mut self,
        folder: &Folder,
        counts: RunCounts,
        trained: Duration,
        fruitless: bool,
    ) -> Result<Self, StoreError> {
        let parts = part_paths(&folder.shard_parts(self.shard))?;
        let names = parts.iter().filter_map(|path| path.file_name()?.to_str());
        self.parts = names.map(str::to_owned).collect();
        self.counts = counts;
        self.elapsed_seconds += trained.as_secs_f64();
        self.fruitless = if fruitless { self.fruitless + 1 } else { 0 };
        self.running = false;
        self.updated = clock::utc(SystemTime::now());
        self.write(folder)?;
        Ok(self)
    }

    /// Reads the note of a shard; `None` where there is none.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(folder: &Folder, shard: Shard) -> Result<Option<Self>, StoreError> {
        let path = folder.shard_note(shard);
        let bytes = match file::read(&path, MOST_BYTES, REMEDY) {
            Err(error) if error.is_missing() => return Ok(None),
            bytes => bytes?,
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| StoreError::Damaged {
            reason: error.to_string(),
            path,
            remedy: REMEDY,
        })
    }

    fn write(&self, folder: &Folder) -> Result<(), StoreError> {
        let mut text = serde_json::to_string_pretty(self).expect("texts, numbers and lists become JSON");
        text.push('\n');
        atomic::write(&folder.shard_note(self.shard), text.as_bytes())
    }

    /// Whether its process may be at work: it has not said that it ended, is not known to be gone, and has
    /// given a sign of life lately.
    pub fn may_be_alive(&self, folder: &Folder, host: &str) -> bool {
        self.running && !self.process.is_gone(host) && heartbeat::beats(&folder.shard_note(self.shard))
    }

    /// Who it is of, and since when: for messages.
    pub fn holder(&self) -> String {
        format!("shard {}, {}, seen at {}", self.shard, self.process, self.updated)
    }
}

/// The notes of a folder, sorted by shard; those that cannot be read are left out: their shards write others.
///
/// # Errors
/// Where the folder cannot be read.
pub fn shard_notes(folder: &Folder) -> Result<Vec<ShardNote>, StoreError> {
    let paths = match atomic::files(&folder.shards()) {
        Err(error) if error.is_missing() => Vec::new(),
        paths => paths?,
    };
    let shard = |path: &Path| Shard::of_stem(path.file_name()?.to_str()?.strip_suffix(".json")?);
    let shards = paths.iter().filter_map(|path| shard(path));
    let mut notes: Vec<_> =
        shards.filter_map(|shard| ShardNote::read(folder, shard).ok().flatten()).collect();
    notes.sort_by_key(|note| note.shard);
    Ok(notes)
}
