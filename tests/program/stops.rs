//! Whatever a sweep is doing, it stops when it is told to, and keeps what it has.

use std::fs;
use std::time::{Duration, Instant};

use crate::sandbox::{Sandbox, assert_same_bytes, wait_until};

/// How long a stop may take beside the second that work in flight is given, on a slow and busy machine.
const SLACK: Duration = Duration::from_secs(10);

/// A sweep file of so much of `[fixed]` and of the rest.
fn sweep(fixed: &str, rest: &str) -> String {
    format!("schema = 1\nname = \"x\"\n{rest}\n[fixed]\nepochs = 20\nbatch = 16\n{fixed}\n")
}

/// A run whose continuation takes this many epochs: three bidders whose steps are too long to come to rest.
fn continued(epochs: u32) -> String {
    let fixed = "bidders = 3\nprior = \"beta:2:5\"\nlearner = \"sgd\"\nlearning_rate = 60.0";
    let rest = format!("measure.continuation = {{ replicates = 1, epochs = {epochs}, share = 1e9 }}");
    sweep(fixed, &rest).replace("epochs = 20\nbatch = 16", "epochs = 400\nbatch = 64")
}

/// A sweep that is for ever in one phase.
fn endless() -> [(&'static str, String); 5] {
    let curves = "population = \"p\"\nstrategy = \"piecewise-linear\"\nsegments = 64\n[populations.p]\nbidders = \
                  [{ prior = \"beta:2:5\" }, { prior = \"uniform\" }, { prior = \"power:2\" }, { prior = \"beta:3:2\" }]";
    [
        ("training", sweep("", "").replace("epochs = 20", "epochs = 1000000000")),
        (
            "training",
            sweep("bidders = 10\nlearner = { mwu = { arms = 101 } }", "")
                .replace("epochs = 20", "epochs = 1000000")
                .replace("batch = 16", "batch = \"exact\""),
        ),
        ("continuing without sampling", continued(1_000_000_000)),
        ("finding equilibria", sweep(curves, "")),
        (
            "training",
            sweep(
                "bidders = 8\nprior = \"beta:2:5\"",
                "measure = { continuation = { replicates = 0 }, best_response = { lp = \"runs\", values = 512, bids = \
                 2048 } }\nseeds.replicates = 100000",
            ),
        ),
    ]
}

#[test]
fn every_phase_hears_the_time_limit() {
    for (phase, text) in endless() {
        let sandbox = Sandbox::new();
        fs::write(sandbox.path("x.toml"), &text).unwrap();
        let start = Instant::now();
        let ended = sandbox.run("run x.toml --progress json --threads 2 --time-limit 3s");
        assert!(start.elapsed() < Duration::from_secs(4) + SLACK, "{text}: {:?}", start.elapsed());
        let said = ended.exits(75).stderr;
        assert!(said.contains(&format!("\"phase\":\"{phase}\"")), "{text}: {said}");
        assert!(said.contains("1 run missing") || said.contains(" runs missing"), "{said}");
    }
}

#[test]
fn tables_hear_the_time_limit_and_are_written_by_the_next_run() {
    let sandbox = Sandbox::new();
    let axes = "axes.beta = { from = 10, to = 200, step = 0.1 }\nmeasure.continuation.replicates = 0";
    fs::write(sandbox.path("x.toml"), sweep("bidders = 3", axes)).unwrap();
    sandbox.run("run x.toml --quiet --tables never").exits(0);
    let ended = sandbox.run("run x.toml --progress none --time-limit 1ms --threads 1").exits(75);
    let stopped = "stopped before the tables were written: run the same command again to write them";
    assert!(ended.stderr.contains(stopped), "{}", ended.stderr);
    assert!(!sandbox.path("out/x/cells.parquet").exists());
    let told = sandbox.run("show out/x").exits(1).prints_nothing().stderr;
    assert!(told.starts_with("error: out/x has no tables yet: "), "{told}");
    let left = fs::read_dir(sandbox.path("out/x")).unwrap();
    assert!(left.flatten().all(|entry| !entry.file_name().to_string_lossy().ends_with(".tmp")));
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    assert!(sandbox.path("out/x/cells.parquet").exists());
}

#[test]
fn runs_are_kept_before_they_are_continued() {
    let whole = Sandbox::new();
    fs::write(whole.path("x.toml"), continued(100)).unwrap();
    whole.run("run x.toml --quiet").exits(0);

    let sandbox = Sandbox::new();
    fs::write(sandbox.path("x.toml"), continued(1_000_000_000)).unwrap();
    let running = sandbox.start("run x.toml --progress none");
    wait_until("the run is kept", || !sandbox.parts("x").is_empty());
    // It is killed.
    drop(running);
    let status = sandbox.run("status out/x --format json").exits(75).json();
    assert_eq!((&status["missing"], &status["awaiting_continuation"]), (&1.into(), &1.into()));
    let status = sandbox.run("status out/x").exits(75).stdout;
    assert!(status.contains("1 run of these trained, and yet to be continued"), "{status}");
    // However long it is to be continued now, it is not trained again.
    fs::write(sandbox.path("x.toml"), continued(100)).unwrap();
    let said = sandbox.run("run x.toml -n").exits(0).stderr;
    assert!(said.starts_with("1 run trained, and yet to be continued without sampling\n"), "{said}");
    sandbox
        .run("run x.toml --progress none")
        .exits(0)
        .says("out/x: trained 0 runs in TIME; 1 run continued that had been trained");
    assert_same_bytes(&sandbox.tables("x"), &whole.tables("x"));
    sandbox.run("verify out/x").exits(0);
}
