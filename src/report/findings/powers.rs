//! With which power of the steepness something falls.

use serde::Serialize;

use super::groups::GridLine;
use crate::numeric::regression::weighted_line;

/// What may be a power of beta: measures of a cell over replicates.
const MEASURES: [&str; 2] = ["bias", "epsilon_ex_ante"];

/// Below this a number is rounding, not a power of anything.
const NOUGHT: f64 = 1e-12;

/// The relative error of numbers in which nothing is random: only their distances from the line count.
const NO_ERROR: f64 = 1e-6;

/// From how many betas on the steeper ones are fitted on their own too, and how many these are at least: with
/// fewer an interval tells nothing.
const ENOUGH: usize = 6;
const STEEPER: usize = 4;

/// The exponent p of |y| ~ beta^p: the slope of ln |y| over ln beta.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PowerLaw {
    /// The other settings in which the sweep's cells differ.
    pub label: String,
    /// The measure.
    pub measure: &'static str,
    /// The exponent.
    pub exponent: f64,
    /// The half-width of its 95 % interval, wider where the points bend away from a line.
    pub exponent_ci95: f64,
    /// The lowest beta of the fit.
    pub from: f64,
    /// The highest.
    pub to: f64,
    /// Number of betas.
    pub betas: usize,
    /// Rows of the table of cells.
    #[serde(skip)]
    pub(crate) cells: Vec<usize>,
}

/// A point of a fit: the cell, and ln beta, ln |y| and the standard error of that.
type Point = (usize, (f64, f64, f64));

/// Of a line of cells along `beta`: a measure over all betas, then over the steeper half.
pub(super) fn powers(line: &GridLine) -> Vec<PowerLaw> {
    let mut laws = Vec::new();
    for measure in MEASURES {
        let points: Vec<Point> =
            line.cells.iter().filter_map(|&(beta, cell)| point(line, measure, beta, cell)).collect();
        laws.extend(law(line, measure, &points));
        if points.len() >= ENOUGH {
            let steeper = STEEPER.max(points.len().div_ceil(2));
            laws.extend(law(line, measure, &points[points.len() - steeper..]));
        }
    }
    laws
}

fn point(line: &GridLine, measure: &str, beta: f64, cell: usize) -> Option<Point> {
    let y = line.frame.estimate(measure, cell)?;
    let size = y.mean.abs();
    // What the interval does not tell from 0 has no logarithm.
    if !(beta.is_finite() && size > NOUGHT && y.ci95.is_none_or(|width| width < size)) {
        return None;
    }
    // A 95 % interval is about two standard errors.
    let error = y.ci95.map_or(NO_ERROR, |width| (0.5 * width / size).max(NO_ERROR));
    Some((cell, (libm::log(beta), libm::log(size), error)))
}

fn law(line: &GridLine, measure: &'static str, points: &[Point]) -> Option<PowerLaw> {
    let fitted = weighted_line(&points.iter().map(|point| point.1).collect::<Vec<_>>())?;
    let beta = |at: usize| line.cells.iter().find(|(_, cell)| *cell == points[at].0).map(|cell| cell.0);
    Some(PowerLaw {
        label: line.label.clone(),
        measure,
        exponent: fitted.slope.0,
        exponent_ci95: fitted.slope.1,
        from: beta(0)?,
        to: beta(points.len() - 1)?,
        betas: points.len(),
        cells: points.iter().map(|point| point.0).collect(),
    })
}
