//! `bidsweep status`: what is done, failed and missing.

use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

use serde_json::json;

use super::output::{counted, duration, wrapped};
use super::target::Target;
use super::{Console, Exit, Failure, Format};
use crate::data::visible;
use crate::store::{
    Folder, Lock, Manifest, Scan, ShardNote, Table, TableName, host_name, live_shards, shard_notes,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The sweep's folder, such as out/week4
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn status(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    let begun = Folder::new(&args.dir);
    // Its first process has taken the folder and not yet said what it is of.
    if !begun.manifest().exists()
        && let Some(holder) = Lock::holder(&begun, &host_name())
    {
        match args.format {
            Format::Json => writeln!(out, "{}", json!({ "holder": holder }))?,
            Format::Human => {
                wrapped(out, &format!("{}: no run done, in use by {holder}", args.dir.display()), 0)?;
            }
        }
        return Ok(Exit::Stopped);
    }
    let Target { folder, plan, manifest } = Target::open(&args.dir, console)?;
    let scan = Scan::of(&folder, &plan)?;
    let holder = Lock::holder(&folder, &host_name());
    let counts = scan.counts();
    let missing = plan.runs() - counts.total();
    let awaiting = scan.awaiting().count() as u64;
    let has_tables =
        Table::open(&folder.table(TableName::Runs)).is_ok_and(|runs| runs.rows() == counts.total());
    // As `run` would exit that did nothing more.
    let exit = match (missing, counts.failed) {
        (0, _) if !has_tables => Exit::Stopped,
        (0, 0) => Exit::Done,
        (0, _) => Exit::SomeFailed,
        _ => Exit::Stopped,
    };
    let shards = Shards::of(&folder, &plan.hash())?;
    let seconds_left = match shards.begun() {
        Some(start) => time_left(start, counts.total().saturating_sub(shards.told()), missing),
        None => seconds_left(&manifest, counts.total(), missing, holder.is_some()),
    };
    if args.format == Format::Json {
        let damaged: Vec<_> = scan.damaged().iter().map(|part| part.path.display().to_string()).collect();
        let status = json!({
            "name": plan.name(),
            "plan_hash": plan.hash(),
            "cells": plan.len(),
            "runs": plan.runs(),
            "ok": counts.ok,
            "diverged": counts.diverged,
            "failed": counts.failed,
            "missing": missing,
            "awaiting_continuation": awaiting,
            "outdated": scan.outdated(),
            "surplus": scan.surplus(),
            "damaged_parts": damaged,
            "tables": has_tables,
            "holder": holder,
            "shards": shards.json(),
            "elapsed_seconds": manifest.elapsed_seconds,
            "seconds_left": seconds_left,
        });
        writeln!(out, "{status}")?;
        return Ok(exit);
    }
    let name = visible(plan.name());
    wrapped(out, &format!("{name}: {} of {} done", counts.total(), counted(plan.runs(), "run")), 0)?;
    for (count, what) in [
        (counts.diverged, "diverged"),
        (counts.failed, "failed: train them again with --retry-failed"),
        (missing, "missing"),
        (awaiting, "of these trained, and yet to be continued without sampling"),
        (scan.outdated(), "measured otherwise than the sweep asks: to be trained again"),
        (scan.surplus(), "that the sweep no longer has: delete them with --prune"),
    ] {
        if count > 0 {
            wrapped(out, &format!("{} {what}", counted(count, "run")), 2)?;
        }
    }
    if missing == 0 && !has_tables {
        let dir = args.dir.display();
        wrapped(out, &visible(&format!("its tables are not written: `bidsweep merge {dir}` does it")), 2)?;
    }
    for part in scan.damaged() {
        wrapped(out, &visible(&format!("damaged: {} ({})", part.path.display(), part.reason)), 2)?;
    }
    if let Some(told) = shards.told_in_words() {
        wrapped(out, &told, 2)?;
    }
    if let Some(holder) = holder {
        wrapped(out, &visible(&format!("in use by {holder}")), 2)?;
    }
    if let Some(seconds) = seconds_left {
        wrapped(out, &format!("about {} left", duration(seconds)), 2)?;
    }
    Ok(exit)
}

/// The time that the missing runs will take: by the speed of the process that trains them now, or else by the
/// mean of all executions so far.
fn seconds_left(manifest: &Manifest, present: u64, missing: u64, is_running: bool) -> Option<f64> {
    if is_running {
        // The manifest was written when the process started.
        return time_left(&manifest.updated, present.saturating_sub(manifest.counts.total()), missing);
    }
    let (runs, seconds) = (manifest.counts.total(), manifest.elapsed_seconds);
    (missing > 0 && runs > 0).then(|| missing as f64 * seconds / runs as f64)
}

/// The time that the missing runs will take where so many were done since `start`.
fn time_left(start: &str, done: u64, missing: u64) -> Option<f64> {
    let start = humantime::parse_rfc3339(start).ok()?;
    let seconds = SystemTime::now().duration_since(start).ok()?.as_secs_f64();
    (missing > 0 && done > 0).then(|| missing as f64 * seconds / done as f64)
}

/// How a shard stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    AtWork,
    Done,
    Stopped,
    Dead,
}

