//! The folder that a verb is pointed at, and the plan that it holds.

use std::path::Path;

use super::{Console, Failure};
use crate::store::{Folder, Manifest, TableName, kept_data, read_sweep};
use crate::sweep::{DataFiles, Plan};

/// An output folder of an earlier run.
pub(super) struct Target {
    pub(super) folder: Folder,
    pub(super) plan: Plan,
    pub(super) manifest: Manifest,
}

impl Target {
    /// Opens the folder of a sweep.
    pub(super) fn open(dir: &Path, console: &Console) -> Result<Self, Failure> {
        if dir.is_file() {
            return Err(Failure::Usage(format!(
                "{} is a file: give the folder that `bidsweep run` made, such as out/week4",
                dir.display()
            )));
        }
        let folder = Folder::new(dir);
        let Some(manifest) = Manifest::read(&folder)? else {
            return Err(Failure::Usage(format!(
                "{} is not the folder of a sweep: it has no manifest.json; give the folder that `bidsweep run` \
                 made, such as out/week4",
                dir.display()
            )));
        };
        let (text, found) = read_sweep(&folder).map_err(|error| match error {
            error if error.is_missing() => Failure::Refused(format!(
                "{} is missing, and no table has its text: run the sweep again from its own file, and the finished \
                 runs are kept",
                folder.sweep().display()
            )),
            error => error.into(),
        })?;
        if found != folder.sweep() {
            console.warn(format_args!(
                "warning: {} cannot be read: its text is taken from {}",
                folder.sweep().display(),
                found.display()
            ));
        }
        let file = folder.sweep().display().to_string();
        let files = DataFiles::beside(&file).with_kept(kept_data(&folder, &manifest)?);
        let plan = Plan::parse_with(&text, &file, &manifest.set, &files)?;
        if let Some(conflict) = manifest.conflict(&plan) {
            return Err(Failure::Refused(format!("{}: {conflict}", dir.display())));
        }
        if plan.hash() != manifest.plan_hash {
            return Err(Failure::Refused(format!(
                "{0}: sweep.toml and manifest.json are of different plans, {1} and {2}: run the sweep again with \
                 `bidsweep run`",
                dir.display(),
                plan.hash(),
                manifest.plan_hash
            )));
        }
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
