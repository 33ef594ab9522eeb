//! Mean weights of the arms of mixed strategies.

use super::Results;
use crate::store::{StoreError, Table, TableName};

/// The mixture of a cell's bidder over the multipliers of its grid; one number an arm.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Mixture {
    /// The row of `cells`.
    pub(in crate::report) cell: usize,
    /// The bidder, from 0.
    pub(in crate::report) bidder: usize,
    /// The multipliers of the arms, rising.
    pub(in crate::report) multipliers: Vec<f64>,
    /// The mean over replicates of the weights' tail means.
    pub(in crate::report) weights: Vec<f64>,
}

impl Results {
    /// The mixtures over multipliers of some cells, in the order of the tables; none of bidders without arms.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub(in crate::report) fn mixtures(&self, cells: &[usize]) -> Result<Vec<Mixture>, StoreError> {
        let table = match Table::open(&self.folder.table(TableName::Mixtures)) {
            Ok(table) => table,
            Err(StoreError::NoTable { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let wanted = self.wanted(cells);
        let mut mixtures: Vec<Mixture> = Vec::new();
        let columns = ["cell_id", "bidder", "multiplier", "weight_tail_mean"];
        for row in table.select_where(&columns, self.filter(cells))? {
            let row = row?;
            // Arms of tables are bids at a bin of values, not multipliers.
            let (Some(multiplier), Some(weight)) = (row.number("multiplier"), row.number("weight_tail_mean"))
            else {
                continue;
            };
            let cell = wanted[row.text("cell_id").unwrap_or_default()];
            let bidder = row.integer("bidder").unwrap_or(1) as usize - 1;
            if mixtures.last().is_none_or(|last| (last.cell, last.bidder) != (cell, bidder)) {
                mixtures.push(Mixture { cell, bidder, multipliers: Vec::new(), weights: Vec::new() });
            }
            let mixture = mixtures.last_mut().expect("just pushed");
            mixture.multipliers.push(multiplier);
            mixture.weights.push(weight);
        }
        Ok(mixtures)
    }
}
