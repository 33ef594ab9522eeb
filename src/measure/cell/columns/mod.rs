//! The tables of measures of a cell and of its bidders, beside those of its mean profile.

mod destination;
mod grid;
mod mean_profile;
mod movement;
mod rmse;

use super::measure::{CellBidderMeasure, CellMeasure};

/// The measures of a cell before those of its mean profile.
pub(super) const CELL: &[&[CellMeasure]] = &[destination::CELL, movement::CELL];

/// The measures of a cell after those of its mean profile.
pub(super) const CELL_AFTER: &[&[CellMeasure]] = &[rmse::CELL, grid::CELL];

/// The measures of a cell's bidder, after those of the mean profile.
pub(super) const BIDDER: &[&[CellBidderMeasure]] = &[mean_profile::BIDDER, movement::BIDDER, grid::BIDDER];
