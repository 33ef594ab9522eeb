//! How long a plan will take and how many bytes it will leave, by a short pilot on this machine, timed by the
//! processor time of its thread: other programs make it no longer.

use std::num::NonZeroUsize;
use std::time::Duration;

use cpu_time::ThreadTime;

use crate::equilibrium::References;
use crate::measure::{
    CellRuns, RunMeasurement, Yardstick, bidder_columns, measure as measure_run, measure_cell, run_columns,
};
use crate::numeric::simd::{Instance, LANES};
use crate::sweep::{Cell, Plan, setting_columns};
use crate::train::{Batch, Beta, Run, Settings, train, train_group};

/// The most cells that a pilot trains a little of.
const PILOT_CELLS: usize = 8;

/// How long a pilot may take for one cell.
const PILOT_TIME: Duration = Duration::from_millis(20);

/// The most epochs that a pilot trains before it measures.
const PILOT_EPOCHS: u32 = 50;

/// The most exact epochs that a pilot trains behind the first.
const EXACT_EPOCHS: u32 = 64;

/// The largest batch that a pilot draws.
const PILOT_BATCH: u32 = 1000;

/// Bytes that a number takes in a compressed table.
const BYTES_A_NUMBER: u64 = 8;

/// Bytes that a column of one value takes, whatever the number of rows, in the metadata of a table.
const BYTES_A_COLUMN: u64 = 250;

/// Numbers of a row of bid functions that are hardly ever the same.
const NUMBERS_A_BID: u64 = 4;

/// Exact gradients that the two continuations of a run take, roughly, until its movement has died out.
const CONTINUATION: f64 = 600.0;

/// What a plan will take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Time of the training on the threads given, each on a core of its own, in seconds.
    pub training: f64,
    /// Time of what is measured of runs and cells, in seconds.
    pub measures: f64,
    /// Parts and tables, in bytes.
    pub bytes: u64,
}

/// Estimates a whole plan.
///
/// # Panics
/// As [`Instance::current`].
pub fn estimate(plan: &Plan, threads: NonZeroUsize) -> Estimate {
    let (mut work, mut rows, mut points, mut cell_bidders) = (0.0, 0, 0, 0);
    for cell in plan.cells() {
        let bidders = cell.settings.bidders.len() as u64;
        work += cell.settings.work() * f64::from(plan.replicates());
        rows += bidders * u64::from(plan.replicates());
        cell_bidders += bidders;
        if let Some(recorded) = plan.recording(cell.id, 0).trajectory {
            let numbers = recorded.at_most(cell.settings.epochs) * cell.settings.recorded_numbers();
            points += u64::from(plan.recorded_replicates(cell.id)) * numbers;
        }
    }
    let bids = cell_bidders * u64::from(plan.measure().bid_functions) * NUMBERS_A_BID;
    let numbers =
        bids + plan.runs() * run_columns().len() as u64 + rows * bidder_columns().len() as u64 + points;
    let columns = 5 * (setting_columns().len() + 5 * (run_columns().len() + bidder_columns().len())) as u64;
    Estimate {
        training: work * seconds_a_unit_of_work(plan) / threads.get() as f64,
        measures: seconds_of_measures(plan) / threads.get() as f64,
        // Everything stands once in a part and once in a table.
        bytes: 2 * BYTES_A_NUMBER * numbers + BYTES_A_COLUMN * columns,
    }
}

/// Seconds of all measures of a plan on one core: of every run, of the runs that are continued, and of every
/// cell.
fn seconds_of_measures(plan: &Plan) -> f64 {
    let pilots: Vec<f64> = pilot_cells(plan).map(|cell| measures_of(plan, &cell)).collect();
    let cells = pilots.len().max(1) as f64;
    plan.len() as f64 * pilots.iter().sum::<f64>() / cells
}

