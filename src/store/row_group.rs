//! Columns encoded into a Parquet file, a few at a time.

use std::io::Write;

use arrow::array::ArrayRef;
use arrow::datatypes::Schema;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedFileWriter;

use super::together::together;

/// Writes batches, each an array a column, as the next row group of a file.
///
/// What encodes a column takes several hundred kilobytes beside its values, and files have hundreds of
/// columns. So each is encoded from its first value to its last before the next: as many at a time as the
/// current pool has threads, into the same bytes however many there are.
///
/// # Errors
/// Where the file cannot be written.
pub(super) fn write_row_group<W: Write + Send>(
    writer: &mut SerializedFileWriter<W>,
    groups: &ArrowRowGroupWriterFactory,
    schema: &Schema,
    batches: &[Vec<ArrayRef>],
) -> Result<(), ParquetError> {
    let columns = groups.create_column_writers(writer.flushed_row_groups().len())?;
    let encoded = |(place, mut column): (usize, ArrowColumnWriter)| {
        for batch in batches {
            let leaves = compute_leaves(schema.field(place), &batch[place])?;
            leaves.iter().try_for_each(|leaf| column.write(leaf))?;
        }
        column.close()
    };
    let chunks = together(columns.into_iter().enumerate().collect(), encoded);
    let mut group = writer.next_row_group()?;
    chunks.into_iter().try_for_each(|chunk| chunk?.append_to_row_group(&mut group))?;
    group.close()?;
    Ok(())
}
