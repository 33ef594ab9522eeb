//! Rows on their way into Arrow: the column types that parts and tables share.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayBuilder, ArrayRef, Float64Array, Float64Builder, Int64Builder, MutableArrayData, RecordBatch,
    StringBuilder, make_array,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::sweep::{Kind, Scalar};

/// A column of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Whether values come back row after row, so that a Parquet dictionary pays.
    repeats: bool,
    /// One line: what it holds; empty where the file need not say.
    pub(crate) doc: String,
    /// What its numbers are counted in; none of texts.
    pub(crate) unit: Option<String>,
}

impl Column {
    /// A column of integers.
    pub(crate) fn integer(name: &str) -> Self {
        Column::repeating(name, Kind::Integer)
    }

    /// A column of texts.
    pub(crate) fn text(name: &str) -> Self {
        Column::repeating(name, Kind::Text)
    }

    /// A column whose values come back row after row.
    pub(crate) fn repeating(name: &str, kind: Kind) -> Self {
        Column { name: name.into(), kind, repeats: true, doc: String::new(), unit: None }
    }

    /// A column of measured numbers, hardly two alike.
    pub(crate) fn measured(name: &str) -> Self {
        Column { repeats: false, ..Column::repeating(name, Kind::Number) }
    }

    /// The same, with a line that says what it holds.
    pub(crate) fn says(self, doc: &str) -> Self {
        Column { doc: doc.into(), ..self }
    }

    /// The same, its numbers counted in a unit.
    pub(crate) fn counted_in(self, unit: &str) -> Self {
        Column { unit: Some(unit.into()), ..self }
    }

    /// What the field of the file says of itself.
    fn field(&self) -> Field {
        let data_type = match self.kind {
            Kind::Integer => DataType::Int64,
            Kind::Number => DataType::Float64,
            Kind::Text => DataType::Utf8,
        };
        let doc = (!self.doc.is_empty()).then(|| ("doc".to_owned(), self.doc.clone()));
        let unit = self.unit.iter().map(|unit| ("unit".to_owned(), unit.clone()));
        Field::new(&self.name, data_type, true)
            .with_metadata(doc.into_iter().chain(unit).collect::<HashMap<_, _>>())
    }
}

/// One value of a row. A number that is not finite is missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Number(f64),
    /// Plus infinity, of a setting that may be.
    Infinity,
    Text(&'a str),
}

impl<'a> From<&'a Scalar> for Value<'a> {
    fn from(scalar: &'a Scalar) -> Self {
        match scalar {
            Scalar::Null => Value::Null,
            Scalar::Integer(integer) => Value::Integer(*integer),
            Scalar::Number(f64::INFINITY) => Value::Infinity,
            Scalar::Number(number) => Value::Number(*number),
            Scalar::Text(text) => Value::Text(text),
        }
    }
}

impl From<Option<f64>> for Value<'_> {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Value::Null, Value::Number)
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Value::Null, Value::Text)
    }
}

enum Builder {
    Integer(Int64Builder),
    Number(Float64Builder),
    Text(StringBuilder),
}

