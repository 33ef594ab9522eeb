//! How much of the work is done, and what is being done, as far as anybody wants to know.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::cost::cost_of_runs;
use crate::measure::{Continuation, MeasureSettings};
use crate::sweep::Plan;
use crate::train::Settings;

/// What a thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Finding the references of a cell.
    References,
    /// Training, and measuring what was trained.
    Training,
    /// Continuing runs without sampling.
    Continuing,
}

impl Phase {
    const ALL: [Phase; 3] = [Phase::References, Phase::Training, Phase::Continuing];

    /// In words.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Phase::References => "finding equilibria",
            Phase::Training => "training",
            Phase::Continuing => "continuing without sampling",
        }
    }
}

/// The work of a run, in agent-samples as [`cell_cost`](super::cell_cost).
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    /// Until it is trained, measured and kept.
    pub(super) training: u64,
    pub(super) continuation: u64,
}

impl Weights {
    /// Of the runs with these settings.
    pub(super) fn of(settings: &Settings, measure: &MeasureSettings) -> Self {
        let cost = |runs: u32, continued: u32| {
            let continuation = Continuation { replicates: continued, ..measure.continuation };
            cost_of_runs(settings, &MeasureSettings { continuation, ..*measure }, runs)
        };
        let one = cost(1, 0);
        let continued = if measure.continuation.replicates > 0 { cost(1, 1) } else { one };
        Weights { training: (cost(2, 0) - one) as u64, continuation: (continued - one) as u64 }
    }
}

/// The least share of the work from which the time left is told: before, a guess of it may be off by any
/// factor.
const LEAST_SHARE: f64 = 0.02;

/// The work of a sweep, shared by all who do it.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    total: u64,
    done: AtomicU64,
    /// Threads in each phase.
    threads: [AtomicUsize; Phase::ALL.len()],
}

impl Ahead {
    /// The work of the runs for which `to_train` and `to_continue` (cell's position, replicate) are true.
    pub(super) fn new(
        plan: &Plan,
        to_train: impl Fn(usize, u32) -> bool,
        to_continue: impl Fn(usize, u32) -> bool,
    ) -> Self {
        let measure = plan.measure();
        let mut total = 0;
        for cell in plan.cells() {
            let count = |of: &dyn Fn(usize, u32) -> bool, replicates: u32| {
                (0..replicates).filter(|&replicate| of(cell.position, replicate)).count() as u64
            };
            let first = measure.continuation.replicates.min(plan.replicates());
            let [trained, continued] =
                [count(&to_train, plan.replicates()), count(&to_train, first) + count(&to_continue, first)];
            if trained + continued > 0 {
                let Weights { training, continuation } = Weights::of(&cell.settings, measure);
                total += trained * training + continued * continuation;
            }
        }
        Ahead { total, ..Ahead::default() }
    }

    /// All of the work, in agent-samples.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Does something of a phase.
    pub(super) fn during<T>(&self, phase: Phase, work: impl FnOnce() -> T) -> T {
        /// Leaves the phase, however the work ends.
        struct Leave<'a>(&'a AtomicUsize);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let threads = &self.threads[phase as usize];
        threads.fetch_add(1, Ordering::Relaxed);
        let _leave = Leave(threads);
        work()
    }

    /// Counts work as done.
    pub(super) fn add(&self, work: u64) {
        self.done.fetch_add(work, Ordering::Relaxed);
    }

    /// The share of the work that is done, at most 1; none while it is too small to tell the rest by.
    pub(super) fn share(&self) -> Option<f64> {
        let done = self.done.load(Ordering::Relaxed);
        Some((done as f64 / self.total as f64).min(1.0)).filter(|share| *share >= LEAST_SHARE)
    }

    /// What most threads are doing.
    pub(super) fn phase(&self) -> Option<Phase> {
        let count = |phase: &Phase| self.threads[*phase as usize].load(Ordering::Relaxed);
        Phase::ALL.into_iter().filter(|phase| count(phase) > 0).max_by_key(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_work_of_a_plan_makes_the_whole() {
        let text = "schema = 1\nname = \"x\"\nfixed = { epochs = 50, batch = 16 }\naxes.bidders = [2, 3]\n\
                    seeds = { replicates = 5 }\nmeasure.continuation = { replicates = 2 }";
        let plan = Plan::parse(text, "x.toml", &[]).unwrap();
        let ahead = Ahead::new(&plan, |_, replicate| replicate > 0, |_, replicate| replicate == 0);
        assert_eq!(ahead.share(), None);
        let work = |position| {
            let Weights { training, continuation } =
                Weights::of(&plan.cell(position).settings, plan.measure());
            4 * training + 2 * continuation
        };
        ahead.add(work(0));
        let part = ahead.share().unwrap();
        assert!((0.1..0.9).contains(&part), "{part}");
        ahead.add(work(1));
        assert_eq!(ahead.share(), Some(1.0));
    }

    #[test]
    fn the_phase_is_that_of_most_threads_and_ends_with_its_work() {
        let ahead = Ahead::default();
        assert_eq!(ahead.phase(), None);
        ahead.during(Phase::Training, || {
            assert_eq!(ahead.phase(), Some(Phase::Training));
            ahead.during(Phase::Continuing, || {
                ahead.during(Phase::Continuing, || assert_eq!(ahead.phase(), Some(Phase::Continuing)));
            });
        });
        let panic = || ahead.during(Phase::References, || std::panic::resume_unwind(Box::new(())));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panic)).is_err());
        assert_eq!(ahead.phase(), None);
    }
}
