//! Tables that other libraries take as they are, by Arrow's C stream interface.

use std::path::PathBuf;
use std::sync::Arc;

use bidsweep::store::{self, ArrowStream, TableColumn, TableName, stream_of};
use bidsweep::sweep::{Kind, Scalar, setting_columns};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::errors;

/// What the interface calls its capsule.
const CAPSULE: &std::ffi::CStr = c"arrow_array_stream";

/// Where the rows of a table are.
#[derive(Clone)]
enum Source {
    /// In a file.
    File(PathBuf),
    /// In memory.
    Memory(Arc<Memory>),
    /// They are the cells of a plan, made as they are asked for.
    Cells(Arc<bidsweep::sweep::Plan>),
}

/// Rows in memory.
struct Memory {
    columns: Vec<TableColumn>,
    rows: Vec<Vec<Scalar>>,
}

/// Name, type, doc and unit of a column.
type Told = (String, &'static str, String, Option<String>);

/// A table.
#[pyclass(frozen, module = "bidsweep._bidsweep")]
pub struct Table(Source);

impl Table {
    /// A table in memory.
    pub fn of(columns: Vec<TableColumn>, rows: Vec<Vec<Scalar>>) -> Self {
        Table(Source::Memory(Arc::new(Memory { columns, rows })))
    }

    /// The cells of a plan.
    pub fn of_cells(plan: Arc<bidsweep::sweep::Plan>) -> Self {
        Table(Source::Cells(plan))
    }

    fn told_columns(&self) -> PyResult<Vec<TableColumn>> {
        Ok(match &self.0 {
            Source::File(path) => store::Table::open(path).map_err(|e| errors::store(&e))?.told_columns(),
            Source::Memory(memory) => memory.columns.clone(),
            Source::Cells(_) => cell_columns(),
        })
    }

    fn stream(&self, names: Option<&[String]>) -> PyResult<ArrowStream> {
        let names: Option<Vec<&str>> = names.map(|names| names.iter().map(String::as_str).collect());
        if let Source::File(path) = &self.0 {
            let table = store::Table::open(path).map_err(|e| errors::store(&e))?;
            return table.stream(names.as_deref()).map_err(|e| errors::store(&e));
        }
        let columns = self.told_columns()?;
        let all: Vec<&str> = columns.iter().map(|column| &column.name[..]).collect();
        let place = |name: &&str| {
            all.iter().position(|known| known == name).ok_or_else(|| {
                errors::value_error(format!("there is no column {name:?}; there are {}", all.join(", ")))
            })
        };
        let places: Vec<usize> = names.as_ref().unwrap_or(&all).iter().map(place).collect::<PyResult<_>>()?;
        let rows: Vec<Vec<Scalar>> = match &self.0 {
            Source::Memory(memory) => memory.rows.clone(),
            Source::Cells(plan) => cells(plan),
            Source::File(_) => Vec::new(),
        };
        let chosen = |row: &Vec<Scalar>| places.iter().map(|&place| row[place].clone()).collect();
        let columns: Vec<TableColumn> = places.iter().map(|&place| columns[place].clone()).collect();
        Ok(stream_of(&columns, &rows.iter().map(chosen).collect::<Vec<_>>()))
    }
}

#[pymethods]
impl Table {
    /// The table in a Parquet file, which is opened when rows are asked for.
    #[new]
    fn new(path: PathBuf) -> Self {
        Table(Source::File(path))
    }

    /// The rows of some columns, or of all, as a capsule of an Arrow C stream.
    #[pyo3(signature = (columns=None))]
    fn capsule<'py>(&self, py: Python<'py>, columns: Option<Vec<String>>) -> PyResult<Bound<'py, PyCapsule>> {
        let stream = py.detach(|| self.stream(columns.as_deref()))?;
        PyCapsule::new_with_value(py, stream, CAPSULE)
    }

    /// Name, type (`int`, `float` or `str`), doc and unit of each column.
    fn schema(&self) -> PyResult<Vec<Told>> {
        let kind = |kind| match kind {
            Kind::Integer => "int",
            Kind::Number => "float",
            Kind::Text => "str",
        };
        let columns = self.told_columns()?.into_iter();
        Ok(columns.map(|column| (column.name, kind(column.kind), column.doc, column.unit)).collect())
    }

    /// The number of rows.
    fn rows(&self) -> PyResult<u64> {
        Ok(match &self.0 {
            Source::File(path) => store::Table::open(path).map_err(|e| errors::store(&e))?.rows(),
            Source::Memory(memory) => memory.rows.len() as u64,
            Source::Cells(plan) => plan.len() as u64,
        })
    }

    /// The first rows of some columns: numbers, texts and None.
    fn head<'py>(
        &self,
        py: Python<'py>,
        columns: Vec<String>,
        count: usize,
    ) -> PyResult<Vec<Vec<Bound<'py, PyAny>>>> {
        let values: Vec<Vec<Scalar>> = match &self.0 {
            Source::File(path) => {
                let names: Vec<&str> = columns.iter().map(String::as_str).collect();
                let table = store::Table::open(path).map_err(|e| errors::store(&e))?;
                let rows = table.select(&names).map_err(|e| errors::store(&e))?.take(count);
                rows.map(|row| Ok(row.map_err(|e| errors::store(&e))?.values().to_vec()))
                    .collect::<PyResult<_>>()?
            }
            _ => {
                let all = self.told_columns()?;
                let place = |name: &String| {
                    all.iter()
                        .position(|column| column.name == *name)
                        .ok_or_else(|| errors::value_error(format!("there is no column {name:?}")))
                };
                let places: Vec<usize> = columns.iter().map(place).collect::<PyResult<_>>()?;
                let rows = match &self.0 {
                    Source::Cells(plan) => cells(plan),
                    Source::Memory(memory) => memory.rows.clone(),
                    Source::File(_) => Vec::new(),
                };
                rows.iter().take(count).map(|row| places.iter().map(|&p| row[p].clone()).collect()).collect()
            }
        };
        let object = |scalar: &Scalar| match scalar {
            Scalar::Null => Ok(py.None().into_bound(py)),
            Scalar::Integer(integer) => Ok(integer.into_pyobject(py)?.into_any()),
            Scalar::Number(number) => Ok(number.into_pyobject(py)?.into_any()),
            Scalar::Text(text) => Ok(text.into_pyobject(py)?.into_any()),
        };
        values.iter().map(|row| row.iter().map(object).collect()).collect()
    }
}

