//! `verify`, and `show --rerun`: the tables hold the bits that training gives.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, ListArray, RecordBatch};
use arrow::datatypes::Float64Type;
use bidsweep::store::Table;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::sandbox::{Sandbox, Sweep, closed_pipe};

/// What is said of the tables of [`Sweep::SHORT`].
const ALL_TABLES: &str = "7 tables made again from 20 finished runs: the same bits\n";

fn trained(sweep: &Sweep) -> Sandbox {
    let sandbox = Sandbox::with(sweep);
    sandbox.run("run x.toml --quiet").exits(0);
    sandbox
}

#[test]
fn tables_as_they_were_written_pass() {
    let sandbox = trained(&Sweep::SHORT);
    for (sample, runs) in [("", "20 runs"), ("--sample 1", "1 run"), ("--sample 7 --threads 2", "7 runs")] {
        let verified = sandbox.run(&format!("verify out/x {sample}")).exits(0).says("");
        assert_eq!(verified.stdout, format!("{runs} trained again: the same bits\n{ALL_TABLES}"));
    }
    let run = format!("{}:3", sandbox.cell("x.toml", 2));
    let again = sandbox.run(&format!("show out/x {run} --rerun --format json")).exits(0).says("").json();
    let stored = sandbox.run(&format!("show out/x {run} --format json")).exits(0).json();
    for measure in bidsweep::measure::bidder_columns() {
        assert_eq!(again["bidder 2"][&measure.name], stored["bidder 2"][&measure.name], "{}", measure.name);
    }
    let (again, stored) = (&again[format!("run {run}, trained again")], &stored[format!("run {run}")]);
    assert!(again["revenue"].is_f64());
    for name in ["label", "seed", "status", "message", "revenue", "welfare", "efficiency", "bias_max_abs"] {
        assert_eq!(again[name], stored[name], "{name}");
    }
}

#[test]
fn a_sweep_stopped_early_is_verified_as_far_as_it_got() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet --limit 0").exits(75);
    let none = sandbox.run("verify out/x").exits(1).prints_nothing();
    none.says("error: out/x has no finished run to verify");
    sandbox.run("run x.toml --quiet --limit 3").exits(75);
    let verified = sandbox.run("verify out/x").exits(0);
    let verified = verified
        .says("out/x: tables are not compared, as there are none: they are written once no run is missing");
    assert_eq!(verified.stdout, "3 runs trained again: the same bits\n");
    sandbox.run("run x.toml --quiet --limit 0 --tables always").exits(75);
    let verified = sandbox.run("verify out/x").exits(0).says("");
    let tables = "7 tables made again from 3 finished runs: the same bits";
    assert_eq!(verified.stdout, format!("3 runs trained again: the same bits\n{tables}\n"));
    sandbox.run("run x.toml --quiet --limit 2").exits(75);
    sandbox
        .run("verify out/x")
        .exits(0)
        .says("out/x: tables are not compared, as they were written when there were 3 finished runs");
}

#[test]
fn a_table_of_another_seed_is_found() {
    let sandbox = trained(&Sweep::SHORT);
    let other = trained(&Sweep { root: 8, ..Sweep::SHORT });
    fs::copy(other.path("out/x/runs.parquet"), sandbox.path("out/x/runs.parquet")).unwrap();
    let hashes = [&other, &sandbox].map(|sandbox| {
        let status = sandbox.run("status out/x --format json").exits(0).json();
        status["plan_hash"].as_str().unwrap().to_owned()
    });
    let verified = sandbox.run("verify out/x").exits(4).stdout;
    let first = format!("runs.parquet: plan {}, but the folder's is {}\n", hashes[0], hashes[1]);
    assert!(verified.starts_with(&first), "{verified}");
    // Each run has another cell's id, seed and numbers.
    assert!(verified.contains(": cell_id is \"") && verified.contains(" more difference"), "{verified}");
}

#[test]
fn missing_rows_are_found() {
    let whole = trained(&Sweep::SHORT);
    let part = Sandbox::with(&Sweep::SHORT);
    part.run("run x.toml --quiet --limit 3 --tables always").exits(75);
    for (table, missing) in [
        ("runs.parquet", "runs.parquet has 3 rows, and made again from the runs 20\n"),
        ("bidders.parquet", "bidders.parquet has 9 rows, and made again from the runs 50\n"),
    ] {
        let path = whole.path("out/x").join(table);
        let original = fs::read(&path).unwrap();
        fs::copy(part.path("out/x").join(table), &path).unwrap();
        let verified = whole.run("verify out/x").exits(4).says("out/x: 1 difference");
        assert_eq!(verified.stdout, missing);
        let unread = whole.command("verify out/x").stdout(closed_pipe()).stderr(Stdio::null()).status();
        assert_eq!(unread.unwrap().code(), Some(4), "whoever reads it");
        fs::write(&path, original).unwrap();
    }
    whole.run("verify out/x").exits(0);
}

