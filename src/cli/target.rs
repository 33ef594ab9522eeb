//! The folder that a verb is pointed at, and the plan that it holds.

use std::path::Path;

use super::{Console, Failure};
use crate::store::{Folder, Manifest};
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
        if !folder.sweep().exists() {
            return Err(Failure::Refused(format!(
                "{} is missing: run the sweep again with `bidsweep run`",
                folder.sweep().display()
            )));
        }
        let plan = Plan::load(&folder.sweep(), &manifest.set)?;
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
}
