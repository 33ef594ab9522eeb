//! Best responses by linear program over distributional strategies.
//!
//! A distributional strategy x(k, l) is the joint probability of the value cell k and the bid l (Milgrom and
//! Weber 1985, "Distributional strategies for games with incomplete information"). On a grid of cells with
//! mass p_k and mean value v_k, and of bids b_l that win with probability W_l, a best response solves
//!
//! ```text
//! max sum_kl x_kl (v_k - b_l) W_l,    sum_l x_kl = p_k,    x >= 0,
//! ```
//!
//! which may have one [`Constraint`] more that couples the values.

mod constraint;
mod discretise;
mod error;
mod generation;
mod hull;
mod own;
mod problem;
mod profile;
mod solve;
mod solver;
#[cfg(test)]
mod tests;

pub use constraint::Constraint;
pub use discretise::{Discretisation, Grid, RivalBids};
pub use error::ProgramError;
pub use problem::{BidderProblem, GridBid, OwnCell, ValueCell};
pub use profile::program_response;
pub use solve::{
    ConstrainedOptimum, DUALITY_GAP, MOST_BIDS, MOST_CELLS, MOST_LIPSCHITZ_CELLS, Optimum, ProgramResponse,
    solve_program,
};
