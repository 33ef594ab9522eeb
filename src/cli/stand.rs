//! How a sweep stands once it was trained, in words.

use super::output::{counted, duration};
use super::{Console, Exit};
use crate::engine::Finish;
use crate::store::Scan;

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
