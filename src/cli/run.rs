//! `bidsweep run`: train what is missing, then write tables and a summary.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::failure::unless_closed;
use super::hints;
use super::input::{Machine, load};
use super::output::counted;
use super::shard::{refuse_array_without_shard, run_shard};
use super::stand::{conclude, put_aside_damaged, tell_of_lock};
use super::summary::print_summary;
use super::{Console, Exit, Failure, Format, plan};
use crate::engine::{
    Extent, Options, ProgressForm, Stop, at_most, missing, pool, train_missing, while_telling,
};
use crate::numeric::cancel::caught;
use crate::numeric::simd::Instance;
use crate::report::{Owner, Report, write_report};
use crate::store::{
    Folder, Host, Lock, Manifest, PartWriter, Scan, Shard, StoreError, compact, data_names, host_name,
    keep_data, made, note_report, note_tables, prune, write_tables,
};
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
        return run_shard(plan, &folder, shard, &args.telling.machine, &options, stop, console);
    }
    let host = host_name();
    let lock = Lock::take(&folder, &host)?;
    tell_of_lock(&lock, &folder, console);
    let earlier = Manifest::read(&folder)?;
    if let Some(conflict) = earlier.as_ref().and_then(|manifest| manifest.conflict(plan)) {
        return Err(Failure::Refused(format!("{}: {conflict}", folder.path().display())));
    }
    let data = data_names(plan)?;
    let changed = earlier.as_ref().map_or_else(Vec::new, |manifest| changed_files(manifest, &data));
    let scan = usable_scan(plan, &folder, &changed, args, console)?;
    let whole = Extent::WHOLE;
    args.telling.machine.threads_for(missing(plan, &whole, &scan, &options), console)?;
    let cpu = Instance::current().name().into();
    let host = Host { name: host, threads: options.threads.get(), cpu };
    let mut manifest = Manifest::start(plan, host, earlier.as_ref());
    manifest.note(scan.counts(), Duration::ZERO);
    keep_data(&folder, plan, &data)?;
    manifest.data = data;
    folder.write_sweep(plan.source())?;
    manifest.write(&folder)?;

    let finish = train_missing(plan, &whole, PartWriter::new(&folder), &scan, &options, stop)?;

    let mut scan = Scan::of(&folder, plan)?;
    if finish.counts.done > 0 && compact(&folder, None, plan, &scan)? {
        scan = Scan::of(&folder, plan)?;
    }
    scan.note_sound(&folder, plan)?;
    // Before the tables: where these cannot be written, it is told that runs are there which they lack.
    manifest.note(scan.counts(), Duration::from_secs_f64(finish.seconds));
    manifest.write(&folder)?;
    let missing = plan.runs() - scan.counts().total();
    let wanted = match args.tables {
        WriteTables::End => missing == 0,
        WriteTables::Always => true,
        WriteTables::Never => false,
    };
    let told = match wanted {
        true => tell(
            &Trained { plan, folder: &folder, scan: &scan, manifest },
            &args.telling,
            stop,
            console,
            out,
        )?,
        false => None,
    };
    let exit = conclude(&folder.path().display().to_string(), plan.runs(), &scan, &finish, console);
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
    options: &Options,
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

/// How often tables are begun again because parts are gone.
const ATTEMPTS: u32 = 3;

/// Writes the tables. Where file systems have no locks another process may have joined parts since the scan: then
/// they are written of those that are there now.
fn tables_of(folder: &Folder, plan: &Plan, scan: &Scan) -> Result<(), StoreError> {
    let mut written = write_tables(folder, plan, scan);
    for _ in 1..ATTEMPTS {
        match written {
            Err(error) if error.is_missing() => {
                written = write_tables(folder, plan, &Scan::of(folder, plan)?);
            }
            written => return written,
        }
    }
    written
}

/// What training left behind.
pub(super) struct Trained<'a> {
    pub(super) plan: &'a Arc<Plan>,
    pub(super) folder: &'a Folder,
    pub(super) scan: &'a Scan,
    pub(super) manifest: Manifest,
}

