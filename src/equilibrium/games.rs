//! Games and draws that the tests of this layer share.

use proptest::prelude::{Just, Strategy as Generator, prop, prop_oneof};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::auction::{Bidder, MAX_BIDDERS, Mechanism, Population, Prior, Profile, Strategy, prior::Uniform};

/// Linear bidders with values from U\[low, high\] each.
pub(super) fn game(supports: &[(f64, f64)]) -> Population {
    let bidder = |&(low, high): &(f64, f64)| Bidder { prior: uniform(low, high), strategy: Strategy::Linear };
    Population { mechanism: Mechanism::FirstPrice, bidders: supports.iter().map(bidder).collect() }
}

/// The prior U\[low, high\].
pub(super) fn uniform(low: f64, high: f64) -> Prior {
    Prior::Uniform(Uniform::new(low, high).unwrap())
}

/// Any game and profile; some supports are disjoint, some multipliers tiny, some games symmetric.
pub(super) fn games() -> impl Generator<Value = (Population, Profile)> {
    let support =
        prop_oneof![Just((0.0, 1.0)), (0.0..2.0, 0.1..3.0).prop_map(|(low, width)| (low, low + width))];
    let multiplier =
        prop_oneof![8 => 0.01..0.999, 1 => Just(0.5), 1 => (1.0..150.0).prop_map(|x: f64| libm::exp10(-x))];
    prop::collection::vec((support, multiplier), 2..=12).prop_map(|bidders| {
        let (supports, multipliers): (Vec<_>, Vec<_>) = bidders.into_iter().unzip();
        (game(&supports), Profile::linear(multipliers))
    })
}

/// Numbers of bidders that symmetric games are tested with.
pub(super) const SIZES: [usize; 6] = [2, 3, 5, 10, 33, MAX_BIDDERS];

/// Profiles of values, drawn independently.
pub(super) fn draws(population: &Population, seed: u64) -> impl Iterator<Item = Vec<f64>> + '_ {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    std::iter::repeat_with(move || {
        let mut draw = |bidder: &Bidder| {
            let uniform = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            bidder.prior.quantile(uniform)
        };
        population.bidders.iter().map(&mut draw).collect()
    })
}
