//! The reference equilibria of a population, with method, error and reason.

mod find;

pub use find::{equilibrium, perturbed_references, references};

use super::first_price::Bne;
use crate::auction::BidFunction;

/// The reference equilibria of a game.
#[derive(Clone, Debug, PartialEq)]
pub struct References {
    /// One a bidder.
    pub bidders: Vec<BidderReferences>,
    /// The Bayes-Nash equilibrium as functions, with its certificate; `None` where there is none, or none
    /// that is found.
    pub bne: Option<Bne>,
    /// The eigenvalues (real part, imaginary part) of the Jacobian of the simultaneous gradient field in
    /// theta at the smoothed equilibrium, by falling real part, in the unit of the values; none where there
    /// is no such equilibrium, nor in the true auction (an infinite beta), whose field has kinks: there only
    /// bidders who share a prior U\[0, high\] have them, of the mean of the one-sided derivatives.
    pub eigenvalues: Vec<(f64, f64)>,
}

/// One reference of one bidder, or the reason why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The multiplier of the line through 0 that is nearest to the bids, argmin_w E (b(v) - w v)^2; `None`
    /// where there is no such equilibrium, or no method here finds it.
    pub multiplier: Option<f64>,
    /// The bids, of an equilibrium within the strategy class; those of the BNE are [`References::bne`].
    pub bids: Option<BidFunction>,
    /// How it was found.
    pub method: Option<&'static str>,
    /// A bound on the multiplier's absolute error.
    pub error: Option<f64>,
    /// Why there is none.
    pub reason: Option<String>,
}

/// The references of one bidder.
#[derive(Clone, Debug, PartialEq)]
pub struct BidderReferences {
    /// The equilibrium of the auction (Bayes-Nash).
    pub bne: Reference,
    /// The equilibrium of the auction with every bidder confined to the strategy class.
    pub class: Reference,
    /// The equilibrium of the smoothed auction within the class.
    pub smoothed: Reference,
    /// Where learners come to rest who climb the payoff of perturbed bids.
    pub perturbed: Reference,
    /// The ex-ante utility in the BNE, per auction and in the unit of the values.
    pub utility_bne: Option<f64>,
}

impl Reference {
    fn found(multiplier: f64, bids: Option<BidFunction>, method: &'static str, error: f64) -> Self {
        Reference {
            multiplier: Some(multiplier),
            bids,
            method: Some(method),
            error: Some(error),
            reason: None,
        }
    }

    /// Bids b = w v.
    fn line(multiplier: f64, method: &'static str, error: f64) -> Self {
        Self::found(multiplier, Some(BidFunction::Linear { multiplier }), method, error)
    }

    /// A BNE that is linear, as the equilibrium of the class.
    fn linear_as(bne: &Reference) -> Self {
        let line = |multiplier| BidFunction::Linear { multiplier };
        Reference { bids: bne.multiplier.map(line), ..bne.clone() }
    }

    fn none(reason: String) -> Self {
        Reference { multiplier: None, bids: None, method: None, error: None, reason: Some(reason) }
    }
}

#[cfg(test)]
mod tests;
