//! Laws of bids: how the values of a prior become the distribution of a bid, and how likely a bid wins.

pub mod bid_curve;
pub mod groups;
pub mod log_quantile;
pub mod marginal;
pub mod marginals;
pub mod panels;
pub mod rivals;
pub mod smoothed_wins;
pub mod terms;
pub mod wins;
