//! Learned bid functions beside those of the reference equilibria.

use super::Results;
use crate::store::{StoreError, Table, TableName};

/// The bid function of a cell's bidder, or of its first where all are alike; one number a value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct BidFunction {
    /// The row of `cells`.
    pub(in crate::report) cell: usize,
    /// The bidder, from 0; `None` of all bidders, who are alike.
    pub(in crate::report) bidder: Option<usize>,
    /// The bidder's prior.
    pub(in crate::report) prior: String,
    /// The values, rising.
    pub(in crate::report) values: Vec<f64>,
    /// Mean over replicates of the learned bid.
    pub(in crate::report) learned: Vec<Option<f64>>,
    /// Half-width of its 95 % interval.
    pub(in crate::report) ci95: Vec<Option<f64>>,
    /// Bids of the Bayes-Nash equilibrium.
    pub(in crate::report) bne: Vec<Option<f64>>,
    /// Bids of the equilibrium within the strategy classes.
    pub(in crate::report) class: Vec<Option<f64>>,
    /// Bids of the equilibrium of the smoothed auction.
    pub(in crate::report) smoothed: Vec<Option<f64>>,
}

const COLUMNS: [&str; 9] =
    ["cell_id", "bidder", "prior", "value", "bid_mean", "bid_ci95", "bne_bid", "class_bid", "smoothed_bid"];

impl Results {
    /// The bid functions of some cells, in the order of the tables; none where they were not asked for.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub(in crate::report) fn bid_functions(&self, cells: &[usize]) -> Result<Vec<BidFunction>, StoreError> {
        let table = match Table::open(&self.folder.table(TableName::BidFunctions)) {
            Ok(table) => table,
            Err(StoreError::NoTable { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let wanted = self.wanted(cells);
        let mut functions: Vec<BidFunction> = Vec::new();
        for row in table.select_where(&COLUMNS, self.filter(cells))? {
            let row = row?;
            let cell = wanted[row.text("cell_id").unwrap_or_default()];
            let bidder = row.integer("bidder").unwrap_or(1) as usize - 1;
            let alike = self.is_alike(cell);
            if alike && bidder > 0 {
                continue;
            }
            let bidder = (!alike).then_some(bidder);
            if functions.last().is_none_or(|last| (last.cell, last.bidder) != (cell, bidder)) {
                functions.push(BidFunction {
                    cell,
                    bidder,
                    prior: row.text("prior").unwrap_or_default().to_owned(),
                    values: Vec::new(),
                    learned: Vec::new(),
                    ci95: Vec::new(),
                    bne: Vec::new(),
                    class: Vec::new(),
                    smoothed: Vec::new(),
                });
            }
            let function = functions.last_mut().expect("just pushed");
            function.values.push(row.number("value").unwrap_or(f64::NAN));
            function.learned.push(row.number("bid_mean"));
            function.ci95.push(row.number("bid_ci95"));
            function.bne.push(row.number("bne_bid"));
            function.class.push(row.number("class_bid"));
            function.smoothed.push(row.number("smoothed_bid"));
        }
        Ok(functions)
    }
}
