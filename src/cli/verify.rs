//! `bidsweep verify`: train a sample of runs again, make all tables again from the stored runs, and compare
//! bit for bit.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::again::{Differences, compare_runs, compare_tables, told, told_number};
use super::failure::unless_closed;
use super::input::Machine;
use super::output::counted;
use super::target::Target;
use super::{Console, Exit, Failure};
use crate::engine::{Stop, at_most, pool, rerun};
use crate::measure::{Column, RunRow, RunStatus, bidder_columns, run_columns};
use crate::store::{Folder, Scan, StoreError, Table, TableName, stored_runs};
use crate::sweep::{Plan, Scalar};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The sweep's folder, such as out/week4
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// How many runs to train again, spread evenly over the finished ones
    #[arg(long, value_name = "K", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    sample: u64,
    #[command(flatten)]
    machine: Machine,
}

/// A run by its cell's id and replicate, as the tables have them.
pub(super) type RunName = (String, i64);

pub(super) fn verify(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    let Target { folder, plan, manifest } = Target::open(&args.dir, console)?;
    let plan = Arc::new(plan);
    let scan = Scan::closely(std::slice::from_ref(&folder), &plan)?;
    let mut differences = Differences::default();
    for part in scan.damaged() {
        differences.push(|| format!("{}: {}", part.path.display(), part.reason));
    }
    let sample = sample(&plan, &scan, args.sample);
    if sample.is_empty() {
        return Err(Failure::Refused(format!("{} has no finished run to verify", args.dir.display())));
    }
    let cells = plan.len().max(sample.len()) as u64;
    let pool = pool(at_most(args.machine.threads()?, cells), &Stop::after(None))?;
    let again = |&(position, replicate): &(usize, u32)| rerun(&plan, &plan.cell(position), replicate);
    let trained: Vec<RunRow> = pool.install(|| sample.par_iter().map(again).collect());
    // The runs against the parts, then the tables against the parts: whatever was altered shows in one of
    // them.
    let stored = stored_runs(&plan, &scan, &sample)?;
    for (((position, replicate), stored), again) in stored.iter().zip(&trained) {
        let run = format!("{}:{replicate}", plan.id(*position));
        compare_runs(&run, again, stored, &mut differences);
    }
    let runs = scan.counts().total();
    let tables = match not_of_these_runs(&folder, runs, plan.runs()) {
        Some(why) => {
            console.note(format_args!("{}: tables are not compared, as {why}", args.dir.display()));
            0
        }
        None => pool.install(|| compare_tables(&folder, &plan, &manifest, &scan, &mut differences))?,
    };
    unless_closed(print(&differences, trained.len() as u64, tables, runs, out).map_err(Failure::from))?;
    if differences.count() == 0 {
        return Ok(Exit::Done);
    }
    console.warn(format_args!("{}: {}", args.dir.display(), counted(differences.count(), "difference")));
    Ok(Exit::CheckFailed)
}

/// Why tables say nothing of the runs that are there, where a stop has left it so.
fn not_of_these_runs(folder: &Folder, runs: u64, planned: u64) -> Option<String> {
    let is_there = |name: &TableName| folder.table(*name).symlink_metadata().is_ok();
    if !TableName::ALL.iter().any(is_there) {
        return Some("there are none: they are written once no run is missing".to_owned());
    }
    let table = Table::open(&folder.table(TableName::Runs)).ok()?;
    (runs < planned && table.rows() != runs)
        .then(|| format!("they were written when there were {}", counted(table.rows(), "finished run")))
}

fn print(
    differences: &Differences,
    trained: u64,
    tables: u64,
    runs: u64,
    out: &mut impl Write,
) -> io::Result<()> {
    for difference in differences.told() {
        writeln!(out, "{difference}")?;
    }
    match differences.count() - differences.told().len() as u64 {
        0 if differences.count() == 0 => {
            writeln!(out, "{} trained again: the same bits", counted(trained, "run"))?;
            if tables == 0 {
                return Ok(());
            }
            writeln!(
                out,
                "{} made again from {}: the same bits",
                counted(tables, "table"),
                counted(runs, "finished run")
            )
        }
        0 => Ok(()),
        more => writeln!(out, "... and {}", counted(more, "more difference")),
    }
}

