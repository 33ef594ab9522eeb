//! What is there of a plan.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread;

use super::bits::Bits;
use super::part::{Part, RunShape, StoredRun, part_paths};
use super::place::{self, Place, Places};
use super::sound::SoundParts;
use super::{Folder, Shard, StoreError, atomic, file};
use crate::measure::RunStatus;
use crate::sweep::{CellId, Plan};

/// Parts that are read at a time, each on a thread: enough to keep a disk busy, and few enough for their runs
/// to take little memory.
const TOGETHER: usize = 8;

/// How often parts are listed that vanish while they are read.
const ATTEMPTS: u32 = 5;

/// Runs of a plan that a part holds no further apart than this count as one stretch of the plan.
const STRETCH_GAP: u64 = 1 << 10;

/// What the parts of a folder hold of a plan. Takes four bits a run at most, a few words a part, and a word
/// for each row that another may take the place of.
#[derive(Debug)]
pub struct Scan {
    replicates: u32,
    done: Bits,
    failed: Bits,
    counts: RunCounts,
    awaiting: Bits,
    outdated: Bits,
    outdated_runs: u64,
    surplus: BTreeSet<(CellId, u32)>,
    parts: Vec<PartIndex>,
    sound: SoundParts,
    damaged: Vec<DamagedPart>,
}

/// How the runs of a plan stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RunCounts {
    /// Runs that trained all epochs.
    pub ok: u64,
    /// Runs that diverged: results too.
    pub diverged: u64,
    /// Runs that could not be computed.
    pub failed: u64,
}

impl RunCounts {
    /// Number of runs that are there, however they ended.
    pub fn total(&self) -> u64 {
        self.ok + self.diverged + self.failed
    }
}

/// A part that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedPart {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// Which stretches of the plan a part has runs of.
#[derive(Debug)]
pub(crate) struct PartIndex {
    pub(crate) path: PathBuf,
    stretches: Vec<Range<u64>>,
    /// Number of its runs, of the plan or not.
    count: usize,
    /// Those of the plan that failed, await their continuation or were measured otherwise.
    passing: Vec<u64>,
}

/// The share of a part's runs from which it is worth writing it again without them.
const MOSTLY: f64 = 0.25;

impl PartIndex {
    /// The stretches that cover runs, given by their index in the plan, of a part of so many; `passing` are
    /// those that another row may take the place of.
    fn new(path: &Path, mut runs: Vec<u64>, count: usize, passing: Vec<u64>) -> Self {
        runs.sort_unstable();
        let mut stretches: Vec<Range<u64>> = Vec::new();
        for run in runs {
            match stretches.last_mut() {
                Some(last) if run < last.end + STRETCH_GAP => last.end = run + 1,
                _ => stretches.push(run..run + 1),
            }
        }
        PartIndex { path: path.to_path_buf(), stretches, count, passing }
    }

    /// Whether others have taken the place of many of its runs.
    pub(crate) fn is_mostly_old(&self, scan: &Scan) -> bool {
        let old = self.passing.iter().filter(|&&index| scan.done.contains(index)).count();
        old > 0 && old as f64 >= MOSTLY * self.count as f64
    }

    /// Whether the part may have runs of a window.
    pub(crate) fn overlaps(&self, window: &Range<u64>) -> bool {
        let first = self.stretches.partition_point(|stretch| stretch.end <= window.start);
        self.stretches.get(first).is_some_and(|stretch| stretch.start < window.end)
    }
}

impl Scan {
    /// Reads which runs the parts of a folder have. Of parts that are not known to be sound every byte is
    /// checked, and that their runs can be those of the plan. A folder without parts is as an empty one.
    ///
    /// # Errors
    /// Where the system refuses to read. Damage is no error: see [`Scan::damaged`]; what is no regular file,
    /// or may not be read, is damaged.
    pub fn of(folder: &Folder, plan: &Plan) -> Result<Self, StoreError> {
        let sound = SoundParts::read(SoundParts::all_files(folder), plan);
        Scan::over(&|| all_part_paths(folder), &sound, plan, &|_, _| true)
    }

