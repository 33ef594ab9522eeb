//! Parts: finished runs on disk, a row a bidder, in Parquet files named by the hash of their own bytes.
//!
//! A part holds whole runs, sorted by cell, replicate and bidder, and no settings: the plan has them. Its
//! columns are the key, `status`, `message`, every column of a run (again on each of its bidders' rows: it
//! compresses to nothing), `bidder`, every column of a bidder, and as lists the parameters of the bidder's
//! bids, its mixtures, their quantiles over time, its trajectory, and of a run that awaits its continuation
//! what it goes on from.

mod check;
mod content;
mod writer;

pub use writer::PartWriter;

pub(crate) use check::RunShape;
pub(crate) use content::{Measured, Part, StoredRun};
pub(crate) use writer::write;

use std::path::{Path, PathBuf};

use super::batch::Column;
use super::{StoreError, atomic};
use crate::measure::{bidder_columns, run_columns};

const CELL: &str = "cell_id";
const REPLICATE: &str = "replicate";
const MEASURE: &str = "measure_key";
const STATUS: &str = "status";
const MESSAGE: &str = "message";
const BIDDER: &str = "bidder";
const PARAMETERS: &str = "parameters";
const MIXTURES: &str = "mixtures";
const QUANTILES: &str = "quantiles";
const TRAJECTORY: &str = "trajectory";
const STANDING: &str = "standing";

/// Every column but the lists. A name that runs and bidders share stands for two columns, hence the prefixes.
fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text(CELL),
        Column::integer(REPLICATE),
        Column::text(MEASURE),
        Column::text(STATUS),
        Column::text(MESSAGE),
    ];
    columns.extend(run_columns().iter().map(|column| Column::measured(&run_column(&column.name))));
    columns.push(Column::integer(BIDDER));
    columns.extend(bidder_columns().iter().map(|column| Column::measured(&bidder_column(&column.name))));
    columns
}

fn run_column(name: &str) -> String {
    format!("run_{name}")
}

fn bidder_column(name: &str) -> String {
    format!("bidder_{name}")
}

/// The file name of a part: the first 16 bytes of the hash of its bytes.
fn file_name(hash: &blake3::Hash) -> String {
    format!("{}.parquet", &hash.to_hex()[..32])
}

/// The parts that stand in a folder of parts itself, sorted by name; none where there is no folder.
pub(crate) fn part_paths(parts: &Path) -> Result<Vec<PathBuf>, StoreError> {
    match atomic::files(parts) {
        Err(error) if error.is_missing() => Ok(Vec::new()),
        files => files.map(|files| files.into_iter().filter(|path| is_part(path)).collect()),
    }
}

