//! `bidsweep plan`: expand, check, count, estimate.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde_json::json;

use super::input::{Machine, load};
use super::output::{bytes, counted, duration};
use super::{Console, Exit, Failure, Format};
use crate::data::visible;
use crate::engine::{Calibration, Estimate, Share, estimate};
use crate::sweep::{Grid, Plan};

/// The most values of an axis that are printed for people.
const PRINTED_VALUES: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Sweep files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print every cell: its id and label
    #[arg(long)]
    list: bool,
    /// Time anew how fast this machine is, for estimates of time, and keep it in the cache folder
    #[arg(long)]
    calibrate: bool,
    /// Override a fixed setting, or the name
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    machine: Machine,
}

pub(super) fn plan(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    let plans = load(&args.files, &args.set, console)?;
    let calibration = if args.calibrate { Calibration::renew() } else { Calibration::of_this_machine() };
    for plan in &plans {
        describe_for(plan, calibration, &args.machine, args.format, args.list, out)?;
    }
    Ok(Exit::Done)
}

/// Prints a plan, with its cells where asked for, as it is on this machine.
pub(super) fn describe(
    plan: &Plan,
    machine: &Machine,
    format: Format,
    list: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    describe_for(plan, Calibration::of_this_machine(), machine, format, list, out)
}

fn describe_for(
    plan: &Plan,
    calibration: Calibration,
    machine: &Machine,
    format: Format,
    list: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let threads = machine.threads()?;
    let estimate = estimate(plan, threads, &calibration);
    match format {
        Format::Human => describe_human(plan, threads, &estimate, list, out)?,
        Format::Json => describe_json(plan, threads, &estimate, list, out)?,
    }
    Ok(())
}

fn describe_human(
    plan: &Plan,
    threads: NonZeroUsize,
    estimate: &Estimate,
    list: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    match plan.question() {
        Some(question) => writeln!(out, "{}: {}", plan.name(), visible(question))?,
        None => writeln!(out, "{}", plan.name())?,
    }
    for grid in plan.grids() {
        describe_grid(grid, out)?;
    }
    for exclusion in plan.exclusions() {
        let why = exclusion.why.as_ref().map(|why| format!(" ({})", visible(why))).unwrap_or_default();
        writeln!(out, "  excluded: {} by {}{why}", counted(exclusion.cells, "cell"), exclusion.rule)?;
    }
    let cells = counted(plan.len() as u64, "cell");
    let replicates = counted(plan.replicates().into(), "replicate");
    writeln!(out, "  {cells} x {replicates} = {}", counted(plan.runs(), "run"))?;
    writeln!(
        out,
        "  about {} to train and {} to measure on {}, about {}",
        duration(estimate.training),
        duration(estimate.measures),
        counted(threads.get() as u64, "thread"),
        bytes(estimate.bytes)
    )?;
    if let Some(most) = estimate.shares.first() {
        writeln!(out, "  {}", dominating(most, estimate))?;
    }
    if list {
        for cell in plan.cells() {
            writeln!(out, "{}", format!("{} {}", cell.id, visible(&cell.label)).trim_end())?;
        }
    }
    Ok(())
}

/// What takes the most time, and what to write to go without it.
fn dominating(most: &Share, estimate: &Estimate) -> String {
    let percent = 100.0 * most.seconds / (estimate.training + estimate.measures);
    let off = most.off.map(|off| format!(": off with {off}")).unwrap_or_default();
    format!("the largest part: {}, {percent:.0} %{off}", most.what)
}

fn describe_grid(grid: &Grid, out: &mut impl Write) -> io::Result<()> {
    let indent = match grid.label() {
        Some(label) => {
            writeln!(out, "  block {}", visible(label))?;
            "    "
        }
        None => "  ",
    };
    let fixed: Vec<String> = grid.fixed().map(|(key, value)| format!("{key} = {value}")).collect();
    if !fixed.is_empty() {
        writeln!(out, "{indent}fixed: {}", fixed.join(", "))?;
    }
    for axis in grid.axes() {
        // The keys of a zip move together.
        let lead = match axis.zip() {
            Some(zip) => {
                writeln!(out, "{indent}zip {zip}")?;
                "  "
            }
            None => "axis ",
        };
        for (key, values) in axis.values() {
            writeln!(out, "{indent}{lead}{key}: {}", abridged(&values))?;
        }
    }
    Ok(())
}

/// The values of an axis; of a long one only the ends.
fn abridged(values: &[String]) -> String {
    match values {
        [first, second, .., last] if values.len() > PRINTED_VALUES => {
            format!("{first}, {second}, ..., {last} ({} values)", values.len())
        }
        _ => values.join(", "),
    }
}

fn describe_json(
    plan: &Plan,
    threads: NonZeroUsize,
    estimate: &Estimate,
    list: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let exclusions = plan.exclusions().iter();
    let exclusions: Vec<_> =
        exclusions.map(|e| json!({ "rule": e.rule, "why": e.why, "cells": e.cells })).collect();
    let share = |share: &Share| json!({ "what": share.what, "seconds": share.seconds, "off": share.off });
    let shares: Vec<_> = estimate.shares.iter().map(share).collect();
    let mut description = json!({
        "name": plan.name(),
        "question": plan.question(),
        "plan_hash": plan.hash(),
        "cells": plan.len(),
        "replicates": plan.replicates(),
        "runs": plan.runs(),
        "excluded": exclusions,
        "threads": threads,
        "seconds": estimate.training + estimate.measures,
        "seconds_training": estimate.training,
        "seconds_measures": estimate.measures,
        "shares": shares,
        "bytes": estimate.bytes,
        "sweep": plan.resolved(),
    });
    if list {
        let cells = plan.cells().map(|cell| json!({ "cell_id": cell.id.to_string(), "label": cell.label }));
        description["list"] = cells.collect();
    }
    writeln!(out, "{description}")
}
