//! What cell measures need of a cell's runs.

use crate::measure::{BIDDER_MEASURES, RUN_MEASURES, RunRow, RunStatus, Summary};

/// The runs of a cell as its measures need them, taken one after the other: constant memory, however many there are.
#[derive(Clone, Debug)]
pub struct CellRuns {
    ok: u32,
    diverged: u32,
    /// Sums over runs with status ok, shape \[bidder\]\[parameter\].
    parameters: Vec<Vec<f64>>,
    /// One a column of runs.
    run: Vec<Summary>,
    /// Shape \[bidder\]\[column of bidders\].
    bidders: Vec<Vec<Summary>>,
    /// Of the first runs, the numbers of [`EACH`].
    first: Vec<[Option<f64>; EACH.len()]>,
}

/// The columns of runs that are kept one by one, and of how many runs: enough for any median.
const EACH: [&str; 4] = ["levy_z", "rotation_q", "continued_sd", "continued_ascent_sd"];
const KEPT_RUNS: usize = 500;

impl CellRuns {
    /// None yet, of a cell of so many bidders.
    pub fn new(bidders: usize) -> Self {
        CellRuns {
            ok: 0,
            diverged: 0,
            parameters: vec![Vec::new(); bidders],
            run: vec![Summary::default(); RUN_MEASURES.iter().map(|of| of.len()).sum()],
            bidders: vec![vec![Summary::default(); BIDDER_MEASURES.iter().map(|of| of.len()).sum()]; bidders],
            first: Vec::new(),
        }
    }

    /// Takes the next run, in the order of replicates.
    pub fn push(&mut self, run: &RunRow) {
        match run.status {
            RunStatus::Ok => self.ok += 1,
            RunStatus::Diverged => return self.diverged += 1,
            RunStatus::Failed => return,
        }
        for (sums, parameters) in self.parameters.iter_mut().zip(&run.parameters) {
            sums.resize(parameters.len(), 0.0);
            sums.iter_mut().zip(parameters).for_each(|(sum, parameter)| *sum += parameter);
        }
        let push = |(summary, number): (&mut Summary, &Option<f64>)| {
            if let Some(number) = number {
                summary.push(*number);
            }
        };
        self.run.iter_mut().zip(&run.values).for_each(push);
        for (summaries, numbers) in self.bidders.iter_mut().zip(&run.bidders) {
            summaries.iter_mut().zip(numbers).for_each(push);
        }
        if self.first.len() < KEPT_RUNS {
            self.first.push(EACH.map(|name| run.values[run_place(name)]));
        }
    }

    /// Runs that diverged.
    pub(in crate::measure) fn diverged(&self) -> u32 {
        self.diverged
    }

    /// The mean parameters over runs, shape \[bidder\]\[parameter\]: bids are linear in them, so that their profile is the
    /// mean of the runs'. `None` where there is no run.
    pub(in crate::measure) fn mean_parameters(&self) -> Option<Vec<Vec<f64>>> {
        let mean = |sums: &Vec<f64>| sums.iter().map(|sum| sum / f64::from(self.ok)).collect();
        (self.ok > 0).then(|| self.parameters.iter().map(mean).collect())
    }

    /// The summary of a column of runs.
    ///
    /// # Panics
    /// Where there is none of this name.
    pub(in crate::measure) fn of_run(&self, name: &str) -> Summary {
        self.run[run_place(name)]
    }

    /// The summary of a column of a bidder.
    ///
    /// # Panics
    /// Where there is none of this name.
    pub(in crate::measure) fn of_bidder(&self, bidder: usize, name: &str) -> Summary {
        let columns = BIDDER_MEASURES.iter().copied().flatten();
        let place = columns.map(|measure| measure.column.name).position(|column| column == name);
        self.bidders[bidder][place.unwrap_or_else(|| panic!("no column {name} of bidders"))]
    }

    /// A column of [`EACH`], of the first runs one by one.
    ///
    /// # Panics
    /// Where there is none of this name.
    pub(in crate::measure) fn each(&self, name: &str) -> Vec<Option<f64>> {
        let place =
            EACH.iter().position(|each| *each == name).unwrap_or_else(|| panic!("{name} is not kept"));
        self.first.iter().map(|numbers| numbers[place]).collect()
    }
}

fn run_place(name: &str) -> usize {
    let columns = RUN_MEASURES.iter().copied().flatten();
    let place = columns.map(|measure| measure.column.name).position(|column| column == name);
    place.unwrap_or_else(|| panic!("no column {name} of runs"))
}
