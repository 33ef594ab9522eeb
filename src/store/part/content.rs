//! What a part holds, checked against its name first.

use std::fs::File;
use std::io::{ErrorKind, Seek};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Float64Type};
use ndarray::Array2;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::{
    BIDDER, CELL, MEASURE, MESSAGE, MIXTURES, PARAMETERS, QUANTILES, REPLICATE, STANDING, STATUS, TRAJECTORY,
    bidder_column, file_name, run_column,
};
use crate::data::guarded;
use crate::measure::{Column, RunRow, RunStatus, bidder_columns, run_columns};
use crate::store::batch::rows_at;
use crate::store::bytes::PART_BYTES;
use crate::store::{RunKey, StoreError, file};
use crate::sweep::NotACellId;

const REMEDY: &str = "move it out of the folder and run again: its runs are then trained anew";

/// The most bytes of a part's file: far more than its rows take in memory.
const MOST_BYTES: u64 = 256 << 20;

/// The most numbers of a part, over all columns: more than there can be, as often as those of a run stand in
/// the rows of its bidders.
const MOST_NUMBERS: usize = 4 * PART_BYTES;

/// The rows of a part whose bytes agree with its name.
pub(crate) struct Part {
    path: PathBuf,
    rows: RecordBatch,
    cell: StringArray,
    replicate: Int64Array,
    measure: StringArray,
    status: StringArray,
    bidder: Int64Array,
    standing: ListArray,
}

/// A run of a part.
#[derive(Clone, Debug)]
pub(crate) struct StoredRun {
    pub(crate) key: RunKey,
    pub(crate) status: RunStatus,
    /// Whether it awaits its continuation.
    pub(crate) awaits: bool,
    /// Its rows in the part, one a bidder.
    pub(crate) rows: Range<usize>,
}

impl Part {
    /// Reads a part.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where the bytes do not agree with the name, or are no part.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        Part::read(path, None)
    }

    /// Reads what says which runs a part has, and no measured column, of one that is known to be sound: its
    /// bytes are not held against its name, so that few of them are read.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where these columns cannot be read.
    pub(crate) fn open_keys(path: &Path) -> Result<Self, StoreError> {
        Part::read(path, Some(&[CELL, REPLICATE, MEASURE, STATUS, BIDDER, STANDING]))
    }

    fn read(path: &Path, columns: Option<&[&str]>) -> Result<Self, StoreError> {
        let io = |e| StoreError::io("read", path, e);
        let mut file = file::open(path).map_err(|error| match error {
            StoreError::Irregular { kind, .. } => damaged(path, format!("it is {kind}, no regular file")),
            StoreError::Io { source, .. } if source.kind() == ErrorKind::PermissionDenied => {
                damaged(path, format!("it cannot be read: {source}"))
            }
            error => error,
        })?;
        let length = file.metadata().map_err(io)?.len();
        if length > MOST_BYTES {
            return Err(damaged(path, format!("it has {length} bytes, more than any part")));
        }
        if columns.is_none() {
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(&file).map_err(io)?;
            if path.file_name().is_none_or(|name| name != file_name(&hasher.finalize()).as_str()) {
                return Err(damaged(path, format!("its {length} bytes do not hash to its name")));
            }
            file.rewind().map_err(io)?;
        }
        guarded(|| decode(file, columns))
            .and_then(|rows| rows)
            .and_then(|rows| {
                Ok(Part {
                    path: path.to_path_buf(),
                    cell: column(&rows, CELL)?,
                    replicate: column(&rows, REPLICATE)?,
                    measure: column(&rows, MEASURE)?,
                    status: column(&rows, STATUS)?,
                    bidder: column(&rows, BIDDER)?,
                    standing: standings(&rows)?,
                    rows,
                })
            })
            .map_err(|reason| damaged(path, reason))
    }

    /// That something in it cannot be.
    pub(crate) fn damaged(&self, reason: String) -> StoreError {
        damaged(&self.path, reason)
    }

    /// The rows as they are.
    pub(crate) fn rows(&self) -> &RecordBatch {
        &self.rows
    }

    /// The runs, in the part's order.
    pub(crate) fn runs(&self) -> impl Iterator<Item = Result<StoredRun, StoreError>> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            (next < self.rows.num_rows()).then(|| {
                let run = self.run_at(next).map_err(|reason| damaged(&self.path, reason));
                next = run.as_ref().map_or(self.rows.num_rows(), |run| run.rows.end);
                run
            })
        })
    }

    /// The run whose first bidder stands in row `first`; it ends where the next bidder 1 stands.
    fn run_at(&self, first: usize) -> Result<StoredRun, String> {
        let bidders = self.bidder.values()[first..].iter();
        let count = bidders.zip(1..).take_while(|&(&bidder, expected)| bidder == expected).count();
        if count == 0 {
            return Err(format!("row {first} starts a run with bidder {}", self.bidder.value(first)));
        }
        let (cell, replicate) = (self.cell.value(first), self.replicate.value(first));
        let (measure, status) = (self.measure.value(first), self.status.value(first));
        let key = RunKey {
            cell: cell.parse().map_err(|e: NotACellId| e.to_string())?,
            replicate: u32::try_from(replicate).map_err(|e| format!("replicate {replicate}: {e}"))?,
            measure: measure.parse().map_err(|e| format!("measure_key {measure:?}: {e}"))?,
        };
        let status = RunStatus::parse(status).ok_or_else(|| format!("status {status:?}"))?;
        let awaits = self.standing.is_valid(first);
        Ok(StoredRun { key, status, awaits, rows: first..first + count })
    }

    /// What was measured, of a part that was read whole and has today's columns.
    pub(crate) fn measured(&self) -> Result<Measured, StoreError> {
        Measured::of(&self.rows).map_err(|reason| damaged(&self.path, reason))
    }

    /// What was measured in some of the rows, in this order.
    pub(crate) fn measured_at(
        &self,
        places: impl Iterator<Item = Range<usize>>,
    ) -> Result<Measured, StoreError> {
        Measured::of(&rows_at(&self.rows, places)).map_err(|reason| damaged(&self.path, reason))
    }
}

