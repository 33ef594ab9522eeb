//! One table on its way to disk.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedFileWriter;

use super::footer::tell_order_of_type;
use crate::store::StoreError;
use crate::store::atomic::AtomicFile;
use crate::store::batch::{Appended, Batch, Column, Value, encoding};
use crate::store::together::together;

/// Rows of a row group, of every one but the last.
const ROW_GROUP_ROWS: usize = 1 << 16;

/// Rows handed over at once. Pages end where batches do, so this too must not depend on how rows arrive.
const BATCH_ROWS: usize = 1 << 13;

const _: () = assert!(ROW_GROUP_ROWS.is_multiple_of(BATCH_ROWS));

/// Writes a table, holding one batch and one encoded row group. Columns are encoded on all threads of the
/// current pool, into the same bytes however many there are.
pub(super) struct TableWriter {
    /// Writes through a handle of its own: given back, a file would hide the system's errors.
    writer: SerializedFileWriter<File>,
    groups: ArrowRowGroupWriterFactory,
    /// The row group that is being encoded.
    group: Option<RowGroup>,
    file: AtomicFile,
    batch: Batch,
    is_empty: bool,
}

/// A row group while its columns are encoded.
struct RowGroup {
    columns: Vec<ArrowColumnWriter>,
    rows: usize,
}

impl TableWriter {
    /// Opens a table under its temporary name.
    pub(super) fn create(path: &Path, columns: &[Column], footer: Vec<KeyValue>) -> Result<Self, StoreError> {
        let properties = encoding(columns).set_key_value_metadata(Some(footer)).build();
        // The Arrow schema in the footer holds what each column says of itself.
        let options = ArrowWriterOptions::new().with_properties(properties);
        let file = AtomicFile::create(path)?;
        let batch = Batch::new(columns);
        let (writer, groups) =
            ArrowWriter::try_new_with_options(file.handle()?, batch.schema().clone(), options)
                .and_then(ArrowWriter::into_serialized_writer)
                .map_err(|e| StoreError::writing(path, e))?;
        Ok(TableWriter { writer, groups, group: None, file, batch, is_empty: true })
    }

