//! The bytes of the tables are a function of the sweep alone: not of threads, pieces or how it grew.

use crate::sandbox::{Sandbox, Sweep, assert_same_bytes};

#[test]
fn threads_change_no_byte() {
    let one = Sandbox::with(&Sweep::SHORT);
    one.run("run x.toml --threads 1").exits(0);
    for threads in [2, 7] {
        let more = Sandbox::with(&Sweep::SHORT);
        more.run(&format!("run x.toml --threads {threads}")).exits(0);
        assert_same_bytes(&more.tables("x"), &one.tables("x"));
    }
}

#[test]
fn a_sweep_in_pieces_is_the_sweep_at_once() {
    let pieces = Sandbox::with(&Sweep::SHORT);
    for (trained, missing) in [(3, "17 runs"), (9, "8 runs"), (7, "1 run")] {
        pieces.run(&format!("run x.toml --progress none --limit {trained}")).exits(75).says(&format!(
            "out/x: trained {trained} runs in TIME; {missing} missing\n\
             stopped early: run the same command again to continue\n\
             no tables: they are written once no run is missing, or now with --tables always"
        ));
    }
    let last = pieces.run("run x.toml --progress none --limit 7").exits(0);
    last.says("out/x: trained 1 run in TIME");
    assert_same_bytes(&pieces.tables("x"), &Sweep::SHORT.undisturbed());
    pieces.run("run x.toml --progress none").exits(0).says("out/x: trained 0 runs in TIME");
    assert_same_bytes(&pieces.tables("x"), &Sweep::SHORT.undisturbed());
}

#[test]
fn nothing_is_trained_where_the_limit_is_zero() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --limit 0 --quiet").exits(75);
    assert_eq!((sandbox.parts("x").len(), sandbox.done("x")), (0, 0));
}

/// No trajectories.
const NONE: &str = "trajectories = \"none\"";

#[test]
fn trajectories_are_there_unless_they_are_asked_away() {
    let sandbox = Sandbox::new();
    let recorded = |measure| {
        sandbox.write(&Sweep { measure, ..Sweep::SHORT });
        sandbox.run("run x.toml --quiet").exits(0);
        sandbox.tables("x").contains_key("trajectories.parquet")
    };
    assert_eq!([NONE, "", "trajectories = \"bounded\"", NONE].map(recorded), [false, true, true, false]);
}

#[test]
fn a_sweep_that_grew_is_the_sweep_at_once_and_trains_only_what_is_new() {
    let whole = Sweep { axes: "beta = [10, 25, 50]\nbidders = [2, 3]", replicates: 9, ..Sweep::SHORT };
    let sandbox = Sandbox::new();
    for (sweep, said) in [
        (Sweep { measure: NONE, ..Sweep::SHORT }, "out/x: trained 20 runs in TIME"),
        (Sweep { measure: NONE, replicates: 5, ..whole }, "out/x: trained 10 runs in TIME"),
        (Sweep { measure: NONE, ..whole }, "out/x: trained 24 runs in TIME"),
        (
            whole,
            "12 runs were measured otherwise than [measure] now asks, and are trained again\n\
             out/x: trained 12 runs in TIME",
        ),
        // What holds more than is asked is done.
        (Sweep { measure: NONE, ..whole }, "out/x: trained 0 runs in TIME"),
    ] {
        sandbox.write(&sweep);
        sandbox.run("run x.toml --progress none").exits(0).says(said);
        assert_same_bytes(&sandbox.tables("x"), &sweep.undisturbed());
    }
}

#[test]
fn common_draws_or_not_is_another_sweep() {
    let own = Sweep { common: false, ..Sweep::SHORT }.undisturbed();
    let common = Sweep::SHORT.undisturbed();
    assert!(own["runs.parquet"] != common["runs.parquet"]);
}
