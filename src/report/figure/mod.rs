//! The figures of a sweep: one file each, and one row here. Which of them a sweep gets follows from what it has.

mod bid_functions;
mod contrasts;
mod forest;
mod heat_map;
mod mixture;
mod naming;
mod phase;
mod room;

use super::findings::Findings;
use super::results::Results;
use super::scene::Scene;
use crate::store::StoreError;

/// What figures are drawn from.
pub(super) struct Subject<'a> {
    pub(super) results: &'a Results,
    pub(super) findings: &'a Findings,
    /// The width in inches of a figure with so many panels side by side.
    pub(super) inches: &'a (dyn Fn(usize) -> f64 + Sync),
}

/// A figure that is drawn.
pub(super) struct Picture {
    /// The name of its files, such as `convergence`, or `convergence-2` of a second one.
    pub(super) name: String,
    /// The picture, with its title and what it shows in words.
    pub(super) scene: Scene,
    /// What stands below it: what is shown, of how many replicates, what bars and bands are, and what the numbers
    /// say. Plain text.
    pub(super) caption: String,
}

/// Draws a figure of a sweep; nothing where the sweep has not what it shows.
type Draw = fn(&Subject) -> Result<Vec<Picture>, StoreError>;

/// The figures by name, in the order in which they are shown.
pub(super) const FIGURES: [(&str, Draw); 6] = [
    ("bid-functions", bid_functions::draw),
    ("forest", forest::draw),
    ("heat-map", heat_map::draw),
    ("phase", phase::draw),
    ("mixture", mixture::draw),
    ("contrasts", contrasts::draw),
];
