//! Recorded multipliers over the epochs: quantiles over replicates.

use std::collections::BTreeMap;

use super::Results;
use crate::store::{StoreError, Table, TableName};

/// The multiplier of a cell's bidder over the recorded epochs, or of all its bidders where these are alike.
pub(in crate::report) struct Band {
    /// The row of `cells`.
    pub(in crate::report) cell: usize,
    /// The bidder, from 0; `None` of all bidders, who are alike.
    pub(in crate::report) bidder: Option<usize>,
    /// The recorded epochs, rising.
    pub(in crate::report) epochs: Vec<f64>,
    /// Quantiles at 5, 50 and 95 % over replicates (and bidders, where they are alike), one an epoch.
    pub(in crate::report) quantiles: [Vec<f64>; 3],
    /// The first replicate's (first) bidder.
    pub(in crate::report) one: Vec<f64>,
    /// Replicates that were recorded.
    pub(in crate::report) replicates: usize,
}

/// The levels of the quantiles.
const LEVELS: [f64; 3] = [0.05, 0.5, 0.95];

impl Results {
    /// The bands of some cells, in their order; none of a cell whose multipliers were not recorded.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub(in crate::report) fn bands(&self, cells: &[usize]) -> Result<Vec<Band>, StoreError> {
        let table = match Table::open(&self.folder.table(TableName::Trajectories)) {
            Ok(table) => table,
            Err(StoreError::NoTable { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        // By cell, bidder and epoch: the multipliers, the first replicate's first.
        let mut points: BTreeMap<(usize, usize), BTreeMap<i64, Vec<f64>>> = BTreeMap::new();
        let mut replicates: BTreeMap<usize, i64> = BTreeMap::new();
        let wanted = self.wanted(cells);
        let columns = ["cell_id", "replicate", "bidder", "epoch", "multiplier"];
        for row in table.select_where(&columns, self.filter(cells))? {
            let row = row?;
            let cell = wanted[row.text("cell_id").unwrap_or_default()];
            let [replicate, bidder, epoch] =
                ["replicate", "bidder", "epoch"].map(|column| row.integer(column).unwrap_or(0));
            let Some(multiplier) = row.number("multiplier") else { continue };
            let key = (cell, if self.is_alike(cell) { 0 } else { bidder as usize - 1 });
            points.entry(key).or_default().entry(epoch).or_default().push(multiplier);
            let most = replicates.entry(cell).or_default();
            *most = (*most).max(replicate + 1);
        }
        let band = |((cell, bidder), epochs): ((usize, usize), BTreeMap<i64, Vec<f64>>)| {
            let one = epochs.values().map(|multipliers| multipliers[0]).collect();
            let sorted: Vec<Vec<f64>> = epochs
                .values()
                .map(|multipliers| {
                    let mut sorted = multipliers.clone();
                    sorted.sort_by(f64::total_cmp);
                    sorted
                })
                .collect();
            Band {
                cell,
                bidder: (!self.is_alike(cell)).then_some(bidder),
                epochs: epochs.keys().map(|epoch| *epoch as f64).collect(),
                quantiles: LEVELS.map(|level| sorted.iter().map(|sorted| quantile(sorted, level)).collect()),
                one,
                replicates: replicates[&cell] as usize,
            }
        };
        let mut bands: Vec<Band> = points.into_iter().map(band).collect();
        bands.sort_by_key(|band| cells.iter().position(|cell| *cell == band.cell));
        Ok(bands)
    }

    /// The cells of which a multiplier was recorded, in order.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub(in crate::report) fn recorded(&self) -> Result<Vec<usize>, StoreError> {
        let table = match Table::open(&self.folder.table(TableName::Trajectories)) {
            Ok(table) => table,
            Err(StoreError::NoTable { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let all: Vec<usize> = (0..self.cells.rows()).collect();
        let rows = self.wanted(&all);
        let mut recorded = Vec::new();
        for row in table.select(&["cell_id"])? {
            let cell = rows.get(row?.text("cell_id").unwrap_or_default()).copied();
            // The rows of a cell stand together.
            if let Some(cell) = cell.filter(|cell| recorded.last() != Some(cell)) {
                recorded.push(cell);
            }
        }
        recorded.sort_unstable();
        recorded.dedup();
        Ok(recorded)
    }

    /// The rows of `cells` of some cells, by id.
    pub(in crate::report) fn wanted(&self, cells: &[usize]) -> std::collections::HashMap<&str, usize> {
        cells.iter().map(|&cell| (self.cells.text("cell_id", cell).unwrap_or_default(), cell)).collect()
    }

    /// Chooses the rows of some cells from a table.
    pub(in crate::report) fn filter(
        &self,
        cells: &[usize],
    ) -> impl Fn(&str, Option<i64>) -> bool + Send + 'static {
        let ids: std::collections::HashSet<String> =
            self.wanted(cells).into_keys().map(str::to_owned).collect();
        move |id, _| ids.contains(id)
    }
}

/// The quantile at a level of sorted numbers, linear between them (Hyndman and Fan 1996, type 7).
fn quantile(sorted: &[f64], level: f64) -> f64 {
    let place = level * (sorted.len() - 1) as f64;
    let below = place as usize;
    let above = (below + 1).min(sorted.len() - 1);
    (place - below as f64).mul_add(sorted[above] - sorted[below], sorted[below])
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_are_linear_between_numbers() {
        let sorted = [1.0, 2.0, 4.0];
        assert_eq!(
            [0.0, 0.25, 0.5, 0.75, 1.0].map(|level| quantile(&sorted, level)),
            [1.0, 1.5, 2.0, 3.0, 4.0]
        );
        assert_eq!(quantile(&[3.0], 0.95), 3.0);
    }
}
