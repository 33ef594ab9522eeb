//! The distance from Nash and the gain of a best response over beta, on logarithmic axes: with which power
//! they fall.

use super::series::{Along, Panel, Series, coloured, dodge};
use super::{Picture, Subject, room, series, written};
use crate::numeric::regression::weighted_line;
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Height, Marker, Style};
use crate::report::results::Results;
use crate::report::scene::{Dash, Ink, Mark, Stroke};
use crate::store::StoreError;

/// The most rows of two panels; one where the paper is too narrow for two side by side.
const MOST: usize = 3;

/// The two measures: column, the axis' title, its name in captions, and the slope of what smoothing alone
/// makes at high betas: the bias falls as 1 / beta, and a gain about its best response as the square of the
/// distance.
const MEASURES: [Measure; 2] = [
    Measure { column: "bias", title: "distance from Nash", name: "|bias|", slope: -1.0 },
    Measure { column: "epsilon_ex_ante", title: "gain of a best response, *ε*", name: "ε", slope: -2.0 },
];

struct Measure {
    column: &'static str,
    title: &'static str,
    name: &'static str,
    slope: f64,
}

/// Draws the figure of a sweep along beta.
pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let Some(along) = Along::find(results, "beta") else { return Ok(Vec::new()) };
    let panels = along.panels(results);
    let told: Vec<[Told; 2]> =
        panels.iter().map(|panel| MEASURES.map(|measure| Told::of(results, panel, measure))).collect();
    let told: Vec<&[Told; 2]> = told.iter().filter(|pair| !pair[0].curves.is_empty()).collect();
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let name = "bias-beta";
    let most = if room::columns(subject.paper(2), Style::default().narrowest) > 1 { MOST } else { 1 };
    let shown: Vec<&[Told; 2]> = room::spread(told.len(), most).into_iter().map(|at| told[at]).collect();
    let shown = &shown[..];
    let rows: Vec<Vec<Chart>> =
        shown.iter().map(|pair| pair.iter().map(|told| told.chart(&along)).collect()).collect();
    let description =
        "Log-log: the distance from Nash and the gain of a best response over beta, a line a series.";
    let figure = Figure::new(name, "Bias and epsilon over beta", description, subject.inches(2));
    let caption = caption(results, &along, shown, told.len());
    Ok(vec![Picture { name: name.into(), scene: figure.grid(rows), caption }])
}

/// What a panel shows.
struct Told {
    title: String,
    measure: Measure,
    curves: Vec<Curve>,
    /// Points that are 0 and have no logarithm.
    left_out: usize,
}

struct Curve {
    label: String,
    points: Vec<Place>,
    power: Option<Power>,
    /// That of the steeper half of the betas, where there are enough, and where it begins.
    steeper: Option<(f64, Power)>,
}

struct Place {
    beta: f64,
    /// The measure with its sign.
    value: f64,
    width: Option<f64>,
    mark: Mark,
}

/// Below this a number is rounding.
const NOUGHT: f64 = 1e-12;

impl Told {
    fn of(results: &Results, panel: &Panel, measure: Measure) -> Self {
        let mut left_out = 0;
        let mut curve = |series: &&Series| {
            let place = |&(beta, line)| {
                let estimate = results.estimate(line, measure.column)?;
                let shows = format!("{} {}", measure.name, written::estimate(estimate.mean, estimate.ci95));
                let mark = Mark { cell: line.cell, tip: written::tip(results, line, &shows) };
                Some(Place { beta, value: estimate.mean, width: estimate.ci95, mark })
            };
            let all: Vec<Place> = series.points.iter().filter_map(place).collect();
            let before = all.len();
            let points: Vec<Place> = all.into_iter().filter(|place| place.value.abs() > NOUGHT).collect();
            left_out += before - points.len();
            let power = Power::of(&points);
            let half = &points[points.len() / 2..];
            let steeper = (points.len() >= ENOUGH).then(|| Some((half[0].beta, Power::of(half)?))).flatten();
            Curve { label: panel.label(results, series), points, power, steeper }
        };
        let curves = panel.series.iter().map(&mut curve).filter(|curve| !curve.points.is_empty()).collect();
        Told { title: panel.title.clone(), measure, curves, left_out }
    }

