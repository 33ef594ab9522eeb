//! Where the two bidders of each run of a cell end, and their paths there.

use std::collections::BTreeMap;

use super::Results;
use crate::store::{StoreError, Table, TableName};

/// The multipliers of the two bidders of a run over its tail.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct TailPair {
    /// The row of `cells`.
    pub(in crate::report) cell: usize,
    /// The replicate, from 0.
    pub(in crate::report) replicate: i64,
    /// The means of both over the tail.
    pub(in crate::report) mean: [f64; 2],
    /// Their standard deviations over the tail.
    pub(in crate::report) sd: [Option<f64>; 2],
}

/// The recorded multipliers of the two bidders of a run.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Path {
    /// The row of `cells`.
    pub(in crate::report) cell: usize,
    /// The replicate, from 0.
    pub(in crate::report) replicate: i64,
    /// The recorded epochs, rising, and both multipliers there.
    pub(in crate::report) points: Vec<(f64, [f64; 2])>,
}

impl Results {
    /// The tails of the runs of some cells of two bidders, in the order of the tables; none of runs without
    /// numbers.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub(in crate::report) fn tail_pairs(&self, cells: &[usize]) -> Result<Vec<TailPair>, StoreError> {
        let table = Table::open(&self.folder.table(TableName::Bidders))?;
        let columns = ["cell_id", "replicate", "bidder", "multiplier_tail_mean", "multiplier_tail_sd"];
        let wanted = self.wanted(cells);
        let mut pairs: Vec<TailPair> = Vec::new();
        let mut first: Option<(usize, i64, f64, Option<f64>)> = None;
        for row in table.select_where(&columns, self.filter(cells))? {
            let row = row?;
            let cell = wanted[row.text("cell_id").unwrap_or_default()];
            let replicate = row.integer("replicate").unwrap_or(0);
            let sd = row.number("multiplier_tail_sd");
            let Some(mean) = row.number("multiplier_tail_mean") else { continue };
            match (row.integer("bidder"), first.take()) {
                (Some(1), _) => first = Some((cell, replicate, mean, sd)),
                (Some(2), Some(one)) if (one.0, one.1) == (cell, replicate) => {
                    pairs.push(TailPair { cell, replicate, mean: [one.2, mean], sd: [one.3, sd] });
                }
                _ => {}
            }
        }
        Ok(pairs)
    }

    /// The recorded paths of the runs of some cells of two bidders, in order; none where nothing was
    /// recorded.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub(in crate::report) fn paths(&self, cells: &[usize]) -> Result<Vec<Path>, StoreError> {
        let table = match Table::open(&self.folder.table(TableName::Trajectories)) {
            Ok(table) => table,
            Err(StoreError::NoTable { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let columns = ["cell_id", "replicate", "bidder", "epoch", "multiplier"];
        let wanted = self.wanted(cells);
        let mut runs: BTreeMap<(usize, i64), BTreeMap<i64, [f64; 2]>> = BTreeMap::new();
        for row in table.select_where(&columns, self.filter(cells))? {
            let row = row?;
            let cell = wanted[row.text("cell_id").unwrap_or_default()];
            let [replicate, bidder, epoch] =
                ["replicate", "bidder", "epoch"].map(|column| row.integer(column).unwrap_or(0));
            let (Some(multiplier), 1 | 2) = (row.number("multiplier"), bidder) else { continue };
            let at = runs.entry((cell, replicate)).or_default().entry(epoch).or_insert([f64::NAN; 2]);
            at[bidder as usize - 1] = multiplier;
        }
        let path = |((cell, replicate), points): ((usize, i64), BTreeMap<i64, [f64; 2]>)| Path {
            cell,
            replicate,
            points: points.into_iter().map(|(epoch, both)| (epoch as f64, both)).collect(),
        };
        Ok(runs.into_iter().map(path).collect())
    }
}
