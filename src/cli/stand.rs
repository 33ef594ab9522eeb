//! How a sweep stands, in words: before it is trained, and after.

use super::output::{counted, duration};
use super::{Console, Exit, Failure};
use crate::engine::Finish;
use crate::store::{Folder, Lock, PutAside, Scan};

/// Tells what there is to tell of a folder that was taken.
pub(super) fn tell_of_lock(lock: &Lock, folder: &Folder, console: &Console) {
    for PutAside { path, aside, reason } in lock.put_aside() {
        console.warn(format_args!(
            "warning: {} is in the way ({reason}): it is put aside as {}",
            path.display(),
            aside.display()
        ));
    }
    if let Some(warning) = lock.warning() {
        console.warn(format_args!("warning: {}: {warning}", folder.path().display()));
    }
}

/// Puts damaged parts aside, and tells which runs are trained again.
pub(super) fn put_aside_damaged(scan: &Scan, console: &Console) -> Result<(), Failure> {
    for part in scan.damaged() {
        console.warn(format_args!(
            "warning: {} is damaged ({}): it is put aside, and its runs are trained again",
            part.path.display(),
            part.reason
        ));
    }
    scan.quarantine()?;
    if scan.outdated() > 0 {
        console.note(format_args!(
            "{} were measured otherwise than [measure] now asks, and are trained again",
            counted(scan.outdated(), "run")
        ));
    }
    Ok(())
}

/// Says how `runs` of a sweep stand that a scan saw, under this name, and with which exit code.
pub(super) fn conclude(name: &str, runs: u64, scan: &Scan, finish: &Finish, console: &Console) -> Exit {
    let counts = scan.counts();
    let missing = runs - counts.total();
    let mut text = format!(
        "{name}: trained {} in {}",
        counted(finish.counts.done - finish.continued, "run"),
        duration(finish.seconds)
    );
    if finish.continued > 0 {
        text += &format!("; {} continued that had been trained", counted(finish.continued, "run"));
    }
    let awaiting = scan.awaiting().count() as u64;
    for (count, what) in [
        (counts.diverged, "diverged"),
        (counts.failed, "failed"),
        (missing, "missing"),
        (awaiting, "of these trained, and yet to be continued"),
    ] {
        if count > 0 {
            text += &format!("; {} {what}", counted(count, "run"));
        }
    }
    console.note(text);
    if finish.too_many_failed {
        console.warn("stopped: too many runs failed; see their message in runs.parquet");
    } else if missing > 0 {
        console.note("stopped early: run the same command again to continue");
    }
    match (missing, counts.failed) {
        _ if finish.too_many_failed => Exit::SomeFailed,
        (0, 0) => Exit::Done,
        (0, _) => Exit::SomeFailed,
        _ => Exit::Stopped,
    }
}
