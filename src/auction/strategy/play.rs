//! What a bidder plays: what the numbers that its learner moves say.

use super::{BidFunction, Link, Mixture, Strategy, TableBids, TableShape};
use crate::auction::Prior;

/// How the numbers of a learner become a bid function, pure or mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Play {
    /// A bid function of the class; the numbers are thetas of its parameters.
    Pure(Strategy),
    /// A mixture of the lines b = w_k v, w_k = k / (arms - 1) for k = 0 .. arms - 1, of which one is drawn in
    /// every auction; the numbers are its probabilities.
    Arms {
        /// Number of lines, at least 2.
        arms: usize,
    },
    /// For each bin of values a mixture over a grid of bids, of which one is drawn in every auction; the
    /// numbers are its probabilities, shape \[bin\]\[bid\].
    Table(TableShape),
}

/// Arms that are less probable than this are left out of bids: all of them together move no expectation by
/// more than some 1e-11 of the highest value.
const NEVER: f64 = 1e-14;

/// The multiplier w_k = k / (arms - 1) of an arm, counted from 0.
pub fn arm_multiplier(arm: usize, arms: usize) -> f64 {
    arm as f64 / (arms - 1) as f64
}

impl Play {
    /// How many numbers there are.
    pub const fn parameters(self) -> usize {
        match self {
            Play::Pure(class) => class.parameters(),
            Play::Arms { arms } => arms,
            Play::Table(shape) => shape.probabilities(),
        }
    }

    /// Number of arms, where it plays some.
    pub const fn arms(self) -> Option<usize> {
        match self {
            Play::Arms { arms } => Some(arms),
            Play::Pure(_) | Play::Table(_) => None,
        }
    }

    /// The table's shape, where it plays one.
    pub const fn table(self) -> Option<TableShape> {
        match self {
            Play::Table(shape) => Some(shape),
            Play::Pure(_) | Play::Arms { .. } => None,
        }
    }

    /// Whether the numbers are probabilities, and what is bid is drawn.
    pub const fn is_mixed(self) -> bool {
        !matches!(self, Play::Pure(_))
    }

    /// What the numbers mean: how each becomes a parameter.
    pub const fn link(self) -> Link {
        match self {
            Play::Pure(class) => class.link(),
            Play::Arms { .. } | Play::Table(_) => Link::Identity,
        }
    }

    /// The bid function of a bidder with this prior and these parameters.
    ///
    /// # Panics
    /// Where there are not [`Play::parameters`] of them, or those of a mixture are no probabilities.
    pub fn bid_function(self, prior: &Prior, parameters: &[f64]) -> BidFunction {
        match self {
            Play::Pure(class) => class.bid_function(prior, parameters),
            Play::Arms { arms } => {
                assert_eq!(parameters.len(), arms, "one probability an arm");
                let line = |(arm, &weight): (usize, &f64)| {
                    // What is never drawn would still have to be looked at.
                    let weight = if weight < NEVER { 0.0 } else { weight };
                    (weight, BidFunction::Linear { multiplier: arm_multiplier(arm, arms) })
                };
                let lines = parameters.iter().enumerate().map(line).collect();
                BidFunction::Mixed(Mixture::new(lines).expect("probabilities"))
            }
            Play::Table(shape) => BidFunction::Table(TableBids::new(shape, prior, parameters)),
        }
    }

    /// For each parameter a, d multiplier / d a of the line through 0 that is nearest to the mean bid, as
    /// [`Strategy::projection`]: of arms the mean multiplier is linear in the probabilities.
    pub fn projection(self, prior: &Prior) -> Vec<f64> {
        match self {
            Play::Pure(class) => class.projection(prior),
            Play::Arms { arms } => (0..arms).map(|arm| arm_multiplier(arm, arms)).collect(),
            Play::Table(shape) => {
                let bins = shape.projection(prior).into_iter();
                bins.flat_map(|bin| shape.grid().map(move |bid| bin * bid)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_are_lines_whose_probabilities_are_the_parameters() {
        let play = Play::Arms { arms: 3 };
        assert_eq!((play.parameters(), play.link()), (3, Link::Identity));
        let bids = play.bid_function(&Prior::STANDARD, &[0.25, 0.0, 0.75]);
        let BidFunction::Mixed(mixture) = &bids else { panic!("pure") };
        let line = |multiplier| BidFunction::Linear { multiplier };
        assert_eq!(mixture.components(), [(0.25, line(0.0)), (0.75, line(1.0))]);
        assert_eq!(bids.mean_bid(0.8), 0.75 * 0.8);
        assert_eq!(play.projection(&Prior::STANDARD), [0.0, 0.5, 1.0]);
        let pure = Play::Pure(Strategy::Linear);
        assert_eq!(pure.bid_function(&Prior::STANDARD, &[0.4]), line(0.4));
    }
}
