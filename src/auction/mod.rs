//! The game: priors, strategies, mechanism, population and profile.
//!
//! Bidder i draws a value v ~ F_i, bids b = s_i(v), and wins if no other bid is higher.

pub mod prior;
pub mod strategy;

#[cfg(test)]
pub(crate) mod games;
mod mechanism;
mod population;
mod profile;

pub use mechanism::{Mechanism, Payment};
pub use population::{Bidder, MAX_BIDDERS, MIN_BIDDERS, Population};
pub use prior::Prior;
pub use profile::Profile;
pub use strategy::{BidFunction, Mixture, PureBids, Strategy};
