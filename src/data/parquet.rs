//! Parquet: one numeric column of any width.

use std::path::Path;

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use ::parquet::basic::Compression;
use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};

use super::{DataError, MAX_ROWS, damaged, guarded, not_a_number, open, place};

/// Bytes that no reader foresaw make some readers panic.
pub(super) fn read(path: &Path, column: &str) -> Result<Vec<Option<f64>>, DataError> {
    guarded(|| decode(path, column)).unwrap_or_else(|reason| Err(damaged(path, reason)))
}

fn decode(path: &Path, column: &str) -> Result<Vec<Option<f64>>, DataError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(open(path)?).map_err(|e| damaged(path, e))?;
    let fields = builder.schema().fields();
    let place = place(path, column, fields.iter().map(|field| field.name().as_str()))?;
    let kind = match fields[place].data_type() {
        DataType::Dictionary(_, kind) => kind,
        kind => kind,
    };
    if !kind.is_numeric() {
        return Err(not_a_number(path, column, 1, format!("a cell of type {kind}")));
    }
    let claimed = builder.metadata().file_metadata().num_rows();
    if claimed > MAX_ROWS as i64 {
        return Err(DataError::TooLong { path: path.to_owned() });
    }
    if claimed < 0 {
        return Err(damaged(path, format!("it claims {claimed} rows")));
    }
    let chunks = builder.metadata().row_groups().iter().flat_map(|group| group.columns());
    for codec in chunks.map(|chunk| chunk.compression()) {
        if !matches!(codec, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_)) {
            let codec = codec.to_string().split('(').next().unwrap_or_default().to_lowercase();
            return Err(DataError::Codec { path: path.to_owned(), codec });
        }
    }
    let only = ProjectionMask::roots(builder.parquet_schema(), [place]);
    let batches = builder.with_projection(only).build().map_err(|e| damaged(path, e))?;
    let mut values = Vec::new();
    for batch in batches {
        let numbers = batch.and_then(|batch| cast(batch.column(0), &DataType::Float64));
        let numbers = numbers.map_err(|e| damaged(path, e))?;
        values.extend(numbers.as_primitive::<Float64Type>());
        // What the footer claims need not be so.
        if values.len() > MAX_ROWS {
            return Err(DataError::TooLong { path: path.to_owned() });
        }
    }
    if values.len() as i64 == claimed {
        Ok(values)
    } else {
        Err(damaged(path, format!("it claims {claimed} rows and has {}", values.len())))
    }
}
