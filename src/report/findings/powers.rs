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

/// The exponent between the two steepest finite betas, and the one before it: how a measure comes to its
/// limit, in which no point is left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LastPower {
    /// The other settings in which the sweep's cells differ.
    pub label: String,
    /// The measure.
    pub measure: &'static str,
    /// ln(y2 / y1) / ln(beta2 / beta1) of the two steepest betas.
    pub exponent: f64,
    /// The half-width of its 95 % interval, by the error of a logarithm; `None` of what has no error.
    pub exponent_ci95: Option<f64>,
    /// The same exponent one beta before.
    pub before: f64,
    /// The two steepest betas.
    pub betas: (f64, f64),
    /// Rows of the table of cells: of the three steepest.
    #[serde(skip)]
    pub(crate) cells: Vec<usize>,
}

/// What may come to a power of beta: of smoothing's part nothing is random.
const LIMITS: [&str; 3] = ["smoothing_bias", "bias", "epsilon_ex_ante"];

/// Of a line of cells along `beta`, one a measure.
pub(super) fn last_powers(line: &GridLine) -> Vec<LastPower> {
    LIMITS.iter().filter_map(|measure| last_power(line, measure)).collect()
}

fn last_power(line: &GridLine, measure: &'static str) -> Option<LastPower> {
    let finite: Vec<(f64, usize)> = line.cells.iter().copied().filter(|(beta, _)| beta.is_finite()).collect();
    let last: [(f64, usize); 3] = finite[finite.len().checked_sub(3)?..].try_into().ok()?;
    let sizes = last.map(|(_, cell)| line.frame.estimate(measure, cell));
    let [first, middle, steepest] = [sizes[0]?, sizes[1]?, sizes[2]?];
    // No logarithm of what is nought or of two signs.
    let same_sign = [middle, steepest].iter().all(|y| y.mean * first.mean > 0.0 && y.mean.abs() > NOUGHT);
    if !same_sign {
        return None;
    }
    let step = |from: usize| libm::log(last[from + 1].0 / last[from].0);
    let exponent = |y: f64, before: f64, from: usize| libm::log(y / before) / step(from);
    let relative = |y: crate::report::results::Estimate| y.half_length().map(|width| width / y.mean.abs());
    let width = match (relative(middle), relative(steepest)) {
        (Some(one), Some(other)) => Some(libm::hypot(one, other) / step(1)),
        _ => None,
    };
    Some(LastPower {
        label: line.label.clone(),
        measure,
        exponent: exponent(steepest.mean, middle.mean, 1),
        exponent_ci95: width.filter(|width| *width > 0.0),
        before: exponent(middle.mean, first.mean, 0),
        betas: (last[1].0, last[2].0),
        cells: last.iter().map(|(_, cell)| *cell).collect(),
    })
}

fn point(line: &GridLine, measure: &str, beta: f64, cell: usize) -> Option<Point> {
    let y = line.frame.estimate(measure, cell)?;
    let size = y.mean.abs();
    // What the interval does not tell from 0 has no logarithm.
    if !(beta.is_finite() && size > NOUGHT && y.half_length().is_none_or(|width| width < size)) {
        return None;
    }
    // A 95 % interval is about two standard errors.
    let error = y.half_length().map_or(NO_ERROR, |width| (0.5 * width / size).max(NO_ERROR));
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
