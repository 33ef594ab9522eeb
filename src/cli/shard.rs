//! A shard of `bidsweep run`: train what is missing of it, and nothing else.

use std::time::Duration;

use super::output::counted;
use super::stand::conclude;
use super::{Console, Exit, Failure};
use crate::engine::{Extent, Options, Stop, missing, train_missing};
use crate::execute::{put_aside_damaged, tell_of_lock, tell_of_threads};
use crate::numeric::simd::Instance;
use crate::store::{
    Folder, Host, Lock, Manifest, PartWriter, Scan, Shard, ShardNote, compact, data_names, host_name,
    keep_data, live_shards, read_sweep,
};
use crate::sweep::Plan;

/// Time limits, one after the other, in which no run was done: after so many, more of them would be wasted.
const FRUITLESS: u32 = 3;

/// Where schedulers tell a job which element of an array it is, and their names.
const ARRAY_IDS: [(&str, &str); 5] = [
    ("SLURM_ARRAY_TASK_ID", "Slurm"),
    ("PBS_ARRAY_INDEX", "PBS Pro"),
    ("PBS_ARRAYID", "Torque"),
    ("SGE_TASK_ID", "Grid Engine"),
    ("LSB_JOBINDEX", "LSF"),
];

/// The line that a job of an array writes.
pub(super) fn refuse_array_without_shard() -> Result<(), Failure> {
    // Outside of arrays Grid Engine says "undefined", and LSF 0; arrays of Slurm may begin at 0.
    let is_element = |variable: &str| {
        let told = std::env::var(variable).unwrap_or_default();
        !["", "undefined"].contains(&told.as_str()) && (variable, told.as_str()) != ("LSB_JOBINDEX", "0")
    };
    let Some((variable, scheduler)) = ARRAY_IDS.into_iter().find(|(variable, _)| is_element(variable)) else {
        return Ok(());
    };
    Err(Failure::Usage(format!(
        "this is an element of an array of {scheduler}, and each would train the whole sweep: give it a shard, of as \
         many as the array has elements, with\n  --shard \"${variable}/N\"\nand a number for N (`bidsweep slurm FILE \
         --shards N` prints the whole script for Slurm); where each element has a sweep of its own, unset {variable}"
    )))
}

/// folder -> engine -> note; no tables, no summary.
pub(super) fn run_shard(
    plan: &Plan,
    folder: &Folder,
    shard: Shard,
    options: &Options<'_>,
    stop: &Stop,
    console: &Console,
) -> Result<Exit, Failure> {
    let host = host_name();
    let lock = Lock::take_shard(folder, shard, &host)?;
    tell_of_lock(&lock, folder, console);
    let cpu = Instance::current().name().into();
    let host = Host { name: host, threads: options.threads.get(), cpu };
    agree(plan, folder, shard, &host)?;
    let extent = Extent::of(plan, shard);
    let see = || Scan::of_shard(folder, plan, shard, &|position, replicate| extent.has(position, replicate));
    let scan = see()?;
    put_aside_damaged(&scan, console)?;
    if scan.surplus() > 0 {
        return Err(Failure::Refused(format!(
            "{} holds {} that the sweep no longer has: delete them with `bidsweep run --prune --limit 0 FILE`, or \
             give the sweep another name or --out",
            folder.path().display(),
            counted(scan.surplus(), "finished run"),
        )));
    }
    tell_of_threads(options.threads, missing(plan, &extent, &scan, options), console);
    let runs = extent.runs(plan);
    let earlier = ShardNote::read(folder, shard).ok().flatten();
    let note =
        ShardNote { runs, counts: scan.counts(), ..ShardNote::start(plan, shard, &host, earlier.as_ref()) };
    let heartbeat = note.beat(folder)?;

    let trained = train_missing(plan, &extent, PartWriter::of_shard(folder, shard), &scan, options, stop);

    drop(heartbeat);
    let (before, mut scan) = (scan, see()?);
    if trained.as_ref().is_ok_and(|finish| finish.counts.done > 0)
        && compact(folder, Some(shard), plan, &scan)?
    {
        scan = see()?;
    }
    let progress = |scan: &Scan| scan.counts().total() + scan.awaiting().count() as u64;
    let is_fruitless = stop.is_past_deadline() && progress(&scan) == progress(&before);
    let seconds = trained.as_ref().map_or(0.0, |finish| finish.seconds);
    let note = scan
        .note_sound_of(folder, shard, plan)
        .and_then(|()| note.end(folder, scan.counts(), Duration::from_secs_f64(seconds), is_fruitless));
    // What ended the training is told first, as it may keep the note from being written too.
    let finish = trained?;
    let note = note?;
    let name = format!("{} shard {shard}", folder.path().display());
    let exit = conclude(&name, runs, &scan, &finish, console);
    if exit == Exit::Stopped && note.fruitless >= FRUITLESS {
        return Err(Failure::Refused(format!(
            "{} time limits ended, one after the other, and no run of shard {shard} did: give it more time, or the \
             sweep fewer epochs",
            note.fruitless
        )));
    }
    Ok(exit)
}

/// Sees to it that the folder is one of this plan: who comes first says of which it is.
fn agree(plan: &Plan, folder: &Folder, shard: Shard, host: &Host) -> Result<(), Failure> {
    let data = data_names(plan)?;
    keep_data(folder, plan, &data)?;
    let manifest = |earlier| Manifest { data: data.clone(), ..Manifest::start(plan, host.clone(), earlier) };
    let earlier = match Manifest::read(folder)? {
        None if manifest(None).write_first(folder)? => None,
        None => Manifest::read(folder)?,
        earlier => earlier,
    };
    if let Some(earlier) = &earlier {
        if let Some(conflict) = earlier.conflict(plan) {
            return Err(Failure::Refused(format!("{}: {conflict}", folder.path().display())));
        }
        if earlier.plan_hash != plan.hash() {
            // One that has just begun may not have replaced the note of the process before it.
            let is_other = |note: &&ShardNote| {
                note.shard != shard && note.plan_hash != plan.hash() && note.may_be_alive(folder, &host.name)
            };
            if let Some(other) = live_shards(folder, &host.name)?.iter().find(is_other) {
                return Err(Failure::Refused(format!(
                    "{} is in use for another plan, by {}: wait until it ends, or give the sweep another name or --out",
                    folder.path().display(),
                    other.holder()
                )));
            }
        }
        if earlier.plan_hash != plan.hash() || earlier.set != plan.set() {
            manifest(Some(earlier)).write(folder)?;
        }
    }
    if read_sweep(folder).is_ok_and(|(text, found)| found == folder.sweep() && text == plan.source()) {
        return Ok(());
    }
    Ok(folder.write_sweep(plan.source())?)
}