/// `cell_id`, `label`, then every setting.
fn cell_columns() -> Vec<TableColumn> {
    let text = |name: &str, doc: &str| TableColumn {
        name: name.into(),
        kind: Kind::Text,
        doc: doc.into(),
        unit: None,
    };
    let lead = [
        text("cell_id", "the cell: 16 hex digits of a hash over all that its training uses"),
        text("label", "the values of the sweep's axes"),
    ];
    let setting = |column: bidsweep::sweep::SettingColumn| TableColumn {
        name: column.name,
        kind: column.kind,
        doc: column.doc,
        unit: column.unit.map(str::to_owned),
    };
    lead.into_iter().chain(setting_columns().into_iter().map(setting)).collect()
}

/// A row a cell.
fn cells(plan: &bidsweep::sweep::Plan) -> Vec<Vec<Scalar>> {
    let settings = setting_columns();
    let row = |cell: bidsweep::sweep::Cell| {
        let lead = [Scalar::Text(cell.id.to_string()), Scalar::Text(cell.label.clone())];
        lead.into_iter().chain(settings.iter().map(|setting| setting.of_cell(&cell))).collect()
    };
    plan.cells().map(row).collect()
}

/// The files of all tables that a folder may have.
#[pyfunction]
pub fn table_files() -> Vec<&'static str> {
    TableName::ALL.map(TableName::file).to_vec()
}
