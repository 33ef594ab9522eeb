//! The hot loop: agent-samples per second of one group of eight runs, on one core.
//!
//! An agent-sample is one bidder's win probability on one sample of one epoch.

#[path = "../tests/common/mod.rs"]
mod common;

use bidsweep::numeric::simd::Instance;
use bidsweep::train::{Run, Settings, Updates, train_group};
use common::{RECORDING, settings};
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

fn bench(bencher: Bencher, instance: Instance, settings: &Settings) {
    let runs: Vec<_> = (0..8).map(|seed| Run { settings, seed, recording: RECORDING }).collect();
    let agent_samples = (8.0 * settings.agent_samples()) as u64;
    bencher.counter(ItemsCount::new(agent_samples)).bench(|| train_group(instance, &runs));
}

#[divan::bench(args = [2, 3, 5, 10, 64])]
fn f64_simultaneous(bencher: Bencher, bidders: usize) {
    bench(bencher, Instance::best(), &Settings { epochs: 100, ..settings(bidders, 50.0) });
}

#[divan::bench(args = [2, 10])]
fn f64_sequential(bencher: Bencher, bidders: usize) {
    let updates = Updates::Sequential;
    bench(bencher, Instance::best(), &Settings { epochs: 100, updates, ..settings(bidders, 50.0) });
}

#[divan::bench(args = [2, 10])]
fn f64_shared_graph(bencher: Bencher, bidders: usize) {
    let updates = Updates::SharedGraph;
    bench(bencher, Instance::best(), &Settings { epochs: 100, updates, ..settings(bidders, 50.0) });
}

#[divan::bench(args = [2, 10])]
fn f64_portable(bencher: Bencher, bidders: usize) {
    bench(bencher, Instance::Portable, &Settings { epochs: 10, ..settings(bidders, 50.0) });
}
