//! The tables: written from plan and parts in one pass, and read back by column name.

mod batches;
mod bids;
mod cells;
mod contrasts;
mod footer;
mod lead;
mod mixtures;
mod reader;
mod runs;
mod summaries;
mod writer;

pub use contrasts::{Contrast, write_contrasts};
pub(crate) use summaries::mean_name;

pub(super) use batches::TableBatches;
pub use reader::{Row, Rows, Table};

use std::sync::Arc;

use parquet::file::metadata::KeyValue;

use bids::BidSummary;
use lead::Lead;
use mixtures::MixtureSums;
use writer::TableWriter;

use super::atomic;
use super::batch::Column;
use super::place::run_at;
use super::together::together;
use super::window::{Found, Loader, WINDOW_BYTES, windows};
use super::{Folder, SCHEMA, Scan, StoreError, TableName};
use crate::equilibrium::References;
use crate::measure::{CellRow, CellRuns, RunRow, measure_cell, references_of};
use crate::sweep::{Kind, Plan, SettingColumn, setting_columns};

/// Writes every table of a plan from the parts that a scan found, in the plan's order: cell, replicate,
/// bidder, epoch. Runs that are missing have no rows, and cells none of whose runs is there have none.
///
/// The bytes are a function of the plan and the results. The plan is walked in windows whose rows take at
/// most 16 MiB; for each, the parts that overlap it are decoded, the references of its cells are found, their
/// runs gathered and columns encoded on all threads of the current pool. Parts that later windows want stay,
/// as long as they take less than 48 MiB. So memory holds a window, these parts, one part a thread and a row
/// group a table, however many runs there are. A table of more rows than `[measure] rows_per_file` is a
/// folder of files. A table appears under its name once all of them are complete.
///
/// # Errors
/// Where a part is damaged or gone since the scan, or a table cannot be written; the tables before then
/// stand.
pub fn write_tables(folder: &Folder, plan: &Plan, scan: &Scan) -> Result<(), StoreError> {
    write_in_windows(folder, plan, scan, WINDOW_BYTES)
}

fn write_in_windows(folder: &Folder, plan: &Plan, scan: &Scan, bound: usize) -> Result<(), StoreError> {
    let mut tables = Tables::create(folder, plan)?;
    let mut loader = Loader::new(plan, scan);
    for window in windows(plan, bound) {
        tables.push(&loader.load(&window)?)?;
    }
    tables.commit()
}

/// A column of a table, as its file tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    /// The name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// One line that says what.
    pub doc: String,
    /// What its numbers are counted in; `None` of texts.
    pub unit: Option<String>,
}

/// The columns of a table, in order: the same for every sweep.
pub fn table_columns(name: TableName) -> Vec<TableColumn> {
    let told = |Column { name, kind, doc, unit, .. }: Column| TableColumn { name, kind, doc, unit };
    columns_of(name).into_iter().map(told).collect()
}

fn columns_of(name: TableName) -> Vec<Column> {
    match name {
        TableName::Cells => cells::cell_table(),
        TableName::CellBidders => cells::cell_bidder_table(),
        TableName::Summaries => summaries::summary_table(),
        TableName::Runs => runs::run_table(),
        TableName::Bidders => runs::bidder_table(),
        TableName::Trajectories => runs::trajectory_table(),
        TableName::BidFunctions => bids::bid_function_table(),
        TableName::Mixtures => mixtures::mixture_table(),
        TableName::Contrasts => contrasts::contrast_table(),
    }
}

/// The entry of a footer that holds the sweep file.
pub(super) const SWEEP_ENTRY: &str = "bidsweep.sweep";

/// What every table says of the plan that it is made from.
fn footer_of(plan: &Plan) -> Vec<KeyValue> {
    let entries = [
        ("bidsweep.schema", SCHEMA.to_string()),
        ("bidsweep.version", env!("CARGO_PKG_VERSION").to_string()),
        ("bidsweep.plan_hash", plan.hash()),
        (SWEEP_ENTRY, plan.source().to_string()),
    ];
    entries.into_iter().map(|(key, value)| KeyValue::new(key.to_string(), value)).collect()
}

