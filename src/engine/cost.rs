//! What a plan takes: the cost of its cells, without a clock, times what a unit of it takes on this machine.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::num::NonZeroUsize;

use super::calibration::Calibration;
use crate::measure::{
    self, Job, Kind, MeasureSettings, Price, REFERENCES, TRAINING, bidder_columns, run_columns,
};
use crate::numeric::simd::LANES;
use crate::store::{EMPTY_TABLES, PARTS, TABLES, trajectories};
use crate::sweep::{Cell, Plan, setting_columns};
use crate::train::{AGENT_SAMPLE, BidderSettings, Settings};

/// Bytes that a number takes in a compressed table.
const BYTES_A_NUMBER: u64 = 6;

/// Bytes that a column of one value takes, whatever the number of rows, in the metadata of a table.
const BYTES_A_COLUMN: u64 = 250;

/// Numbers of a row of bid functions that are hardly ever the same.
const NUMBERS_A_BID: u64 = 4;

/// Nanoseconds of the report, beside its cells and runs; of a cell; and of a run.
const A_REPORT: f64 = 3e8;
const A_CELL: f64 = 6e5;
const A_RUN: f64 = 6e3;

/// A price that [`costs`] does not ask of every cell.
const OF_A_PLAN: fn(&Job) -> f64 = |_| 0.0;

const TRAJECTORIES: Price = Price {
    what: "trajectories",
    off: Some("[measure] trajectories = \"none\""),
    kind: Kind::Writing,
    of: OF_A_PLAN,
};
const REPORT: Price =
    Price { what: "the report", off: Some("run --no-report"), kind: Kind::Writing, of: OF_A_PLAN };

/// What a plan will take.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Time of the training on the threads given, each on a core of its own, in seconds.
    pub training: f64,
    /// Time of everything else: measures, references, parts, tables and the report, in seconds.
    pub measures: f64,
    /// Parts and tables, in bytes.
    pub bytes: u64,
    /// The time by what takes it, the most first; all of them together.
    pub shares: Vec<Share>,
}

/// The time that something takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// What it is, in words.
    pub what: &'static str,
    /// What to write to go without it, in a sweep file or on the command line.
    pub off: Option<&'static str>,
    /// Seconds on the threads given.
    pub seconds: f64,
}

/// What takes time in a cell beside training and its references.
fn prices() -> impl Iterator<Item = &'static Price> {
    measure::prices().iter().copied().chain([&PARTS, &TABLES])
}

/// What a cell with so many runs costs, in agent-samples of [`AGENT_SAMPLE`]: its training and all that
/// becomes of it, as if no other cell shared its references or filled up its lanes.
///
/// It is a function of its arguments alone, and within a factor of about 2 of the time that it takes.
///
/// ```
/// use bidsweep::engine::cell_cost;
/// use bidsweep::sweep::Plan;
///
/// let plan = Plan::parse("schema = 1\nname = \"x\"\naxes.bidders = [2, 10]", "x.toml", &[])?;
/// let [two, ten] = [0, 1].map(|position| cell_cost(&plan.cell(position).settings, plan.measure(), 100));
/// assert!(ten > 4.0 * two);
/// # Ok::<(), bidsweep::sweep::SweepError>(())
/// ```
pub fn cell_cost(settings: &Settings, measure: &MeasureSettings, replicates: u32) -> f64 {
    let job = Job::new(settings, measure, replicates);
    prices().chain([&TRAINING, &REFERENCES]).map(|price| (price.of)(&job)).sum::<f64>() / AGENT_SAMPLE
}

/// What runs of a cell cost, with what is measured of the cell, until they are kept, in agent-samples.
pub(super) fn cost_of_runs(settings: &Settings, measure: &MeasureSettings, replicates: u32) -> f64 {
    let job = Job::new(settings, measure, replicates);
    let prices = measure::prices().iter().copied().chain([&PARTS, &TRAINING]);
    prices.map(|price| (price.of)(&job)).sum::<f64>() / AGENT_SAMPLE
}

/// What a plan costs, by what takes the time, in agent-samples.
///
/// Runs of a shape are trained side by side, whatever their cells, and what is left of lanes stays empty.
/// References are found once for all cells of a game.
fn costs(plan: &Plan, numbers: &Numbers) -> Vec<(&'static Price, f64)> {
    let replicates = plan.replicates();
    let once = |price: &Price| if price.what == TABLES.what { EMPTY_TABLES } else { 0.0 };
    let mut of_cells: Vec<(&Price, f64)> = prices().map(|price| (price, once(price))).collect();
    let (mut training, mut references) = (0.0, 0.0);
    let mut games = HashSet::new();
    // Runs of the shapes whose lanes are to be full, and what their training costs.
    let mut shapes: HashMap<u64, (u64, f64)> = HashMap::new();
    for &Alike { shape, game, first, cells } in &numbers.alike {
        let settings = plan.cell(first).settings;
        let job = Job::new(&settings, plan.measure(), replicates);
        for (price, cost) in &mut of_cells {
            *cost += cells as f64 * (price.of)(&job);
        }
        if games.insert(game) {
            references += (REFERENCES.of)(&job);
        }
        let trained = cells as f64 * (TRAINING.of)(&job);
        if settings.fills_lanes() {
            let (runs, of_shape) = shapes.entry(shape).or_default();
            *runs += cells * u64::from(replicates);
            *of_shape += trained;
        } else {
            training += trained;
        }
    }
    let full = |runs: u64| runs.next_multiple_of(LANES as u64) as f64 / runs as f64;
    // In an order of their own, for the same sum each time.
    let mut shapes: Vec<_> = shapes.into_iter().collect();
    shapes.sort_unstable_by_key(|&(shape, _)| shape);
    training += shapes.into_iter().map(|(_, (runs, trained))| trained * full(runs)).sum::<f64>();
    let report = A_REPORT + A_CELL * plan.len() as f64 + A_RUN * plan.runs() as f64;
    of_cells.extend([
        (&TRAINING, training),
        (&REFERENCES, references),
        (&TRAJECTORIES, trajectories(numbers.recorded)),
        (&REPORT, report),
    ]);
    of_cells.into_iter().map(|(price, nanoseconds)| (price, nanoseconds / AGENT_SAMPLE)).collect()
}

