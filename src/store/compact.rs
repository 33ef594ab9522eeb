//! Small parts made into larger ones, without the rows that others have taken the place of.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};

use super::part::{self, Part, PartWriter, StoredRun};
use super::place::{Place, Places};
use super::{Folder, RunKey, Scan, Shard, StoreError, atomic};
use crate::measure::{RunRow, RunStatus};
use crate::sweep::{CellId, Plan};

/// The length of a file below which a part is a small one.
const SMALL_FILE: u64 = 1 << 20;

/// The most bytes that the rows of small parts take in memory together, and one part more.
const ROWS_TOGETHER: usize = 24 << 20;

/// So many small parts are left as they are: it is not worth the time.
const FEW: usize = 16;

/// So many small parts of a process at work are made into one.
const MANY: usize = 32;

/// Makes few parts of the many small ones that a scan found, of no shard or of one, and leaves out rows that
/// others have taken the place of: failures and trained runs of what is done, and runs that were measured
/// otherwise where they are measured as the plan asks. Whether anything changed: then the folder must be
/// scanned again. Only for the holder of the lock; killed midway, it has lost nothing.
///
/// # Errors
/// Where a part cannot be read, written or removed.
pub fn compact(folder: &Folder, shard: Option<Shard>, plan: &Plan, scan: &Scan) -> Result<bool, StoreError> {
    let place = shard.map_or_else(|| folder.parts(), |shard| folder.shard_parts(shard));
    let own = scan.parts().iter().filter(|part| part.path.parent() == Some(&place));
    let (old, rest): (Vec<_>, Vec<_>) = own.partition(|part| part.is_mostly_old(scan));
    let mut small: Vec<PathBuf> =
        rest.into_iter().map(|part| part.path.clone()).filter(|path| is_small(path)).collect();
    if small.len() <= FEW {
        small.clear();
    }
    small.extend(old.into_iter().map(|part| part.path.clone()));
    if small.is_empty() {
        return Ok(false);
    }
    let mut places = Places::of(plan);
    let mut seen = HashSet::new();
    let mut is_wanted = |run: &StoredRun| match places.place(run) {
        // Of several rows of a run that are the same bit for bit, one.
        Place::Run(index) if run.status != RunStatus::Failed => seen.insert((index, run.key.measure)),
        Place::Run(index) | Place::Awaiting(index) => !scan.is_done_at(index),
        Place::Outdated(index) => !scan.is_there_at(index),
        Place::Surplus => true,
    };
    Ok(join(&small, &mut is_wanted)?.has_changed)
}

/// A writer of parts that makes larger ones of its small ones while it writes.
pub struct TidyWriter {
    parts: PartWriter,
    small: Vec<PathBuf>,
}

impl TidyWriter {
    /// One that writes as another does.
    pub fn new(parts: PartWriter) -> Self {
        TidyWriter { parts, small: Vec::new() }
    }

    /// As [`PartWriter::push`].
    ///
    /// # Errors
    /// Those of [`PartWriter::flush`].
    pub fn push(&mut self, key: RunKey, row: RunRow) -> Result<(), StoreError> {
        self.parts.push(key, row)
    }

    /// As [`PartWriter::flush`].
    ///
    /// # Errors
    /// Where a part cannot be written, or read and removed again.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        self.small.extend(self.parts.flush()?.filter(|path| is_small(path)));
        if self.small.len() >= MANY {
            let joined = join(&std::mem::take(&mut self.small), &mut |_| true)?;
            self.small.extend(joined.written.into_iter().filter(|path| is_small(path)));
        }
        Ok(())
    }
}

fn is_small(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.len() < SMALL_FILE)
}

/// What became of parts that were joined.
#[derive(Default)]
struct Joined {
    written: Vec<PathBuf>,
    has_changed: bool,
}

/// Joins parts of one folder into larger ones of the runs that are wanted.
///
/// # Errors
/// Where a part cannot be read, written or removed.
fn join(paths: &[PathBuf], is_wanted: &mut dyn FnMut(&StoredRun) -> bool) -> Result<Joined, StoreError> {
    let mut heap = Heap::default();
    let mut joined = Joined::default();
    for path in paths {
        let part = match Part::open(path) {
            // What cannot be read stays, and another process may have been here.
            Err(StoreError::Damaged { .. }) => continue,
            Err(error) if error.is_missing() => continue,
            part => part?,
        };
        let fits = heap.rows.first().is_none_or(|rows| rows.schema() == part.rows().schema());
        if !fits || heap.bytes >= ROWS_TOGETHER {
            std::mem::take(&mut heap).write(&mut joined)?;
        }
        heap.add(path, &part, is_wanted)?;
    }
    heap.write(&mut joined)?;
    Ok(joined)
}

/// Parts whose runs are to be one.
#[derive(Default)]
struct Heap {
    paths: Vec<PathBuf>,
    rows: Vec<RecordBatch>,
    /// The runs that are wanted: what they are sorted by, and their rows among all.
    runs: Vec<(CellId, u32, Vec<u32>)>,
    /// Number of all rows.
    count: usize,
    bytes: usize,
    /// Whether some run is not wanted.
    leaves_out: bool,
}

