//! Every learner of the registry, side by side with the gradient kernel of the study.

use std::hint::black_box;

use bidsweep::auction::Strategy;
use bidsweep::auction::strategy::Play;
use bidsweep::learner::{Entry, Learner, Value};
use bidsweep::numeric::simd::{Instance, LANES};
use bidsweep::train::{Batch, Precision, Run, Settings, train_group};
use cpu_time::ThreadTime;

use crate::common::{RECORDING, settings};
use crate::rounds::{median, rounds};
use crate::{BIDDERS, head, row};

/// About how many samples of each bidder are taken a run.
const SAMPLES: u32 = 64_000;
/// Epochs on exact batches.
const EPOCHS: u32 = 200;
const BATCHES: [u32; 2] = [128, 1];

fn with_defaults((index, entry): (usize, &Entry)) -> Learner {
    let defaults: Vec<Value> = entry.hyperparameters.iter().map(|h| h.default).collect();
    Learner::build(index, &defaults)
}

fn game(learner: Learner, bidders: usize, batch: Batch) -> Settings {
    let mut settings = settings(bidders, 50.0);
    settings.bidders.iter_mut().for_each(|bidder| bidder.learner = learner);
    let epochs = match batch {
        Batch::Profiles(samples) => SAMPLES / samples,
        Batch::Exact => EPOCHS,
    };
    Settings { batch, epochs, precision: Precision::F32, ..settings }
}

/// Seconds of eight runs, per bidder, epoch and run.
fn seconds(instance: Instance, settings: &Settings) -> f64 {
    let run = |seed| Run { settings, seed, recording: RECORDING, start: None };
    let runs: Vec<Run<'_>> = (0..LANES as u64).map(run).collect();
    let start = ThreadTime::now();
    black_box(train_group(instance, &runs));
    let updates = LANES as f64 * settings.bidders.len() as f64 * f64::from(settings.epochs);
    start.elapsed().as_secs_f64() / updates
}

pub fn print(instance: Instance) {
    for batch in BATCHES {
        head(&format!("learners, batch {batch}, ns an agent-sample"));
        let adam = Learner::REGISTRY.iter().position(|entry| entry.name == "adam");
        let adam = adam.map(|index| with_defaults((index, &Learner::REGISTRY[index]))).expect("it is there");
        for learner in Learner::REGISTRY.iter().enumerate().map(with_defaults) {
            // An epoch of tables is long, whatever it has seen.
            let is_table = matches!(learner.play(Strategy::Linear), Play::Table(_));
            let drawn = game(learner, 2, Batch::Profiles(batch)).needs_exact_batch().is_none();
            if !drawn || (is_table && batch == 1) {
                continue;
            }
            let mut ratios = Vec::new();
            let ns: Vec<String> = BIDDERS
                .iter()
                .map(|&bidders| {
                    let game = game(learner, bidders, Batch::Profiles(batch));
                    let usual = self::game(adam, bidders, Batch::Profiles(batch));
                    let times =
                        rounds(5, &mut [&mut || seconds(instance, &game), &mut || seconds(instance, &usual)]);
                    let [ns, of_adam] = [0, 1].map(|k| median(times[k].clone()) * 1e9 / f64::from(batch));
                    ratios.push(format!("{:.2}x", ns / of_adam));
                    format!("{ns:.3}")
                })
                .collect();
            row(learner.name(), ns.into_iter());
            row("  against adam", ratios.into_iter());
        }
    }
    head("learners, batch exact, us a bidder and epoch");
    for learner in Learner::REGISTRY.iter().enumerate().map(with_defaults) {
        let is_pure = matches!(learner.play(Strategy::Linear), Play::Pure(_));
        if is_pure || game(learner, 2, Batch::Exact).exact_mode().is_err() {
            continue;
        }
        let us = BIDDERS.iter().map(|&bidders| {
            let game = game(learner, bidders, Batch::Exact);
            let times = rounds(5, &mut [&mut || seconds(instance, &game)]);
            format!("{:.3}", median(times[0].clone()) * 1e6)
        });
        row(learner.name(), us.collect::<Vec<_>>().into_iter());
    }
}
