//! `--json`: one measurement as one line of JSON, as the programs that it is compared with print it.

use std::time::Instant;

use bidsweep::numeric::simd::Instance;
use bidsweep::train::{Batch, Precision, Run, Settings, train_group};
use rayon::prelude::*;

use crate::PRECISIONS;
use crate::common::{RECORDING, settings};

/// What is asked; flags but `--json` and `--learners` take a value.
pub struct Arguments {
    /// Print one line of JSON instead of tables.
    pub json: bool,
    /// Print the table of learners alone.
    pub learners: bool,
    /// Bidders, `--n`.
    bidders: usize,
    precision: (Precision, &'static str),
    runs: u64,
    epochs: u32,
    threads: usize,
    rounds: usize,
}

impl Arguments {
    pub fn parse() -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let value = |flag: &str, default: &str| {
            let at = arguments.iter().position(|argument| argument == flag);
            at.map_or(default, |at| arguments.get(at + 1).unwrap_or_else(|| panic!("{flag} takes a value")))
                .to_owned()
        };
        let number = |flag, default| {
            let text = value(flag, default);
            text.parse().unwrap_or_else(|_| panic!("{flag} takes a whole number, not {text}"))
        };
        let precision = value("--precision", "f32");
        Arguments {
            learners: arguments.iter().any(|argument| argument == "--learners"),
            json: arguments.iter().any(|argument| argument == "--json"),
            bidders: number("--n", "2"),
            precision: PRECISIONS
                .into_iter()
                .find(|(_, name)| *name == precision)
                .unwrap_or_else(|| panic!("--precision takes f32 or f64, not {precision}")),
            runs: number("--runs", "64") as u64,
            epochs: number("--epochs", "2000") as u32,
            threads: number("--threads", "1"),
            rounds: number("--rounds", "1"),
        }
    }

    /// Trains all runs at beta 50, `rounds` times.
    pub fn measure(&self) -> serde_json::Value {
        let (precision, dtype) = self.precision;
        let settings = Settings { precision, epochs: self.epochs, ..settings(self.bidders, 50.0) };
        let runs: Vec<_> = (0..self.runs)
            .map(|seed| Run { settings: &settings, seed, recording: RECORDING, start: None })
            .collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build().expect("threads");
        let instance = Instance::current();
        let train = || {
            pool.install(|| runs.par_chunks(8).flat_map_iter(|group| train_group(instance, group)).collect())
        };
        let mut outcomes: Vec<_> = Vec::new();
        let seconds: Vec<f64> = (0..self.rounds)
            .map(|_| {
                let start = Instant::now();
                outcomes = train();
                start.elapsed().as_secs_f64()
            })
            .collect();
        let of_run = |bidders: &[bidsweep::train::BidderOutcome]| {
            bidders.iter().map(|bidder| bidder.last_iterate).sum::<f64>() / bidders.len() as f64
        };
        let last: Vec<f64> = outcomes.iter().map(|outcome| of_run(&outcome.bidders)).collect();
        let n = last.len() as f64;
        let mean = last.iter().sum::<f64>() / n;
        let sd = (last.iter().map(|w| (w - mean) * (w - mean)).sum::<f64>() / (n - 1.0)).sqrt();
        let Batch::Profiles(batch) = settings.batch else { unreachable!("the study's batches are sampled") };
        serde_json::json!({
            "program": "bidsweep", "n": self.bidders, "runs": self.runs, "epochs": self.epochs,
            "batch": batch, "threads": self.threads, "dtype": dtype, "seconds": seconds,
            "mean_multiplier": mean, "sd_multiplier": sd, "set_up_seconds": 0.0,
            "versions": { "bidsweep": env!("CARGO_PKG_VERSION"), "instruction set": instance.name() },
        })
    }
}
