//! Folders that are not as the program left them, or belong to another sweep.

use std::fs;

use crate::sandbox::{Sandbox, Sweep, assert_same_bytes, edit_json};

const REFUSAL: &str = "run the sweep under another name, or with another folder as --out of `bidsweep run`";

#[test]
fn a_folder_that_cannot_be_is_refused() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    fs::write(sandbox.path("file"), "").unwrap();
    for out in ["file", "file/below"] {
        sandbox.run(&format!("run x.toml --out {out}")).exits(1).prints_nothing().says(&format!(
            "error: cannot create {out}/x/parts: Not a directory (os error 20); a file stands where a folder is \
             needed: move it, or choose another folder with --out"
        ));
    }
    fs::create_dir(sandbox.path("out")).unwrap();
    fs::write(sandbox.path("out/x"), "").unwrap();
    sandbox.run("run x.toml").exits(1).prints_nothing().says(
        "error: cannot create out/x/parts: Not a directory (os error 20); a file stands where a folder is needed: \
         move it, or choose another folder with --out",
    );
    sandbox
        .run("run x.toml --out /proc/self")
        .exits(1)
        .prints_nothing()
        .says("error: cannot create /proc/self/x/parts: No such file or directory (os error 2); choose another folder with --out");
}

#[test]
fn damaged_parts_are_put_aside_and_their_runs_trained_again() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    for _ in 0..4 {
        sandbox.run("run x.toml --quiet --limit 4").exits(75);
    }
    let parts = sandbox.parts("x");
    assert_eq!(parts.len(), 4);
    let whole: Vec<_> = parts.iter().map(|part| fs::read(part).unwrap()).collect();
    let mut flipped = whole[0].clone();
    flipped[whole[0].len() / 2] ^= 1;
    let cut = &whole[1][..whole[1].len() / 2];
    fs::write(&parts[0], &flipped).unwrap();
    fs::write(&parts[1], cut).unwrap();
    fs::write(&parts[2], "").unwrap();
    fs::write(sandbox.path("out/x/parts/zzz.parquet"), "not ours").unwrap();
    fs::write(sandbox.path("out/x/parts/notes.txt"), "not ours either").unwrap();

    let names = parts.iter().map(|part| part.file_name().unwrap().to_str().unwrap());
    let names: Vec<_> = names.take(3).chain(["zzz.parquet"]).collect();
    let sizes = [flipped.len(), cut.len(), 0, "not ours".len()];
    let reason = |size: usize| format!("its {size} bytes do not hash to its name");
    let status = sandbox.run("status out/x").exits(75).says("").stdout;
    // Long lines wrap.
    let words = status.split_whitespace().collect::<Vec<_>>().join(" ");
    let damaged = names.iter().zip(sizes);
    let damaged = damaged.map(|(name, size)| format!("damaged: out/x/parts/{name} ({}) ", reason(size)));
    let said = format!("x: 4 of 20 runs done 16 runs missing {}about ", damaged.collect::<String>());
    assert!(words.starts_with(&said) && words.ends_with(" left"), "{status}");

    let warnings = names.iter().zip(sizes).map(|(name, size)| {
        format!(
            "warning: out/x/parts/{name} is damaged ({}): it is put aside, and its runs are trained again\n",
            reason(size)
        )
    });
    let said = warnings.collect::<String>() + "out/x: trained 16 runs in TIME";
    sandbox.run("run x.toml --progress none").exits(0).says(&said);
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
    for name in names {
        assert!(sandbox.path(&format!("out/x/parts/{name}.damaged")).exists());
    }
    assert!(sandbox.path("out/x/parts/notes.txt").exists());
    sandbox.run("run x.toml --progress none").exits(0).says("out/x: trained 0 runs in TIME");
}

