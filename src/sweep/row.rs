//! A row of the registry of settings: all that is said of one setting.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::learner::{Domain, Hyperparameter, Learner};
use crate::train::{BidderSettings, Settings};

use super::cell::Cell;
use super::choice::{Choice, Choose};
use super::columns::{Kind, Scalar, SettingColumn};
use super::document::Node;
use super::form::{DomainForm, Names, Told};
use super::problem::Problem;

/// Whose setting it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingScope {
    /// The game's: the same for all bidders of a cell.
    Game,
    /// A bidder's: those of a population may have values of their own.
    Bidder,
}

/// One row of the registry of settings.
pub struct SettingEntry {
    /// The TOML key.
    pub key: String,
    /// One line for `bidsweep list`.
    pub doc: String,
    /// The values it may take, in words.
    pub values: String,
    /// Whose setting it is.
    pub scope: SettingScope,
    /// The TOML text of what it is where the key is left out; none where nothing stands for that.
    pub default: Option<String>,
    /// The same, read.
    pub(super) usual: Option<Choice>,
    /// The columns that tell it.
    pub(super) columns: Vec<SettingColumn>,
    /// What a choice of it does to the settings of a cell.
    pub(super) effect: Effect,
    /// What the identity of a cell tells of it.
    pub(super) marks: Vec<Mark>,
    schema: Json,
    read: Box<Read>,
}

type Read = dyn Fn(&str, &Node, &Names, &mut Vec<Problem>) -> Option<Choice> + Send + Sync;

/// What a choice does to the settings of a cell.
pub(super) enum Effect {
    /// Nothing by itself: the draft asks for it where it counts the bidders and builds their learners.
    Asked,
    /// As well: it is a part of a learner.
    Hyperparameter(HyperparameterId),
    /// It sets something of the game.
    Game(Box<SetGame>),
    /// It sets something of each bidder, counted from 0.
    Bidder(Box<SetBidder>),
}

type SetGame = dyn Fn(&mut Settings, &Choice) + Send + Sync;

type SetBidder = dyn Fn(&mut BidderSettings, &Choice, usize) + Send + Sync;

/// The place of a hyperparameter in [`Learner::REGISTRY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HyperparameterId {
    pub learner: usize,
    pub index: usize,
}

impl HyperparameterId {
    pub(super) fn entry(self) -> &'static Hyperparameter {
        &Learner::REGISTRY[self.learner].hyperparameters[self.index]
    }
}

/// An entry of the canonical JSON of a cell or of a bidder.
pub(super) struct Mark {
    pub key: String,
    pub tell: Tell,
}

/// The canonical JSON of some settings; none where they are as the introductory ones, which come second: so a
/// setting that is added later keeps the ids of old cells.
pub(super) enum Tell {
    Game(Box<TellOf<Settings>>),
    Bidder(Box<TellOf<BidderSettings>>),
}

type TellOf<S> = dyn Fn(&S, &S) -> Option<String> + Send + Sync;

impl SettingEntry {
    /// The value that stands at a node.
    pub(super) fn read(&self, node: &Node, names: &Names, problems: &mut Vec<Problem>) -> Option<Choice> {
        (self.read)(&self.key, node, names, problems)
    }

    /// What its numbers are counted in; `None` of words.
    pub fn unit(&self) -> Option<&'static str> {
        self.columns.first()?.unit
    }

    /// The hyperparameter that the setting is, if it is one.
    pub(super) fn hyperparameter(&self) -> Option<HyperparameterId> {
        match self.effect {
            Effect::Hyperparameter(id) => Some(id),
            _ => None,
        }
    }

    /// The JSON Schema of one value.
    pub(super) fn schema(&self) -> Json {
        let mut schema = self.schema.clone();
        schema["description"] = json!(format!("{}: {}", self.doc, self.values));
        schema
    }
}

impl fmt::Debug for SettingEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SettingEntry { key, doc, values, scope, default, .. } = self;
        let mut shown = f.debug_struct("SettingEntry");
        shown.field("key", key).field("doc", doc).field("values", values);
        shown.field("scope", scope).field("default", default).finish_non_exhaustive()
    }
}

/// A row while it is written.
pub(super) struct Row<F> {
    form: Arc<F>,
    entry: SettingEntry,
}

impl<F: Choose> Row<F> {
    pub(super) fn new(key: &str, doc: &str, form: F) -> Self {
        let form = Arc::new(form);
        let reader = form.clone();
        let entry = SettingEntry {
            key: key.to_owned(),
            doc: doc.to_owned(),
            values: form.words(),
            scope: SettingScope::Game,
            default: None,
            usual: None,
            columns: Vec::new(),
            effect: Effect::Asked,
            marks: Vec::new(),
            schema: form.schema(),
            read: Box::new(move |key, node, names, problems| {
                reader.read(key, node, names, problems).map(|value| reader.choice(value))
            }),
        };
        Row { form, entry }
    }

    /// What it is where the key is left out.
    pub(super) fn default(mut self, value: F::Value) -> Self {
        let usual = self.form.choice(value);
        self.entry.default = Some(usual.toml());
        self.entry.usual = Some(usual);
        self
    }

    /// Counts the numbers of its columns so far in a unit.
    pub(super) fn counted_in(mut self, unit: &'static str) -> Self {
        self.entry.columns = self.entry.columns.into_iter().map(|column| column.counted_in(unit)).collect();
        self
    }

