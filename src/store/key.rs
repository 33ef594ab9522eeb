//! Which run a stored row is of, and how it was measured.

use std::fmt;
use std::str::FromStr;

use serde_json::json;

use crate::measure::{
    BestResponseSettings, Column, MEASURES_VERSION, RunMeasurement, bidder_columns, run_columns,
};
use crate::sweep::{CellId, Plan};
use crate::train::{RecordedEpochs, Recording};

/// What a run was measured with, and into which columns. A stored run whose key does not
/// [answer](MeasureKey::answers) what is asked counts as missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MeasureKey {
    /// The first 4 bytes of a BLAKE3 hash over canonical JSON of [`MEASURES_VERSION`], the
    /// [`RunMeasurement`] without its trajectory and the names of all columns.
    numbers: u32,
    /// The epochs of its trajectory, which changes no number beside.
    trajectory: Option<RecordedEpochs>,
}

impl MeasureKey {
    /// The key of what is measured of a run.
    pub fn of(measurement: &RunMeasurement) -> Self {
        let text = canonical(measurement);
        let [a, b, c, d, ..] = *blake3::hash(text.as_bytes()).as_bytes();
        let numbers = u32::from_be_bytes([a, b, c, d]);
        MeasureKey { numbers, trajectory: measurement.recording.trajectory }
    }

    /// How many epochs of a run of so many are recorded; `None` where they are more than any run has.
    pub(crate) fn recorded(self, epochs: u32) -> Option<usize> {
        match self.trajectory {
            None => Some(0),
            Some(recorded) if recorded.at_most(epochs) > MOST_RECORDED => None,
            Some(recorded) => Some(recorded.of(epochs).len()),
        }
    }

    /// Whether a run of this key has all that one of another key has.
    pub fn answers(self, asked: MeasureKey) -> bool {
        self.numbers == asked.numbers && (asked.trajectory.is_none() || asked.trajectory == self.trajectory)
    }
}

/// More recorded epochs than a sweep may ask for.
const MOST_RECORDED: u64 = 1 << 20;

/// Canonical JSON: sorted keys, shortest numbers, no space. A field that is added later must find its place
/// here, and so does not compile before.
fn canonical(measurement: &RunMeasurement) -> String {
    let RunMeasurement { recording, continuation, continuation_share, best_response } = measurement;
    let Recording { tail, ema, trajectory: _, history } = recording;
    let BestResponseSettings { lp, values, bids, constraint, class, smoothed, tight } = best_response;
    let names = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    let constraint = constraint.map(|constraint| json!({ constraint.name(): constraint.number() }));
    json!({
        "measures_version": MEASURES_VERSION,
        "recording": { "tail": tail, "ema": ema, "history": history },
        "continuation": continuation,
        "continuation_share": continuation_share,
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
    /// 8 hex digits, and the epochs of the trajectory: `00abcdef every 10`, `00abcdef points 100`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.numbers)?;
        match self.trajectory {
            None => Ok(()),
            Some(RecordedEpochs::Every(every)) => write!(f, " every {every}"),
            Some(RecordedEpochs::Points(points)) => write!(f, " points {points}"),
        }
    }
}

/// What is not a measure key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no measure key is written like this")]
pub struct NotAMeasureKey;

impl FromStr for MeasureKey {
    type Err = NotAMeasureKey;

    fn from_str(text: &str) -> Result<Self, NotAMeasureKey> {
        let mut words = text.split(' ');
        let digits = words.next().filter(|digits| digits.len() == 8).ok_or(NotAMeasureKey)?;
        let numbers = u32::from_str_radix(digits, 16).map_err(|_| NotAMeasureKey)?;
        let count =
            |word: &str, least: u32| word.parse().ok().filter(|count| *count >= least).ok_or(NotAMeasureKey);
        let trajectory = match (words.next(), words.next(), words.next()) {
            (None, ..) => None,
            (Some("every"), Some(every), None) => Some(RecordedEpochs::Every(count(every, 1)?)),
            (Some("points"), Some(points), None) => Some(RecordedEpochs::Points(count(points, 2)?)),
            _ => return Err(NotAMeasureKey),
        };
        Ok(MeasureKey { numbers, trajectory })
    }
}

/// The measure keys of a plan's runs: the first replicates may have more measured of them than the others.
#[derive(Clone, Copy, Debug)]
pub struct MeasureKeys<'a> {
    plan: &'a Plan,
    /// Of the replicates that are continued, and of the others.
    continued: MeasureKey,
    others: MeasureKey,
}