/// The measured columns of a part.
pub(crate) struct Measured {
    message: StringArray,
    pub(crate) run: Vec<Float64Array>,
    pub(crate) bidder: Vec<Float64Array>,
    pub(super) parameters: ListArray,
    pub(super) mixtures: ListArray,
    pub(super) quantiles: ListArray,
    pub(super) trajectory: ListArray,
    pub(super) standing: ListArray,
}

impl Measured {
    fn of(rows: &RecordBatch) -> Result<Self, String> {
        let numbers = |columns: &[Column], name: fn(&str) -> String| {
            columns.iter().map(|c| column(rows, &name(&c.name))).collect::<Result<Vec<_>, _>>()
        };
        Ok(Measured {
            message: column(rows, MESSAGE)?,
            run: numbers(run_columns(), run_column)?,
            bidder: numbers(bidder_columns(), bidder_column)?,
            parameters: lists(rows, PARAMETERS)?,
            mixtures: lists(rows, MIXTURES)?,
            quantiles: lists(rows, QUANTILES)?,
            trajectory: lists(rows, TRAJECTORY)?,
            standing: standings(rows)?,
        })
    }

    /// What the run in a row says went wrong.
    pub(crate) fn message(&self, row: usize) -> Option<&str> {
        self.message.is_valid(row).then(|| self.message.value(row))
    }

    /// The multipliers of a bidder at the recorded epochs, and the quantiles of its mixtures; none where none
    /// were recorded.
    pub(crate) fn recorded(&self, row: usize) -> Option<(Float64Array, Float64Array)> {
        let numbers = |lists: &ListArray| lists.value(row).as_primitive().clone();
        self.trajectory.is_valid(row).then(|| (numbers(&self.trajectory), numbers(&self.quantiles)))
    }

    /// All of a run.
    pub(crate) fn row(&self, run: &StoredRun) -> RunRow {
        let first = run.rows.start;
        RunRow {
            status: run.status,
            message: self.message(first).map(str::to_owned),
            values: numbers(&self.run, first),
            bidders: run.rows.clone().map(|row| numbers(&self.bidder, row)).collect(),
            parameters: run.rows.clone().map(|row| numbers_of(&self.parameters, row)).collect(),
            mixtures: run.rows.clone().map(|row| numbers_of(&self.mixtures, row)).collect(),
            quantiles: run.rows.clone().map(|row| numbers_of(&self.quantiles, row)).collect(),
            trajectory: self.trajectory.is_valid(first).then(|| self.trajectory(run)),
            standings: match run.awaits {
                true => run.rows.clone().map(|row| numbers_of(&self.standing, row)).collect(),
                false => Vec::new(),
            },
        }
    }

