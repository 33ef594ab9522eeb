//! Parquet: one numeric column of any width.

use std::path::Path;

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};

use super::{DataError, MAX_ROWS, damaged, not_a_number, open, place};

pub(super) fn read(path: &Path, column: &str) -> Result<Vec<Option<f64>>, DataError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(open(path)?).map_err(|e| damaged(path, e))?;
    let fields = builder.schema().fields();
    let place = place(path, column, fields.iter().map(|field| field.name().as_str()))?;
    let kind = fields[place].data_type();
    if !kind.is_numeric() {
        return Err(not_a_number(path, column, 1, format!("a cell of type {kind}")));
    }
    if builder.metadata().file_metadata().num_rows() > MAX_ROWS as i64 {
        return Err(DataError::TooLong { path: path.to_owned() });
    }
    let only = ProjectionMask::roots(builder.parquet_schema(), [place]);
    let batches = builder.with_projection(only).build().map_err(|e| damaged(path, e))?;
    let mut values = Vec::new();
    for batch in batches {
        let numbers = batch.and_then(|batch| cast(batch.column(0), &DataType::Float64));
        let numbers = numbers.map_err(|e| damaged(path, e))?;
        values.extend(numbers.as_primitive::<Float64Type>());
    }
    Ok(values)
}
