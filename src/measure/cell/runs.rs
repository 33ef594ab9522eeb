//! What cell measures and summaries need of a cell's runs.

use std::sync::LazyLock;

use crate::measure::row::{RunRow, RunStatus};
use crate::measure::summary::Summary;
use crate::measure::table::{
    BidderColumn, RunColumn, bidder_columns, bidder_intervals, run_columns, run_intervals,
};

/// The runs of a cell, taken one after the other: constant memory, however many there are. Numbers are of
/// those with status ok; what is missing is in no summary.
#[derive(Clone, Debug)]
pub struct CellRuns {
    ok: u64,
    diverged: u64,
    failed: u64,
    /// Sums over runs, shape \[bidder\]\[parameter\].
    parameters: Vec<Vec<f64>>,
    /// One a column of runs.
    run: Vec<Summary>,
    /// One a column of [`averaged_columns`]: of the mean over bidders.
    averaged: Vec<Summary>,
    /// Shape \[bidder\]\[column of bidders\].
    bidders: Vec<Vec<Summary>>,
    first: FirstRuns,
}

/// Numbers of the first runs, those that have them, one by one: enough for any median.
#[derive(Clone, Debug, Default)]
pub(super) struct FirstRuns {
    runs: usize,
    pub levy_z: Vec<f64>,
    pub rotation_q: Vec<f64>,
    pub continued_sd: Vec<f64>,
    pub continued_ascent_sd: Vec<f64>,
    /// Where each run left each bidder, shape \[run\]\[bidder\].
    pub ends: Vec<Vec<Option<End>>>,
}

/// Where a run left a bidder's multiplier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End {
    /// The mean over the tail.
    pub multiplier: f64,
    /// The standard deviation over the tail.
    pub sd: Option<f64>,
}

/// How many runs are the first ones.
const FIRST_RUNS: usize = 500;

const LEVY_Z: RunColumn = RunColumn::named("levy_z");
const ROTATION_Q: RunColumn = RunColumn::named("rotation_q");
const CONTINUED_SD: RunColumn = RunColumn::named("continued_sd");
const CONTINUED_ASCENT_SD: RunColumn = RunColumn::named("continued_ascent_sd");

const MULTIPLIER: BidderColumn = BidderColumn::named("multiplier_tail_mean");
const TAIL_SD: BidderColumn = BidderColumn::named("multiplier_tail_sd");

/// The places of the bidder columns that are averaged over the bidders of a run: those whose name no run
/// column has.
pub fn averaged_columns() -> impl Iterator<Item = usize> {
    static AVERAGED: LazyLock<Vec<usize>> = LazyLock::new(|| {
        let is_averaged = |name: &str| run_columns().iter().all(|column| column.name != name);
        let columns = bidder_columns().iter().enumerate();
        columns.filter(|(_, column)| is_averaged(&column.name)).map(|(place, _)| place).collect()
    });
    AVERAGED.iter().copied()
}

impl CellRuns {
    /// None yet, of a cell of so many bidders.
    pub fn new(bidders: usize) -> Self {
        let of_bidder: Vec<Summary> = bidder_intervals().map(Summary::of).collect();
        CellRuns {
            ok: 0,
            diverged: 0,
            failed: 0,
            parameters: vec![Vec::new(); bidders],
            run: run_intervals().map(Summary::of).collect(),
            averaged: averaged_columns().map(|place| of_bidder[place]).collect(),
            bidders: vec![of_bidder; bidders],
            first: FirstRuns::default(),
        }
    }

    /// Takes the next run, in the order of replicates.
    pub fn push(&mut self, run: &RunRow) {
        match run.status {
            RunStatus::Ok => self.ok += 1,
            RunStatus::Diverged => return self.diverged += 1,
            RunStatus::Failed => return self.failed += 1,
        }
        for (sums, parameters) in self.parameters.iter_mut().zip(&run.parameters) {
            sums.resize(parameters.len(), 0.0);
            sums.iter_mut().zip(parameters).for_each(|(sum, parameter)| *sum += parameter);
        }
        self.run.iter_mut().zip(&run.values).for_each(|(summary, &number)| push(summary, number));
        for (summaries, numbers) in self.bidders.iter_mut().zip(&run.bidders) {
            summaries.iter_mut().zip(numbers).for_each(|(summary, &number)| push(summary, number));
        }
        for (place, summary) in averaged_columns().zip(&mut self.averaged) {
            let sum: Option<f64> = run.bidders.iter().map(|numbers| numbers[place]).sum();
            push(summary, sum.map(|sum| sum / run.bidders.len() as f64));
        }
        self.first.push(run);
    }

    /// Runs that trained all epochs.
    pub fn ok(&self) -> u64 {
        self.ok
    }

    /// Runs that diverged.
    pub fn diverged(&self) -> u64 {
        self.diverged
    }

    /// Runs that failed.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// The summaries of runs, one a column of [`run_columns`].
    pub fn run_summaries(&self) -> &[Summary] {
        &self.run
    }

    /// The summaries of the means over bidders, one a column of [`averaged_columns`].
    pub fn averaged_summaries(&self) -> &[Summary] {
        &self.averaged
    }

    /// The summaries of a bidder, counted from 0, one a column of [`bidder_columns`].
    pub fn bidder_summaries(&self, bidder: usize) -> &[Summary] {
        &self.bidders[bidder]
    }

    /// The mean parameters over runs, shape \[bidder\]\[parameter\]: bids are linear in them, so that their
    /// profile is the mean of the runs'. `None` where there is no run.
    pub(super) fn mean_parameters(&self) -> Option<Vec<Vec<f64>>> {
        let mean = |sums: &Vec<f64>| sums.iter().map(|sum| sum / self.ok as f64).collect();
        (self.ok > 0).then(|| self.parameters.iter().map(mean).collect())
    }

    /// The summary of a column of runs.
    pub(super) fn of_run(&self, column: RunColumn) -> Summary {
        self.run[column.0]
    }

    /// The summary of a column of a bidder.
    pub(super) fn of_bidder(&self, bidder: usize, column: BidderColumn) -> Summary {
        self.bidders[bidder][column.0]
    }

    /// Numbers of the first runs.
    pub(super) fn first(&self) -> &FirstRuns {
        &self.first
    }
}

impl FirstRuns {
    fn push(&mut self, run: &RunRow) {
        if self.runs == FIRST_RUNS {
            return;
        }
        self.runs += 1;
        let end = |numbers: &Vec<Option<f64>>| {
            let multiplier = numbers[MULTIPLIER.0].filter(|number| number.is_finite())?;
            Some(End { multiplier, sd: numbers[TAIL_SD.0] })
        };
        self.ends.push(run.bidders.iter().map(end).collect());
        for (numbers, column) in [
            (&mut self.levy_z, LEVY_Z),
            (&mut self.rotation_q, ROTATION_Q),
            (&mut self.continued_sd, CONTINUED_SD),
            (&mut self.continued_ascent_sd, CONTINUED_ASCENT_SD),
        ] {
            numbers.extend(run.values[column.0]);
        }
    }
}

/// What is missing, or not finite, is in no summary.
fn push(summary: &mut Summary, number: Option<f64>) {
    if let Some(number) = number.filter(|number| number.is_finite()) {
        summary.push(number);
    }
}
