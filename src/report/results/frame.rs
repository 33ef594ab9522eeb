//! A table in memory, by column.

use std::collections::HashMap;

use crate::store::{StoreError, Table, TableColumn, mean_name};
use crate::sweep::{Kind, Scalar};

/// The first rows of a table.
pub(in crate::report) struct Frame {
    rows: usize,
    infos: Vec<TableColumn>,
    places: HashMap<String, usize>,
    columns: Vec<Column>,
}

enum Column {
    /// The same in every row so far, as most settings are, so that wide tables take little.
    Constant { value: Scalar, kind: Kind },
    /// NaN where missing.
    Numbers(Vec<f64>),
    /// Each word once, and the word of each row; `None` where missing.
    Texts { words: Vec<String>, rows: Vec<Option<u32>> },
}

/// A measure over the replicates of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) struct Estimate {
    /// The mean.
    pub(in crate::report) mean: f64,
    /// The standard deviation; `None` of one replicate.
    pub(in crate::report) sd: Option<f64>,
    /// The half-width of the 95 % interval of the mean; `None` of one replicate, or where its sides are not
    /// equal.
    pub(in crate::report) ci95: Option<f64>,
    /// The ends of the interval where its sides are not equal.
    pub(in crate::report) ends: Option<(f64, f64)>,
}

impl Estimate {
    /// The ends of the interval of the mean; both the mean where there is none.
    pub(in crate::report) fn interval(&self) -> (f64, f64) {
        let width = self.ci95.unwrap_or(0.0);
        self.ends.unwrap_or((self.mean - width, self.mean + width))
    }

    /// Half of the interval's length: its half-width where its sides are equal. `None` where there is none.
    pub(in crate::report) fn half_length(&self) -> Option<f64> {
        self.ci95.or_else(|| self.ends.map(|(low, high)| 0.5 * (high - low)))
    }
}

