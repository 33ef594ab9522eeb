//! The folder of an earlier training, and the plan that it holds.

use std::path::Path;

use super::{ExecuteError, Listener};
use crate::store::{Folder, Manifest, kept_data, read_sweep};
use crate::sweep::{DataFiles, Plan};

/// A folder of an earlier training.
#[derive(Debug)]
pub struct Opened {
    /// The folder.
    pub folder: Folder,
    /// The plan that it keeps.
    pub plan: Plan,
    /// What it says of the training.
    pub manifest: Manifest,
}

/// Opens the folder of a sweep.
///
/// # Errors
/// Where it is none, or holds a plan that this version cannot read.
pub fn open(dir: &Path, listener: &dyn Listener) -> Result<Opened, ExecuteError> {
    if dir.is_file() {
        return Err(ExecuteError::NoSweep(format!(
            "{} is a file: give the folder that `bidsweep run` made, such as out/week4",
            dir.display()
        )));
    }
    let folder = Folder::new(dir);
    let Some(manifest) = Manifest::read(&folder)? else {
        return Err(ExecuteError::NoSweep(format!(
            "{} is not the folder of a sweep: it has no manifest.json; give the folder that `bidsweep run` \
             made, such as out/week4",
            dir.display()
        )));
    };
    let (text, found) = read_sweep(&folder).map_err(|error| match error {
        error if error.is_missing() => ExecuteError::Refused(format!(
            "{} is missing, and no table has its text: run the sweep again from its own file, and the finished \
             runs are kept",
            folder.sweep().display()
        )),
        error => error.into(),
    })?;
    if found != folder.sweep() {
        listener.warn(&format!(
            "warning: {} cannot be read: its text is taken from {}",
            folder.sweep().display(),
            found.display()
        ));
    }
    let file = folder.sweep().display().to_string();
    let files = DataFiles::beside(&file).with_kept(kept_data(&folder, &manifest)?);
    let plan = Plan::parse_with(&text, &file, &manifest.set, &files)?;
    if let Some(conflict) = manifest.conflict(&plan) {
        return Err(ExecuteError::Refused(format!("{}: {conflict}", dir.display())));
    }
    if plan.hash() != manifest.plan_hash {
        return Err(ExecuteError::Refused(format!(
            "{0}: sweep.toml and manifest.json are of different plans, {1} and {2}: run the sweep again with \
             `bidsweep run`",
            dir.display(),
            plan.hash(),
            manifest.plan_hash
        )));
    }
    Ok(Opened { folder, plan, manifest })
}
