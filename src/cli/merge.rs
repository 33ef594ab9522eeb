//! `bidsweep merge`: join the shards of a sweep into the tables that one machine would have written.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::memory::share_arenas;
use super::output::counted;
use super::run::{Telling, tell};
use super::target::Target;
use super::{Console, Exit, Failure};
use crate::engine::{Stop, divide};
use crate::execute::{Stored, tell_of_lock};
use crate::numeric::simd::Instance;
use crate::store::{
    Folder, Host, Lock, Manifest, Scan, ShardNote, StoreError, data_names, gather_parts, host_name,
    keep_data, live_shards, shard_notes, unseen_parts,
};
use crate::sweep::Plan;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The sweep's folder, such as out/week4; several where machines do not share one
    #[arg(required = true, value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// The folder of the sweeps' folders: what is joined goes to DIR/<name>, and without it stays where it is
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write tables of what is there, though runs are missing or shards at work
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    telling: Telling,
}

pub(super) const AFTER_HELP: &str = "\
What is joined gives the very bytes of tables that one process on one machine writes. It does not matter how many \
shards there were, whether their number changed, or whether some ran twice: a run counts once, and which runs there \
are is read from the parts, not from what the shards say.

Refused with exit code 4, before anything is written: runs that are missing (the first cells are told, and whose \
shard they are), folders of different plans, of another version of results or layout, runs that the sweep does not \
have, damaged parts, and shards at work. A shard is at work while its file is locked, or, on machines that do not \
see each other's locks, until its last sign of life is 100 seconds old.";

/// The most cells or parts of a kind that are told.
const MOST_TOLD: usize = 10;

/// How long parts are waited for that shards have written and that are not seen yet: network file systems
/// list a folder anew after a minute at most.
const UNSEEN: Duration = Duration::from_secs(90);

pub(super) fn merge(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    if args.dirs.len() > 1 && args.out.is_none() {
        return Err(Failure::Usage(
            "several folders are joined in another one: name the folder of the sweeps' folders with --out DIR".into(),
        ));
    }
    share_arenas(args.telling.machine.threads()?);
    let stop = Stop::after(None);
    stop.on_signals()?;
    let host = host_name();
    let mut refusals = Refusals::default();
    let Some(mut sources) = Sources::open(&args.dirs, console, &mut refusals)? else {
        return Ok(refusals.tell(console));
    };
    let folder = match &args.out {
        Some(out) => Folder::new(out.join(sources.plan.name())),
        None => sources.folders[0].clone(),
    };
    if args.out.is_some() && !sources.add_target(&folder, &mut refusals)? {
        return Ok(refusals.tell(console));
    }
    let live = sources.live(&host)?;
    if !args.partial {
        for (folder, note) in &live {
            refusals.push(format!(
                "{}: {} is at work: wait until it ends",
                folder.path().display(),
                note.holder()
            ));
        }
    }
    let scan = sources.scan(console, &stop)?;
    if stop.is_due() {
        console.note("stopped before the tables were written: run the same command again to write them");
        return Ok(Exit::Stopped);
    }
    // Of what is damaged where they are joined, the sources have another, or it is missing.
    let is_put_aside = |part: &Path| args.out.is_some() && part.starts_with(folder.parts());
    sources.check(&scan, args.partial, is_put_aside, &mut refusals);
    if !refusals.0.is_empty() {
        return Ok(refusals.tell(console));
    }
    for part in scan.damaged() {
        console.warn(format_args!("warning: {} is damaged: {}", part.path.display(), part.reason));
    }
    let plan = &sources.plan;
    // Who asks for what is there though shards are at work does not wait for them to let go of the folder.
    let lock = match live.is_empty().then(|| Lock::take(&folder, &host)).transpose() {
        Err(error @ (StoreError::InUse { .. } | StoreError::Claimed { .. })) => {
            refusals.push(error.to_string());
            return Ok(refusals.tell(console));
        }
        lock => lock?,
    };
    if let Some(lock) = &lock {
        tell_of_lock(lock, &folder, console);
    }
    let manifest = sources.manifest(&host, args.telling.machine.threads()?.get());
    let scan = match &args.out {
        Some(_) => sources.gather(&folder, &scan)?,
        None => scan,
    };
    // What another process has put there meanwhile counts too.
    sources.check(&scan, args.partial, |_| false, &mut refusals);
    if !refusals.0.is_empty() {
        return Ok(refusals.tell(console));
    }
    let manifest = kept(&folder, plan, manifest, &scan)?;
    let counts = scan.counts();
    let missing = plan.runs() - counts.total();
    console.note(format_args!(
        "{}: {} of {}",
        folder.path().display(),
        counted(counts.total(), "run"),
        counted(sources.notes.len() as u64, "shard")
    ));
    if missing > 0 {
        console.note(format_args!("{} missing", counted(missing, "run")));
    }
    let stored = Stored { plan, folder: &folder, scan: &scan, manifest: &manifest };
    match tell(&stored, &args.telling, &stop, console, out)? {
        None => {
            console.note("stopped before the tables were written: run the same command again to write them");
            Ok(Exit::Stopped)
        }
        Some(_) if counts.failed > 0 => Ok(Exit::SomeFailed),
        Some(_) => Ok(Exit::Done),
    }
}

