//! The folder that a verb is pointed at, and the plan that it holds.

use std::path::Path;

use super::{Console, Failure};
use crate::execute::{Opened, open};
use crate::store::{Folder, Manifest, TableName};
use crate::sweep::Plan;

/// An output folder of an earlier run.
pub(super) struct Target {
    pub(super) folder: Folder,
    pub(super) plan: Plan,
    pub(super) manifest: Manifest,
}

impl Target {
    /// Opens the folder of a sweep.
    pub(super) fn open(dir: &Path, console: &Console) -> Result<Self, Failure> {
        let Opened { folder, plan, manifest } = open(dir, console)?;
        console.detail(format_args!("{}: plan {}", dir.display(), plan.hash()));
        Ok(Target { folder, plan, manifest })
    }

    /// Opens the folder of a sweep whose tables are wanted.
    pub(super) fn with_tables(dir: &Path, console: &Console) -> Result<Self, Failure> {
        let target = Target::open(dir, console)?;
        let is_there = |name: &TableName| target.folder.table(*name).symlink_metadata().is_ok();
        if !TableName::ALL.iter().any(is_there) {
            return Err(Failure::Refused(format!(
                "{} has no tables yet: they are written once no run is missing; `bidsweep run FILE` finishes the \
                 sweep, `bidsweep merge DIR` joins its shards, and `run` with --limit 0 --tables always writes tables of the runs that are there",
                dir.display()
            )));
        }
        Ok(target)
    }
}