impl Heap {
    fn add(
        &mut self,
        path: &Path,
        part: &Part,
        is_wanted: &mut dyn FnMut(&StoredRun) -> bool,
    ) -> Result<(), StoreError> {
        for run in part.runs() {
            let run = run?;
            if is_wanted(&run) {
                let rows = run.rows.clone().map(|row| (self.count + row) as u32);
                self.runs.push((run.key.cell, run.key.replicate, rows.collect()));
            } else {
                self.leaves_out = true;
            }
        }
        self.count += part.rows().num_rows();
        self.bytes += part.rows().get_array_memory_size();
        self.rows.push(part.rows().clone());
        self.paths.push(path.to_path_buf());
        Ok(())
    }

    /// Writes the runs as one part, and then removes those that they came from. A part alone of which all is
    /// wanted stays.
    fn write(mut self, joined: &mut Joined) -> Result<(), StoreError> {
        if self.paths.len() < 2 && !self.leaves_out {
            joined.written.append(&mut self.paths);
            return Ok(());
        }
        let folder = self.paths[0].parent().expect("a part is in a folder").to_path_buf();
        let mut kept = None;
        if !self.runs.is_empty() {
            self.runs.sort_by_key(|(cell, replicate, _)| (*cell, *replicate));
            let order: UInt32Array = self.runs.iter().flat_map(|(_, _, rows)| rows.iter().copied()).collect();
            let all = concat_batches(self.rows[0].schema_ref(), &self.rows).expect("parts of one schema");
            let rows = take_record_batch(&all, &order).expect("rows that there are");
            kept = Some(part::write(&folder, &rows)?);
        }
        for path in self.paths.iter().filter(|path| Some(*path) != kept.as_ref()) {
            atomic::remove(path)?;
        }
        joined.has_changed = true;
        joined.written.extend(kept);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::RunRow;
    use crate::store::fixture::{self, runs, store};
    use crate::store::scan::all_part_paths;
    use crate::store::stored_runs;

    /// What a folder holds of a plan, as bits.
    fn held(folder: &Folder, plan: &Plan) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
        let scan = Scan::of(folder, plan).unwrap();
        let places: Vec<_> =
            (0..plan.len()).flat_map(|position| (0..plan.replicates()).map(move |k| (position, k))).collect();
        let stored = stored_runs(plan, &scan, &places).unwrap();
        stored.iter().map(|(_, row)| fixture::bits(row)).collect()
    }

    #[test]
    fn many_small_parts_become_one_with_the_same_runs() {
        let plan = fixture::plan(8);
        let (_dir, folder) = fixture::folder();
        store(&folder, &runs(&plan), 2);
        let before = held(&folder, &plan);
        assert_eq!(all_part_paths(&folder).unwrap().len(), 24);
        let scan = Scan::of(&folder, &plan).unwrap();
        assert!(compact(&folder, None, &plan, &scan).unwrap());
        assert_eq!(all_part_paths(&folder).unwrap().len(), 1);
        assert_eq!(held(&folder, &plan), before);
        // Once is enough.
        let scan = Scan::of(&folder, &plan).unwrap();
        assert!(!compact(&folder, None, &plan, &scan).unwrap());
    }

    #[test]
    fn a_writer_at_work_leaves_few_parts_and_all_runs() {
        let plan = fixture::plan(16);
        let (_dir, folder) = fixture::folder();
        let mut writer = TidyWriter::new(PartWriter::new(&folder));
        for (written, (key, row)) in runs(&plan).into_iter().enumerate() {
            writer.push(key, row).unwrap();
            writer.flush().unwrap();
            assert!(all_part_paths(&folder).unwrap().len() < MANY);
            assert_eq!(Scan::of(&folder, &plan).unwrap().counts().total(), written as u64 + 1);
        }
        let (_other, plain) = fixture::folder();
        store(&plain, &runs(&plan), 1000);
        assert_eq!(held(&folder, &plan), held(&plain, &plan));
    }

    #[test]
    fn few_small_parts_stay() {
        let plan = fixture::plan(8);
        let (_dir, folder) = fixture::folder();
        store(&folder, &runs(&plan), 3);
        let before = all_part_paths(&folder).unwrap();
        let scan = Scan::of(&folder, &plan).unwrap();
        assert!(!compact(&folder, None, &plan, &scan).unwrap());
        assert_eq!(all_part_paths(&folder).unwrap(), before);
    }

    #[test]
    fn rows_that_others_took_the_place_of_go() {
        let plan = fixture::plan(3);
        let (_dir, folder) = fixture::folder();
        let other = fixture::plan_with(3, "[10, 25, 50]", "tail = 0.25");
        store(&folder, &runs(&other), 100);
        // Of some runs only what was measured otherwise is there.
        let (now, last) = (runs(&plan), runs(&plan).len() - 2);
        let failed = |(key, row): &(_, RunRow)| {
            let row = RunRow::without_numbers(RunStatus::Failed, "in vain".into(), row.bidders.len());
            (*key, row)
        };
        store(&folder, &now[..last].iter().map(failed).collect::<Vec<_>>(), 100);
        store(&folder, &now[..last], 100);
        let before = held(&folder, &plan);
        let scan = Scan::of(&folder, &plan).unwrap();
        assert_eq!((scan.counts().total(), scan.outdated()), (last as u64, 2));
        assert!(compact(&folder, None, &plan, &scan).unwrap());
        assert_eq!(held(&folder, &plan), before);
        let scan = Scan::of(&folder, &plan).unwrap();
        assert_eq!((scan.counts().total(), scan.outdated()), (last as u64, 2));
        let count = |path: &PathBuf| Part::open(path).unwrap().runs().count();
        let rows: usize = all_part_paths(&folder).unwrap().iter().map(count).sum();
        assert_eq!(rows, now.len());
    }
}
