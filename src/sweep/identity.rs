//! Who a cell is: a hash over canonical JSON of what training uses; and the seeds of its runs.

use crate::auction::Prior;
use crate::train::{BidderSettings, Settings};

use super::cell::CellId;
use super::draft::Draft;
use super::form::prior;
use super::row::Tell;
use super::settings::settings;

/// Raised whenever a golden result moves; part of every cell's identity.
pub const RESULTS_VERSION: u32 = 4;

/// The seeds of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seeds {
    pub root: u64,
    pub replicates: u32,
    pub common: bool,
}

impl Default for Seeds {
    fn default() -> Self {
        Seeds { root: 0, replicates: 1, common: true }
    }
}

impl Seeds {
    /// The seed of a run: the first 8 bytes, little end first, of BLAKE3 over `["run",root,replicate]`, with
    /// the cell id as a fourth entry unless replicates are common.
    pub(super) fn of_run(&self, cell: CellId, replicate: u32) -> u64 {
        let root = self.root;
        let key = match self.common {
            true => format!("[\"run\",{root},{replicate}]"),
            false => format!("[\"run\",{root},{replicate},\"{cell}\"]"),
        };
        u64::from_le_bytes(first_eight(key.as_bytes()))
    }
}

/// The first 8 bytes of BLAKE3.
pub(super) fn first_eight(bytes: &[u8]) -> [u8; 8] {
    let hash = blake3::hash(bytes);
    std::array::from_fn(|i| hash.as_bytes()[i])
}

