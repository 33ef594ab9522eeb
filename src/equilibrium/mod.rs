//! Exact expectations of a profile, and the reference equilibria of a population.

mod bid_curve;
mod bne;
mod class;
mod class_response;
mod distance;
mod evaluate;
#[cfg(test)]
mod games;
mod gradient;
mod groups;
mod linear;
mod linear_program;
mod log_quantile;
mod marginal;
mod memo;
mod noise;
mod panels;
mod reference;
mod regret;
mod response;
mod rivals;
mod saturation;
mod smoothed;
mod smoothed_response;
mod smoothed_wins;
mod wins;

pub use bne::{BNE_EPSILON, BNE_ERROR, Bne, Certificate, bne};
pub use class::{CLASS_GAIN, CLASS_RESIDUAL, ClassEquilibrium, class_equilibrium};
pub use class_response::ClassResponse;
pub use distance::{BneDistance, Distance};
pub use evaluate::{BidderEvaluation, Evaluation, Evaluator, evaluate};
pub use gradient::{ExpectedGradient, GRADIENT_ERROR};
pub use linear::{LinearEquilibrium, linear_equilibria};
pub use linear_program::{
    BidderProblem, ConstrainedOptimum, Constraint, DUALITY_GAP, Discretisation, GridBid, MOST_BIDS,
    MOST_CELLS, MOST_LIPSCHITZ_CELLS, Optimum, ProgramError, ProgramResponse, RivalBids, ValueCell,
    program_response,
};
pub use memo::shared_references;
pub use noise::{Blocks, GradientNoise, NOISE_ERROR, gradient_noise};
pub use reference::{BidderReferences, Reference, References, equilibrium, references};
pub use regret::ExternalRegret;
pub use response::BestResponse;
pub use saturation::{SATURATED, saturation};
pub use smoothed::{LEAST_STEEPNESS, SMOOTHED_ERROR, smoothed_multiplier};
pub use smoothed_response::{MOST_STEEPNESS, SmoothedResponse};
