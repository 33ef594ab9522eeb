//! What a folder is of, and what it took: all that may vary between two executions of one plan.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Folder, RunCounts, SCHEMA, StoreError, atomic, clock, file};
use crate::sweep::{Plan, RESULTS_VERSION};

/// The commit that this build was made from, where the build was told.
pub const GIT_COMMIT: Option<&str> = option_env!("BIDSWEEP_GIT_COMMIT");

const REMEDY: &str = "delete it and run the same sweep again: the finished runs are kept";

/// The most bytes that are read: more than those of the largest sweep.
const MOST_BYTES: u64 = 512 << 20;

/// The manifest of a folder, `manifest.json`. Times are RFC 3339 texts in UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The layout of the files: [`SCHEMA`] of the version that wrote them.
    pub schema: u32,
    /// The sweep's name.
    pub name: String,
    /// The question it answers.
    pub question: Option<String>,
    /// [`RESULTS_VERSION`] of the version that trained the runs.
    pub results_version: u32,
    /// The version of the crate.
    pub version: String,
    /// [`GIT_COMMIT`] of the version that trained the runs.
    pub git_commit: Option<String>,
    /// The hash of the plan.
    pub plan_hash: String,
    /// The root seed.
    pub root: u64,
    /// Whether replicate k sees the same draws in every cell of the same shape.
    pub common: bool,
    /// Overrides from the command line, `key=value`.
    pub set: Vec<String>,
    /// Number of cells of the plan.
    pub cells: u64,
    /// Number of runs of the plan.
    pub runs: u64,
    /// How many of them are there.
    pub counts: RunCounts,
    /// When the first run was started.
    pub started: String,
    /// When the manifest was written.
    pub updated: String,
    /// When the last run was done; null where runs are missing.
    pub finished: Option<String>,
    /// Time spent training, over all executions, in seconds.
    pub elapsed_seconds: f64,
    /// Where the last execution ran.
    pub host: Host,
    /// The data files: the paths that the sweep file writes, and their names in the folder `data`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
    /// The resolved sweep.
    pub sweep: Value,
}

/// The machine of an execution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Threads that trained.
    pub threads: usize,
    /// The instruction set that the hot loop used.
    pub cpu: String,
}

impl Manifest {
    /// The manifest of an execution that starts now, with no run counted yet. Of an `earlier` execution in
    /// the same folder, start and time spent are kept.
    pub fn start(plan: &Plan, host: Host, earlier: Option<&Manifest>) -> Self {
        let now = clock::utc(SystemTime::now());
        Manifest {
            schema: SCHEMA,
            name: plan.name().into(),
            question: plan.question().map(String::from),
            results_version: RESULTS_VERSION,
            version: env!("CARGO_PKG_VERSION").into(),
            git_commit: GIT_COMMIT.map(String::from),
            plan_hash: plan.hash(),
            root: plan.root(),
            common: plan.common(),
            set: plan.set().to_vec(),
            cells: plan.len() as u64,
            runs: plan.runs(),
            counts: RunCounts::default(),
            started: earlier.map_or_else(|| now.clone(), |earlier| earlier.started.clone()),
            updated: now,
            finished: None,
            elapsed_seconds: earlier.map_or(0.0, |earlier| earlier.elapsed_seconds),
            host,
            data: BTreeMap::new(),
            sweep: plan.resolved(),
        }
    }

    /// Notes what is there by now, after `trained` more time.
    pub fn note(&mut self, counts: RunCounts, trained: Duration) {
        let now = clock::utc(SystemTime::now());
        self.counts = counts;
        self.elapsed_seconds += trained.as_secs_f64();
        self.finished = (counts.total() == self.runs).then(|| now.clone());
        self.updated = now;
    }

    /// Reads the manifest of a folder; `None` where there is none.
    ///
    /// # Errors
    /// Where it cannot be read, or is of a layout that this version does not know.
    pub fn read(folder: &Folder) -> Result<Option<Self>, StoreError> {
        let path = folder.manifest();
        let bytes = match file::read(&path, MOST_BYTES, REMEDY) {
            Err(error) if error.is_missing() => return Ok(None),
            bytes => bytes?,
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| StoreError::Damaged {
            reason: match schema_of(&bytes) {
                Some(schema) if schema != u64::from(SCHEMA) => {
                    format!("it has schema {schema}, and this version reads schema {SCHEMA}")
                }
                _ => error.to_string(),
            },
            path,
            remedy: REMEDY,
        })
    }

