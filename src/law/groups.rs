//! Bidders of one prior, who play alike in the equilibria that are looked for here.

use super::log_quantile::LogQuantile;
use crate::auction::{Population, Prior};

/// The most different priors for which equilibria of linear bidders are computed.
pub const MOST_PRIORS: usize = 12;

/// The different priors of a population.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    /// One a group, in the order of their first bidders.
    pub priors: Vec<Prior>,
    /// Of the priors.
    pub quantiles: Vec<LogQuantile>,
    /// Bidders of each group.
    pub counts: Vec<f64>,
    /// The group of each bidder.
    pub of_bidder: Vec<usize>,
}

impl Groups {
    /// The groups of a population.
    ///
    /// # Errors
    /// Where there are more than [`MOST_PRIORS`].
    pub fn few(population: &Population) -> Result<Self, String> {
        let mut different: Vec<&Prior> = Vec::new();
        for bidder in &population.bidders {
            if !different.contains(&&bidder.prior) {
                different.push(&bidder.prior);
            }
        }
        match different.len() {
            0..=MOST_PRIORS => Ok(Groups::new(population)),
            n => Err(format!("not computed: {n} different priors, and {MOST_PRIORS} at most are manageable")),
        }
    }

    pub fn new(population: &Population) -> Self {
        let bidders = &population.bidders;
        Groups::alike(population, |i, j| bidders[i].prior == bidders[j].prior)
    }

    /// The groups of bidders of one prior and one multiplier.
    pub fn at(population: &Population, multipliers: &[f64]) -> Self {
        let bidders = &population.bidders;
        Groups::alike(population, |i, j| {
            bidders[i].prior == bidders[j].prior && multipliers[i] == multipliers[j]
        })
    }

    fn alike(population: &Population, alike: impl Fn(usize, usize) -> bool) -> Self {
        let mut groups =
            Groups { priors: Vec::new(), quantiles: Vec::new(), counts: Vec::new(), of_bidder: Vec::new() };
        let mut firsts: Vec<usize> = Vec::new();
        for (i, bidder) in population.bidders.iter().enumerate() {
            let known = firsts.iter().position(|&first| alike(i, first));
            let group = known.unwrap_or_else(|| {
                firsts.push(i);
                groups.priors.push(bidder.prior.clone());
                groups.quantiles.push(LogQuantile::new(&bidder.prior));
                groups.counts.push(0.0);
                groups.priors.len() - 1
            });
            groups.counts[group] += 1.0;
            groups.of_bidder.push(group);
        }
        groups
    }

    /// Number of groups.
    pub fn len(&self) -> usize {
        self.priors.len()
    }

    /// Number of bidders, N: those of all groups.
    pub fn bidders(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// The sum over all bidders of what each has by its group.
    pub fn total(&self, of_group: &[f64]) -> f64 {
        self.counts.iter().zip(of_group).map(|(count, x)| count * x).sum()
    }

    /// The sum over the rivals of a bidder of a group.
    pub fn total_of_rivals(&self, group: usize, of_group: &[f64]) -> f64 {
        let rivals =
            self.counts.iter().enumerate().map(|(g, count)| if g == group { count - 1.0 } else { *count });
        rivals.zip(of_group).filter(|(rivals, _)| *rivals > 0.0).map(|(rivals, x)| rivals * x).sum()
    }

    /// What each bidder has by its group.
    pub fn spread<T: Clone>(&self, of_group: &[T]) -> Vec<T> {
        self.of_bidder.iter().map(|&group| of_group[group].clone()).collect()
    }
}