    /// Lets the bidders of a population have values of their own.
    pub(super) fn of_a_bidder(mut self) -> Self {
        self.entry.scope = SettingScope::Bidder;
        self
    }

    /// Sets something of the game.
    pub(super) fn set(mut self, set: fn(&mut Settings, F::Value)) -> Self {
        let form = self.form.clone();
        let effect = move |settings: &mut Settings, choice: &Choice| set(settings, form.value(choice));
        self.entry.effect = Effect::Game(Box::new(effect));
        self
    }

    /// Sets something of each bidder, counted from 0.
    pub(super) fn set_bidder(mut self, set: fn(&mut BidderSettings, F::Value, usize)) -> Self {
        let form = self.form.clone();
        let effect = move |settings: &mut BidderSettings, choice: &Choice, bidder: usize| {
            set(settings, form.value(choice), bidder);
        };
        self.entry.effect = Effect::Bidder(Box::new(effect));
        self
    }

    /// A column under the row's own key and doc.
    pub(super) fn column(
        self,
        kind: Kind,
        read: impl Fn(&Cell, usize) -> Scalar + Send + Sync + 'static,
    ) -> Self {
        let (name, doc) = (self.entry.key.replace(['.', '-'], "_"), self.entry.doc.clone());
        self.column_named(&name, &doc, kind, read)
    }

    /// A column under a name of its own.
    pub(super) fn column_named(
        mut self,
        name: &str,
        doc: &str,
        kind: Kind,
        read: impl Fn(&Cell, usize) -> Scalar + Send + Sync + 'static,
    ) -> Self {
        self.entry.columns.push(SettingColumn::new(name, kind, doc, read));
        self
    }

    /// What the identity tells of each bidder.
    pub(super) fn mark_bidder(
        mut self,
        key: &str,
        tell: fn(&BidderSettings, &BidderSettings) -> Option<String>,
    ) -> Self {
        self.entry.marks.push(Mark { key: key.to_owned(), tell: Tell::Bidder(Box::new(tell)) });
        self
    }
}

impl<F: Choose + Told> Row<F>
where
    F::Value: PartialEq,
{
    /// A value of the game: it is set, told in a column, and in the identity where it is not the introductory
    /// one.
    pub(super) fn game(self, get: fn(&Settings) -> F::Value, set: fn(&mut Settings, F::Value)) -> Self {
        self.game_where(|_| true, get, set)
    }

    /// The same, with a column that is null but where something holds of the cell.
    pub(super) fn game_where(
        self,
        holds: fn(&Settings) -> bool,
        get: fn(&Settings) -> F::Value,
        set: fn(&mut Settings, F::Value),
    ) -> Self {
        let (shown, told) = (self.form.clone(), self.form.clone());
        let kind = shown.kind();
        let mut row = self.set(set).column(kind, move |cell, _| match holds(&cell.settings) {
            true => shown.scalar(&get(&cell.settings)),
            false => Scalar::Null,
        });
        let tell = move |settings: &Settings, usual: &Settings| {
            let value = get(settings);
            (value != get(usual)).then(|| told.canonical(&value))
        };
        row.entry.marks.push(Mark { key: row.entry.key.clone(), tell: Tell::Game(Box::new(tell)) });
        row
    }

    /// A value of each bidder, in the same three ways, where something holds of the bidder; where it does
    /// not, the value is not used.
    pub(super) fn bidder_where(
        self,
        holds: fn(&BidderSettings) -> bool,
        get: fn(&BidderSettings) -> F::Value,
        set: fn(&mut BidderSettings, F::Value, usize),
    ) -> Self {
        let (shown, told) = (self.form.clone(), self.form.clone());
        let kind = shown.kind();
        let mut row = self.of_a_bidder().set_bidder(set).column(kind, move |cell, bidder| {
            match &cell.settings.bidders[bidder] {
                bidder if holds(bidder) => shown.scalar(&get(bidder)),
                _ => Scalar::Null,
            }
        });
        let tell = move |settings: &BidderSettings, usual: &BidderSettings| {
            let value = get(settings);
            (holds(settings) && value != get(usual)).then(|| told.canonical(&value))
        };
        row.entry.marks.push(Mark { key: row.entry.key.clone(), tell: Tell::Bidder(Box::new(tell)) });
        row
    }
}

impl Row<DomainForm> {
    /// Makes it a part of a learner, with a column that is null where a bidder has another.
    pub(super) fn hyperparameter(mut self, id: HyperparameterId) -> Self {
        self.entry.effect = Effect::Hyperparameter(id);
        let form = self.form.clone();
        let name = Learner::REGISTRY[id.learner].name;
        let value = move |cell: &Cell, bidder: usize| {
            let learner = &cell.settings.bidders[bidder].learner;
            (learner.name() == name).then(|| learner.values()[id.index])
        };
        let told = self.column(form.kind(), move |cell, bidder| {
            value(cell, bidder).map_or(Scalar::Null, |value| form.scalar(&value))
        });
        if !matches!(id.entry().domain, Domain::Tuned { .. }) {
            return told;
        }
        let column = format!("{}_rule", told.entry.key.replace(['.', '-'], "_"));
        let doc = format!("{}: constant, textbook or anytime (over the root of the epoch)", id.entry().name);
        told.column_named(&column, &doc, Kind::Text, move |cell, bidder| {
            value(cell, bidder).map_or(Scalar::Null, |value| value.tuned().rule().into())
        })
    }
}

impl<F> From<Row<F>> for SettingEntry {
    fn from(row: Row<F>) -> SettingEntry {
        row.entry
    }
}
