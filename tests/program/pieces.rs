//! Tables of more rows than a file takes: folders of files, read, made again and compared as files are.

use std::fs;
use std::path::PathBuf;

use bidsweep::store::{Row, Table, TableName};

use crate::sandbox::{Sandbox, Sweep, assert_same_bytes};

/// [`Sweep::SHORT`] in files of seven rows.
const CUT: Sweep =
    Sweep { measure: "rows_per_file = 7\ntrajectories = { replicates = 2, every = 10 }", ..Sweep::SHORT };

/// The files of a table that is a folder.
fn files(table: &PathBuf) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(table).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// All rows of a table.
fn rows(table: PathBuf) -> Vec<Row> {
    let table = Table::open(&table).unwrap();
    let columns: Vec<&str> = table.columns().collect();
    table.select(&columns).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_long_table_is_a_folder_with_the_same_rows() {
    let [whole, cut] = [Sweep::SHORT, CUT].map(|sweep| Sandbox::with(&sweep));
    let said = [&whole, &cut].map(|sandbox| sandbox.run("run x.toml --quiet").exits(0).stdout);
    assert_eq!(said[0], said[1]);
    for name in TableName::ALL.into_iter().filter(|name| *name != TableName::Contrasts) {
        let at = |sandbox: &Sandbox| sandbox.path("out/x").join(name.file());
        if name == TableName::Mixtures {
            assert!(!at(&cut).exists());
            continue;
        }
        let expected = rows(at(&whole));
        assert!(rows(at(&cut)) == expected, "{}", name.file());
        match expected.len() {
            count @ ..=7 => assert!(at(&cut).is_file(), "{count} rows"),
            count => {
                let files = files(&at(&cut));
                assert_eq!(files.len(), count.div_ceil(7));
                assert_eq!(files[1].file_name().unwrap(), "000001.parquet");
                assert!(files.iter().all(|file| rows(file.clone()).len() == 7 || Some(file) == files.last()));
            }
        }
    }
    // What reads tables reads both: the reports, and what is made again from the runs.
    let said = [&whole, &cut].map(|sandbox| {
        sandbox.run("report out/x --quiet").exits(0);
        sandbox.run("verify out/x").exits(0).stdout + &sandbox.run("show out/x").exits(0).stdout
    });
    assert_eq!(said[0], said[1]);
}

#[test]
fn a_folder_is_made_once_and_taken_away() {
    let sandbox = Sandbox::with(&CUT);
    sandbox.run("run x.toml --quiet").exits(0);
    let runs = sandbox.path("out/x/runs.parquet");
    let written = |file: &PathBuf| file.metadata().unwrap().modified().unwrap();
    let before = files(&runs).iter().map(written).collect::<Vec<_>>();
    assert_eq!(before.len(), 3);
    sandbox.run("run x.toml --quiet").exits(0);
    assert_eq!(files(&runs).iter().map(written).collect::<Vec<_>>(), before);

    // A damaged file is found, and the table made again.
    let mut bytes = fs::read(&files(&runs)[1]).unwrap();
    bytes[40] ^= 1;
    fs::write(&files(&runs)[1], bytes).unwrap();
    sandbox.run("verify out/x").exits(4);
    sandbox.run("run x.toml --quiet").exits(0);
    sandbox.run("verify out/x").exits(0);
    // So is one that is gone: what is left is kept under another name.
    fs::remove_file(&files(&runs)[1]).unwrap();
    sandbox.run("verify out/x").exits(4);
    sandbox.run("run x.toml --quiet").exits(0);
    sandbox.run("verify out/x").exits(0);
    assert_eq!(files(&sandbox.path("out/x/runs.parquet.damaged")).len(), 2);

    sandbox.write(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet").exits(0);
    assert_same_bytes(&sandbox.tables("x"), &Sweep::SHORT.undisturbed());
}

#[test]
fn shards_join_into_the_same_folders() {
    let [one, many] = [CUT, CUT].map(|sweep| Sandbox::with(&sweep));
    one.run("run x.toml --quiet").exits(0);
    for shard in ["1/3", "2/3", "3/3"] {
        many.run(&format!("run x.toml --quiet --shard {shard}")).exits(0);
    }
    many.run("merge out/x --quiet").exits(0);
    for name in [TableName::Runs, TableName::Bidders, TableName::Trajectories, TableName::Summaries] {
        let [a, b] = [&one, &many].map(|sandbox| files(&sandbox.path("out/x").join(name.file())));
        assert_eq!(a.len(), b.len());
        assert!(a.iter().zip(&b).all(|(a, b)| fs::read(a).unwrap() == fs::read(b).unwrap()));
    }
}

#[test]
fn more_files_than_may_be_open_are_read() {
    let sandbox = Sandbox::with(&Sweep { measure: "rows_per_file = 1", replicates: 20, ..Sweep::SHORT });
    sandbox.run("run x.toml --quiet --threads 1").exits(0);
    assert_eq!(files(&sandbox.path("out/x/bidders.parquet")).len(), 200);
    for arguments in ["report out/x --quiet", "verify out/x", "show out/x", "run x.toml --quiet --threads 1"]
    {
        let ended = sandbox.shell("ulimit -n 100; exec \"$@\"", arguments).output().unwrap();
        assert!(ended.status.success(), "{arguments}: {}", String::from_utf8_lossy(&ended.stderr));
    }
}
