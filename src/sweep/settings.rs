//! The registry of settings: parsing, `bidsweep list`, the JSON Schema and the settings columns follow from it.
//!
//! One row a setting, in the order of the columns; the hyperparameters of the learners follow by themselves.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use crate::auction::strategy::{linear, piecewise_linear::MOST_SEGMENTS};
use crate::auction::{MAX_BIDDERS, MIN_BIDDERS, Mechanism, Strategy};
use crate::learner::{self, Domain, Hyperparameter, Learner};
use crate::train::{self, Batch, Beta};

use super::choice::{
    Choice, HyperparameterId, Initial, LearnerChoice, PRECISIONS, PROFILES, Scale, Start, UPDATES, word,
};
use super::columns::{Kind, Scalar, SettingColumn};
use super::document::{Entry, Node, Table, Value};
use super::draft::Draft;
use super::problem::{Problem, nearest, suggestion};
use super::read::{self, MAX_COUNT, mismatch};

/// One row of the registry of settings.
#[derive(Debug)]
pub struct SettingEntry {
    /// The TOML key.
    pub key: String,
    /// One line for `bidsweep list`.
    pub doc: String,
    /// The values it may take, in words.
    pub values: String,
    /// The TOML text of what it is where the key is left out; none where nothing stands for that.
    pub default: Option<String>,
    /// The same, read.
    pub(super) usual: Option<Choice>,
    /// The columns that tell it.
    pub(super) columns: Vec<SettingColumn>,
    form: Form,
}

/// What a setting's values look like.
#[derive(Debug)]
enum Form {
    /// One of some words.
    Word(Vec<(&'static str, Choice)>),
    /// An integer in a range.
    Integer {
        min: u64,
        max: u64,
        choice: fn(u32) -> Choice,
    },
    /// A number that the function allows.
    Number {
        allows: fn(f64) -> bool,
        choice: fn(f64) -> Choice,
    },
    Hyperparameter(HyperparameterId),
    Population,
    Initial,
    Beta,
    Learner,
    Batch,
}

/// What a value may refer to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Names<'s> {
    pub populations: &'s [String],
}

/// Every setting, in the order of the columns.
pub fn settings() -> &'static [SettingEntry] {
    static SETTINGS: LazyLock<Vec<SettingEntry>> = LazyLock::new(registry);
    &SETTINGS
}

