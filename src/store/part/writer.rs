//! Finished runs on their way to disk.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Builder, ListBuilder, RecordBatch};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::properties::EnabledStatistics;

use super::{MIXTURES, PARAMETERS, QUANTILES, STANDING, TRAJECTORY, columns, file_name};
use crate::measure::RunRow;
use crate::store::batch::{Batch, Value, encoding, rows_at};
use crate::store::bytes::{PART_BYTES, row_bytes};
use crate::store::row_group::write_row_group;
use crate::store::{Folder, RunKey, Shard, StoreError, atomic};

/// Gathers finished runs and writes them as parts. Once a flush returns, its runs survive a crash of the
/// program or of the machine; runs that were only pushed do not.
pub struct PartWriter {
    parts: PathBuf,
    waiting: Waiting,
    /// Bytes of the runs that wait.
    bytes: usize,
    /// A part that could not be written, with the number of its runs.
    unwritten: Option<(RecordBatch, usize)>,
}

impl PartWriter {
    /// A writer into a folder that exists: one whose [`Lock`](crate::store::Lock) is held.
    pub fn new(folder: &Folder) -> Self {
        PartWriter { parts: folder.parts(), waiting: Waiting::new(), bytes: 0, unwritten: None }
    }

    /// As [`PartWriter::new`], of a shard whose lock is held.
    pub fn of_shard(folder: &Folder, shard: Shard) -> Self {
        PartWriter { parts: folder.shard_parts(shard), ..PartWriter::new(folder) }
    }

    /// Takes a run, and flushes where those that wait make a full part.
    ///
    /// # Errors
    /// Those of [`PartWriter::flush`].
    pub fn push(&mut self, key: RunKey, row: RunRow) -> Result<(), StoreError> {
        self.bytes += row_bytes(&row);
        self.waiting.push(key, &row);
        if self.bytes >= PART_BYTES { self.flush().map(|_| ()) } else { Ok(()) }
    }

    /// Number of runs that wait for a flush.
    pub fn pending(&self) -> usize {
        self.waiting.runs.len() + self.unwritten.as_ref().map_or(0, |(_, runs)| *runs)
    }

    /// Writes the waiting runs as one part, durably; where it is, or nothing where none wait.
    ///
    /// # Errors
    /// Where the part cannot be written. Then no file is left behind and the runs still wait.
    pub fn flush(&mut self) -> Result<Option<PathBuf>, StoreError> {
        if self.unwritten.is_none() && !self.waiting.runs.is_empty() {
            let runs = self.waiting.runs.len();
            self.unwritten = Some((self.waiting.take(), runs));
            self.bytes = 0;
        }
        let Some((rows, _)) = &self.unwritten else { return Ok(None) };
        let path = write(&self.parts, rows)?;
        self.unwritten = None;
        Ok(Some(path))
    }
}

/// Runs that wait, column by column.
struct Waiting {
    /// Whose the rows are, in the order in which they came, and whether they await a continuation.
    runs: Vec<(RunKey, bool, Range<usize>)>,
    batch: Batch,
    parameters: ListBuilder<Float64Builder>,
    mixtures: ListBuilder<Float64Builder>,
    quantiles: ListBuilder<Float64Builder>,
    trajectories: ListBuilder<Float64Builder>,
    standings: ListBuilder<Float64Builder>,
}

impl Waiting {
    fn new() -> Self {
        let lists = || ListBuilder::new(Float64Builder::new());
        Waiting {
            runs: Vec::new(),
            batch: Batch::new(&columns()),
            parameters: lists(),
            mixtures: lists(),
            quantiles: lists(),
            trajectories: lists(),
            standings: lists(),
        }
    }

    fn push(&mut self, key: RunKey, run: &RunRow) {
        let cell = key.cell.to_string();
        let measure = key.measure.to_string();
        let first = self.batch.rows();
        for (index, bidder) in run.bidders.iter().enumerate() {
            let lead = [
                Value::Text(&cell),
                Value::Integer(i64::from(key.replicate)),
                Value::Text(&measure),
                Value::Text(run.status.name()),
                Value::from(run.message.as_deref()),
            ];
            let of_run = run.values.iter().map(|&number| Value::from(number));
            let of_bidder = bidder.iter().map(|&number| Value::from(number));
            let number = Value::Integer(index as i64 + 1);
            self.batch.push(lead.into_iter().chain(of_run).chain([number]).chain(of_bidder));

            self.parameters.values().append_slice(&run.parameters[index]);
            self.parameters.append(true);
            self.mixtures.values().append_slice(&run.mixtures[index]);
            self.mixtures.append(true);
            self.quantiles.values().append_slice(&run.quantiles[index]);
            self.quantiles.append(true);
            let trajectory = run.trajectory.as_ref().map(|trajectory| trajectory.column(index));
            if let Some(multipliers) = &trajectory {
                let numbers = multipliers.iter().map(|&w| w.is_finite().then_some(w));
                numbers.for_each(|number| self.trajectories.values().append_option(number));
            }
            self.trajectories.append(trajectory.is_some());
            let standing = run.standings.get(index);
            self.standings.values().append_slice(standing.map_or(&[], Vec::as_slice));
            self.standings.append(standing.is_some());
        }
        self.runs.push((key, run.awaits_continuation(), first..self.batch.rows()));
    }

    /// The rows of all runs, sorted; then none waits.
    fn take(&mut self) -> RecordBatch {
        let rows = self.finish();
        // Of two rows of a run the one that awaits nothing comes first, and alone is wanted.
        self.runs.sort_by_key(|(key, awaits, _)| (key.cell, key.replicate, *awaits, key.measure));
        self.runs.dedup_by(|(later, awaits, _), (first, ..)| {
            *awaits && (later.cell, later.replicate) == (first.cell, first.replicate)
        });
        rows_at(&rows, self.runs.drain(..).map(|(.., rows)| rows))
    }

    /// All rows in the order in which they came.
    fn finish(&mut self) -> RecordBatch {
        let mut fields: Vec<Arc<Field>> = self.batch.schema().fields().iter().cloned().collect();
        let mut arrays = self.batch.finish();
        for (name, lists) in [
            (PARAMETERS, &mut self.parameters),
            (MIXTURES, &mut self.mixtures),
            (QUANTILES, &mut self.quantiles),
            (TRAJECTORY, &mut self.trajectories),
            (STANDING, &mut self.standings),
        ] {
            let lists: ArrayRef = Arc::new(lists.finish());
            fields.push(Arc::new(Field::new(name, lists.data_type().clone(), true)));
            arrays.push(lists);
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("one array a field, of its type")
    }
}

/// Writes rows as a part; where it is.
pub(crate) fn write(parts: &Path, rows: &RecordBatch) -> Result<PathBuf, StoreError> {
    let bytes = parquet_of(rows).map_err(|e| StoreError::writing(parts, e))?;
    let path = parts.join(file_name(&blake3::hash(&bytes)));
    atomic::write(&path, &bytes)?;
    Ok(path)
}

/// A part is read whole, so statistics would be dead weight.
fn parquet_of(rows: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
    let properties = encoding(&columns()).set_statistics_enabled(EnabledStatistics::None).build();
    let writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties))?;
    let (mut writer, groups) = writer.into_serialized_writer()?;
    write_row_group(&mut writer, &groups, &rows.schema(), &[rows.columns().to_vec()])?;
    writer.into_inner()
}
