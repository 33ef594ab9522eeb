//! `bidsweep run`: train what is missing, then write tables and a summary.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::failure::unless_closed;
use super::hints;
use super::input::{Machine, load};
use super::memory::share_arenas;
use super::output::counted;
use super::shard::{refuse_array_without_shard, run_shard};
use super::stand::conclude;
use super::summary::print_summary;
use super::{Console, Exit, Failure, Format, plan};
use crate::engine::{Extent, Options, ProgressForm, Stop, Tell, missing};
use crate::execute::{Page, Request, Stored, Written, train, write};
use crate::store::{Folder, Scan, Shard};
use crate::sweep::Plan;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Sweep files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The folder of the sweeps' folders: results go to DIR/<name>
    #[arg(short, long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Train only the Ith of N shards, and write no tables: `bidsweep merge` writes them once all shards are
    /// done
    #[arg(long, value_name = "I/N", conflicts_with_all = ["prune", "strict", "tables", "no_report", "format"])]
    shard: Option<Shard>,
    /// Override a fixed setting, or the name; needs --out or another name
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Say what would be done, and do nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Train at most N runs of each sweep, then exit with 75 if some are still missing
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Delete finished runs that the sweep no longer has
    #[arg(long)]
    prune: bool,
    /// Train failed runs again
    #[arg(long)]
    retry_failed: bool,
    /// Stop as soon as N runs have failed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_fails: Option<u64>,
    /// Stop after this time, such as 55m or 2h 30m, and exit with 75 if runs are still missing
    #[arg(long, value_name = "TIME", value_parser = hints::time)]
    time_limit: Option<Duration>,
    /// Exit with code 3 where a linear program has no solution, too
    #[arg(long)]
    strict: bool,
    /// When to write the tables, and the report and the summary that are made from them
    #[arg(long, value_enum, default_value_t)]
    tables: WriteTables,
    #[command(flatten)]
    telling: Telling,
}

/// How results are told, and on what they are made.
#[derive(Debug, clap::Args)]
pub(super) struct Telling {
    #[command(flatten)]
    pub(super) machine: Machine,
    /// Make no report: no page, figures and tables for papers
    #[arg(long)]
    no_report: bool,
    /// How to tell progress, on stderr
    #[arg(long, value_enum, default_value_t)]
    progress: ProgressForm,
    /// How to print the summary
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// When tables are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum WriteTables {
    /// Once no run is missing
    #[default]
    End,
    /// After every stop too, of the runs that are there
    Always,
    /// Not at all
    Never,
}

pub(super) fn run(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    let renamed = args.set.iter().any(|set| set.split('=').next().is_some_and(|key| key.trim() == "name"));
    if !args.set.is_empty() && !renamed && args.out == Path::new("out") {
        return Err(Failure::Usage(
            "--set makes another sweep: give it a folder with --out DIR, or a name with --set name=NAME"
                .into(),
        ));
    }
    let plans = load(&args.files, &args.set, console)?.into_iter().map(Arc::new);
    let plans: Vec<Arc<Plan>> = plans.collect();
    share_arenas(args.telling.machine.threads()?);
    let stop = Stop::after(args.time_limit);
    if !args.dry_run {
        if args.shard.is_none() {
            refuse_array_without_shard()?;
        }
        stop.on_signals()?;
    }
    let mut exit = Exit::Done;
    for plan in &plans {
        match run_one(plan, args, &stop, console, out)? {
            Exit::Done => {}
            Exit::Stopped if stop.is_due() => return Ok(Exit::Stopped),
            // A limit of runs is one of each sweep.
            Exit::Stopped => exit = Exit::Stopped,
            other if exit == Exit::Done => exit = other,
            _ => {}
        }
    }
    Ok(exit)
}