fn registry() -> Vec<SettingEntry> {
    let default = Draft::default();
    let mut rows = vec![
        row(
            "mechanism",
            "the auction's rule",
            words(&Mechanism::ALL.map(|mechanism| (mechanism.name(), Choice::Mechanism(mechanism)))),
            Some(Choice::Mechanism(default.mechanism)),
            (Kind::Text, |cell, _| cell.settings.mechanism.name().into()),
        ),
        row(
            "bidders",
            "number of bidders, each with a value from U[0, 1]",
            Form::Integer {
                min: MIN_BIDDERS as u64,
                max: MAX_BIDDERS as u64,
                choice: |bidders| Choice::Bidders(bidders as usize),
            },
            Some(Choice::Bidders(default.bidders)),
            (Kind::Integer, |cell, _| Scalar::Integer(cell.settings.bidders.len() as i64)),
        ),
        row(
            "population",
            "bidders that differ, in place of `bidders`",
            Form::Population,
            None,
            (Kind::Text, |cell, _| cell.population.as_deref().map_or(Scalar::Null, Scalar::from)),
        ),
        row(
            "strategy",
            "the class of bid functions that a bidder learns in",
            words(&Strategy::ALL.map(|strategy| (strategy.name(), Choice::Strategy(strategy)))),
            Some(Choice::Strategy(default.strategy)),
            (Kind::Text, |cell, bidder| cell.settings.bidders[bidder].strategy.name().into()),
        ),
        row(
            "segments",
            "segments of a piecewise-linear bid function, of equal probability",
            Form::Integer {
                min: 1,
                max: MOST_SEGMENTS as u64,
                choice: |segments| Choice::Segments(segments as usize),
            },
            Some(Choice::Segments(default.segments)),
            (Kind::Integer, |cell, bidder| match cell.settings.bidders[bidder].strategy {
                Strategy::Linear => Scalar::Null,
                Strategy::PiecewiseLinear { segments } => Scalar::Integer(segments as i64),
            }),
        ),
        row(
            "initial",
            "bids at epoch 0: the line of a multiplier, the values themselves, or a multiplier or slopes drawn for each run",
            Form::Initial,
            Some(Choice::Initial(default.initial)),
            (Kind::Number, |cell, bidder| match cell.settings.bidders[bidder].initial {
                train::Initial::Theta(theta) => Scalar::Number(linear::multiplier(theta)),
                train::Initial::Truthful => Scalar::Number(1.0),
                train::Initial::Random { .. } => Scalar::Null,
            }),
        )
        .with(SettingColumn::new(
            "initial_low",
            Kind::Number,
            "the least that initial parameters are drawn from",
            |cell, bidder| random_initial(cell, bidder, 0),
        ))
        .with(SettingColumn::new(
            "initial_high",
            Kind::Number,
            "the most that initial parameters are drawn from",
            |cell, bidder| random_initial(cell, bidder, 1),
        )),
        row(
            "beta",
            "steepness of the win probability sigmoid(beta (b - m)), per unit of bid, inf for the true auction; its column: \
             at the last epoch",
            Form::Beta,
            Some(Choice::Beta(default.beta)),
            (Kind::Number, |cell, _| Scalar::Number(cell.settings.beta.last())),
        )
        .with(SettingColumn::new("beta_first", Kind::Number, "beta at the first epoch", |cell, _| {
            Scalar::Number(cell.settings.beta.first())
        }))
        .counted_in("1/value"),
        row(
            "learner",
            "how a bidder's parameter moves",
            Form::Learner,
            Some(Choice::Learner(default.learner)),
            (Kind::Text, |cell, bidder| cell.settings.bidders[bidder].learner.name().into()),
        ),
        row(
            "learning_rate",
            "the learner's step",
            Form::Number { allows: |x| x > 0.0 && x.is_finite(), choice: Choice::LearningRate },
            Some(Choice::LearningRate(default.learning_rate)),
            (Kind::Number, |cell, bidder| Scalar::Number(cell.settings.bidders[bidder].learning_rate)),
        ),
        row(
            "batch",
            "valuation profiles per epoch, or exact for the expected gradient; its column: null for that",
            Form::Batch,
            Some(Choice::Batch(default.batch)),
            (Kind::Integer, |cell, _| match cell.settings.batch {
                Batch::Profiles(count) => Scalar::Integer(count.into()),
                Batch::Exact => Scalar::Null,
            }),
        )
        .counted_in("profiles"),
        row(
            "profiles",
            "whether bidders meet on the same valuation profiles, or each draws its own",
            words(&PROFILES.map(|(word, profiles)| (word, Choice::Profiles(profiles)))),
            Some(Choice::Profiles(default.profiles)),
            (Kind::Text, |cell, _| match cell.settings.batch {
                Batch::Profiles(_) => word(&PROFILES, &cell.settings.profiles).into(),
                Batch::Exact => Scalar::Null,
            }),
        ),
        row(
            "epochs",
            "epochs, each one batch and one update of every bidder",
            Form::Integer { min: 1, max: MAX_COUNT, choice: Choice::Epochs },
            Some(Choice::Epochs(default.epochs)),
            (Kind::Integer, |cell, _| Scalar::Integer(cell.settings.epochs.into())),
        )
        .counted_in("epochs"),
        row(
            "updates",
            "in which order, and along what, the bidders are updated",
            words(&UPDATES.map(|(word, updates)| (word, Choice::Updates(updates)))),
            Some(Choice::Updates(default.updates)),
            (Kind::Text, |cell, _| word(&UPDATES, &cell.settings.updates).into()),
        ),
        row(
            "precision",
            "the arithmetic of draws and sigmoids; batches are summed up and learners run in f64, exact batches too",
            words(&PRECISIONS.map(|(word, precision)| (word, Choice::Precision(precision)))),
            Some(Choice::Precision(default.precision)),
            (Kind::Text, |cell, _| word(&PRECISIONS, &cell.settings.precision).into()),
        ),
    ];
    for (learner, entry) in Learner::REGISTRY.iter().enumerate() {
        for (index, hyperparameter) in entry.hyperparameters.iter().enumerate() {
            let id = HyperparameterId { learner, index };
            let column = format!("{}_{}", entry.name, hyperparameter.name);
            let form = Form::Hyperparameter(id);
            let usual = Choice::Hyperparameter(id, hyperparameter.default);
            rows.push(SettingEntry {
                key: format!("{}.{}", entry.name, hyperparameter.name),
                doc: hyperparameter.doc.to_owned(),
                values: form.values(),
                default: Some(usual.toml()),
                usual: Some(usual),
                columns: vec![SettingColumn::of_hyperparameter(&column, id)],
                form,
            });
        }
    }
    rows
}