/// Runs spread evenly over those that finished.
fn sample(plan: &Plan, scan: &Scan, size: u64) -> Vec<(usize, u32)> {
    let counts = scan.counts();
    let done = counts.ok + counts.diverged;
    let size = size.min(done);
    // The k-th of the sample is the run of rank floor(k done / size).
    let mut ranks =
        (0..size).map(|k| (u128::from(k) * u128::from(done) / u128::from(size)) as u64).peekable();
    let runs = (0..plan.len()).flat_map(|position| (0..plan.replicates()).map(move |r| (position, r)));
    let finished = runs.filter(|&(position, replicate)| scan.is_done(position, replicate));
    let chosen = (0..).zip(finished).filter(|(rank, _)| ranks.next_if_eq(rank).is_some());
    chosen.map(|(_, run)| run).take(size as usize).collect()
}

/// Where the tables differ from runs that were trained again.
pub(super) fn compare(
    folder: &Folder,
    trained: &BTreeMap<RunName, RunRow>,
) -> Result<Vec<String>, StoreError> {
    let mut differences = Vec::new();
    let names: BTreeSet<RunName> = trained.keys().cloned().collect();
    let wanted = |names: BTreeSet<RunName>| {
        move |cell: &str, replicate: Option<i64>| {
            replicate.is_some_and(|replicate| names.contains(&(cell.to_owned(), replicate)))
        }
    };
    let mut seen = 0;
    let columns = select(&["cell_id", "replicate", "status"], run_columns());
    let table = Table::open(&folder.table(TableName::Runs))?;
    for row in table.select_where(&columns, wanted(names.clone()))? {
        let row = row?;
        seen += 1;
        let name = name_of(&row);
        let again = &trained[&name];
        if row.text("status").and_then(RunStatus::parse) != Some(again.status) {
            differences.push(format!("{}:{}: another status", name.0, name.1));
        }
        differences.extend(differing(&name, "", run_columns(), &again.values, &row.values()[3..]));
    }
    if seen != trained.len() {
        differences.push(format!("runs.parquet has {seen} of the {} runs trained again", trained.len()));
    }
    let mut seen = 0;
    let columns = select(&["cell_id", "replicate", "bidder"], bidder_columns());
    let table = Table::open(&folder.table(TableName::Bidders))?;
    for row in table.select_where(&columns, wanted(names))? {
        let row = row?;
        seen += 1;
        let name = name_of(&row);
        let bidder = row.integer("bidder").unwrap_or(0);
        let who = format!(" bidder {bidder}");
        match trained[&name].bidders.get((bidder - 1) as usize) {
            Some(again) => {
                differences.extend(differing(&name, &who, bidder_columns(), again, &row.values()[3..]));
            }
            None => differences.push(format!("{}:{}{who}: the sweep has none such", name.0, name.1)),
        }
    }
    let bidders: usize = trained.values().map(|run| run.bidders.len()).sum();
    if seen != bidders {
        differences.push(format!("bidders.parquet has {seen} of their {bidders} bidders"));
    }
    Ok(differences)
}

fn select<'a>(lead: &[&'a str], measures: &'a [Column]) -> Vec<&'a str> {
    lead.iter().copied().chain(measures.iter().map(|column| &column.name[..])).collect()
}

fn name_of(row: &crate::store::Row) -> RunName {
    (row.text("cell_id").unwrap_or_default().to_owned(), row.integer("replicate").unwrap_or(-1))
}

/// The columns in which two rows differ by a bit.
fn differing(
    (cell, replicate): &RunName,
    who: &str,
    columns: &[Column],
    again: &[Option<f64>],
    stored: &[Scalar],
) -> Vec<String> {
    let same = |again: Option<f64>, stored: &Scalar| match (again, stored) {
        (None, Scalar::Null) => true,
        (Some(again), Scalar::Number(stored)) => again.to_bits() == stored.to_bits(),
        _ => false,
    };
    let pairs = columns.iter().zip(again.iter().zip(stored));
    let differing = pairs.filter(|(_, (again, stored))| !same(**again, stored));
    let tell = |(column, (again, stored)): (&Column, (&Option<f64>, &Scalar))| {
        let (again, stored) = (told_number(*again), told(stored));
        format!("{cell}:{replicate}{who}: {} is {again}, stored {stored}", column.name)
    };
    differing.map(tell).collect()
}
