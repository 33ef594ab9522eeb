//! The runs of a folder that are trained and await their continuation, a few at a time.

use std::sync::Arc;

use super::groups::{Prepared, Task};
use crate::measure::RunRow;
use crate::store::{AwaitingRuns, Scan, StoreError};
use crate::sweep::Plan;

/// Runs that are handed out together: of one cell, and few, as a continuation is long.
const TOGETHER: usize = 4;

/// Hands them out in plan order.
pub(super) struct Awaiting<'a> {
    plan: &'a Plan,
    places: std::vec::IntoIter<(usize, u32)>,
    stored: AwaitingRuns<'a>,
    /// The cell of those that were handed out last.
    cell: Option<Arc<Prepared>>,
}

impl<'a> Awaiting<'a> {
    /// Those of a scan, at most `limit`.
    pub(super) fn new(plan: &'a Plan, scan: &'a Scan, limit: Option<u64>) -> Self {
        let most = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let places: Vec<_> = scan.awaiting().take(most).collect();
        Awaiting { plan, places: places.into_iter(), stored: AwaitingRuns::new(plan, scan), cell: None }
    }

    /// How many are left.
    pub(super) fn runs(&self) -> u64 {
        self.places.len() as u64
    }

    fn prepared(&mut self, position: usize) -> Arc<Prepared> {
        match &self.cell {
            Some(cell) if cell.cell.position == position => Arc::clone(cell),
            _ => Arc::clone(self.cell.insert(Arc::new(Prepared::new(self.plan.cell(position))))),
        }
    }
}

impl Iterator for Awaiting<'_> {
    type Item = Result<Vec<(Task, RunRow)>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (first, _) = *self.places.as_slice().first()?;
        let of_cell = self.places.as_slice().iter().take_while(|(position, _)| *position == first);
        let count = of_cell.take(TOGETHER).count();
        let places: Vec<_> = self.places.by_ref().take(count).collect();
        let cell = self.prepared(first);
        let task = |((_, replicate), row)| (Task { cell: Arc::clone(&cell), replicate }, row);
        Some(self.stored.at(&places).map(|runs| runs.into_iter().map(task).collect()))
    }
}
