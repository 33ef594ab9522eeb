//! Tables read back, row by row, by column name.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, RecordBatchReader};
use arrow::datatypes::{DataType, FieldRef, Float64Type, Int64Type, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::errors::ParquetError;

use super::TableColumn;
use crate::data::guarded;
use crate::store::pieces::table_files;
use crate::store::stream::{ArrowStream, Batches};
use crate::store::{StoreError, file};
use crate::sweep::{Kind, Scalar};

const REMEDY: &str =
    "delete it and run the same sweep again: the tables are made anew from the finished runs";

/// The columns that rows are chosen by.
const CELL: &str = "cell_id";
const REPLICATE: &str = "replicate";

/// A table on disk: a file, or a folder of files that follow each other.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    /// One at least, of one schema.
    files: Vec<TableFile>,
}

/// A file of a table.
#[derive(Debug)]
struct TableFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    /// Where the table is this file alone: another may take its place meanwhile. Of many none is kept open, as
    /// the system bounds the number.
    file: Option<File>,
}

impl TableFile {
    fn open(path: &Path) -> Result<Self, StoreError> {
        let file = file::open(path).map_err(|error| match error.is_missing() {
            true => StoreError::NoTable { path: path.to_path_buf() },
            false => error,
        })?;
        let metadata = guarded(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()));
        let metadata = metadata.map_err(|e| damaged(path, e))?.map_err(|e| unreadable(path, e))?;
        let claimed = metadata.metadata().file_metadata().num_rows();
        if claimed < 0 {
            return Err(damaged(path, format!("it claims {claimed} rows")));
        }
        Ok(TableFile { path: path.to_path_buf(), metadata, file: Some(file) })
    }

    fn rows(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows() as u64
    }

    /// Its rows, of some columns.
    fn read(&self, mask: ProjectionMask, filter: Option<RowFilter>) -> Result<FileRows, StoreError> {
        let file = match &self.file {
            Some(file) => file.try_clone().map_err(|e| StoreError::io("read", &self.path, e))?,
            None => file::open(&self.path)?,
        };
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let builder = builder.with_projection(mask);
        let builder = match filter {
            Some(filter) => builder.with_row_filter(filter),
            None => builder,
        };
        let batches = guarded(|| builder.build()).map_err(|e| damaged(&self.path, e))?;
        Ok(FileRows { path: self.path.clone(), batches: batches.map_err(|e| unreadable(&self.path, e))? })
    }
}

/// What is still to be read of a file.
#[derive(Debug)]
struct FileRows {
    path: PathBuf,
    batches: ParquetRecordBatchReader,
}

