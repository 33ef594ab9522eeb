//! The missing runs of a plan, in groups of one shape that fill the lanes.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::equilibrium::{BidderReferences, references};
use crate::measure::{RunRow, measure};
use crate::numeric::simd::LANES;
use crate::sweep::{Cell, Plan};
use crate::train::{Outcome, Run, Shape};

/// A cell that is being trained, with its references: solved once, by whoever needs them first.
pub(super) struct Prepared {
    pub(super) cell: Cell,
    references: OnceLock<Vec<BidderReferences>>,
}

impl Prepared {
    fn new(cell: Cell) -> Self {
        Prepared { cell, references: OnceLock::new() }
    }

    /// The row of one of the cell's runs.
    pub(super) fn measure(&self, outcome: &Outcome) -> RunRow {
        let settings = &self.cell.settings;
        let solve = || references(&settings.population(), settings.beta.last());
        measure(settings, self.references.get_or_init(solve), outcome)
    }
}

/// One run to be trained.
#[derive(Clone)]
pub(super) struct Task {
    pub(super) cell: Arc<Prepared>,
    pub(super) replicate: u32,
}

impl Task {
    /// The run as the trainer takes it.
    pub(super) fn run(&self, plan: &Plan) -> Run<'_> {
        Run {
            settings: &self.cell.cell.settings,
            seed: plan.seed(self.cell.cell.id, self.replicate),
            recording: plan.measure().recording(self.replicate),
        }
    }
}

/// The missing runs in groups, the longest runs first so that no core is left with one at the end.
pub(super) struct Groups<'a, M> {
    plan: &'a Plan,
    missing: M,
    /// Positions of the cells of one shape, the shapes with the longest runs last.
    shapes: Vec<Vec<u32>>,
    /// The cell being handed out, and its next replicate.
    current: Option<(Arc<Prepared>, u32)>,
    /// Runs that may still be handed out.
    limit: u64,
}

impl<'a, M: Fn(usize, u32) -> bool> Groups<'a, M> {
    /// Groups of the runs for which `missing` (cell's position, replicate) is true; at most `limit` runs.
    pub(super) fn new(plan: &'a Plan, missing: M, limit: Option<u64>) -> Self {
        let replicates = plan.replicates();
        let mut shapes: HashMap<Shape, (f64, Vec<u32>)> = HashMap::new();
        for cell in plan.cells() {
            if (0..replicates).any(|replicate| missing(cell.position, replicate)) {
                let settings = &cell.settings;
                let (_, cells) =
                    shapes.entry(settings.shape()).or_insert_with(|| (settings.agent_samples(), Vec::new()));
                cells.push(u32::try_from(cell.position).expect("a plan has at most 10^7 cells"));
            }
        }
        let mut shapes: Vec<_> = shapes.into_values().collect();
        shapes.sort_by(|(a, first), (b, second)| a.total_cmp(b).then(second.cmp(first)));
        for (_, cells) in &mut shapes {
            cells.reverse();
        }
        let shapes = shapes.into_iter().map(|(_, cells)| cells).collect();
        Groups { plan, missing, shapes, current: None, limit: limit.unwrap_or(u64::MAX) }
    }

    /// The next missing run of the shape being handed out.
    fn next_of_shape(&mut self) -> Option<Task> {
        loop {
            if let Some((cell, next)) = &mut self.current {
                let position = cell.cell.position;
                let missing = |&replicate: &u32| (self.missing)(position, replicate);
                if let Some(replicate) = (*next..self.plan.replicates()).find(missing) {
                    *next = replicate + 1;
                    return Some(Task { cell: Arc::clone(cell), replicate });
                }
                self.current = None;
            }
            let position = self.shapes.last_mut()?.pop()?;
            let cell = self.plan.cell(position as usize);
            self.current = Some((Arc::new(Prepared::new(cell)), 0));
        }
    }
}

impl<M: Fn(usize, u32) -> bool> Iterator for Groups<'_, M> {
    type Item = Vec<Task>;

    fn next(&mut self) -> Option<Vec<Task>> {
        let size = self.limit.min(LANES as u64) as usize;
        while size > 0 && !self.shapes.is_empty() {
            let mut group = Vec::with_capacity(size);
            while group.len() < size
                && let Some(task) = self.next_of_shape()
            {
                group.push(task);
            }
            if !group.is_empty() {
                self.limit -= group.len() as u64;
                return Some(group);
            }
            self.shapes.pop();
        }
        None
    }
}
