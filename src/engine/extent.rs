//! What a process is to see to: a whole plan, or a shard of it.

use std::ops::Range;

use super::assignment::Assignment;
use super::cost::cost_of_runs;
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
        match &self.0 {
            None => plan.runs(),
            Some((assignment, shard)) => assignment.runs(plan, *shard),
        }
    }
}

/// Divides a plan among so many shards, by what its cells cost.
pub fn divide(plan: &Plan, shards: u32) -> Assignment {
    Assignment::new(plan, shards, |cell, replicates| cost_of(plan, cell, replicates))
}

/// What some replicates of a cell take, in agent-samples; the first of all bear what the cell takes once.
/// Never timed: all shards must agree.
pub fn cost_of(plan: &Plan, cell: &Cell, replicates: Range<u32>) -> f64 {
    let upto = |count| match count {
        0 => 0.0,
        count => cost_of_runs(&cell.settings, plan.measure(), count),
    };
    upto(replicates.end) - upto(replicates.start)
}