    /// As [`Scan::of`], of several folders as if they were one; every byte of every part is checked.
    ///
    /// # Errors
    /// Those of [`Scan::of`].
    pub fn closely(folders: &[Folder], plan: &Plan) -> Result<Self, StoreError> {
        let list = || Ok(folders.iter().map(all_part_paths).collect::<Result<Vec<_>, _>>()?.concat());
        Scan::over(&list, &SoundParts::default(), plan, &|_, _| true)
    }

    /// What a shard is to see: the runs (cell's position, replicate) that `is_own`. Those may stand in its
    /// own parts, in those of shards of another count, and in those of no shard; not in those of the other
    /// shards beside it, which are not read.
    ///
    /// # Errors
    /// Those of [`Scan::of`].
    pub fn of_shard(
        folder: &Folder,
        plan: &Plan,
        shard: Shard,
        is_own: &dyn Fn(usize, u32) -> bool,
    ) -> Result<Self, StoreError> {
        let sound = SoundParts::read(SoundParts::all_files(folder), plan);
        let may_hold = |other: &Shard| *other == shard || other.count() != shard.count();
        Scan::over(&|| part_paths_of(folder, may_hold), &sound, plan, is_own)
    }

    /// The runs that are wanted, of the parts in a list.
    fn over(
        list: &dyn Fn() -> Result<Vec<PathBuf>, StoreError>,
        sound: &SoundParts,
        plan: &Plan,
        is_wanted: &dyn Fn(usize, u32) -> bool,
    ) -> Result<Self, StoreError> {
        let mut attempts = ATTEMPTS;
        loop {
            let mut scan = Scan::empty(plan);
            let mut is_whole = true;
            for paths in list()?.chunks(TOGETHER) {
                let read = read_together(paths, |path| runs_in(path, plan, sound));
                for (path, runs) in paths.iter().zip(read) {
                    match runs {
                        Err(StoreError::Damaged { path, reason, .. }) => {
                            scan.damaged.push(DamagedPart { path, reason })
                        }
                        Err(error) if error.is_missing() => is_whole = false,
                        runs => scan.add(path, runs?, is_wanted),
                    }
                }
            }
            attempts -= 1;
            // A process at work may have rewritten parts since they were listed.
            if is_whole || attempts == 0 {
                scan.count();
                return Ok(scan);
            }
        }
    }

    fn empty(plan: &Plan) -> Self {
        Scan {
            replicates: plan.replicates(),
            done: Bits::new(plan.runs()),
            failed: Bits::new(plan.runs()),
            counts: RunCounts::default(),
            awaiting: Bits::new(plan.runs()),
            outdated: Bits::new(plan.runs()),
            outdated_runs: 0,
            surplus: BTreeSet::new(),
            parts: Vec::new(),
            sound: SoundParts::default(),
            damaged: Vec::new(),
        }
    }

    /// Counts what can be counted only once all parts are read.
    fn count(&mut self) {
        self.counts.failed = self.failed().count() as u64;
        // A run that was trained again leaves the row behind that it had before.
        self.outdated_runs = self.outdated.iter().filter(|&index| !self.is_there_at(index)).count() as u64;
    }

    /// Counts the runs of a part that are wanted.
    fn add(&mut self, path: &Path, runs: Vec<(StoredRun, Place)>, is_wanted: &dyn Fn(usize, u32) -> bool) {
        self.sound.insert(path);
        let (mut indices, count, mut passing) = (Vec::with_capacity(runs.len()), runs.len(), Vec::new());
        let replicates = self.replicates;
        let is_wanted = |index| {
            let (position, replicate) = place::run_at(replicates, index);
            is_wanted(position, replicate)
        };
        for (run, place) in runs {
            match place {
                Place::Run(index) if is_wanted(index) => {
                    indices.push(index);
                    self.mark(index, run.status);
                    if run.status == RunStatus::Failed {
                        passing.push(index);
                    }
                }
                Place::Awaiting(index) if is_wanted(index) => {
                    indices.push(index);
                    self.awaiting.insert(index);
                    passing.push(index);
                }
                Place::Outdated(index) if is_wanted(index) => {
                    self.outdated.insert(index);
                    passing.push(index);
                }
                Place::Surplus => {
                    self.surplus.insert((run.key.cell, run.key.replicate));
                }
                Place::Run(_) | Place::Awaiting(_) | Place::Outdated(_) => {}
            }
        }
        self.parts.push(PartIndex::new(path, indices, count, passing));
    }

