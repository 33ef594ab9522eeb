//! Which method finds which reference.

use super::{BidderReferences, Reference, References};
use crate::auction::{Mechanism, Population, Prior, Strategy};
use crate::equilibrium::class::class_equilibrium;
use crate::equilibrium::first_price::{Bne, bne};
use crate::equilibrium::linear::{LINEAR_METHOD, linear_equilibria};
use crate::equilibrium::perturbed::{MOST_SIGMA, PERTURBED_ERROR, perturbed_multiplier};
use crate::equilibrium::smoothed::{
    LEAST_STEEPNESS, SMOOTHED_ERROR, smoothed_eigenvalues, smoothed_multiplier,
};

/// The Bayes-Nash equilibrium of a population, one reference a bidder.
///
/// N bidders who share the prior U\[0, high\] bid b(v) = v (N - 1) / N. Where the equilibrium of [`bne`] is
/// not linear, the multiplier is its projection, argmin_w E (b(v) - w v)^2.
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
    let bne = bne(population);
    references_to_bne(population, &bne).into_iter().map(|(bne, _)| bne).collect()
}

/// All references of a population at steepness `beta` (per unit of bid, infinite for the true auction).
///
/// The equilibrium of the linear class is the BNE where that is linear, and the class and smoothed equilibria
/// are those of [`linear_equilibria`] else, or of [`class_equilibrium`] where strategies are not linear,
/// densities jump or the former finds none; where there are several, none of them is the reference and the
/// reason tells them. For bidders who share a prior U\[0, high\] the smoothed equilibrium is that of
/// [`smoothed_multiplier`], and the utility high / (N (N + 1)). With an infinite `beta` the smoothed
/// equilibrium is the class equilibrium, method and reason too.
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
    let bne_of = bne(population);
    let of_bne = references_to_bne(population, &bne_of);
    let (class, (smoothed, eigenvalues)) = in_class(population, beta, &bne_of, &of_bne);
    let bidders = of_bne.into_iter().zip(class).zip(smoothed);
    let bidder = |(((bne, utility_bne), class), smoothed)| {
        let perturbed = Reference::none("no learner tries perturbed bids".into());
        BidderReferences { bne, class, smoothed, perturbed, utility_bne }
    };
    References { bidders: bidders.map(bidder).collect(), bne: bne_of.ok(), eigenvalues }
}

/// Where learners of a population come to rest who climb the payoff of perturbed bids, one reference a
/// bidder: that of [`perturbed_multiplier`]. `sigmas` are the standard deviations of the perturbations in
/// theta, one a bidder, where it tries such.
pub fn perturbed_references(population: &Population, sigmas: &[Option<f64>]) -> Vec<Reference> {
    let reason = |reason: &str| vec![Reference::none(reason.to_owned()); population.len()];
    let Some(sigma) = sigmas[0].filter(|_| sigmas.iter().all(|other| *other == sigmas[0])) else {
        return reason("bidders perturb unequally: it is known where all perturb alike");
    };
    let linear = population.bidders.iter().all(|bidder| bidder.strategy == Strategy::Linear);
    if !population.mechanism.is_first_price() {
        return reason("it is known of the first price");
    }
    if !linear || common_uniform_high(population).is_none() {
        return reason("it is known of linear bidders who share a prior U[0, high]");
    }
    let Some(multiplier) = perturbed_multiplier(population.len(), sigma) else {
        return reason(&format!(
            "none, or several, at a sigma of {sigma}; it is looked for up to {MOST_SIGMA}"
        ));
    };
    let method = "first-order condition of the averaged payoff by quadrature";
    vec![Reference::line(multiplier, method, PERTURBED_ERROR); population.len()]
}

/// An equilibrium, one reference a bidder, with [`References::eigenvalues`].
type WithEigenvalues = (Vec<Reference>, Vec<(f64, f64)>);

/// The class equilibrium, and the smoothed equilibrium with its eigenvalues. With an infinite `beta` they are
/// one, and it is solved once.
fn in_class(
    population: &Population,
    beta: f64,
    bne: &Result<Bne, String>,
    of_bne: &[(Reference, Option<f64>)],
) -> (Vec<Reference>, WithEigenvalues) {
    if !population.mechanism.is_first_price() {
        return in_class_of_rule(population, beta, bne, of_bne);
    }
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
    if class.0.iter().any(|bidder| bidder.multiplier.is_none()) {
        // Responses may lead to bids that never win; the other method starts elsewhere.
        let other = of_classes(population, f64::INFINITY, bne.as_ref().ok());
        if other.0.iter().all(|bidder| bidder.multiplier.is_some()) {
            class = other;
        }
    }
    if beta == f64::INFINITY { (class.0.clone(), class) } else { (class.0, linear(population, beta)) }
}

/// The same under other rules. Truthful bids are in every class, or its end.
fn in_class_of_rule(
    population: &Population,
    beta: f64,
    bne: &Result<Bne, String>,
    of_bne: &[(Reference, Option<f64>)],
) -> (Vec<Reference>, WithEigenvalues) {
    let of_class = |beta| of_classes(population, beta, bne.as_ref().ok());
    let class = match population.mechanism {
        Mechanism::SecondPrice => {
            (of_bne.iter().map(|(bne, _)| Reference::linear_as(bne)).collect(), Vec::new())
        }
        _ => of_class(f64::INFINITY),
    };
    if beta == f64::INFINITY { (class.0.clone(), class) } else { (class.0, of_class(beta)) }
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
    if let Some(high) = common_uniform_high(population).filter(|_| population.mechanism.is_first_price()) {
        let reference = Reference::found((n - 1.0) / n, None, "closed form", 0.0);
        return vec![(reference, Some(high / (n * (n + 1.0)))); population.len()];
    }
    match bne {
        Ok(bne) if population.mechanism == Mechanism::SecondPrice => (0..population.len())
            .map(|bidder| (Reference::found(1.0, None, bne.method(), 0.0), Some(bne.utility(bidder))))
            .collect(),
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

/// The highest value of bidders who share one uniform prior from 0.
fn common_uniform_high(population: &Population) -> Option<f64> {
    let Prior::Uniform(prior) = population.common_prior()? else { return None };
    (prior.low() == 0.0).then_some(prior.high())
}
