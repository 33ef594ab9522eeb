//! The missing runs of a sweep, trained into its folder.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{ExecuteError, Listener, Stored, counted, put_aside_damaged, tell_of_lock, tell_of_threads};
use crate::engine::{Extent, Finish, Options, Stop, missing, train_missing};
use crate::numeric::simd::Instance;
use crate::store::{
    Folder, Host, Lock, Manifest, PartWriter, Scan, compact, data_names, host_name, keep_data, prune,
};
use crate::sweep::Plan;

/// What is asked of a sweep's training.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// How the engine trains.
    pub options: Options<'a>,
    /// Delete finished runs that the sweep no longer has.
    pub prune: bool,
}

/// What training left behind. As long as it is there, no other process trains in the folder.
#[derive(Debug)]
pub struct Trained {
    /// What is there of the plan.
    pub scan: Scan,
    /// What the folder says of the last training.
    pub manifest: Manifest,
    /// How this one ended.
    pub finish: Finish,
    plan: Arc<Plan>,
    folder: Folder,
    _lock: Lock,
}

impl Trained {
    /// Runs that are still missing.
    pub fn missing(&self) -> u64 {
        self.plan.runs() - self.scan.counts().total()
    }

    /// What tables and report are made of.
    pub fn stored(&self) -> Stored<'_> {
        Stored { plan: &self.plan, folder: &self.folder, scan: &self.scan, manifest: &self.manifest }
    }
}

/// Trains what is missing of a plan into a folder, as far as `stop` and the request let it. What is finished
/// is kept, however it ends.
///
/// # Errors
/// Where the folder is in use, of another plan, holds runs that the plan does not have, or cannot be written.
///
/// # Panics
/// As [`Instance::current`].
pub fn train(
    plan: &Arc<Plan>,
    folder: Folder,
    request: &Request<'_>,
    stop: &Stop,
    listener: &dyn Listener,
) -> Result<Trained, ExecuteError> {
    let options = &request.options;
    let host = host_name();
    let lock = Lock::take(&folder, &host)?;
    tell_of_lock(&lock, &folder, listener);
    let earlier = Manifest::read(&folder)?;
    if let Some(conflict) = earlier.as_ref().and_then(|manifest| manifest.conflict(plan)) {
        return Err(ExecuteError::Refused(format!("{}: {conflict}", folder.path().display())));
    }
    let data = data_names(plan)?;
    let changed = earlier.as_ref().map_or_else(Vec::new, |manifest| changed_files(manifest, &data));
    let scan = usable_scan(plan, &folder, &changed, request.prune, listener)?;
    let whole = Extent::WHOLE;
    tell_of_threads(options.threads, missing(plan, &whole, &scan, options), listener);
    let cpu = Instance::current().name().into();
    let host = Host { name: host, threads: options.threads.get(), cpu };
    let mut manifest = Manifest::start(plan, host, earlier.as_ref());
    manifest.note(scan.counts(), Duration::ZERO);
    keep_data(&folder, plan, &data)?;
    manifest.data = data;
    folder.write_sweep(plan.source())?;
    manifest.write(&folder)?;

    let finish = train_missing(plan, &whole, PartWriter::new(&folder), &scan, options, stop)?;

    let mut scan = Scan::of(&folder, plan)?;
    if finish.counts.done > 0 && compact(&folder, None, plan, &scan)? {
        scan = Scan::of(&folder, plan)?;
    }
    scan.note_sound(&folder, plan)?;
    // Before the tables: where these cannot be written, it is told that runs are there which they lack.
    manifest.note(scan.counts(), Duration::from_secs_f64(finish.seconds));
    manifest.write(&folder)?;
    Ok(Trained { scan, manifest, finish, plan: Arc::clone(plan), folder, _lock: lock })
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
    may_prune: bool,
    listener: &dyn Listener,
) -> Result<Scan, ExecuteError> {
    let scan = Scan::of(folder, plan)?;
    put_aside_damaged(&scan, listener)?;
    if scan.surplus() == 0 {
        return Ok(scan);
    }
    if !may_prune {
        let because = match changed {
            [] => String::new(),
            files => {
                let files: Vec<&str> = files.iter().map(|file| file.as_str()).collect();
                format!(", as {} has changed since", files.join(" and "))
            }
        };
        return Err(ExecuteError::Surplus(format!(
            "{} holds {} that the sweep no longer has{because}",
            folder.path().display(),
            counted(scan.surplus(), "finished run"),
        )));
    }
    let removed = prune(folder, plan)?;
    listener.note(&format!("deleted {}", counted(removed, "run")));
    Ok(Scan::of(folder, plan)?)
}
