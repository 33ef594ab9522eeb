//! `verify`, and `show --rerun`: the tables hold the bits that training gives.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, RecordBatch};
use arrow::datatypes::Float64Type;
use bidsweep::store::Table;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::sandbox::{Sandbox, Sweep, closed_pipe};

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
        assert_eq!(verified.stdout, format!("{runs} trained again: the same bits\n"));
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
    let verified = sandbox.run("verify out/x").exits(0).says("");
    assert_eq!(verified.stdout, "3 runs trained again: the same bits\n");
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
    let verified = sandbox.run("verify out/x").exits(4).says("out/x: 2 differences");
    assert_eq!(
        verified.stdout,
        format!(
            "runs.parquet: plan {}, but the folder's is {}\nruns.parquet has 0 of the 20 runs trained again\n",
            hashes[0], hashes[1]
        )
    );
}

#[test]
fn missing_rows_are_found() {
    let whole = trained(&Sweep::SHORT);
    let part = Sandbox::with(&Sweep::SHORT);
    part.run("run x.toml --quiet --limit 3").exits(75);
    for (table, missing) in [
        ("runs.parquet", "runs.parquet has 3 of the 20 runs trained again\n"),
        ("bidders.parquet", "bidders.parquet has 9 of their 50 bidders\n"),
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

/// Adds one unit in the last place to the first value of a column of numbers, and nothing else; the value before.
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
fn one_bit_is_found() {
    for (table, column, who) in [("runs", "welfare", ""), ("bidders", "utility", " bidder 1")] {
        let sandbox = trained(&Sweep::SHORT);
        let before = move_by_one_bit(&sandbox.path(&format!("out/x/{table}.parquet")), column);
        let run = format!("{}:0", sandbox.cell("x.toml", 0));
        let difference =
            format!("{run}{who}: {column} is {:?}, stored Number({:?})", Some(before), before.next_up());
        let verified = sandbox.run("verify out/x").exits(4).says("out/x: 1 difference");
        assert_eq!(verified.stdout, format!("{difference}\n"));
        sandbox.run(&format!("show out/x {run} --rerun")).exits(4).says(&difference);
    }
}
