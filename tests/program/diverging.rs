//! A run whose numbers stop being finite is a result: a row that says so, and no trouble to others.

use serde_json::Value;

use crate::sandbox::{Sandbox, Sweep};

/// Steps so long that theta overflows, beside steps of a usual length; runs of both share groups.
const MIXED: Sweep = Sweep {
    fixed: "epochs = 300\nbatch = 8\nlearner = { sgd = { momentum = 0.99 } }",
    axes: "learning_rate = [0.01, 1.7e308]",
    replicates: 3,
    measure: "",
    ..Sweep::SHORT
};

#[test]
fn diverged_runs_are_rows_without_numbers() {
    let sandbox = Sandbox::with(&MIXED);
    let ended = sandbox.run("run x.toml --progress none --format json").exits(0);
    let lines: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let counts = |line: &Value| ["replicates", "diverged", "failed"].map(|key| line[key].as_u64().unwrap());
    assert_eq!(lines.iter().map(counts).collect::<Vec<_>>(), [[3, 0, 0], [3, 3, 0]]);
    assert!(lines[0]["multiplier"].is_f64() && lines[1]["multiplier"].is_null());
    ended.says("out/x: trained 6 runs in TIME; 3 runs diverged");
    let status = sandbox.run("status out/x").exits(0);
    assert_eq!(status.stdout, "x: 6 of 6 runs done\n  3 runs diverged\n");

    let run = format!("{}:1", sandbox.cell("x.toml", 1));
    let shown = sandbox.run(&format!("show out/x {run} --format json")).exits(0).json();
    let row = &shown[format!("run {run}")];
    assert_eq!(row["status"], "diverged");
    assert_eq!(row["message"], "epoch 20: a parameter is no longer finite; try a smaller learning_rate");
    for measure in bidsweep::measure::run_columns() {
        assert!(row[&measure.name].is_null(), "{}", measure.name);
    }
    for measure in bidsweep::measure::bidder_columns() {
        assert!(shown["bidder 2"][&measure.name].is_null(), "{}", measure.name);
    }

    sandbox
        .run("run x.toml --progress none --retry-failed")
        .exits(0)
        .says("out/x: trained 0 runs in TIME; 3 runs diverged");
    let verified = sandbox.run("verify out/x").exits(0).says("");
    assert_eq!(
        verified.stdout,
        "6 runs trained again: the same bits\n7 tables made again from 6 finished runs: the same bits\n"
    );
}

#[test]
fn other_runs_do_not_notice() {
    let alone = Sweep { axes: "learning_rate = [0.01]", ..MIXED };
    let shown = [MIXED, alone].map(|sweep| {
        let sandbox = Sandbox::with(&sweep);
        sandbox.run("run x.toml --quiet --threads 1").exits(0);
        let cell = sandbox.cell("x.toml", 0);
        [0, 1, 2].map(|k| sandbox.run(&format!("show out/x {cell}:{k} --format json")).exits(0).stdout)
    });
    assert_eq!(shown[0], shown[1]);
    assert!(shown[0][0].contains(r#""status":"ok""#));
}
