//! The plan in pieces that fit in memory, and the stored runs of a piece.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::Path;

use super::part::{Measured, Part, StoredRun};
use super::place::{Place, Places, run_at};
use super::scan::PartIndex;
use super::{Scan, StoreError, weight};
use crate::measure::{RunRow, RunStatus};
use crate::sweep::Plan;
use crate::train::Recording;

/// Parts that stay decoded from one window to the next. Runs of one shape are trained together, so that a part can have
/// every other cell of several windows; this many shapes may alternate before parts are decoded again and again.
const KEPT_PARTS: usize = 16;

/// Cuts a plan into windows: consecutive runs, by their index, of at most `bound` rows in all, or a single run.
pub(crate) fn windows(plan: &Plan, bound: usize) -> impl Iterator<Item = Range<u64>> + '_ {
    let mut weights = Weights { plan, cell: None };
    let mut start = 0;
    std::iter::from_fn(move || {
        let mut rows = 0;
        let mut end = start;
        while end < plan.runs() {
            rows += weights.of(end);
            if rows > bound && end > start {
                break;
            }
            end += 1;
        }
        let window = start..end;
        start = end;
        (!window.is_empty()).then_some(window)
    })
}

/// The rows of each run of a plan; fast where runs of one cell follow each other.
struct Weights<'a> {
    plan: &'a Plan,
    /// A position, and the rows of its runs without and with a trajectory.
    cell: Option<(usize, [usize; 2])>,
}

impl Weights<'_> {
    fn of(&mut self, index: u64) -> usize {
        let (position, replicate) = run_at(self.plan.replicates(), index);
        let [plain, recorded] = match self.cell {
            Some((last, rows)) if last == position => rows,
            _ => {
                let settings = self.plan.cell(position).settings;
                let measure = self.plan.measure();
                let rows = [None, measure.trajectories.map(|t| t.every)].map(|trajectory| {
                    let recording = Recording {
                        tail: measure.tail,
                        ema: measure.ema,
                        trajectory,
                        ..measure.recording(0)
                    };
                    weight(settings.bidders.len(), recording.epochs(settings.epochs).count())
                });
                self.cell = Some((position, rows));
                rows
            }
        };
        if self.plan.measure().recording(replicate).trajectory.is_some() { recorded } else { plain }
    }
}

/// Loads windows from parts.
pub(crate) struct Loader<'a> {
    scan: &'a Scan,
    places: Places<'a>,
    kept: VecDeque<Decoded<'a>>,
}

/// A part in memory, its runs of the plan in plan order.
struct Decoded<'a> {
    path: &'a Path,
    runs: Vec<(u64, StoredRun)>,
    measured: Measured,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(plan: &'a Plan, scan: &'a Scan) -> Self {
        Loader { scan, places: Places::of(plan), kept: VecDeque::new() }
    }

    /// The stored runs of a window in plan order, each once.
    pub(crate) fn load(&mut self, window: &Range<u64>) -> Result<Vec<(u64, RunRow)>, StoreError> {
        // Windows follow each other: what ends before this one is not needed again.
        self.kept.retain(|part| part.runs.last().is_some_and(|(last, _)| *last >= window.start));
        let mut rows = Vec::new();
        for index in self.scan.parts().iter().filter(|part| part.overlaps(window)) {
            let part = self.decoded(index)?;
            let first = part.runs.partition_point(|(index, _)| *index < window.start);
            let within = part.runs[first..].iter().take_while(|(index, _)| *index < window.end);
            rows.extend(within.map(|(index, run)| (*index, part.measured.row(run))));
        }
        // Of two rows of a run, one that did not fail comes first; two such are the same bit for bit.
        rows.sort_by_key(|(index, row)| (*index, row.status == RunStatus::Failed));
        rows.dedup_by_key(|(index, _)| *index);
        Ok(rows)
    }

    fn decoded(&mut self, index: &'a PartIndex) -> Result<&Decoded<'a>, StoreError> {
        let decoded = match self.kept.iter().position(|part| part.path == index.path) {
            Some(place) => self.kept.remove(place).expect("a place just found"),
            None => {
                // Room is made first, so that memory never holds one part more.
                self.kept.truncate(KEPT_PARTS - 1);
                self.decode(&index.path)?
            }
        };
        self.kept.push_front(decoded);
        Ok(&self.kept[0])
    }

    fn decode(&mut self, path: &'a Path) -> Result<Decoded<'a>, StoreError> {
        let part = Part::open(path)?;
        let mut runs = Vec::new();
        for run in part.runs() {
            let run = run?;
            if let Place::Run(index) = self.places.place(&run.key) {
                runs.push((index, run));
            }
        }
        runs.sort_by_key(|(index, _)| *index);
        Ok(Decoded { path, runs, measured: part.measured()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::fixture::{self, plan, runs, store};

    proptest! {
        #[test]
        fn windows_cut_the_plan_without_gaps_and_within_the_bound(replicates in 1u32..9, bound in 1usize..80) {
            let plan = plan(replicates);
            let mut weights = Weights { plan: &plan, cell: None };
            let mut next = 0;
            for window in windows(&plan, bound) {
                prop_assert_eq!(window.start, next);
                let rows: usize = window.clone().map(|index| weights.of(index)).sum();
                prop_assert!(rows <= bound || window.end == window.start + 1);
                // It could not have taken the next run as well.
                prop_assert!(window.end == plan.runs() || rows + weights.of(window.end) > bound);
                next = window.end;
            }
            prop_assert_eq!(next, plan.runs());
        }
    }

    #[test]
    fn the_weight_of_a_run_is_its_rows() {
        let plan = plan(3);
        let mut weights = Weights { plan: &plan, cell: None };
        for (index, (_, row)) in runs(&plan).iter().enumerate() {
            let points = row.trajectory.as_ref().map_or(0, |trajectory| trajectory.len());
            assert_eq!(weights.of(index as u64), row.bidders.len() + points);
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
        let mut loader = Loader::new(&plan, &scan);
        for window in [0..24, 5..6, 0..24, 20..24] {
            let rows = loader.load(&window).unwrap();
            assert!(rows.iter().map(|(index, _)| *index).eq(window.clone()));
            rows.iter().for_each(|(index, row)| assert_eq!(fixture::bits(row), given[*index as usize]));
            assert!(loader.kept.len() <= KEPT_PARTS);
        }
    }
}
