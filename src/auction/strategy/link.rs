//! What the numbers that a bidder learns mean: a link takes a number theta of the real line to a parameter of
//! the bid function.

use super::linear;
use crate::numeric::elementary::{exp, sigmoid};
use crate::numeric::simd::Real;

/// The link of a strategy's numbers. `a` is the parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// a = 1 / (1 + e^-theta), in (0, 1).
    Logistic,
    /// a = e^theta, above 0.
    Exponential,
    /// a = theta: a probability that the learner itself keeps in \[0, 1\].
    Identity,
}

impl Link {
    /// The parameter of theta.
    pub fn parameter(self, theta: f64) -> f64 {
        match self {
            Link::Logistic => linear::multiplier(theta),
            Link::Exponential => libm::exp(theta),
            Link::Identity => theta,
        }
    }

    /// theta of a parameter, the inverse of [`Link::parameter`].
    pub fn theta(self, parameter: f64) -> f64 {
        match self {
            Link::Logistic => linear::theta(parameter),
            Link::Exponential => libm::log(parameter),
            Link::Identity => parameter,
        }
    }

    /// theta of the parameter that is 1 / (1 + e^-`logit`).
    pub fn theta_of_logit(self, logit: f64) -> f64 {
        match self {
            Link::Logistic => logit,
            Link::Exponential => -libm::log1p(libm::exp(-logit)),
            Link::Identity => linear::multiplier(logit),
        }
    }

    /// da / dtheta, of the parameter.
    pub fn slope(self, parameter: f64) -> f64 {
        match self {
            Link::Logistic => parameter * (1.0 - parameter),
            Link::Exponential => parameter,
            Link::Identity => 1.0,
        }
    }

    /// The parameters of lanes.
    #[inline(always)]
    pub fn parameters<R: Real>(self, theta: R) -> R {
        match self {
            Link::Logistic => sigmoid(theta),
            Link::Exponential => exp(theta),
            Link::Identity => theta,
        }
    }

    /// da / dtheta of lanes, of their parameters.
    #[inline(always)]
    pub fn slopes<R: Real>(self, parameter: R) -> R {
        match self {
            Link::Logistic => parameter * (R::splat(1.0) - parameter),
            Link::Exponential => parameter,
            Link::Identity => R::splat(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn theta_inverts_the_parameter_and_the_slope_is_its_derivative() {
        for link in [Link::Logistic, Link::Exponential, Link::Identity] {
            for theta in [-3.0, -0.2, 0.0, 0.9, 2.5] {
                let parameter = link.parameter(theta);
                assert!((link.theta(parameter) - theta).abs() < 1e-14, "{link:?} {theta}");
                let h = 1e-5;
                let quotient = (link.parameter(theta + h) - link.parameter(theta - h)) / (2.0 * h);
                assert!(
                    (link.slope(parameter) - quotient).abs() < 1e-8 * (1.0 + parameter.abs()),
                    "{link:?} {theta}"
                );
                let logit = link.theta_of_logit(theta);
                assert!(
                    (link.parameter(logit) - linear::multiplier(theta)).abs() < 1e-15,
                    "{link:?} {theta}"
                );
            }
        }
    }
}