impl Builder {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Integer => Builder::Integer(Int64Builder::new()),
            Kind::Number => Builder::Number(Float64Builder::new()),
            Kind::Text => Builder::Text(StringBuilder::new()),
        }
    }

    fn push(&mut self, value: Value<'_>, column: &Field) {
        match (self, value) {
            (Builder::Integer(builder), Value::Integer(integer)) => builder.append_value(integer),
            (Builder::Integer(builder), Value::Null) => builder.append_null(),
            (Builder::Number(builder), Value::Number(number)) if number.is_finite() => {
                builder.append_value(number);
            }
            (Builder::Number(builder), Value::Number(_) | Value::Null) => builder.append_null(),
            (Builder::Number(builder), Value::Infinity) => builder.append_value(f64::INFINITY),
            (Builder::Text(builder), Value::Text(text)) => builder.append_value(text),
            (Builder::Text(builder), Value::Null) => builder.append_null(),
            (_, value) => panic!("column {} holds {}, not {value:?}", column.name(), column.data_type()),
        }
    }

    /// The same value so many times.
    fn push_all(&mut self, value: Value<'_>, count: usize, column: &Field) {
        match (self, value) {
            (Builder::Integer(builder), Value::Integer(integer)) => builder.append_value_n(integer, count),
            (Builder::Integer(builder), Value::Null) => builder.append_nulls(count),
            (Builder::Number(builder), Value::Number(number)) if number.is_finite() => {
                builder.append_value_n(number, count);
            }
            (Builder::Number(builder), Value::Null) => builder.append_nulls(count),
            (Builder::Text(builder), Value::Text(text)) => builder.append_value_n(text, count),
            (Builder::Text(builder), Value::Null) => builder.append_nulls(count),
            (builder, value) => (0..count).for_each(|_| builder.push(value, column)),
        }
    }

    fn len(&self) -> usize {
        match self {
            Builder::Integer(builder) => builder.len(),
            Builder::Number(builder) => builder.len(),
            Builder::Text(builder) => builder.len(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Integer(builder) => Arc::new(builder.finish()),
            Builder::Number(builder) => Arc::new(builder.finish()),
            Builder::Text(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Rows gathered column by column.
pub(crate) struct Batch {
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
}

/// The schema of a file of these columns.
pub(crate) fn schema_of(columns: &[Column]) -> SchemaRef {
    Arc::new(Schema::new(columns.iter().map(Column::field).collect::<Vec<_>>()))
}

impl Batch {
    pub(crate) fn new(columns: &[Column]) -> Self {
        Batch {
            schema: schema_of(columns),
            builders: columns.iter().map(|column| Builder::of(column.kind)).collect(),
            rows: 0,
        }
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If it has not one value a column, of the column's kind or null: a bug in the caller.
    pub(crate) fn push<'a>(&mut self, row: impl IntoIterator<Item = Value<'a>>) {
        let mut values = row.into_iter();
        for (builder, field) in self.builders.iter_mut().zip(self.schema.fields()) {
            let value = values.next().unwrap_or_else(|| panic!("no value for column {}", field.name()));
            builder.push(value, field);
        }
        assert!(values.next().is_none(), "more values than columns");
        self.rows += 1;
    }

    /// Adds rows column by column: `fill` gives the values of each column in turn, for all the rows.
    ///
    /// # Panics
    /// If a column does not get one value a row, of the column's kind or null: a bug in the caller.
    pub(crate) fn append(&mut self, rows: usize, fill: impl FnOnce(&mut Appended<'_>)) {
        let mut appended = Appended { batch: self, rows, next: 0 };
        fill(&mut appended);
        assert_eq!(appended.next, self.builders.len(), "values for each column");
        self.rows += rows;
    }

    /// The columns of the rows pushed since the last time.
    pub(crate) fn finish(&mut self) -> Vec<ArrayRef> {
        self.rows = 0;
        self.builders.iter_mut().map(Builder::finish).collect()
    }
}

/// Rows that come column by column.
pub(crate) struct Appended<'b> {
    batch: &'b mut Batch,
    rows: usize,
    /// The column whose values come next.
    next: usize,
}

impl Appended<'_> {
    /// The next column has this value in all rows.
    pub(crate) fn same(&mut self, value: Value<'_>) {
        let rows = self.rows;
        self.column(|builder, field| builder.push_all(value, rows, field));
    }

    /// The next column has one of these values in each row.
    pub(crate) fn each<'a>(&mut self, values: impl Iterator<Item = Value<'a>>) {
        self.column(|builder, field| values.for_each(|value| builder.push(value, field)));
    }

    /// The next column has the numbers that stand in these places of arrays.
    pub(crate) fn numbers<'a>(&mut self, places: impl Iterator<Item = (&'a Float64Array, Range<usize>)>) {
        self.column(|builder, field| {
            let Builder::Number(builder) = builder else {
                panic!("column {} holds {}, not numbers", field.name(), field.data_type());
            };
            places.for_each(|(array, places)| match places.len() {
                1 => builder.append_option(array.is_valid(places.start).then(|| array.value(places.start))),
                count => builder.append_array(&array.slice(places.start, count)),
            });
        });
    }

    fn column(&mut self, fill: impl FnOnce(&mut Builder, &Field)) {
        let builder = self.batch.builders.get_mut(self.next).expect("a column is there");
        fill(builder, self.batch.schema.field(self.next));
        assert_eq!(builder.len(), self.batch.rows + self.rows, "a value a row");
        self.next += 1;
    }
}

