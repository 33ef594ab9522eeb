//! Exact expectations of a profile: utilities, gradients and the noise of sampled gradients.

mod arms;
mod contexts;
pub(crate) mod evaluate;
pub(crate) mod gradient;
mod noise;
mod saturation;

pub use arms::{ArmBidder, ArmPayoffs, ArmWorkspace};
pub use contexts::{TableLaws, TableWins};
pub use evaluate::{BidderEvaluation, Evaluation, Evaluator, evaluate};
pub use gradient::{EXTREME_GRADIENT_ERROR, ExpectedGradient, GRADIENT_ERROR};
pub use noise::{Blocks, GradientNoise, NOISE_ERROR, gradient_noise};
pub use saturation::{SATURATED, saturation};

#[cfg(test)]
mod tests;
