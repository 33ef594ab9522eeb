//! The numbers of a user's CSV and Parquet files.

mod csv;
mod parquet;

use std::io;
use std::path::{Path, PathBuf};

/// The most values of a column.
pub const MAX_ROWS: usize = 10_000_000;

/// Why a column of a file cannot be read. Rows count from 1, without the header.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file cannot be opened or read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file's name ends in neither `.csv` nor `.parquet`.
    #[error("{} is neither CSV nor Parquet: give a file whose name ends in .csv or .parquet", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The file is not what its name says.
    #[error("{} is damaged or of another kind: {message}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        message: String,
    },
    /// No column has the name.
    #[error("{} has no column `{column}`: its columns are {}", path.display(), columns.join(", "))]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The name.
        column: String,
        /// The names that there are.
        columns: Vec<String>,
    },
    /// A cell is not a number.
    #[error("{}, row {row}: {found} in column `{column}` is not a number: correct it or leave the row out", path.display())]
    NotANumber {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The row.
        row: usize,
        /// What the cell holds.
        found: String,
    },
    /// The column is longer than [`MAX_ROWS`].
    #[error("{} has more than {MAX_ROWS} rows: give a sample of them", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
}

/// The numbers of a column, one a row: of a CSV file with a header, separated by commas, or of a Parquet
/// file, which the ending of the name tells; `None` of cells that are empty or say that nothing is there. Not
/// a number and infinity are numbers here.
///
/// # Errors
/// Where the file or the column is not there, or a cell holds no number; see [`DataError`].
pub fn read_column(path: &Path, column: &str) -> Result<Vec<Option<f64>>, DataError> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "csv" => csv::read(path, column),
        "parquet" => parquet::read(path, column),
        _ => Err(DataError::Format { path: path.to_owned() }),
    }
}

fn open(path: &Path) -> Result<std::fs::File, DataError> {
    std::fs::File::open(path).map_err(|source| DataError::Read { path: path.to_owned(), source })
}

fn damaged(path: &Path, message: impl ToString) -> DataError {
    DataError::Damaged { path: path.to_owned(), message: message.to_string() }
}

/// The place of a column among the names.
fn place<'n>(
    path: &Path,
    column: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Result<usize, DataError> {
    names.clone().position(|name| name == column).ok_or_else(|| DataError::NoColumn {
        path: path.to_owned(),
        column: column.to_owned(),
        columns: names.map(|name| format!("`{name}`")).collect(),
    })
}

fn not_a_number(path: &Path, column: &str, row: usize, found: String) -> DataError {
    DataError::NotANumber { path: path.to_owned(), column: column.to_owned(), row, found }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::parquet::arrow::ArrowWriter;
    use ::parquet::basic::Compression;
    use ::parquet::file::properties::WriterProperties;
    use arrow::array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};

    use super::*;

    /// A column, with NaN where there is no value.
    fn column(path: &Path, column: &str) -> Result<Vec<f64>, String> {
        let cells = read_column(path, column).map_err(|error| told(&error, path))?;
        Ok(cells.into_iter().map(|cell| cell.unwrap_or(f64::NAN)).collect())
    }

    fn csv(text: &str, name: &str) -> Result<Vec<f64>, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("values.csv");
        std::fs::write(&path, text).unwrap();
        column(&path, name)
    }

    /// The message, without the folder.
    fn told(error: &DataError, path: &Path) -> String {
        error.to_string().replace(&path.parent().unwrap().display().to_string(), "dir")
    }

    fn table() -> RecordBatch {
        let columns: [(&str, ArrayRef); 4] = [
            ("value", Arc::new(Float64Array::from(vec![0.25, 1e-3, f64::NAN]))),
            ("count", Arc::new(Int32Array::from(vec![3, 2, 1]))),
            ("gap", Arc::new(Float64Array::from(vec![Some(1.0), None, Some(2.0)]))),
            ("name", Arc::new(StringArray::from(vec!["1", "2", "3"]))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn parquet(name: &str, compression: Compression) -> Result<Vec<f64>, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("values.parquet");
        let properties = WriterProperties::builder().set_compression(compression).build();
        let file = std::fs::File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, table().schema(), Some(properties)).unwrap();
        writer.write(&table()).unwrap();
        writer.close().unwrap();
        column(&path, name)
    }

    #[test]
    fn a_column_of_csv_is_read_by_name() {
        let text = "id, value\n1, 0.5\n2,\"1e-3\"\n3,-4\n";
        assert_eq!(csv(text, "value"), Ok(vec![0.5, 1e-3, -4.0]));
        assert_eq!(csv("\u{feff}value\r\n7\r\n", "value"), Ok(vec![7.0]));
        assert_eq!(csv("value\n", "value"), Ok(vec![]));
    }

    #[test]
    fn what_is_wrong_with_csv_is_told_with_its_row() {
        let cases = [
            ("a,b\n1,2\n", "dir/values.csv has no column `value`: its columns are `a`, `b`"),
            (
                "value\n1\n2\n0,5\n",
                "dir/values.csv is damaged or of another kind: row 3 has 2 fields, where the header has 1",
            ),
            (
                "value\none\n",
                "dir/values.csv, row 1: \"one\" in column `value` is not a number: correct it or leave the row out",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(csv(text, "value"), Err(expected.to_owned()));
        }
    }

    #[test]
    fn columns_of_parquet_are_read_as_numbers() {
        for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY] {
            assert_eq!(parquet("count", compression), Ok(vec![3.0, 2.0, 1.0]));
            let values = parquet("value", compression).unwrap();
            assert!(values[..2] == [0.25, 1e-3] && values[2].is_nan());
        }
    }

    #[test]
    fn what_is_wrong_with_parquet_is_told_with_its_row() {
        let refused = |column| parquet(column, Compression::UNCOMPRESSED).unwrap_err();
        assert_eq!(
            refused("name"),
            "dir/values.parquet, row 1: a cell of type Utf8 in column `name` is not a number: correct it or leave the \
             row out"
        );
        assert!(refused("values").contains("`value`, `count`, `gap`, `name`"));
    }

    #[test]
    fn cells_without_a_value_have_none() {
        let values = csv("id,value\n1,0.5\n2,\n3,NA\n4,\"\"\n5,null\n6,2\n", "value").unwrap();
        assert!(values[0] == 0.5 && values[1..5].iter().all(|value| value.is_nan()) && values[5] == 2.0);
        let gap = parquet("gap", Compression::UNCOMPRESSED).unwrap();
        assert!(gap[0] == 1.0 && gap[1].is_nan() && gap[2] == 2.0);
    }

    #[test]
    fn other_files_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let refused = |name: &str| {
            let path = dir.path().join(name);
            told(&read_column(&path, "value").unwrap_err(), &path)
        };
        assert!(refused("none.csv").starts_with("dir/none.csv cannot be read: "));
        assert!(refused("values.txt").ends_with("give a file whose name ends in .csv or .parquet"));
        std::fs::write(dir.path().join("text.parquet"), "value\n1\n").unwrap();
        assert!(refused("text.parquet").starts_with("dir/text.parquet is damaged or of another kind: "));
    }
}
