//! Memory and time do not grow with what need not be held.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::Read;
use std::time::Instant;

use crate::sandbox::{Sandbox, Sweep};

/// The most memory that the program took, in MiB, up to where it prints: it prints more than a pipe holds, and nobody
/// reads on until its peak has been looked up.
fn peak_mebibytes(sandbox: &Sandbox, arguments: &str) -> f64 {
    let mut running = sandbox.start(arguments);
    let mut stdout = running.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap();
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).unwrap();
    assert!(rest.len() > 1 << 17, "{} bytes may fit into the pipe", rest.len());
    assert_eq!(running.wait().unwrap().code(), Some(0));
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().strip_suffix(" kB").unwrap().parse::<f64>().unwrap() / 1024.0
}

/// 10^4 cells of 10^5 replicates.
const LARGE: Sweep = Sweep {
    axes: "initial = { linspace = [0.1, 0.9], num = 100 }\nbeta = { linspace = [1, 100], num = 100 }",
    replicates: 100_000,
    measure: "",
    ..Sweep::SHORT
};

#[test]
fn a_billion_runs_are_planned_in_little_memory() {
    let peak = peak_mebibytes(&Sandbox::with(&LARGE), "plan x.toml --list");
    assert!(peak < 50.0, "{peak} MiB");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "times are those of the optimised program")]
fn a_billion_runs_are_planned_in_a_second() {
    let sandbox = Sandbox::with(&LARGE);
    let seconds = (0..5).map(|_| {
        let start = Instant::now();
        let planned = sandbox.run("plan x.toml --format json").exits(0).json();
        assert_eq!(planned["runs"], 1_000_000_000);
        start.elapsed().as_secs_f64()
    });
    // The machine may have other things to do now and then.
    let seconds: Vec<f64> = seconds.collect();
    assert!(seconds.iter().any(|&seconds| seconds < 1.0), "{seconds:?} s");
}

#[test]
fn memory_does_not_grow_with_the_runs() {
    let peak = |replicates| {
        let sweep = Sweep {
            fixed: "epochs = 1\nbatch = 1",
            axes: "initial = { linspace = [0.1, 0.9], num = 1000 }",
            replicates,
            measure: "continuation = { replicates = 0 }\nbest_response = { lp = \"none\", smoothed = \"none\" }",
            ..Sweep::SHORT
        };
        peak_mebibytes(&Sandbox::with(&sweep), "run x.toml --quiet --format json")
    };
    // Enough runs to fill all that is held at a time: a window, some parts, a row group of each table.
    let (few, many) = (peak(100), peak(300));
    // What varies with the pace of the writer is less; 200 000 runs that were held would be more.
    assert!(many < few + 80.0, "{few} MiB for 100 000 runs, {many} MiB for 300 000");
}