/// Names cells of one root seed.
pub(super) struct Identity {
    seeds: Seeds,
    /// Settings with these values are left out, so that a setting added later keeps old ids.
    introductory: Settings,
    /// The entries of a cell's JSON and of a bidder's, each with its key, in the order of the keys.
    game: Vec<(&'static str, GameEntry)>,
    bidder: Vec<(&'static str, BidderEntry)>,
}

/// The JSON of an entry of a cell; none where it is left out.
type GameEntry = Box<dyn Fn(&Identity, &Settings) -> Option<String>>;

/// The JSON of an entry of a bidder, of which there are so many in a row; none where it is left out.
type BidderEntry = Box<dyn Fn(&Identity, &BidderSettings, usize) -> Option<String>>;

impl Identity {
    pub(super) fn new(seeds: Seeds) -> Self {
        let mut game: Vec<(&str, GameEntry)> = vec![
            ("bidders", Box::new(|identity, settings| Some(identity.bidders(&settings.bidders)))),
            // Draws depend on the cell id where replicates are not common: another result, another cell.
            ("common", Box::new(|identity, _| (!identity.seeds.common).then(|| "false".to_owned()))),
            ("results_version", Box::new(|_, _| Some(RESULTS_VERSION.to_string()))),
            ("root", Box::new(|identity, _| Some(identity.seeds.root.to_string()))),
        ];
        let mut bidder: Vec<(&str, BidderEntry)> = vec![
            ("count", Box::new(|_, _, count| Some(count.to_string()))),
            (
                "prior",
                Box::new(|_, bidder, _| {
                    (bidder.prior != Prior::STANDARD).then(|| prior::canonical(&bidder.prior))
                }),
            ),
        ];
        for mark in settings().iter().flat_map(|entry| &entry.marks) {
            match &mark.tell {
                Tell::Game(tell) => {
                    game.push((&mark.key, Box::new(|identity, own| tell(own, &identity.introductory))));
                }
                Tell::Bidder(tell) => bidder.push((
                    &mark.key,
                    Box::new(|identity, own, _| tell(own, &identity.introductory.bidders[0])),
                )),
            }
        }
        game.sort_by_key(|(key, _)| *key);
        bidder.sort_by_key(|(key, _)| *key);
        Identity { seeds, introductory: Draft::new().settings(&[]), game, bidder }
    }

    /// The id of a cell with these settings.
    pub(super) fn of(&self, settings: &Settings) -> CellId {
        CellId(u64::from_be_bytes(first_eight(self.canonical(settings).as_bytes())))
    }

    /// Canonical JSON: keys sorted, shortest round-trip numbers, no space. A run of equal bidders stands
    /// once, with its count.
    fn canonical(&self, settings: &Settings) -> String {
        object(self.game.iter().map(|(key, entry)| (*key, entry(self, settings))))
    }

    fn bidders(&self, bidders: &[BidderSettings]) -> String {
        let runs = bidders.chunk_by(|a, b| a == b).map(|run| {
            object(self.bidder.iter().map(|(key, entry)| (*key, entry(self, &run[0], run.len()))))
        });
        format!("[{}]", runs.collect::<Vec<_>>().join(","))
    }
}

/// One JSON object of the entries that are there; their keys come in sorted order and need no escapes.
fn object<'k>(entries: impl Iterator<Item = (&'k str, Option<String>)>) -> String {
    let mut text = String::from("{");
    for (key, value) in entries {
        let Some(value) = value else { continue };
        let comma = if text.len() == 1 { "" } else { "," };
        text.extend([comma, "\"", key, "\":", &value]);
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::Strategy;
    use crate::auction::prior::{Empirical, Uniform};
    use crate::learner::{Adam, Learner, Sgd};
    use crate::train::{Batch, Beta, Initial, Precision, Profiles, Rate, Updates};

    fn canonical(seeds: Seeds, settings: &Settings) -> String {
        Identity::new(seeds).canonical(settings)
    }

    #[test]
    fn defaults_are_left_out() {
        let settings = Draft::new().settings(&[]);
        let expected = r#"{"bidders":[{"count":2}],"results_version":4,"root":0}"#;
        assert_eq!(canonical(Seeds::default(), &settings), expected);
    }

    #[test]
    fn priors_are_told_by_their_parameters_or_their_data() {
        let told = |prior: Prior| {
            let mut settings = Draft::new().settings(&[]);
            settings.bidders.iter_mut().for_each(|bidder| bidder.prior = prior.clone());
            canonical(Seeds::default(), &settings)
        };
        let of = |spelling: &str| told(spelling.parse().expect("a valid prior"));
        let expected = |prior: &str| {
            format!(r#"{{"bidders":[{{"count":2,"prior":{prior}}}],"results_version":4,"root":0}}"#)
        };
        assert_eq!(of("truncated-normal:-0:1e-3"), expected(r#"{"truncated-normal":[0,0.001,0,1]}"#));
        assert_eq!(of("beta:2:5"), expected(r#"{"beta":[2,5,0,1]}"#));
        let values: Vec<f64> = (0..20).map(f64::from).collect();
        let empirical =
            |file| told(Prior::Empirical(Empirical::new(file, "v", &values).expect("a valid prior")));
        let digest = "9b45e71a3d119b8581684d375a014556";
        assert_eq!(empirical("a.csv"), expected(&format!(r#"{{"empirical":"{digest}"}}"#)));
        assert_eq!(empirical("a.csv"), empirical("b.parquet"));
    }

    #[test]
    fn everything_else_is_told() {
        let mut settings = Draft::new().settings(&[]);
        settings.beta = Beta::Geometric { from: 10.0, to: 400.5 };
        settings.batch = Batch::Profiles(64);
        settings.epochs = 10;
        settings.profiles = Profiles::Own;
        settings.updates = Updates::SharedGraph;
        settings.precision = Precision::F64;
        let mut other = settings.bidders[0].clone();
        other.prior = Prior::Uniform(Uniform::new(0.5, 2.0).expect("a valid prior"));
        other.learner = Learner::Sgd(Sgd { momentum: 0.5 });
        other.learning_rate = Rate::Fixed(1e-20);
        other.initial = Initial::Theta(-0.25);
        settings.bidders.push(other);
        settings.bidders[0].learner = Learner::Adam(Adam { beta1: 0.9, beta2: 0.5, epsilon: 1e-7 });
        let seeds = Seeds { root: 42, replicates: 9, common: false };
        let expected = concat!(
            r#"{"batch":64,"beta":{"geometric":[10,400.5]},"#,
            r#""bidders":[{"count":1,"learner":{"adam":{"beta2":0.5,"epsilon":1e-7}}},{"count":1},"#,
            r#"{"count":1,"learner":{"sgd":{"momentum":0.5}},"learning_rate":1e-20,"prior":{"uniform":[0.5,2]},"#,
            r#""theta":-0.25}],"common":false,"epochs":10,"precision":"f64","profiles":"own","#,
            r#""results_version":4,"root":42,"updates":"shared-graph"}"#,
        );
        assert_eq!(canonical(seeds, &settings), expected);
        settings.beta = Beta::Fixed(f64::INFINITY);
        settings.batch = Batch::Exact;
        settings.bidders.truncate(2);
        settings.bidders[0].initial = Initial::Random { low: 0.25, high: 0.5 };
        settings.bidders[1].initial = Initial::Truthful;
        settings.bidders[1].strategy = Strategy::PiecewiseLinear { segments: 8 };
        let told = concat!(
            r#"{"batch":"exact","beta":"inf","bidders":[{"count":1,"initial":{"random":[0.25,0.5]},"#,
            r#""learner":{"adam":{"beta2":0.5,"epsilon":1e-7}}},"#,
            r#"{"count":1,"initial":"truthful","strategy":{"piecewise-linear":8}}],"common":false,"epochs":10,"#,
            r#""precision":"f64","profiles":"own","results_version":4,"root":42,"updates":"shared-graph"}"#,
        );
        assert_eq!(canonical(seeds, &settings), told);
        let value: serde_json::Value = serde_json::from_str(expected).expect("canonical text is JSON");
        let mut keys: Vec<&String> = value.as_object().expect("an object").keys().collect();
        keys.sort();
        let places: Vec<_> = keys.iter().map(|key| expected.find(&format!("\"{key}\":"))).collect();
        assert!(places.is_sorted());
    }
}
