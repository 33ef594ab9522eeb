//! Best responses of two bidders who bid a share of uniform values from 0, in closed form.
//!
//! In units of the bidder's highest value the rival's highest bid is t, the value x, and the own bids w x.
//! With the kink c = t / w, from which on they always win,
//!
//! ```text
//! W(b) = min(b / t, 1),    u(x) = (1 - w) x min(x / c, 1),    u*(x) = x^2 / (4 t)  up to x = 2 t,  x - t beyond.
//! ```

use super::{CELLS, ERROR_OF_LINES, Found, Gain};
use crate::auction::{Prior, Profile};
use crate::expectation::Evaluator;

/// The rival's highest bids for which the closed form is used, in units of the own highest value: with bids
/// that are next to nothing or far beyond all values, powers would lose digits.
const TOPS: std::ops::RangeInclusive<f64> = 1e-3..=1e3;

/// A bidder of such a pair.
pub(super) struct PairBidder {
    /// The own highest value.
    high: f64,
    /// The own multiplier, w.
    own: f64,
    /// The rival's highest bid in units of the own highest value, t.
    top: f64,
}

/// The bidders of a profile that is such a pair, with multipliers above 0.
pub(super) fn pair(evaluator: &Evaluator, profile: &Profile) -> Option<[PairBidder; 2]> {
    let [first, second] = &evaluator.population.bidders[..] else { return None };
    let high = |prior: &Prior| match (prior, prior.support()) {
        (Prior::Uniform(_), (0.0, high)) => Some(high),
        _ => None,
    };
    let highs = [high(&first.prior)?, high(&second.prior)?];
    let multipliers = profile.multipliers()?;
    let bidder = |own: usize| {
        let (high, top) = (highs[own], multipliers[1 - own] * highs[1 - own] / highs[own]);
        let kink = top / multipliers[own];
        (TOPS.contains(&top) && kink.is_finite()).then_some(PairBidder { high, own: multipliers[own], top })
    };
    Some([bidder(0)?, bidder(1)?])
}

impl PairBidder {
    /// The best response.
    pub(super) fn found(&self) -> Found {
        let (expected, (most, at)) = (self.expected_gain(), self.largest_gain());
        Found {
            // A mean is at most the most: what it is above is rounding.
            gain: Gain {
                expected: self.high * expected.min(most),
                most: self.high * most,
                at: self.high * at,
            },
            // All values, for nothing.
            most_possible: self.high / 2.0,
            ceiling: self.high * self.ceiling(),
            error: ERROR_OF_LINES * self.high,
        }
    }

    /// `E[u* - u]`. Near an equilibrium, where t = w = 1/2, as a sum of what is small there:
    ///
    /// ```text
    /// (1/2 - w)^2 / (3 t)  -  (1 - 2 t)+^3 / (12 t)  +  (1 - w) (w / t) int_c^1 x (x - c) dx.
    /// ```
    fn expected_gain(&self) -> f64 {
        let PairBidder { own, top, .. } = *self;
        let kink = top / own;
        // How far values reach beyond 2 t and beyond the kink.
        let (flat, sure) = ((1.0 - 2.0 * top).max(0.0), (1.0 - kink).max(0.0));
        if flat <= 0.5 {
            let apart = 0.5 - own;
            return apart * apart / (3.0 * top) - flat * flat * flat / (12.0 * top)
                + (1.0 - own) / kink * sure * sure * (2.0 + kink) / 6.0;
        }
        let best = 2.0 / 3.0 * top * top + 0.5 - top;
        let won = if sure > 0.0 { 0.5 - kink * kink / 6.0 } else { 1.0 / (3.0 * kink) };
        best - (1.0 - own) * won
    }

    /// `max_x u*(x) - u(x)`, and where: at the highest value, where a piece of either ends, or between 2 t
    /// and the kink, where the gain `x - t - (1 - w) x^2 / c` may have its vertex.
    fn largest_gain(&self) -> (f64, f64) {
        let PairBidder { own, top, .. } = *self;
        let kink = top / own;
        let vertex = kink / (2.0 * (1.0 - own));
        let is_between = 2.0 * top < vertex && vertex < kink;
        let places = [Some(2.0 * top), Some(kink), is_between.then_some(vertex), Some(1.0)];
        let within = places.into_iter().flatten().filter(|x| *x <= 1.0);
        let gains = within.map(|x| (self.gain_at(x), x));
        // At no value nothing is gained.
        gains.fold((0.0, 0.0), |best, gain| if gain.0 > best.0 { gain } else { best })
    }