impl Table {
    /// Opens a table and reads the footers of its files.
    ///
    /// # Errors
    /// [`StoreError::NoTable`] where there is none; others where it cannot be read, or is no Parquet file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let files = table_files(path);
        let is_one = files.len() == 1;
        let file = |path: &PathBuf| {
            let file = TableFile::open(path)?;
            Ok(if is_one { file } else { TableFile { file: None, ..file } })
        };
        let files = files.iter().map(file).collect::<Result<Vec<_>, StoreError>>()?;
        let schema = |file: &TableFile| file.metadata.schema().clone();
        if let Some(other) = files.iter().find(|file| schema(file) != schema(&files[0])) {
            return Err(damaged(&other.path, "its columns are not those of the file before"));
        }
        Ok(Table { path: path.to_path_buf(), files })
    }

    /// The file that says what all files say.
    fn first(&self) -> &ArrowReaderMetadata {
        &self.files[0].metadata
    }

    /// The names of its columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.first().schema().fields().iter().map(|field| field.name().as_str())
    }

    /// What the file says of each of its columns, in order.
    pub fn told_columns(&self) -> Vec<TableColumn> {
        let told = |field: &FieldRef| {
            let kind = match field.data_type() {
                DataType::Int64 => Kind::Integer,
                DataType::Float64 => Kind::Number,
                _ => Kind::Text,
            };
            let metadata = |key: &str| field.metadata().get(key).map(|text| text.to_string());
            let doc = metadata("doc").unwrap_or_default();
            TableColumn { name: field.name().clone(), kind, doc, unit: metadata("unit") }
        };
        self.first().schema().fields().iter().map(told).collect()
    }

    /// Number of rows.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(TableFile::rows).sum()
    }

    /// The rows of each row group.
    #[cfg(test)]
    pub(super) fn row_groups(&self) -> Vec<usize> {
        let groups = self.files.iter().flat_map(|file| file.metadata.metadata().row_groups());
        groups.map(|group| group.num_rows() as usize).collect()
    }

    /// An entry of the footer, such as `bidsweep.plan_hash`.
    pub fn footer(&self, key: &str) -> Option<&str> {
        let entries = self.first().metadata().file_metadata().key_value_metadata()?;
        entries.iter().find(|entry| entry.key == key)?.value.as_deref()
    }

    /// Every row, with the named columns in the order given.
    ///
    /// # Errors
    /// [`StoreError::NoColumn`] for a name that the table does not have.
    pub fn select(&self, columns: &[&str]) -> Result<Rows, StoreError> {
        self.read(columns, || None)
    }

    /// As [`Table::select`], of the rows whose `cell_id` and `replicate` are wanted; the latter is `None` in
    /// tables that do not have it. The other columns of unwanted rows are not decoded.
    ///
    /// # Errors
    /// Those of [`Table::select`].
    pub fn select_where(
        &self,
        columns: &[&str],
        wanted: impl Fn(&str, Option<i64>) -> bool + Send + Sync + 'static,
    ) -> Result<Rows, StoreError> {
        self.place(CELL)?;
        let keys = self.mask(self.columns().enumerate().filter(|(_, name)| [CELL, REPLICATE].contains(name)));
        let wanted = Arc::new(wanted);
        let chosen = move |batch: RecordBatch| {
            let cells = batch.column_by_name(CELL).expect("the mask has it").as_string::<i32>();
            let replicates = batch.column_by_name(REPLICATE).map(|column| column.as_primitive::<Int64Type>());
            let chosen = |row| wanted(cells.value(row), replicates.map(|replicates| replicates.value(row)));
            Ok((0..batch.num_rows()).map(|row| Some(chosen(row))).collect::<BooleanArray>())
        };
        let predicate = move || ArrowPredicateFn::new(keys.clone(), chosen.clone());
        self.read(columns, move || Some(RowFilter::new(vec![Box::new(predicate())])))
    }

    /// The rows of some columns, in the order given, or of all, as other languages take them. Batches are
    /// decoded as they are asked for.
    ///
    /// # Errors
    /// Those of [`Table::select`].
    pub fn stream(&self, columns: Option<&[&str]>) -> Result<ArrowStream, StoreError> {
        let columns = columns.map_or_else(|| self.columns().collect(), <[&str]>::to_vec);
        Ok(Batches::new(self.batches(&columns, || None)?, &columns).stream())
    }

    fn read(
        &self,
        columns: &[&str],
        filter: impl Fn() -> Option<RowFilter> + Send + 'static,
    ) -> Result<Rows, StoreError> {
        Ok(Rows {
            columns: columns.iter().map(|name| name.to_string()).collect(),
            batches: self.batches(columns, filter)?,
            arrays: Vec::new(),
            next: 0,
            rows: 0,
        })
    }

    fn batches(
        &self,
        columns: &[&str],
        filter: impl Fn() -> Option<RowFilter> + Send + 'static,
    ) -> Result<TableBatches, StoreError> {
        let places = columns.iter().map(|name| self.place(name)).collect::<Result<Vec<_>, _>>()?;
        let mask = self.mask(places.into_iter().map(|place| (place, "")));
        let (first, later) = self.files.split_first().expect("a table has a file");
        let later = later.iter().map(|TableFile { path, metadata, .. }| TableFile {
            path: path.clone(),
            metadata: metadata.clone(),
            file: None,
        });
        Ok(TableBatches {
            file: first.read(mask.clone(), filter())?,
            mask,
            filter: Box::new(filter),
            later: later.collect::<Vec<_>>().into_iter(),
        })
    }

    fn place(&self, column: &str) -> Result<usize, StoreError> {
        self.columns().position(|name| name == column).ok_or_else(|| StoreError::NoColumn {
            path: self.path.clone(),
            column: column.into(),
            known: self.columns().collect::<Vec<_>>().join(", "),
        })
    }

    fn mask<'a>(&self, places: impl Iterator<Item = (usize, &'a str)>) -> ProjectionMask {
        ProjectionMask::roots(self.first().parquet_schema(), places.map(|(place, _)| place))
    }
}

