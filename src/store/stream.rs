//! Tables as Arrow streams, which other languages take as they are.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
pub use arrow::ffi_stream::FFI_ArrowArrayStream as ArrowStream;

use super::TableColumn;
use super::batch::{Batch, Column, Value};
use super::table::TableBatches;
use crate::sweep::Scalar;

/// Record batches of a table on disk, decoded one at a time.
pub(super) struct Batches {
    batches: TableBatches,
    /// The places in the table's batches of the columns that were asked for, in their order.
    places: Vec<usize>,
    schema: SchemaRef,
}

impl Batches {
    /// The batches of a table, of the columns of these names, all of which they have.
    pub(super) fn new(batches: TableBatches, columns: &[&str]) -> Self {
        let read = batches.schema();
        let places: Vec<usize> =
            columns.iter().map(|column| read.index_of(column).expect("it is in the mask")).collect();
        let schema = Arc::new(read.project(&places).expect("the places are its own"));
        Batches { batches, places, schema }
    }

    /// The batches as a stream.
    pub(super) fn stream(self) -> ArrowStream {
        ArrowStream::new(Box::new(self))
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batches.next()?;
        Some(
            batch
                .map_err(|error| ArrowError::ExternalError(Box::new(error)))
                .and_then(|batch| batch.project(&self.places)),
        )
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// Rows in memory as a stream of one batch, with a value a column each. A number that is neither finite nor
/// plus infinity is missing.
///
/// # Panics
/// If a row has not one value a column, of the column's kind or null.
///
/// ```
/// use bidsweep::store::{TableColumn, stream_of};
/// use bidsweep::sweep::{Kind, Scalar};
///
/// let column = |name: &str, kind| TableColumn { name: name.into(), kind, doc: String::new(), unit: None };
/// let columns = [column("label", Kind::Text), column("beta", Kind::Number)];
/// let stream = stream_of(&columns, &[vec![Scalar::from("a"), Scalar::Number(f64::INFINITY)]]);
/// # drop(stream);
/// ```
pub fn stream_of(columns: &[TableColumn], rows: &[Vec<Scalar>]) -> ArrowStream {
    let column = |TableColumn { name, kind, doc, unit }: &TableColumn| {
        let column = Column::repeating(name, *kind).says(doc);
        match unit {
            Some(unit) => column.counted_in(unit),
            None => column,
        }
    };
    let mut batch = Batch::new(&columns.iter().map(column).collect::<Vec<_>>());
    rows.iter().for_each(|row| batch.push(row.iter().map(Value::from)));
    let schema = Arc::clone(batch.schema());
    let batch = RecordBatch::try_new(Arc::clone(&schema), batch.finish()).expect("columns of one length");
    ArrowStream::new(Box::new(RecordBatchIterator::new([Ok(batch)], schema)))
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;
    use arrow::datatypes::{Float64Type, Int64Type};
    use arrow::ffi_stream::RecordBatchStreamReader;

    use super::*;
    use crate::store::fixture::{self, plan, runs, store};
    use crate::store::{Scan, Table, TableName, write_tables};
    use crate::sweep::Kind;

    /// The batches of a stream, as another language takes them.
    fn taken(stream: ArrowStream) -> (SchemaRef, Vec<RecordBatch>) {
        let reader = RecordBatchStreamReader::try_new(stream).unwrap();
        let schema = reader.schema();
        (schema, reader.map(Result::unwrap).collect())
    }

    #[test]
    fn a_table_streams_the_rows_that_it_has_in_the_order_of_columns_asked_for() {
        let plan = plan(5);
        let (_dir, folder) = fixture::folder();
        store(&folder, &runs(&plan), 11);
        write_tables(&folder, &plan, &Scan::of(&folder, &plan).unwrap()).unwrap();
        let table = Table::open(&folder.table(TableName::Bidders)).unwrap();
        let columns = ["utility", "cell_id", "bidder"];
        let (schema, batches) = taken(table.stream(Some(&columns)).unwrap());
        assert_eq!(schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), columns);
        assert!(schema.field(0).metadata().contains_key("doc"), "fields say what they are");
        let mut rows = table.select(&columns).unwrap().map(Result::unwrap);
        let mut seen = 0;
        for batch in &batches {
            let utilities = batch.column(0).as_primitive::<Float64Type>();
            let cells = batch.column(1).as_string::<i32>();
            let bidders = batch.column(2).as_primitive::<Int64Type>();
            for at in 0..batch.num_rows() {
                let row = rows.next().unwrap();
                assert_eq!(row.number("utility"), utilities.iter().nth(at).unwrap());
                assert_eq!(
                    (row.text("cell_id"), row.integer("bidder")),
                    (Some(cells.value(at)), Some(bidders.value(at)))
                );
                seen += 1;
            }
        }
        assert_eq!((rows.next(), seen), (None, table.rows()));
        let (whole, _) = taken(table.stream(None).unwrap());
        assert!(whole.fields().iter().map(|field| field.name().as_str()).eq(table.columns()));
        assert!(table.stream(Some(&["utilty"])).is_err());
    }

    #[test]
    fn rows_in_memory_keep_infinity_and_what_is_missing() {
        let column = |name: &str, kind| TableColumn {
            name: name.into(),
            kind,
            doc: "what it is".into(),
            unit: (kind != Kind::Text).then(|| "1".into()),
        };
        let columns = [column("n", Kind::Integer), column("x", Kind::Number), column("s", Kind::Text)];
        let rows = [
            vec![Scalar::Integer(3), Scalar::Number(f64::INFINITY), Scalar::from("a")],
            vec![Scalar::Null, Scalar::Number(f64::NAN), Scalar::Null],
        ];
        let (schema, batches) = taken(stream_of(&columns, &rows));
        assert_eq!(schema.field(1).metadata()["unit"], "1");
        let [batch] = &batches[..] else { panic!("one batch") };
        let numbers: Vec<_> = batch.column(1).as_primitive::<Float64Type>().iter().collect();
        assert_eq!(numbers, [Some(f64::INFINITY), None]);
        let nulls: Vec<usize> = batch.columns().iter().map(|column| column.null_count()).collect();
        assert_eq!(nulls, [1, 1, 1]);
        let (_, empty) = taken(stream_of(&columns, &[]));
        assert_eq!(empty.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
    }
}