/// Some rows of a batch, in this order: places that follow each other are copied together.
pub(crate) fn rows_at(batch: &RecordBatch, places: impl Iterator<Item = Range<usize>>) -> RecordBatch {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for place in places {
        match stretches.last_mut() {
            Some(last) if last.end == place.start => last.end = place.end,
            _ => stretches.push(place),
        }
    }
    if matches!(&stretches[..], [all] if *all == (0..batch.num_rows())) {
        return batch.clone();
    }
    let rows = stretches.iter().map(Range::len).sum();
    let column = |column: &ArrayRef| {
        let data = column.to_data();
        let mut taken = MutableArrayData::new(vec![&data], false, rows);
        stretches.iter().for_each(|Range { start, end }| {
            taken.try_extend(0, *start, *end).expect("fewer bytes than an offset can count");
        });
        make_array(taken.freeze())
    };
    RecordBatch::try_new(batch.schema(), batch.columns().iter().map(column).collect())
        .expect("the same fields")
}

/// How files are encoded: zstd, and a dictionary where values repeat.
pub(crate) fn encoding(columns: &[Column]) -> WriterPropertiesBuilder {
    // The library's own name for itself would change the tables' bytes with its version.
    let properties = WriterProperties::builder()
        .set_created_by("bidsweep".into())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_enabled(false);
    columns.iter().filter(|column| column.repeats).fold(properties, |properties, column| {
        properties.set_column_dictionary_enabled(ColumnPath::from(column.name.as_str()), true)
    })
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;
    use arrow::datatypes::{Float64Type, Int64Type};

    use super::*;

    fn batch() -> Batch {
        Batch::new(&[Column::text("name"), Column::integer("count"), Column::measured("x")])
    }

    #[test]
    fn rows_become_columns_and_only_finite_numbers_pass() {
        let mut batch = batch();
        for x in [0.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0] {
            batch.push([Value::Text("a"), Value::Integer(3), Value::Number(x)]);
        }
        batch.push([Value::Null; 3]);
        assert_eq!(batch.rows(), 6);
        let columns = batch.finish();
        let numbers: Vec<_> = columns[2].as_primitive::<Float64Type>().iter().collect();
        assert_eq!(numbers, [Some(0.5), None, None, None, Some(-0.0), None]);
        assert!(columns[0].is_null(5) && columns[0].as_string::<i32>().value(4) == "a");
        assert_eq!(columns[1].as_primitive::<Int64Type>().value(0), 3);
        assert_eq!((batch.rows(), batch.finish()[0].len()), (0, 0));
    }

    #[test]
    #[should_panic(expected = "column count holds Int64, not Text(\"3\")")]
    fn a_value_of_another_kind_is_a_bug() {
        batch().push([Value::Null, Value::Text("3"), Value::Null]);
    }

    #[test]
    #[should_panic(expected = "no value for column x")]
    fn a_short_row_is_a_bug() {
        batch().push([Value::Null; 2]);
    }

    #[test]
    #[should_panic(expected = "more values than columns")]
    fn a_long_row_is_a_bug() {
        batch().push([Value::Null; 4]);
    }

    #[test]
    fn rows_may_come_column_by_column() {
        let taken = Float64Array::from(vec![Some(0.5), None, Some(-0.0), Some(2.0)]);
        let mut batch = batch();
        batch.push([Value::Text("first"), Value::Null, Value::Null]);
        batch.append(4, |rows| {
            rows.same(Value::Text("a"));
            rows.each([7, 8, 9, 10].into_iter().map(Value::Integer));
            rows.numbers([(&taken, 2..4), (&taken, 1..2), (&taken, 0..1)].into_iter());
        });
        assert_eq!(batch.rows(), 5);
        let columns = batch.finish();
        assert!(columns[0].as_string::<i32>().iter().skip(1).all(|text| text == Some("a")));
        let counts: Vec<_> = columns[1].as_primitive::<Int64Type>().iter().collect();
        assert_eq!(counts, [None, Some(7), Some(8), Some(9), Some(10)]);
        let numbers: Vec<_> = columns[2].as_primitive::<Float64Type>().iter().collect();
        assert_eq!(numbers, [None, Some(-0.0), Some(2.0), None, Some(0.5)]);
    }

    #[test]
    #[should_panic(expected = "a value a row")]
    fn a_short_column_is_a_bug() {
        batch().append(2, |rows| rows.each(std::iter::once(Value::Null)));
    }

    #[test]
    #[should_panic(expected = "values for each column")]
    fn a_column_left_out_is_a_bug() {
        batch().append(2, |rows| rows.same(Value::Null));
    }
}