    /// `u*(x) - u(x)`.
    fn gain_at(&self, x: f64) -> f64 {
        let PairBidder { own, top, .. } = *self;
        let (flat, sure) = ((x - 2.0 * top).max(0.0), (x - top / own).max(0.0));
        if flat <= 0.5 * x {
            let apart = (0.5 - own) * x;
            return (apart * apart - 0.25 * flat * flat) / top + (1.0 - own) * x * sure * own / top;
        }
        let wins = (x * own / top).min(1.0);
        x - top - (1.0 - own) * x * wins
    }

    /// The expectation of the highest of the lines of [`Ceiling`](super::Ceiling), line k of
    ///
    /// ```text
    /// (x - t k / K) (k + 1) / K,    k = 0, .., K - 1,
    /// ```
    ///
    /// which is the highest from 2 k t / K to 2 (k + 1) t / K, the last without end.
    fn ceiling(&self) -> f64 {
        let cells = CELLS as f64;
        let width = 2.0 * self.top / cells;
        // The lines that end below the highest value: of line j each contributes (j + 1)^2 width^2 / (2 K).
        let ended = (1.0 / width).floor().min(cells - 1.0);
        let squares = ended * (ended + 1.0) * (2.0 * ended + 1.0) / 6.0;
        let last = (ended + 1.0) * (1.0 - width * ended) / 2.0;
        (width * width * squares / 2.0 + last) / cells
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{best_responses, searched};
    use super::*;
    use crate::auction::Population;
    use crate::auction::games::with_priors;
    use crate::auction::prior::Uniform;

    /// Everything that is told of a pair, by its closed form and by the search that all other games take.
    fn compare(highs: [f64; 2], multipliers: [f64; 2]) -> Result<(), TestCaseError> {
        let population = with_priors(&highs.map(|high| Prior::Uniform(Uniform::new(0.0, high).unwrap())));
        let evaluator = Evaluator::new(&population);
        let profile = Profile::linear(multipliers);
        prop_assert!(pair(&evaluator, &profile).is_some());
        let closed = best_responses(&evaluator, &profile);
        let utilities = closed.iter().map(|response| response.utility);
        let found = searched(&evaluator, &profile, utilities);
        for ((closed, found), high) in closed.iter().zip(&found).zip(highs) {
            let close = |one: f64, other: f64| (one - other).abs() <= 1e-12 * high;
            prop_assert!(close(closed.epsilon_ex_ante, found.epsilon_ex_ante), "{closed:?}, {found:?}");
            prop_assert!(close(closed.best_response_utility, found.best_response_utility));
            prop_assert!(close(closed.epsilon_interim, found.epsilon_interim), "{closed:?}, {found:?}");
            prop_assert!(
                close(closed.epsilon_ex_ante_upper, found.epsilon_ex_ante_upper),
                "{closed:?}, {found:?}"
            );
            prop_assert!(closed.error == found.error);
            // A flat top has many values next to its own.
            let far = (closed.interim_value - found.interim_value).abs() / high;
            prop_assert!(far < 1e-4 || closed.epsilon_interim < 1e-9 * high, "{closed:?}, {found:?}");
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn closed_forms_are_what_the_search_finds(
            highs in prop::array::uniform2(0.2..9.0f64),
            multipliers in prop::array::uniform2(0.05..1.3f64),
        ) {
            compare(highs, multipliers)?;
        }

        #[test]
        fn closed_forms_are_what_the_search_finds_near_equilibrium(
            multipliers in prop::array::uniform2(0.499..0.501f64),
        ) {
            compare([1.0, 1.0], multipliers)?;
        }
    }

    #[test]
    fn near_equilibrium_a_gain_keeps_its_digits() {
        let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
        for apart in [1e-3, 1e-5, 1e-7] {
            let gain = best_responses(&evaluator, &Profile::linear([0.5 - apart; 2]))[0].epsilon_ex_ante;
            // (1 - 2 w)^2 / 6.
            let exact = 4.0 * apart * apart / 6.0;
            assert!((gain / exact - 1.0).abs() < 1e-6, "{apart}: {gain}");
        }
    }

    #[test]
    fn other_games_are_no_pairs() {
        let is_pair = |population: &Population, multipliers: &[f64]| {
            pair(&Evaluator::new(population), &Profile::linear(multipliers.to_vec())).is_some()
        };
        let standard = |bidders| Population::symmetric(bidders, Prior::STANDARD);
        assert!(is_pair(&standard(2), &[0.5, 0.4]));
        assert!(!is_pair(&standard(3), &[0.5; 3]));
        for multipliers in [[0.0, 0.5], [0.5, 0.0], [0.5, 1e-9]] {
            assert!(!is_pair(&standard(2), &multipliers), "{multipliers:?}");
        }
        for prior in ["uniform:1:2", "beta:2:5"] {
            assert!(!is_pair(&with_priors(&[Prior::STANDARD, prior.parse().unwrap()]), &[0.5; 2]), "{prior}");
        }
    }
}
