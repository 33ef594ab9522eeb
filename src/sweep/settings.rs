//! The registry of settings: parsing, `bidsweep list`, the JSON Schema, the settings columns, what a cell is
//! trained with and its identity follow from it.
//!
//! One row a setting, in the order of the columns; the hyperparameters of the learners follow by themselves.

use std::sync::LazyLock;

use crate::auction::strategy::{
    Play, linear,
    piecewise_linear::{MOST_SEGMENTS, USUAL_SEGMENTS},
};
use crate::auction::{MAX_BIDDERS, MIN_BIDDERS, Mechanism, Prior, Strategy};
use crate::learner::Learner;
use crate::train::{self, Batch, Beta, BidderSettings, Precision, Profiles, Rate, Settings, Updates};

use super::cell::Cell;
use super::columns::{Kind, Scalar, SettingColumn};
use super::document::{Entry, KEYS, Table, Value};
use super::foreign::instead;
use super::form::{
    BatchForm, BetaChoice, BetaForm, DomainForm, Initial, InitialForm, Integer, LearnerChoice, LearnerForm,
    MechanismForm, PopulationForm, PriorForm, RateForm, Word, initial, learner, rate,
};
use super::limits::MAX_COUNT;
use super::problem::{Place, Problem, suggestion};
use super::row::{HyperparameterId, Row, SettingEntry};
use crate::numeric::digits::shortest;

/// Every setting, in the order of the columns.
pub fn settings() -> &'static [SettingEntry] {
    static SETTINGS: LazyLock<Vec<SettingEntry>> = LazyLock::new(|| {
        let mut rows = rows();
        rows.extend(hyperparameters());
        rows
    });
    &SETTINGS
}

/// Every settings column, in table order.
pub fn setting_columns() -> Vec<SettingColumn> {
    settings().iter().flat_map(|entry| entry.columns.iter().cloned()).collect()
}

