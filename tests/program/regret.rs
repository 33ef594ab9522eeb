//! External regret of long runs: every epoch counts once, however many there are.

use crate::sandbox::{Sandbox, Sweep};
use bidsweep::store::{Table, TableName};

const LONG: Sweep = Sweep {
    fixed: "learner = \"sgd\"\nlearning_rate = 1\nbatch = \"exact\"\nbeta = inf\ninitial = [0.9, 0.3]\nbidders = 2",
    axes: "epochs = [4000, 40000, 200000]",
    replicates: 1,
    measure: "regret = true",
    ..Sweep::SHORT
};

#[test]
fn every_epoch_counts_once() {
    let sandbox = Sandbox::with(&LONG);
    sandbox.run("run x.toml --no-report").exits(0);
    let bidders = Table::open(&sandbox.path("out/x").join(TableName::Bidders.file())).unwrap();
    let rows: Vec<_> = bidders.select(&["bidder", "external_regret"]).unwrap().map(Result::unwrap).collect();
    let first: Vec<f64> = rows
        .iter()
        .filter(|row| row.integer("bidder") == Some(1))
        .map(|row| row.number("external_regret").unwrap())
        .collect();
    // By an independent program, which sums over every epoch.
    for (regret, expected) in first[1..].iter().zip([3.0790, 3.0785]) {
        assert!((regret - expected).abs() < 1e-3, "{regret}, and {expected} is right");
    }
    // At rest nothing is added.
    assert!((first[0] - first[1]).abs() < 0.01, "{first:?}");
}

#[test]
fn more_epochs_than_can_be_kept_are_refused_where_they_are_written() {
    let sandbox = Sandbox::with(&Sweep { axes: "epochs = [4000, 1048577]", ..LONG });
    let told = sandbox.run("plan x.toml").exits(2).stderr;
    for part in ["x.toml:", "keeps the bids of every epoch", "write `epochs = 1048576` or less"] {
        assert!(told.contains(part), "{part:?} in {told}");
    }
}
