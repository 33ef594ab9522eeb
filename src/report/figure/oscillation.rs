//! How far multipliers move about at the end of training over the batch: noise falls as theory says, a cycle
//! stays.

use super::series::{Along, Series, coloured};
use super::{Picture, Subject, in_rows, naming, room, series, written};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Marker, Style};
use crate::report::findings::BatchSlope;
use crate::report::results::{Line, Results};
use crate::report::scene::{Dash, Ink, Mark, Markup, Stroke, escape};
use crate::store::StoreError;

/// The most panels: one a learner.
const MOST: usize = 6;

/// Draws the figure of a sweep along the batch.
pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let Some(along) = Along::find(results, "batch") else { return Ok(Vec::new()) };
    let mut panels: Vec<Told> = Vec::new();
    for series in &along.series {
        let Some(curve) = Curve::of(results, &along, series) else { continue };
        let learner = results.text(series.points[0].1, "learner").unwrap_or("several learners").to_owned();
        match panels.iter_mut().find(|panel| panel.learner == learner) {
            Some(panel) => panel.curves.push(curve),
            None => panels.push(Told { learner, slopes: Vec::new(), curves: vec![curve] }),
        }
    }
    for slope in &subject.findings.batch_slopes {
        let has =
            |panel: &Told| panel.curves.iter().any(|curve| slope.cells.contains(&curve.points[0].mark.cell));
        if let Some(panel) = panels.iter_mut().find(|panel| has(panel)) {
            panel.slopes.push(slope.clone());
        }
    }
    if panels.is_empty() {
        return Ok(Vec::new());
    }
    let name = "oscillation";
    let shown = panels.len().min(MOST);
    let (low, high) = reach(&panels[..shown]);
    let many = panels.len() > 1;
    let inches = subject.inches(shown.min(2));
    let columns = room::columns(inches, Style::default().narrowest).min(2);
    let charts: Vec<Chart> = panels[..shown]
        .iter()
        .enumerate()
        .map(|(at, panel)| {
            let mut chart = panel.chart(&along, many);
            chart.y = chart.y.over(low, high);
            if at % columns > 0 {
                chart.y.title = Markup::default();
            }
            chart
        })
        .collect();
    let description =
        "Log-log: the standard deviation of multipliers over the tail of training over the batch.";
    let figure = Figure::new(name, "Oscillation over the batch", description, inches);
    let caption = caption(results, &along, &panels, shown);
    Ok(vec![Picture { name: name.into(), scene: figure.grid(in_rows(charts, columns)), caption }])
}

/// What a panel shows: the series of a learner.
struct Told {
    learner: String,
    slopes: Vec<BatchSlope>,
    curves: Vec<Curve>,
}

struct Curve {
    label: String,
    points: Vec<Place>,
}

struct Place {
    batch: f64,
    sd: f64,
    width: Option<f64>,
    predicted: Option<f64>,
    mark: Mark,
}

/// Below this nothing moves.
const NOUGHT: f64 = 1e-12;

impl Curve {
    /// `None` where nothing moves.
    fn of(results: &Results, along: &Along, series: &Series) -> Option<Self> {
        let place = |&(batch, line): &(f64, Line)| {
            let sd = results.estimate(line, "multiplier_tail_sd").filter(|sd| sd.mean > NOUGHT)?;
            let predicted = results.number(line, "predicted_sd").filter(|sd| *sd > NOUGHT);
            let shows = format!("sd {}", written::estimate(sd.mean, sd.ci95));
            let mark = Mark { cell: line.cell, tip: written::tip(results, line, &shows) };
            Some(Place { batch, sd: sd.mean, width: sd.ci95, predicted, mark })
        };
        let points: Vec<Place> = series.points.iter().filter_map(place).collect();
        let first = points.first()?;
        let label = naming::cell_but(results, first.mark.cell, &[along.axis]);
        let bidder = series.bidder.map(|bidder| format!("bidder {}", bidder + 1));
        let label = Some(label).filter(|label| !label.is_empty()).into_iter().chain(bidder);
        Some(Curve { label: label.collect::<Vec<_>>().join(", "), points })
    }
}

impl Told {
    /// The slope of ln sd over ln batch that theory has for the noise of this learner: half of that of the
    /// variance.
    fn noise_slope(&self) -> Option<f64> {
        self.slopes.iter().find_map(|slope| slope.noise_slope).map(|slope| 0.5 * slope)
    }