    /// Writes the manifest of a folder.
    ///
    /// # Errors
    /// Where it cannot be written; the one before then stands.
    pub fn write(&self, folder: &Folder) -> Result<(), StoreError> {
        atomic::write(&folder.manifest(), self.text().as_bytes())
    }

    /// As [`Manifest::write`] where the folder has no manifest; whether it was so. Of several who try, one
    /// succeeds.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write_first(&self, folder: &Folder) -> Result<bool, StoreError> {
        atomic::write_first(&folder.manifest(), self.text().as_bytes())
    }

    fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("texts, numbers and lists become JSON");
        text.push('\n');
        text
    }

    /// Why the runs of a plan cannot join those of this folder, and what to do; `None` where they can.
    pub fn conflict(&self, plan: &Plan) -> Option<String> {
        let texts = |here: &dyn ToString, wanted: &dyn ToString| (here.to_string(), wanted.to_string());
        let pairs = [
            ("schema", texts(&self.schema, &SCHEMA)),
            ("results version", texts(&self.results_version, &RESULTS_VERSION)),
            ("root seed", texts(&self.root, &plan.root())),
            ("common", texts(&self.common, &plan.common())),
        ];
        let (what, (here, wanted)) = pairs.into_iter().find(|(_, (here, wanted))| here != wanted)?;
        Some(format!(
            "the folder holds runs of {what} {here}, not {wanted}: run the sweep under another name, or with \
             another folder as --out of `bidsweep run`"
        ))
    }
}

fn schema_of(json: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Value>(json).ok()?.get("schema")?.as_u64()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::fixture;

    fn host() -> Host {
        Host { name: "h".into(), threads: 2, cpu: "avx2".into() }
    }

    #[test]
    fn a_manifest_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        assert_eq!(Manifest::read(&folder).unwrap(), None);
        let mut manifest = Manifest::start(&fixture::plan(2), host(), None);
        manifest.note(RunCounts { ok: 1, diverged: 0, failed: 2 }, Duration::from_millis(1500));
        manifest.write(&folder).unwrap();
        assert_eq!(Manifest::read(&folder).unwrap(), Some(manifest));
    }

    #[test]
    fn an_execution_continues_an_earlier_one_and_ends_when_nothing_is_missing() {
        let plan = fixture::plan(2);
        let mut first = Manifest::start(&plan, host(), None);
        first.started = "2026-01-01T00:00:00Z".into();
        first.note(RunCounts::default(), Duration::from_secs(2));
        assert_eq!(first.finished, None);
        let mut second = Manifest::start(&plan, host(), Some(&first));
        second.note(RunCounts { ok: plan.runs() - 1, diverged: 0, failed: 1 }, Duration::from_secs(3));
        assert_eq!((second.started, second.elapsed_seconds), (first.started, 5.0));
        assert_eq!(second.finished, Some(second.updated));
    }

    #[test]
    fn runs_of_other_draws_do_not_join() {
        let plan = fixture::plan(2);
        let manifest = Manifest::start(&plan, host(), None);
        assert_eq!(manifest.conflict(&plan), None);
        let advice = ": run the sweep under another name, or with another folder as --out of `bidsweep run`";
        for (other, what) in [
            (Manifest { root: 7, ..manifest.clone() }, format!("root seed 7, not {}", plan.root())),
            (Manifest { common: !plan.common(), ..manifest.clone() }, "common false, not true".into()),
            (Manifest { schema: 0, ..manifest.clone() }, format!("schema 0, not {SCHEMA}")),
            (
                Manifest { results_version: 0, ..manifest.clone() },
                format!("results version 0, not {RESULTS_VERSION}"),
            ),
        ] {
            assert_eq!(other.conflict(&plan), Some(format!("the folder holds runs of {what}{advice}")));
        }
    }

    #[test]
    fn a_manifest_that_cannot_be_read_says_why() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        for (text, reason) in [
            ("{\"schema\": 99}", "it has schema 99, and this version reads schema"),
            ("{", "EOF while parsing"),
        ] {
            fs::write(folder.manifest(), text).unwrap();
            let error = Manifest::read(&folder).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("; delete it and run"), "{error}");
        }
    }
}