/// Seconds of the measures of a cell and its runs, without those of the references, which may take minutes.
fn measures_of(plan: &Plan, cell: &Cell) -> f64 {
    fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
        let start = ThreadTime::now();
        let done = work();
        (done, start.elapsed().as_secs_f64())
    }
    let (measure, replicates) = (plan.measure(), plan.replicates());
    let (epochs, batch) = match cell.settings.batch {
        Batch::Profiles(samples) => (PILOT_EPOCHS, Batch::Profiles(samples.min(PILOT_BATCH))),
        Batch::Exact => (1, Batch::Exact),
    };
    let settings = Settings { epochs: cell.settings.epochs.min(epochs), batch, ..cell.settings.clone() };
    let yardstick = Yardstick::without_references(&settings);
    let outcome = train(&settings, 0, measure.recording());
    let plain = RunMeasurement { continuation: 0, ..measure.of_run(0) };
    let of_run = || timed(|| measure_run(&settings, &yardstick, &plain, &outcome));
    let (row, first) = of_run();
    // The first fills tables, which shows where it is fast.
    let seconds_a_run = if first < PILOT_TIME.as_secs_f64() { of_run().1 } else { first };
    let continued = measure.continuation.replicates.min(replicates);
    let continuation = if continued > 0 && settings.can_be_continued() {
        let beta = Beta::Fixed(settings.beta.last());
        let seconds = |epochs: u32| {
            let exact = Settings { epochs, beta, batch: Batch::Exact, ..settings.clone() };
            timed(|| train(&exact, 0, measure.recording())).1
        };
        // Without what is prepared before the first.
        let first = seconds(1);
        let more = ((PILOT_TIME.as_secs_f64() / first) as u32).min(EXACT_EPOCHS);
        let epoch = match more {
            0 => first,
            more => (seconds(1 + more) - first).max(0.0) / f64::from(more),
        };
        let most = cell.settings.continued_epochs(measure.continuation.share);
        epoch * CONTINUATION.min(measure.continuation.epochs.into()).min(most)
    } else {
        0.0
    };
    let mut runs = CellRuns::new(settings.bidders.len());
    runs.push(&row);
    let unknown = References::unknown(settings.bidders.len());
    let seconds_a_cell = timed(|| measure_cell(&cell.settings, measure, &unknown, &runs)).1;
    f64::from(replicates) * seconds_a_run + f64::from(continued) * continuation + seconds_a_cell
}

/// A few cells spread over the plan.
fn pilot_cells(plan: &Plan) -> impl Iterator<Item = Cell> + '_ {
    positions(plan.len()).into_iter().map(|position| plan.cell(position))
}

/// A few positions of so many, in no step with the axes of a grid: multiples of the golden ratio modulo 1.
fn positions(cells: usize) -> Vec<usize> {
    if cells <= PILOT_CELLS {
        return (0..cells).collect();
    }
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let share = |k: usize| (GOLDEN * (k as f64 + 0.5)).fract();
    let mut positions: Vec<usize> = (0..PILOT_CELLS).map(|k| (share(k) * cells as f64) as usize).collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// The mean over a few cells spread over the plan, weighted by their length.
fn seconds_a_unit_of_work(plan: &Plan) -> f64 {
    let (mut seconds, mut weights) = (0.0, 0.0);
    for cell in pilot_cells(plan) {
        let weight = cell.settings.work();
        seconds += weight * pilot(&cell.settings);
        weights += weight;
    }
    if weights > 0.0 { seconds / weights } else { 0.0 }
}

/// Seconds a unit of work, see [`Settings::work`], of a full group on one core, without what is prepared
/// before its first epoch.
fn pilot(settings: &Settings) -> f64 {
    let batch = match settings.batch {
        Batch::Profiles(samples) => Batch::Profiles(samples.min(PILOT_BATCH)),
        Batch::Exact => Batch::Exact,
    };
    let start = ThreadTime::now();
    let seconds = |settings: &Settings| {
        let recording = crate::measure::MeasureSettings::default().recording();
        let runs: Vec<_> =
            (0..LANES as u64).map(|seed| Run { settings, seed, recording, start: None }).collect();
        let before = ThreadTime::now();
        train_group(Instance::current(), &runs);
        before.elapsed().as_secs_f64()
    };
    let mut epochs = 1;
    let mut fewer = seconds(&Settings { epochs, batch, ..settings.clone() });
    loop {
        let more = Settings { epochs: 2 * epochs, batch, ..settings.clone() };
        let twice = seconds(&more);
        if start.elapsed() >= PILOT_TIME / 2 {
            return (twice - fewer).max(0.0) / (LANES as f64 * 0.5 * more.work());
        }
        (epochs, fewer) = (more.epochs, twice);
    }
}