/// The settings but for hyperparameters. Their defaults are two linear bidders that learn with Adam at beta
/// 50, the study that the shipped sweeps start from.
///
/// The defaults are left out of identities: another value here changes what old cell ids mean, and needs
/// another [`RESULTS_VERSION`](super::RESULTS_VERSION).
fn rows() -> Vec<SettingEntry> {
    vec![
        Row::new("mechanism", "the auction's rule", MechanismForm)
            .default(Mechanism::FirstPrice)
            .game(|game| game.mechanism, |game, mechanism| game.mechanism = mechanism)
            .into(),
        Row::new(
            BIDDERS,
            "number of bidders",
            Integer { min: MIN_BIDDERS as u32, max: MAX_BIDDERS as u32 },
        )
        .default(2)
        .column(Kind::Integer, |cell, _| Scalar::Integer(cell.settings.bidders.len() as i64))
        .into(),
        Row::new(POPULATION, "bidders that differ, in place of `bidders`", PopulationForm)
            .column(Kind::Text, |cell, _| cell.population.as_deref().map_or(Scalar::Null, Scalar::from))
            .into(),
        Row::new(PRIOR, "the law that a bidder's value is drawn from", PriorForm)
            .default(Prior::STANDARD)
            .of_a_bidder()
            .set_bidder(|bidder, prior, _| bidder.prior = prior)
            .column(Kind::Text, |cell, bidder| {
                Scalar::Text(cell.settings.bidders[bidder].prior.to_string())
            })
            .into(),
        Row::new(
            STRATEGY,
            "the class of bid functions that a bidder learns in",
            Word::new(&Strategy::ALL, Strategy::name),
        )
        .default(Strategy::Linear)
        .of_a_bidder()
        .set_bidder(|bidder, strategy, _| bidder.strategy = strategy)
        .column(Kind::Text, |cell, bidder| match &cell.settings.bidders[bidder] {
            bidder if bidder.play().table().is_some() => Scalar::Null,
            bidder => bidder.strategy.name().into(),
        })
        .mark_bidder("strategy", |bidder, _| match bidder.strategy {
            Strategy::Linear => None,
            Strategy::PiecewiseLinear { segments } => {
                Some(format!("{{\"{}\":{segments}}}", bidder.strategy.name()))
            }
        })
        .into(),
        // It comes after the class whose segments it sets.
        Row::new(
            "segments",
            "segments of a piecewise-linear bid function, of equal probability",
            Integer { min: 1, max: MOST_SEGMENTS as u32 },
        )
        .default(USUAL_SEGMENTS as u32)
        .set_bidder(|bidder, count, _| {
            if let Strategy::PiecewiseLinear { segments } = &mut bidder.strategy {
                *segments = count as usize;
            }
        })
        .column(Kind::Integer, |cell, bidder| match cell.settings.bidders[bidder].strategy {
            Strategy::Linear => Scalar::Null,
            Strategy::PiecewiseLinear { segments } => Scalar::Integer(segments as i64),
        })
        .into(),
        Row::new(
            "initial",
            "bids at epoch 0: the line of a multiplier, the values themselves, or a multiplier or slopes drawn for each run",
            InitialForm,
        )
        .default(Initial::theta(0.9))
        .of_a_bidder()
        .set_bidder(|bidder, initial, place| bidder.initial = initial.at(place))
        .column(Kind::Number, |cell, bidder| match cell.settings.bidders[bidder] {
            ref bidder if !plays_a_function(bidder) => Scalar::Null,
            BidderSettings { initial: train::Initial::Theta(theta), .. } => {
                Scalar::Number(linear::multiplier(theta))
            }
            BidderSettings { initial: train::Initial::Truthful, .. } => Scalar::Number(1.0),
            BidderSettings { initial: train::Initial::Random { .. }, .. } => Scalar::Null,
        })
        .column_named(
            "initial_low",
            "the least that initial parameters are drawn from",
            Kind::Number,
            |cell, bidder| random_ends(cell, bidder).map_or(Scalar::Null, |[low, _]| Scalar::Number(low)),
        )
        .column_named(
            "initial_high",
            "the most that initial parameters are drawn from",
            Kind::Number,
            |cell, bidder| random_ends(cell, bidder).map_or(Scalar::Null, |[_, high]| Scalar::Number(high)),
        )
        .mark_bidder("initial", |bidder, _| {
            initial::canonical(bidder.initial).filter(|_| plays_a_function(bidder))
        })
        .mark_bidder("theta", |bidder, usual| match bidder.initial {
            train::Initial::Theta(theta) if bidder.initial != usual.initial && plays_a_function(bidder) => {
                Some(shortest(theta))
            }
            _ => None,
        })
        .into(),
        Row::new(
            "beta",
            "steepness of the win probability sigmoid(beta (b - m)), per unit of bid, inf for the true auction; its column: \
             at the last epoch",
            BetaForm,
        )
        .default(BetaChoice::plain(Beta::Fixed(50.0)))
        // Where nobody smooths, the auction is the true one.
        .game_where(
            Settings::smooths,
            |game| BetaChoice::plain(game.beta),
            |game, beta| {
                let beta = beta.per_unit(widest_support(game));
                game.beta = if game.smooths() { beta } else { Beta::Fixed(f64::INFINITY) };
            },
        )
        .column_named("beta_first", "beta at the first epoch", Kind::Number, |cell, _| {
            match cell.settings.smooths() {
                true => Scalar::Number(cell.settings.beta.first()),
                false => Scalar::Null,
            }
        })
        .counted_in("1/value")
        .into(),
        Row::new(LEARNER, "how a bidder's parameter moves", LearnerForm)
            .default(LearnerChoice::plain(0))
            .of_a_bidder()
            .column(Kind::Text, |cell, bidder| cell.settings.bidders[bidder].learner.name().into())
            .mark_bidder("learner", |bidder, usual| {
                (bidder.learner != usual.learner).then(|| learner::canonical(&bidder.learner))
            })
            .into(),
        Row::new(
            "learning_rate",
            "the learner's step, its own where left out, see `bidsweep list learners`: FIRST / sqrt(1 + t) or FIRST / (1 + DECAY t) at epochs t = 0, 1, .. of a schedule; \
             its column: at the first epoch",
            RateForm,
        )
        .bidder_where(
            plays_a_function,
            |bidder| bidder.learning_rate,
            |bidder, rate, _| bidder.learning_rate = rate,
        )
        .column_named(
            "learning_rate_schedule",
            "how the learner's step falls over the epochs; null where it does not",
            Kind::Text,
            |cell, bidder| {
                let bidder = &cell.settings.bidders[bidder];
                let schedule = rate::schedule(bidder.learning_rate).filter(|_| plays_a_function(bidder));
                schedule.map_or(Scalar::Null, Scalar::from)
            },
        )
        .column_named(
            "learning_rate_decay",
            "DECAY of a harmonic schedule, by what its divisor grows in an epoch; null else",
            Kind::Number,
            |cell, bidder| match cell.settings.bidders[bidder].learning_rate {
                Rate::Harmonic { decay, .. } if plays_a_function(&cell.settings.bidders[bidder]) => {
                    Scalar::Number(decay)
                }
                _ => Scalar::Null,
            },
        )
        .into(),
        Row::new(
            "batch",
            "valuation profiles per epoch, or exact for the expected gradient; its column: null for that",
            BatchForm,
        )
        .default(Batch::Profiles(128))
        .game(|game| game.batch, |game, batch| game.batch = batch)
        .counted_in("profiles")
        .into(),
        // It comes after the batch: where nothing is drawn, it makes no difference how.
        Row::new(
            "profiles",
            "whether bidders meet on the same valuation profiles, or each draws its own",
            Word::new(&Profiles::ALL, Profiles::name),
        )
        .default(Profiles::Shared)
        .game_where(
            is_sampled,
            |game| game.profiles,
            |game, profiles| game.profiles = if is_sampled(game) { profiles } else { Profiles::Shared },
        )
        .into(),
        Row::new(
            "epochs",
            "epochs, each one batch and one update of every bidder",
            Integer { min: 1, max: MAX_COUNT },
        )
        .default(2000)
        .game(|game| game.epochs, |game, epochs| game.epochs = epochs)
        .counted_in("epochs")
        .into(),
        Row::new(
            "updates",
            "in which order, and along what, the bidders are updated",
            Word::new(&Updates::ALL, Updates::name),
        )
        .default(Updates::Simultaneous)
        .game(|game| game.updates, |game, updates| game.updates = updates)
        .into(),
        // As `profiles`.
        Row::new(
            "precision",
            "the arithmetic of draws and sigmoids; batches are summed up and learners run in f64, exact batches too",
            Word::new(&Precision::ALL, Precision::name),
        )
        .default(Precision::F32)
        .game(
            |game| game.precision,
            |game, precision| game.precision = if is_sampled(game) { precision } else { Precision::F64 },
        )
        .into(),
    ]
}