/// A cell whose runs are coming in.
struct OpenCell {
    lead: Lead,
    /// The epochs of its trajectories.
    epochs: Vec<u32>,
    references: Arc<References>,
    bids: BidSummary,
    mixtures: MixtureSums,
    runs: CellRuns,
}

impl OpenCell {
    /// The cell at a position, none of whose runs came in yet.
    fn new(plan: &Plan, settings: &[SettingColumn], position: usize) -> Self {
        let lead = Lead::of(plan, settings, position);
        OpenCell {
            epochs: plan.recording(lead.cell.id, 0).epochs(lead.cell.settings.epochs),
            references: references_of(&lead.cell.settings),
            bids: BidSummary::new(&lead.cell.settings.bidders, plan.measure().bid_functions),
            mixtures: MixtureSums::new(lead.bidders()),
            runs: CellRuns::new(lead.bidders()),
            lead,
        }
    }

    /// Takes the next run, in the order of replicates.
    fn push(&mut self, run: &RunRow) {
        self.bids.push(run);
        self.mixtures.push(run);
        self.runs.push(run);
    }
}

/// Cells that are gathered and measured together, on all threads.
const CELLS_TOGETHER: usize = 64;

/// The position of the cell of a run.
fn position(plan: &Plan, run: &Found) -> usize {
    run_at(plan.replicates(), run.index).0
}

/// The tables while they are written.
struct Tables<'a> {
    folder: &'a Folder,
    plan: &'a Plan,
    settings: Vec<SettingColumn>,
    cells: TableWriter,
    cell_bidders: TableWriter,
    summaries: TableWriter,
    runs: TableWriter,
    bidders: TableWriter,
    trajectories: TableWriter,
    bid_functions: TableWriter,
    mixtures: TableWriter,
    /// The cell whose runs are coming in.
    cell: Option<OpenCell>,
}

impl<'a> Tables<'a> {
    fn create(folder: &'a Folder, plan: &'a Plan) -> Result<Self, StoreError> {
        let footer = footer_of(plan);
        let most_rows = plan.measure().rows_per_file.into();
        let create =
            |name| TableWriter::create(&folder.table(name), columns_of(name), footer.clone(), most_rows);
        Ok(Tables {
            folder,
            plan,
            settings: setting_columns(),
            cells: create(TableName::Cells)?,
            cell_bidders: create(TableName::CellBidders)?,
            summaries: create(TableName::Summaries)?,
            runs: create(TableName::Runs)?,
            bidders: create(TableName::Bidders)?,
            trajectories: create(TableName::Trajectories)?,
            bid_functions: create(TableName::BidFunctions)?,
            mixtures: create(TableName::Mixtures)?,
            cell: None,
        })
    }

    /// Takes the next runs in plan order.
    fn push(&mut self, runs: &[Found]) -> Result<(), StoreError> {
        let position = |run: &Found| position(self.plan, run);
        let cells: Vec<&[Found]> = runs.chunk_by(|a, b| position(a) == position(b)).collect();
        cells.chunks(CELLS_TOGETHER).try_for_each(|cells| self.push_cells(cells))
    }

    /// Takes the next runs of some cells, of which the first may be the one that is open. The last stays
    /// open.
    fn push_cells(&mut self, cells: &[&[Found]]) -> Result<(), StoreError> {
        let plan = self.plan;
        let first = position(plan, &cells[0][0]);
        let goes_on = self.cell.take_if(|cell| cell.lead.cell.position == first);
        self.write_ended()?;
        let settings = &self.settings;
        let mut open: Vec<Option<OpenCell>> = std::iter::repeat_with(|| None).take(cells.len()).collect();
        open[0] = goes_on;
        let gathered = |(cell, runs): (Option<OpenCell>, &&[Found])| {
            let mut cell = cell.unwrap_or_else(|| OpenCell::new(plan, settings, position(plan, &runs[0])));
            runs.iter().for_each(|run| cell.push(&run.row()));
            cell
        };
        let mut open: Vec<OpenCell> = together(open.into_iter().zip(cells).collect(), gathered);
        for (OpenCell { lead, epochs, .. }, &found) in open.iter().zip(cells) {
            runs::push_runs(&mut self.runs, lead, found, |replicate| {
                self.plan.seed(lead.cell.id, replicate)
            })?;
            runs::push_bidders(&mut self.bidders, lead, found)?;
            found
                .iter()
                .try_for_each(|run| runs::push_trajectory(&mut self.trajectories, lead, epochs, run))?;
        }
        self.cell = open.pop();
        self.write_cells(&open)
    }

