//! The table of contrasts: paired differences of cells from those that they are compared with.

use super::Results;
use crate::store::{StoreError, Table, TableName};

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Difference {
    /// The row of `cells`.
    pub(in crate::report) cell: usize,
    /// The row of `cells` that it is compared with.
    pub(in crate::report) baseline: usize,
    /// The bidder, from 0; `None` of the run.
    pub(in crate::report) bidder: Option<usize>,
    /// The column of `runs` or `bidders` that is compared.
    pub(in crate::report) measure: String,
    /// The mean difference: the cell less the baseline.
    pub(in crate::report) mean: f64,
    /// The ends of its 95 % interval; `None` of one replicate.
    pub(in crate::report) interval: Option<(f64, f64)>,
    /// Replicates that have the number in both cells.
    pub(in crate::report) replicates: usize,
    /// The p-value, corrected for all differences of the measure; `None` where there is no test.
    pub(in crate::report) p_holm: Option<f64>,
}

const COLUMNS: [&str; 9] =
    ["cell_id", "baseline_cell_id", "bidder", "measure", "difference", "low95", "high95", "n", "p_holm"];

impl Results {
    /// The differences of cells from the baseline, in the order of the table; none where there is no
    /// baseline.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub(in crate::report) fn differences(&self) -> Result<Vec<Difference>, StoreError> {
        let table = match Table::open(&self.folder.table(TableName::Contrasts)) {
            Ok(table) => table,
            Err(StoreError::NoTable { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let all: Vec<usize> = (0..self.cells.rows()).collect();
        let rows = self.wanted(&all);
        let mut differences = Vec::new();
        for row in table.select(&COLUMNS)? {
            let row = row?;
            let cell = |column| rows.get(row.text(column).unwrap_or_default()).copied();
            let (Some(cell), Some(baseline), Some(mean)) =
                (cell("cell_id"), cell("baseline_cell_id"), row.number("difference"))
            else {
                continue;
            };
            differences.push(Difference {
                cell,
                baseline,
                bidder: row.integer("bidder").map(|bidder| bidder as usize - 1),
                measure: row.text("measure").unwrap_or_default().to_owned(),
                mean,
                interval: row.number("low95").zip(row.number("high95")),
                replicates: row.integer("n").unwrap_or(0) as usize,
                p_holm: row.number("p_holm"),
            });
        }
        Ok(differences)
    }
}