impl<'a> MeasureKeys<'a> {
    /// The keys of a plan.
    pub fn of(plan: &'a Plan) -> Self {
        let key = |replicate| MeasureKey::of(&plan.measure().of_run(replicate));
        let others = plan.measure().continuation.replicates;
        MeasureKeys { plan, continued: key(0), others: key(others) }
    }

    /// The key of a run.
    pub fn key(&self, cell: CellId, replicate: u32) -> MeasureKey {
        let is_continued = replicate < self.plan.measure().continuation.replicates;
        match is_continued {
            true => self.recorded(self.continued, cell, replicate),
            false => self.before_continuation(cell, replicate),
        }
    }

    /// The key of a run that awaits its continuation: that of one of which none is asked for.
    pub fn before_continuation(&self, cell: CellId, replicate: u32) -> MeasureKey {
        self.recorded(self.others, cell, replicate)
    }

    fn recorded(&self, key: MeasureKey, cell: CellId, replicate: u32) -> MeasureKey {
        MeasureKey { trajectory: self.plan.recording(cell, replicate).trajectory, ..key }
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
    use crate::measure::{MeasureSettings, Scope};
    use crate::response::Constraint;
    use crate::store::fixture;

    #[test]
    fn a_run_has_the_key_of_what_is_measured_of_it() {
        for continued in [0, 1, 2, 4] {
            let measure = format!(
                "trajectories = {{ replicates = 2, every = 10 }}\ncontinuation = {{ replicates = {continued} }}"
            );
            let plan = fixture::plan_with(6, "[10]", &measure);
            let (keys, cell) = (MeasureKeys::of(&plan), plan.id(0));
            for replicate in 0..6 {
                let measurement = plan.measurement(cell, replicate);
                assert_eq!(keys.key(cell, replicate), MeasureKey::of(&measurement));
            }
            assert_ne!(keys.key(cell, 1), keys.key(cell, 2));
        }
    }

    #[test]
    fn a_run_answers_for_itself_without_its_trajectory() {
        let key = |trajectory| MeasureKey { numbers: 7, trajectory };
        let (none, every, points) =
            (key(None), key(Some(RecordedEpochs::Every(10))), key(Some(RecordedEpochs::Points(10))));
        for key in [none, every, points] {
            assert!(key.answers(key) && key.answers(none));
            assert!(!key.answers(MeasureKey { numbers: 8, ..none }));
        }
        assert!(!none.answers(every) && !every.answers(points) && !points.answers(every));
    }

    #[test]
    fn everything_that_is_measured_of_a_run_is_in_the_key() {
        let recording = Recording { tail: 0.5, ema: 0.99, trajectory: None, history: false };
        let best_response = BestResponseSettings { lp: Scope::Runs, ..BestResponseSettings::default() };
        let measurement =
            RunMeasurement { recording, continuation: 100, continuation_share: 8.0, best_response };
        let recordings = [
            Recording { tail: 0.25, ..recording },
            Recording { ema: 0.9, ..recording },
            Recording { trajectory: Some(RecordedEpochs::Every(10)), ..recording },
            Recording { trajectory: Some(RecordedEpochs::Points(10)), ..recording },
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
        let rest = [
            RunMeasurement { continuation: 0, ..measurement },
            RunMeasurement { continuation_share: 4.0, ..measurement },
        ];
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
        let rest = "\"continuation\":0,\"continuation_share\":0.0,\"measures_version\":7,\"recording\":{\"ema\":0.99,\"history\":false,\
                    \"tail\":0.5},\"run_columns\":[";
        assert!(text.contains(rest), "{text}");
    }

    #[test]
    fn keys_read_back_and_nothing_else_does() {
        for (trajectory, text) in [
            (None, "00abcdef"),
            (Some(RecordedEpochs::Every(10)), "00abcdef every 10"),
            (Some(RecordedEpochs::Points(100)), "00abcdef points 100"),
        ] {
            let key = MeasureKey { numbers: 0x00ab_cdef, trajectory };
            assert_eq!(key.to_string(), text);
            assert_eq!(text.parse(), Ok(key));
        }
        for text in [
            "",
            "abcdef",
            "00abcdeg",
            "00abcdef every",
            "00abcdef each 10",
            "00abcdef every 10 ",
            "00abcdef every 0",
            "00abcdef points 1",
        ] {
            assert_eq!(text.parse::<MeasureKey>(), Err(NotAMeasureKey), "{text:?}");
        }
    }
}
