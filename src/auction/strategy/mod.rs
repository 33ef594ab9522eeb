//! Bidding strategies: how a value becomes a bid. One file a strategy class, one row in [`Strategy::ALL`].

pub mod linear;
pub mod piecewise_linear;

mod bid_function;
mod link;
mod play;
mod table;

pub use bid_function::{BidFunction, Mixture, PureBids};
pub use link::Link;
pub use piecewise_linear::PiecewiseLinear;
pub use play::{Play, arm_multiplier};
pub use table::{TableBids, TableShape};

use super::Prior;

/// The class of bid functions that a bidder learns in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// b = w v with one multiplier w in (0, 1): see [`linear`].
    #[default]
    Linear,
    /// Rising and linear between knots at quantiles of the value: see [`piecewise_linear`].
    PiecewiseLinear {
        /// Segments of equal probability, 1 to [`piecewise_linear::MOST_SEGMENTS`].
        segments: usize,
    },
}

impl Strategy {
    /// Every class, in the order of `bidsweep list`.
    pub const ALL: [Strategy; 2] =
        [Strategy::Linear, Strategy::PiecewiseLinear { segments: piecewise_linear::USUAL_SEGMENTS }];

    /// The name in sweep files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Strategy::Linear => "linear",
            Strategy::PiecewiseLinear { .. } => "piecewise-linear",
        }
    }

    /// One line for `bidsweep list`.
    pub const fn doc(self) -> &'static str {
        match self {
            Strategy::Linear => "b = w v, one multiplier w = sigmoid(theta) in (0, 1)",
            Strategy::PiecewiseLinear { .. } => {
                "rising, linear between knots at quantiles of the value, slopes exp(theta)"
            }
        }
    }

    /// Number of parameters of a bid function of the class.
    pub const fn parameters(self) -> usize {
        match self {
            Strategy::Linear => 1,
            Strategy::PiecewiseLinear { segments } => segments + 1,
        }
    }

    /// What the numbers that are learned mean: how each becomes a parameter.
    pub const fn link(self) -> Link {
        match self {
            Strategy::Linear => Link::Logistic,
            Strategy::PiecewiseLinear { .. } => Link::Exponential,
        }
    }

    /// The parameters of the line b = v, where the class has it: a multiplier is below 1.
    pub fn truthful(self) -> Option<Vec<f64>> {
        match self {
            Strategy::Linear => None,
            Strategy::PiecewiseLinear { .. } => Some(vec![1.0; self.parameters()]),
        }
    }

    /// The bid function of a bidder with this prior and these parameters: the multiplier, or
    /// [the slopes](piecewise_linear).
    ///
    /// # Panics
    /// Where there are not [`Strategy::parameters`] of them.
    pub fn bid_function(self, prior: &Prior, parameters: &[f64]) -> BidFunction {
        assert_eq!(parameters.len(), self.parameters(), "parameters of {}", self.name());
        match self {
            Strategy::Linear => BidFunction::Linear { multiplier: parameters[0] },
            Strategy::PiecewiseLinear { segments } => {
                BidFunction::PiecewiseLinear(PiecewiseLinear::of_slopes(prior, segments, parameters))
            }
        }
    }

    /// For each parameter a of the class, d multiplier / d a of the line through 0 that is nearest to the bid
    /// function: the bids are linear in the parameters, and so is argmin_w E (b(v) - w v)^2 = E\[b v\] /
    /// E\[v^2\].
    pub fn projection(self, prior: &Prior) -> Vec<f64> {
        match self {
            Strategy::Linear => vec![1.0],
            Strategy::PiecewiseLinear { segments } => piecewise_linear::projection(prior, segments),
        }
    }

    /// E\[db(v) / da\] of each parameter a of the class: what the mean bid rises by.
    pub fn mean_slopes(self, prior: &Prior) -> Vec<f64> {
        match self {
            Strategy::Linear => vec![prior.mean()],
            Strategy::PiecewiseLinear { segments } => piecewise_linear::mean_slopes(prior, segments),
        }
    }
}
