//! The external regret of every bidder of a run.

mod bids;
mod sums;
mod values;

use bids::grid;
use sums::Sums;
use values::Values;

use crate::auction::Profile;
use crate::expectation::Evaluator;
use crate::law::marginal::Part;
use crate::law::rivals::BidLaws;
use crate::numeric::regression::weighted_line;

/// Regrets at T, T / 2, .. T / 2^k for k up to this number tell how regret grows.
const HALVINGS: u32 = 6;

/// Mean regrets an epoch that are below this part of the highest value are not told from 0 where its growth
/// is looked for.
const RESOLVED: f64 = 1e-7;

/// The external regret of one bidder of a run: what the best fixed strategy in hindsight would have earned
/// over the run, less what was earned,
///
/// ```text
/// max_b sum_t u_t(b) - sum_t u_t(b_t),
/// ```
///
/// in the unit of the values times epochs: a total, one auction an epoch. Of a mixture u_t(b_t) is the mean
/// over what is drawn. The regret may be below 0, since the own strategy may change and the fixed one may
/// not.
///
/// References: Hannan 1957; Cesa-Bianchi and Lugosi 2006, "Prediction, learning, and games", chapter 4.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExternalRegret {
    /// Against the best fixed multiplier: b(v) = w v, w in \[0, 1\].
    pub multiplier: f64,
    /// The best fixed multiplier.
    pub best_multiplier: f64,
    /// Against the best fixed bid function of any kind. It rises: the sum of the probabilities to win rises
    /// with the bid.
    pub bid_map: f64,
    /// d ln `multiplier` / d ln T, by least squares over T, T / 2, .. T / 64 as far as there are so many
    /// profiles: 1 for a regret that grows with every epoch alike, 1/2 for the worst case of learners without
    /// regret, 0 for a regret that has ceased to grow. `None` where fewer than three of these regrets are
    /// above 0 by more than errors: 1e-7 of the highest value an epoch.
    pub slope: Option<f64>,
    /// The same of `bid_map`.
    pub bid_map_slope: Option<f64>,
}

/// The external regret of every bidder of a run, in the true auction and with exact expectations. The
/// profiles stand in the order of time, one an epoch.
///
/// With `W_t(b)` the probability to win with a bid b against the others' bids at t, and `S(b) = sum_t
/// W_t(b)`:
///
/// ```text
/// multiplier = max_w E[(1 - w) v S(w v)] - sum_t u_t,    bid_map = E max_b (v - b) S(b) - sum_t u_t.
/// ```
///
/// S is exact at 257 bids evenly from the lowest that ever wins to the highest of the run, where W of the
/// last profiles and of some others bends, and in the middles between; else it is quadratic. Bids that meet
/// an atom of the rivals' bids are taken to be an instant above. Errors, an epoch and in units of the highest
/// value: mostly below 1e-9 where W bends nowhere else, up to 1e-6 where best bids jump and 1e-5 beside a
/// pole of a density; some 1e-4, too low, times the share of the epochs in which W bends at one bid between
/// these; and a few 1e-3 where it jumps or all but jumps there.
///
/// Memory does not grow with the number of profiles; profiles that are those before cost next to nothing.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Profile};
/// use bidsweep::expectation::Evaluator;
/// use bidsweep::response::external_regrets;
///
/// let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
/// let regret = external_regrets(&evaluator, &vec![Profile::linear([0.5, 0.3]); 1000])[0];
/// // The second bids at most 0.3, and bids of 0.3 are best from the value 0.6 on.
/// let (best, own) = (0.06 + 0.2, 0.06 + 0.16);
/// assert!((regret.bid_map - 1000.0 * (best - own)).abs() < 1e-5);
/// assert!((regret.slope.unwrap() - 1.0).abs() < 1e-9);
/// ```
///
/// # Panics
/// Where a profile has not one bid function a bidder, or the auction is not a first-price one.
pub fn external_regrets(evaluator: &Evaluator, profiles: &[Profile]) -> Vec<ExternalRegret> {
    let mechanism = evaluator.population.mechanism;
    assert!(mechanism.is_first_price(), "external regret is known of the first price, not of {mechanism}");
    let bidders = evaluator.population.len();
    let mut regrets = vec![ExternalRegret::default(); bidders];
    if profiles.is_empty() {
        return regrets;
    }
    let mut totals = Totals::new(evaluator, grid(evaluator, profiles));
    let values = values_of(evaluator);
    let mut growths = vec![[const { Vec::new() }; 2]; bidders];
    for (number, profile) in (1..).zip(profiles) {
        if number == 1 || *profile != profiles[number - 2] {
            totals.settle();
            totals.turn_to(evaluator, profile);
        }
        totals.pending += 1.0;
        if !(0..=HALVINGS).any(|k| profiles.len() >> k == number) {
            continue;
        }
        totals.settle();
        for (i, (regret, growth)) in regrets.iter_mut().zip(&mut growths).enumerate() {
            let values = &values.1[values.0[i]];
            let sums = Sums::new(&totals.bids, totals.wins_of(i));
            let (best_multiplier, of_multiplier) = values.best_multiplier(&sums);
            regret.best_multiplier = best_multiplier;
            regret.multiplier = of_multiplier - totals.earned[i];
            regret.bid_map = values.best_bids(&sums) - totals.earned[i];
            let epochs = number as f64;
            let least = RESOLVED * values.highest() * epochs;
            for (growth, regret) in growth.iter_mut().zip([regret.multiplier, regret.bid_map]) {
                if regret > least {
                    growth.push((libm::log(epochs), libm::log(regret), 1.0));
                }
            }
        }
    }
    for (regret, growth) in regrets.iter_mut().zip(&growths) {
        let [slope, bid_map_slope] =
            growth.each_ref().map(|points| weighted_line(points).map(|line| line.slope.0));
        (regret.slope, regret.bid_map_slope) = (slope, bid_map_slope);
    }
    regrets
}

