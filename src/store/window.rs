//! The plan in pieces that fit in memory, and the stored runs of a piece.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::array::Float64Array;

use super::bytes::bytes_of_run;
use super::part::{Measured, Part, StoredRun};
use super::place::{Place, Places, index, run_at};
use super::scan::PartIndex;
use super::together::{threads, together};
use super::{Scan, StoreError};
use crate::measure::{RunRow, RunStatus};
use crate::sweep::Plan;

/// Bytes of the rows of a window.
pub(crate) const WINDOW_BYTES: usize = 16 << 20;

/// The most bytes of decoded parts that stay from one window to the next. Runs of one shape are trained
/// together, so that a part can have every other cell of several windows: while as many shapes alternate as
/// there are full parts in this, each part is decoded once.
const KEPT_BYTES: usize = 48 << 20;

/// The position of a cell in a plan, and a replicate.
type RunPlace = (usize, u32);

/// Which rows of runs are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// Those that are measured as the plan asks.
    Whole,
    /// Those that await their continuation.
    Awaiting,
}

/// The stored runs of a plan at these places, positions and replicates, as far as they are there; in plan
/// order.
///
/// # Errors
/// Where a part is damaged or gone since the scan.
pub fn stored_runs(
    plan: &Plan,
    scan: &Scan,
    places: &[RunPlace],
) -> Result<Vec<(RunPlace, RunRow)>, StoreError> {
    Loader::new(plan, scan).at(places)
}

/// The stored runs of a plan that await their continuation, a few at a time.
pub struct AwaitingRuns<'a>(Loader<'a>);

impl<'a> AwaitingRuns<'a> {
    /// Those of a scan.
    pub fn new(plan: &'a Plan, scan: &'a Scan) -> Self {
        AwaitingRuns(Loader { wanted: Wanted::Awaiting, ..Loader::new(plan, scan) })
    }

    /// Those at these places, which follow each other in plan order from call to call.
    ///
    /// # Errors
    /// Where a part is damaged or gone since the scan.
    pub fn at(&mut self, places: &[RunPlace]) -> Result<Vec<(RunPlace, RunRow)>, StoreError> {
        self.0.at(places)
    }
}

/// Cuts a plan into windows: consecutive runs, by their index, whose rows take at most `bound` bytes, or a
/// single run.
pub(crate) fn windows(plan: &Plan, bound: usize) -> impl Iterator<Item = Range<u64>> + '_ {
    let mut weights = Weights { plan, cell: None };
    let mut start = 0;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let mut end = start;
        while end < plan.runs() {
            bytes += weights.of(end);
            if bytes > bound && end > start {
                break;
            }
            end += 1;
        }
        let window = start..end;
        start = end;
        (!window.is_empty()).then_some(window)
    })
}

/// The bytes of each run of a plan; fast where runs of one cell follow each other.
struct Weights<'a> {
    plan: &'a Plan,
    /// A position, and the bytes of its runs without and with a trajectory.
    cell: Option<(usize, [usize; 2])>,
}

impl Weights<'_> {
    fn of(&mut self, index: u64) -> usize {
        let (position, replicate) = run_at(self.plan.replicates(), index);
        let [plain, recorded] = match self.cell {
            Some((last, bytes)) if last == position => bytes,
            _ => {
                let cell = self.plan.cell(position);
                let recorded = self.plan.recording(cell.id, 0).epochs(cell.settings.epochs).len();
                let bytes = [0, recorded].map(|recorded| bytes_of_run(&cell, recorded));
                self.cell = Some((position, bytes));
                bytes
            }
        };
        let id = self.plan.id(position);
        if replicate < self.plan.recorded_replicates(id) { recorded } else { plain }
    }
}

/// Loads windows from parts.
pub(crate) struct Loader<'a> {
    plan: &'a Plan,
    scan: &'a Scan,
    wanted: Wanted,
    /// The most bytes of `kept`.
    bound: usize,
    /// Parts with runs of later windows, in any order.
    kept: Vec<Decoded<'a>>,
}

/// A part in memory, its runs of the plan in plan order.
struct Decoded<'a> {
    path: &'a Path,
    part: Part,
    runs: Vec<(u64, StoredRun)>,
    measured: Arc<Measured>,
    /// Bytes of all this.
    bytes: usize,
}

