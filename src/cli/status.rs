//! `bidsweep status`: what is done, failed and missing.

use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

use serde_json::json;

use super::output::{counted, duration, wrapped};
use super::target::Target;
use super::{Console, Exit, Failure, Format};
use crate::data::visible;
use crate::store::{Folder, Lock, Manifest, Scan, host_name};

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
    // As `run` would exit that did nothing more.
    let exit = match (missing, counts.failed) {
        (0, 0) => Exit::Done,
        (0, _) => Exit::SomeFailed,
        _ => Exit::Stopped,
    };
    let seconds_left = seconds_left(&manifest, counts.total(), missing, holder.is_some());
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
            "holder": holder,
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
    for part in scan.damaged() {
        wrapped(out, &visible(&format!("damaged: {} ({})", part.path.display(), part.reason)), 2)?;
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
    let (runs, seconds) = if is_running {
        // The manifest was written when the process started.
        let start = humantime::parse_rfc3339(&manifest.updated).ok()?;
        let seconds = SystemTime::now().duration_since(start).ok()?.as_secs_f64();
        (present.saturating_sub(manifest.counts.total()), seconds)
    } else {
        (manifest.counts.total(), manifest.elapsed_seconds)
    };
    (missing > 0 && runs > 0).then(|| missing as f64 * seconds / runs as f64)
}
