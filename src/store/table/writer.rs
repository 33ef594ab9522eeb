//! One table on its way to disk.

use std::fs::File;
use std::path::Path;

use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::file::metadata::KeyValue;

use super::footer::tell_order_of_type;
use crate::store::StoreError;
use crate::store::atomic::AtomicFile;
use crate::store::batch::{Batch, Column, Value, encoding};

/// Rows of a row group, of every one but the last.
const ROW_GROUP_ROWS: usize = 1 << 16;

/// Rows handed over at once. Pages end where batches do, so this too must not depend on how rows arrive.
const BATCH_ROWS: usize = 1 << 13;

const _: () = assert!(ROW_GROUP_ROWS.is_multiple_of(BATCH_ROWS));

/// Writes a table row by row, holding one batch and one encoded row group.
pub(super) struct TableWriter {
    /// Writes through a handle of its own: given back, a file would hide the system's errors.
    writer: ArrowWriter<File>,
    file: AtomicFile,
    batch: Batch,
    is_empty: bool,
}

impl TableWriter {
    /// Opens a table under its temporary name.
    pub(super) fn create(path: &Path, columns: &[Column], footer: Vec<KeyValue>) -> Result<Self, StoreError> {
        let properties = encoding(columns)
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_key_value_metadata(Some(footer))
            .build();
        // The Arrow schema in the footer holds what each column says of itself.
        let options = ArrowWriterOptions::new().with_properties(properties);
        let file = AtomicFile::create(path)?;
        let batch = Batch::new(columns);
        let writer = ArrowWriter::try_new_with_options(file.handle()?, batch.schema().clone(), options)
            .map_err(|e| StoreError::writing(path, e))?;
        Ok(TableWriter { writer, file, batch, is_empty: true })
    }

    /// Adds a row: a value a column.
    pub(super) fn push<'a>(&mut self, row: impl IntoIterator<Item = Value<'a>>) -> Result<(), StoreError> {
        self.batch.push(row);
        self.is_empty = false;
        if self.batch.rows() == BATCH_ROWS { self.write_batch() } else { Ok(()) }
    }

    /// Adds rows that begin with the same values, which `rest` has the others of.
    pub(super) fn push_block<const N: usize>(
        &mut self,
        leading: &[Value<'_>],
        rest: &[[Value<'_>; N]],
    ) -> Result<(), StoreError> {
        let mut rest = rest;
        while !rest.is_empty() {
            let (rows, later) = rest.split_at(rest.len().min(BATCH_ROWS - self.batch.rows()));
            self.batch.push_block(leading, rows);
            self.is_empty = false;
            if self.batch.rows() == BATCH_ROWS {
                self.write_batch()?;
            }
            rest = later;
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
        self.writer.close().map_err(|e| StoreError::writing(self.file.target(), e))?;
        let columns = self.batch.schema().fields().len();
        tell_order_of_type(&mut self.file.handle()?, columns)
            .map_err(|e| StoreError::io("write", self.file.target(), e))?;
        Ok(self.file)
    }

    fn write_batch(&mut self) -> Result<(), StoreError> {
        let rows = self.batch.finish_batch();
        self.writer.write(&rows).map_err(|e| StoreError::writing(self.file.target(), e))
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
    fn blocks_are_as_their_rows() {
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
                    true => table.push_block(&leading, &rest).unwrap(),
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