    fn chart(&self, along: &Along) -> Chart {
        let betas = &along.values;
        let x = Axis::log("steepness *β*").over(betas[0] / 1.2, betas[betas.len() - 1] * 1.2).ticks_at(betas);
        let (low, high) = self.reach();
        let y = Axis::log(self.measure.title).over(low, high);
        let mut chart = Chart::new(x, y).titled(self.title.clone()).tall(Height::Ratio(0.72));
        let ends: Vec<f64> =
            self.curves.iter().map(|curve| curve.points[curve.points.len() - 1].value.abs()).collect();
        let coloured = coloured(&ends);
        let ink = |at: usize| if coloured[at] { Ink::Hue(at) } else { Ink::Soft };
        self.add_guide(&mut chart, along);
        for (at, curve) in self.curves.iter().enumerate() {
            let width = if coloured[at] { 0.9 } else { 0.4 };
            chart.line(
                curve.points.iter().map(|place| (place.beta, place.value.abs())),
                Stroke::new(ink(at), width),
            );
        }
        for (at, curve) in self.curves.iter().enumerate() {
            if !coloured[at] {
                continue;
            }
            let aside = dodge(at, self.curves.len(), betas);
            // What reaches down to 0 runs out of the panel.
            let bars = curve.points.iter().filter_map(|place| {
                let size = place.value.abs();
                Some((place.beta * aside, (size - place.width?).max(0.5 * low), size + place.width?))
            });
            chart.intervals(Direction::Up, bars, ink(at));
            for above in [false, true] {
                let marker =
                    if above && self.measure.column == "bias" { Marker::Ring } else { Marker::series(at) };
                let places = curve.points.iter().filter(|place| (place.value > 0.0) == above);
                let dots = places.map(|place| Dot {
                    at: (place.beta * aside, place.value.abs()),
                    mark: Some(place.mark.clone()),
                });
                chart.points(dots, marker, ink(at));
            }
            if let (Some(end), true) = (curve.points.last(), self.curves.len() > 1) {
                chart.end((end.beta * aside, end.value.abs()), curve.label.clone(), ink(at));
            }
        }
        chart
    }

    /// From where to where the points and their intervals reach, with some room; what reaches down to 0 does
    /// not count.
    fn reach(&self) -> (f64, f64) {
        let points = || self.curves.iter().flat_map(|curve| &curve.points);
        let width = |place: &Place| place.width.unwrap_or(0.0);
        let low = points().map(|place| place.value.abs()).fold(f64::INFINITY, f64::min);
        let lower = points().map(|place| place.value.abs() - width(place)).filter(|low| *low > 0.0);
        let low = lower.fold(low, f64::min).max(0.2 * low);
        let high = points().map(|place| place.value.abs() + width(place)).fold(low, f64::max);
        (low / 1.6, high * 1.6)
    }

    /// A line of the slope to compare with, below the points of the middle betas.
    fn add_guide(&self, chart: &mut Chart, along: &Along) {
        let betas = &along.values;
        let (first, last) = (betas[0], betas[betas.len() - 1]);
        let scaled = |place: &Place| place.value.abs() * libm::pow(place.beta, -self.measure.slope);
        let points = || self.curves.iter().flat_map(|curve| &curve.points);
        let least = points().map(scaled).fold(f64::INFINITY, f64::min);
        let (from, to) = (first * libm::pow(last / first, 0.15), first * libm::pow(last / first, 0.6));
        let at = libm::sqrt(from * to);
        // Where nothing falls like this the line would run out of the panel.
        if 0.5 * least * libm::pow(to, self.measure.slope) < self.reach().0 {
            return;
        }
        let stroke = Stroke::new(Ink::Soft, 0.7).dashed(Dash::Fine);
        let label = format!("slope {}", written::plain(self.measure.slope));
        chart.guide(
            self.measure.slope,
            (at, 0.5 * least * libm::pow(at, self.measure.slope)),
            (from, to),
            label,
            stroke,
        );
    }
}

/// The exponent p of |y| ~ beta^p.
struct Power {
    exponent: f64,
    /// The half-width of its 95 % interval: wider where the points bend away from a line.
    width: f64,
}

/// The relative error of numbers in which nothing is random: only their distances from the line count.
const NO_ERROR: f64 = 1e-6;

impl Power {
    /// The slope of ln |y| over ln beta; `None` where fewer than three points are told from 0.
    fn of(points: &[Place]) -> Option<Self> {
        let told = points.iter().filter(|place| place.width.is_none_or(|width| width < place.value.abs()));
        let fit: Vec<(f64, f64, f64)> = told
            .map(|place| {
                let size = place.value.abs();
                // A 95 % interval is about two standard errors.
                let error = place.width.map_or(NO_ERROR, |width| (0.5 * width / size).max(NO_ERROR));
                (libm::log(place.beta), libm::log(size), error)
            })
            .collect();
        let line = weighted_line(&fit)?;
        Some(Power { exponent: line.slope.0, width: line.slope.1 })
    }
}

/// From how many betas on the slopes of the steeper half are told too.
const ENOUGH: usize = 5;

/// Slopes of more series are told as a range.
const NAMED: usize = 6;

