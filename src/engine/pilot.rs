//! How long a plan will take and how many bytes it will leave, by a short pilot on this machine.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use crate::measure::{bidder_columns, run_columns};
use crate::numeric::simd::{Instance, LANES};
use crate::sweep::{Plan, setting_columns};
use crate::train::{Batch, Run, Settings, train_group};

/// The most cells that a pilot trains a little of.
const PILOT_CELLS: usize = 6;

/// How long a pilot may take for one cell.
const PILOT_TIME: Duration = Duration::from_millis(20);

/// The largest batch that a pilot draws.
const PILOT_BATCH: u32 = 1000;

/// Bytes that a number takes in a compressed table.
const BYTES_A_NUMBER: u64 = 8;

/// Bytes that a column of one value takes, whatever the number of rows, in the metadata of a table.
const BYTES_A_COLUMN: u64 = 250;

/// Numbers of a row of bid functions that are hardly ever the same.
const NUMBERS_A_BID: u64 = 4;

/// What a plan will take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Wall time on the threads given, in seconds.
    pub seconds: f64,
    /// Parts and tables, in bytes.
    pub bytes: u64,
}

/// Estimates a whole plan.
///
/// # Panics
/// As [`Instance::current`].
pub fn estimate(plan: &Plan, threads: NonZeroUsize) -> Estimate {
    let (mut work, mut rows, mut points, mut cell_bidders) = (0.0, 0, 0, 0);
    let recorded = plan.measure().trajectories.map_or(0, |t| u64::from(t.replicates.min(plan.replicates())));
    for cell in plan.cells() {
        let bidders = cell.settings.bidders.len() as u64;
        work += cell.settings.work() * f64::from(plan.replicates());
        rows += bidders * u64::from(plan.replicates());
        cell_bidders += bidders;
        if recorded > 0 {
            let epochs = plan.measure().recording(0).epochs(cell.settings.epochs).count() as u64;
            points += recorded * bidders * epochs;
        }
    }
    let bids = cell_bidders * u64::from(plan.measure().bid_functions) * NUMBERS_A_BID;
    let numbers =
        bids + plan.runs() * run_columns().len() as u64 + rows * bidder_columns().len() as u64 + points;
    let columns = 5 * (setting_columns().len() + 5 * (run_columns().len() + bidder_columns().len())) as u64;
    Estimate {
        seconds: work * seconds_a_unit_of_work(plan) / threads.get() as f64,
        // Everything stands once in a part and once in a table.
        bytes: 2 * BYTES_A_NUMBER * numbers + BYTES_A_COLUMN * columns,
    }
}

/// The mean over a few cells spread over the plan, weighted by their length.
fn seconds_a_unit_of_work(plan: &Plan) -> f64 {
    let step = plan.len().div_ceil(PILOT_CELLS).max(1);
    let (mut seconds, mut weights) = (0.0, 0.0);
    for position in (0..plan.len()).step_by(step) {
        let cell = plan.cell(position);
        let weight = cell.settings.work();
        seconds += weight * pilot(&cell.settings);
        weights += weight;
    }
    if weights > 0.0 { seconds / weights } else { 0.0 }
}

/// Seconds a unit of work, see [`Settings::work`], of a full group on one core.
fn pilot(settings: &Settings) -> f64 {
    let start = Instant::now();
    let mut epochs = 1;
    loop {
        let batch = match settings.batch {
            Batch::Profiles(samples) => Batch::Profiles(samples.min(PILOT_BATCH)),
            Batch::Exact => Batch::Exact,
        };
        let settings = Settings { epochs, batch, ..settings.clone() };
        let recording = crate::measure::MeasureSettings::default().recording(0);
        let runs: Vec<_> =
            (0..LANES as u64).map(|seed| Run { settings: &settings, seed, recording }).collect();
        let before = Instant::now();
        train_group(Instance::current(), &runs);
        let seconds = before.elapsed().as_secs_f64();
        if start.elapsed() >= PILOT_TIME / 2 {
            return seconds / (LANES as f64 * settings.work());
        }
        epochs = epochs.saturating_mul(2);
    }
}
