//! The reference equilibria of a population, with method, error and reason.

use super::class::class_equilibrium;
use super::first_price::{Bne, bne};
use super::linear::{LINEAR_METHOD, linear_equilibria};
use super::smoothed::{LEAST_STEEPNESS, SMOOTHED_ERROR, smoothed_eigenvalues, smoothed_multiplier};
use crate::auction::{BidFunction, Mechanism, Population, Prior, Strategy};

/// The reference equilibria of a game.
#[derive(Clone, Debug, PartialEq)]
pub struct References {
    /// One a bidder.
    pub bidders: Vec<BidderReferences>,
    /// The Bayes-Nash equilibrium as functions, with its certificate; `None` where there is none, or none that is found.
    pub bne: Option<Bne>,
    /// The eigenvalues (real part, imaginary part) of the Jacobian of the simultaneous gradient field in theta at the
    /// smoothed equilibrium, by falling real part, in the unit of the values; none where there is no such equilibrium,
    /// nor in the true auction (an infinite beta), whose field has kinks: there only bidders who share a prior
    /// U\[0, high\] have them, of the mean of the one-sided derivatives.
    pub eigenvalues: Vec<(f64, f64)>,
}

/// One reference of one bidder, or the reason why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The multiplier of the line through 0 that is nearest to the bids, argmin_w E (b(v) - w v)^2; `None` where there is
    /// no such equilibrium, or no method here finds it.
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
    /// The ex-ante utility in the BNE, per auction and in the unit of the values.
    pub utility_bne: Option<f64>,
}

impl References {
    /// Those of a game of which nothing was asked.
    pub fn unknown(bidders: usize) -> Self {
        let none = || Reference::none("not asked for".into());
        let bidder = BidderReferences { bne: none(), class: none(), smoothed: none(), utility_bne: None };
        References { bidders: vec![bidder; bidders], bne: None, eigenvalues: Vec::new() }
    }
}

/// The Bayes-Nash equilibrium of a population, one reference a bidder.
///
/// N bidders who share the prior U\[0, high\] bid b(v) = v (N - 1) / N. Where the equilibrium of [`bne`] is not linear,
/// the multiplier is its projection, argmin_w E (b(v) - w v)^2.
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
    let Mechanism::FirstPrice = population.mechanism;
    let bne = bne(population);
    references_to_bne(population, &bne).into_iter().map(|(bne, _)| bne).collect()
}

/// All references of a population at steepness `beta` (per unit of bid, infinite for the true auction).
///
/// The equilibrium of the linear class is the BNE where that is linear, and the class and smoothed equilibria are those
/// of [`linear_equilibria`] else, or of [`class_equilibrium`] where strategies are not linear, densities jump or the former
/// finds none; where there are several, none of them is the reference and the reason tells them. For
/// bidders who share a prior U\[0, high\] the smoothed equilibrium is that of [`smoothed_multiplier`], and the utility
/// high / (N (N + 1)). With an infinite `beta` the smoothed equilibrium is the class equilibrium, method and reason too.
///
/// ```
/// use bidsweep::auction::{Population, Prior};
/// use bidsweep::equilibrium::references;
///
/// let references = references(&Population::symmetric(2, Prior::STANDARD), 2.5).bidders;
/// assert_eq!(references[0].bne.multiplier, Some(0.5));
/// assert!(references[0].smoothed.reason.as_ref().unwrap().contains("beta above 3"));
/// ```
pub fn references(population: &Population, beta: f64) -> References {
    let Mechanism::FirstPrice = population.mechanism;
    let bne_of = bne(population);
    let of_bne = references_to_bne(population, &bne_of);
    let (class, (smoothed, eigenvalues)) = in_class(population, beta, &bne_of, &of_bne);
    let bidders = of_bne.into_iter().zip(class).zip(smoothed);
    let bidder =
        |(((bne, utility_bne), class), smoothed)| BidderReferences { bne, class, smoothed, utility_bne };
    References { bidders: bidders.map(bidder).collect(), bne: bne_of.ok(), eigenvalues }
}

/// An equilibrium, one reference a bidder, with [`References::eigenvalues`].
type WithEigenvalues = (Vec<Reference>, Vec<(f64, f64)>);