/// The values of each bidder, as a number, and those of each different prior.
fn values_of(evaluator: &Evaluator) -> (Vec<usize>, Vec<Values<'_>>) {
    let (mut of_bidder, mut different) = (Vec::new(), Vec::<Values>::new());
    for (i, bidder) in evaluator.population.bidders.iter().enumerate() {
        let marginal = evaluator.marginal(i);
        let known = different.iter().position(|values| values.belong_to(marginal));
        of_bidder.push(known.unwrap_or(different.len()));
        if known.is_none() {
            different.push(Values::new(&bidder.prior, marginal));
        }
    }
    (of_bidder, different)
}

/// What a run adds up to so far.
struct Totals {
    /// The bids at which W is summed up.
    bids: Vec<f64>,
    /// S at every bid, of one bidder after another.
    sums: Vec<f64>,
    /// What each bidder has earned.
    earned: Vec<f64>,
    /// W and the utilities of the present profile, and for how many epochs they have not been added.
    wins: Vec<f64>,
    utilities: Vec<f64>,
    pending: f64,
    /// For the making of W.
    room: Vec<f64>,
}

impl Totals {
    fn new(evaluator: &Evaluator, bids: Vec<f64>) -> Self {
        let (bidders, size) = (evaluator.population.len(), bids.len());
        Totals {
            bids,
            sums: vec![0.0; bidders * size],
            earned: vec![0.0; bidders],
            wins: vec![0.0; bidders * size],
            utilities: vec![0.0; bidders],
            pending: 0.0,
            room: vec![0.0; bidders * size],
        }
    }

    /// S of a bidder.
    fn wins_of(&self, bidder: usize) -> &[f64] {
        let size = self.bids.len();
        &self.sums[bidder * size..][..size]
    }

    /// Adds what is pending.
    fn settle(&mut self) {
        if self.pending > 0.0 {
            let add = |(sum, each): (&mut f64, &f64)| *sum += self.pending * each;
            self.sums.iter_mut().zip(&self.wins).for_each(add);
            self.earned.iter_mut().zip(&self.utilities).for_each(add);
            self.pending = 0.0;
        }
    }

    fn turn_to(&mut self, evaluator: &Evaluator, profile: &Profile) {
        let laws = BidLaws::new(evaluator.curves(profile, 0.0, Part::Cdf));
        let evaluation = evaluator.evaluate(profile);
        for (utility, own) in self.utilities.iter_mut().zip(evaluation.bidders) {
            *utility = own.utility;
        }
        laws.wins(&self.bids, &mut self.room, &mut self.wins);
    }
}

#[cfg(test)]
mod tests;
