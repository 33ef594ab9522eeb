//! The settings of one cell while its choices come together, and what they become.

use crate::auction::{Mechanism, Prior, Strategy};
use crate::learner::Learner;
use crate::train::{Batch, Beta, BidderSettings, Initial, Precision, Profiles, Rate, Settings, Updates};

use super::choice::{Choice, Choose};
use super::form::{DomainForm, LearnerChoice};
use super::member::{Member, NamedPopulation};
use super::row::{Effect, HyperparameterId};
use super::settings::{BIDDERS, LEARNER, POPULATION, index_of, settings};

/// The choices of a cell.
#[derive(Clone, Debug)]
pub(super) struct Draft<'g> {
    /// What the sweep gives, one a setting.
    given: Vec<Option<&'g Choice>>,
}

impl<'g> Draft<'g> {
    /// Nothing is given: every setting is at its default.
    pub(super) fn new() -> Self {
        Draft { given: vec![None; settings().len()] }
    }

    /// Takes over the choice of a setting, by its index.
    pub(super) fn choose(&mut self, setting: usize, choice: &'g Choice) {
        self.given[setting] = Some(choice);
    }

    /// Whether the sweep gives a setting, by its index.
    pub(super) fn is_given(&self, setting: usize) -> bool {
        self.given[setting].is_some()
    }

    /// The choice of a setting, by its index: the given one, or the default.
    pub(super) fn chosen(&self, setting: usize) -> Option<&'g Choice> {
        self.given[setting].or(settings()[setting].usual.as_ref())
    }

    /// Index into the sweep's populations, where one is named.
    pub(super) fn population(&self) -> Option<usize> {
        match self.chosen(index_of(POPULATION)) {
            Some(Choice::Population(name)) => Some(name.index),
            _ => None,
        }
    }

    /// Number of bidders, N.
    pub(super) fn size(&self, populations: &[NamedPopulation]) -> usize {
        match (self.population(), self.chosen(index_of(BIDDERS))) {
            (Some(index), _) => populations[index].members.len(),
            (None, Some(Choice::Integer(bidders))) => *bidders as usize,
            (None, _) => unreachable!("the number of bidders has a default"),
        }
    }

    /// What a run of the cell is trained with.
    pub(super) fn settings(&self, populations: &[NamedPopulation]) -> Settings {
        let size = self.size(populations);
        let bidders = match self.population() {
            None => (0..size).map(|bidder| self.bidder(bidder, &Member::DEFAULT)).collect(),
            Some(index) => {
                let members = populations[index].members.iter().enumerate();
                members.map(|(bidder, member)| self.bidder(bidder, member)).collect()
            }
        };
        let mut game = unset(bidders);
        for (setting, entry) in settings().iter().enumerate() {
            if let (Effect::Game(set), Some(choice)) = (&entry.effect, self.chosen(setting)) {
                set(&mut game, choice);
            }
        }
        game
    }

    fn bidder(&self, place: usize, member: &Member) -> BidderSettings {
        let mut bidder = unset_bidder(self.learner(member));
        for (setting, entry) in settings().iter().enumerate() {
            if let (Effect::Bidder(set), Some(choice)) =
                (&entry.effect, member.own(setting).or(self.chosen(setting)))
            {
                // A value of its own is no list.
                set(&mut bidder, choice, place);
            }
        }
        bidder
    }

    /// The choice of a bidder's learner.
    fn learner_choice<'m>(&self, member: &'m Member) -> &'m LearnerChoice
    where
        'g: 'm,
    {
        let setting = index_of(LEARNER);
        match member.own(setting).or(self.chosen(setting)) {
            Some(Choice::Learner(learner)) => learner,
            _ => unreachable!("the learner has a default"),
        }
    }

    /// A bidder's learner: what its table leaves out is given by the keys of the hyperparameters.
    fn learner(&self, member: &Member) -> Learner {
        let choice = self.learner_choice(member);
        choice.build(|index| {
            let id = HyperparameterId { learner: choice.learner, index };
            self.hyperparameter(id).map(|choice| DomainForm(id.entry().domain).value(choice))
        })
    }

    /// A hyperparameter that is given by a key of its own.
    pub(super) fn hyperparameter(&self, id: HyperparameterId) -> Option<&'g Choice> {
        let given = settings().iter().zip(&self.given);
        given.filter(|(entry, _)| entry.hyperparameter() == Some(id)).find_map(|(_, given)| *given)
    }
}

/// A game before the rows set it; what stands here is seen by nobody.
fn unset(bidders: Vec<BidderSettings>) -> Settings {
    Settings {
        mechanism: Mechanism::FirstPrice,
        bidders,
        beta: Beta::Fixed(1.0),
        batch: Batch::Exact,
        profiles: Profiles::Own,
        epochs: 1,
        updates: Updates::Sequential,
        precision: Precision::F64,
    }
}

/// A bidder before the rows set it, but for its learner and that one's own learning rate.
fn unset_bidder(learner: Learner) -> BidderSettings {
    BidderSettings {
        prior: Prior::STANDARD,
        strategy: Strategy::Linear,
        // Seen by nobody where there is none.
        learning_rate: Rate::Fixed(learner.entry().learning_rate.unwrap_or(1.0)),
        learner,
        initial: Initial::Truthful,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_set_by_its_row() {
        let settings = Draft::new().settings(&[]);
        let Settings { mechanism, bidders, beta, batch, profiles, epochs, updates, precision } = settings;
        assert_eq!(mechanism, Mechanism::FirstPrice);
        assert_eq!((beta, batch, profiles), (Beta::Fixed(50.0), Batch::Profiles(128), Profiles::Shared));
        assert_eq!((epochs, updates, precision), (2000, Updates::Simultaneous, Precision::F32));
        let [BidderSettings { prior, strategy, learner, learning_rate, initial }, _] = &bidders[..] else {
            panic!("{} bidders", bidders.len());
        };
        assert_eq!((prior, strategy), (&crate::auction::Prior::STANDARD, &Strategy::Linear));
        assert_eq!(
            (learner.name(), *learning_rate, *initial),
            ("adam", Rate::Fixed(0.01), Initial::Theta(0.9))
        );
    }
}
