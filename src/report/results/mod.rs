//! The tables of one sweep, read into memory by column: what every part of a report is made from.

mod axes;
mod bands;
mod bids;
mod differences;
mod frame;
mod mixing;
mod mixtures;
mod pairs;

#[cfg(test)]
pub(super) use axes::AxisValue;
pub(super) use axes::{Axes, Axis};
pub(super) use bands::Band;
pub(super) use bids::BidFunction;
pub(super) use differences::Difference;
pub(super) use frame::{Estimate, Frame};
pub(super) use mixing::Mixing;
pub(super) use mixtures::Mixture;
pub(super) use pairs::{Path, TailPair};

use std::ops::Range;
use std::sync::Arc;

use crate::measure::still_moves;
use crate::store::{Folder, Manifest, SCHEMA, StoreError, Table, TableName};
use crate::sweep::{Plan, setting_columns};

/// The most cells that a report tells, and the most bidders in them: they are held in memory.
const MOST_CELLS: usize = 20_000;
const MOST_BIDDERS: usize = 100_000;

/// A sweep, its folder, and the cells that its tables hold.
pub(super) struct Results {
    pub(super) folder: Folder,
    pub(super) plan: Arc<Plan>,
    pub(super) manifest: Manifest,
    /// The axes of all its grids.
    pub(super) axes: Axes,
    /// The table `cells`: its first rows.
    pub(super) cells: Frame,
    /// The table `cell_bidders` of these.
    pub(super) bidders: Frame,
    /// Cells that the table has.
    pub(super) total: usize,
    /// The place in the plan of each row of `cells`.
    positions: Vec<usize>,
    /// The rows of `bidders` of each row of `cells`: the first of each, and the end.
    starts: Vec<usize>,
    /// Whether the bidders of a cell are alike: in settings, prior and reference equilibria.
    alike: Vec<bool>,
}

/// A row of a table for people: a cell, or one of its bidders where these differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The row of `cells`.
    pub(super) cell: usize,
    /// The bidder, from 0; `None` where the line stands for all of them, who are alike.
    pub(super) bidder: Option<usize>,
}

/// What makes two bidders of a cell alike, beside their settings.
const ALIKE: [&str; 5] =
    ["prior", "bne_multiplier", "smoothed_multiplier", "perturbed_multiplier", "grid_multiplier"];

impl Results {
    /// Reads the tables of a sweep's folder.
    ///
    /// # Errors
    /// Where a table cannot be read, is of another plan, or of another layout.
    pub(super) fn read(folder: Folder, plan: Arc<Plan>, manifest: Manifest) -> Result<Self, StoreError> {
        let cells = Table::open(&folder.table(TableName::Cells))?;
        let bidders = Table::open(&folder.table(TableName::CellBidders))?;
        for (table, name) in [(&cells, TableName::Cells), (&bidders, TableName::CellBidders)] {
            check(table, &folder, name, &plan)?;
        }
        let total = cells.rows() as usize;
        check_moment(&folder, &plan)?;
        let cells = Frame::read(&cells, rows_within_bounds(&cells)?)?;
        let counted = (0..cells.rows()).map(|cell| cells.number("bidders", cell).unwrap_or(0.0) as usize);
        let bidders = Frame::read(&bidders, counted.sum())?;
        Ok(Results { total, ..Results::of(folder, plan, manifest, cells, bidders)? })
    }

    /// Of the tables in memory.
    fn of(
        folder: Folder,
        plan: Arc<Plan>,
        manifest: Manifest,
        cells: Frame,
        bidders: Frame,
    ) -> Result<Self, StoreError> {
        let total = cells.rows();
        let mut starts = vec![0];
        let mut positions = Vec::new();
        for cell in 0..cells.rows() {
            let id = cells.text("cell_id", cell).and_then(|id| id.parse().ok());
            let position = id.and_then(|id| plan.position(id));
            let position = position.ok_or_else(|| StoreError::Damaged {
                path: folder.table(TableName::Cells),
                reason: "it holds a cell that the plan does not have".into(),
                remedy: REMEDY,
            })?;
            positions.push(position);
            starts.push(starts[cell] + cells.number("bidders", cell).unwrap_or(0.0) as usize);
            let rows = starts[cell]..starts[cell + 1];
            let id = cells.text("cell_id", cell);
            if rows.end > bidders.rows() || rows.into_iter().any(|row| bidders.text("cell_id", row) != id) {
                return Err(other_moment(&folder, TableName::CellBidders));
            }
        }
        let settings: Vec<String> = setting_columns().into_iter().map(|column| column.name).collect();
        let telling: Vec<&str> =
            ALIKE.into_iter().chain(settings.iter().map(String::as_str)).filter(|c| bidders.has(c)).collect();
        let alike = starts.windows(2).map(|ends| {
            let rows = ends[0]..ends[1];
            rows.skip(1).all(|row| telling.iter().all(|column| bidders.equal(column, row, ends[0])))
        });
        let alike = alike.collect();
        let axes = Axes::of(&plan, &positions);
        Ok(Results { folder, plan, manifest, axes, cells, bidders, total, positions, starts, alike })
    }

    /// Of made-up tables: `plan` is a sweep file, `cells` has a row a cell of it, in order.
    #[cfg(test)]
    pub(super) fn made_up(plan: &str, cells: Frame, bidders: Frame) -> Self {
        let plan = Arc::new(Plan::parse(plan, "made-up.toml", &[]).unwrap_or_else(|error| panic!("{error}")));
        let manifest = Manifest::start(&plan, crate::store::Host::default(), None);
        assert_eq!(cells.rows(), plan.len());
        let folder = Folder::new(std::path::Path::new("made-up"));
        Results::of(folder, plan, manifest, cells, bidders).expect("cells of the plan")
    }