    /// The multipliers \[recorded epoch\]\[bidder\]; NaN where one was not finite.
    fn trajectory(&self, run: &StoredRun) -> Array2<f64> {
        let epochs = self.trajectory.value_length(run.rows.start) as usize;
        let mut multipliers = Array2::from_elem((epochs, run.rows.len()), f64::NAN);
        for (mut column, row) in multipliers.columns_mut().into_iter().zip(run.rows.clone()) {
            let list = self.trajectory.value(row);
            let list = list.as_primitive::<Float64Type>();
            column.iter_mut().zip(list).for_each(|(w, number)| *w = number.unwrap_or(f64::NAN));
        }
        multipliers
    }
}

/// The numbers of a list, none of which is missing.
fn numbers_of(lists: &ListArray, row: usize) -> Vec<f64> {
    lists.value(row).as_primitive::<Float64Type>().values().to_vec()
}

fn numbers(columns: &[Float64Array], row: usize) -> Vec<Option<f64>> {
    columns.iter().map(|column| column.is_valid(row).then(|| column.value(row))).collect()
}

/// A column by name and type; the clone shares its memory.
fn column<A: Array + Clone + 'static>(rows: &RecordBatch, name: &str) -> Result<A, String> {
    let column = rows.column_by_name(name).ok_or_else(|| format!("it has no column {name}"))?;
    let typed = column.as_any().downcast_ref::<A>();
    typed.cloned().ok_or_else(|| format!("column {name} is of type {}", column.data_type()))
}

/// What runs go on from. Parts of versions that kept no run before its continuation lack the column: nobody
/// awaits anything there.
fn standings(rows: &RecordBatch) -> Result<ListArray, String> {
    if rows.column_by_name(STANDING).is_some() {
        return lists(rows, STANDING);
    }
    let item = Arc::new(Field::new_list_field(DataType::Float64, true));
    Ok(ListArray::new_null(item, rows.num_rows()))
}

/// A column of lists of numbers.
fn lists(rows: &RecordBatch, name: &str) -> Result<ListArray, String> {
    let lists: ListArray = column(rows, name)?;
    if lists.values().data_type().equals_datatype(&DataType::Float64) {
        Ok(lists)
    } else {
        Err(format!("column {name} is of type {}", lists.data_type()))
    }
}

fn damaged(path: &Path, reason: String) -> StoreError {
    StoreError::Damaged { path: path.to_path_buf(), reason, remedy: REMEDY }
}

/// Decodes some columns, or all, of all rows, once it is known that they are not too many.
fn decode(file: File, columns: Option<&[&str]>) -> Result<RecordBatch, String> {
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| e.to_string())?;
    let rows = claimed_rows(builder.metadata())?;
    if let Some(columns) = columns {
        let fields = builder.schema().fields().iter().enumerate();
        let wanted = fields.filter(|(_, field)| columns.contains(&field.name().as_str()));
        let roots: Vec<usize> = wanted.map(|(root, _)| root).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
        builder = builder.with_projection(mask);
    }
    let mut batches = builder.with_batch_size(rows).build().map_err(|e| e.to_string())?;
    let batch = batches.next().ok_or("it has no rows")?.map_err(|e| e.to_string())?;
    if batch.num_rows() == rows {
        Ok(batch)
    } else {
        Err(format!("it claims {rows} rows and has {}", batch.num_rows()))
    }
}

/// The number of rows that the footer claims, where a part may have as many rows and numbers.
fn claimed_rows(metadata: &ParquetMetaData) -> Result<usize, String> {
    let rows = metadata.file_metadata().num_rows();
    let in_groups = metadata.row_groups().iter().map(|group| group.num_rows());
    let adds_up = in_groups.clone().all(|rows| rows >= 0)
        && in_groups.map(i128::from).sum::<i128>() == i128::from(rows);
    // A list has a value in each row too, if only that it is empty.
    let values = |group: &RowGroupMetaData| {
        let of_columns = group.columns().iter().map(|column| column.num_values());
        (of_columns.clone().all(|count| count >= group.num_rows()), of_columns.map(i128::from).sum::<i128>())
    };
    let are_whole = metadata.row_groups().iter().all(|group| values(group).0);
    let numbers: i128 = metadata.row_groups().iter().map(|group| values(group).1).sum();
    let are_few = are_whole && numbers <= MOST_NUMBERS as i128;
    match usize::try_from(rows) {
        Ok(0) => Err("it has no rows".to_owned()),
        Ok(count) if adds_up && are_few && count <= MOST_NUMBERS => Ok(count),
        _ => Err(format!("its footer claims {rows} rows, which it cannot have")),
    }
}
