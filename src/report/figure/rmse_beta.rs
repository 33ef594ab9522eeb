//! How far the learned multiplier is from Nash over beta: smoothing makes a bias that falls, noise makes a
//! standard deviation that rises, and somewhere between is the best beta.

use super::series::Along;
use super::spread::Space;
use super::{Picture, Subject, naming, spread, written};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Marker, Style};
use crate::report::findings::BestBeta;
use crate::report::results::{Line, Results};
use crate::report::scene::{Dash, Ink, Mark, Markup, Stroke};
use crate::store::StoreError;

/// A panel narrower than this stands below the others.
const NARROWEST: f64 = 84.0;

/// The distance that is shown and its finding, of which the answer speaks; and the multiplier that it is of.
const MEASURE: &str = "rmse_bne_tail_mean";
const MULTIPLIER: &str = "multiplier_tail_mean";

/// Draws the figure of a sweep along beta.
pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let Some(along) = Along::find(results, "beta") else { return Ok(Vec::new()) };
    // The measure is one of cells: the first bidder's series stands for all.
    let cells = along.series.iter().filter(|series| series.bidder.is_none_or(|bidder| bidder == 0));
    let told = cells.map(|series| Told::of(results, subject.findings.best_betas.as_slice(), &series.points));
    let told: Vec<Told> = told.filter(|told| told.points.len() > 1).collect();
    // Where nothing is random there is bias alone, which stands in other figures.
    if !told.iter().any(|told| told.points.iter().any(|place| place.parts.is_some())) {
        return Ok(Vec::new());
    }
    let name = "rmse-beta";
    let firsts: Vec<usize> = told.iter().map(|told| told.cell).collect();
    let space = Space::of(subject, firsts.len().min(3), spread::LEAST);
    let (chosen, inches) = (spread::choose(&results.axes, &firsts, space.most()), space.inches);
    let rows = spread::rows(&results.axes, &chosen, &space, |_| None);
    let shown = rows.concat();
    let description = "Log-log: the root mean square distance from Nash over beta, with its parts bias and standard deviation.";
    let style = if shown.len() > 1 {
        Style { narrowest: NARROWEST, label: 8.0, ..Style::default() }
    } else {
        Style::default()
    };
    let figure = Figure::new(name, "RMSE over beta", description, inches).styled(style);
    let find = |cell: usize| told.iter().find(|told| told.cell == cell);
    let all: Vec<&Told> = told.iter().filter(|told| shown.contains(&told.cell)).collect();
    let everywhere = reach(&all);
    let panels: Vec<Vec<Chart>> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let all: Vec<&Told> = row.iter().filter_map(|&cell| find(cell)).collect();
            // All panels have the same heights, unless that of a row would be half empty.
            let (low, high) = reach(&all);
            let far = |(low, high): (f64, f64)| libm::log(high / low);
            let (low, high) =
                if far(everywhere) <= 1.6 * far((low, high)) { everywhere } else { (low, high) };
            let below = rows.get(at + 1).map_or(0, Vec::len);
            let last = |column: usize| column + 1 == row.len();
            let chart = |(column, told): (usize, &&Told)| {
                let title = naming::cell_but(results, told.cell, &[along.axis]);
                let mut chart = told.chart(&along, &title, last(column));
                chart.y = chart.y.over(low, high);
                chart.x.labelled = below <= column;
                if rows.len() > 1 || row.len() > 2 {
                    chart.height = spread::height(rows.len(), chart.x.labelled);
                }
                chart.y.labelled = column == 0;
                if column > 0 {
                    chart.y.title = Markup::default();
                }
                chart
            };
            all.iter().enumerate().map(chart).collect()
        })
        .collect();
    let caption = caption(results, &along, &told, shown.len());
    Ok(vec![Picture { name: name.into(), scene: figure.grid(panels), caption }])
}

/// What a panel shows: the cells of a series.
struct Told {
    /// Its first cell.
    cell: usize,
    points: Vec<Place>,
    /// The lowest and the highest beta that replicates cannot tell from the best.
    best: Option<(f64, f64)>,
}

struct Place {
    beta: f64,
    rmse: f64,
    /// Of its 95 % interval.
    ends: Option<(f64, f64)>,
    parts: Option<Parts>,
    mark: Mark,
}

/// The two parts of a mean square distance.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Parts {
    /// The root of the mean over bidders of the squared distance of the mean multiplier.
    bias: f64,
    /// The root of the mean over bidders of the variance over replicates.
    deviation: f64,
}

