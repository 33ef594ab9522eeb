//! CSV: a header, then a record a row.

use std::path::Path;

use super::{DataError, MAX_ROWS, damaged, not_a_number, open, place};

/// What programs write where there is no value: R, pandas and SQL.
const MISSING: [&str; 5] = ["", "NA", "N/A", "null", "NULL"];

pub(super) fn read(path: &Path, column: &str) -> Result<Vec<Option<f64>>, DataError> {
    let mut reader = ::csv::ReaderBuilder::new().trim(::csv::Trim::All).from_reader(open(path)?);
    let failed = |error: ::csv::Error, row: usize| match error.into_kind() {
        ::csv::ErrorKind::Io(source) => DataError::Read { path: path.to_owned(), source },
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            damaged(path, format!("row {row} has {len} fields, where the header has {expected_len}"))
        }
        ::csv::ErrorKind::Utf8 { .. } => damaged(path, format!("row {row} is not UTF-8")),
        kind => damaged(path, format!("row {row}: {kind:?}")),
    };
    let header = reader.headers().map_err(|error| failed(error, 0))?;
    let place = place(path, column, header.iter())?;
    let mut values = Vec::new();
    for record in reader.into_records() {
        let row = values.len() + 1;
        if row > MAX_ROWS {
            return Err(DataError::TooLong { path: path.to_owned() });
        }
        let record = record.map_err(|error| failed(error, row))?;
        let cell = &record[place];
        values.push(match MISSING.contains(&cell) {
            true => None,
            false => Some(cell.parse().map_err(|_| not_a_number(path, column, row, format!("{cell:?}")))?),
        });
    }
    Ok(values)
}
