//! The missing runs of a plan, in groups of one shape that fill the lanes.

use std::sync::{Arc, OnceLock};

use super::ahead::Weights;
use super::alike::cells_by_shape;
use crate::measure::{MeasureSettings, RunMeasurement, RunRow, Yardstick, continue_run, measure};
use crate::numeric::simd::LANES;
use crate::sweep::{Cell, Plan};
use crate::train::{Outcome, Run};

/// A cell that is being trained, with what its runs are measured by: prepared once, by whoever needs it
/// first.
pub(super) struct Prepared {
    pub(super) cell: Cell,
    yardstick: OnceLock<Yardstick>,
    weights: OnceLock<Weights>,
}

impl Prepared {
    pub(super) fn new(cell: Cell) -> Self {
        Prepared { cell, yardstick: OnceLock::new(), weights: OnceLock::new() }
    }

    /// What the cell's runs are measured by.
    pub(super) fn yardstick(&self) -> &Yardstick {
        self.yardstick.get_or_init(|| Yardstick::new(&self.cell.settings))
    }

    /// The work of each of the cell's runs.
    pub(super) fn weights(&self, measure: &MeasureSettings) -> Weights {
        *self.weights.get_or_init(|| Weights::of(&self.cell.settings, measure))
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
            recording: plan.recording(self.cell.cell.id, self.replicate),
            start: None,
        }
    }

    /// The row of the run, which may await its continuation.
    pub(super) fn measure(&self, plan: &Plan, outcome: &Outcome) -> RunRow {
        measure(&self.cell.cell.settings, self.cell.yardstick(), &self.measurement(plan), outcome)
    }

    /// The row once the run has been continued, where it awaits that.
    pub(super) fn continued(&self, plan: &Plan, row: RunRow) -> RunRow {
        continue_run(&self.cell.cell.settings, &self.measurement(plan), row)
    }

    fn measurement(&self, plan: &Plan) -> RunMeasurement {
        plan.measurement(self.cell.cell.id, self.replicate)
    }
}

/// The most games of a group.
const MOST_GAMES: usize = 8;

/// The most work of a group of several games, see [`Settings::work`]: about a second, so that a stop is soon
/// heeded.
const MOST_WORK: f64 = 1e9;

/// The most numbers that are recorded of the runs of a group of several games.
const MOST_RECORDED: u64 = 1 << 17;

/// Groups a thread should have left to choose from, or the last of them keeps one core busy and the others
/// idle.
const GROUPS_A_THREAD: u64 = 8;

/// The missing runs in groups, the longest runs first so that no core is left with one at the end.
///
/// Eight missing replicates of a cell, from a multiple of eight on, are a game; where replicates have the
/// same draws in every cell, cells that draw alike go into one group, a game each. What is left over fills
/// further groups.
pub(super) struct Groups<'a, M> {
    plan: &'a Plan,
    missing: M,
    /// Positions of the cells of one shape, the shapes with the longest runs last.
    shapes: Vec<Vec<u32>>,
    /// Cells of the shape being handed out, which draw alike.
    cells: Vec<Arc<Prepared>>,
    /// Their next replicate.
    replicate: u32,
    /// Missing runs of the shape being handed out that fill no game.
    loose: Vec<Task>,
    /// The most games of a group.
    games: usize,
    /// Runs that may still be handed out.
    limit: u64,
}

impl<'a, M: Fn(usize, u32) -> bool> Groups<'a, M> {
    /// Groups for `threads` of the runs for which `missing` (cell's position, replicate) is true, `runs` of
    /// them; at most `limit` runs.
    pub(super) fn new(plan: &'a Plan, missing: M, runs: u64, threads: u64, limit: Option<u64>) -> Self {
        let replicates = plan.replicates();
        let has_missing = |position| (0..replicates).any(|replicate| missing(position, replicate));
        let mut shapes = cells_by_shape(plan, has_missing);
        shapes.iter_mut().for_each(|cells| cells.reverse());
        let games = runs / (LANES as u64 * threads * GROUPS_A_THREAD);
        Groups {
            plan,
            missing,
            shapes,
            cells: Vec::new(),
            replicate: 0,
            loose: Vec::new(),
            games: games.clamp(1, MOST_GAMES as u64) as usize,
            limit: limit.unwrap_or(u64::MAX),
        }
    }

