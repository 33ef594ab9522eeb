//! CSV: a header, then a record a row.

use std::io::{self, Read};
use std::path::Path;

use super::{CORRECT, DataError, MAX_ROWS, damaged, not_a_number, open, place};

/// What programs write where there is no value: R, pandas and SQL.
const MISSING: [&str; 5] = ["", "NA", "N/A", "null", "NULL"];

pub(super) fn read(path: &Path, column: &str) -> Result<Vec<Option<f64>>, DataError> {
    let mut reader = ::csv::ReaderBuilder::new()
        .trim(::csv::Trim::All)
        .from_reader(Lines { file: open(path)?, length: 0 });
    let failed = |error: ::csv::Error, row: usize| {
        let row = if row == 0 { "the header".to_owned() } else { format!("row {row}") };
        told(path, &row, error)
    };
    let unplaced = |header: &::csv::StringRecord| separator(path, header);
    let header = reader.headers().map_err(|error| failed(error, 0))?;
    let place = place(path, column, header.iter()).map_err(|error| unplaced(header).unwrap_or(error))?;
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
            false => Some(cell.parse().map_err(|_| mistaken(path, column, row, cell))?),
        });
    }
    Ok(values)
}

/// What is wrong with a row or the header.
fn told(path: &Path, row: &str, error: ::csv::Error) -> DataError {
    match error.into_kind() {
        ::csv::ErrorKind::Io(source) if source.kind() == io::ErrorKind::FileTooLarge => {
            damaged(path, format!("{row} takes more than {} MiB", LONGEST_LINE >> 20))
        }
        ::csv::ErrorKind::Io(source) => DataError::Read { path: path.to_owned(), source },
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            damaged(path, format!("{row} has {len} fields, where the header has {expected_len}"))
        }
        ::csv::ErrorKind::Utf8 { .. } => damaged(path, format!("{row} is not UTF-8: save it as UTF-8")),
        kind => damaged(path, format!("{row}: {kind:?}")),
    }
}

/// That a file is not divided by commas, where its header says so.
fn separator(path: &Path, header: &::csv::StringRecord) -> Option<DataError> {
    let mut names = header.iter();
    let (Some(only), None) = (names.next(), names.next()) else { return None };
    let separators = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")];
    let (_, separator) = separators.into_iter().find(|(mark, _)| only.contains(*mark))?;
    Some(DataError::Separator { path: path.to_owned(), separator })
}

/// That a cell is not a number; and how to write it, where it was meant as one.
fn mistaken(path: &Path, column: &str, row: usize, cell: &str) -> DataError {
    let mut error = not_a_number(path, column, row, format!("{cell:?}"));
    if let (DataError::NotANumber { instead, .. }, Some(number)) = (&mut error, meant(cell)) {
        *instead = format!("write {number}, with a decimal point and no other mark ({CORRECT})");
    }
    error
}

/// The number that a cell with a decimal comma, thousands marks or a sign of a currency means.
fn meant(cell: &str) -> Option<String> {
    let is_mark = |c: char| c.is_whitespace() || "$\u{20ac}\u{a3}\u{a5}'\u{2019}_".contains(c);
    let mut text: String = cell.chars().filter(|c| !is_mark(*c)).collect();
    let is_number = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) && text.parse::<f64>().is_ok()
    };
    match (text.rfind(','), text.rfind('.')) {
        // 1,234.5 and 1.234,5: the last mark is that of decimals.
        (Some(comma), Some(point)) if comma < point => text = text.replace(',', ""),
        (Some(_), Some(_)) => text = text.replace('.', "").replace(',', "."),
        (Some(comma), None) => {
            let is_thousands =
                text.matches(',').count() > 1 || text.len() - comma == 4 && !text.starts_with('0');
            text = text.replace(',', if is_thousands { "" } else { "." });
        }
        _ => {}
    }
    is_number(&text).then_some(text)
}

/// The most bytes of a line: a row is read whole, and a file need not have lines at all.
const LONGEST_LINE: usize = 64 << 20;

/// A file that is read as long as its lines are not too long.
struct Lines<R> {
    file: R,
    /// The bytes since the last line break.
    length: usize,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.length = match buffer[..read].iter().rposition(|&byte| byte == b'\n') {
            Some(last) => read - last - 1,
            None => self.length + read,
        };
        if self.length > LONGEST_LINE { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(read) }
    }
}
