//! Recorded mixtures over the epochs.

use std::collections::BTreeMap;

use super::Results;
use crate::store::{StoreError, Table, TableName};

/// The columns of quantiles over a bidder's mixture, by rising level.
const QUANTILES: [&str; 5] = ["mixture_q05", "mixture_q25", "mixture_q50", "mixture_q75", "mixture_q95"];

/// The mixture over multipliers of a cell's bidder over the recorded epochs.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Mixing {
    /// The row of `cells`.
    pub(in crate::report) cell: usize,
    /// The bidder, from 0.
    pub(in crate::report) bidder: usize,
    /// The recorded epochs, rising.
    pub(in crate::report) epochs: Vec<f64>,
    /// The multipliers that the mixture stays at or below with probability 0.05, 0.25, 0.5, 0.75 and 0.95:
    /// means over the recorded replicates, one an epoch.
    pub(in crate::report) quantiles: [Vec<f64>; 5],
    /// Replicates that were recorded.
    pub(in crate::report) replicates: usize,
}

/// Sums over replicates at an epoch.
#[derive(Clone, Copy, Default)]
struct Sums {
    quantiles: [f64; QUANTILES.len()],
    count: usize,
}

impl Results {
    /// The mixtures over the epochs of some cells, in their order; none where they were not recorded, or of
    /// bidders who do not mix.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub(in crate::report) fn mixing(&self, cells: &[usize]) -> Result<Vec<Mixing>, StoreError> {
        let table = match Table::open(&self.folder.table(TableName::Trajectories)) {
            Ok(table) => table,
            Err(StoreError::NoTable { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let is_there = |name: &&str| table.columns().any(|column| column == *name);
        if !QUANTILES.iter().all(is_there) {
            return Ok(Vec::new());
        }
        let columns = [&["cell_id", "bidder", "epoch"][..], &QUANTILES].concat();
        let wanted = self.wanted(cells);
        let mut all: BTreeMap<(usize, usize), BTreeMap<i64, Sums>> = BTreeMap::new();
        for row in table.select_where(&columns, self.filter(cells))? {
            let row = row?;
            let cell = wanted[row.text("cell_id").unwrap_or_default()];
            let bidder = row.integer("bidder").unwrap_or(1) as usize - 1;
            let quantiles = QUANTILES.map(|column| row.number(column));
            let Some(epoch) = row.integer("epoch").filter(|_| quantiles.iter().all(Option::is_some)) else {
                continue;
            };
            let sums = all.entry((cell, bidder)).or_default().entry(epoch).or_default();
            sums.count += 1;
            for (sum, quantile) in sums.quantiles.iter_mut().zip(quantiles) {
                *sum += quantile.unwrap_or(0.0);
            }
        }
        let mixing = |((cell, bidder), epochs): ((usize, usize), BTreeMap<i64, Sums>)| Mixing {
            cell,
            bidder,
            epochs: epochs.keys().map(|epoch| *epoch as f64).collect(),
            quantiles: std::array::from_fn(|level| {
                epochs.values().map(|sums| sums.quantiles[level] / sums.count as f64).collect()
            }),
            replicates: epochs.values().map(|sums| sums.count).max().unwrap_or(0),
        };
        let mut found: Vec<Mixing> = all.into_iter().map(mixing).collect();
        found.sort_by_key(|one| cells.iter().position(|cell| *cell == one.cell));
        Ok(found)
    }
}