impl Frame {
    /// Reads the first `most` rows of a table.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(in crate::report) fn read(table: &Table, most: usize) -> Result<Self, StoreError> {
        let infos = table.told_columns();
        let names: Vec<&str> = infos.iter().map(|column| column.name.as_str()).collect();
        let constant = |column: &TableColumn| Column::Constant { value: Scalar::Null, kind: column.kind };
        let mut columns: Vec<Column> = infos.iter().map(constant).collect();
        let mut words: Vec<HashMap<String, u32>> = vec![HashMap::new(); columns.len()];
        let mut rows = 0;
        for row in table.select(&names)?.take(most) {
            for ((column, words), value) in columns.iter_mut().zip(&mut words).zip(row?.values()) {
                column.push(value, rows, words);
            }
            rows += 1;
        }
        let places = infos.iter().enumerate().map(|(at, column)| (column.name.clone(), at)).collect();
        Ok(Frame { rows, infos, places, columns })
    }

    /// A table of made-up columns; what is not told is missing.
    #[cfg(test)]
    pub(in crate::report) fn made_up(rows: usize, columns: &[(&str, Vec<Scalar>)]) -> Self {
        let kind = |values: &[Scalar]| match values.iter().find(|value| **value != Scalar::Null) {
            Some(Scalar::Text(_)) => Kind::Text,
            Some(Scalar::Integer(_)) => Kind::Integer,
            _ => Kind::Number,
        };
        let mut frame = Frame { rows, infos: Vec::new(), places: HashMap::new(), columns: Vec::new() };
        for (name, values) in columns {
            assert_eq!(values.len(), rows, "{name}");
            let mut column = Column::Constant { value: Scalar::Null, kind: kind(values) };
            let mut words = HashMap::new();
            values.iter().enumerate().for_each(|(row, value)| column.push(value, row, &mut words));
            frame.places.insert((*name).to_owned(), frame.columns.len());
            frame.infos.push(TableColumn {
                name: (*name).to_owned(),
                kind: kind(values),
                doc: String::new(),
                unit: None,
            });
            frame.columns.push(column);
        }
        frame
    }

    /// Number of rows.
    pub(in crate::report) fn rows(&self) -> usize {
        self.rows
    }

    /// What the table says of its columns, in order.
    pub(in crate::report) fn infos(&self) -> &[TableColumn] {
        &self.infos
    }

    /// Whether there is a column of this name.
    pub(in crate::report) fn has(&self, column: &str) -> bool {
        self.places.contains_key(column)
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.places.get(name).map(|&place| &self.columns[place])
    }

    /// A number, an integer too; `None` where it is missing, or there is no such column.
    pub(in crate::report) fn number(&self, column: &str, row: usize) -> Option<f64> {
        match self.column(column)? {
            Column::Numbers(numbers) => Some(numbers[row]).filter(|number| !number.is_nan()),
            Column::Constant { value: Scalar::Number(number), .. } => Some(*number),
            Column::Constant { value: Scalar::Integer(integer), .. } => Some(*integer as f64),
            Column::Constant { .. } | Column::Texts { .. } => None,
        }
    }

    /// A text; `None` where it is missing, or there is no such column.
    pub(in crate::report) fn text(&self, column: &str, row: usize) -> Option<&str> {
        match self.column(column)? {
            Column::Texts { words, rows } => rows[row].map(|word| words[word as usize].as_str()),
            Column::Constant { value: Scalar::Text(text), .. } => Some(text),
            Column::Constant { .. } | Column::Numbers(_) => None,
        }
    }

    /// Whether a row has nothing in a column, or there is no such column.
    pub(in crate::report) fn is_missing(&self, column: &str, row: usize) -> bool {
        self.number(column, row).is_none() && self.text(column, row).is_none()
    }

    /// Whether two rows agree in a column, two missing values too.
    pub(in crate::report) fn equal(&self, column: &str, row: usize, other: usize) -> bool {
        match self.column(column) {
            Some(Column::Numbers(numbers)) => {
                numbers[row] == numbers[other] || (numbers[row].is_nan() && numbers[other].is_nan())
            }
            Some(Column::Texts { rows, .. }) => rows[row] == rows[other],
            Some(Column::Constant { .. }) | None => true,
        }
    }

    /// A measure over replicates, by its name without `_mean`; `None` where the row has none.
    pub(in crate::report) fn estimate(&self, measure: &str, row: usize) -> Option<Estimate> {
        let mean = self.number(&mean_name(measure), row)?;
        Some(self.told(measure, mean, self.number(&format!("{measure}_sd"), row), row))
    }

    /// A number that a cell has once, not once a replicate, and its interval; `None` where the row has none.
    pub(in crate::report) fn single(&self, column: &str, row: usize) -> Option<Estimate> {
        Some(self.told(column, self.number(column, row)?, None, row))
    }

    fn told(&self, measure: &str, mean: f64, sd: Option<f64>, row: usize) -> Estimate {
        let end = |name: &str| self.number(&format!("{measure}_{name}"), row);
        let ci95 = end("ci95");
        let ends = end("low95").zip(end("high95")).filter(|_| ci95.is_none());
        Estimate { mean, sd, ci95, ends }
    }

    /// The measures over replicates that the table has, without `_mean`, in order.
    pub(in crate::report) fn measures(&self) -> impl Iterator<Item = &str> {
        self.infos.iter().filter_map(|column| {
            let measure = column.name.strip_suffix("_sd")?;
            self.has(&mean_name(measure)).then_some(measure)
        })
    }
}

impl Column {
    /// Takes the value of the next row, with the rows before it and the words known so far.
    fn push(&mut self, value: &Scalar, before: usize, known: &mut HashMap<String, u32>) {
        match self {
            Column::Constant { value: constant, .. } if before == 0 => *constant = value.clone(),
            Column::Constant { value: constant, .. } if constant == value => {}
            Column::Constant { value: constant, kind } => {
                let constant = constant.clone();
                *self = match kind {
                    Kind::Integer | Kind::Number => Column::Numbers(Vec::new()),
                    Kind::Text => Column::Texts { words: Vec::new(), rows: Vec::new() },
                };
                (0..before).for_each(|_| self.append(&constant, known));
                self.append(value, known);
            }
            Column::Numbers(_) | Column::Texts { .. } => self.append(value, known),
        }
    }

    fn append(&mut self, value: &Scalar, known: &mut HashMap<String, u32>) {
        match (self, value) {
            (Column::Numbers(numbers), Scalar::Integer(integer)) => numbers.push(*integer as f64),
            (Column::Numbers(numbers), Scalar::Number(number)) => numbers.push(*number),
            (Column::Numbers(numbers), _) => numbers.push(f64::NAN),
            (Column::Texts { words, rows }, Scalar::Text(text)) => {
                let word = *known.entry(text.clone()).or_insert_with(|| {
                    words.push(text.clone());
                    words.len() as u32 - 1
                });
                rows.push(Some(word));
            }
            (Column::Texts { rows, .. }, _) => rows.push(None),
            (Column::Constant { .. }, _) => unreachable!("only columns that vary are appended to"),
        }
    }
}