    fn mark(&mut self, index: u64, status: RunStatus) {
        match status {
            RunStatus::Failed => _ = self.failed.insert(index),
            RunStatus::Ok => self.counts.ok += u64::from(self.done.insert(index)),
            RunStatus::Diverged => self.counts.diverged += u64::from(self.done.insert(index)),
        }
    }

    /// Whether a run is there with status ok or diverged, measured as the plan asks.
    pub fn is_done(&self, position: usize, replicate: u32) -> bool {
        self.done.contains(self.index(position, replicate))
    }

    /// As [`Scan::is_done`], of the run of an index.
    pub(crate) fn is_done_at(&self, index: u64) -> bool {
        self.done.contains(index)
    }

    /// Whether the run of an index is there as the plan asks, however it ended, or yet to be continued.
    pub(crate) fn is_there_at(&self, index: u64) -> bool {
        self.done.contains(index) || self.failed.contains(index) || self.awaiting.contains(index)
    }

    /// Whether a run failed, and was not computed since.
    pub fn is_failed(&self, position: usize, replicate: u32) -> bool {
        let index = self.index(position, replicate);
        self.failed.contains(index) && !self.done.contains(index)
    }

    /// Position and replicate of the runs that failed, in plan order.
    pub fn failed(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.not_done(&self.failed)
    }

    /// Those of some runs that are not done, in plan order.
    fn not_done<'s>(&'s self, runs: &'s Bits) -> impl Iterator<Item = (usize, u32)> + 's {
        let left = runs.iter().filter(|&index| !self.done.contains(index));
        left.map(|index| place::run_at(self.replicates, index))
    }

    /// Whether a run is trained and awaits its continuation.
    pub fn is_awaiting(&self, position: usize, replicate: u32) -> bool {
        let index = self.index(position, replicate);
        self.awaiting.contains(index) && !self.done.contains(index)
    }

    /// Position and replicate of the runs that await their continuation, in plan order.
    pub fn awaiting(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.not_done(&self.awaiting)
    }

    /// How many of the plan's runs are there; what is missing is the rest.
    pub fn counts(&self) -> RunCounts {
        self.counts
    }

    /// Number of runs of the plan that are there only as they were measured under another `[measure]` or by
    /// another version.
    pub fn outdated(&self) -> u64 {
        self.outdated_runs
    }

    /// Number of stored runs that the plan does not have: of other cells, or of replicates beyond its last.
    pub fn surplus(&self) -> u64 {
        self.surplus.len() as u64
    }

    /// The cells with surplus runs.
    pub fn surplus_cells(&self) -> impl Iterator<Item = CellId> + '_ {
        let mut last = None;
        self.surplus.iter().map(|(cell, _)| *cell).filter(move |cell| last.replace(*cell) != Some(*cell))
    }

    /// The parts that cannot be read; their runs count as missing.
    pub fn damaged(&self) -> &[DamagedPart] {
        &self.damaged
    }

    /// Puts damaged parts out of the way, under their name with `.damaged` after it.
    ///
    /// # Errors
    /// Where a part cannot be renamed.
    pub fn quarantine(&self) -> Result<(), StoreError> {
        self.damaged.iter().try_for_each(|part| match file::put_aside(&part.path, part.reason.clone()) {
            // Another process may have found the damage too.
            Err(error) if error.is_missing() => Ok(()),
            aside => aside.map(|_| ()),
        })
    }

    /// Notes which parts are sound, so that the next scan need not look at all of their numbers. Only for the
    /// holder of the folder's lock.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn note_sound(&self, folder: &Folder, plan: &Plan) -> Result<(), StoreError> {
        self.sound.write(&folder.sound_parts(), plan)
    }

    /// As [`Scan::note_sound`], for the holder of a shard.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn note_sound_of(&self, folder: &Folder, shard: Shard, plan: &Plan) -> Result<(), StoreError> {
        self.sound.write(&folder.sound_shard_parts(shard), plan)
    }

    /// The readable parts that have runs of the plan.
    pub(crate) fn parts(&self) -> &[PartIndex] {
        &self.parts
    }

    fn index(&self, position: usize, replicate: u32) -> u64 {
        place::index(self.replicates, position, replicate)
    }
}

