//! Tables read back, row by row, by column name.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, FieldRef, Float64Type, Int64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ArrowReaderMetadata, RowFilter};

use super::TableColumn;
use super::batches::{TableBatches, TableFile, damaged};
use crate::store::StoreError;
use crate::store::pieces::table_files;
use crate::store::stream::{ArrowStream, Batches};
use crate::sweep::{Kind, Scalar};

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

impl Table {
    /// Opens a table and reads the footers of its files.
    ///
    /// # Errors
    /// [`StoreError::NoTable`] where there is none; others where it cannot be read, or is no Parquet file.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let files = table_files(path);
        let is_one = files.len() == 1;
        let file = |path: &PathBuf| TableFile::open(path, is_one);
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
        TableBatches::of(&self.files, mask, filter)
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
            .field("file", &self.batches.path())
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
        Some(row.map_err(|e| damaged(self.batches.path(), e)))
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
