//! What a process is to see to: a whole plan, or a shard of it.

use std::ops::Range;

use super::ahead::Weights;
use super::assignment::Assignment;
use crate::store::Shard;
use crate::sweep::{Cell, Plan};

/// The runs of a plan that a process is to see to.
#[derive(Clone, Debug)]
pub struct Extent(Option<(Assignment, Shard)>);

impl Extent {
    /// All of them.
    pub const WHOLE: Extent = Extent(None);

    /// Those of a shard.
    pub fn of(plan: &Plan, shard: Shard) -> Self {
        Extent(Some((divide(plan, shard.count()), shard)))
    }

    /// Whether it has a run, given by its cell's position and its replicate.
    pub fn has(&self, position: usize, replicate: u32) -> bool {
        match &self.0 {
            None => true,
            Some((assignment, shard)) => assignment.shard_of(position, replicate) == *shard,
        }
    }

    /// Number of its runs.
    pub fn runs(&self, plan: &Plan) -> u64 {
        let of_cell = |position| (0..plan.replicates()).filter(|&k| self.has(position, k)).count() as u64;
        match self.0 {
            None => plan.runs(),
            Some(_) => (0..plan.len()).map(of_cell).sum(),
        }
    }
}

/// Divides a plan among so many shards, by what its cells cost.
pub fn divide(plan: &Plan, shards: u32) -> Assignment {
    Assignment::new(plan, shards, |cell, replicates| cost_of(plan, cell, replicates))
}

/// What the row of a run and of each of its bidders takes beside training, in the units of
/// [`Settings::work`](crate::train::Settings::work).
const A_ROW: f64 = 4e4;
const A_BIDDER: f64 = 2e4;

/// What some replicates of a cell take, in those units. Never timed: all shards must agree.
pub fn cost_of(plan: &Plan, cell: &Cell, replicates: Range<u32>) -> f64 {
    let measure = plan.measure();
    let Weights { training, continuation } = Weights::of(&cell.settings, measure);
    let count = f64::from(replicates.end - replicates.start);
    let continued = replicates.end.min(measure.continuation.replicates).saturating_sub(replicates.start);
    let rows = A_ROW + A_BIDDER * cell.settings.bidders.len() as f64;
    count * (training as f64 + rows) + f64::from(continued) * continuation as f64
}
