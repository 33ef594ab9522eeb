//! Best responses to a profile: over all bids, within the strategy class, in the smoothed auction, by linear
//! program, and in hindsight.

mod class;
pub(crate) mod free;
mod program;
mod regret;

pub use class::{ClassResponse, class_responses};
pub use free::{
    BestResponse, MOST_STEEPNESS, SmoothedResponse, best_responses, epsilon_ex_ante_upper, smoothed_responses,
};
pub use program::{
    BidderProblem, ConstrainedOptimum, Constraint, DUALITY_GAP, Discretisation, Grid, GridBid, MOST_BIDS,
    MOST_CELLS, MOST_LIPSCHITZ_CELLS, Optimum, OwnCell, ProgramError, ProgramResponse, RivalBids, ValueCell,
    program_response, solve_program,
};
pub use regret::{ExternalRegret, external_regrets};

#[cfg(test)]
mod tests;
