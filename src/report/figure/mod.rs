//! The figures of a sweep: one file each, and one row here. Which of them a sweep gets follows from what it
//! has.

mod bid_functions;
mod contrasts;
mod forest;
mod heat_map;
mod mixture;
mod naming;
mod phase;
mod room;

use rayon::prelude::*;

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
}

impl Subject<'_> {
    /// The width in inches of a figure with so many panels side by side.
    pub(super) fn inches(&self, panels: usize) -> f64 {
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
        _ => |_| Ok(Vec::new()),
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