/// Cells that cost the same.
struct Alike {
    /// Equal of runs that are trained side by side.
    shape: u64,
    /// Equal of cells with the same references.
    game: u64,
    /// The position of the first of them.
    first: usize,
    /// How many they are.
    cells: u64,
}

/// What is counted of a plan.
struct Numbers {
    /// In the order of their first cells.
    alike: Vec<Alike>,
    /// Bidders of all cells.
    bidders: u64,
    /// Numbers of all trajectories.
    recorded: u64,
}

impl Numbers {
    fn of(plan: &Plan) -> Self {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let mut numbers = Numbers { alike: Vec::new(), bidders: 0, recorded: 0 };
        let mut places: HashMap<(u64, u64, bool), usize> = HashMap::new();
        for cell in plan.cells() {
            let settings = &cell.settings;
            numbers.bidders += settings.bidders.len() as u64;
            numbers.recorded += recorded(plan, &cell);
            let (shape, game) = (hasher.hash_one(settings.shape()), hasher.hash_one(game(settings)));
            let place = *places.entry((shape, game, settings.is_random())).or_insert_with(|| {
                numbers.alike.push(Alike { shape, game, first: cell.position, cells: 0 });
                numbers.alike.len() - 1
            });
            numbers.alike[place].cells += 1;
        }
        numbers
    }
}

/// What references depend on.
fn game(settings: &Settings) -> impl Hash + use<> {
    let bidder = |bidder: &BidderSettings| {
        let (low, high) = bidder.prior.support();
        let sigma = bidder.learner.perturbations().map(|tried| tried.sigma.to_bits());
        (bidder.prior.table_key(), [low, high].map(f64::to_bits), bidder.strategy, sigma)
    };
    (settings.beta.last().to_bits(), settings.bidders.iter().map(bidder).collect::<Vec<_>>())
}

/// Numbers of the trajectories of a cell.
fn recorded(plan: &Plan, cell: &Cell) -> u64 {
    let Some(recorded) = plan.recording(cell.id, 0).trajectory else { return 0 };
    let numbers = recorded.at_most(cell.settings.epochs) * cell.settings.recorded_numbers();
    u64::from(plan.recorded_replicates(cell.id)) * numbers
}

/// Estimates a whole plan for a machine: a function of its arguments alone.
pub fn estimate(plan: &Plan, threads: NonZeroUsize, calibration: &Calibration) -> Estimate {
    let threads = threads.get() as f64;
    let share = |(price, cost): (&Price, f64)| {
        let at_once = if price.kind == Kind::Writing { 1.0 } else { threads };
        let seconds = cost * calibration.seconds(price.kind) / at_once;
        Share { what: price.what, off: price.off, seconds }
    };
    let numbers = Numbers::of(plan);
    let mut shares: Vec<Share> = costs(plan, &numbers).into_iter().map(share).collect();
    shares.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    let (training, others): (Vec<&Share>, Vec<&Share>) =
        shares.iter().partition(|share| share.what == TRAINING.what);
    let sum = |shares: Vec<&Share>| shares.iter().map(|share| share.seconds).sum();
    Estimate { training: sum(training), measures: sum(others), bytes: bytes(plan, &numbers), shares }
}

/// Seconds of what follows the training of a plan, once all its runs are there: what is measured of cells,
/// tables and report, on so many threads.
pub fn cost_of_joining(plan: &Plan, threads: NonZeroUsize, calibration: &Calibration) -> f64 {
    let numbers = Numbers::of(plan);
    let mut cells = 0.0;
    for &Alike { first, cells: alike, .. } in &numbers.alike {
        let settings = plan.cell(first).settings;
        // Without runs: what is left is of the cell.
        let job = Job::new(&settings, plan.measure(), 0);
        let prices = measure::prices().iter().copied().chain([&REFERENCES]);
        let seconds = |price: &Price| (price.of)(&job) / AGENT_SAMPLE * calibration.seconds(price.kind);
        cells += alike as f64 * prices.map(seconds).sum::<f64>();
    }
    let is_written = |price: &Price| [TABLES.what, TRAJECTORIES.what, REPORT.what].contains(&price.what);
    let written = costs(plan, &numbers).into_iter().filter(|(price, _)| is_written(price));
    let written: f64 = written.map(|(price, cost)| cost * calibration.seconds(price.kind)).sum();
    cells / threads.get() as f64 + written
}

/// Bytes of parts and tables.
fn bytes(plan: &Plan, counted: &Numbers) -> u64 {
    let rows = counted.bidders * u64::from(plan.replicates());
    let bids = counted.bidders * u64::from(plan.measure().bid_functions) * NUMBERS_A_BID;
    let of_runs = plan.runs() * run_columns().len() as u64 + rows * bidder_columns().len() as u64;
    let columns = 5 * (setting_columns().len() + 5 * (run_columns().len() + bidder_columns().len())) as u64;
    // Everything stands once in a part and once in a table.
    2 * BYTES_A_NUMBER * (bids + of_runs + counted.recorded) + BYTES_A_COLUMN * columns
}
