//! Finished runs on their way to disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Builder, ListBuilder, RecordBatch};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::properties::EnabledStatistics;

use super::{MIXTURES, PARAMETERS, QUANTILES, STANDING, TRAJECTORY, columns, file_name};
use crate::measure::RunRow;
use crate::store::batch::{Batch, Value, encoding};
use crate::store::bytes::{PART_BYTES, row_bytes};
use crate::store::{Folder, RunKey, Shard, StoreError, atomic};

/// Gathers finished runs and writes them as parts. Once a flush returns, its runs survive a crash of the
/// program or of the machine; runs that were only pushed do not.
#[derive(Debug)]
pub struct PartWriter {
    parts: PathBuf,
    runs: Vec<(RunKey, RunRow)>,
    /// Bytes of the runs.
    bytes: usize,
}

impl PartWriter {
    /// A writer into a folder that exists: one whose [`Lock`](crate::store::Lock) is held.
    pub fn new(folder: &Folder) -> Self {
        PartWriter { parts: folder.parts(), runs: Vec::new(), bytes: 0 }
    }

    /// As [`PartWriter::new`], of a shard whose lock is held.
    pub fn of_shard(folder: &Folder, shard: Shard) -> Self {
        PartWriter { parts: folder.shard_parts(shard), ..PartWriter::new(folder) }
    }

    /// Takes a run, and flushes where those that wait take 18 MiB of memory.
    ///
    /// # Errors
    /// Those of [`PartWriter::flush`].
    pub fn push(&mut self, key: RunKey, row: RunRow) -> Result<(), StoreError> {
        self.bytes += row_bytes(&row);
        self.runs.push((key, row));
        if self.bytes >= PART_BYTES { self.flush().map(|_| ()) } else { Ok(()) }
    }

    /// Number of runs that wait for a flush.
    pub fn pending(&self) -> usize {
        self.runs.len()
    }

    /// Writes the waiting runs as one part, durably; where it is, or nothing where none wait.
    ///
    /// # Errors
    /// Where the part cannot be written. Then no file is left behind and the runs still wait.
    pub fn flush(&mut self) -> Result<Option<PathBuf>, StoreError> {
        if self.runs.is_empty() {
            return Ok(None);
        }
        // Of two rows of a run the one that awaits nothing comes first, and alone is wanted.
        self.runs.sort_by_key(|(key, row)| (key.cell, key.replicate, row.awaits_continuation(), key.measure));
        self.runs.dedup_by(|(later, row), (first, _)| {
            row.awaits_continuation() && (later.cell, later.replicate) == (first.cell, first.replicate)
        });
        let path = write(&self.parts, &batch_of(&self.runs))?;
        self.runs.clear();
        self.bytes = 0;
        Ok(Some(path))
    }
}

/// The rows of sorted runs.
fn batch_of(runs: &[(RunKey, RunRow)]) -> RecordBatch {
    let mut batch = Batch::new(&columns());
    let mut parameters = ListBuilder::new(Float64Builder::new());
    let mut mixtures = ListBuilder::new(Float64Builder::new());
    let mut quantiles = ListBuilder::new(Float64Builder::new());
    let mut trajectories = ListBuilder::new(Float64Builder::new());
    let mut standings = ListBuilder::new(Float64Builder::new());
    for (key, run) in runs {
        let cell = key.cell.to_string();
        let measure = key.measure.to_string();
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
            batch.push(lead.into_iter().chain(of_run).chain([number]).chain(of_bidder));

            parameters.values().append_slice(&run.parameters[index]);
            parameters.append(true);
            mixtures.values().append_slice(&run.mixtures[index]);
            mixtures.append(true);
            quantiles.values().append_slice(&run.quantiles[index]);
            quantiles.append(true);
            let trajectory = run.trajectory.as_ref().map(|trajectory| trajectory.column(index));
            if let Some(multipliers) = &trajectory {
                multipliers
                    .iter()
                    .for_each(|&w| trajectories.values().append_option(w.is_finite().then_some(w)));
            }
            trajectories.append(trajectory.is_some());
            let standing = run.standings.get(index);
            standings.values().append_slice(standing.map_or(&[], Vec::as_slice));
            standings.append(standing.is_some());
        }
    }
    let mut fields: Vec<Arc<Field>> = batch.schema().fields().iter().cloned().collect();
    let mut arrays = batch.finish();
    for (name, mut lists) in [
        (PARAMETERS, parameters),
        (MIXTURES, mixtures),
        (QUANTILES, quantiles),
        (TRAJECTORY, trajectories),
        (STANDING, standings),
    ] {
        let lists: ArrayRef = Arc::new(lists.finish());
        fields.push(Arc::new(Field::new(name, lists.data_type().clone(), true)));
        arrays.push(lists);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("one array a field, of its type")
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
    let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties))?;
    writer.write(rows)?;
    writer.into_inner()
}