/// The keys of the settings that the draft asks for.
pub(super) const BIDDERS: &str = "bidders";
pub(super) const POPULATION: &str = "population";
pub(super) const PRIOR: &str = "prior";
pub(super) const LEARNER: &str = "learner";
pub(super) const STRATEGY: &str = "strategy";

/// Whether a bidder plays one bid function at a time, which has a start and moves by steps; a mixture over a
/// grid has neither.
fn plays_a_function(bidder: &BidderSettings) -> bool {
    matches!(bidder.play(), Play::Pure(_))
}

/// The width of the widest support of the bidders.
fn widest_support(settings: &Settings) -> f64 {
    let width = |bidder: &BidderSettings| {
        let (low, high) = bidder.prior.support();
        high - low
    };
    settings.bidders.iter().map(width).fold(0.0, f64::max)
}

fn is_sampled(settings: &Settings) -> bool {
    settings.batch != Batch::Exact
}

/// The interval that a bidder's initial parameters are drawn from.
fn random_ends(cell: &Cell, bidder: usize) -> Option<[f64; 2]> {
    match &cell.settings.bidders[bidder] {
        bidder if !plays_a_function(bidder) => None,
        BidderSettings { initial: train::Initial::Random { low, high }, .. } => Some([*low, *high]),
        _ => None,
    }
}

/// The hyperparameters of every learner.
fn hyperparameters() -> Vec<SettingEntry> {
    let ids = Learner::REGISTRY.iter().enumerate().flat_map(|(learner, entry)| {
        (0..entry.hyperparameters.len()).map(move |index| HyperparameterId { learner, index })
    });
    ids.map(|id| {
        let (learner, hyperparameter) = (Learner::REGISTRY[id.learner].name, id.entry());
        let form = DomainForm(hyperparameter.domain);
        Row::new(&format!("{learner}.{}", hyperparameter.name), hyperparameter.doc, form)
            .default(hyperparameter.default)
            .hyperparameter(id)
            .into()
    })
    .collect()
}

