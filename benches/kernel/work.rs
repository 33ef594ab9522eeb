//! What is timed, and how.

use std::hint::black_box;

use bidsweep::auction::Prior;
use bidsweep::numeric::simd::Instance;
use bidsweep::train::{Beta, Precision, Run, Settings, train_group};
use cpu_time::ThreadTime;

use crate::common::{RECORDING, settings};

/// Eight runs of each of some steepnesses.
pub struct Work {
    instance: Instance,
    cells: Vec<Settings>,
}

impl Work {
    /// Runs of some milliseconds.
    pub fn new(instance: Instance, precision: Precision, bidders: usize, betas: &[f64]) -> Self {
        let epochs = if instance == Instance::Portable { 100 } else { 4000 } / bidders as u32;
        let cell = |&beta| Settings { beta: Beta::Fixed(beta), precision, epochs, ..settings(bidders, beta) };
        Work { instance, cells: betas.iter().map(cell).collect() }
    }

    /// The same with another prior of every bidder.
    pub fn with_prior(mut self, prior: &Prior) -> Self {
        let bidders = self.cells.iter_mut().flat_map(|cell| &mut cell.bidders);
        bidders.for_each(|bidder| bidder.prior = prior.clone());
        self
    }

    fn agent_samples(&self) -> f64 {
        8.0 * self.cells.iter().map(Settings::agent_samples).sum::<f64>()
    }

    fn runs(&self) -> Vec<Run<'_>> {
        let run = |settings| move |seed| Run { settings, seed, recording: RECORDING, start: None };
        self.cells.iter().flat_map(|settings| (0..8).map(run(settings))).collect()
    }

    /// ns per agent-sample of all runs in one group, which draws once.
    pub fn common(&self) -> f64 {
        let runs = self.runs();
        let start = ThreadTime::now();
        black_box(train_group(self.instance, &runs));
        start.elapsed().as_secs_f64() * 1e9 / self.agent_samples()
    }

    /// ns per agent-sample of a group a steepness.
    pub fn separate(&self) -> f64 {
        let runs = self.runs();
        let start = ThreadTime::now();
        for group in runs.chunks(8) {
            black_box(train_group(self.instance, group));
        }
        start.elapsed().as_secs_f64() * 1e9 / self.agent_samples()
    }
}
