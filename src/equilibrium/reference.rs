//! The reference equilibria of a population, with method, error and reason.

use super::smoothed::{LEAST_STEEPNESS, SMOOTHED_ERROR, smoothed_multiplier};
use crate::auction::{Mechanism, Population, Prior, Strategy};

/// One reference multiplier of one bidder, or the reason why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The multiplier; `None` where there is no such equilibrium, or no method here finds it.
    pub multiplier: Option<f64>,
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
    /// The ex-ante utility in the BNE, per auction and in the unit of the values.
    pub utility_bne: Option<f64>,
}

/// The Bayes-Nash equilibrium of a population, one reference a bidder.
///
/// N bidders who share the prior U\[0, high\] bid b(v) = v (N - 1) / N. Other populations get a reason.
///
/// ```
/// use bidsweep::auction::{Population, Prior};
/// use bidsweep::equilibrium::equilibrium;
///
/// let bne = equilibrium(&Population::symmetric(4, Prior::STANDARD));
/// assert_eq!(bne[3].multiplier, Some(0.75));
/// ```
///
/// References: Vickrey 1961; Krishna 2010, Proposition 2.2.
pub fn equilibrium(population: &Population) -> Vec<Reference> {
    vec![bne(population); population.len()]
}

/// All references of a population at steepness `beta` (per unit of bid), one entry a bidder.
///
/// Where the BNE is linear it is the equilibrium of the linear class too, and each bidder's utility in it is
/// high / (N (N + 1)). The smoothed equilibrium is that of [`smoothed_multiplier`].
///
/// ```
/// use bidsweep::auction::{Population, Prior};
/// use bidsweep::equilibrium::references;
///
/// let references = references(&Population::symmetric(2, Prior::STANDARD), 2.5);
/// assert_eq!(references[0].bne.multiplier, Some(0.5));
/// assert!(references[0].smoothed.reason.as_ref().unwrap().contains("beta above 3"));
/// ```
pub fn references(population: &Population, beta: f64) -> Vec<BidderReferences> {
    let bne = bne(population);
    let n = population.len() as f64;
    let references = BidderReferences {
        class: bne.clone(),
        bne,
        smoothed: smoothed(population, beta),
        utility_bne: common_uniform_high(population).map(|high| high / (n * (n + 1.0))),
    };
    vec![references; population.len()]
}

/// The BNE of every bidder.
fn bne(population: &Population) -> Reference {
    let n = population.len() as f64;
    match common_uniform_high(population) {
        Some(_) => Reference::found((n - 1.0) / n, "closed form", 0.0),
        None => Reference::unsupported(),
    }
}

/// The smoothed equilibrium of every bidder.
fn smoothed(population: &Population, beta: f64) -> Reference {
    let Some(high) = common_uniform_high(population) else {
        return Reference::unsupported();
    };
    match smoothed_multiplier(population.len(), beta * high) {
        Some(multiplier) => {
            Reference::found(multiplier, "first-order condition by quadrature", SMOOTHED_ERROR)
        }
        None => Reference::none(format!(
            "no interior equilibrium: beta = {beta} is too small for values up to {high}, every multiplier drifts \
             to 0; it exists for beta above {}",
            LEAST_STEEPNESS / high
        )),
    }
}

/// The highest value of linear bidders who share one uniform prior from 0 in a first-price auction.
fn common_uniform_high(population: &Population) -> Option<f64> {
    // Irrefutable: another mechanism does not compile before it has an answer here.
    let Mechanism::FirstPrice = population.mechanism;
    let linear = population.bidders.iter().all(|bidder| bidder.strategy == Strategy::Linear);
    let Prior::Uniform(prior) = population.common_prior()? else { return None };
    (linear && prior.low() == 0.0).then_some(prior.high())
}

impl Reference {
    fn found(multiplier: f64, method: &'static str, error: f64) -> Self {
        Reference { multiplier: Some(multiplier), method: Some(method), error: Some(error), reason: None }
    }

    fn none(reason: String) -> Self {
        Reference { multiplier: None, method: None, error: None, reason: Some(reason) }
    }

    fn unsupported() -> Self {
        Reference::none(
            "references exist so far for linear bidders who share one uniform prior with low = 0".to_owned(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equilibrium::games::{game, uniform};

    #[test]
    fn two_standard_bidders_have_every_reference() {
        let references = references(&Population::symmetric(2, Prior::STANDARD), 50.0);
        assert_eq!(references.len(), 2);
        assert_eq!(references[0], references[1]);
        let BidderReferences { bne, class, smoothed, utility_bne } = &references[0];
        assert_eq!(bne, &Reference::found(0.5, "closed form", 0.0));
        assert_eq!(class, bne);
        assert!((smoothed.multiplier.unwrap() - 0.480_466_645_2).abs() < 1e-10);
        assert_eq!(smoothed.error, Some(SMOOTHED_ERROR));
        assert_eq!(*utility_bne, Some(1.0 / 6.0));
    }

    #[test]
    fn values_up_to_four_scale_utility_and_steepness() {
        let scaled = &references(&Population::symmetric(3, uniform(0.0, 4.0)), 5.0)[0];
        let standard = &references(&Population::symmetric(3, Prior::STANDARD), 20.0)[0];
        assert_eq!(scaled.smoothed, standard.smoothed);
        assert_eq!(scaled.bne, standard.bne);
        assert_eq!(scaled.utility_bne, Some(4.0 / 12.0));
    }

    #[test]
    fn a_small_beta_has_a_bne_and_no_smoothed_equilibrium() {
        let references = &references(&Population::symmetric(2, uniform(0.0, 2.0)), 1.5)[0];
        assert_eq!(references.bne.multiplier, Some(0.5));
        assert_eq!(references.smoothed.multiplier, None);
        assert_eq!(references.smoothed.method, None);
        assert_eq!(
            references.smoothed.reason.as_deref(),
            Some(
                "no interior equilibrium: beta = 1.5 is too small for values up to 2, every multiplier drifts to 0; \
                 it exists for beta above 1.5"
            )
        );
    }

    #[test]
    fn other_populations_get_a_reason() {
        let asymmetric = game(&[(0.0, 1.0), (0.0, 2.0)]);
        let raised = game(&[(0.5, 1.0), (0.5, 1.0)]);
        for population in [asymmetric, raised] {
            let references = &references(&population, 50.0)[0];
            for reference in [&references.bne, &references.class, &references.smoothed] {
                assert_eq!(reference, &Reference::unsupported());
            }
            assert_eq!(references.utility_bne, None);
            assert_eq!(equilibrium(&population), vec![Reference::unsupported(); 2]);
        }
    }
}
