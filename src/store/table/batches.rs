//! The files of a table, opened, and their batches one after the other.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::vec;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    RowFilter,
};
use parquet::errors::ParquetError;

use crate::data::guarded;
use crate::store::{StoreError, file};

const REMEDY: &str =
    "delete it and run the same sweep again: the tables are made anew from the finished runs";

/// A file of a table.
#[derive(Debug)]
pub(super) struct TableFile {
    pub(super) path: PathBuf,
    pub(super) metadata: ArrowReaderMetadata,
    /// Where the table is this file alone: another may take its place meanwhile. Of many none is kept open,
    /// as the system bounds the number.
    file: Option<File>,
}

impl TableFile {
    /// Opens a file and reads its footer; it stays open where the table is this file alone.
    pub(super) fn open(path: &Path, is_alone: bool) -> Result<Self, StoreError> {
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
        Ok(TableFile { path: path.to_path_buf(), metadata, file: is_alone.then_some(file) })
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> u64 {
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
    /// Those of files, one at least, of the columns of a mask and the rows of a filter.
    pub(super) fn of(
        files: &[TableFile],
        mask: ProjectionMask,
        filter: impl Fn() -> Option<RowFilter> + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (first, later) = files.split_first().expect("a table has a file");
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

    /// The file that is being read.
    pub(super) fn path(&self) -> &Path {
        &self.file.path
    }

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

/// A table that is not as it was written.
pub(super) fn damaged(path: &Path, reason: impl ToString) -> StoreError {
    StoreError::Damaged { path: path.to_path_buf(), reason: reason.to_string(), remedy: REMEDY }
}
