//! The reference equilibria of a population, each with its certificate.

mod class;
mod distance;
mod first_price;
mod grid;
mod linear;
mod memo;
mod perturbed;
mod reference;
mod smoothed;

pub use class::{CLASS_GAIN, CLASS_RESIDUAL, ClassEquilibrium, class_equilibrium};
pub use distance::{BneDistance, Distance};
pub use first_price::{BNE_EPSILON, BNE_ERROR, Bne, Certificate, bne};
pub use grid::grid_equilibria;
pub use linear::{LinearEquilibrium, linear_equilibria};
pub use memo::shared_references;
pub use perturbed::{MOST_SIGMA, PERTURBED_ERROR, perturbed_multiplier};
pub use reference::{BidderReferences, Reference, References, equilibrium, perturbed_references, references};
pub use smoothed::{LEAST_STEEPNESS, SMOOTHED_ERROR, smoothed_multiplier};