impl Parts {
    /// Of the bidders: the distance of the mean over replicates, and the standard deviation (divisor n - 1)
    /// over n replicates. Their squares add up to the mean square distance.
    fn of(bidders: &[(f64, f64)], replicates: f64) -> Self {
        let mean = |square: &dyn Fn(&(f64, f64)) -> f64| {
            bidders.iter().map(square).sum::<f64>() / bidders.len() as f64
        };
        Parts {
            bias: libm::sqrt(mean(&|(apart, _)| apart * apart)),
            deviation: libm::sqrt(mean(&|(_, sd)| sd * sd) * (replicates - 1.0) / replicates),
        }
    }
}

impl Told {
    fn of(results: &Results, findings: &[BestBeta], points: &[(f64, Line)]) -> Self {
        let place = |&(beta, line): &(f64, Line)| {
            let told = results.cells.single(MEASURE, line.cell).filter(|told| told.mean > 0.0)?;
            let rmse = told.mean;
            let ends = told.half_length().filter(|width| *width > 0.0).map(|_| told.interval());
            let shows = format!("RMSE {}", written::with_ends(rmse, ends));
            let mark =
                Mark { cell: line.cell, tip: written::tip(results, Line { bidder: None, ..line }, &shows) };
            Some(Place { beta, rmse, ends, parts: parts(results, line.cell), mark })
        };
        let cell = points[0].1.cell;
        let best = findings.iter().find(|best| best.measure == MEASURE && best.cells.contains(&cell));
        Told { cell, points: points.iter().filter_map(place).collect(), best: best.map(|best| best.interval) }
    }

    fn chart(&self, along: &Along, title: &str, ends: bool) -> Chart {
        let betas = &along.values;
        let (first, last) = (betas[0] / 1.25, betas[betas.len() - 1] * 1.25);
        let x = Axis::log("steepness *β*").over(first, last).ticks_at(betas);
        let mut chart = Chart::new(x, Axis::log("distance from Nash")).titled(title.to_owned()).unlettered();
        if let Some(best) = self.best {
            let (from, to) = around(best, betas);
            chart.strip(Direction::Up, from.max(first), to.min(last), Ink::Hue(0).faint(0.13));
        }
        let part = |of_parts: fn(&Parts) -> f64| {
            let there =
                self.points.iter().filter_map(move |place| Some((place.beta, of_parts(&place.parts?))));
            there.filter(|(_, part)| *part > 0.0).collect::<Vec<_>>()
        };
        let (bias, deviation) = (part(|parts| parts.bias), part(|parts| parts.deviation));
        chart.line(bias.iter().copied(), Stroke::new(Ink::Hue(1), 0.9).dashed(Dash::Dashed));
        chart.line(deviation.iter().copied(), Stroke::new(Ink::Hue(2), 1.0).dashed(Dash::Dotted));
        chart.line(self.points.iter().map(|place| (place.beta, place.rmse)), Stroke::new(Ink::Hue(0), 1.1));
        let bars = self.points.iter().filter_map(|place| {
            let (low, high) = place.ends?;
            Some((place.beta, low.max(0.1 * place.rmse), high))
        });
        chart.intervals(Direction::Up, bars, Ink::Hue(0));
        let dots = self
            .points
            .iter()
            .map(|place| Dot { at: (place.beta, place.rmse), mark: Some(place.mark.clone()) });
        chart.points(dots, Marker::Circle, Ink::Hue(0));
        if ends {
            let labels = [
                (self.points.last().map(|place| (place.beta, place.rmse)), "RMSE", Ink::Hue(0)),
                (bias.last().copied(), "|bias|", Ink::Hue(1)),
                (deviation.last().copied(), "sd", Ink::Hue(2)),
            ];
            for (end, label, ink) in labels {
                if let Some(end) = end {
                    chart.end(end, label, ink);
                }
            }
        }
        chart
    }
}

/// The parts of a cell's distance; `None` where bidders or replicates are missing.
fn parts(results: &Results, cell: usize) -> Option<Parts> {
    let number = |column| results.cells.number(column, cell).unwrap_or(0.0);
    let replicates = number("replicates") - number("failed") - number("diverged");
    let bidders = results.bidders_of(cell).map(|row| {
        let learned = results.bidders.estimate(MULTIPLIER, row)?;
        Some((learned.mean - results.bidders.number("bne_multiplier", row)?, learned.sd?))
    });
    let bidders: Vec<(f64, f64)> = bidders.collect::<Option<_>>()?;
    (!bidders.is_empty()).then(|| Parts::of(&bidders, replicates))
}

