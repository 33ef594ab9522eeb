//! Bidders that differ: those of a named population.

use super::choice::Choice;
use super::problem::Place;
use super::row::SettingScope;
use super::settings::settings;

/// A population of the sweep file.
#[derive(Clone, Debug)]
pub(super) struct NamedPopulation {
    pub name: String,
    /// Where its name stands.
    pub place: Place,
    pub members: Vec<Member>,
}

/// One bidder of a named population; what it does not give it has from the cell.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Indices into [`settings`], and the values of its own.
    pub given: Vec<(usize, Choice)>,
}

impl Member {
    /// A bidder of the default population.
    pub(super) const DEFAULT: Member = Member { given: Vec::new() };

    /// Its own value of a setting.
    pub(super) fn own(&self, setting: usize) -> Option<&Choice> {
        self.given.iter().find(|(other, _)| *other == setting).map(|(_, choice)| choice)
    }

    /// What is its own as a sweep file writes it, for the manifest.
    pub(super) fn resolved(&self) -> serde_json::Value {
        let mut resolved = serde_json::json!({});
        for (index, _) in own_settings() {
            resolved[&settings()[index].key] = self.own(index).map(Choice::json).into();
        }
        resolved
    }
}

/// The settings that a bidder of a population may have values of its own of, with their indices.
pub(super) fn own_settings() -> impl Iterator<Item = (usize, &'static super::row::SettingEntry)> {
    settings().iter().enumerate().filter(|(_, entry)| entry.scope == SettingScope::Bidder)
}
