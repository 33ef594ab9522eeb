//! Which run a stored row is of, and how it was measured.

use std::fmt;
use std::str::FromStr;

use crate::measure::{MeasureSettings, bidder_columns, run_columns};
use crate::sweep::CellId;
use crate::train::Recording;

/// What a run was measured with, and into which columns: the first 4 bytes of a BLAKE3 hash over tail, EMA factor,
/// the recording of the trajectory and the names of all columns. A stored run with another key counts as missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MeasureKey(u32);

impl MeasureKey {
    /// The key of what the observers keep of a run.
    pub fn of(recording: &Recording) -> Self {
        let Recording { tail, ema, trajectory } = recording;
        let mut text = format!("tail={tail:?} ema={ema:?} trajectory={trajectory:?}");
        run_columns().iter().for_each(|column| text.push_str(&format!(" run.{}", column.name)));
        bidder_columns().iter().for_each(|column| text.push_str(&format!(" bidder.{}", column.name)));
        let [a, b, c, d, ..] = *blake3::hash(text.as_bytes()).as_bytes();
        MeasureKey(u32::from_be_bytes([a, b, c, d]))
    }
}

impl fmt::Display for MeasureKey {
    /// 8 hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl FromStr for MeasureKey {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u32::from_str_radix(text, 16).map(MeasureKey)
    }
}

/// The measure keys of a plan's runs: one of those with a recorded trajectory, one of the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasureKeys {
    measure: MeasureSettings,
    recorded: MeasureKey,
    unrecorded: MeasureKey,
}

impl MeasureKeys {
    /// The keys under a `[measure]` table.
    pub fn of(measure: &MeasureSettings) -> Self {
        let &MeasureSettings { tail, ema, trajectories, .. } = measure;
        let key = |trajectory| MeasureKey::of(&Recording { tail, ema, trajectory });
        MeasureKeys { measure: *measure, recorded: key(trajectories.map(|t| t.every)), unrecorded: key(None) }
    }

    /// The key of a replicate.
    pub fn key(&self, replicate: u32) -> MeasureKey {
        match self.measure.recording(replicate).trajectory {
            Some(_) => self.recorded,
            None => self.unrecorded,
        }
    }
}

/// The name of a stored run. Two stored runs of one key are the same bit for bit, but for failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunKey {
    /// The cell.
    pub cell: CellId,
    /// The replicate, from 0.
    pub replicate: u32,
    /// How it was measured.
    pub measure: MeasureKey,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Trajectories;

    #[test]
    fn a_replicate_has_the_key_of_its_recording() {
        let trajectories = Some(Trajectories { replicates: 2, every: 10 });
        let measure = MeasureSettings { trajectories, ..MeasureSettings::default() };
        let keys = MeasureKeys::of(&measure);
        for replicate in 0..4 {
            assert_eq!(keys.key(replicate), MeasureKey::of(&measure.recording(replicate)));
        }
        assert_ne!(keys.key(1), keys.key(2));
    }

    #[test]
    fn every_measure_setting_is_in_the_key() {
        let recording = Recording { tail: 0.5, ema: 0.99, trajectory: Some(10) };
        let others = [
            Recording { tail: 0.25, ..recording },
            Recording { ema: 0.9, ..recording },
            Recording { trajectory: Some(20), ..recording },
            Recording { trajectory: None, ..recording },
        ];
        for other in others {
            assert_ne!(MeasureKey::of(&recording), MeasureKey::of(&other));
        }
    }

    #[test]
    fn a_key_reads_back() {
        let key = MeasureKey(0x00ab_cdef);
        assert_eq!(key.to_string(), "00abcdef");
        assert_eq!("00abcdef".parse(), Ok(key));
    }
}