    /// Takes the next cells of the shape that is handed out: one, or as many as draw alike and make a group.
    fn take_cells(&mut self) -> bool {
        let Some(positions) = self.shapes.last_mut() else { return false };
        let prepare = |position: u32| Arc::new(Prepared::new(self.plan.cell(position as usize)));
        let Some(first) = positions.pop().map(prepare) else { return false };
        let settings = &first.cell.settings;
        let games = self.games.min((MOST_WORK / (LANES as f64 * settings.work())) as usize);
        self.cells = vec![Arc::clone(&first)];
        while self.plan.common() && self.cells.len() < games {
            let Some(next) = positions.last().map(|&position| prepare(position)) else { break };
            if !next.cell.settings.draws_like(settings) {
                break;
            }
            self.cells.push(next);
            positions.pop();
        }
        self.replicate = 0;
        true
    }

    /// The next eight replicates of the cells in hand: games of those of which all are missing. The rest goes
    /// to the loose runs.
    fn next_games(&mut self) -> Vec<Task> {
        let end = self.plan.replicates().min(self.replicate + LANES as u32);
        let (mut games, mut recorded) = (Vec::new(), 0);
        for cell in &self.cells {
            let missing = |&replicate: &u32| (self.missing)(cell.cell.position, replicate);
            let task = |replicate| Task { cell: Arc::clone(cell), replicate };
            let tasks: Vec<_> = (self.replicate..end).filter(missing).map(task).collect();
            let numbers = recorded_numbers(self.plan, &cell.cell, self.replicate);
            if tasks.len() == LANES && (games.is_empty() || recorded + numbers <= MOST_RECORDED) {
                games.extend(tasks);
                recorded += numbers;
            } else {
                self.loose.extend(tasks);
            }
        }
        self.replicate = end;
        games
    }

    fn next_of_shape(&mut self) -> Option<Vec<Task>> {
        loop {
            if self.loose.len() >= LANES {
                return Some(self.loose.drain(..LANES).collect());
            }
            if self.replicate < self.plan.replicates() && !self.cells.is_empty() {
                let games = self.next_games();
                if !games.is_empty() {
                    return Some(games);
                }
            } else if !self.take_cells() {
                let rest = std::mem::take(&mut self.loose);
                return (!rest.is_empty()).then_some(rest);
            }
        }
    }
}

/// The most numbers that are recorded of a game of a cell that begins with this replicate.
fn recorded_numbers(plan: &Plan, cell: &Cell, replicate: u32) -> u64 {
    plan.recording(cell.id, replicate).trajectory.map_or(0, |epochs| {
        let a_run = epochs.at_most(cell.settings.epochs) * cell.settings.recorded_numbers();
        LANES as u64 * a_run
    })
}

