//! The figures of a sweep: one file each, and one row here. Which of them a sweep gets follows from what it
//! has.

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
mod references;
mod rmse_beta;
mod room;
mod series;
mod spread;
mod waterfall;
mod written;

use rayon::prelude::*;

use super::chart::Chart;
use super::findings::Findings;
use super::results::Results;
use super::scene::Scene;
use crate::store::StoreError;
use crate::sweep::report::{FigureName, ReportSettings};

/// What figures are drawn from.
pub(super) struct Subject<'a> {
    pub(super) results: &'a Results,
    pub(super) findings: &'a Findings,
    /// What the sweep file asks for.
    pub(super) settings: &'a ReportSettings,
    /// The width in inches of a phone's paper, where figures are drawn once more for one: what they show is
    /// the same, in panels one below the other.
    pub(super) phone: Option<f64>,
}

impl Subject<'_> {
    /// The width in inches of a figure with so many panels side by side.
    pub(super) fn inches(&self, panels: usize) -> f64 {
        self.phone.unwrap_or_else(|| self.paper(panels))
    }

    /// The same in files, which decides what a figure shows.
    pub(super) fn paper(&self, panels: usize) -> f64 {
        self.settings.inches(panels)
    }
}

/// A figure that is drawn.
pub(super) struct Picture {
    /// The name of its files, such as `convergence`, or `convergence-2` of a second one.
    pub(super) name: String,
    /// The picture, with its title and what it shows in words.
    pub(super) scene: Scene,
    /// What stands below it: what is shown, of how many replicates, what bars and bands are, and what the
    /// numbers say. Plain text.
    pub(super) caption: String,
}

/// Draws a figure of a sweep; nothing where the sweep has not what it shows.
type Draw = fn(&Subject) -> Result<Vec<Picture>, StoreError>;

/// How each figure is drawn.
fn draw(name: FigureName) -> Draw {
    match name {
        FigureName::BidFunctions => bid_functions::draw,
        FigureName::Forest => forest::draw,
        FigureName::HeatMap => heat_map::draw,
        FigureName::Phase => phase::draw,
        FigureName::Mixture => mixture::draw,
        FigureName::Contrasts => contrasts::draw,
        FigureName::Convergence => convergence::draw,
        FigureName::Compensated => compensated::draw,
        FigureName::BiasBeta => bias_beta::draw,
        FigureName::RmseBeta => rmse_beta::draw,
        FigureName::Oscillation => oscillation::draw,
        FigureName::LearningRate => learning_rate::draw,
        FigureName::Waterfall => waterfall::draw,
    }
}

/// The figures of a sweep, in the order of [`FigureName::ALL`] or as its file names them.
///
/// # Errors
/// Where a table cannot be read.
pub(super) fn pictures(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let names = subject.settings.figures.as_deref().unwrap_or(FigureName::ALL);
    let drawn = names.par_iter().map(|name| draw(*name)(subject));
    Ok(drawn.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

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