/// Keeps in a folder of which plan it is, and what is there.
fn kept(folder: &Folder, plan: &Plan, mut manifest: Manifest, scan: &Scan) -> Result<Manifest, Failure> {
    let data = data_names(plan)?;
    keep_data(folder, plan, &data)?;
    manifest.data = data;
    manifest.note(scan.counts(), Duration::ZERO);
    folder.write_sweep(plan.source())?;
    manifest.write(folder)?;
    scan.note_sound(folder, plan)?;
    Ok(manifest)
}

/// Numbers that rise, as `sbatch --array` has them: `2-4,7`.
fn ranges(numbers: impl Iterator<Item = u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let text = |(first, last): (u32, u32)| match last - first {
        0 => first.to_string(),
        _ => format!("{first}-{last}"),
    };
    ranges.into_iter().map(text).collect::<Vec<_>>().join(",")
}

/// Why nothing is written.
#[derive(Default)]
struct Refusals(Vec<String>);

impl Refusals {
    fn push(&mut self, refusal: String) {
        self.0.push(refusal);
    }

    fn tell(&self, console: &Console) -> Exit {
        self.0.iter().for_each(|refusal| console.fail(refusal));
        Exit::CheckFailed
    }
}

/// The folders to be joined.
struct Sources {
    folders: Vec<Folder>,
    plan: Arc<Plan>,
    manifest: Manifest,
    /// Of shards of the plan, of all folders.
    notes: Vec<ShardNote>,
}

fn different_plans(first: &Folder, plan: &Plan, other: &Folder, hash: &str) -> String {
    format!(
        "{} and {} are of different plans, {} and {hash}: join shards of one sweep file",
        first.path().display(),
        other.path().display(),
        plan.hash()
    )
}

impl Sources {
    /// Opens the folders; `None` where they are not of one plan.
    fn open(dirs: &[PathBuf], console: &Console, refusals: &mut Refusals) -> Result<Option<Self>, Failure> {
        let mut targets = Vec::new();
        for dir in dirs {
            match Target::open(dir, console) {
                Ok(target) => targets.push(target),
                // Of another version or layout, or altered.
                Err(Failure::Refused(why)) => refusals.push(why),
                Err(Failure::Store(error @ StoreError::Damaged { .. })) => refusals.push(error.to_string()),
                Err(failure) => return Err(failure),
            }
        }
        let mut notes = Vec::new();
        let mut folders = Vec::new();
        let mut targets = targets.into_iter();
        let Some(Target { folder, plan, manifest }) = targets.next() else { return Ok(None) };
        for other in targets {
            if other.plan.hash() != plan.hash() {
                refusals.push(different_plans(&folder, &plan, &other.folder, &other.plan.hash()));
            } else if other.plan.source() != plan.source() {
                console.warn(format_args!(
                    "warning: the text of {} is not that of {}, though the plan is: the latter is kept",
                    other.folder.sweep().display(),
                    folder.sweep().display()
                ));
            }
            folders.push(other.folder);
        }
        folders.insert(0, folder);
        if !refusals.0.is_empty() {
            return Ok(None);
        }
        for folder in &folders {
            notes.extend(shard_notes(folder)?.into_iter().filter(|note| note.plan_hash == plan.hash()));
        }
        Ok(Some(Sources { folders, plan: Arc::new(plan), manifest, notes }))
    }

