//! The numbers of a user's CSV and Parquet files, and what every reader of files and printer of texts needs.

mod csv;
mod file;
mod guard;
mod parquet;
mod visible;

pub(crate) use file::{Links, Unopened, create_new, irregular, open_or_create, open_regular};
pub(crate) use guard::guarded;
pub(crate) use visible::{visible, visible_lines};

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
    /// What stands there is no file that ends.
    #[error("{} is {kind}: give a CSV or Parquet file", path.display())]
    Irregular {
        /// What stands there.
        path: PathBuf,
        /// Of which kind it is.
        kind: &'static str,
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
    #[error("{} has no column `{}`: {}", path.display(), short(column), told_columns(columns))]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The name.
        column: String,
        /// The names that there are.
        columns: Vec<String>,
    },
    /// Two columns have the name.
    #[error("{} has two columns `{}`: give one of them another name", path.display(), short(column))]
    Twice {
        /// The file.
        path: PathBuf,
        /// The name.
        column: String,
    },
    /// The file's lines are not divided by commas.
    #[error("{} is divided by {separator}: write it with commas, and numbers with a decimal point", path.display())]
    Separator {
        /// The file.
        path: PathBuf,
        /// What divides it, in words.
        separator: &'static str,
    },
    /// A Parquet file is compressed with what is not read here.
    #[error("{} is compressed with {codec}, which is not read here: write it with zstd, snappy or without", path.display())]
    Codec {
        /// The file.
        path: PathBuf,
        /// The codec.
        codec: String,
    },
    /// A cell is not a number.
    #[error(
        "{}, row {row}: {found} in column `{}` is not a number: {instead}",
        path.display(),
        short(column)
    )]
    NotANumber {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The row.
        row: usize,
        /// What the cell holds.
        found: String,
        /// What to do.
        instead: String,
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
    open_regular(path, Links::Followed).map_err(|unopened| match unopened {
        Unopened::Irregular(kind) => DataError::Irregular { path: path.to_owned(), kind },
        Unopened::Io(source) => DataError::Read { path: path.to_owned(), source },
    })
}

fn damaged(path: &Path, message: impl ToString) -> DataError {
    DataError::Damaged { path: path.to_owned(), message: shortened(&message.to_string(), LONGEST_MESSAGE) }
}

/// The most letters of a reader's message that are told, of a name or cell, and the most names.
const LONGEST_MESSAGE: usize = 300;
const LONGEST_NAME: usize = 60;
const MOST_NAMES: usize = 20;

/// A text from a file, as far as messages tell it.
fn short(text: &str) -> String {
    shortened(text, LONGEST_NAME)
}

fn shortened(text: &str, most: usize) -> String {
    let text = visible(text);
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into_owned(),
    }
}

/// What to do about a cell that is not a number, where nothing better can be said.
const CORRECT: &str = "correct it or leave the row out";

/// The names that there are, or the first of them.
fn told_columns(columns: &[String]) -> String {
    let told: Vec<String> =
        columns.iter().take(MOST_NAMES).map(|name| format!("`{}`", short(name))).collect();
    match columns.len() - told.len() {
        0 => format!("its columns are {}", told.join(", ")),
        more => format!("its columns are {} and {more} more", told.join(", ")),
    }
}

/// The place of a column among the names.
fn place<'n>(
    path: &Path,
    column: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Result<usize, DataError> {
    let mut places = names.clone().enumerate().filter(|(_, name)| *name == column).map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => Err(DataError::Twice { path: path.to_owned(), column: column.to_owned() }),
        (None, _) => Err(DataError::NoColumn {
            path: path.to_owned(),
            column: column.to_owned(),
            columns: names.map(str::to_owned).collect(),
        }),
    }
}