/// From where to where a strip on a logarithmic axis runs that holds these values: half the way to their
/// neighbours.
fn around((low, high): (f64, f64), values: &[f64]) -> (f64, f64) {
    let below = values.iter().rev().find(|value| **value < low).copied();
    let above = values.iter().find(|value| **value > high).copied();
    let from = below.map_or(0.5 * low, |below| libm::sqrt(below * low));
    let to = above.map_or(2.0 * high, |above| libm::sqrt(above * high));
    (from, to)
}

/// From where to where some panels reach. Parts below a hundredth of the least distance run out of the panel.
fn reach(told: &[&Told]) -> (f64, f64) {
    let points = || told.iter().flat_map(|told| &told.points);
    let least = points().map(|place| place.rmse).fold(f64::INFINITY, f64::min);
    let parts = points().filter_map(|place| place.parts).flat_map(|parts| [parts.bias, parts.deviation]);
    let low = parts.filter(|part| *part >= 0.01 * least).fold(least, f64::min);
    let high = points().map(|place| place.ends.map_or(place.rmse, |ends| ends.1)).fold(least, f64::max);
    (low / 1.5, high * 1.5)
}

/// Best betas of more lines are told as counts.
const NAMED: usize = 4;

fn caption(results: &Results, along: &Along, told: &[Told], shown: usize) -> String {
    let points = || told.iter().flat_map(|told| &told.points);
    let bars = if points().any(|place| place.ends.is_some()) { " with 95 % intervals" } else { "" };
    let mut caption = format!(
        "Root mean square distance of the multiplier's tail mean from Nash over the steepness β{bars}, over {}; its square is \
         that of the bias plus that of the standard deviation (sd) over replicates.",
        written::replicates(results, points().map(|place| place.mark.cell))
    );
    let best: Vec<(f64, f64)> = told.iter().filter_map(|told| told.best).collect();
    let span = |(low, high): &(f64, f64)| {
        if low == high {
            written::plain(*low)
        } else {
            format!("{} to {}", written::plain(*low), written::plain(*high))
        }
    };
    if !best.is_empty() {
        caption += " Shaded: betas that replicates cannot tell from the best";
        if best.len() <= NAMED {
            caption += &format!(": {}.", best.iter().map(span).collect::<Vec<_>>().join("; "));
        } else {
            let values = |side: fn(&(f64, f64)) -> f64| {
                let all: Vec<f64> = best.iter().map(side).collect();
                let least = all.iter().copied().fold(f64::INFINITY, f64::min);
                let most = all.iter().copied().fold(0.0, f64::max);
                span(&(least, most))
            };
            caption += &format!(
                "; over the {} lines they begin at {} and end at {}.",
                best.len(),
                values(|best| best.0),
                values(|best| best.1)
            );
        }
    }
    if shown < told.len() {
        caption += &format!(" Shown are {shown} of {} lines; cells.parquet has all.", told.len());
    }
    caption + &along.says_left_out("β")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_of_the_parts_add_up_to_the_mean_square_distance() {
        // Two bidders, three replicates, distances from Nash:
        let runs = [[0.1, 0.2, 0.6], [-0.3, -0.1, 0.1]];
        let mean_square = runs.iter().flatten().map(|apart| apart * apart).sum::<f64>() / 6.0;
        let bidders = runs.map(|runs| {
            let mean = runs.iter().sum::<f64>() / 3.0;
            let sd = (runs.iter().map(|apart| (apart - mean) * (apart - mean)).sum::<f64>() / 2.0).sqrt();
            (mean, sd)
        });
        let parts = Parts::of(&bidders, 3.0);
        assert!((parts.bias * parts.bias + parts.deviation * parts.deviation - mean_square).abs() < 1e-15);
        assert_eq!(Parts::of(&[(0.5, 0.0)], 1.0), Parts { bias: 0.5, deviation: 0.0 });
    }

    #[test]
    fn strips_reach_half_the_way_to_the_neighbours() {
        let values = [10.0, 40.0, 160.0];
        assert_eq!(around((40.0, 40.0), &values), (20.0, 80.0));
        assert_eq!(around((10.0, 160.0), &values), (5.0, 320.0));
    }
}