/// Adds one unit in the last place to the first value of a column of numbers, and nothing else; the value
/// before.
fn move_by_one_bit(path: &Path, column: &str) -> f64 {
    let table = Table::open(path).unwrap();
    let hash = table.footer("bidsweep.plan_hash").unwrap().to_owned();
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    let place = batches[0].schema().index_of(column).unwrap();
    let mut arrays = batches[0].columns().to_vec();
    let mut numbers: Vec<_> = arrays[place].as_primitive::<Float64Type>().iter().collect();
    let before = numbers[0].unwrap();
    numbers[0] = Some(before.next_up());
    arrays[place] = Arc::new(Float64Array::from(numbers)) as ArrayRef;
    let changed = RecordBatch::try_new(batches[0].schema(), arrays).unwrap();
    let footer = vec![KeyValue::new("bidsweep.plan_hash".to_owned(), hash)];
    let properties = WriterProperties::builder().set_key_value_metadata(Some(footer)).build();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, changed.schema(), Some(properties)).unwrap();
    std::iter::once(&changed).chain(&batches[1..]).for_each(|batch| writer.write(batch).unwrap());
    writer.close().unwrap();
    before
}

#[test]
fn one_bit_is_found_in_every_table() {
    let sandbox = trained(&Sweep::SHORT);
    let cell = sandbox.cell("x.toml", 0);
    let (bidder, run) = (" bidder 1", format!("{cell}:0"));
    for (table, column, who) in [
        ("runs", "welfare", run.clone()),
        ("bidders", "utility", format!("{run}{bidder}")),
        ("trajectories", "multiplier", format!("{run}{bidder} epoch 0")),
        ("cells", "revenue_mean", cell.clone()),
        ("cells", "beta", cell.clone()),
        ("cell_bidders", "bne_multiplier", format!("{cell}{bidder}")),
        ("bid_functions", "bid_mean", format!("{cell}{bidder}")),
        ("summaries", "mean", format!("{cell} measure revenue")),
    ] {
        let path = sandbox.path(&format!("out/x/{table}.parquet"));
        let whole = fs::read(&path).unwrap();
        let before = move_by_one_bit(&path, column);
        let difference =
            format!("{table}.parquet, {who}: {column} is {before:?}, stored {:?}\n", before.next_up());
        let verified = sandbox.run("verify out/x").exits(4).says("out/x: 1 difference");
        assert_eq!(verified.stdout, difference, "{table}");
        if ["runs", "bidders"].contains(&table) {
            let who = who.replace(bidder, "");
            let told = sandbox.run(&format!("show out/x {who} --rerun")).exits(4).stderr;
            assert!(told.contains(&format!(": {column} is {before:?}, stored ")), "{told}");
        }
        fs::write(&path, whole).unwrap();
    }
    sandbox.run("verify out/x").exits(0);
}

#[test]
fn what_a_part_says_is_held_against_what_is_trained_again() {
    let sandbox = trained(&Sweep::SHORT);
    let part = &sandbox.parts("x")[0];
    for (column, what) in [
        ("run_revenue", "revenue is 0."),
        ("bidder_utility", "bidder 1: utility is 0."),
        ("parameters", "the parameters differ from the stored ones"),
        ("trajectory", "the trajectory differs from the stored one"),
    ] {
        let whole = fs::read(part).unwrap();
        let altered = altered_part(part, column);
        // Tables that tell what the part says.
        sandbox.run("run x.toml --quiet").exits(0);
        let verified = sandbox.run("verify out/x").exits(4).stdout;
        assert!(verified.contains(what), "{column}: {verified}");
        fs::remove_file(altered).unwrap();
        fs::write(part, whole).unwrap();
    }
    sandbox.run("run x.toml --quiet").exits(0);
    sandbox.run("verify out/x").exits(0);
}

/// Puts another part in the place of one, with one number of a column changed and a name that fits; its path.
fn altered_part(part: &Path, column: &str) -> PathBuf {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(part).unwrap()).unwrap();
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    let place = batches[0].schema().index_of(column).unwrap();
    let mut arrays = batches[0].columns().to_vec();
    let changed = |numbers: &Float64Array| {
        let first = numbers.iter().position(|number| number.is_some()).unwrap();
        let numbers = numbers.iter().enumerate();
        Float64Array::from_iter(numbers.map(|(at, x)| if at == first { x.map(|x| x + 1e-3) } else { x }))
    };
    arrays[place] = match arrays[place].as_list_opt::<i32>() {
        Some(lists) => {
            let (field, offsets, values, nulls) = lists.clone().into_parts();
            let values = Arc::new(changed(values.as_primitive()));
            Arc::new(ListArray::new(field, offsets, values, nulls)) as ArrayRef
        }
        None => Arc::new(changed(arrays[place].as_primitive())) as ArrayRef,
    };
    let rows = RecordBatch::try_new(batches[0].schema(), arrays).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), None).unwrap();
    std::iter::once(&rows).chain(&batches[1..]).for_each(|batch| writer.write(batch).unwrap());
    writer.close().unwrap();
    fs::remove_file(part).unwrap();
    let path = part.with_file_name(format!("{}.parquet", &blake3::hash(&bytes).to_hex()[..32]));
    fs::write(&path, bytes).unwrap();
    path
}