#[test]
fn a_manifest_that_cannot_be_read_is_named_by_every_verb() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet").exits(0);
    fs::write(sandbox.path("out/x/manifest.json"), "{").unwrap();
    for verb in ["run x.toml", "status out/x", "show out/x 0", "verify out/x"] {
        sandbox.run(verb).exits(1).prints_nothing().says(
            "error: out/x/manifest.json is damaged: EOF while parsing an object at line 1 column 1; delete it and \
             run the same sweep again: the finished runs are kept",
        );
    }
    fs::remove_file(sandbox.path("out/x/manifest.json")).unwrap();
    sandbox.run("run x.toml --progress none").exits(0).says("out/x: trained 0 runs in TIME");
    sandbox.run("status out/x").exits(0);
}

#[test]
fn a_folder_that_is_none_of_a_sweep_is_refused() {
    for verb in ["status here", "show here 0", "verify here"] {
        Sandbox::new().run(verb).exits(2).prints_nothing().says(
            "error: here is not the folder of a sweep: it has no manifest.json; give the folder that `bidsweep run` \
             made, such as out/week4",
        );
    }
}

#[test]
fn a_table_that_cannot_be_read_is_named_and_made_anew() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet").exits(0);
    let cell = sandbox.cell("x.toml", 0);
    for table in ["cells", "cell_bidders", "runs", "bidders", "trajectories"] {
        fs::write(sandbox.path(&format!("out/x/{table}.parquet")), "no table").unwrap();
    }
    for (verb, table) in [
        ("verify out/x".to_owned(), "cells"),
        (format!("show out/x {cell}"), "cells"),
        (format!("show out/x {cell}:0"), "runs"),
    ] {
        sandbox.run(&verb).exits(1).prints_nothing().says(&format!(
            "error: out/x/{table}.parquet is damaged: Parquet error: Invalid Parquet file. Corrupt footer; delete it \
             and run the same sweep again: the tables are made anew from the finished runs"
        ));
    }
    sandbox.run("run x.toml --progress none").exits(0).says("out/x: trained 0 runs in TIME");
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
}

#[test]
fn runs_of_other_seeds_do_not_join() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet").exits(0);
    let tables = sandbox.tables("x");
    for (other, what) in [
        (Sweep { root: 8, ..Sweep::SHORT }, "root seed 7, not 8"),
        (Sweep { common: false, ..Sweep::SHORT }, "common true, not false"),
    ] {
        sandbox.write(&other);
        for prune in ["", "--prune"] {
            let ended = sandbox.run(&format!("run x.toml {prune}")).exits(1).prints_nothing();
            ended.says(&format!("error: out/x: the folder holds runs of {what}: {REFUSAL}"));
        }
    }
    assert_same_bytes(&sandbox.tables("x"), &tables);
    assert_eq!(sandbox.done("x"), 20);
}

#[test]
fn runs_of_another_version_do_not_join() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet").exits(0);
    let manifest = sandbox.path("out/x/manifest.json");
    let original = fs::read(&manifest).unwrap();
    for (key, what) in [("results_version", "results version 99, not 4"), ("schema", "schema 99, not 2")] {
        edit_json(&manifest, |json| json[key] = 99.into());
        for verb in ["run x.toml", "status out/x", "verify out/x"] {
            let ended = sandbox.run(verb).exits(1).prints_nothing();
            ended.says(&format!("error: out/x: the folder holds runs of {what}: {REFUSAL}"));
        }
        fs::write(&manifest, &original).unwrap();
    }
    sandbox.run("status out/x").exits(0);
}

#[test]
fn runs_that_the_sweep_no_longer_has_are_kept_until_pruned() {
    let wide = Sweep { axes: "beta = [10, 25, 50]\nbidders = [2, 3]", replicates: 6, ..Sweep::SHORT };
    let sandbox = Sandbox::with(&wide);
    sandbox.run("run x.toml --quiet").exits(0);
    let tables = sandbox.tables("x");
    for (fewer, surplus) in [
        (Sweep { replicates: 6, ..Sweep::SHORT }, 12),
        (Sweep { replicates: 5, ..wide }, 6),
        (Sweep::SHORT, 16),
    ] {
        sandbox.write(&fewer);
        sandbox.run("run x.toml").exits(1).prints_nothing().says(&format!(
            "error: out/x holds {surplus} finished runs that the sweep no longer has: run with --prune to delete \
             them, or give the sweep another name or --out"
        ));
    }
    assert_same_bytes(&sandbox.tables("x"), &tables);
    // The sweep as it was is not refused, and nothing of it was lost.
    sandbox.write(&wide);
    sandbox.run("run x.toml --progress none").exits(0).says("out/x: trained 0 runs in TIME");

    sandbox.write(&Sweep::SHORT);
    let pruned = sandbox.run("run x.toml --progress none --prune").exits(0);
    pruned.says("deleted 16 runs\nout/x: trained 0 runs in TIME");
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
}