fn not_a_number(path: &Path, column: &str, row: usize, found: String) -> DataError {
    DataError::NotANumber {
        path: path.to_owned(),
        column: column.to_owned(),
        row,
        found: short(&found),
        instead: CORRECT.to_owned(),
    }
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

    #[test]
    fn messages_are_short_however_long_names_and_cells_are() {
        let many: Vec<String> = (0..100_000).map(|place| format!("c{place}")).collect();
        let told = csv(&format!("{}\n", many.join(",")), "value").unwrap_err();
        assert!(told.ends_with("`c18`, `c19` and 99980 more") && told.len() < 400, "{told}");
        let long = "x".repeat(100_000);
        for (text, name) in [
            (format!("value\n{long}\n"), "value"),
            (format!("{long}\n1\n"), "value"),
            ("value\n1\n".to_owned(), long.as_str()),
        ] {
            let told = csv(&text, name).unwrap_err();
            assert!(told.len() < 400 && told.contains("xxx..."), "{told}");
        }
        let told = csv("a\u{1b}[31m\nb\n", "value").unwrap_err();
        assert!(told.ends_with("`a\\u001b[31m`"), "{told}");
    }

    /// A Parquet file of some hundred rows, and where its footer begins.
    fn parquet_bytes() -> Vec<u8> {
        let table = RecordBatch::try_from_iter([
            ("value", Arc::new((0..300).map(f64::from).collect::<Float64Array>()) as ArrayRef),
            ("count", Arc::new((0..300).collect::<Int32Array>()) as ArrayRef),
        ]);
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, table.as_ref().unwrap().schema(), None).unwrap();
        writer.write(&table.unwrap()).unwrap();
        writer.close().unwrap();
        bytes
    }

    #[test]
    fn no_byte_that_is_altered_makes_the_reader_panic() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("values.parquet");
        let bytes = parquet_bytes();
        let mut refused = 0;
        for place in 0..bytes.len() {
            for change in [0x80, 0xff] {
                let mut altered = bytes.clone();
                altered[place] ^= change;
                std::fs::write(&path, altered).unwrap();
                match column(&path, "value") {
                    Ok(values) => assert!(values.len() <= MAX_ROWS),
                    Err(told) => {
                        refused += 1;
                        assert!(told.contains("dir/values.parquet") && told.len() < 700, "{told}");
                    }
                }
            }
        }
        // Most bytes are of numbers and of the statistics, which nothing checks.
        assert!(refused > bytes.len() / 10, "{refused} of {} files are refused", bytes.len());
    }

    #[cfg(unix)]
    #[test]
    fn what_never_ends_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        for (name, target, kind) in [
            ("a.csv", "/dev/zero", "a device"),
            ("b.parquet", "/dev/zero", "a device"),
            ("c.csv", "/", "a folder"),
        ] {
            let path = dir.path().join(name);
            std::os::unix::fs::symlink(target, &path).unwrap();
            let told = told(&read_column(&path, "value").unwrap_err(), &path);
            assert_eq!(told, format!("dir/{name} is {kind}: give a CSV or Parquet file"));
        }
        // A file without a line break, which takes no room on the disk.
        let path = dir.path().join("sparse.csv");
        std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
        let told = told(&read_column(&path, "value").unwrap_err(), &path);
        assert!(told.contains("the header takes more than 64 MiB"), "{told}");
    }

    #[test]
    fn csv_of_other_countries_is_told_how_to_be_written() {
        for (text, said) in [
            ("value;bid\n1,5;2\n", "dir/values.csv is divided by semicolons: write it with commas"),
            ("value\tbid\n1.5\t2\n", "dir/values.csv is divided by tabs: write it with commas"),
            (
                "value,bid,value\n1,2,3\n",
                "dir/values.csv has two columns `value`: give one of them another name",
            ),
            ("value\n\"0,5\"\n", "row 1: \"0,5\" in column `value` is not a number: write 0.5, with"),
            (
                "value\n1\n\"1.234,5\"\n",
                "row 2: \"1.234,5\" in column `value` is not a number: write 1234.5, with",
            ),
            ("value\n\"1,234.5\"\n", "is not a number: write 1234.5, with"),
            ("value\n\"1,234,567\"\n", "is not a number: write 1234567, with"),
            ("value\n\"12,345\"\n", "is not a number: write 12345, with"),
            ("value\n$5.50\n", "is not a number: write 5.50, with"),
            ("value\n1 234\u{20ac}\n", "is not a number: write 1234, with"),
            ("value\nfive\n", "is not a number: correct it or leave the row out"),
        ] {
            let told = csv(text, "value").unwrap_err();
            assert!(told.contains(said), "{told}");
        }
    }
}
