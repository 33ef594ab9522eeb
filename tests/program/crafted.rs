//! Parts made on purpose, whose names agree with their bytes.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, UInt64Array,
};
use arrow::compute::{concat_batches, take};
use arrow::datatypes::{Field, Float64Type, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// The rows of a part.
pub fn rows(part: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(part).unwrap()).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

/// The bytes of a part with these rows.
pub fn bytes_of(rows: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), None).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
    bytes
}

/// The same rows with another column in place of one; none takes it away.
pub fn with(rows: &RecordBatch, name: &str, column: Option<ArrayRef>) -> RecordBatch {
    let schema = rows.schema();
    let place = schema.index_of(name).unwrap();
    let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
    let mut columns = rows.columns().to_vec();
    match column {
        Some(column) => {
            fields[place] = Arc::new(Field::new(name, column.data_type().clone(), true));
            columns[place] = column;
        }
        None => {
            fields.remove(place);
            columns.remove(place);
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// The rows of a part at these places.
fn at(rows: &RecordBatch, places: impl Iterator<Item = u64>) -> RecordBatch {
    let places = UInt64Array::from_iter_values(places);
    let columns = rows.columns().iter().map(|column| take(column, &places, None).unwrap()).collect();
    RecordBatch::try_new(rows.schema(), columns).unwrap()
}

/// The first number of a column is another.
fn altered(rows: &RecordBatch, name: &str, number: f64) -> RecordBatch {
    let numbers = rows.column_by_name(name).unwrap().as_primitive::<Float64Type>();
    let first = numbers.iter().position(|number| number.is_some()).unwrap();
    let numbers = numbers.iter().enumerate().map(|(at, x)| if at == first { Some(number) } else { x });
    with(rows, name, Some(Arc::new(Float64Array::from_iter(numbers))))
}

/// Lists of these numbers in every row.
fn lists(rows: &RecordBatch, name: &str, list: Option<&[Option<f64>]>) -> RecordBatch {
    let list = list.map(<[_]>::to_vec);
    let lists = ListArray::from_iter_primitive::<Float64Type, _, _>(vec![list; rows.num_rows()]);
    with(rows, name, Some(Arc::new(lists)))
}

/// The same text in every row.
fn text(rows: &RecordBatch, name: &str, text: Option<&str>) -> RecordBatch {
    with(rows, name, Some(Arc::new(StringArray::from(vec![text; rows.num_rows()]))))
}

/// The same integer in every row.
fn integer(rows: &RecordBatch, name: &str, integer: Option<i64>) -> RecordBatch {
    with(rows, name, Some(Arc::new(Int64Array::from(vec![integer; rows.num_rows()]))))
}

/// A variable-length integer as Thrift's compact protocol writes it.
fn varint(number: i64) -> Vec<u8> {
    let mut rest = ((number << 1) ^ (number >> 63)) as u64;
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}

/// The file with each of the places in its footer changed that may be a number of rows.
fn claims(whole: &[u8], rows: usize, claimed: i64) -> Vec<Vec<u8>> {
    let end = whole.len() - 8;
    let length = u32::from_le_bytes(whole[end..end + 4].try_into().unwrap()) as usize;
    let (before, footer) = whole[..end].split_at(end - length);
    let old = varint(rows as i64);
    let places =
        (1..footer.len() - old.len()).filter(|&at| footer[at - 1] == 0x16 && footer[at..].starts_with(&old));
    let claim = |at: usize| {
        let footer = [&footer[..at], &varint(claimed), &footer[at + old.len()..]].concat();
        [before, &footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
    };
    places.map(claim).collect()
}

/// Parts whose names agree with their bytes, and that lie; with what is wrong in words.
pub fn lies(whole: &[u8], rows: &RecordBatch) -> Vec<(String, Vec<u8>)> {
    let count = rows.num_rows() as u64;
    let first = rows.slice(0, 1);
    let shaped: Vec<(&str, RecordBatch)> = vec![
        ("a bidder is missing", at(rows, (0..count).filter(|row| *row != 1))),
        ("the first bidder is missing", at(rows, 1..count)),
        ("the last bidder is missing", at(rows, 0..count - 1)),
        ("no row", rows.slice(0, 0)),
        ("bidder 0", integer(rows, "bidder", Some(0))),
        ("bidder null", integer(rows, "bidder", None)),
        (
            "100000 bidders",
            with(
                &at(rows, std::iter::repeat_n(0, 100_000)),
                "bidder",
                Some(Arc::new(Int64Array::from_iter_values(1..=100_000))),
            ),
        ),
        ("parameters are empty", lists(rows, "parameters", Some(&[]))),
        ("parameters are null", lists(rows, "parameters", None)),
        ("parameters hold a null", lists(rows, "parameters", Some(&[None]))),
        ("too many parameters", lists(rows, "parameters", Some(&[Some(0.5); 1000]))),
        ("parameters are not finite", lists(rows, "parameters", Some(&[Some(f64::NAN)]))),
        ("mixtures of who plays none", lists(rows, "mixtures", Some(&[Some(0.5); 2]))),
        ("quantiles of who plays none", lists(rows, "quantiles", Some(&[Some(0.5); 5]))),
        ("trajectories are null", lists(rows, "trajectory", None)),
        ("trajectories are empty", lists(rows, "trajectory", Some(&[]))),
        ("trajectories are long", lists(rows, "trajectory", Some(&[Some(0.5); 5000]))),
        ("trajectories are infinite", lists(rows, "trajectory", Some(&[Some(f64::INFINITY); 4]))),
        ("NaN of a run", altered(rows, "run_revenue", f64::NAN)),
        ("infinity of a bidder", altered(rows, "bidder_utility", f64::NEG_INFINITY)),
        ("a measure is missing", with(rows, "run_revenue", None)),
        ("a measure is an integer", integer(rows, "bidder_utility", Some(1))),
        ("lists are missing", with(rows, "trajectory", None)),
        (
            "lists are numbers",
            with(rows, "parameters", Some(Arc::new(Float64Array::from(vec![0.5; rows.num_rows()])))),
        ),
        ("a status that is none", text(rows, "status", Some("\u{1b}[31mfine"))),
        ("a status is null", text(rows, "status", None)),
        ("a cell that is none", text(rows, "cell_id", Some("zz"))),
        ("a key that is none", text(rows, "measure_key", Some("0 every 0"))),
        ("replicate -1", integer(rows, "replicate", Some(-1))),
        ("a column of names", with(&first, "cell_id", Some(Arc::new(Int64Array::from(vec![1]))))),
    ];
    let mut lies: Vec<(String, Vec<u8>)> =
        shaped.into_iter().map(|(what, rows)| (what.to_owned(), bytes_of(&rows))).collect();
    for claimed in [-5, 0, 7, 1_000_000_000_000, 1 << 62] {
        let claims = claims(whole, rows.num_rows(), claimed);
        assert!(!claims.is_empty());
        lies.extend(
            claims
                .into_iter()
                .enumerate()
                .map(|(at, bytes)| (format!("{claimed} rows claimed ({at})"), bytes)),
        );
    }
    // No Parquet at all, and damage behind a name that fits.
    lies.push(("no Parquet".to_owned(), b"no Parquet".to_vec()));
    for at in (0..whole.len()).step_by(whole.len() / 10) {
        let mut bytes = whole.to_vec();
        bytes[at] ^= 0x5a;
        lies.push((format!("byte {at}"), bytes));
    }
    lies
}