    /// Adds a row: a value a column.
    pub(super) fn push<'a>(&mut self, row: impl IntoIterator<Item = Value<'a>>) -> Result<(), StoreError> {
        self.batch.push(row);
        self.is_empty = false;
        if self.batch.rows() == BATCH_ROWS { self.write_batch() } else { Ok(()) }
    }

    /// Adds rows column by column: `fill` gives the values of each column for the rows that it is asked for.
    pub(super) fn append(
        &mut self,
        rows: usize,
        mut fill: impl FnMut(&mut Appended<'_>, Range<usize>),
    ) -> Result<(), StoreError> {
        let mut start = 0;
        while start < rows {
            let end = rows.min(start + BATCH_ROWS - self.batch.rows());
            self.batch.append(end - start, |appended| fill(appended, start..end));
            self.is_empty = false;
            if self.batch.rows() == BATCH_ROWS {
                self.write_batch()?;
            }
            start = end;
        }
        Ok(())
    }

    /// Whether no row was added.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Writes what is left, and gives the file for its commit.
    pub(super) fn finish(mut self) -> Result<AtomicFile, StoreError> {
        self.write_batch()?;
        self.end_group().map_err(|e| StoreError::writing(self.file.target(), e))?;
        self.writer.close().map_err(|e| StoreError::writing(self.file.target(), e))?;
        let columns = self.batch.schema().fields().len();
        tell_order_of_type(&mut self.file.handle()?, columns)
            .map_err(|e| StoreError::io("write", self.file.target(), e))?;
        Ok(self.file)
    }

    fn write_batch(&mut self) -> Result<(), StoreError> {
        let written = match self.batch.rows() {
            0 => Ok(()),
            _ => self.encode_batch(),
        };
        written.map_err(|e| StoreError::writing(self.file.target(), e))
    }

    fn encode_batch(&mut self) -> Result<(), ParquetError> {
        let (rows, schema) = (self.batch.rows(), Arc::clone(self.batch.schema()));
        let arrays = self.batch.finish();
        let mut group = match self.group.take() {
            Some(group) => group,
            None => {
                let index = self.writer.flushed_row_groups().len();
                RowGroup { columns: self.groups.create_column_writers(index)?, rows: 0 }
            }
        };
        let columns = group.columns.iter_mut().zip(&arrays).enumerate().collect();
        let written = together(columns, |(place, (column, array)): (usize, (&mut ArrowColumnWriter, _))| {
            compute_leaves(schema.field(place), array)?.iter().try_for_each(|leaf| column.write(leaf))
        });
        written.into_iter().collect::<Result<(), ParquetError>>()?;
        group.rows += rows;
        let is_full = group.rows == ROW_GROUP_ROWS;
        self.group = Some(group);
        if is_full { self.end_group() } else { Ok(()) }
    }

    /// Writes the row group that is being encoded, where there is one.
    fn end_group(&mut self) -> Result<(), ParquetError> {
        let Some(group) = self.group.take() else { return Ok(()) };
        let chunks = together(group.columns, ArrowColumnWriter::close);
        let chunks: Vec<_> = chunks.into_iter().collect::<Result<_, _>>()?;
        let mut writer = self.writer.next_row_group()?;
        chunks.into_iter().try_for_each(|chunk| chunk.append_to_row_group(&mut writer))?;
        writer.close()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Table;
    use crate::store::atomic;

    #[test]
    fn row_groups_are_of_one_size() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        let footer = vec![KeyValue::new("key".into(), "text".to_string())];
        let mut table = TableWriter::create(&path, &[Column::integer("n")], footer).unwrap();
        let rows = 2 * ROW_GROUP_ROWS + BATCH_ROWS + 3;
        (0..rows).for_each(|n| table.push([Value::Integer(n as i64)]).unwrap());
        table.finish().unwrap().commit().unwrap();

        let table = Table::open(&path).unwrap();
        assert_eq!(table.row_groups(), [ROW_GROUP_ROWS, ROW_GROUP_ROWS, BATCH_ROWS + 3]);
        assert_eq!(table.footer("key"), Some("text"));
        let numbers = table.select(&["n"]).unwrap().map(|row| row.unwrap().integer("n").unwrap());
        assert!(numbers.eq(0..rows as i64));
    }

    #[test]
    fn columns_are_as_their_rows() {
        let dir = tempfile::tempdir().unwrap();
        let columns =
            [Column::text("name"), Column::integer("k"), Column::measured("x"), Column::measured("y")];
        let bytes = |in_blocks: bool| {
            let path = dir.path().join("t.parquet");
            let mut table = TableWriter::create(&path, &columns, vec![]).unwrap();
            for (k, length) in [3, BATCH_ROWS - 3, 0, 2 * BATCH_ROWS + 1, 5].into_iter().enumerate() {
                let name = if k == 1 { Value::Null } else { Value::Text("a name") };
                let leading = [name, Value::Integer(k as i64)];
                let rest: Vec<_> = (0..length).map(|n| [Value::Number(n as f64), Value::Null]).collect();
                match in_blocks {
                    true => table
                        .append(length, |appended, rows| {
                            leading.iter().for_each(|&value| appended.same(value));
                            appended.each(rest[rows.clone()].iter().map(|row| row[0]));
                            appended.each(rest[rows].iter().map(|row| row[1]));
                        })
                        .unwrap(),
                    false => {
                        rest.iter().for_each(|rest| table.push(leading.into_iter().chain(*rest)).unwrap());
                    }
                }
            }
            table.finish().unwrap().commit().unwrap();
            std::fs::read(path).unwrap()
        };
        assert!(bytes(true) == bytes(false));
    }

    #[test]
    fn a_table_given_up_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut table =
            TableWriter::create(&dir.path().join("t.parquet"), &[Column::integer("n")], vec![]).unwrap();
        table.push([Value::Null]).unwrap();
        drop(table);
        assert!(atomic::files(dir.path()).unwrap().is_empty());
    }
}
