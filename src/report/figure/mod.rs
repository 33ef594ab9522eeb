//! The figures of a sweep: one file each, and one row here. Which of them a sweep gets follows from what it has.

mod bias_beta;
mod bid_functions;
mod compensated;
mod contrasts;
mod convergence;
mod forest;
mod heat_map;
mod learning_rate;
mod mixture;
mod naming;
mod oscillation;
mod phase;
mod rmse_beta;
mod room;
mod series;
mod spread;
mod waterfall;
mod written;

use super::chart::Chart;
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
pub(super) const FIGURES: [(&str, Draw); 13] = [
    ("convergence", convergence::draw),
    ("compensated", compensated::draw),
    ("bias-beta", bias_beta::draw),
    ("rmse-beta", rmse_beta::draw),
    ("oscillation", oscillation::draw),
    ("bid-functions", bid_functions::draw),
    ("forest", forest::draw),
    ("learning-rate", learning_rate::draw),
    ("heat-map", heat_map::draw),
    ("phase", phase::draw),
    ("mixture", mixture::draw),
    ("waterfall", waterfall::draw),
    ("contrasts", contrasts::draw),
];

/// Charts in rows of so many.
fn in_rows(charts: Vec<Chart>, columns: usize) -> Vec<Vec<Chart>> {
    let mut rows: Vec<Vec<Chart>> = Vec::new();
    for chart in charts {
        match rows.last_mut().filter(|row| row.len() < columns) {
            Some(row) => row.push(chart),
            None => rows.push(vec![chart]),
        }
    }
    rows
}