/// Tables, report and summary; how many linear programs had no solution, or none where it was stopped before
/// the tables were there.
pub(super) fn tell(
    trained: &Trained,
    args: &Telling,
    stop: &Stop,
    console: &Console,
    out: &mut impl Write,
) -> Result<Option<u64>, Failure> {
    let Trained { plan, folder, scan, manifest } = trained;
    let pool = pool(at_most(args.machine.threads()?, plan.runs()), stop)?;
    let form = args.progress_form(console);
    let made = made(folder, plan, scan);
    if !made.tables {
        let tables =
            || while_telling(form, "measuring cells", || pool.install(|| tables_of(folder, plan, scan)));
        let Ok(written) = caught(tables) else { return Ok(None) };
        written?;
        note_tables(folder, plan, scan)?;
    }
    let report = Report::read(Folder::clone(folder), Arc::clone(plan), manifest.clone())?;
    folder.write_findings(&format!("{:#}\n", json!(report.findings())))?;
    if let Some(problem) = report.write_contrasts()? {
        console.warn(format_args!("warning: no contrasts: {problem}"));
    }
    let page = if args.no_report {
        None
    } else if made.report {
        Some(page_of(folder))
    } else if let Ok(drawn) = caught(|| {
        while_telling(form, "drawing the report", || pool.install(|| write_page(folder, &report, console)))
    }) {
        // A warning is told again where the report is drawn again.
        if drawn? == Drawn::Whole {
            note_report(folder, plan, scan)?;
        }
        Some(page_of(folder))
    } else {
        console.note(format_args!(
            "stopped before the report: make it with `bidsweep report {}`",
            folder.path().display()
        ));
        None
    };
    let mut unsolved = 0;
    unless_closed(
        print_summary(plan, folder, &report, page.as_deref(), args.format, console, out)
            .map(|count| unsolved = count),
    )?;
    Ok(Some(unsolved))
}

/// Whether a report has all its figures.
#[derive(PartialEq, Eq)]
enum Drawn {
    Whole,
    WithoutSome,
}

/// Writes the report.
fn write_page(folder: &Folder, report: &Report, console: &Console) -> Result<Drawn, Failure> {
    let files = report.files()?;
    let undrawn = report.undrawn(&files);
    undrawn.iter().for_each(|problem| console.warn(format_args!("{problem}")));
    write_report(&folder.report(), &files, Owner::Sweep)?;
    Ok(if undrawn.is_empty() { Drawn::Whole } else { Drawn::WithoutSome })
}

/// The page of a sweep's own report.
fn page_of(folder: &Folder) -> PathBuf {
    folder.report().join("index.html")
}

impl Args {
    fn options(&self, console: &Console) -> Result<Options, Failure> {
        Ok(Options {
            threads: self.telling.machine.threads()?,
            limit: self.limit,
            max_fails: self.max_fails,
            retry_failed: self.retry_failed,
            progress: self.telling.progress_form(console),
        })
    }
}

impl Telling {
    fn progress_form(&self, console: &Console) -> ProgressForm {
        if console.quiet > 0 { ProgressForm::None } else { self.progress }
    }
}

/// The data files that hold something else than when the folder was last trained.
fn changed_files<'d>(earlier: &Manifest, data: &'d BTreeMap<String, String>) -> Vec<&'d String> {
    let differs = |(file, name): &(&String, &String)| earlier.data.get(*file).is_some_and(|old| old != *name);
    data.iter().filter(differs).map(|(file, _)| file).collect()
}

/// What is there of the plan, once damaged parts are put aside and surplus runs are dealt with.
fn usable_scan(
    plan: &Plan,
    folder: &Folder,
    changed: &[&String],
    args: &Args,
    console: &Console,
) -> Result<Scan, Failure> {
    let scan = Scan::of(folder, plan)?;
    put_aside_damaged(&scan, console)?;
    if scan.surplus() == 0 {
        return Ok(scan);
    }
    if !args.prune {
        let because = match changed {
            [] => String::new(),
            files => {
                let files: Vec<&str> = files.iter().map(|file| file.as_str()).collect();
                format!(", as {} has changed since", files.join(" and "))
            }
        };
        return Err(Failure::Refused(format!(
            "{} holds {} that the sweep no longer has{because}: run with --prune to delete them, or give the sweep \
             another name or --out",
            folder.path().display(),
            counted(scan.surplus(), "finished run"),
        )));
    }
    let removed = prune(folder, plan)?;
    console.note(format_args!("deleted {}", counted(removed, "run")));
    Ok(Scan::of(folder, plan)?)
}
