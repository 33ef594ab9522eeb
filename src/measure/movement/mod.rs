//! How the learners of a cell move: statistics of their runs' tails, and the verdict on a cell.

pub(super) mod columns;
mod verdict;

pub(super) use columns::CONTINUED;
pub use verdict::*;