/// The class equilibrium, and the smoothed equilibrium with its eigenvalues. With an infinite `beta` they are one, and it
/// is solved once.
fn in_class(
    population: &Population,
    beta: f64,
    bne: &Result<Bne, String>,
    of_bne: &[(Reference, Option<f64>)],
) -> (Vec<Reference>, WithEigenvalues) {
    // A BNE of lines is in every class.
    let lines = || of_bne.iter().map(|(bne, _)| Reference::linear_as(bne)).collect::<Vec<_>>();
    // Where densities jump, only the method for all classes resolves the gradient.
    let smooth_lines = population
        .bidders
        .iter()
        .all(|bidder| bidder.strategy == Strategy::Linear && bidder.prior.kinks().is_empty());
    if !smooth_lines {
        let of_class = |beta| of_classes(population, beta, bne.as_ref().ok());
        let class = if common_uniform_high(population).is_some() {
            (lines(), Vec::new())
        } else {
            of_class(f64::INFINITY)
        };
        return if beta == f64::INFINITY { (class.0.clone(), class) } else { (class.0, of_class(beta)) };
    }
    if let Some(high) = common_uniform_high(population) {
        let class = lines();
        let (smoothed, eigenvalues) = symmetric_uniform_smoothed(population.len(), beta, high);
        // In the true auction the class equilibrium is exact, and its method the one to be told.
        let smoothed = if beta == f64::INFINITY { class.clone() } else { vec![smoothed; population.len()] };
        return (class, (smoothed, eigenvalues));
    }
    let mut class = linear(population, f64::INFINITY);
    if class.0.iter().any(|of| of.multiplier.is_none()) {
        // Responses may lead to bids that never win; the other method starts elsewhere.
        let other = of_classes(population, f64::INFINITY, bne.as_ref().ok());
        if other.0.iter().all(|of| of.multiplier.is_some()) {
            class = other;
        }
    }
    if beta == f64::INFINITY { (class.0.clone(), class) } else { (class.0, linear(population, beta)) }
}

/// The equilibrium within classes that are not all linear, for every bidder, and its eigenvalues.
fn of_classes(population: &Population, beta: f64, bne: Option<&Bne>) -> WithEigenvalues {
    match class_equilibrium(population, beta, bne) {
        Ok(found) => {
            let bidders = found.bids.into_iter().zip(found.multipliers).zip(found.errors);
            let reference =
                |((bids, multiplier), error)| Reference::found(multiplier, Some(bids), CLASS_METHOD, error);
            (bidders.map(reference).collect(), found.eigenvalues)
        }
        Err(reason) => (vec![Reference::none(reason); population.len()], Vec::new()),
    }
}

/// How equilibria within classes that are not all linear are found.
const CLASS_METHOD: &str = "expected gradient, responses and Newton's method from three starts";

/// The BNE of every bidder, and the utility in it.
fn references_to_bne(population: &Population, bne: &Result<Bne, String>) -> Vec<(Reference, Option<f64>)> {
    let n = population.len() as f64;
    if let Some(high) = common_uniform_high(population) {
        let reference = Reference::found((n - 1.0) / n, None, "closed form", 0.0);
        return vec![(reference, Some(high / (n * (n + 1.0)))); population.len()];
    }
    match bne {
        Ok(bne) => (0..population.len())
            .map(|bidder| {
                // |E[db v]| / E[v^2] is at most the error of the bids over E[v].
                let error = bne.error() / population.bidders[bidder].prior.mean();
                let reference = Reference::found(bne.projection(bidder), None, bne.method(), error);
                (reference, Some(bne.utility(bidder)))
            })
            .collect(),
        Err(reason) => vec![(Reference::none(reason.clone()), None); population.len()],
    }
}

/// The equilibrium of the linear class in the auction of a steepness, for every bidder, and its eigenvalues.
fn linear(population: &Population, beta: f64) -> WithEigenvalues {
    let none = |reason: String| (vec![Reference::none(reason); population.len()], Vec::new());
    let found = match linear_equilibria(population, beta) {
        Ok(found) => found,
        Err(reason) => return none(reason),
    };
    if let [only] = &found[..] {
        let found = |&multiplier: &f64| Reference::line(multiplier, LINEAR_METHOD, only.error);
        return (only.multipliers.iter().map(found).collect(), only.eigenvalues.clone());
    }
    let told: Vec<String> = found.iter().map(|one| format!("{:?}", one.multipliers)).collect();
    none(format!("several equilibria, with multipliers {}", told.join(" and ")))
}