    /// Counts what is there already where all is to be joined; whether that can be.
    fn add_target(&mut self, folder: &Folder, refusals: &mut Refusals) -> Result<bool, Failure> {
        let is_known = |known: &Folder| match (known.path().canonicalize(), folder.path().canonicalize()) {
            (Ok(known), Ok(folder)) => known == folder,
            _ => false,
        };
        if self.folders.iter().any(is_known) {
            return Ok(true);
        }
        let earlier = match Manifest::read(folder) {
            Ok(None) => return Ok(true),
            Ok(Some(earlier)) => earlier,
            Err(error @ StoreError::Damaged { .. }) => {
                refusals.push(error.to_string());
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        if earlier.plan_hash != self.plan.hash() {
            refusals.push(different_plans(&self.folders[0], &self.plan, folder, &earlier.plan_hash));
        } else if let Some(conflict) = earlier.conflict(&self.plan) {
            refusals.push(format!("{}: {conflict}", folder.path().display()));
        } else {
            self.folders.push(folder.clone());
            return Ok(true);
        }
        Ok(false)
    }

    /// The shards at work.
    fn live(&self, host: &str) -> Result<Vec<(&Folder, ShardNote)>, Failure> {
        let mut live = Vec::new();
        for folder in &self.folders {
            live.extend(live_shards(folder, host)?.into_iter().map(|note| (folder, note)));
        }
        Ok(live)
    }

    /// What is there; where runs are missing, once all parts are seen that shards have written.
    fn scan(&self, console: &Console, stop: &Stop) -> Result<Scan, Failure> {
        let start = Instant::now();
        let mut is_told = false;
        loop {
            let mut unseen = Vec::new();
            for folder in &self.folders {
                unseen.extend(unseen_parts(folder, &self.plan)?);
            }
            let scan = Scan::closely(&self.folders, &self.plan)?;
            let is_whole = scan.counts().total() == self.plan.runs();
            if is_whole || unseen.is_empty() || start.elapsed() > UNSEEN || stop.is_due() {
                return Ok(scan);
            }
            if !is_told {
                let parts = counted(unseen.len() as u64, "part");
                console.note(format_args!(
                    "waiting for {parts} that shards have written and that are not seen yet"
                ));
                is_told = true;
            }
            sleep(Duration::from_secs(1));
        }
    }

    /// Whether what is there makes the whole.
    fn check(
        &self,
        scan: &Scan,
        is_partial: bool,
        is_put_aside: impl Fn(&Path) -> bool,
        refusals: &mut Refusals,
    ) {
        if scan.surplus() > 0 {
            let cells: Vec<_> = scan.surplus_cells().take(MOST_TOLD).map(|cell| cell.to_string()).collect();
            refusals.push(format!(
                "{} are there that the sweep does not have, of cells {}{}: delete them with `bidsweep run --prune \
                 --limit 0 FILE`",
                counted(scan.surplus(), "run"),
                cells.join(", "),
                if scan.surplus_cells().nth(MOST_TOLD).is_some() { ", ..." } else { "" }
            ));
        }
        if is_partial {
            return;
        }
        let damaged: Vec<_> = scan.damaged().iter().filter(|part| !is_put_aside(&part.path)).collect();
        for part in damaged.iter().take(MOST_TOLD) {
            refusals.push(format!(
                "{} is damaged ({}): run its shard again, which puts it aside",
                part.path.display(),
                part.reason
            ));
        }
        if damaged.len() > MOST_TOLD {
            refusals.push(format!("and {} more are damaged", damaged.len() - MOST_TOLD));
        }
        let missing = self.plan.runs() - scan.counts().total();
        if missing > 0 {
            refusals.push(self.gaps(scan, missing));
        }
    }

    /// Which runs are missing, and whose they are.
    fn gaps(&self, scan: &Scan, missing: u64) -> String {
        let plan = &self.plan;
        let is_there =
            |position, replicate| scan.is_done(position, replicate) || scan.is_failed(position, replicate);
        // Into as many shards as the sweep was cut last.
        let last = self.notes.iter().max_by(|a, b| a.updated.cmp(&b.updated));
        let assignment = last.map(|note| divide(plan, note.shard.count()));
        let mut owners = BTreeSet::new();
        let mut cells = String::new();
        let mut count = 0;
        for position in 0..plan.len() {
            let gaps = || (0..plan.replicates()).filter(|&replicate| !is_there(position, replicate));
            let runs = gaps().count() as u64;
            if runs == 0 {
                continue;
            }
            let shards: BTreeSet<_> =
                assignment.iter().flat_map(|all| gaps().map(|k| all.shard_of(position, k))).collect();
            if count < MOST_TOLD {
                let cell = plan.cell(position);
                let shards: Vec<_> = shards.iter().take(MOST_TOLD).map(ToString::to_string).collect();
                let owners = if shards.is_empty() {
                    String::new()
                } else {
                    format!(" of shard {}", shards.join(", "))
                };
                _ = write!(cells, "\n  {} {}: {}{owners}", cell.id, cell.label, counted(runs, "run"));
            }
            count += 1;
            owners.extend(shards);
        }
        if count > MOST_TOLD {
            _ = write!(cells, "\n  and {} more", counted((count - MOST_TOLD) as u64, "cell"));
        }
        let shards: Vec<_> = owners.iter().map(|shard| format!("--shard {shard}")).collect();
        let again = match (shards.len(), last) {
            (1..=MOST_TOLD, _) => format!("run again with {}", shards.join(", ")),
            (_, Some(last)) => {
                let indices = ranges(owners.iter().map(|shard| shard.index()));
                format!("run again shards {indices} of {}", last.shard.count())
            }
            (_, None) => "run the sweep again with `bidsweep run`".to_owned(),
        };
        let outdated = match scan.outdated() {
            0 => String::new(),
            count => {
                format!(
                    "\n{} were measured otherwise than [measure] asks: they count as missing",
                    counted(count, "run")
                )
            }
        };
        format!(
            "{} of {} are missing:{cells}{outdated}\n{again}; or write tables of what is there with --partial",
            missing,
            counted(plan.runs(), "run")
        )
    }

    /// The manifest of what is joined here.
    fn manifest(&self, host: &str, threads: usize) -> Manifest {
        let host = Host { name: host.into(), threads, cpu: Instance::current().name().into() };
        let mut manifest = Manifest::start(&self.plan, host, Some(&self.manifest));
        // Shards at work side by side: the time that one machine would have taken.
        let trained: f64 = self.notes.iter().map(|note| note.elapsed_seconds).sum();
        manifest.elapsed_seconds = manifest.elapsed_seconds.max(trained);
        manifest
    }

    /// Gives a folder all that is there, once what is damaged in it is out of the way.
    fn gather(&self, folder: &Folder, scan: &Scan) -> Result<Scan, Failure> {
        Scan::of(folder, &self.plan)?.quarantine()?;
        gather_parts(folder, scan)?;
        Ok(Scan::of(folder, &self.plan)?)
    }
}
