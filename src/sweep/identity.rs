//! Who a cell is: a hash over canonical JSON of what training uses; and the seeds of its runs.

use std::fmt::{self, Write};
use std::str::FromStr;

use crate::auction::{Prior, Strategy};
use crate::learner::{Learner, Value};
use crate::train::{Batch, Beta, BidderSettings, Initial, Settings};

use super::choice::{PRECISIONS, PROFILES, UPDATES, word};
use super::draft::Draft;
use super::number::{Shortest, shortest};

/// Raised whenever a golden result moves; part of every cell's identity.
pub const RESULTS_VERSION: u32 = 2;

/// A 64-bit name of a cell: the first 8 bytes of a BLAKE3 hash over what training uses, written as 16 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellId(pub u64);

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What is not a cell id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a cell id: write its 16 hex digits, such as 00f3a1b2c4d5e6f7")]
pub struct NotACellId(String);

impl FromStr for CellId {
    type Err = NotACellId;

    fn from_str(text: &str) -> Result<Self, NotACellId> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let id = u64::from_str_radix(text, 16).ok().filter(|_| digits);
        id.map(CellId).ok_or_else(|| NotACellId(text.to_owned()))
    }
}

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
    /// The seed of a run: the first 8 bytes, little end first, of BLAKE3 over `["run",root,replicate]`, with the
    /// cell id as a fourth entry unless replicates are common.
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
}

impl Identity {
    pub(super) fn new(seeds: Seeds) -> Self {
        Identity { seeds, introductory: Draft::default().settings(&[]) }
    }

    /// The id of a cell with these settings.
    pub(super) fn of(&self, settings: &Settings) -> CellId {
        CellId(u64::from_be_bytes(first_eight(self.canonical(settings).as_bytes())))
    }

    /// Canonical JSON: keys sorted, shortest round-trip numbers, no space. A run of equal bidders stands once, with
    /// its count.
    fn canonical(&self, settings: &Settings) -> String {
        let usual = &self.introductory;
        let mut text = String::new();
        let mut json = Object::begin(&mut text);
        if settings.batch != usual.batch {
            match settings.batch {
                Batch::Profiles(count) => json.put("batch", count),
                Batch::Exact => json.put_text("batch", "exact"),
            }
        }
        if settings.beta != usual.beta {
            match settings.beta {
                // JSON has no infinity.
                Beta::Fixed(f64::INFINITY) => json.put_text("beta", "inf"),
                Beta::Fixed(beta) => json.put("beta", Shortest(beta)),
                Beta::Geometric { from, to } => {
                    json.put("beta", format_args!("{{\"geometric\":[{},{}]}}", Shortest(from), Shortest(to)));
                }
            }
        }
        self.put_bidders(&settings.bidders, json.key("bidders"));
        // Draws depend on the cell id where replicates are not common: another result, another cell.
        if !self.seeds.common {
            json.put("common", false);
        }
        if settings.epochs != usual.epochs {
            json.put("epochs", settings.epochs);
        }
        if settings.mechanism != usual.mechanism {
            json.put_text("mechanism", settings.mechanism.name());
        }
        if settings.precision != usual.precision {
            json.put_text("precision", word(&PRECISIONS, &settings.precision));
        }
        if settings.profiles != usual.profiles {
            json.put_text("profiles", word(&PROFILES, &settings.profiles));
        }
        json.put("results_version", RESULTS_VERSION);
        json.put("root", self.seeds.root);
        if settings.updates != usual.updates {
            json.put_text("updates", word(&UPDATES, &settings.updates));
        }
        json.end();
        text
    }

    fn put_bidders(&self, bidders: &[BidderSettings], text: &mut String) {
        text.push('[');
        for (i, run) in bidders.chunk_by(|a, b| a == b).enumerate() {
            if i > 0 {
                text.push(',');
            }
            self.put_bidder(&run[0], run.len(), text);
        }
        text.push(']');
    }

    fn put_bidder(&self, bidder: &BidderSettings, count: usize, text: &mut String) {
        let usual = &self.introductory.bidders[0];
        let mut json = Object::begin(text);
        json.put("count", count);
        match bidder.initial {
            Initial::Theta(_) => {}
            Initial::Truthful => json.put_text("initial", "truthful"),
            Initial::Random { low, high } => {
                let ends = format_args!("{{\"random\":[{},{}]}}", Shortest(low), Shortest(high)).to_string();
                json.put("initial", ends);
            }
        }
        if bidder.learner != usual.learner {
            put_learner(&bidder.learner, json.key("learner"));
        }
        if bidder.learning_rate != usual.learning_rate {
            json.put("learning_rate", Shortest(bidder.learning_rate));
        }
        if bidder.prior != usual.prior {
            put_prior(&bidder.prior, json.key("prior"));
        }
        if let Strategy::PiecewiseLinear { segments } = bidder.strategy {
            json.put("strategy", format_args!("{{\"{}\":{segments}}}", bidder.strategy.name()));
        }
        match bidder.initial {
            Initial::Theta(theta) if bidder.initial != usual.initial => json.put("theta", Shortest(theta)),
            _ => {}
        }
        json.end();
    }
}