/// Batches of some columns of a table, in the order of its files.
pub(in crate::store) struct TableBatches {
    mask: ProjectionMask,
    filter: Box<dyn Fn() -> Option<RowFilter> + Send>,
    /// The file that is being read.
    file: FileRows,
    /// Those after it.
    later: vec::IntoIter<TableFile>,
}

impl TableBatches {
    /// The columns, in the order of the file.
    pub(in crate::store) fn schema(&self) -> SchemaRef {
        self.file.batches.schema()
    }
}

impl Iterator for TableBatches {
    type Item = Result<RecordBatch, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let file = &mut self.file;
            match guarded(|| file.batches.next()) {
                Err(reason) => return Some(Err(damaged(&file.path, reason))),
                Ok(Some(Err(error))) => return Some(Err(damaged(&file.path, error))),
                Ok(Some(Ok(batch))) => return Some(Ok(batch)),
                Ok(None) => match self.later.next()?.read(self.mask.clone(), (self.filter)()) {
                    Err(error) => return Some(Err(error)),
                    Ok(next) => self.file = next,
                },
            }
        }
    }
}

/// Rows of a table, decoded a batch at a time.
pub struct Rows {
    columns: Arc<[String]>,
    batches: TableBatches,
    /// The current batch, in the order of `columns`.
    arrays: Vec<ArrayRef>,
    next: usize,
    rows: usize,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("columns", &self.columns)
            .field("file", &self.batches.file.path)
            .finish_non_exhaustive()
    }
}

impl Iterator for Rows {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.next == self.rows {
            let batch = match self.batches.next()? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            };
            let array = |name: &String| batch.column_by_name(name).expect("a column of the mask").clone();
            self.arrays = self.columns.iter().map(array).collect();
            (self.next, self.rows) = (0, batch.num_rows());
        }
        let values = self.arrays.iter().map(|array| scalar(array, self.next)).collect::<Result<_, _>>();
        self.next += 1;
        let row = values.map(|values| Row { columns: Arc::clone(&self.columns), values });
        Some(row.map_err(|e| damaged(&self.batches.file.path, e)))
    }
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Scalar>,
}

impl Row {
    /// The values, in the order of the columns asked for.
    pub fn values(&self) -> &[Scalar] {
        &self.values
    }

    /// The value of a column.
    ///
    /// # Panics
    /// If the column was not asked for.
    pub fn value(&self, column: &str) -> &Scalar {
        let place = self.columns.iter().position(|name| name == column);
        &self.values[place.unwrap_or_else(|| panic!("column {column} was not asked for"))]
    }

    /// The value of a column; `None` where it was not asked for.
    pub fn get(&self, column: &str) -> Option<&Scalar> {
        self.columns.iter().position(|name| name == column).map(|place| &self.values[place])
    }

    /// A number; `None` where it is missing or the column holds none.
    ///
    /// # Panics
    /// If the column was not asked for.
    pub fn number(&self, column: &str) -> Option<f64> {
        match self.value(column) {
            Scalar::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// An integer; `None` where it is missing or the column holds none.
    ///
    /// # Panics
    /// If the column was not asked for.
    pub fn integer(&self, column: &str) -> Option<i64> {
        match self.value(column) {
            Scalar::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    /// A text; `None` where it is missing or the column holds none.
    ///
    /// # Panics
    /// If the column was not asked for.
    pub fn text(&self, column: &str) -> Option<&str> {
        match self.value(column) {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }
}

fn scalar(array: &ArrayRef, row: usize) -> Result<Scalar, String> {
    if array.is_null(row) {
        return Ok(Scalar::Null);
    }
    match array.data_type() {
        DataType::Int64 => Ok(Scalar::Integer(array.as_primitive::<Int64Type>().value(row))),
        DataType::Float64 => Ok(Scalar::Number(array.as_primitive::<Float64Type>().value(row))),
        DataType::Utf8 => Ok(Scalar::Text(array.as_string::<i32>().value(row).into())),
        other => Err(format!("a column is of type {other}")),
    }
}

/// What the library says of a file: the system's errors are none of the file.
fn unreadable(path: &Path, error: ParquetError) -> StoreError {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => StoreError::io("read", path, *error),
            Err(cause) => damaged(path, cause),
        },
        error => damaged(path, error),
    }
}

fn damaged(path: &Path, reason: impl ToString) -> StoreError {
    StoreError::Damaged { path: path.to_path_buf(), reason: reason.to_string(), remedy: REMEDY }
}