/// Whether a path is that of a part, or claims to be.
fn is_part(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    path.extension().is_some_and(|extension| extension == "parquet") && !hidden
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ndarray::Array2;

    use super::*;
    use crate::measure::RunRow;
    use crate::store::bytes::PART_BYTES;
    use crate::store::fixture::{self, key, row};

    /// A row whose second bidder is on arms.
    fn mixed(cell: u64, replicate: u32) -> RunRow {
        let mut row = row(cell, replicate);
        row.mixtures[1] = vec![0.25, -0.0, 1.0 / 3.0];
        row.quantiles[1] = vec![f64::from(replicate) / 3.0; 7];
        row
    }

    /// A folder with one part of three runs, pushed out of order.
    fn one_part() -> (tempfile::TempDir, std::path::PathBuf) {
        let (dir, folder) = fixture::folder();
        let runs = [(9, 1), (2, 7), (9, 0)].map(|(cell, k)| (key(cell, k), mixed(cell, k)));
        fixture::store(&folder, &runs, 3);
        let parts = atomic::files(&folder.parts()).unwrap();
        assert_eq!(parts.len(), 1);
        (dir, parts[0].clone())
    }

    #[test]
    fn runs_read_back_bit_for_bit_in_order() {
        let (_dir, path) = one_part();
        let part = Part::open(&path).unwrap();
        let runs: Vec<_> = part.runs().collect::<Result<_, _>>().unwrap();
        let keys: Vec<_> = runs.iter().map(|run| run.key).collect();
        assert_eq!(keys, [key(2, 7), key(9, 0), key(9, 1)]);
        for run in runs {
            let stored = part.measured().unwrap().row(&run);
            let given = mixed(run.key.cell.0, run.key.replicate);
            assert_eq!(fixture::bits(&stored), fixture::bits(&given));
        }
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_found() {
        let (_dir, path) = one_part();
        let whole = fs::read(&path).unwrap();
        let mut broken: Vec<Vec<u8>> = vec![vec![], whole[..1].to_vec(), whole[..whole.len() - 1].to_vec()];
        broken.extend((0..whole.len()).step_by(97).map(|place| {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            bytes
        }));
        for bytes in broken {
            fs::write(&path, bytes).unwrap();
            let error = Part::open(&path).err().unwrap();
            assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        }
    }

    #[test]
    fn a_parquet_file_that_is_no_part_is_called_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = b"no Parquet";
        let path = dir.path().join(file_name(&blake3::hash(bytes)));
        fs::write(&path, bytes).unwrap();
        let error = Part::open(&path).err().unwrap().to_string();
        assert!(error.contains("is damaged: "), "{error}");
    }

    #[test]
    fn a_part_ends_at_a_bound_and_an_empty_flush_writes_nothing() {
        let (_dir, folder) = fixture::folder();
        let mut writer = PartWriter::new(&folder);
        writer.flush().unwrap();
        assert!(atomic::files(&folder.parts()).unwrap().is_empty());
        let long = RunRow { trajectory: Some(Array2::zeros((PART_BYTES / 32, 2))), ..row(1, 0) };
        writer.push(key(1, 0), long.clone()).unwrap();
        assert_eq!(writer.pending(), 1);
        writer.push(key(1, 1), long).unwrap();
        assert_eq!(writer.pending(), 0);
        assert_eq!(atomic::files(&folder.parts()).unwrap().len(), 1);
    }

    #[test]
    fn a_part_that_cannot_be_written_leaves_nothing_and_its_runs_wait() {
        let (dir, folder) = fixture::folder();
        let mut writer = PartWriter::new(&folder);
        writer.push(key(1, 0), row(1, 0)).unwrap();
        let away = dir.path().join("away");
        fs::rename(folder.parts(), &away).unwrap();
        assert!(writer.flush().unwrap_err().to_string().starts_with("cannot create "));
        fs::rename(&away, folder.parts()).unwrap();
        assert_eq!((writer.pending(), atomic::files(&folder.parts()).unwrap().len()), (1, 0));
        writer.flush().unwrap();
        assert_eq!(atomic::files(&folder.parts()).unwrap().len(), 1);
    }

    #[test]
    fn what_is_not_finite_becomes_missing() {
        let (_dir, folder) = fixture::folder();
        let mut given = row(1, 2);
        given.values[0] = Some(f64::NAN);
        given.bidders[1][1] = Some(f64::INFINITY);
        given.trajectory = Some(ndarray::array![[0.5, f64::NEG_INFINITY], [f64::NAN, 0.25]]);
        fixture::store(&folder, &[(key(1, 2), given)], 1);
        let part = Part::open(&atomic::files(&folder.parts()).unwrap()[0]).unwrap();
        let run = part.runs().next().unwrap().unwrap();
        let stored = part.measured().unwrap().row(&run);
        assert_eq!((stored.values[0], stored.bidders[1][1]), (None, None));
        let trajectory = stored.trajectory.unwrap().map(|w| w.is_finite().then_some(*w));
        assert_eq!(trajectory, ndarray::array![[Some(0.5), None], [None, Some(0.25)]]);
    }
}