impl Decoded<'_> {
    /// Whether it has runs of this index or after it.
    fn reaches(&self, index: u64) -> bool {
        self.runs.last().is_some_and(|(last, _)| *last >= index)
    }

    /// Its runs within a window.
    ///
    /// They hold what the part holds where most of that is theirs, else a copy of their own: however many
    /// parts a window overlaps, its runs keep no more than twice their bytes.
    fn runs(&self, window: &Range<u64>) -> Result<Vec<(u64, StoredRun, Arc<Measured>)>, StoreError> {
        let first = self.runs.partition_point(|(index, _)| *index < window.start);
        let within = self.runs[first..].iter().take_while(|(index, _)| *index < window.end);
        let within: Vec<&(u64, StoredRun)> = within.collect();
        let rows: usize = within.iter().map(|(_, run)| run.rows.len()).sum();
        if 2 * rows >= self.part.rows().num_rows() {
            let whole = |(index, run): &(u64, StoredRun)| (*index, run.clone(), Arc::clone(&self.measured));
            return Ok(within.into_iter().map(whole).collect());
        }
        let measured = Arc::new(self.part.measured_at(within.iter().map(|(_, run)| run.rows.clone()))?);
        let mut next = 0;
        let moved = |(index, run): &(u64, StoredRun)| {
            let rows = next..next + run.rows.len();
            next = rows.end;
            (*index, StoredRun { rows, ..run.clone() }, Arc::clone(&measured))
        };
        Ok(within.into_iter().map(moved).collect())
    }
}

/// A stored run of a plan, and the rows that it has in memory.
pub(crate) struct Found {
    /// Its place in the plan's order.
    pub(crate) index: u64,
    run: StoredRun,
    pub(crate) measured: Arc<Measured>,
    /// Whether the plan asks for its trajectory: it may have been recorded when the plan was smaller.
    is_recorded: bool,
}

impl Found {
    pub(crate) fn replicate(&self) -> u32 {
        self.run.key.replicate
    }

    pub(crate) fn status(&self) -> RunStatus {
        self.run.status
    }

    /// Its rows in [`Found::measured`], one a bidder.
    pub(crate) fn rows(&self) -> Range<usize> {
        self.run.rows.clone()
    }

    /// The row that has what there is once a run.
    pub(crate) fn first_row(&self) -> usize {
        self.run.rows.start
    }

    /// What was recorded of the bidder in a row, and is asked for.
    pub(crate) fn recorded(&self, row: usize) -> Option<(Float64Array, Float64Array)> {
        self.is_recorded.then(|| self.measured.recorded(row)).flatten()
    }

    /// All of it that the plan asks for.
    pub(crate) fn row(&self) -> RunRow {
        let mut row = self.measured.row(&self.run);
        if !self.is_recorded {
            row.trajectory = None;
            row.quantiles.iter_mut().for_each(Vec::clear);
        }
        row
    }
}

impl<'a> Loader<'a> {
    pub(crate) fn new(plan: &'a Plan, scan: &'a Scan) -> Self {
        Loader { plan, scan, wanted: Wanted::Whole, bound: KEPT_BYTES, kept: Vec::new() }
    }

    /// The stored runs at these places, in plan order.
    fn at(&mut self, places: &[RunPlace]) -> Result<Vec<(RunPlace, RunRow)>, StoreError> {
        let replicates = self.plan.replicates();
        let mut indices: Vec<u64> =
            places.iter().map(|(position, replicate)| index(replicates, *position, *replicate)).collect();
        indices.sort_unstable();
        let mut runs = Vec::new();
        for index in indices {
            let found = self.load(&(index..index + 1))?;
            runs.extend(found.iter().map(|found| (run_at(replicates, found.index), found.row())));
        }
        Ok(runs)
    }

    /// The stored runs of a window in plan order, each once. Parts are decoded on all threads of the current
    /// pool, as many at a time.
    pub(crate) fn load(&mut self, window: &Range<u64>) -> Result<Vec<Found>, StoreError> {
        let mut runs = Vec::new();
        let scan = self.scan;
        let overlapping: Vec<_> = scan.parts().iter().filter(|part| part.overlaps(window)).collect();
        for some in overlapping.chunks(threads()) {
            let known: Vec<Option<Decoded<'a>>> =
                some.iter().map(|index| self.take_kept(&index.path)).collect();
            let part = |(known, index): (Option<Decoded<'a>>, &&'a PartIndex)| {
                let part = known.map_or_else(|| self.decode(&index.path), Ok)?;
                let runs = part.runs(window)?;
                Ok((part, runs))
            };
            let parts = together(known.into_iter().zip(some).collect(), part);
            let parts = parts.into_iter().collect::<Result<Vec<_>, StoreError>>()?;
            for (part, found) in parts {
                runs.extend(found);
                // Windows follow each other: what ends within this one is not wanted again. Of the rest,
                // those that came first stay: all are wanted again in the same order, so that a part that
                // took the place of another would be gone itself by then.
                let kept: usize = self.kept.iter().map(|part| part.bytes).sum();
                if part.reaches(window.end) && kept + part.bytes <= self.bound {
                    self.kept.push(part);
                }
            }
        }
        // Of two rows of a run, one that did not fail comes first; two such are the same bit for bit.
        runs.sort_by_key(|(index, run, _)| (*index, run.status == RunStatus::Failed));
        runs.dedup_by_key(|(index, ..)| *index);
        let found =
            |(index, run, measured)| Found { index, run, measured, is_recorded: self.is_recorded(index) };
        Ok(runs.into_iter().map(found).collect())
    }

