//! How much a sweep file may ask for.

/// The version of the sweep files that are read here.
pub(super) const SCHEMA: u64 = 1;

/// The most cells of a sweep before any is excluded.
pub(super) const MAX_CELLS: u128 = 10_000_000;

/// The most replicates of a cell.
pub(super) const MAX_REPLICATES: u32 = 10_000_000;

/// The most of anything that is counted and has no limit of its own: epochs, profiles of a batch, points of
/// an axis.
pub(super) const MAX_COUNT: u32 = 1_000_000_000;

/// The most values that bid functions are told at.
pub(super) const MAX_VALUES: u32 = 10_000;

/// The most multipliers of one recorded trajectory: recorded epochs x bidders.
pub(super) const MAX_RECORDED: u64 = 1_000_000;