/// The smoothed equilibrium of bidders who share a prior U\[0, high\], and its eigenvalues.
fn symmetric_uniform_smoothed(bidders: usize, beta: f64, high: f64) -> (Reference, Vec<(f64, f64)>) {
    let steepness = beta * high;
    let Some(multiplier) = smoothed_multiplier(bidders, steepness) else {
        let reason = format!(
            "no interior equilibrium: beta = {beta} is too small for values up to {high}, every multiplier drifts \
             to 0; it exists for beta above {}",
            LEAST_STEEPNESS / high
        );
        return (Reference::none(reason), Vec::new());
    };
    // The field, and with it the Jacobian, is in the unit of the values.
    let [common, difference] = smoothed_eigenvalues(bidders, steepness, multiplier).map(|value| high * value);
    let mut eigenvalues = vec![(difference, 0.0); bidders];
    eigenvalues[if common >= difference { 0 } else { bidders - 1 }].0 = common;
    (Reference::line(multiplier, "first-order condition by quadrature", SMOOTHED_ERROR), eigenvalues)
}

/// The highest value of bidders who share one uniform prior from 0 in a first-price auction.
fn common_uniform_high(population: &Population) -> Option<f64> {
    // Irrefutable: another mechanism does not compile before it has an answer here.
    let Mechanism::FirstPrice = population.mechanism;
    let Prior::Uniform(prior) = population.common_prior()? else { return None };
    (prior.low() == 0.0).then_some(prior.high())
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
mod tests {
    use super::*;
    use crate::auction::games::{game, uniform};
    use crate::auction::prior::Empirical;
    use crate::numeric::quadrature::GaussLegendre;

    #[test]
    fn two_standard_bidders_have_every_reference() {
        let references = references(&Population::symmetric(2, Prior::STANDARD), 50.0).bidders;
        assert_eq!(references.len(), 2);
        assert_eq!(references[0], references[1]);
        let BidderReferences { bne, class, smoothed, utility_bne } = &references[0];
        assert_eq!(bne, &Reference::found(0.5, None, "closed form", 0.0));
        assert_eq!(class, &Reference::line(0.5, "closed form", 0.0));
        assert!((smoothed.multiplier.unwrap() - 0.480_466_645_2).abs() < 1e-10);
        assert_eq!(smoothed.error, Some(SMOOTHED_ERROR));
        assert_eq!(*utility_bne, Some(1.0 / 6.0));
    }

    #[test]
    fn values_up_to_four_scale_utility_and_steepness() {
        let scaled = &references(&Population::symmetric(3, uniform(0.0, 4.0)), 5.0).bidders[0];
        let standard = &references(&Population::symmetric(3, Prior::STANDARD), 20.0).bidders[0];
        assert_eq!(scaled.smoothed, standard.smoothed);
        assert_eq!(scaled.bne, standard.bne);
        assert_eq!(scaled.utility_bne, Some(4.0 / 12.0));
    }

    #[test]
    fn a_small_beta_has_a_bne_and_no_smoothed_equilibrium() {
        let references = &references(&Population::symmetric(2, uniform(0.0, 2.0)), 1.5).bidders[0];
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
    fn unequal_bidders_have_every_reference() {
        let references = references(&game(&[(0.0, 1.0), (0.0, 2.0)]), 50.0).bidders;
        let bne = bne(&game(&[(0.0, 1.0), (0.0, 2.0)])).unwrap();
        let tables = [(0.5, 0.499859), (0.326_673, 0.328179)];
        for (bidder, (class, smoothed)) in tables.into_iter().enumerate() {
            let of = &references[bidder];
            assert_eq!(of.bne.multiplier, Some(bne.projection(bidder)));
            assert!(of.bne.error.unwrap() < 1e-7);
            assert!((of.class.multiplier.unwrap() - class).abs() < 1e-6);
            assert!((of.smoothed.multiplier.unwrap() - smoothed).abs() < 1e-6);
            assert_eq!(of.utility_bne, Some(bne.utility(bidder)));
        }
    }

    #[test]
    fn very_unequal_bidders_are_not_waited_for() {
        let supports: Vec<_> = (0..64).map(|i| (0.0, 1.0 + 0.05 * f64::from(i))).collect();
        for of in references(&game(&supports), 50.0).bidders {
            assert!(of.bne.reason.unwrap().contains("would drop out"));
            for reference in [of.class, of.smoothed] {
                let reason = reference.reason.unwrap();
                assert_eq!(reason, "not computed: 64 different priors, and 12 at most are manageable");
            }
        }
    }

    #[test]
    fn what_does_not_exist_has_a_reason() {
        // The second always outbids the first, and no lowest values are common.
        let references = references(&game(&[(0.0, 1.0), (0.0, 1.0), (2.0, 3.0)]), 50.0).bidders;
        for of in &references {
            assert!(of.bne.multiplier.is_none() && of.utility_bne.is_none());
            assert!(of.bne.reason.as_ref().unwrap().contains("begin at different values"), "{of:?}");
        }
        let references = super::references(&game(&[(0.0, 1.0), (0.0, 1.1)]), 2.5).bidders;
        assert!(references[0].class.multiplier.is_some());
        assert!(references[1].smoothed.reason.as_ref().unwrap().contains("beta = 2.5 is too small"));
    }

    #[test]
    fn without_smoothing_the_smoothed_equilibrium_is_that_of_the_class() {
        let many = (0..13).map(|i| (0.0, 1.0 + f64::from(i))).collect();
        for (supports, solved) in
            [(vec![(0.0, 2.0); 3], true), (vec![(0.0, 1.0), (0.0, 2.0)], true), (many, false)]
        {
            for of in references(&game(&supports), f64::INFINITY).bidders {
                assert_eq!(of.smoothed, of.class);
                assert_eq!((of.class.multiplier.is_some(), of.class.reason.is_none()), (solved, solved));
            }
        }
        // High x -(N - 1) / (N^2 (N + 1)), high x -(3 N - 1) / (2 N^2 (N + 1)).
        let symmetric = references(&game(&[(0.0, 2.0); 3]), f64::INFINITY);
        assert_eq!(symmetric.bidders[0].smoothed.method, Some("closed form"));
        assert_eq!(symmetric.eigenvalues, [-1.0 / 9.0, -2.0 / 9.0, -2.0 / 9.0].map(|value| (value, 0.0)));
        assert!(references(&game(&[(0.0, 1.0), (0.0, 2.0)]), f64::INFINITY).eigenvalues.is_empty());
    }

    #[test]
    fn eigenvalues_scale_with_values_and_stand_by_falling_real_part() {
        let scaled = references(&Population::symmetric(3, uniform(0.0, 4.0)), 12.5).eigenvalues;
        let standard = references(&Population::symmetric(3, Prior::STANDARD), 50.0).eigenvalues;
        assert_eq!(scaled, standard.iter().map(|(re, im)| (4.0 * re, *im)).collect::<Vec<_>>());
        assert_eq!(standard.len(), 3);
        assert!(standard.is_sorted_by(|a, b| a.0 >= b.0) && standard[1] == standard[2], "{standard:?}");
        assert!(references(&Population::symmetric(3, Prior::STANDARD), 3.0).eigenvalues.is_empty());
    }

    #[test]
    fn data_have_the_references_of_their_jumping_density() {
        let values: Vec<f64> = (0..60).map(|k| 0.2 + libm::pow((f64::from(k) + 0.5) / 60.0, 1.7)).collect();
        let prior = Prior::Empirical(Empirical::new("values.csv", "value", &values).unwrap());
        let population = Population::symmetric(2, prior.clone());
        let references = references(&population, 30.0);
        let multiplier = references.bidders[0].smoothed.multiplier.unwrap();
        // E[v (-s + (1 - w) beta v s')] over both values, exactly but for the rule: between data quantiles are lines.
        let knots: Vec<f64> = (0..60).map(|k| f64::from(k) / 59.0).collect();
        let rule = GaussLegendre::of_order(8);
        let gradient = |w: f64| {
            rule.integrate_panels(&knots, |p| {
                let v = prior.quantile(p);
                rule.integrate_panels(&knots, |q| {
                    let win = 1.0 / (1.0 + libm::exp(-30.0 * w * (v - prior.quantile(q))));
                    v * ((1.0 - w) * 30.0 * v * win * (1.0 - win) - win)
                })
            })
        };
        assert!(gradient(multiplier).abs() < 1e-9, "{multiplier}: {:e}", gradient(multiplier));
    }
}