impl State {
    const ALL: [State; 4] = [State::AtWork, State::Done, State::Stopped, State::Dead];

    const fn name(self) -> &'static str {
        match self {
            State::AtWork => "at work",
            State::Done => "done",
            State::Stopped => "stopped",
            State::Dead => "dead",
        }
    }
}

/// The shards of a folder.
struct Shards(Vec<(ShardNote, State)>);

/// The most shards that are named.
const MOST_NAMED: usize = 10;

impl Shards {
    /// Those of a plan.
    fn of(folder: &Folder, plan_hash: &str) -> Result<Self, Failure> {
        let live = live_shards(folder, &host_name())?;
        let state = |note: &ShardNote| match note.running {
            _ if live.iter().any(|live| live.shard == note.shard) => State::AtWork,
            true => State::Dead,
            false if note.counts.total() == note.runs => State::Done,
            false => State::Stopped,
        };
        let notes = shard_notes(folder)?.into_iter().filter(|note| note.plan_hash == plan_hash);
        Ok(Shards(notes.map(|note| (note.clone(), state(&note))).collect()))
    }

    fn at_work(&self) -> impl Iterator<Item = &ShardNote> {
        self.0.iter().filter(|(_, state)| *state == State::AtWork).map(|(note, _)| note)
    }

    /// When the first of those at work began.
    fn begun(&self) -> Option<&str> {
        self.at_work().map(|note| note.started.as_str()).min()
    }

    /// Number of runs that were there when those at work began, and others had ended.
    fn told(&self) -> u64 {
        self.0.iter().map(|(note, _)| note.counts.total()).sum()
    }

    fn json(&self) -> Vec<serde_json::Value> {
        let shard = |(note, state): &(ShardNote, State)| {
            json!({
                "shard": note.shard,
                "state": state.name(),
                "runs": note.runs,
                "done": note.counts.total(),
                "host": note.process.host,
                "updated": note.updated,
            })
        };
        self.0.iter().map(shard).collect()
    }

    /// How many there are of each state, and which of them are to be run again.
    fn told_in_words(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let of_state = |wanted: State| self.0.iter().filter(move |(_, state)| *state == wanted);
        let counts = State::ALL.map(|state| (of_state(state).count(), state.name()));
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<_> = counts.map(|(count, name)| format!("{count} {name}")).collect();
        let again = [State::Stopped, State::Dead].into_iter().flat_map(of_state);
        let mut again: Vec<_> = again.map(|(note, _)| note.shard).collect();
        again.sort();
        let mut text = format!("{}: {}", counted(self.0.len() as u64, "shard"), counts.join(", "));
        if !again.is_empty() {
            let named: Vec<_> =
                again.iter().take(MOST_NAMED).map(|shard| format!("--shard {shard}")).collect();
            let more = if again.len() > MOST_NAMED { ", ..." } else { "" };
            text += &format!("; run again with {}{more}", named.join(", "));
        }
        Some(text)
    }
}
