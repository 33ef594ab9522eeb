//! One table on its way to disk.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow::array::ArrayRef;
use arrow::datatypes::Schema;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, ArrowWriterOptions};
use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedFileWriter;

use super::footer::tell_order_of_type;
use crate::store::StoreError;
use crate::store::atomic::{AtomicFile, AtomicFolder};
use crate::store::batch::{Appended, Batch, Column, Value, encoding, schema_of};
use crate::store::pieces::piece_name;
use crate::store::row_group::write_row_group;

/// The most rows of a row group.
const MOST_ROWS: usize = 1 << 16;

/// The most bytes of the numbers of a row group before they are encoded, where it has more than one batch.
const GROUP_BYTES: usize = 12 << 20;

/// Rows gathered at once. Pages end where batches do, so this too must not depend on how rows arrive.
const BATCH_ROWS: usize = 1 << 13;

/// Batches of a row group of so many columns, of every one but the last.
fn group_batches(columns: usize) -> usize {
    let batch_bytes = columns * size_of::<f64>() * BATCH_ROWS;
    (GROUP_BYTES / batch_bytes).clamp(1, MOST_ROWS / BATCH_ROWS)
}

/// Writes a table, holding the rows of one row group.
pub(super) struct TableWriter {
    path: PathBuf,
    footer: Vec<KeyValue>,
    columns: Vec<Column>,
    /// The most rows of a file, at least 1.
    most_rows: u64,
    /// The file that is being written.
    file: OneFile,
    /// Those before it.
    before: Option<Pieces>,
    /// The full batches of the row group: the columns of each.
    full: Vec<Vec<ArrayRef>>,
    batch: Batch,
}

/// A file on its way.
struct OneFile {
    /// Writes through a handle of its own: given back, a file would hide the system's errors.
    writer: SerializedFileWriter<File>,
    groups: ArrowRowGroupWriterFactory,
    file: AtomicFile,
    /// Rows that it was given, written or not.
    rows: u64,
}

/// The folder of a table of several files, and how many are in it.
struct Pieces {
    folder: AtomicFolder,
    count: usize,
}

/// A table that is complete, under a temporary name.
pub(super) struct Finished {
    last: AtomicFile,
    before: Option<Pieces>,
}

impl Finished {
    /// Gives the table its name.
    pub(super) fn commit(self) -> Result<(), StoreError> {
        match self.before {
            None => self.last.commit(),
            Some(Pieces { folder, count }) => {
                self.last.commit_into(&folder, &piece_name(count))?;
                folder.commit()
            }
        }
    }
}

impl OneFile {
    fn create(path: &Path, columns: &[Column], footer: Vec<KeyValue>) -> Result<Self, StoreError> {
        let properties = encoding(columns).set_key_value_metadata(Some(footer)).build();
        // The Arrow schema in the footer holds what each column says of itself.
        let options = ArrowWriterOptions::new().with_properties(properties);
        let file = AtomicFile::create(path)?;
        let (writer, groups) = ArrowWriter::try_new_with_options(file.handle()?, schema_of(columns), options)
            .and_then(ArrowWriter::into_serialized_writer)
            .map_err(|e| StoreError::writing(path, e))?;
        Ok(OneFile { writer, groups, file, rows: 0 })
    }

    /// Writes a row group: the columns of each of its batches.
    fn write(&mut self, schema: &Schema, batches: &[Vec<ArrayRef>]) -> Result<(), StoreError> {
        write_row_group(&mut self.writer, &self.groups, schema, batches)
            .map_err(|e| StoreError::writing(self.file.target(), e))
    }

    fn finish(self, columns: usize) -> Result<AtomicFile, StoreError> {
        self.writer.close().map_err(|e| StoreError::writing(self.file.target(), e))?;
        tell_order_of_type(&mut self.file.handle()?, columns)
            .map_err(|e| StoreError::io("write", self.file.target(), e))?;
        Ok(self.file)
    }
}