impl<M: Fn(usize, u32) -> bool> Iterator for Groups<'_, M> {
    type Item = Vec<Task>;

    fn next(&mut self) -> Option<Vec<Task>> {
        while self.limit > 0 && !self.shapes.is_empty() {
            if let Some(mut group) = self.next_of_shape() {
                group.truncate(self.limit.try_into().unwrap_or(usize::MAX));
                self.limit -= group.len() as u64;
                return Some(group);
            }
            self.cells.clear();
            self.shapes.pop();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// Twelve cells of two shapes; two populations alternate, so that cells that draw alike are not
    /// neighbours.
    fn plan(replicates: u32, common: bool, recorded: Option<u32>) -> Plan {
        let recorded = recorded
            .map(|recorded| format!("measure.trajectories = {{ replicates = {recorded}, every = 1 }}"));
        let text = format!(
            r#"
            schema = 1
            name = "x"
            fixed.epochs = 2
            axes = {{ beta = [10, 20, 50], batch = [3, 4], population = ["a", "b"] }}
            seeds = {{ replicates = {replicates}, common = {common} }}
            {}
            [populations.a]
            bidders = [{{ count = 2 }}]
            [populations.b]
            bidders = [{{ prior = {{ uniform = {{ high = 2 }} }} }}, {{}}]
            "#,
            recorded.unwrap_or_default()
        );
        Plan::parse(&text, "x.toml", &[]).unwrap()
    }

    proptest! {
        #[test]
        fn every_missing_run_is_in_one_group_that_can_be_trained(
            replicates in 1_u32..40, common in any::<bool>(), recorded in prop::option::of(1_u32..10), threads in 1_u64..3,
            done in prop::collection::hash_set((0_usize..12, 0_u32..40), 0..60),
            limit in prop::option::of(0_u64..300),
        ) {
            let plan = plan(replicates, common, recorded.map(|recorded| recorded.min(replicates)));
            let missing = |position, replicate| !done.contains(&(position, replicate));
            let all: HashSet<_> = (0..plan.len())
                .flat_map(|position| (0..replicates).map(move |replicate| (position, replicate)))
                .filter(|&(position, replicate)| missing(position, replicate))
                .collect();
            let mut seen = HashSet::new();
            for group in Groups::new(&plan, missing, all.len() as u64, threads, limit) {
                prop_assert!(!group.is_empty());
                for task in &group {
                    prop_assert!(seen.insert((task.cell.cell.position, task.replicate)), "a run twice");
                }
                // What the trainer demands of a group.
                let runs: Vec<_> = group.iter().map(|task| task.run(&plan)).collect();
                for (k, run) in runs.iter().enumerate() {
                    prop_assert_eq!(run.settings.shape(), runs[0].settings.shape());
                    let lane = &runs[k % LANES];
                    prop_assert!(run.seed == lane.seed && run.settings.draws_like(lane.settings));
                }
                // Three recorded epochs of two bidders are few.
                prop_assert!(group.len() <= MOST_GAMES * LANES);
            }
            match limit {
                Some(limit) if limit < all.len() as u64 => {
                    prop_assert!(seen.is_subset(&all));
                    prop_assert_eq!(seen.len() as u64, limit);
                }
                _ => prop_assert_eq!(seen, all),
            }
        }
    }

    #[test]
    fn cells_that_draw_alike_share_their_draws() {
        let plan = plan(16, true, None);
        let groups: Vec<_> =
            Groups::new(&plan, |_, _| true, plan.runs(), 1, None).map(|group| group.len()).collect();
        // Three betas of each of two batches and two populations, sixteen replicates: eight games of eight,
        // by three.
        assert_eq!(groups, [24; 8]);
    }

    #[test]
    fn a_group_records_few_numbers() {
        let recorded = |every| {
            let text = format!(
                "schema = 1\nname = \"x\"\nfixed.epochs = 20000\naxes.beta = {{ from = 10, to = 80, step = 10 }}\n\
                 seeds.replicates = 64\nmeasure.trajectories = {{ replicates = 64, every = {every} }}"
            );
            let plan = Plan::parse(&text, "x.toml", &[]).unwrap();
            let sizes: Vec<_> =
                Groups::new(&plan, |_, _| true, plan.runs(), 1, None).map(|group| group.len()).collect();
            assert_eq!(sizes.iter().sum::<usize>() as u64, plan.runs());
            sizes[0]
        };
        // Every epoch of eight runs is more than 2^17 numbers, every tenth of 32 is not.
        assert_eq!([1, 10, 1000].map(recorded), [8, 32, 64]);
    }
}
