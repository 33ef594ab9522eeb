//! A learner, by its name or with a table of hyperparameters.

use serde_json::{Map, Value as Json, json};

use super::{DomainForm, Form, Names, Told, quoted, table_of};
use crate::learner::{Entry, Learner, Value};
use crate::sweep::document::{self, Node, Table};
use crate::sweep::problem::{Problem, suggestion};
use crate::sweep::read::{self, mismatch};

/// A name, or `{ adam = { beta1 = 0.9 } }`.
pub(in crate::sweep) struct LearnerForm;

/// A learner and the hyperparameters given in its table.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sweep) struct LearnerChoice {
    /// Index into [`Learner::REGISTRY`].
    pub learner: usize,
    /// One a hyperparameter.
    pub given: Vec<Option<Value>>,
}

impl LearnerChoice {
    /// The learner of a row of the registry, without a table.
    pub(in crate::sweep) fn plain(learner: usize) -> Self {
        LearnerChoice { learner, given: vec![None; Learner::REGISTRY[learner].hyperparameters.len()] }
    }

    pub(in crate::sweep) fn entry(&self) -> &'static Entry {
        &Learner::REGISTRY[self.learner]
    }

    /// The learner; a hyperparameter that its table leaves out is `otherwise`, by its index, or the default.
    pub(in crate::sweep) fn build(&self, otherwise: impl Fn(usize) -> Option<Value>) -> Learner {
        let given = self.given.iter().zip(self.entry().hyperparameters).enumerate();
        let values: Vec<Value> = given
            .map(|(index, (table, h))| table.or_else(|| otherwise(index)).unwrap_or(h.default))
            .collect();
        Learner::build(self.learner, &values)
    }
}

impl Form for LearnerForm {
    type Value = LearnerChoice;

    fn words(&self) -> String {
        let names: Vec<_> = Learner::REGISTRY.iter().map(|entry| quoted(entry.name)).collect();
        format!("one of {}, or a table such as {{ adam = {{ beta1 = NUMBER }} }}", names.join(", "))
    }

    fn schema(&self) -> Json {
        let names: Vec<_> = Learner::REGISTRY.iter().map(|entry| entry.name).collect();
        let tables = Learner::REGISTRY.iter().map(|entry| {
            let keys = entry.hyperparameters.iter();
            let keys: Map<_, _> = keys.map(|h| (h.name.to_owned(), DomainForm(h.domain).schema())).collect();
            let table = json!({ "type": "object", "properties": keys, "additionalProperties": false });
            table_of(entry.name, &table)
        });
        json!({ "oneOf": std::iter::once(json!({ "enum": names })).chain(tables).collect::<Vec<_>>() })
    }

    fn read(
        &self,
        key: &str,
        node: &Node,
        names: &Names,
        problems: &mut Vec<Problem>,
    ) -> Option<LearnerChoice> {
        let (name, place, table) = match &node.value {
            document::Value::Text(name) => (name, node.place, None),
            document::Value::Table(Table { entries }) => match entries.as_slice() {
                [entry] => (&entry.key, entry.place, Some(&entry.node)),
                _ => {
                    let message =
                        format!("the table of `{key}` has one key, its name, not {}", entries.len());
                    let problem = Problem::error(node.place, message);
                    problems.push(problem.help(format!("write `{key} = {{ adam = {{ beta1 = 0.9 }} }}`")));
                    return None;
                }
            },
            _ => {
                problems.push(mismatch(node, key, &self.words()));
                return None;
            }
        };
        let learners = || Learner::REGISTRY.iter().map(|entry| entry.name);
        let Some(learner) = learners().position(|other| other == name) else {
            let message = format!("there is no learner `{name}`");
            problems.push(Problem::error(place, message).help(suggestion(name, learners())));
            return None;
        };
        let mut choice = LearnerChoice::plain(learner);
        let hyperparameters = choice.entry().hyperparameters;
        if let Some(node) = table {
            let what = format!("the learner `{name}`");
            let table = read::table(node, &what, problems)?;
            read::only(table, &hyperparameters.iter().map(|h| h.name).collect::<Vec<_>>(), &what, problems);
            for (h, given) in hyperparameters.iter().zip(&mut choice.given) {
                let Some(node) = table.get(h.name) else { continue };
                *given = DomainForm(h.domain).read(h.name, node, names, problems);
            }
        }
        Some(choice)
    }

    fn toml(&self, value: &LearnerChoice) -> String {
        let given = value.entry().hyperparameters.iter().zip(&value.given);
        let given: Vec<_> = given
            .filter_map(|(h, given)| Some(format!("{} = {}", h.name, DomainForm(h.domain).toml(&(*given)?))))
            .collect();
        if given.is_empty() {
            return quoted(value.entry().name);
        }
        format!("{{ {} = {{ {} }} }}", value.entry().name, given.join(", "))
    }
}

/// The canonical JSON of a learner with the hyperparameters that are not at their default, for identities.
pub(in crate::sweep) fn canonical(learner: &Learner) -> String {
    let mut given: Vec<_> = learner.entry().hyperparameters.iter().zip(learner.values()).collect();
    given.retain(|(h, value)| *value != h.default);
    given.sort_by_key(|(h, _)| h.name);
    let given: Vec<String> = given
        .iter()
        .map(|(h, value)| format!("\"{}\":{}", h.name, DomainForm(h.domain).canonical(value)))
        .collect();
    format!("{{\"{}\":{{{}}}}}", learner.name(), given.join(","))
}
