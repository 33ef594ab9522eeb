//! A whole sweep, from the file to the tables: five betas by four numbers of bidders, on all cores.

use std::num::NonZeroUsize;
use std::path::Path;

use bidsweep::engine::{Options, ProgressForm, Stop, train_missing};
use bidsweep::store::{Folder, Lock, Scan, write_tables};
use bidsweep::sweep::Plan;
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

fn options() -> Options {
    Options {
        threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        limit: None,
        max_fails: None,
        retry_failed: false,
        progress: ProgressForm::None,
    }
}

/// Agent-samples of the plan, and the plan itself with the given overrides.
fn plan(set: &[&str]) -> (f64, Plan) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sweeps/beta-n.toml");
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    let plan = Plan::load(&path, &set).expect("the shipped sweep is valid");
    let replicates = f64::from(plan.replicates());
    (plan.cells().map(|cell| cell.settings.agent_samples() * replicates).sum(), plan)
}

fn bench(bencher: Bencher, set: &[&str]) {
    let (agent_samples, _) = plan(set);
    bencher.counter(ItemsCount::new(agent_samples as u64)).bench(|| {
        let (_, plan) = plan(set);
        let dir = tempfile::tempdir().expect("a folder for the results");
        let folder = Folder::new(dir.path());
        let _lock = Lock::take(&folder, "bench").expect("the folder is ours");
        let scan = Scan::of(&folder, &plan).expect("the folder is empty");
        train_missing(&plan, &folder, &scan, &options(), &Stop::after(None)).expect("room for the parts");
        let scan = Scan::of(&folder, &plan).expect("the parts are whole");
        write_tables(&folder, &plan, &scan).expect("room for the tables");
    });
}

#[divan::bench(sample_count = 5)]
fn beta_n(bencher: Bencher) {
    bench(bencher, &[]);
}

/// Ten epochs a run: what is left is the cost of measures, parts and tables.
#[divan::bench(sample_count = 5)]
fn beta_n_of_10_epochs(bencher: Bencher) {
    bench(bencher, &["epochs=10"]);
}