    /// A part that stayed from an earlier window.
    fn take_kept(&mut self, path: &Path) -> Option<Decoded<'a>> {
        let place = self.kept.iter().position(|part| part.path == path)?;
        Some(self.kept.swap_remove(place))
    }

    /// Whether the plan asks for the trajectory of a run.
    fn is_recorded(&self, index: u64) -> bool {
        let (position, replicate) = run_at(self.plan.replicates(), index);
        replicate < self.plan.recorded_replicates(self.plan.id(position))
    }

    fn decode(&self, path: &'a Path) -> Result<Decoded<'a>, StoreError> {
        let part = Part::open(path)?;
        let mut places = Places::of(self.plan);
        let mut runs = Vec::new();
        for run in part.runs() {
            let run = run?;
            match (places.place(&run), self.wanted) {
                (Place::Run(index), Wanted::Whole) | (Place::Awaiting(index), Wanted::Awaiting) => {
                    runs.push((index, run));
                }
                _ => {}
            }
        }
        runs.sort_by_key(|(index, _)| *index);
        let bytes = part.rows().get_array_memory_size() + size_of_val(&runs[..]);
        Ok(Decoded { path, runs, measured: Arc::new(part.measured()?), part, bytes })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::fixture::{self, plan, runs, store};
    use crate::store::row_bytes;

    proptest! {
        #[test]
        fn windows_cut_the_plan_without_gaps_and_within_the_bound(replicates in 1u32..9, bound in 1usize..80_000) {
            let plan = plan(replicates);
            let mut weights = Weights { plan: &plan, cell: None };
            let mut next = 0;
            for window in windows(&plan, bound) {
                prop_assert_eq!(window.start, next);
                let bytes: usize = window.clone().map(|index| weights.of(index)).sum();
                prop_assert!(bytes <= bound || window.end == window.start + 1);
                // It could not have taken the next run as well.
                prop_assert!(window.end == plan.runs() || bytes + weights.of(window.end) > bound);
                next = window.end;
            }
            prop_assert_eq!(next, plan.runs());
        }
    }

    #[test]
    fn the_weight_of_a_run_is_its_bytes() {
        let plan = plan(3);
        let mut weights = Weights { plan: &plan, cell: None };
        for (index, (_, row)) in runs(&plan).iter().enumerate() {
            assert_eq!(weights.of(index as u64), row_bytes(row));
        }
    }

    #[test]
    fn a_trajectory_that_is_not_asked_for_is_left_out() {
        let (recorded, fewer) =
            (plan(4), fixture::plan_with(4, "[10, 25, 50]", "trajectories = { replicates = 1, every = 10 }"));
        let (_dir, folder) = fixture::folder();
        store(&folder, &runs(&recorded), 5);
        let scan = Scan::of(&folder, &fewer).unwrap();
        assert_eq!((scan.counts().total(), scan.outdated()), (fewer.runs(), 0));
        let rows = Loader::new(&fewer, &scan).load(&(0..fewer.runs())).unwrap();
        for (found, (_, given)) in rows.iter().zip(runs(&fewer)) {
            assert_eq!(fixture::bits(&found.row()), fixture::bits(&given));
        }
    }

    #[test]
    fn a_window_has_its_runs_in_order_from_however_many_parts() {
        let plan = plan(4);
        let (_dir, folder) = fixture::folder();
        let mut stored = runs(&plan);
        let given: Vec<_> = stored.iter().map(|(_, row)| fixture::bits(row)).collect();
        stored.reverse();
        store(&folder, &stored, 2);
        store(&folder, &stored, 9);
        let scan = Scan::of(&folder, &plan).unwrap();
        let decoded = |path| Loader::new(&plan, &scan).decode(path).unwrap().bytes;
        let largest = scan.parts().iter().map(|part| decoded(&part.path)).max().unwrap();
        for bound in [0, 3 * largest, usize::MAX] {
            let mut loader = Loader { bound, ..Loader::new(&plan, &scan) };
            for window in [0..3, 3..4, 4..19, 19..24] {
                let rows = loader.load(&window).unwrap();
                assert!(rows.iter().map(|found| found.index).eq(window.clone()));
                for found in rows {
                    assert_eq!(fixture::bits(&found.row()), given[found.index as usize]);
                }
                // No part stays that is not wanted again, nor more of them than the bound.
                assert!(loader.kept.iter().all(|part| part.reaches(window.end)));
                assert!(loader.kept.iter().map(|part| part.bytes).sum::<usize>() <= bound);
                assert!(loader.kept.is_empty() == (bound == 0 || window.end == plan.runs()));
            }
        }
    }
}