fn caption(results: &Results, along: &Along, shown: &[&[Told; 2]], all: usize) -> String {
    let curves = || shown.iter().flat_map(|pair| pair.iter()).flat_map(|told| &told.curves);
    let cells = curves().flat_map(|curve| curve.points.iter().map(|place| place.mark.cell));
    let bars = if curves().any(|curve| curve.points.iter().any(|place| place.width.is_some())) {
        ", with the 95 % interval of the mean (Student)"
    } else {
        ""
    };
    let mut caption = format!(
        "Distance of the learned multiplier from Nash (left; first of each two where panels are stacked) and ex-ante gain of \
         a best response (right; second) over the steepness β; means of {}{bars}.",
        written::replicates(results, cells)
    );
    if curves().any(|curve| curve.power.is_some()) {
        let slopes: Vec<String> = (0..2).filter_map(|at| slopes(shown, at)).collect();
        caption += &format!(" Fitted slopes: {}{}.", slopes.join("; "), steeper(shown));
    }
    let above = |told: &Told| {
        told.curves.iter().flat_map(|curve| &curve.points).filter(|place| place.value > 0.0).count()
    };
    let above: usize = shown.iter().map(|pair| above(&pair[0])).sum();
    if above > 0 {
        caption += &format!(" Rings ({above}) lie above Nash, other points below.");
    }
    let nought: usize = shown.iter().flat_map(|pair| pair.iter()).map(|told| told.left_out).sum();
    if nought > 0 {
        caption += &format!(" {nought} points at 0 have no logarithm and are left out.");
    }
    caption += &series::says_grey(shown.iter().map(|pair| pair[0].curves.len()).max().unwrap_or(0));
    if shown.len() < all {
        caption += &format!(" Shown are {} of {all} rows of panels; cells.parquet has all.", shown.len());
    }
    caption + &along.says_left_out("β")
}

/// The slopes of one of the measures in words.
fn slopes(shown: &[&[Told; 2]], at: usize) -> Option<String> {
    let name = shown.first()?[at].measure.name;
    let powers: Vec<(&str, &Power)> = shown
        .iter()
        .flat_map(|pair| &pair[at].curves)
        .filter_map(|curve| Some((curve.label.as_str(), curve.power.as_ref()?)))
        .collect();
    if powers.len() > NAMED || shown.len() > 1 {
        let range = written::range(powers.iter().map(|(_, power)| power.exponent))?;
        return Some(format!("{name} {range}"));
    }
    let told = powers.iter().map(|(label, power)| {
        let slope = written::estimate(power.exponent, Some(power.width.max(0.005)));
        let label = crate::report::scene::Markup::from(*label).text();
        if label.is_empty() { slope } else { format!("{slope} ({label})") }
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| format!("{name} {}", told.join(", ")))
}

/// The slopes of the steeper half of the betas in words; empty where there are none.
fn steeper(shown: &[&[Told; 2]]) -> String {
    let told = (0..2).filter_map(|at| {
        let all: Vec<&(f64, Power)> = shown
            .iter()
            .flat_map(|pair| &pair[at].curves)
            .filter_map(|curve| curve.steeper.as_ref())
            .collect();
        let from = all.iter().map(|(beta, _)| *beta).fold(f64::INFINITY, f64::min);
        let range = written::range(all.iter().map(|(_, power)| power.exponent))?;
        Some((from, format!("{} {range}", shown.first()?[at].measure.name)))
    });
    let told: Vec<(f64, String)> = told.collect();
    match told.first() {
        Some((from, _)) => {
            let ranges: Vec<&str> = told.iter().map(|(_, range)| range.as_str()).collect();
            format!("; from β = {} on {}", written::plain(*from), ranges.join(", "))
        }
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(power: f64, widths: &[Option<f64>]) -> Vec<Place> {
        let place = |(at, width): (usize, &Option<f64>)| {
            let beta = 10.0 * libm::pow(2.0, at as f64);
            let value = -3.0 * libm::pow(beta, power);
            let width = width.map(|share| share * value.abs());
            Place { beta, value, width, mark: Mark { cell: at, tip: String::new() } }
        };
        widths.iter().enumerate().map(place).collect()
    }

    #[test]
    fn powers_are_slopes_of_logarithms() {
        let power = Power::of(&places(-1.0, &[Some(0.01); 5])).unwrap();
        assert!((power.exponent + 1.0).abs() < 1e-12 && power.width > 1e-3);
        let exact = Power::of(&places(-2.0, &[None; 4])).unwrap();
        assert!((exact.exponent + 2.0).abs() < 1e-9 && exact.width < 1e-5);
    }

    #[test]
    fn points_that_reach_to_nought_do_not_count() {
        let mut points = places(-1.0, &[Some(0.01), Some(0.01), Some(0.01), Some(2.0)]);
        points[3].value *= 40.0;
        points[3].width = Some(50.0 * points[3].value.abs());
        assert!((Power::of(&points).unwrap().exponent + 1.0).abs() < 1e-12);
        assert!(Power::of(&points[1..]).is_none());
    }
}