/// plan -> folder -> engine -> tables -> summary.
fn run_one(
    plan: &Arc<Plan>,
    args: &Args,
    stop: &Stop,
    console: &Console,
    out: &mut impl Write,
) -> Result<Exit, Failure> {
    let folder = Folder::new(args.out.join(plan.name()));
    let options = args.options(console)?;
    if args.dry_run {
        return foretell(plan, &folder, &options, args, console, out);
    }
    if let Some(shard) = args.shard {
        return run_shard(plan, &folder, shard, &options, stop, console);
    }
    let trained = train(plan, folder, &Request { options, prune: args.prune }, stop, console)?;
    let (scan, missing) = (&trained.scan, trained.missing());
    let wanted = match args.tables {
        WriteTables::End => missing == 0,
        WriteTables::Always => true,
        WriteTables::Never => false,
    };
    let told = match wanted {
        true => tell(&trained.stored(), &args.telling, stop, console, out)?,
        false => None,
    };
    let name = trained.stored().folder.path().display().to_string();
    let exit = conclude(&name, plan.runs(), scan, &trained.finish, console);
    match told {
        Some(unsolved) if exit == Exit::Done && args.strict && unsolved > 0 => return Ok(Exit::SomeFailed),
        None if wanted => {
            console.note("stopped before the tables were written: run the same command again to write them");
            return Ok(if exit == Exit::Done { Exit::Stopped } else { exit });
        }
        None if args.tables == WriteTables::End => {
            console.note("no tables: they are written once no run is missing, or now with --tables always");
        }
        _ => {}
    }
    Ok(exit)
}

/// Says what would be done.
fn foretell(
    plan: &Plan,
    folder: &Folder,
    options: &Options<'_>,
    args: &Args,
    console: &Console,
    out: &mut impl Write,
) -> Result<Exit, Failure> {
    plan::describe(plan, &args.telling.machine, args.telling.format, false, out)?;
    let extent = args.shard.map_or(Extent::WHOLE, |shard| Extent::of(plan, shard));
    let scan = match args.shard {
        None => Scan::of(folder, plan)?,
        Some(shard) => {
            Scan::of_shard(folder, plan, shard, &|position, replicate| extent.has(position, replicate))?
        }
    };
    let missing = missing(plan, &extent, &scan, options);
    for (count, what) in [
        (scan.outdated(), "measured otherwise than [measure] now asks, to be trained again"),
        (scan.surplus(), "that the sweep no longer has: `run` refuses without --prune"),
        (scan.awaiting().count() as u64, "trained, and yet to be continued without sampling"),
    ] {
        if count > 0 {
            console.note(format_args!("{} {what}", counted(count, "run")));
        }
    }
    for part in scan.damaged() {
        console.note(format_args!(
            "{} is damaged ({}): its runs would be trained again",
            part.path.display(),
            part.reason
        ));
    }
    console.note(format_args!("would train {} in {}", counted(missing, "run"), folder.path().display()));
    Ok(Exit::Done)
}

/// Tables, report and summary; how many linear programs had no solution, or none where it was stopped before
/// the tables were there.
pub(super) fn tell(
    stored: &Stored<'_>,
    args: &Telling,
    stop: &Stop,
    console: &Console,
    out: &mut impl Write,
) -> Result<Option<u64>, Failure> {
    let (threads, progress) = (args.machine.threads()?, args.progress(console));
    let Some(Written { report, page }) = write(stored, threads, !args.no_report, progress, stop, console)?
    else {
        return Ok(None);
    };
    let page = match &page {
        Page::At(path) => Some(path.as_path()),
        Page::Unasked | Page::Stopped => None,
    };
    let mut unsolved = 0;
    unless_closed(
        print_summary(stored.plan, stored.folder, &report, page, args.format, console, out)
            .map(|count| unsolved = count),
    )?;
    Ok(Some(unsolved))
}

impl Args {
    fn options(&self, console: &Console) -> Result<Options<'static>, Failure> {
        Ok(Options {
            threads: self.telling.machine.threads()?,
            limit: self.limit,
            max_fails: self.max_fails,
            retry_failed: self.retry_failed,
            progress: self.telling.progress(console),
        })
    }
}

impl Telling {
    fn progress(&self, console: &Console) -> Tell<'static> {
        Tell::Stderr(if console.quiet > 0 { ProgressForm::None } else { self.progress })
    }
}
