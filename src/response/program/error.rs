//! Why a linear program has no best response.

use super::constraint::Constraint;

/// Why there is no best response.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProgramError {
    /// The problem is not well formed.
    #[error("{0}")]
    Problem(String),
    /// The constraint's number is out of range.
    #[error("{0}")]
    Constraint(String),
    /// No strategy on the grid keeps the constraint.
    #[error("no strategy keeps the constraint {constraint}: {reason}")]
    Infeasible {
        /// The constraint.
        constraint: Constraint,
        /// What the strategies reach.
        reason: String,
    },
    /// The grid is too fine for the solver.
    #[error("{count} {what} are more than {most}: use fewer")]
    TooLarge {
        /// `value cells`, or `bids`.
        what: &'static str,
        /// Their number.
        count: usize,
        /// The most: [`MOST_CELLS`](super::MOST_CELLS), [`MOST_LIPSCHITZ_CELLS`](super::MOST_LIPSCHITZ_CELLS)
        /// or [`MOST_BIDS`](super::MOST_BIDS).
        most: usize,
    },
    /// The solver failed, or what it found is not optimal to [`DUALITY_GAP`](super::DUALITY_GAP).
    #[error("the linear program was not solved: {0}")]
    Solver(String),
}