/// An end of the interval that a bidder's initial parameters are drawn from.
fn random_initial(cell: &super::Cell, bidder: usize, end: usize) -> Scalar {
    match cell.settings.bidders[bidder].initial {
        train::Initial::Random { low, high } => Scalar::Number([low, high][end]),
        _ => Scalar::Null,
    }
}

fn row(
    key: &str,
    doc: &str,
    form: Form,
    usual: Option<Choice>,
    (kind, read): (Kind, super::columns::Read),
) -> SettingEntry {
    SettingEntry {
        key: key.to_owned(),
        doc: doc.to_owned(),
        values: form.values(),
        default: usual.as_ref().map(Choice::toml),
        usual,
        columns: vec![SettingColumn::new(key, kind, doc, read)],
        form,
    }
}

fn words(words: &[(&'static str, Choice)]) -> Form {
    Form::Word(words.to_vec())
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

/// The index in [`settings`] of a key that is there.
pub(super) fn index_of(key: &str) -> usize {
    settings().iter().position(|entry| entry.key == key).expect("the registry has the key")
}

/// The row of a key.
pub(super) fn find(key: &str) -> Option<&'static SettingEntry> {
    settings().iter().find(|entry| entry.key == key)
}

/// The index of a key in [`settings`]; where there is none, that is reported.
pub(super) fn index(key: &str, place: super::problem::Place, problems: &mut Vec<Problem>) -> Option<usize> {
    let index = settings().iter().position(|entry| entry.key == key);
    if index.is_none() {
        let keys = settings().iter().map(|entry| entry.key.as_str());
        let message = format!("there is no setting `{key}`");
        problems.push(Problem::error(place, message).help(suggestion(key, keys)));
    }
    index
}

impl SettingEntry {
    /// The same, the numbers of its columns counted in a unit.
    fn counted_in(mut self, unit: &'static str) -> Self {
        self.columns = self.columns.into_iter().map(|column| column.counted_in(unit)).collect();
        self
    }

    fn with(mut self, column: SettingColumn) -> Self {
        self.columns.push(column);
        self
    }

    /// What its numbers are counted in; `None` of words.
    pub fn unit(&self) -> Option<&'static str> {
        self.columns.first()?.unit
    }

    /// The value that stands at a node.
    pub(super) fn read(&self, node: &Node, names: &Names, problems: &mut Vec<Problem>) -> Option<Choice> {
        match &self.form {
            Form::Word(words) => self.read_word(node, words, problems),
            Form::Integer { min, max, choice } => {
                let integer = read::integer(node, &self.key, *min, *max, problems)?;
                Some(choice(u32::try_from(integer).expect("no range goes beyond u32")))
            }
            Form::Number { allows, choice } => {
                read::number(node, &self.key, &self.values, allows, problems).map(choice)
            }
            Form::Hyperparameter(id) => {
                let value = read_hyperparameter(id.entry(), &self.key, node, problems)?;
                Some(Choice::Hyperparameter(*id, value))
            }
            Form::Population => self.read_population(node, names, problems),
            Form::Initial => self.read_initial(node, problems).map(Choice::Initial),
            Form::Beta => self.read_beta(node, problems).map(Choice::Beta),
            Form::Learner => self.read_learner(node, problems).map(Choice::Learner),
            Form::Batch if node.is_text(EXACT) => Some(Choice::Batch(Batch::Exact)),
            Form::Batch => match node.value {
                Value::Number(_) => read::integer(node, &self.key, 1, MAX_COUNT, problems)
                    .map(|count| Choice::Batch(Batch::Profiles(count as u32))),
                _ => {
                    problems.push(with_nearest(mismatch(node, &self.key, &self.values), node, [EXACT]));
                    None
                }
            },
        }
    }

    /// The hyperparameter that the setting is, if it is one.
    pub(super) fn hyperparameter(&self) -> Option<HyperparameterId> {
        match self.form {
            Form::Hyperparameter(id) => Some(id),
            _ => None,
        }
    }

    fn read_word(
        &self,
        node: &Node,
        words: &[(&'static str, Choice)],
        problems: &mut Vec<Problem>,
    ) -> Option<Choice> {
        let found = words.iter().find(|(word, _)| node.is_text(word));
        if found.is_none() {
            let problem = mismatch(node, &self.key, &self.values);
            problems.push(with_nearest(problem, node, words.iter().map(|(word, _)| *word)));
        }
        found.map(|(_, choice)| choice.clone())
    }

    fn read_population(&self, node: &Node, names: &Names, problems: &mut Vec<Problem>) -> Option<Choice> {
        let Value::Text(name) = &node.value else {
            problems.push(mismatch(node, &self.key, &self.values));
            return None;
        };
        let index = names.populations.iter().position(|other| other == name);
        if index.is_none() {
            let help = if names.populations.is_empty() {
                format!("write its bidders under `[populations.{name}]`")
            } else {
                suggestion(name, names.populations.iter().map(String::as_str))
            };
            problems.push(Problem::error(node.place, format!("there is no population `{name}`")).help(help));
        }
        index.map(|index| Choice::Population(index, name.clone()))
    }

    fn read_initial(&self, node: &Node, problems: &mut Vec<Problem>) -> Option<Initial> {
        let (scale, start) = match &node.value {
            Value::Table(Table { entries }) => match entries.as_slice() {
                [entry] if entry.key == "theta" => (Scale::Theta, &entry.node),
                [entry] if entry.key == "random" => return read_random(&entry.node, problems),
                _ => {
                    let message = "the table of `initial` has one key, `theta` or `random`";
                    let problem = Problem::error(node.place, message);
                    problems
                        .push(problem.help(
                            "write `initial = { theta = 0.9 }` or `initial = { random = [0.2, 0.9] }`",
                        ));
                    return None;
                }
            },
            Value::Text(_) if node.is_text(TRUTHFUL) => return Some(Initial::Truthful),
            Value::Text(_) => {
                problems.push(with_nearest(mismatch(node, &self.key, &self.values), node, [TRUTHFUL]));
                return None;
            }
            _ => (Scale::Multiplier, node),
        };
        let start = match &start.value {
            Value::List(list) => {
                let numbers = list.iter().map(|item| read_start(scale, item, problems)).collect::<Vec<_>>();
                Start::Each(numbers.into_iter().collect::<Option<_>>()?)
            }
            _ => Start::Common(read_start(scale, start, problems)?),
        };
        Some(Initial::Lines { scale, start })
    }

    fn read_beta(&self, node: &Node, problems: &mut Vec<Problem>) -> Option<Beta> {
        let allows = |x: f64| x > 0.0 && x.is_finite();
        match &node.value {
            Value::Number(number) if number.is_infinity() => Some(Beta::Fixed(f64::INFINITY)),
            Value::Table(Table { entries }) => match entries.as_slice() {
                [entry] if entry.key == "geometric" => {
                    let [from, to] = read::pair(&entry.node, "geometric", problems)?.map(|n| n.to_f64());
                    if !(allows(from) && allows(to)) {
                        let message = "`geometric` must go from a number above 0 to a number above 0";
                        problems.push(
                            Problem::error(entry.node.place, message).help("write `geometric = [10, 400]`"),
                        );
                        return None;
                    }
                    Some(Beta::Geometric { from, to })
                }
                _ => {
                    let problem = Problem::error(node.place, "the table of `beta` has one key, `geometric`");
                    problems.push(problem.help("write `beta = { geometric = [10, 400] }`"));
                    None
                }
            },
            _ => read::number(node, &self.key, &self.values, allows, problems).map(Beta::Fixed),
        }
    }

    fn read_learner(&self, node: &Node, problems: &mut Vec<Problem>) -> Option<LearnerChoice> {
        let (name, place, table) = match &node.value {
            Value::Text(name) => (name, node.place, None),
            Value::Table(Table { entries }) => match entries.as_slice() {
                [entry] => (&entry.key, entry.place, Some(&entry.node)),
                _ => {
                    let message =
                        format!("the table of `learner` has one key, its name, not {}", entries.len());
                    let problem = Problem::error(node.place, message);
                    problems.push(problem.help("write `learner = { adam = { beta1 = 0.9 } }`"));
                    return None;
                }
            },
            _ => {
                problems.push(mismatch(node, &self.key, &self.values));
                return None;
            }
        };
        let names = || Learner::REGISTRY.iter().map(|entry| entry.name);
        let Some(learner) = names().position(|other| other == name) else {
            let message = format!("there is no learner `{name}`");
            problems.push(Problem::error(place, message).help(suggestion(name, names())));
            return None;
        };
        let hyperparameters = Learner::REGISTRY[learner].hyperparameters;
        let mut given = vec![None; hyperparameters.len()];
        if let Some(node) = table {
            let what = format!("the learner `{name}`");
            let table = read::table(node, &what, problems)?;
            read::only(table, &hyperparameters.iter().map(|h| h.name).collect::<Vec<_>>(), &what, problems);
            for (h, given) in hyperparameters.iter().zip(&mut given) {
                let Some(node) = table.get(h.name) else { continue };
                *given = read_hyperparameter(h, h.name, node, problems);
            }
        }
        Some(LearnerChoice { learner, given })
    }

    /// The JSON Schema of one value.
    pub(super) fn schema(&self) -> Json {
        let mut schema = self.form.schema();
        schema["description"] = json!(format!("{}: {}", self.doc, self.values));
        schema
    }
}

/// The words for a start at the values themselves, and for the expected gradient.
const TRUTHFUL: &str = "truthful";
const EXACT: &str = "exact";

/// The value of a hyperparameter, whose key it is reported by.
fn read_hyperparameter(
    hyperparameter: &Hyperparameter,
    key: &str,
    node: &Node,
    problems: &mut Vec<Problem>,
) -> Option<learner::Value> {
    let expected = domain_in_words(&hyperparameter.domain);
    match hyperparameter.domain {
        Domain::Number(range) => {
            read::number(node, key, &expected, range.has, problems).map(learner::Value::Number)
        }
        Domain::Count { min, max } => {
            let count = read::integer(node, key, min.into(), max.into(), problems)?;
            Some(learner::Value::Count(u32::try_from(count).expect("no range goes beyond u32")))
        }
        Domain::Word(words) => {
            let found = words.iter().find(|word| node.is_text(word));
            if found.is_none() {
                let problem = mismatch(node, key, &expected);
                problems.push(with_nearest(problem, node, words.iter().copied()));
            }
            found.map(|word| learner::Value::Word(word))
        }
    }
}

fn domain_in_words(domain: &Domain) -> String {
    match domain {
        Domain::Number(range) => format!("a number {}", range.words),
        Domain::Count { min, max } => read::integers(u64::from(*min), u64::from(*max)),
        Domain::Word(words) => one_of(words),
    }
}

fn domain_schema(domain: &Domain) -> Json {
    match domain {
        Domain::Number(_) => json!({ "type": "number" }),
        Domain::Count { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Domain::Word(words) => json!({ "enum": words }),
    }
}

/// Quoted words, as what may stand in the place of a value.
fn one_of(words: &[&str]) -> String {
    let all: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    if all.len() == 1 { all[0].clone() } else { format!("one of {}", all.join(", ")) }
}

/// The interval that initial parameters are drawn from.
fn read_random(node: &Node, problems: &mut Vec<Problem>) -> Option<Initial> {
    let ends = read::pair(node, "random", problems)?.map(|number| number.to_f64());
    let [low, high] = ends;
    if !(low > 0.0 && low < high && high.is_finite()) {
        let message = "`random` must go from a number above 0 to a larger one";
        problems.push(Problem::error(node.place, message).help("write `random = [0.2, 0.9]`"));
        return None;
    }
    Some(Initial::Random(ends))
}

/// One initial number; its multiplier must lie in (0, 1) once it went through theta.
fn read_start(scale: Scale, node: &Node, problems: &mut Vec<Problem>) -> Option<f64> {
    let inside = |x: f64| x > 0.0 && x < 1.0;
    let allows = |x: f64| match scale {
        Scale::Multiplier => inside(x) && inside(linear::multiplier(linear::theta(x))),
        Scale::Theta => inside(linear::multiplier(x)),
    };
    let expected = match scale {
        Scale::Multiplier => "a number in (0, 1)",
        Scale::Theta => "a number with sigmoid(theta) in (0, 1)",
    };
    let key = match scale {
        Scale::Multiplier => "initial",
        Scale::Theta => "theta",
    };
    read::number(node, key, expected, allows, problems)
}

/// The problem with the nearest word as its help.
fn with_nearest<'n>(problem: Problem, node: &Node, words: impl IntoIterator<Item = &'n str>) -> Problem {
    match &node.value {
        Value::Text(text) => match nearest(text, words) {
            Some(near) => problem.help(format!("did you mean \"{near}\"?")),
            None => problem,
        },
        _ => problem,
    }
}

impl Form {
    /// The values in words.
    fn values(&self) -> String {
        match self {
            Form::Word(words) => one_of(&words.iter().map(|(word, _)| *word).collect::<Vec<_>>()),
            Form::Integer { min, max, .. } => read::integers(*min, *max),
            Form::Number { .. } => "a finite number above 0".to_owned(),
            Form::Hyperparameter(id) => domain_in_words(&id.entry().domain),
            Form::Population => "a name from `[populations]`".to_owned(),
            Form::Initial => {
                "a number in (0, 1), a list with one for each bidder, { theta = NUMBER }, \"truthful\", or { random = [LOW, \
                 HIGH] }"
                    .to_owned()
            }
            Form::Beta => "a number above 0, inf with exact batches, or { geometric = [FIRST, LAST] }".to_owned(),
            Form::Batch => format!("{}, or \"{EXACT}\"", read::integers(1, MAX_COUNT)),
            Form::Learner => {
                let names: Vec<_> =
                    Learner::REGISTRY.iter().map(|entry| format!("\"{}\"", entry.name)).collect();
                format!("one of {}, or a table such as {{ adam = {{ beta1 = NUMBER }} }}", names.join(", "))
            }
        }
    }
}

impl Form {
    /// The JSON Schema of one value; what a schema cannot say is left to the sweep's own errors.
    fn schema(&self) -> Json {
        let positive = json!({ "type": "number", "exclusiveMinimum": 0 });
        match self {
            Form::Word(words) => json!({ "enum": words.iter().map(|(word, _)| *word).collect::<Vec<_>>() }),
            Form::Integer { min, max, .. } => json!({ "type": "integer", "minimum": min, "maximum": max }),
            Form::Number { .. } => positive,
            Form::Hyperparameter(id) => domain_schema(&id.entry().domain),
            Form::Population => json!({ "type": "string" }),
            Form::Initial => {
                let open = json!({ "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 });
                let number = json!({ "type": "number" });
                let theta = table_of("theta", &json!({ "oneOf": [number, list_of(&number)] }));
                let random = table_of("random", &pair_of(&positive));
                json!({ "oneOf": [open, list_of(&open), theta, { "enum": [TRUTHFUL] }, random] })
            }
            Form::Beta => {
                // JSON has no infinity: checkers that read TOML as JSON see `inf` as null.
                let infinity = json!({ "type": "null" });
                json!({ "oneOf": [positive, infinity, table_of("geometric", &pair_of(&positive))] })
            }
            Form::Batch => {
                json!({ "oneOf": [{ "type": "integer", "minimum": 1, "maximum": MAX_COUNT }, { "enum": [EXACT] }] })
            }
            Form::Learner => {
                let names: Vec<_> = Learner::REGISTRY.iter().map(|entry| entry.name).collect();
                let tables = Learner::REGISTRY.iter().map(|entry| {
                    let names =
                        entry.hyperparameters.iter().map(|h| (h.name.to_owned(), domain_schema(&h.domain)));
                    let names: serde_json::Map<_, _> = names.collect();
                    let table =
                        json!({ "type": "object", "properties": names, "additionalProperties": false });
                    table_of(entry.name, &table)
                });
                json!({ "oneOf": std::iter::once(json!({ "enum": names })).chain(tables).collect::<Vec<_>>() })
            }
        }
    }
}

fn pair_of(items: &Json) -> Json {
    json!({ "type": "array", "items": items, "minItems": 2, "maxItems": 2 })
}

fn list_of(items: &Json) -> Json {
    json!({ "type": "array", "items": items })
}

fn table_of(key: &str, value: &Json) -> Json {
    json!({
        "type": "object", "properties": { key: value }, "required": [key], "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::problem::Place;
    use super::super::setting_columns;
    use super::*;

    #[test]
    fn keys_are_unique_snake_case() {
        let mut keys: Vec<&str> = settings().iter().map(|entry| entry.key.as_str()).collect();
        let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.".contains(&b);
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
            "strategy = \"linear\"",
            "segments = 16",
            "initial = { theta = 0.9 }",
            "beta = 50",
            "learner = \"adam\"",
            "learning_rate = 0.01",
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
        // Cells leave these values out of their identity: see the defaults of `Draft`. Learners that come later add
        // theirs at the end.
        let found: Vec<String> = settings().iter().filter_map(written).collect();
        assert_eq!(found[..expected.len()], expected);
    }

    #[test]
    fn columns_are_in_table_order() {
        let names: Vec<String> = setting_columns().into_iter().map(|column| column.name).collect();
        let expected = "mechanism bidders population strategy segments initial initial_low initial_high beta beta_first \
                        learner learning_rate batch profiles epochs updates precision adam_beta1 adam_beta2 adam_epsilon sgd_momentum";
        // Learners that come later add theirs at the end.
        assert!(names.join(" ").starts_with(expected), "{names:?}");
    }
}
