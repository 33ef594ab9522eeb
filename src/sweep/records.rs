//! Which runs of a plan are recorded.

use crate::measure::{KeptTrajectories, Trajectories};
use crate::train::{RecordedEpochs, Settings};

use super::cell::CellId;

/// The most numbers that are recorded of a plan whose file does not say how many: 8 MiB of them.
pub(super) const RECORDED_NUMBERS: u64 = 1 << 20;

/// Which runs of a plan are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Records {
    kept: KeptTrajectories,
    /// The highest id of a cell some of whose replicates are recorded; ids are spread evenly.
    last: CellId,
}

/// Numbers that one replicate of every cell would record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Demand(u64);

impl Demand {
    /// Counts a cell in.
    pub(super) fn add(&mut self, settings: &Settings) {
        let epochs = KeptTrajectories::USUAL.epochs.at_most(settings.epochs);
        self.0 += epochs * settings.recorded_numbers();
    }
}

impl Records {
    /// Those of a plan with this demand. Where the bound allows less than a replicate a cell, some cells have
    /// one and the others none. The larger the plan, the fewer of each cell: a plan that grows asks for
    /// nothing more of what there is already.
    pub(super) fn new(trajectories: Trajectories, demand: Demand) -> Self {
        let every_cell = CellId(u64::MAX);
        let none = KeptTrajectories { replicates: 0, ..KeptTrajectories::USUAL };
        match trajectories {
            Trajectories::None => Records { kept: none, last: every_cell },
            Trajectories::Kept(kept) => Records { kept, last: every_cell },
            Trajectories::Bounded => {
                let usual = KeptTrajectories::USUAL;
                match u32::try_from(RECORDED_NUMBERS / demand.0.max(1)) {
                    Ok(0) => {
                        let share = (u128::from(RECORDED_NUMBERS) << 64) / u128::from(demand.0);
                        let kept = KeptTrajectories { replicates: 1, ..usual };
                        Records { kept, last: CellId(share as u64) }
                    }
                    replicates => {
                        let replicates = replicates.unwrap_or(u32::MAX).min(usual.replicates);
                        Records { kept: KeptTrajectories { replicates, ..usual }, last: every_cell }
                    }
                }
            }
        }
    }

    /// How many replicates of a cell are recorded, the first ones.
    pub(super) fn replicates(&self, cell: CellId) -> u32 {
        if cell <= self.last { self.kept.replicates } else { 0 }
    }

    /// The epochs that are recorded of a run, if any.
    pub(super) fn of(&self, cell: CellId, replicate: u32) -> Option<RecordedEpochs> {
        (replicate < self.replicates(cell)).then_some(self.kept.epochs)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounded(demand: u64) -> Records {
        Records::new(Trajectories::Bounded, Demand(demand))
    }

    #[test]
    fn small_plans_have_the_usual_and_larger_ones_fewer() {
        let replicates = |demand| bounded(demand).replicates(CellId(u64::MAX));
        assert_eq!(replicates(0), KeptTrajectories::USUAL.replicates);
        assert_eq!(replicates(RECORDED_NUMBERS / 20), 20);
        assert_eq!(replicates(RECORDED_NUMBERS / 20 + 1), 19);
        assert_eq!(replicates(RECORDED_NUMBERS), 1);
        assert_eq!(replicates(RECORDED_NUMBERS + 1), 0);
        let half = bounded(2 * RECORDED_NUMBERS);
        assert_eq!([1 << 63, (1 << 63) + 1].map(|id| half.replicates(CellId(id))), [1, 0]);
    }

    #[test]
    fn what_is_written_is_not_bounded() {
        let kept = KeptTrajectories { replicates: 50, epochs: RecordedEpochs::Every(1) };
        let records = Records::new(Trajectories::Kept(kept), Demand(u64::MAX));
        assert_eq!(records.of(CellId(u64::MAX), 49), Some(kept.epochs));
        assert_eq!(records.of(CellId(0), 50), None);
        assert_eq!(Records::new(Trajectories::None, Demand(0)).of(CellId(0), 0), None);
    }

    proptest! {
        #[test]
        fn a_plan_that_grows_asks_for_no_more(demand in 0_u64..1 << 40, more in 0_u64..1 << 40, cell in any::<u64>()) {
            let (before, after) = (bounded(demand), bounded(demand + more));
            prop_assert!(after.replicates(CellId(cell)) <= before.replicates(CellId(cell)));
        }

        #[test]
        fn no_plan_records_more_than_the_bound(cells in prop::collection::vec(any::<u64>(), 1..300), each in 1_u64..1 << 18) {
            let records = bounded(each * cells.len() as u64);
            let runs: u64 = cells.iter().map(|&cell| u64::from(records.replicates(CellId(cell)))).sum();
            // Where only some cells have one, as many of them as chance has it.
            let spare = if records.last == CellId(u64::MAX) { 0.0 } else { 6.0 * (runs as f64).sqrt().max(3.0) };
            prop_assert!((runs as f64 - spare) * each as f64 <= RECORDED_NUMBERS as f64);
        }
    }
}
