//! A whole sweep, five betas by four numbers of bidders by fifty seeds, from the file to the tables, beside the
//! training of its runs alone, on one thread and on two; and what is measured of every run, beside its training.

mod rounds;

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use bidsweep::engine::{Extent, Options, ProgressForm, Stop, Tell, train_missing};
use bidsweep::measure::{RunMeasurement, Yardstick, measure};
use bidsweep::numeric::simd::{Instance, LANES};
use bidsweep::store::{Folder, Lock, PartWriter, Scan, write_tables};
use bidsweep::sweep::{Cell, Plan};
use bidsweep::train::{Run, train_group};
use rayon::prelude::*;
use rounds::{median, rounds};

fn load() -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sweeps/beta-n.toml");
    Plan::load(&path, &[]).expect("the shipped sweep is valid")
}

/// Seconds from the file to the tables.
fn whole(threads: usize) -> f64 {
    let start = Instant::now();
    let plan = load();
    let dir = tempfile::tempdir().expect("a folder for the results");
    let folder = Folder::new(dir.path());
    let _lock = Lock::take(&folder, "bench").expect("the folder is ours");
    let scan = Scan::of(&folder, &plan).expect("the folder is empty");
    let options = Options {
        threads: NonZeroUsize::new(threads).expect("a thread"),
        limit: None,
        max_fails: None,
        retry_failed: false,
        progress: Tell::Stderr(ProgressForm::None),
    };
    train_missing(&plan, &Extent::WHOLE, PartWriter::new(&folder), &scan, &options, &Stop::after(None))
        .expect("room for the parts");
    let scan = Scan::of(&folder, &plan).expect("the parts are whole");
    write_tables(&folder, &plan, &scan).expect("room for the tables");
    start.elapsed().as_secs_f64()
}

/// Seconds of the training alone, in the groups that the engine forms: the betas of one number of bidders share draws.
fn training(threads: usize) -> f64 {
    let plan = load();
    let cells: Vec<Cell> = plan.cells().collect();
    let replicates: Vec<u32> = (0..plan.replicates()).collect();
    let (games, rest) = replicates.as_chunks::<LANES>();
    let mut groups: Vec<Vec<Run<'_>>> = Vec::new();
    for bidders in [10, 5, 3, 2] {
        let runs = |replicates: &[u32]| {
            let mut runs = Vec::new();
            for cell in cells.iter().filter(|cell| cell.settings.bidders.len() == bidders) {
                let run = |&k| Run {
                    settings: &cell.settings,
                    seed: plan.seed(cell.id, k),
                    recording: plan.recording(cell.id, k),
                    start: None,
                };
                runs.extend(replicates.iter().map(run));
            }
            runs
        };
        groups.extend(games.iter().map(|game| runs(game)));
        groups.extend(runs(rest).chunks(LANES).map(<[_]>::to_vec));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let instance = Instance::current();
    let start = Instant::now();
    pool.install(|| {
        groups.par_iter().with_max_len(1).for_each(|group| {
            std::hint::black_box(train_group(instance, group));
        });
    });
    start.elapsed().as_secs_f64()
}

/// Seconds, on one core, of training the runs of so many bidders and of measuring them: what is measured of every run.
fn measured(bidders: usize) -> (f64, f64) {
    let plan = load();
    let cells: Vec<Cell> = plan.cells().filter(|cell| cell.settings.bidders.len() == bidders).collect();
    let replicates: Vec<u32> = (0..LANES as u32).collect();
    let runs: Vec<Run<'_>> = cells
        .iter()
        .flat_map(|cell| replicates.iter().map(move |&k| (cell, k)))
        .map(|(cell, k)| Run {
            settings: &cell.settings,
            seed: plan.seed(cell.id, k),
            recording: plan.recording(cell.id, k),
            start: None,
        })
        .collect();
    let yardsticks: Vec<Yardstick> = cells.iter().map(|cell| Yardstick::new(&cell.settings)).collect();
    let plain = RunMeasurement { continuation: 0, ..plan.measure().of_run(0) };
    let start = Instant::now();
    let outcomes = train_group(Instance::current(), &runs);
    let training = start.elapsed().as_secs_f64();
    let start = Instant::now();
    for (k, (run, outcome)) in runs.iter().zip(&outcomes).enumerate() {
        std::hint::black_box(measure(run.settings, &yardsticks[k / LANES], &plain, outcome));
    }
    (training, start.elapsed().as_secs_f64())
}

/// Prints what the measures of every run take of its training.
fn print_measures() {
    for bidders in [2, 3, 5, 10] {
        let both: Vec<(f64, f64)> = (0..9).map(|_| measured(bidders)).skip(1).collect();
        let median_of = |pick: fn(&(f64, f64)) -> f64| median(both.iter().map(pick).collect());
        let (training, measures) = (median_of(|both| both.0), median_of(|both| both.1));
        let runs = (5 * LANES) as f64;
        println!(
            "{:<28}{:>8.1} us a run, measured in {:.1} us: {:.0} %",
            format!("training, N = {bidders}"),
            1e6 * training / runs,
            1e6 * measures / runs,
            100.0 * measures / training
        );
    }
}

fn main() {
    print_measures();
    let times =
        rounds(7, &mut [&mut || training(1), &mut || training(2), &mut || whole(1), &mut || whole(2)]);
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    let titles = ["training", "training", "file to tables", "file to tables"];
    for ((title, threads), seconds) in titles.iter().zip([1, 2, 1, 2]).zip(&medians) {
        println!("{:<28}{seconds:>8.3} s", format!("{title}, threads: {threads}"));
    }
    println!("{:<28}{:>8.2}x", "file to tables / training", medians[2] / medians[0]);
    println!("{:<28}{:>8.2}x", "training, two threads", medians[0] / medians[1]);
    println!("{:<28}{:>8.2}x", "file to tables, two threads", medians[2] / medians[3]);
}
