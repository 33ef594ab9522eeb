//! Exact expectations of a profile, and the reference equilibria of a population.

mod bid_curve;
mod bne;
mod class;
mod distance;
mod evaluate;
#[cfg(test)]
mod games;
mod gradient;
mod groups;
mod linear;
mod log_quantile;
mod marginal;
mod memo;
mod panels;
mod reference;
mod saturation;
mod smoothed;

pub use bne::{BNE_EPSILON, BNE_ERROR, Bne, Certificate, bne};
pub use class::{CLASS_GAIN, CLASS_RESIDUAL, ClassEquilibrium, class_equilibrium};
pub use distance::{BneDistance, Distance};
pub use evaluate::{BidderEvaluation, Evaluation, Evaluator, evaluate};
pub use gradient::{ExpectedGradient, GRADIENT_ERROR};
pub use linear::{LinearEquilibrium, linear_equilibria};
pub use memo::shared_references;
pub use reference::{BidderReferences, Reference, References, equilibrium, references};
pub use saturation::{SATURATED, saturation};
pub use smoothed::{LEAST_STEEPNESS, SMOOTHED_ERROR, smoothed_multiplier};
