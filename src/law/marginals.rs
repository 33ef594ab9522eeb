//! The tables of the priors of a population.

use super::bid_curve::BidCurve;
use super::marginal::{Marginal, Part};
use crate::auction::{Population, Prior, Profile};

/// The prior of every bidder as a table; bidders of one prior share it.
#[derive(Clone, Debug)]
pub struct Marginals {
    /// Of the different priors.
    different: Vec<Marginal>,
    /// The table of each bidder.
    of_bidder: Vec<usize>,
}

impl Marginals {
    /// Of a population. It takes up to a millisecond a prior that costs special functions.
    pub fn new(population: &Population) -> Self {
        let mut different: Vec<&Prior> = Vec::new();
        let mut of_bidder = Vec::with_capacity(population.len());
        for bidder in &population.bidders {
            let known = different.iter().position(|prior| **prior == bidder.prior);
            of_bidder.push(known.unwrap_or(different.len()));
            if known.is_none() {
                different.push(&bidder.prior);
            }
        }
        Marginals { different: different.into_iter().map(Marginal::new).collect(), of_bidder }
    }

    /// That of a bidder.
    pub fn of(&self, bidder: usize) -> &Marginal {
        &self.different[self.of_bidder[bidder]]
    }

    /// The laws of the bids of a profile, each `shift` higher: bidder by bidder the curves of all that may be
    /// drawn.
    pub fn curves(&self, profile: &Profile, shift: f64, part: Part) -> impl Iterator<Item = BidCurve<'_>> {
        let marginals = self.of_bidder.iter().map(|&k| &self.different[k]);
        marginals.zip(&profile.bids).enumerate().flat_map(move |(bidder, (marginal, bids))| {
            let table = bids.table().map(|table| BidCurve::of_table(table, shift, part));
            let table = table.map(|curve| BidCurve { bidder, ..curve });
            let components = bids.components().map(move |(weight, bids)| {
                let curve = BidCurve::new(marginal, bids, shift, part);
                BidCurve { bidder, weight, ..curve }
            });
            table.into_iter().chain(components)
        })
    }
}