/// Reads some parts, each on a thread of its own: few, whatever Rayon's pool has been told.
fn read_together<T: Send>(paths: &[PathBuf], read: impl Fn(&Path) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let threads: Vec<_> = paths.iter().map(|path| scope.spawn(|| read(path))).collect();
        threads.into_iter().map(|thread| thread.join().expect("reading does not panic")).collect()
    })
}

/// The runs of a part, all of them or none; one that is not known to be sound is looked at closely.
fn runs_in(path: &Path, plan: &Plan, sound: &SoundParts) -> Result<Vec<(StoredRun, Place)>, StoreError> {
    let is_sound = sound.has(path);
    let part = if is_sound { Part::open_keys(path)? } else { Part::open(path)? };
    let mut places = Places::of(plan);
    let placed = |run: Result<StoredRun, _>| run.map(|run| (run.clone(), places.place(&run)));
    let runs = part.runs().map(placed).collect::<Result<Vec<_>, StoreError>>()?;
    if !is_sound {
        check(&part, &runs, plan)?;
    }
    Ok(runs)
}

/// Whether the runs of a part that are of the plan can be its runs.
fn check(part: &Part, runs: &[(StoredRun, Place)], plan: &Plan) -> Result<(), StoreError> {
    let of_plan = runs.iter().filter_map(|(run, place)| match place {
        Place::Run(index) | Place::Awaiting(index) => Some((run, place::run_at(plan.replicates(), *index).0)),
        Place::Outdated(_) | Place::Surplus => None,
    });
    let mut of_plan = of_plan.peekable();
    // Runs that were measured otherwise may have other columns.
    if of_plan.peek().is_none() {
        return Ok(());
    }
    let measured = part.measured()?;
    let mut checked = measured.check_numbers();
    let mut last: Option<(usize, RunShape)> = None;
    for (run, position) in of_plan {
        let shape = match last.take() {
            Some((of, shape)) if of == position => shape,
            _ => RunShape::of(&plan.cell(position).settings),
        };
        checked = checked.and_then(|()| match run.key.measure.recorded(shape.epochs) {
            Some(recorded) => measured.check_run(run, &shape, recorded),
            None => Err(format!("measure_key {} asks for too many epochs", run.key.measure)),
        });
        last = Some((position, shape));
    }
    checked.map_err(|reason| part.damaged(reason))
}

/// The parts of a folder, those of shards too; none where there is no folder.
pub(crate) fn all_part_paths(folder: &Folder) -> Result<Vec<PathBuf>, StoreError> {
    part_paths_of(folder, |_| true)
}