    fn chart(&self, along: &Along, many: bool) -> Chart {
        let batches = &along.values;
        let x = Axis::log("batch").over(batches[0] / 1.3, batches[batches.len() - 1] * 1.3).ticks_at(batches);
        let mut chart = Chart::new(x, Axis::log("standard deviation of *w*"));
        if many {
            chart = chart.titled(escape(&self.learner));
        }
        let ends: Vec<f64> =
            self.curves.iter().map(|curve| curve.points[curve.points.len() - 1].sd).collect();
        let coloured = coloured(&ends);
        let ink = |at: usize| if coloured[at] { Ink::Hue(at) } else { Ink::Soft };
        self.add_guide(&mut chart, along);
        for (at, curve) in self.curves.iter().enumerate() {
            let predicted = curve.points.iter().filter_map(|place| Some((place.batch, place.predicted?)));
            let predicted: Vec<(f64, f64)> = predicted.collect();
            if predicted.is_empty() {
                let measured = curve.points.iter().map(|place| (place.batch, place.sd));
                chart.line(measured, Stroke::new(ink(at).faint(0.5), 0.6));
            }
            chart.line(predicted, Stroke::new(ink(at), if coloured[at] { 0.9 } else { 0.4 }));
            if !coloured[at] {
                continue;
            }
            let bars = curve.points.iter().filter_map(|place| {
                let width = place.width?;
                Some((place.batch, (place.sd - width).max(0.1 * place.sd), place.sd + width))
            });
            chart.intervals(Direction::Up, bars, ink(at));
            let dots = curve
                .points
                .iter()
                .map(|place| Dot { at: (place.batch, place.sd), mark: Some(place.mark.clone()) });
            chart.points(dots, Marker::series(at), ink(at));
            if let (Some(end), true) = (curve.points.last(), self.curves.len() > 1) {
                chart.end((end.batch, end.sd), self.short(&curve.label), ink(at));
            }
        }
        chart
    }

    /// A label without the learner, which is the panel's title.
    fn short(&self, label: &str) -> String {
        let learner = escape(&self.learner);
        let parts: Vec<&str> = label.split(", ").filter(|part| *part != learner).collect();
        parts.join(", ")
    }

    /// The slope that theory has, above the points.
    fn add_guide(&self, chart: &mut Chart, along: &Along) {
        let Some(slope) = self.noise_slope() else { return };
        let batches = &along.values;
        let (first, last) = (batches[0], batches[batches.len() - 1]);
        let points = self.curves.iter().flat_map(|curve| &curve.points);
        let most = points.map(|place| place.sd * libm::pow(place.batch, -slope)).fold(0.0, f64::max);
        let (from, to) = (first * libm::pow(last / first, 0.45), first * libm::pow(last / first, 0.9));
        let at = libm::sqrt(from * to);
        let label = format!("slope {}", fraction(slope));
        let stroke = Stroke::new(Ink::Soft, 0.7).dashed(Dash::Fine);
        chart.guide(slope, (at, ABOVE * most * libm::pow(at, slope)), (from, to), label, stroke);
    }
}

/// How far above the largest points the guide runs.
const ABOVE: f64 = 1.5;

/// A slope in words: the fractions that theory has.
fn fraction(slope: f64) -> String {
    match slope {
        -0.25 => "−1/4".into(),
        -0.5 => "−1/2".into(),
        _ => written::plain(slope),
    }
}

/// From where to where all panels reach.
fn reach(panels: &[Told]) -> (f64, f64) {
    let points = || panels.iter().flat_map(|panel| &panel.curves).flat_map(|curve| &curve.points);
    let all = || {
        let width = |place: &Place| place.width.unwrap_or(0.0).min(0.8 * place.sd);
        points().flat_map(move |place| {
            [Some(place.sd - width(place)), Some(place.sd + width(place)), place.predicted]
                .into_iter()
                .flatten()
        })
    };
    (all().fold(f64::INFINITY, f64::min) / 1.3, all().fold(0.0, f64::max) * 1.5)
}

fn caption(results: &Results, along: &Along, panels: &[Told], shown: usize) -> String {
    let points = || panels.iter().flat_map(|panel| &panel.curves).flat_map(|curve| &curve.points);
    let bars = if points().any(|place| place.width.is_some()) { " and 95 % intervals (Student)" } else { "" };
    let predicted = points().filter_map(|place| Some(place.sd / place.predicted?));
    let lines = match written::range(predicted) {
        Some(range) => format!(
            "; lines: what linear response to the noise of batches predicts (measured over predicted: {range})"
        ),
        None => String::new(),
    };
    let mut caption = format!(
        "Standard deviation of the multiplier w over the tail of training against the batch; points: means of {}{bars}\
         {lines}.",
        written::replicates(results, points().map(|place| place.mark.cell))
    );
    let slopes = panels.iter().filter_map(|panel| {
        let range = written::range(panel.slopes.iter().map(|slope| 0.5 * slope.slope))?;
        let theory = panel.noise_slope().map(|slope| format!(", in theory {}", fraction(slope)));
        let learner = if panels.len() > 1 { format!(" ({})", panel.learner) } else { String::new() };
        Some(format!("{range}{}{learner}", theory.unwrap_or_default()))
    });
    let slopes: Vec<String> = slopes.collect();
    if !slopes.is_empty() {
        caption += &format!(" Fitted slopes of its logarithm: {}.", slopes.join("; "));
    }
    caption += &series::says_grey(panels.iter().map(|panel| panel.curves.len()).max().unwrap_or(0));
    if shown < panels.len() {
        caption += &format!(" Shown are {shown} of {} learners; cells.parquet has all.", panels.len());
    }
    caption + &along.says_left_out("batch")
}

#[cfg(test)]
mod tests {
    use super::fraction;

    #[test]
    fn slopes_of_theory_are_fractions() {
        assert_eq!([fraction(-0.25), fraction(-0.5), fraction(-0.1)], ["−1/4", "−1/2", "−0.1"]);
    }
}
