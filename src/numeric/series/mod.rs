//! How series move: spectra, periods, effective sizes, and whether a path of several goes round.
//!
//! [`Workspace::measure`] tells all of them for a path of one or more series. Nothing is a number that is not
//! one: what cannot be told is a [`Unmeasured`] with its reason, or `None`.

pub mod autoregression;
pub mod fourier;
mod long_run;
mod path;
mod plane;
mod rotation;
mod single;
mod sums;
pub mod welch;

pub use path::{Movement, Workspace};
pub use rotation::{MOST_Q, Rotation};
pub use single::{Peak, Single};
pub use welch::FEWEST_POINTS;

/// Why a statistic is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unmeasured {
    /// Too few points, or too few e-folding times: 25, in at least 5 blocks.
    TooShort,
    /// No movement beyond rounding.
    Constant,
    /// Infinite, or not a number.
    NotFinite,
    /// All series move together on a line, or only one moves: there is no plane to go round in.
    Line,
}
