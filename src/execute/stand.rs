//! What is odd about a folder before it is trained in.

use super::{ExecuteError, Listener, counted};
use crate::store::{Folder, Lock, PutAside, Scan};

/// Tells what there is to tell of a folder that was taken.
pub fn tell_of_lock(lock: &Lock, folder: &Folder, listener: &dyn Listener) {
    for PutAside { path, aside, reason } in lock.put_aside() {
        listener.warn(&format!(
            "warning: {} is in the way ({reason}): it is put aside as {}",
            path.display(),
            aside.display()
        ));
    }
    if let Some(warning) = lock.warning() {
        listener.warn(&format!("warning: {}: {warning}", folder.path().display()));
    }
}

/// Puts damaged parts aside, and tells which runs are trained again.
///
/// # Errors
/// Where a part cannot be put aside.
pub fn put_aside_damaged(scan: &Scan, listener: &dyn Listener) -> Result<(), ExecuteError> {
    for part in scan.damaged() {
        listener.warn(&format!(
            "warning: {} is damaged ({}): it is put aside, and its runs are trained again",
            part.path.display(),
            part.reason
        ));
    }
    scan.quarantine()?;
    if scan.outdated() > 0 {
        listener.note(&format!(
            "{} were measured otherwise than [measure] now asks, and are trained again",
            counted(scan.outdated(), "run")
        ));
    }
    Ok(())
}