/// The parts of no shard, and those of the shards that are wanted.
fn part_paths_of(folder: &Folder, is_wanted: impl Fn(&Shard) -> bool) -> Result<Vec<PathBuf>, StoreError> {
    let parts = folder.parts();
    let mut paths = part_paths(&parts)?;
    let entries = match atomic::files(&parts) {
        Err(error) if error.is_missing() => Vec::new(),
        entries => entries?,
    };
    let shards = entries.iter().filter_map(|path| Shard::of_stem(path.file_name()?.to_str()?));
    for shard in shards.filter(is_wanted) {
        paths.extend(part_paths(&folder.shard_parts(shard))?);
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::measure::RunRow;
    use crate::store::RunKey;
    use crate::store::fixture::{self, plan, run, runs, store};

    #[test]
    fn a_folder_that_is_not_there_is_as_an_empty_one() {
        let scan = Scan::of(&Folder::new("no such folder"), &plan(2)).unwrap();
        assert_eq!((scan.counts(), scan.surplus()), (RunCounts::default(), 0));
    }

    #[test]
    fn what_is_there_is_counted_once() {
        let (_dir, folder) = fixture::folder();
        let plan = plan(8);
        let mut stored = runs(&plan);
        stored.retain(|(key, _)| key.replicate != 3);
        store(&folder, &stored, 5);
        store(&folder, &stored[3..20], 7);
        let scan = Scan::of(&folder, &plan).unwrap();
        let cells = plan.len() as u64;
        assert_eq!(scan.counts(), RunCounts { ok: 5 * cells, diverged: cells, failed: cells });
        assert_eq!((scan.outdated(), scan.surplus()), (0, 0));
        for position in 0..plan.len() {
            for replicate in 0..8 {
                assert_eq!(scan.is_done(position, replicate), ![3, 6].contains(&replicate));
                assert_eq!(scan.is_failed(position, replicate), replicate == 6);
            }
        }
        assert!(scan.failed().eq((0..plan.len()).map(|position| (position, 6))));
    }

    #[test]
    fn a_success_outweighs_a_failure_whichever_is_read_first() {
        let plan = plan(1);
        let (key, ok) = run(&plan, 0, 0);
        for message in ["a", "b", "c", "d"] {
            let failed = RunRow::without_numbers(RunStatus::Failed, message.into(), ok.bidders.len());
            let (_dir, folder) = fixture::folder();
            store(&folder, &[(key, failed), (key, ok.clone())], 1);
            let scan = Scan::of(&folder, &plan).unwrap();
            assert_eq!(scan.counts(), RunCounts { ok: 1, diverged: 0, failed: 0 });
            assert!(scan.is_done(0, 0) && !scan.is_failed(0, 0) && scan.failed().next().is_none());
        }
    }

    #[test]
    fn runs_measured_otherwise_are_missing() {
        let (_dir, folder) = fixture::folder();
        let other = fixture::plan_with(3, "[10, 25, 50]", "tail = 0.25");
        store(&folder, &runs(&other), 100);
        let scan = Scan::of(&folder, &plan(3)).unwrap();
        assert_eq!((scan.counts().total(), scan.outdated(), scan.surplus()), (0, 18, 0));
    }

    #[test]
    fn a_trajectory_more_is_missing_in_its_replicates_only() {
        let (_dir, folder) = fixture::folder();
        let without = fixture::plan_with(3, "[10, 25, 50]", "trajectories = \"none\"");
        store(&folder, &runs(&without), 100);
        let scan = Scan::of(&folder, &plan(3)).unwrap();
        assert_eq!((0..3).map(|k| scan.is_done(4, k)).collect::<Vec<_>>(), [false, false, true]);
    }

    #[test]
    fn a_plan_that_outgrows_the_bound_of_trajectories_asks_for_nothing_again() {
        let (_dir, folder) = fixture::folder();
        let small = fixture::plan_with(2, "{ from = 10, to = 90, step = 10 }", "");
        store(&folder, &runs(&small), 100);
        // Five bidders at 26 epochs each: more than 2^20 numbers for one replicate of all cells.
        let large = fixture::plan_with(2, "{ from = 10, to = 90, step = 0.008 }", "");
        let asked = |plan: &Plan| small.cells().filter(|cell| plan.recorded_replicates(cell.id) > 0).count();
        assert_eq!(asked(&small), small.len());
        assert!((1..small.len()).contains(&asked(&large)), "{}", asked(&large));
        let scan = Scan::of(&folder, &large).unwrap();
        assert_eq!((scan.counts().total(), scan.outdated(), scan.surplus()), (small.runs(), 0, 0));
        // Back again, those that were trained without are missing.
        let (_dir, folder) = fixture::folder();
        let unrecorded = |(key, _): &(RunKey, RunRow)| {
            small.position(key.cell).is_some()
                && large.recording(key.cell, key.replicate).trajectory.is_none()
        };
        let within = small.cells().flat_map(|cell| {
            let position = large.position(cell.id).expect("the plan has grown");
            [0, 1].map(|replicate| run(&large, position, replicate))
        });
        let stored: Vec<_> = within.filter(unrecorded).collect();
        store(&folder, &stored, 100);
        let scan = Scan::of(&folder, &small).unwrap();
        assert_eq!((scan.counts().total(), scan.outdated()), (0, stored.len() as u64));
    }

    #[test]
    fn runs_that_the_plan_does_not_have_are_surplus() {
        let (_dir, folder) = fixture::folder();
        let larger = fixture::plan_of(5, "[10, 25, 50, 75]");
        store(&folder, &runs(&larger), 9);
        let scan = Scan::of(&folder, &plan(3)).unwrap();
        assert_eq!(scan.counts().total(), 6 * 3);
        assert_eq!(scan.surplus(), 6 * 2 + 2 * 5);
        assert_eq!(scan.surplus_cells().count(), 8);
    }

    #[test]
    fn parts_that_are_noted_as_sound_count_the_same_while_their_files_are_as_they_were() {
        let (_dir, folder) = fixture::folder();
        let plan = plan(8);
        store(&folder, &runs(&plan), 5);
        let first = Scan::of(&folder, &plan).unwrap();
        first.note_sound(&folder, &plan).unwrap();
        let noted = |plan: &Plan| SoundParts::read(SoundParts::all_files(&folder), plan).len();
        assert_eq!(noted(&plan), first.parts().len());
        let second = Scan::of(&folder, &plan).unwrap();
        assert_eq!((second.counts(), second.parts().len()), (first.counts(), first.parts().len()));
        assert!(second.failed().eq(first.failed()));
        // Another plan holds them against itself.
        assert_eq!(noted(&fixture::plan(7)), 0);
        let path = &all_part_paths(&folder).unwrap()[0];
        let mut bytes = fs::read(path).unwrap();
        // Among the measured columns, which are not read of a part that is known to be sound.
        let place = bytes.len() / 4;
        bytes[place] ^= 1;
        let written = path.metadata().unwrap().modified().unwrap();
        fs::write(path, bytes).unwrap();
        assert_eq!(Scan::of(&folder, &plan).unwrap().damaged().len(), 1);
        // What leaves length and time as they were is found by a closer look.
        fs::File::options().write(true).open(path).unwrap().set_modified(written).unwrap();
        assert_eq!(Scan::of(&folder, &plan).unwrap().damaged().len(), 0);
        assert_eq!(Scan::closely(std::slice::from_ref(&folder), &plan).unwrap().damaged().len(), 1);
    }

    #[test]
    fn a_damaged_part_counts_for_nothing_and_is_put_aside() {
        let (_dir, folder) = fixture::folder();
        let plan = plan(4);
        store(&folder, &runs(&plan), 6);
        let paths = all_part_paths(&folder).unwrap();
        let mut bytes = fs::read(&paths[1]).unwrap();
        bytes[100] ^= 1;
        fs::write(&paths[1], bytes).unwrap();
        fs::write(&paths[2], b"").unwrap();
        let scan = Scan::of(&folder, &plan).unwrap();
        assert_eq!(scan.counts().total(), 24 - 12);
        assert_eq!(scan.damaged().iter().map(|part| &part.path).collect::<Vec<_>>(), [&paths[1], &paths[2]]);
        assert_eq!(scan.damaged()[1].reason, "its 0 bytes do not hash to its name");

        scan.quarantine().unwrap();
        let scan = Scan::of(&folder, &plan).unwrap();
        assert_eq!((scan.counts().total(), scan.damaged()), (12, &[][..]));
        let aside = atomic::files(&folder.parts()).unwrap();
        assert_eq!(aside.iter().filter(|path| path.extension().unwrap() == "damaged").count(), 2);
    }

    #[test]
    fn a_part_overlaps_the_windows_that_have_its_runs() {
        let far = 10 + STRETCH_GAP;
        let part = PartIndex::new(Path::new("p"), vec![far + 5, 9, 3, far + 4], 4, vec![]);
        assert_eq!(part.stretches, [3..10, far + 4..far + 6]);
        for (window, overlaps) in [
            (0..3, false),
            (0..4, true),
            (9..10, true),
            (10..far + 4, false),
            (5..far + 5, true),
            (far + 6..far + 9, false),
        ] {
            assert_eq!(part.overlaps(&window), overlaps, "{window:?}");
        }
        assert!(!PartIndex::new(Path::new("p"), vec![], 0, vec![]).overlaps(&(0..9)));
    }
}
