//! Which run a stored row is of, and how it was measured.

use std::fmt;
use std::str::FromStr;

use serde_json::json;

use crate::measure::{
    BestResponseSettings, Column, MEASURES_VERSION, MeasureSettings, RunMeasurement, bidder_columns,
    run_columns,
};
use crate::sweep::CellId;
use crate::train::Recording;

/// What a run was measured with, and into which columns: the first 4 bytes of a BLAKE3 hash over canonical
/// JSON of [`MEASURES_VERSION`], its [`RunMeasurement`] and the names of all columns. A stored run with
/// another key counts as missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MeasureKey(u32);

impl MeasureKey {
    /// The key of what is measured of a run.
    pub fn of(measurement: &RunMeasurement) -> Self {
        let text = canonical(measurement);
        let [a, b, c, d, ..] = *blake3::hash(text.as_bytes()).as_bytes();
        MeasureKey(u32::from_be_bytes([a, b, c, d]))
    }
}

/// Canonical JSON: sorted keys, shortest numbers, no space. A field that is added later must find its place
/// here, and so does not compile before.
fn canonical(measurement: &RunMeasurement) -> String {
    let RunMeasurement { recording, continuation, best_response } = measurement;
    let Recording { tail, ema, trajectory, history } = recording;
    let BestResponseSettings { lp, values, bids, constraint, class, smoothed, tight } = best_response;
    let names = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    let constraint = constraint.map(|constraint| json!({ constraint.name(): constraint.number() }));
    json!({
        "measures_version": MEASURES_VERSION,
        "recording": { "tail": tail, "ema": ema, "trajectory": trajectory, "history": history },
        "continuation": continuation,
        "best_response": {
            "lp": lp.name(),
            "values": values,
            "bids": bids,
            "constraint": constraint,
            "class": class.name(),
            "smoothed": smoothed.name(),
            "tight": tight,
        },
        "run_columns": names(run_columns()),
        "bidder_columns": names(bidder_columns()),
    })
    .to_string()
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

/// The measure keys of a plan's runs: the first replicates may have more measured of them than the others.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureKeys {
    measure: MeasureSettings,
    /// What replicates differ in, and the key of each.
    keys: Vec<(RunMeasurement, MeasureKey)>,
}

impl MeasureKeys {
    /// The keys under a `[measure]` table.
    pub fn of(measure: &MeasureSettings) -> Self {
        // Replicates up to these differ from those after.
        let ends = [0, measure.trajectories.map_or(0, |t| t.replicates), measure.continuation.replicates];
        let mut keys: Vec<(RunMeasurement, MeasureKey)> = Vec::new();
        for measurement in ends.map(|replicate| measure.of_run(replicate)) {
            if keys.iter().all(|(known, _)| *known != measurement) {
                keys.push((measurement, MeasureKey::of(&measurement)));
            }
        }
        MeasureKeys { measure: *measure, keys }
    }

    /// The key of a replicate.
    pub fn key(&self, replicate: u32) -> MeasureKey {
        let measurement = self.measure.of_run(replicate);
        let known = self.keys.iter().find(|(known, _)| *known == measurement);
        known.expect("a replicate is before or after each end").1
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
    use crate::measure::{Continuation, Scope, Trajectories};
    use crate::response::Constraint;

    #[test]
    fn a_replicate_has_the_key_of_what_is_measured_of_it() {
        let trajectories = Some(Trajectories { replicates: 2, every: 10 });
        for continued in [0, 1, 2, 4] {
            let continuation = Continuation { replicates: continued, epochs: 100 };
            let measure = MeasureSettings { trajectories, continuation, ..MeasureSettings::default() };
            let keys = MeasureKeys::of(&measure);
            for replicate in 0..6 {
                assert_eq!(keys.key(replicate), MeasureKey::of(&measure.of_run(replicate)));
            }
            assert_ne!(keys.key(1), keys.key(2));
        }
    }

    #[test]
    fn everything_that_is_measured_of_a_run_is_in_the_key() {
        let recording = Recording { tail: 0.5, ema: 0.99, trajectory: Some(10), history: false };
        let best_response = BestResponseSettings { lp: Scope::Runs, ..BestResponseSettings::default() };
        let measurement = RunMeasurement { recording, continuation: 100, best_response };
        let recordings = [
            Recording { tail: 0.25, ..recording },
            Recording { ema: 0.9, ..recording },
            Recording { trajectory: Some(20), ..recording },
            Recording { trajectory: None, ..recording },
            Recording { history: true, ..recording },
        ];
        let responses = [
            BestResponseSettings { lp: Scope::None, ..best_response },
            BestResponseSettings { class: Scope::None, ..best_response },
            BestResponseSettings { smoothed: Scope::Runs, ..best_response },
            BestResponseSettings { values: 32, ..best_response },
            BestResponseSettings { bids: 32, ..best_response },
            BestResponseSettings { constraint: Some(Constraint::Budget(0.1)), ..best_response },
            BestResponseSettings { tight: true, ..best_response },
        ];
        let others = recordings.map(|recording| RunMeasurement { recording, ..measurement });
        let responses = responses.map(|best_response| RunMeasurement { best_response, ..measurement });
        let rest = [RunMeasurement { continuation: 0, ..measurement }];
        for other in others.iter().chain(&responses).chain(&rest) {
            assert_ne!(MeasureKey::of(&measurement), MeasureKey::of(other));
        }
    }

    #[test]
    fn the_key_is_of_canonical_text() {
        let text = canonical(&MeasureSettings::default().of_run(7));
        let head = "{\"best_response\":{\"bids\":256,\"class\":\"runs\",\"constraint\":null,\"lp\":\"none\",\
                    \"smoothed\":\"none\",\"tight\":false,\"values\":64},\"bidder_columns\":[";
        assert!(text.starts_with(head), "{text}");
        let rest = "\"continuation\":0,\"measures_version\":2,\"recording\":{\"ema\":0.99,\"history\":false,\
                    \"tail\":0.5,\"trajectory\":null},\"run_columns\":[";
        assert!(text.contains(rest), "{text}");
    }

    #[test]
    fn a_key_reads_back() {
        let key = MeasureKey(0x00ab_cdef);
        assert_eq!(key.to_string(), "00abcdef");
        assert_eq!("00abcdef".parse(), Ok(key));
    }
}
