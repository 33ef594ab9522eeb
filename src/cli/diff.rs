//! `bidsweep diff`: what differs between two finished sweeps.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::output::{columns, counted};
use super::target::Target;
use super::{Console, Exit, Failure, Format};
use crate::report::{Change, Difference, Report, difference};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The first sweep's folder, such as out/week4
    #[arg(value_name = "A")]
    before: PathBuf,
    /// The second sweep's folder
    #[arg(value_name = "B")]
    after: PathBuf,
    /// Exit with code 4 where anything differs
    #[arg(long)]
    check: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The most lines of one kind that are printed for people.
const TOLD: usize = 20;

pub(super) fn diff(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    let open = |dir| {
        let Target { folder, plan, manifest } = Target::with_tables(dir, console)?;
        Ok::<_, Failure>(Report::read(folder, Arc::new(plan), manifest)?)
    };
    let (before, after) = (open(&args.before)?, open(&args.after)?);
    let difference = difference(&before, &after);
    match args.format {
        Format::Json => writeln!(out, "{}", json!(difference))?,
        Format::Human => print(&difference, out)?,
    }
    Ok(if args.check && !difference.is_empty() { Exit::CheckFailed } else { Exit::Done })
}

fn print(difference: &Difference, out: &mut impl Write) -> io::Result<()> {
    let Difference { added, removed, cells, by_label, compared, without_interval, changed, verdicts } =
        difference;
    for (labels, what) in [(added, "added"), (removed, "removed")] {
        if !labels.is_empty() {
            writeln!(out, "{} {what}", counted(labels.len() as u64, "cell"))?;
            list(labels.iter().map(|label| vec![format!("  {label}")]), out)?;
        }
    }
    let by_label = match by_label {
        0 => String::new(),
        count => format!(", {count} by label alone: settings, seeds or versions differ"),
    };
    writeln!(out, "{} in both{by_label}", counted(*cells as u64, "cell"))?;
    writeln!(
        out,
        "{} of {} beyond the 95 % interval of their difference{}",
        changed.len(),
        counted(*compared as u64, "mean"),
        if changed.is_empty() { "" } else { " (of unchanged ones about one in twenty is)" }
    )?;
    if *without_interval > 0 {
        let means = counted(*without_interval as u64, "mean");
        writeln!(out, "{means} of one replicate: without an interval they cannot be compared")?;
    }
    let header = ["  cell", "bidder", "measure", "before", "after", "difference"].map(String::from).to_vec();
    if !changed.is_empty() {
        list(std::iter::once(header).chain(changed.iter().map(line)), out)?;
    }
    if !verdicts.is_empty() {
        writeln!(out, "{} changed", counted(verdicts.len() as u64, "verdict"))?;
        let text = |verdict: &Option<String>| verdict.clone().unwrap_or_else(|| "none".into());
        let line = |change: &crate::report::VerdictChange| {
            let label = format!("  {}", change.label);
            vec![label, change.verdict.into(), text(&change.before), "->".into(), text(&change.after)]
        };
        list(verdicts.iter().map(line), out)?;
    }
    Ok(())
}

/// The first rows, and how many more there are.
fn list(rows: impl Iterator<Item = Vec<String>>, out: &mut impl Write) -> io::Result<()> {
    let rows: Vec<Vec<String>> = rows.collect();
    columns(out, &rows[..rows.len().min(TOLD)], 3)?;
    match rows.len().saturating_sub(TOLD) {
        0 => Ok(()),
        more => writeln!(out, "  ... and {more} more: --format json has all"),
    }
}

fn line(change: &Change) -> Vec<String> {
    let digits = |x: f64| format!("{x:.6}");
    vec![
        format!("  {}", change.label),
        change.bidder.map_or_else(|| "all".into(), |bidder| bidder.to_string()),
        change.measure.clone(),
        digits(change.before),
        digits(change.after),
        format!("{:+.6} ±{:.6}", change.after - change.before, change.half_width),
    ]
}