/// A prior with all its parameters; data by content, wherever they come from.
fn put_prior(prior: &Prior, text: &mut String) {
    let mut json = Object::begin(text);
    match prior {
        Prior::Empirical(law) => json.put_text(prior.name(), law.digest()),
        _ => {
            let parameters: Vec<String> = prior.parameters().iter().map(|&p| shortest(p)).collect();
            json.put(prior.name(), format_args!("[{}]", parameters.join(",")));
        }
    }
    json.end();
}

/// A learner with the hyperparameters that are not at their default.
fn put_learner(learner: &Learner, text: &mut String) {
    let mut given: Vec<_> = learner.entry().hyperparameters.iter().zip(learner.values()).collect();
    given.retain(|(h, value)| *value != h.default);
    given.sort_by_key(|(h, _)| h.name);
    let mut outer = Object::begin(text);
    let mut inner = Object::begin(outer.key(learner.name()));
    for (h, value) in given {
        match value {
            Value::Number(x) => inner.put(h.name, Shortest(x)),
            Value::Count(count) => inner.put(h.name, count),
            Value::Word(word) => inner.put_text(h.name, word),
        }
    }
    inner.end();
    outer.end();
}

/// One JSON object at the end of a text; its keys come in sorted order and, as its texts, need no escapes.
struct Object<'t> {
    text: &'t mut String,
    is_empty: bool,
}

impl<'t> Object<'t> {
    fn begin(text: &'t mut String) -> Self {
        text.push('{');
        Object { text, is_empty: true }
    }

    /// Writes a key; its value goes to the end of the text.
    fn key(&mut self, key: &str) -> &mut String {
        let comma = if self.is_empty { "" } else { "," };
        self.is_empty = false;
        self.text.extend([comma, "\"", key, "\":"]);
        self.text
    }

    fn put(&mut self, key: &str, value: impl fmt::Display) {
        write!(self.key(key), "{value}").expect("writing to a String does not fail");
    }

    fn put_text(&mut self, key: &str, value: &str) {
        self.key(key).extend(["\"", value, "\""]);
    }

    fn end(self) {
        self.text.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::prior::{Empirical, Uniform};
    use crate::learner::{Adam, Sgd};
    use crate::train::{Precision, Profiles, Updates};

    fn canonical(seeds: Seeds, settings: &Settings) -> String {
        Identity::new(seeds).canonical(settings)
    }

    #[test]
    fn defaults_are_left_out() {
        let settings = Draft::default().settings(&[]);
        let expected = r#"{"bidders":[{"count":2}],"results_version":2,"root":0}"#;
        assert_eq!(canonical(Seeds::default(), &settings), expected);
    }

    #[test]
    fn priors_are_told_by_their_parameters_or_their_data() {
        let told = |prior: Prior| {
            let mut settings = Draft::default().settings(&[]);
            settings.bidders.iter_mut().for_each(|bidder| bidder.prior = prior.clone());
            canonical(Seeds::default(), &settings)
        };
        let of = |spelling: &str| told(spelling.parse().expect("a valid prior"));
        let expected = |prior: &str| {
            format!(r#"{{"bidders":[{{"count":2,"prior":{prior}}}],"results_version":2,"root":0}}"#)
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
        let mut settings = Draft::default().settings(&[]);
        settings.beta = Beta::Geometric { from: 10.0, to: 400.5 };
        settings.batch = Batch::Profiles(64);
        settings.epochs = 10;
        settings.profiles = Profiles::Own;
        settings.updates = Updates::SharedGraph;
        settings.precision = Precision::F64;
        let mut other = settings.bidders[0].clone();
        other.prior = Prior::Uniform(Uniform::new(0.5, 2.0).expect("a valid prior"));
        other.learner = Learner::Sgd(Sgd { momentum: 0.5 });
        other.learning_rate = 1e-20;
        other.initial = Initial::Theta(-0.25);
        settings.bidders.push(other);
        settings.bidders[0].learner = Learner::Adam(Adam { beta1: 0.9, beta2: 0.5, epsilon: 1e-7 });
        let seeds = Seeds { root: 42, replicates: 9, common: false };
        let expected = concat!(
            r#"{"batch":64,"beta":{"geometric":[10,400.5]},"#,
            r#""bidders":[{"count":1,"learner":{"adam":{"beta2":0.5,"epsilon":1e-7}}},{"count":1},"#,
            r#"{"count":1,"learner":{"sgd":{"momentum":0.5}},"learning_rate":1e-20,"prior":{"uniform":[0.5,2]},"#,
            r#""theta":-0.25}],"common":false,"epochs":10,"precision":"f64","profiles":"own","#,
            r#""results_version":2,"root":42,"updates":"shared-graph"}"#,
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
            r#""precision":"f64","profiles":"own","results_version":2,"root":42,"updates":"shared-graph"}"#,
        );
        assert_eq!(canonical(seeds, &settings), told);
        let value: serde_json::Value = serde_json::from_str(expected).expect("canonical text is JSON");
        let mut keys: Vec<&String> = value.as_object().expect("an object").keys().collect();
        keys.sort();
        let places: Vec<_> = keys.iter().map(|key| expected.find(&format!("\"{key}\":"))).collect();
        assert!(places.is_sorted());
    }
}
