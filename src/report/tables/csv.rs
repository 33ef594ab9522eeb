//! Tables in CSV, with all digits.

use super::model::{Cell, Model, Spread};
use crate::report::answer::printable;

pub(super) fn write(model: &Model) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let spread = if model.spread == Spread::Brackets { "sd" } else { "spread" };
    let mut heads: Vec<String> = Vec::new();
    for column in &model.columns {
        heads.push(printable(&column.name));
        if column.digits.has_spread() {
            heads.push(format!("{}_{spread}", printable(&column.name)));
        }
    }
    let mut records = vec![heads];
    for row in &model.rows {
        let mut record = Vec::new();
        for (column, cell) in model.columns.iter().zip(&row.cells) {
            match cell {
                Cell::Words(words) | Cell::Again(words) => record.push(text(words)),
                Cell::Number(value, spread) => {
                    let written = |number: &Option<f64>| number.map_or_else(String::new, |x| x.to_string());
                    record.push(written(value));
                    if column.digits.has_spread() {
                        record.push(written(spread));
                    }
                }
            }
        }
        records.push(record);
    }
    for record in records {
        writer.write_record(&record).expect("memory takes it");
    }
    let bytes = writer.into_inner().expect("memory takes it");
    String::from_utf8(bytes).expect("all was text")
}

/// Words that a spreadsheet does not take for a formula.
fn text(words: &str) -> String {
    let words = printable(words);
    let is_number = words.parse::<f64>().is_ok();
    if !is_number && words.starts_with(['=', '+', '-', '@']) && words != "-" {
        format!("'{words}")
    } else {
        words
    }
}