/// A sweep whose bidders have the values of a file.
fn with_data(sandbox: &Sandbox, values: impl Iterator<Item = f64>) {
    let text = "schema = 1\nname = \"x\"\n[fixed]\nepochs = 10\nbatch = 8\npopulation = \"p\"\n[seeds]\nreplicates = 2\n\
                [populations.p]\nbidders = [{ prior = { empirical = { file = \"data/v.csv\", column = \"v\" } }, count = 2 }]\n";
    fs::create_dir_all(sandbox.path("data")).unwrap();
    fs::write(sandbox.path("x.toml"), text).unwrap();
    let rows: String = values.map(|value| format!("{value}\n")).collect();
    fs::write(sandbox.path("data/v.csv"), format!("v\n{rows}")).unwrap();
}

#[test]
fn a_folder_with_data_answers_for_itself_and_tells_when_the_data_changed() {
    let sandbox = Sandbox::new();
    let values = || (0..40).map(|k| f64::from(k * k) / 1600.0 + 0.1);
    with_data(&sandbox, values());
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    // The data go, and the sweep file with them; the folder moves.
    fs::remove_dir_all(sandbox.path("data")).unwrap();
    fs::remove_file(sandbox.path("x.toml")).unwrap();
    fs::rename(sandbox.path("out/x"), sandbox.path("moved")).unwrap();
    for verb in ["status moved", "show moved", "verify moved", "report moved"] {
        sandbox.run(verb).exits(0).says("");
    }
    // Back again, nothing is missing; with other data it is told which file differs.
    fs::rename(sandbox.path("moved"), sandbox.path("out/x")).unwrap();
    with_data(&sandbox, values());
    sandbox.run("run x.toml --progress none --no-report").exits(0).says("out/x: trained 0 runs in TIME");
    with_data(&sandbox, values().skip(1));
    sandbox.run("run x.toml").exits(1).prints_nothing().says(
        "error: out/x holds 2 finished runs that the sweep no longer has, as data/v.csv has changed since: run with \
         --prune to delete them, or give the sweep another name or --out",
    );
    sandbox.run("verify out/x").exits(0);
    // What is kept is known by its contents.
    let kept = fs::read_dir(sandbox.path("out/x/data")).unwrap().next().unwrap().unwrap().path();
    fs::write(&kept, "v\n1\n").unwrap();
    let ended = sandbox.run("status out/x").exits(1).prints_nothing().stderr;
    assert!(ended.contains("it is not the data file data/v.csv that the sweep was trained with"), "{ended}");
    with_data(&sandbox, values());
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    sandbox.run("status out/x").exits(0);
}

#[test]
fn every_measure_of_every_bidder_is_shown() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    let settings: Vec<String> =
        bidsweep::sweep::setting_columns().into_iter().map(|column| column.name).collect();
    for position in 0..4 {
        let cell = sandbox.cell("x.toml", position);
        for (id, table) in [(cell.clone(), "cell_bidders"), (format!("{cell}:1"), "bidders")] {
            let shown = sandbox.run(&format!("show out/x {id} --format json")).exits(0).json();
            let path = sandbox.path(&format!("out/x/{table}.parquet"));
            let table = bidsweep::store::Table::open(&path).unwrap();
            let measures = table.columns().filter(|column| {
                let leads = ["cell_id", "label", "replicate", "bidder"].contains(column);
                !leads && !settings.iter().any(|setting| setting == column)
            });
            for measure in measures {
                for bidder in ["bidder 1", "bidder 2"] {
                    assert!(shown[bidder].get(measure).is_some(), "{id} {bidder}: {measure}");
                }
            }
        }
    }
}
