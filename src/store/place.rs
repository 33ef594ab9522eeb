//! Where in a plan a stored run belongs.

use super::MeasureKeys;
use super::part::StoredRun;
use crate::sweep::{CellId, Plan};

/// Where a stored run belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// To the run of this index: position x replicates + replicate.
    Run(u64),
    /// To the run of this index, which awaits the continuation that the plan asks for.
    Awaiting(u64),
    /// To the run of this index, but it was measured under another `[measure]` or by another version, and
    /// lacks what the plan asks.
    Outdated(u64),
    /// To no run of the plan.
    Surplus,
}

/// Finds the places of stored runs; fast where runs of one cell follow each other.
pub(crate) struct Places<'a> {
    plan: &'a Plan,
    keys: MeasureKeys<'a>,
    last: Option<(CellId, Option<usize>)>,
}

impl<'a> Places<'a> {
    pub(crate) fn of(plan: &'a Plan) -> Self {
        Places { plan, keys: MeasureKeys::of(plan), last: None }
    }

    /// The place of a run, which may await its continuation.
    pub(crate) fn place(&mut self, StoredRun { key: run, awaits, .. }: &StoredRun) -> Place {
        match self.position(run.cell) {
            Some(position) if run.replicate < self.plan.replicates() => {
                let index = index(self.plan.replicates(), position, run.replicate);
                if run.measure.answers(self.keys.key(run.cell, run.replicate)) {
                    Place::Run(index)
                } else if *awaits
                    && run.measure.answers(self.keys.before_continuation(run.cell, run.replicate))
                {
                    Place::Awaiting(index)
                } else {
                    Place::Outdated(index)
                }
            }
            _ => Place::Surplus,
        }
    }

    fn position(&mut self, cell: CellId) -> Option<usize> {
        match self.last {
            Some((last, position)) if last == cell => position,
            _ => {
                let position = self.plan.position(cell);
                self.last = Some((cell, position));
                position
            }
        }
    }
}

/// The index of a run in the order of a plan with this many replicates.
pub(crate) fn index(replicates: u32, position: usize, replicate: u32) -> u64 {
    position as u64 * u64::from(replicates) + u64::from(replicate)
}

/// Position and replicate of the run at an index, the inverse of [`index`].
pub(crate) fn run_at(replicates: u32, index: u64) -> (usize, u32) {
    let replicates = u64::from(replicates);
    ((index / replicates) as usize, (index % replicates) as u32)
}
