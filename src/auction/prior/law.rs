//! What every prior computes: a distribution on [0, 1], which its support stretches.

use std::ops::RangeInclusive;

use super::PriorEntry;
use super::support::Support;
use crate::numeric::digits::Shortest;

/// The shape parameters that priors take. Below, a tenth of the mass and more would lie closer to an end of
/// the support than f64 resolves.
pub const SHAPES: RangeInclusive<f64> = 0.1..=1000.0;

/// The least standard deviation of a prior, in units of high - low. A narrower one is all but an atom.
pub const LEAST_SPREAD: f64 = 1e-4;

/// A distribution on \[0, 1\]; z is the share of the way from low to high.
pub(super) trait Law {
    fn entry(&self) -> &'static PriorEntry;

    fn support(&self) -> Support;

    /// In the registry's order.
    fn parameters(&self) -> Vec<f64>;

    /// The bits of the numbers that the law on \[0, 1\] is computed from, without the support: laws of a row
    /// that agree in them agree in every quantile, bit for bit.
    fn identity(&self) -> Vec<u64>;

    fn cdf(&self, z: f64) -> f64;

    fn pdf(&self, z: f64) -> f64;

    fn quantile(&self, p: f64) -> f64;

    /// The z with 1 - cdf(z) = q.
    fn upper_quantile(&self, q: f64) -> f64;

    /// ln of the cdf, where the cdf itself may underflow.
    fn ln_cdf(&self, z: f64) -> f64;

    /// The z with ln cdf(z) = l.
    fn quantile_of_ln(&self, l: f64) -> f64;

    fn mean(&self) -> f64;

    fn variance(&self) -> f64;
}

/// The law, or what to write instead where it is narrower than [`LEAST_SPREAD`].
pub(super) fn wide_enough<L: Law>(law: L) -> Result<L, String> {
    let spread = law.variance().sqrt();
    if spread >= LEAST_SPREAD {
        return Ok(law);
    }
    Err(too_narrow(law.support()))
}

pub(super) fn too_narrow(Support { low, high }: Support) -> String {
    format!(
        "the values spread over less than {LEAST_SPREAD} of the support from {} to {}: narrow `low` and `high` \
         around them",
        Shortest(low),
        Shortest(high)
    )
}

/// A shape parameter, or what to write instead.
pub(super) fn shape(name: &str, value: f64) -> Result<f64, String> {
    if SHAPES.contains(&value) {
        return Ok(value);
    }
    Err(format!("{name} = {} must be from {} to {}", Shortest(value), SHAPES.start(), SHAPES.end()))
}