    /// The place of a cell in the plan.
    pub(super) fn position(&self, cell: usize) -> usize {
        self.positions[cell]
    }

    /// The rows of `bidders` of a cell.
    pub(super) fn bidders_of(&self, cell: usize) -> Range<usize> {
        self.starts[cell]..self.starts[cell + 1]
    }

    /// Whether the bidders of a cell are alike.
    pub(super) fn is_alike(&self, cell: usize) -> bool {
        self.alike[cell]
    }

    /// The lines of a cell: one, or one a bidder where the bidders differ.
    pub(super) fn lines_of(&self, cell: usize) -> impl Iterator<Item = Line> {
        let bidders = if self.alike[cell] { 0 } else { self.bidders_of(cell).len() };
        let all = (bidders == 0).then_some(Line { cell, bidder: None });
        all.into_iter().chain((0..bidders).map(move |bidder| Line { cell, bidder: Some(bidder) }))
    }

    /// The lines of all cells, in order.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line> {
        (0..self.cells.rows()).flat_map(|cell| self.lines_of(cell))
    }

    /// The label of a cell.
    pub(super) fn label(&self, cell: usize) -> &str {
        self.cells.text("label", cell).unwrap_or_default()
    }

    /// Whether the multipliers of a cell surely still move when training ends.
    pub(super) fn is_moving(&self, cell: usize) -> bool {
        still_moves(self.cells.text("movement", cell), self.cells.text("destination_reason", cell))
    }

    /// A number of a line: the bidder's own column, or that of the cell. What only bidders have, such as a
    /// reference equilibrium, is that of the first, where all are alike.
    pub(super) fn number(&self, line: Line, column: &str) -> Option<f64> {
        let (frame, row) = self.place(line, column);
        frame.number(column, row)
    }

    /// A text of a line, found as [`Results::number`] is.
    pub(super) fn text(&self, line: Line, column: &str) -> Option<&str> {
        let (frame, row) = self.place(line, column);
        frame.text(column, row)
    }

    /// A measure of a line over replicates, found as [`Results::number`] is.
    pub(super) fn estimate(&self, line: Line, measure: &str) -> Option<Estimate> {
        let (frame, row) = self.place(line, &crate::store::mean_name(measure));
        frame.estimate(measure, row)
    }

    fn place(&self, line: Line, column: &str) -> (&Frame, usize) {
        let first = self.starts[line.cell];
        match line.bidder {
            Some(bidder) if self.bidders.has(column) => (&self.bidders, first + bidder),
            None if !self.cells.has(column) || self.is_reference(line, column) => (&self.bidders, first),
            _ => (&self.cells, line.cell),
        }
    }

    /// Whether a column is one that `cells` has only where it is the same for all, and that is missing there.
    fn is_reference(&self, line: Line, column: &str) -> bool {
        self.bidders.has(column) && self.cells.is_missing(column, line.cell)
    }
}

/// The rows of the table of cells that a report tells.
fn rows_within_bounds(cells: &Table) -> Result<usize, StoreError> {
    let (mut rows, mut bidders) = (0, 0);
    for row in cells.select(&["bidders"])?.take(MOST_CELLS) {
        bidders += row?.integer("bidders").unwrap_or(0) as usize;
        if bidders > MOST_BIDDERS {
            break;
        }
        rows += 1;
    }
    Ok(rows)
}

/// What to do about a table that does not fit.
const REMEDY: &str = "run the same sweep again: the tables are made anew from the finished runs";

fn other_moment(folder: &Folder, name: TableName) -> StoreError {
    StoreError::Damaged {
        path: folder.table(name),
        reason: "it was not written together with cells.parquet".into(),
        remedy: REMEDY,
    }
}

/// Whether the tables of runs are there, have a row for each run that `cells` counts, and so were written
/// together with it; and whether those are there that the plan asks for.
fn check_moment(folder: &Folder, plan: &Plan) -> Result<(), StoreError> {
    let (mut runs, mut bidders) = (0, 0);
    for row in Table::open(&folder.table(TableName::Cells))?.select(&["replicates", "bidders"])? {
        let row = row?;
        let of = |column| row.integer(column).unwrap_or(0) as u64;
        runs += of("replicates");
        bidders += of("replicates") * of("bidders");
    }
    for (name, rows) in [(TableName::Runs, runs), (TableName::Bidders, bidders)] {
        let table = Table::open(&folder.table(name))?;
        check(&table, folder, name, plan)?;
        if table.rows() != rows {
            return Err(other_moment(folder, name));
        }
    }
    Ok(())
}

/// Whether a table is of this plan and of this layout.
fn check(table: &Table, folder: &Folder, name: TableName, plan: &Plan) -> Result<(), StoreError> {
    let damaged = |reason: String| StoreError::Damaged { path: folder.table(name), reason, remedy: REMEDY };
    match table.footer("bidsweep.schema") {
        Some(schema) if schema == SCHEMA.to_string() => {}
        Some(schema) => {
            return Err(damaged(format!("it has schema {schema}, and this version reads schema {SCHEMA}")));
        }
        None => return Err(damaged("it does not say its schema".into())),
    }
    match table.footer("bidsweep.plan_hash") {
        Some(hash) if hash == plan.hash() => Ok(()),
        hash => Err(damaged(format!("it is of plan {}, not {}", hash.unwrap_or("unknown"), plan.hash()))),
    }
}
