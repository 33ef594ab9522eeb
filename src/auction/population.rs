//! Who bids: a prior and a strategy class for each bidder.

use super::{Mechanism, Prior, Strategy};

/// The fewest bidders of an auction.
pub const MIN_BIDDERS: usize = 2;
/// The most bidders of an auction.
pub const MAX_BIDDERS: usize = 64;

/// One bidder of a population.
#[derive(Clone, Debug, PartialEq)]
pub struct Bidder {
    /// The distribution of the value.
    pub prior: Prior,
    /// The class of bid functions.
    pub strategy: Strategy,
}

/// The bidders of an auction, [`MIN_BIDDERS`] to [`MAX_BIDDERS`] of them, with independent values.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// The auction's rule.
    pub mechanism: Mechanism,
    /// The bidders; bidder 1 of the tables is `bidders[0]`.
    pub bidders: Vec<Bidder>,
}

impl Population {
    /// `bidders` linear bidders with values from one prior, in a first-price auction.
    pub fn symmetric(bidders: usize, prior: Prior) -> Self {
        Population {
            mechanism: Mechanism::FirstPrice,
            bidders: vec![Bidder { prior, strategy: Strategy::Linear }; bidders],
        }
    }

    /// Number of bidders, N.
    pub fn len(&self) -> usize {
        self.bidders.len()
    }

    /// Whether there is no bidder.
    pub fn is_empty(&self) -> bool {
        self.bidders.is_empty()
    }

    /// The prior that all bidders share, if they do.
    pub fn common_prior(&self) -> Option<&Prior> {
        let first = &self.bidders.first()?.prior;
        self.bidders.iter().all(|bidder| bidder.prior == *first).then_some(first)
    }
}