impl TableWriter {
    /// Opens a table under its temporary name, of files of at most so many rows.
    pub(super) fn create(
        path: &Path,
        columns: Vec<Column>,
        footer: Vec<KeyValue>,
        most_rows: u64,
    ) -> Result<Self, StoreError> {
        Ok(TableWriter {
            path: path.to_path_buf(),
            file: OneFile::create(path, &columns, footer.clone())?,
            batch: Batch::new(&columns),
            footer,
            columns,
            most_rows,
            before: None,
            full: Vec::new(),
        })
    }

    /// Adds a row: a value a column.
    pub(super) fn push<'a>(&mut self, row: impl IntoIterator<Item = Value<'a>>) -> Result<(), StoreError> {
        self.room()?;
        self.batch.push(row);
        self.file.rows += 1;
        self.end_full_batch()
    }

    /// Adds rows column by column: `fill` gives the values of each column for the rows that it is asked for.
    pub(super) fn append(
        &mut self,
        rows: usize,
        mut fill: impl FnMut(&mut Appended<'_>, Range<usize>),
    ) -> Result<(), StoreError> {
        let mut start = 0;
        while start < rows {
            let end = rows.min(start + self.room()?);
            self.batch.append(end - start, |appended| fill(appended, start..end));
            self.file.rows += (end - start) as u64;
            self.end_full_batch()?;
            start = end;
        }
        Ok(())
    }

    /// Whether no row was added.
    pub(super) fn is_empty(&self) -> bool {
        self.file.rows == 0
    }

    /// Writes what is left, and gives the table for its commit.
    pub(super) fn finish(mut self) -> Result<Finished, StoreError> {
        self.end_batch();
        self.write_group()?;
        Ok(Finished { last: self.file.finish(self.columns.len())?, before: self.before })
    }

    /// The rows that go into the batch: one at least, after a full file in that of a new one.
    fn room(&mut self) -> Result<usize, StoreError> {
        if self.file.rows == self.most_rows {
            self.end_file()?;
        }
        let in_file = usize::try_from(self.most_rows - self.file.rows).unwrap_or(usize::MAX);
        Ok(in_file.min(BATCH_ROWS - self.batch.rows()))
    }

    /// Ends the file, and begins the next.
    fn end_file(&mut self) -> Result<(), StoreError> {
        self.end_batch();
        self.write_group()?;
        let pieces = match self.before.take() {
            Some(pieces) => pieces,
            None => Pieces { folder: AtomicFolder::create(&self.path)?, count: 0 },
        };
        let next = pieces.folder.path().join(piece_name(pieces.count + 1));
        let next = OneFile::create(&next, &self.columns, self.footer.clone())?;
        let full = std::mem::replace(&mut self.file, next).finish(self.columns.len())?;
        full.commit_into(&pieces.folder, &piece_name(pieces.count))?;
        self.before = Some(Pieces { count: pieces.count + 1, ..pieces });
        Ok(())
    }

    fn end_full_batch(&mut self) -> Result<(), StoreError> {
        if self.batch.rows() < BATCH_ROWS {
            return Ok(());
        }
        self.end_batch();
        if self.full.len() == group_batches(self.columns.len()) { self.write_group() } else { Ok(()) }
    }

    /// Puts the rows of the batch to the row group.
    fn end_batch(&mut self) {
        if self.batch.rows() > 0 {
            self.full.push(self.batch.finish());
        }
    }

    /// Writes the rows of the row group, where there are any.
    fn write_group(&mut self) -> Result<(), StoreError> {
        match std::mem::take(&mut self.full) {
            batches if batches.is_empty() => Ok(()),
            batches => self.file.write(self.batch.schema(), &batches),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::pieces::pieces;
    use crate::store::{Row, Table, atomic};

    #[test]
    fn row_groups_are_of_one_size() {
        let dir = tempfile::tempdir().unwrap();
        // A batch takes 64 KiB a column.
        for (count, batches) in [(1, MOST_ROWS / BATCH_ROWS), (40, 4), (100, 1), (2000, 1)] {
            let expected = batches * BATCH_ROWS;
            let path = dir.path().join("t.parquet");
            let footer = vec![KeyValue::new("key".into(), "text".to_string())];
            let mut columns = vec![Column::integer("n")];
            columns.extend((1..count).map(|k| Column::measured(&format!("x{k}"))));
            let mut table = TableWriter::create(&path, columns, footer, u64::MAX).unwrap();
            let rows = 2 * expected + 3;
            table
                .append(rows, |appended, range| {
                    appended.each(range.map(|n| Value::Integer(n as i64)));
                    (1..count).for_each(|_| appended.same(Value::Null));
                })
                .unwrap();
            table.finish().unwrap().commit().unwrap();

            let table = Table::open(&path).unwrap();
            assert_eq!(table.row_groups(), [expected, expected, 3], "{count} columns");
            assert_eq!(table.footer("key"), Some("text"));
            let numbers = table.select(&["n"]).unwrap().map(|row| row.unwrap().integer("n").unwrap());
            assert!(numbers.eq(0..rows as i64));
        }
    }

    #[test]
    fn columns_are_as_their_rows() {
        let dir = tempfile::tempdir().unwrap();
        let columns =
            [Column::text("name"), Column::integer("k"), Column::measured("x"), Column::measured("y")];
        let bytes = |in_blocks: bool| {
            let path = dir.path().join("t.parquet");
            let mut table = TableWriter::create(&path, columns.to_vec(), vec![], u64::MAX).unwrap();
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
        for most_rows in [1, 10] {
            let path = dir.path().join("t.parquet");
            let mut table =
                TableWriter::create(&path, vec![Column::integer("n")], vec![], most_rows).unwrap();
            (0..3).for_each(|_| table.push([Value::Null]).unwrap());
            drop(table);
            assert!(atomic::files(dir.path()).unwrap().is_empty());
        }
    }

    #[test]
    fn a_table_of_more_rows_than_a_file_has_is_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        let columns = vec![Column::integer("n")];
        let many = BATCH_ROWS as u64 + 5;
        for (most_rows, rows, files) in
            [(10, 10, 0), (10, 11, 2), (10, 30, 3), (1, 4, 4), (many, 3 * many + 1, 4), (many, many, 0)]
        {
            let numbers = |numbers: &mut dyn Iterator<Item = Row>| {
                numbers.map(|row| row.integer("n").unwrap() as u64).collect::<Vec<_>>()
            };
            for in_blocks in [false, true] {
                let mut table = TableWriter::create(&path, columns.clone(), vec![], most_rows).unwrap();
                let value = |n: u64| Value::Integer(n as i64);
                match in_blocks {
                    false => (0..rows).for_each(|n| table.push([value(n)]).unwrap()),
                    true => {
                        let fill = |appended: &mut Appended<'_>, range: Range<usize>| {
                            appended.each(range.map(|n| value(n as u64)));
                        };
                        table.append(rows as usize, fill).unwrap();
                    }
                }
                table.finish().unwrap().commit().unwrap();
                assert_eq!(pieces(&path).map_or(0, |pieces| pieces.len()), files);
                let table = Table::open(&path).unwrap();
                assert_eq!(table.rows(), rows);
                assert!(
                    numbers(&mut table.select(&["n"]).unwrap().map(Result::unwrap)).into_iter().eq(0..rows)
                );
                for piece in pieces(&path).unwrap_or_default().iter().rev().skip(1) {
                    assert_eq!(Table::open(piece).unwrap().rows(), most_rows);
                }
            }
            assert_eq!(atomic::files(dir.path()).unwrap(), std::slice::from_ref(&path));
        }
    }
}
