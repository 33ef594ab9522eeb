//! Best responses to a profile: over all bids, within the strategy class, in the smoothed auction, by linear program,
//! and in hindsight.

mod class;
pub(crate) mod free;
mod program;
mod regret;
mod smoothed;

pub use class::ClassResponse;
pub use free::BestResponse;
pub use program::{
    BidderProblem, ConstrainedOptimum, Constraint, DUALITY_GAP, Discretisation, GridBid, MOST_BIDS,
    MOST_CELLS, MOST_LIPSCHITZ_CELLS, Optimum, ProgramError, ProgramResponse, RivalBids, ValueCell,
    program_response,
};
pub use regret::ExternalRegret;
pub use smoothed::{MOST_STEEPNESS, SmoothedResponse};