/// A table of settings with `adam.beta1 = 0.9`, which TOML nests, under the one key `"adam.beta1"`.
pub(super) fn flat(table: &Table) -> Table {
    let mut entries = Vec::new();
    for entry in &table.entries {
        match &entry.node.value {
            Value::Table(nested) if Learner::REGISTRY.iter().any(|learner| learner.name == entry.key) => {
                entries.extend(nested.entries.iter().cloned().map(|inner| {
                    let key = format!("{}.{}", entry.key, inner.key);
                    Entry { key, ..inner }
                }));
            }
            _ => entries.push(entry.clone()),
        }
    }
    Table { entries }
}

/// The most unknown keys that are compared with those that are known.
const MOST_HELPED: usize = 1000;

/// The index in [`settings`] of a key that is there.
pub(super) fn index_of(key: &str) -> usize {
    settings().iter().position(|entry| entry.key == key).expect("the registry has the key")
}

/// The row of a key.
pub(super) fn find(key: &str) -> Option<&'static SettingEntry> {
    settings().iter().find(|entry| entry.key == key)
}

/// The index of a key in [`settings`]; where there is none, that is reported.
pub(super) fn index(key: &str, place: Place, problems: &mut Vec<Problem>) -> Option<usize> {
    let index = settings().iter().position(|entry| entry.key == key);
    if index.is_none() {
        let problem = Problem::error(place, format!("there is no setting `{key}`"));
        if instead(key).is_none() && KEYS.contains(&key) {
            let help = format!("write `{key}` above the first `[...]` of the file, or as `[{key}]`");
            problems.push(problem.help(help));
            return None;
        }
        // Of very many problems the first are told: comparing all words would take long.
        problems.push(if problems.len() < MOST_HELPED {
            problem.help(suggestion(key, settings().iter().map(|entry| entry.key.as_str())))
        } else {
            problem
        });
    }
    index
}

#[cfg(test)]
mod tests {
    use super::super::document::Node;
    use super::super::form::Names;
    use super::*;

    #[test]
    fn keys_are_unique_snake_case() {
        let mut keys: Vec<&str> = settings().iter().map(|entry| entry.key.as_str()).collect();
        // Hyphens are of the learners' names.
        let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.-".contains(&b);
        assert!(keys.iter().all(|key| key.bytes().all(is_allowed)), "{keys:?}");
        keys.sort_unstable();
        assert!(keys.windows(2).all(|pair| pair[0] != pair[1]), "{keys:?}");
    }

    #[test]
    fn every_default_is_written_as_it_is_read() {
        for entry in settings() {
            let Some(text) = &entry.default else { continue };
            let node = Node::parse_argument(text, Place::File).expect("a default is TOML");
            let mut problems = Vec::new();
            let read = entry.read(&node, &Names::default(), &mut problems);
            assert_eq!(read, entry.usual, "{} = {text}", entry.key);
            assert!(problems.is_empty(), "{problems:?}");
        }
    }

    #[test]
    fn defaults_are_those_of_the_study() {
        let written = |entry: &SettingEntry| Some(format!("{} = {}", entry.key, entry.default.as_ref()?));
        let expected = [
            "mechanism = \"first-price\"",
            "bidders = 2",
            "prior = \"uniform:0:1\"",
            "strategy = \"linear\"",
            "segments = 16",
            "initial = { theta = 0.9 }",
            "beta = 50",
            "learner = \"adam\"",
            "batch = 128",
            "profiles = \"shared\"",
            "epochs = 2000",
            "updates = \"simultaneous\"",
            "precision = \"f32\"",
            "adam.beta1 = 0.9",
            "adam.beta2 = 0.999",
            "adam.epsilon = 1e-8",
            "sgd.momentum = 0",
        ];
        // Cells leave these values out of their identity. Learners that come later add theirs at the end.
        let found: Vec<String> = settings().iter().filter_map(written).collect();
        assert_eq!(found[..expected.len()], expected);
    }

    #[test]
    fn columns_are_in_table_order() {
        let names: Vec<String> = setting_columns().into_iter().map(|column| column.name).collect();
        let expected = "mechanism bidders population prior strategy segments initial initial_low initial_high beta beta_first \
                        learner learning_rate learning_rate_schedule learning_rate_decay batch profiles epochs updates precision adam_beta1 adam_beta2 adam_epsilon sgd_momentum";
        // Learners that come later add theirs at the end.
        assert!(names.join(" ").starts_with(expected), "{names:?}");
    }
}
