//! References of games that were asked for before.

use std::sync::{Arc, Mutex, OnceLock};

use super::{References, references};
use crate::auction::Population;

/// Games whose references are kept, the latest.
const KEPT: usize = 256;

/// A game, with its references once they are found.
struct Known {
    population: Population,
    beta: f64,
    references: Arc<OnceLock<Arc<References>>>,
}

static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// As [`references`], found once for all who ask for the same game, as the cells of a sweep do that differ in
/// their learners alone. Those who ask while they are being found wait.
pub fn shared_references(population: &Population, beta: f64) -> Arc<References> {
    let entry = {
        // What panicked elsewhere left the list as it was.
        let mut known = KNOWN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let place = known.iter().position(|game| game.beta == beta && game.population == *population);
        let game = match place {
            Some(place) => known.remove(place),
            None => Known { population: population.clone(), beta, references: Arc::default() },
        };
        let entry = Arc::clone(&game.references);
        if known.len() == KEPT {
            known.remove(0);
        }
        known.push(game);
        entry
    };
    Arc::clone(entry.get_or_init(|| Arc::new(references(population, beta))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::Prior;

    #[test]
    fn games_are_told_apart_and_the_latest_are_kept() {
        let population = |n| Population::symmetric(n, Prior::STANDARD);
        let first = shared_references(&population(2), 31.0);
        assert_eq!(*first, references(&population(2), 31.0));
        assert!(Arc::ptr_eq(&first, &shared_references(&population(2), 31.0)));
        assert_ne!(*first, *shared_references(&population(2), 32.0));
        assert_ne!(*first, *shared_references(&population(3), 31.0));
        for k in 0..KEPT {
            shared_references(&population(2), 100.0 + k as f64);
        }
        let again = shared_references(&population(2), 31.0);
        assert!(!Arc::ptr_eq(&first, &again) && first == again);
        assert_eq!(KNOWN.lock().unwrap().len(), KEPT);
    }
}