    /// Writes the rows of the open cell: all its runs came in.
    fn write_ended(&mut self) -> Result<(), StoreError> {
        let ended: Vec<OpenCell> = self.cell.take().into_iter().collect();
        self.write_cells(&ended)
    }

    /// Measures cells that have ended, on all threads, and writes their rows in order.
    fn write_cells(&mut self, ended: &[OpenCell]) -> Result<(), StoreError> {
        let measure = self.plan.measure();
        let row =
            |cell: &OpenCell| measure_cell(&cell.lead.cell.settings, measure, &cell.references, &cell.runs);
        let rows: Vec<CellRow> = together(ended.iter().collect(), row);
        for (OpenCell { lead, references, runs, bids, mixtures, .. }, row) in ended.iter().zip(&rows) {
            cells::push_cell(&mut self.cells, lead, references, runs, row)?;
            cells::push_cell_bidders(&mut self.cell_bidders, lead, references, runs, row)?;
            summaries::push_summaries(&mut self.summaries, lead, runs)?;
            bids.push_rows(&mut self.bid_functions, lead, references)?;
            mixtures.push_rows(&mut self.mixtures, lead)?;
        }
        Ok(())
    }

    fn commit(mut self) -> Result<(), StoreError> {
        self.write_ended()?;
        let tables = [
            (TableName::Cells, self.cells),
            (TableName::CellBidders, self.cell_bidders),
            (TableName::Summaries, self.summaries),
            (TableName::Runs, self.runs),
            (TableName::Bidders, self.bidders),
            (TableName::Trajectories, self.trajectories),
            (TableName::BidFunctions, self.bid_functions),
            (TableName::Mixtures, self.mixtures),
        ];
        // What has no rows and need not be there is not written, and does not stay from another time.
        let (empty, full): (Vec<_>, Vec<_>) =
            tables.into_iter().partition(|(name, table)| name.is_optional() && table.is_empty());
        let files: Vec<_> = full.into_iter().map(|(_, table)| table.finish()).collect::<Result<_, _>>()?;
        files.into_iter().try_for_each(|file| file.commit())?;
        empty.into_iter().try_for_each(|(name, _)| atomic::remove(&self.folder.table(name)))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use parquet::file::properties::DEFAULT_DATA_PAGE_ROW_COUNT_LIMIT;

    use super::*;
    use crate::equilibrium::references;
    use crate::measure::{self, RunStatus, Summary, bidder_columns, run_columns};
    use crate::store::RunKey;
    use crate::store::fixture::{self, plan, run, runs, store};

    type Runs = [(RunKey, RunRow)];

    /// The tables of a plan whose bidders play no mixtures.
    const PLAIN: [TableName; 7] = [
        TableName::Cells,
        TableName::CellBidders,
        TableName::Summaries,
        TableName::Runs,
        TableName::Bidders,
        TableName::Trajectories,
        TableName::BidFunctions,
    ];

    /// About the bytes of a row of a bidder in a window.
    const ROW: usize = 1000;

    /// The bytes of every table, written from parts of this many runs, in windows of this many bytes.
    fn bytes(plan: &Plan, runs: &Runs, part: usize, bound: usize) -> Vec<Vec<u8>> {
        let (_dir, folder) = fixture::folder();
        store(&folder, runs, part);
        write_in_windows(&folder, plan, &Scan::of(&folder, plan).unwrap(), bound).unwrap();
        PLAIN.map(|name| fs::read(folder.table(name)).unwrap()).to_vec()
    }

    /// The tables of the fixture's plan in a folder.
    fn written(plan: &Plan, runs: &Runs) -> (tempfile::TempDir, Folder) {
        let (dir, folder) = fixture::folder();
        store(&folder, runs, 11);
        write_tables(&folder, plan, &Scan::of(&folder, plan).unwrap()).unwrap();
        (dir, folder)
    }

    fn open(folder: &Folder, name: TableName) -> Table {
        Table::open(&folder.table(name)).unwrap()
    }

    #[test]
    fn tables_do_not_depend_on_parts_or_windows() {
        let plan = plan(9);
        let forward = runs(&plan);
        let reference = bytes(&plan, &forward, forward.len(), WINDOW_BYTES);
        let mut scattered = forward.clone();
        scattered.sort_by_key(|(key, _)| blake3::hash(format!("{key:?}").as_bytes()).to_hex());
        for runs in [forward, scattered] {
            for (part, bound) in
                [(2, 1), (2, 64 * ROW), (8, WINDOW_BYTES), (13, 7 * ROW), (13, 30 * ROW), (1000, 9 * ROW)]
            {
                assert!(bytes(&plan, &runs, part, bound) == reference, "parts of {part}, windows of {bound}");
            }
        }
    }

    #[test]
    fn tables_of_several_pages_do_not_depend_on_parts_or_windows() {
        let plan = fixture::plan_with(60, "[10, 25, 50]", "trajectories = { replicates = 60, every = 1 }");
        let runs = runs(&plan);
        let points: usize = runs.iter().filter_map(|(_, run)| run.trajectory.as_ref()).map(|t| t.len()).sum();
        assert!(points > DEFAULT_DATA_PAGE_ROW_COUNT_LIMIT);
        assert!(bytes(&plan, &runs, 17, 60 * ROW) == bytes(&plan, &runs, 1000, WINDOW_BYTES));
    }

    #[test]
    fn tables_do_not_depend_on_repeated_or_failed_attempts() {
        let plan = plan(9);
        let clean = runs(&plan);
        let mut messy = clean.clone();
        messy.extend_from_slice(&clean[10..30]);
        for (key, row) in &clean[..20] {
            let failed = RunRow::without_numbers(RunStatus::Failed, "no memory".into(), row.bidders.len());
            // A run that fails for good fails the same way each time.
            messy.push((*key, if row.status == RunStatus::Failed { row.clone() } else { failed }));
        }
        messy.reverse();
        assert!(bytes(&plan, &messy, 8, 50 * ROW) == bytes(&plan, &clean, 100, WINDOW_BYTES));
    }

    #[test]
    fn a_plan_extended_in_steps_ends_in_the_same_bytes() {
        let last = fixture::plan_of(9, "[5, 10, 25, 50]");
        let mut stored: Vec<(RunKey, RunRow)> = Vec::new();
        for step in [
            fixture::plan_of(3, "[10, 50]"),
            fixture::plan_of(9, "[10, 50]"),
            fixture::plan_of(9, "[5, 10, 25, 50]"),
        ] {
            let new: Vec<_> =
                runs(&step).into_iter().filter(|(key, _)| stored.iter().all(|(old, _)| old != key)).collect();
            stored.extend(new);
        }
        assert_eq!(stored.len() as u64, last.runs());
        assert!(bytes(&last, &stored, 10, 40 * ROW) == bytes(&last, &runs(&last), 1000, WINDOW_BYTES));
    }

    #[test]
    fn rows_of_runs_are_those_stored_in_plan_order() {
        let plan = plan(7);
        let (_dir, folder) = written(&plan, &runs(&plan));
        let numbers = run_columns().iter().map(|column| &column.name[..]).collect::<Vec<_>>();
        let lead = ["cell_id", "label", "replicate", "beta", "seed", "status", "message"];
        let mut rows = open(&folder, TableName::Runs).select(&[&lead, &numbers[..]].concat()).unwrap();
        for (key, given) in runs(&plan) {
            let row = rows.next().unwrap().unwrap();
            let cell = plan.cell(plan.position(key.cell).unwrap());
            assert_eq!(row.text("cell_id"), Some(key.cell.to_string().as_str()));
            assert_eq!(row.text("label"), Some(cell.label.as_str()));
            assert_eq!(row.integer("replicate"), Some(i64::from(key.replicate)));
            assert_eq!(row.number("beta"), Some(cell.settings.beta.last()));
            assert_eq!(
                row.text("seed"),
                Some(format!("{:016x}", plan.seed(key.cell, key.replicate)).as_str())
            );
            assert_eq!(
                (row.text("status"), row.text("message")),
                (Some(given.status.name()), given.message.as_deref())
            );
            for (name, number) in numbers.iter().zip(given.values) {
                assert_eq!(row.number(name).map(f64::to_bits), number.map(f64::to_bits));
            }
        }
        assert!(rows.next().is_none());
    }

    #[test]
    fn rows_of_bidders_and_trajectories_follow_their_run() {
        let plan = plan(3);
        let (_dir, folder) = written(&plan, &runs(&plan));
        let names = bidder_columns().iter().map(|column| &column.name[..]).collect::<Vec<_>>();
        let mut bidders = open(&folder, TableName::Bidders)
            .select(&[&["replicate", "bidder", "prior"], &names[..]].concat())
            .unwrap();
        let mut points = open(&folder, TableName::Trajectories)
            .select(&["replicate", "bidder", "epoch", "multiplier"])
            .unwrap();
        for (key, given) in runs(&plan) {
            for (bidder, numbers) in given.bidders.iter().enumerate() {
                let row = bidders.next().unwrap().unwrap();
                let place = (row.integer("replicate"), row.integer("bidder"));
                assert_eq!(place, (Some(i64::from(key.replicate)), Some(bidder as i64 + 1)));
                assert_eq!(row.text("prior"), Some("uniform:0:1"));
                for (name, number) in names.iter().zip(numbers) {
                    assert_eq!(row.number(name).map(f64::to_bits), number.map(f64::to_bits));
                }
                let Some(trajectory) = &given.trajectory else { continue };
                for (epoch, w) in [0, 10, 20, 25].into_iter().zip(trajectory.column(bidder)) {
                    let row = points.next().unwrap().unwrap();
                    let place = (row.integer("replicate"), row.integer("bidder"), row.integer("epoch"));
                    assert_eq!(place, (Some(i64::from(key.replicate)), Some(bidder as i64 + 1), Some(epoch)));
                    assert_eq!(row.number("multiplier"), Some(*w));
                }
            }
        }
        assert!(bidders.next().is_none() && points.next().is_none());
    }

    fn summary(column: &measure::Column, numbers: impl Iterator<Item = Option<f64>>) -> Summary {
        let skewed = crate::measure::is_skewed(&column.name);
        let mut summary =
            Summary::of(if skewed { measure::MeanInterval::Skewed } else { measure::MeanInterval::Student });
        numbers.flatten().for_each(|number| summary.push(number));
        summary
    }

    /// The mean over bidders of a column of theirs.
    fn averaged(run: &RunRow, place: usize) -> Option<f64> {
        let numbers: Option<Vec<f64>> = run.bidders.iter().map(|numbers| numbers[place]).collect();
        numbers.map(|numbers| numbers.iter().sum::<f64>() / numbers.len() as f64)
    }

    fn is_of_runs(name: &str) -> bool {
        run_columns().iter().any(|column| column.name == name)
    }

    /// Every summary of some runs, of the run and then of each bidder, with its column and bidder.
    fn all_summaries(ok: &[RunRow]) -> Vec<(Option<i64>, &'static measure::Column, Summary)> {
        let of_run = run_columns().iter().enumerate();
        let of_run =
            of_run.map(|(k, column)| (None, column, summary(column, ok.iter().map(|run| run.values[k]))));
        // What runs and bidders both have is that of runs.
        let of_all = bidder_columns().iter().enumerate().filter(|(_, column)| !is_of_runs(&column.name));
        let of_all =
            of_all.map(|(k, column)| (None, column, summary(column, ok.iter().map(|run| averaged(run, k)))));
        let bidders = (0..ok[0].bidders.len()).flat_map(|bidder| {
            bidder_columns().iter().enumerate().map(move |(k, column)| {
                let numbers = ok.iter().map(|run| run.bidders[bidder][k]);
                (Some(bidder as i64 + 1), column, summary(column, numbers))
            })
        });
        of_run.chain(of_all).chain(bidders).collect()
    }

    /// The runs of a cell with status ok.
    fn ok_runs(plan: &Plan, position: usize) -> Vec<RunRow> {
        let runs = (0..plan.replicates()).map(|k| run(plan, position, k).1);
        runs.filter(|run| run.status == RunStatus::Ok).collect()
    }

    /// Every row of a table, with all columns.
    fn all_rows(folder: &Folder, name: TableName) -> Rows {
        let table = open(folder, name);
        let columns: Vec<_> = table.columns().collect();
        table.select(&columns).unwrap()
    }

    #[test]
    fn the_long_table_has_every_summary_that_a_run_has_numbers_for() {
        let plan = plan(8);
        let (_dir, folder) = written(&plan, &runs(&plan));
        let mut rows = all_rows(&folder, TableName::Summaries);
        for position in 0..plan.len() {
            let cell = plan.cell(position);
            for (bidder, column, summary) in all_summaries(&ok_runs(&plan, position)) {
                if summary.n() == 0 {
                    continue;
                }
                let row = rows.next().unwrap().unwrap();
                assert_eq!(row.text("cell_id"), Some(cell.id.to_string().as_str()));
                assert_eq!(row.text("label"), Some(cell.label.as_str()));
                assert_eq!((row.integer("bidder"), row.text("measure")), (bidder, Some(&column.name[..])));
                assert_eq!(row.text("unit"), column.unit);
                assert_eq!(row.integer("n"), Some(summary.n() as i64));
                let interval = summary.interval95();
                for (name, number) in [
                    ("mean", summary.mean()),
                    ("sd", summary.sd()),
                    ("low95", interval.map(|ends| ends.0)),
                    ("high95", interval.map(|ends| ends.1)),
                    ("min", summary.min()),
                    ("max", summary.max()),
                ] {
                    assert_eq!(row.number(name), number, "{name} of {}", column.name);
                }
            }
        }
        assert!(rows.next().is_none());
    }

    /// That the columns of a table of cells hold a summary, if the measure is a main one; whether it is.
    fn holds(row: &Row, columns: &[TableColumn], measure: &str, summary: &Summary, ok: usize) -> bool {
        let has = |name: &str| columns.iter().any(|column| column.name == name);
        let [sd, ci95, n] = ["sd", "ci95", "n"].map(|part| format!("{measure}_{part}"));
        if !has(&sd) {
            return false;
        }
        let found = [mean_name(measure), sd, ci95].map(|name| row.number(&name));
        assert_eq!(found, [summary.mean(), summary.sd(), summary.ci95()], "{measure}");
        let ends = ["low95", "high95"].map(|part| format!("{measure}_{part}"));
        assert_eq!(has(&ends[0]), crate::measure::is_skewed(measure), "{measure}");
        if has(&ends[0]) {
            let [low, high] = ends.map(|name| row.number(&name));
            assert_eq!(low.zip(high), summary.interval95(), "{measure}");
        }
        if has(&n) {
            let lacks = (summary.n() != ok as u64).then_some(summary.n() as i64);
            assert_eq!(row.integer(&n), lacks, "{n}");
        }
        true
    }

    #[test]
    fn cells_have_the_main_summaries_and_the_references() {
        let plan = plan(8);
        let (_dir, folder) = written(&plan, &runs(&plan));
        let (cell_columns, bidder_columns) =
            (table_columns(TableName::Cells), table_columns(TableName::CellBidders));
        let mut cells = all_rows(&folder, TableName::Cells);
        let mut cell_bidders = all_rows(&folder, TableName::CellBidders);
        let mut main = 0;
        for position in 0..plan.len() {
            let ok = ok_runs(&plan, position);
            let cell = cells.next().unwrap().unwrap();
            let counts = ["replicates", "failed", "diverged"].map(|name| cell.integer(name).unwrap());
            assert_eq!((counts, ok.len()), ([8, 1, 1], 6));
            let settings = plan.cell(position).settings;
            let references = references(&settings.population(), settings.beta.last());
            // Bidders who share a prior U[0, high]: real ones, the common mode's is the largest.
            assert_eq!(cell.number("jacobian_max_real"), references.eigenvalues.first().map(|value| value.0));
            let imaginary = (!references.eigenvalues.is_empty()).then_some(0.0);
            assert_eq!(cell.number("jacobian_max_imag"), imaginary);
            assert_eq!(references.bidders.len(), ok[0].bidders.len());
            let mut rows = Vec::new();
            for (bidder, references) in references.bidders.iter().enumerate() {
                let row = cell_bidders.next().unwrap().unwrap();
                assert_eq!(row.integer("bidder"), Some(bidder as i64 + 1));
                assert_eq!(row.number("bne_multiplier"), references.bne.multiplier);
                assert_eq!(row.text("smoothed_method"), references.smoothed.method);
                assert_eq!(row.number("class_error"), references.class.error);
                assert_eq!(row.text("bne_reason"), references.bne.reason.as_deref());
                assert!((0.0..1e-7).contains(&row.number("bne_certificate").unwrap()));
                assert_eq!(row.number("utility_bne"), references.utility_bne);
                // They are alike.
                for name in ["bne_multiplier", "class_multiplier", "smoothed_multiplier"] {
                    assert_eq!(cell.number(name), row.number(name), "{name}");
                }
                rows.push(row);
            }
            for (bidder, column, summary) in all_summaries(&ok) {
                let (row, columns) = match bidder {
                    None => (&cell, &cell_columns),
                    Some(bidder) => (&rows[bidder as usize - 1], &bidder_columns),
                };
                main += usize::from(holds(row, columns, &column.name, &summary, ok.len()));
            }
        }
        assert!(cells.next().is_none() && cell_bidders.next().is_none());
        assert!(main > 10 * plan.len(), "{main}");
    }

    #[test]
    fn bid_functions_are_means_over_replicates_beside_the_equilibria() {
        let plan = fixture::plan_with(8, "[2, 50]", "bid_functions = 5");
        let (_dir, folder) = written(&plan, &runs(&plan));
        let table = open(&folder, TableName::BidFunctions);
        let columns: Vec<_> = table.columns().collect();
        let mut rows = table.select(&columns).unwrap();
        for position in 0..plan.len() {
            let ok: Vec<_> =
                (0..8).map(|k| run(&plan, position, k).1).filter(|run| run.status == RunStatus::Ok).collect();
            let settings = plan.cell(position).settings;
            let references = references(&settings.population(), settings.beta.last());
            for bidder in 0..settings.bidders.len() {
                for value in [0.0, 0.25, 0.5, 0.75, 1.0] {
                    let row = rows.next().unwrap().unwrap();
                    assert_eq!(row.integer("bidder"), Some(bidder as i64 + 1));
                    assert_eq!((row.number("value"), row.number("cdf")), (Some(value), Some(value)));
                    let mut learned = Summary::default();
                    ok.iter().for_each(|run| learned.push(run.parameters[bidder][0] * value));
                    let found = ["bid_mean", "bid_sd", "bid_ci95"].map(|name| row.number(name));
                    assert_eq!(found, [learned.mean(), learned.sd(), learned.ci95()]);
                    let found = &references.bidders[bidder];
                    let bne = found.bne.multiplier.unwrap() * value;
                    assert!((row.number("bne_bid").unwrap() - bne).abs() < 1e-12);
                    assert_eq!(row.number("class_bid"), found.class.multiplier.map(|w| w * value));
                    assert_eq!(row.number("smoothed_bid"), found.smoothed.multiplier.map(|w| w * value));
                }
            }
        }
        assert!(rows.next().is_none());
    }

    #[test]
    fn what_is_missing_has_no_rows() {
        let plan = plan(4);
        let (_dir, folder) = written(&plan, &[run(&plan, 1, 3), run(&plan, 4, 0)]);
        let rows = PLAIN.map(|name| open(&folder, name).rows());
        let summaries: usize = [run(&plan, 1, 3), run(&plan, 4, 0)]
            .map(|(_, run)| all_summaries(&[run]).iter().filter(|(.., summary)| summary.n() > 0).count())
            .iter()
            .sum();
        assert_eq!(rows, [2, 2 + 3, summaries as u64, 2, 2 + 3, 3 * 4, (2 + 3) * 33]);
    }

    #[test]
    fn a_table_that_a_sweep_need_not_ask_for_is_there_only_with_rows() {
        let (dir, folder) = written(&plan(2), &runs(&plan(2)));
        assert!(folder.table(TableName::Trajectories).exists());
        let plain = fixture::plan_with(2, "[10, 25, 50]", "bid_functions = 0\ntrajectories = \"none\"");
        store(&folder, &runs(&plain), 11);
        write_tables(&folder, &plain, &Scan::of(&folder, &plain).unwrap()).unwrap();
        for name in TableName::ALL {
            assert_eq!(folder.table(name).exists(), !name.is_optional(), "{name:?}");
        }
        drop(dir);
        let (_dir, folder) = written(&plan(2), &[]);
        let there = TableName::ALL.into_iter().filter(|name| folder.table(*name).exists());
        assert!(
            there
                .map(|name| (name.is_optional(), open(&folder, name).rows()))
                .all(|table| table == (false, 0))
        );
    }

    #[test]
    fn footers_say_what_made_the_table() {
        let plan = plan(1);
        let (_dir, folder) = written(&plan, &runs(&plan));
        for name in PLAIN {
            let table = open(&folder, name);
            assert_eq!(table.footer("bidsweep.schema"), Some(SCHEMA.to_string().as_str()));
            assert_eq!(table.footer("bidsweep.version"), Some(env!("CARGO_PKG_VERSION")));
            assert_eq!(table.footer("bidsweep.plan_hash"), Some(plan.hash().as_str()));
            assert_eq!(table.footer("bidsweep.sweep"), Some(plan.source()));
            assert_eq!(table.footer("host"), None);
        }
    }

    #[test]
    fn columns_are_unique_lead_with_the_key_and_say_mean_once() {
        for name in TableName::ALL {
            let columns: Vec<_> = table_columns(name).into_iter().map(|column| column.name).collect();
            let unique: std::collections::HashSet<_> = columns.iter().collect();
            assert_eq!(unique.len(), columns.len(), "{name:?}");
            assert_eq!(columns[..2], ["cell_id", "label"]);
            let twice = |column: &&String| column.split('_').filter(|word| *word == "mean").count() > 1;
            assert_eq!(columns.iter().find(twice), None);
        }
    }

    #[test]
    fn columns_say_what_they_hold_in_the_file_too() {
        let plan = plan(1);
        let (_dir, folder) = written(&plan, &runs(&plan));
        for name in PLAIN {
            let told = open(&folder, name).told_columns();
            assert_eq!(told, table_columns(name));
            for TableColumn { name, kind, doc, unit } in told {
                assert!(!doc.is_empty() && !doc.contains('\n') && !doc.ends_with('.'), "{name}: {doc}");
                assert_eq!(unit.is_none(), kind == Kind::Text, "{name}");
            }
        }
    }

    #[test]
    fn a_part_damaged_since_the_scan_stops_the_tables_and_leaves_the_old_ones() {
        let plan = plan(2);
        let (_dir, folder) = written(&plan, &runs(&plan));
        let before = fs::read(folder.table(TableName::Runs)).unwrap();
        let scan = Scan::of(&folder, &plan).unwrap();
        fs::write(&scan.parts()[0].path, b"").unwrap();
        let error = write_tables(&folder, &plan, &scan).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert_eq!(fs::read(folder.table(TableName::Runs)).unwrap(), before);
        let left = crate::store::atomic::files(folder.path()).unwrap();
        assert!(left.iter().all(|path| path.extension().is_none_or(|extension| extension != "tmp")));
    }

    #[test]
    fn rows_are_chosen_by_cell_and_replicate() {
        let plan = plan(3);
        let (_dir, folder) = written(&plan, &runs(&plan));
        let id = plan.id(4).to_string();
        let wanted = move |cell: &str, replicate: Option<i64>| cell == id && replicate != Some(1);
        let chosen = |name, columns: &[&str]| {
            open(&folder, name)
                .select_where(columns, wanted.clone())
                .unwrap()
                .map(Result::unwrap)
                .collect::<Vec<_>>()
        };
        let bidders = chosen(TableName::Bidders, &["bidder", "replicate"]);
        let places: Vec<_> =
            bidders.iter().map(|row| (row.integer("replicate"), row.integer("bidder"))).collect();
        assert_eq!(places, [(0, 1), (0, 2), (0, 3), (2, 1), (2, 2), (2, 3)].map(|(k, i)| (Some(k), Some(i))));
        assert_eq!(chosen(TableName::Cells, &["label"])[0].text("label"), Some(plan.cell(4).label.as_str()));

        let error = open(&folder, TableName::Runs).select(&["revenu"]).err().unwrap().to_string();
        assert!(error.contains("has no column \"revenu\"; it has cell_id, label, replicate, "), "{error}");
    }
}
