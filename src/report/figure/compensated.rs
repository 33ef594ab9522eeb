//! beta times the distance below Nash: what smoothing makes is nearly level there, and what learning adds is
//! seen.

use super::series::{Along, Panel, Series, coloured, dodge};
use super::{Picture, Subject, series, written};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Marker};
use crate::report::results::{Line, Results};
use crate::report::scene::{Dash, Ink, Mark, Stroke};
use crate::store::StoreError;

/// The most panels.
const MOST: usize = 6;

/// Draws the figure of a sweep along beta.
pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let Some(along) = Along::find(results, "beta") else { return Ok(Vec::new()) };
    let panels = along.panels(results);
    let told: Vec<Told> =
        panels.iter().map(|panel| Told::of(results, panel)).filter(|told| !told.curves.is_empty()).collect();
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let name = "compensated";
    let shown = told.len().min(MOST);
    let description = description(&told);
    let inches = subject.inches(shown.min(2));
    let figure = Figure::new(name, "Beta times the distance below Nash", &description, inches);
    let charts: Vec<Chart> = told[..shown].iter().map(|told| told.chart(&along)).collect();
    let rows: Vec<Vec<Chart>> = super::in_rows(charts, 2);
    let caption = caption(results, &along, &told, shown);
    Ok(vec![Picture { name: name.into(), scene: figure.grid(rows), caption }])
}

/// What a panel shows.
struct Told {
    title: String,
    curves: Vec<Curve>,
}

/// A series: beta, and beta times the distance below Nash.
struct Curve {
    label: String,
    learned: Vec<Learned>,
    smoothed: Vec<(f64, f64)>,
    /// The limit of the smoothed distances as beta grows, where it is known.
    limit: Option<f64>,
}

struct Learned {
    beta: f64,
    value: f64,
    /// The half-width of its interval; `None` of one replicate.
    width: Option<f64>,
    mark: Mark,
}

impl Told {
    fn of(results: &Results, panel: &Panel) -> Self {
        let curve = |series: &&Series| Curve::of(results, series, panel.label(results, series));
        Told {
            title: panel.title.clone(),
            curves: panel.series.iter().map(curve).filter(|curve| !curve.learned.is_empty()).collect(),
        }
    }

    fn chart(&self, along: &Along) -> Chart {
        let betas = &along.values;
        let (first, last) = (betas[0], betas[betas.len() - 1]);
        let x = Axis::log("steepness *β*").over(first / 1.2, last * 1.2).ticks_at(betas);
        let mut chart = Chart::new(x, Axis::linear("*β* × distance below Nash")).titled(self.title.clone());
        let count = self.curves.len();
        let ends: Vec<f64> =
            self.curves.iter().filter_map(|curve| Some(curve.learned.last()?.value)).collect();
        let coloured = coloured(&ends);
        let ink = |at: usize| if coloured[at] { Ink::Hue(at) } else { Ink::Soft };
        for (at, curve) in self.curves.iter().enumerate() {
            if let Some(limit) = curve.limit.filter(|_| coloured[at]) {
                // The later half of the axis, on which the smoothed distances come near it.
                let from = libm::sqrt(first * last).max(first);
                let stroke = Stroke::new(ink(at).faint(0.9), 0.7).dashed(Dash::Fine);
                chart.line([(from, limit), (last * 1.2, limit)], stroke);
            }
            if coloured[at] {
                chart.line(curve.smoothed.iter().copied(), Stroke::new(ink(at), 0.9));
            }
        }
        for (at, curve) in self.curves.iter().enumerate() {
            if !coloured[at] {
                // Of many lines only some have points: all would cover each other.
                let learned = curve.learned.iter().map(|learned| (learned.beta, learned.value));
                chart.line(learned, Stroke::new(Ink::Soft.faint(0.7), 0.4));
                continue;
            }
            let aside = dodge(at, count, betas);
            let bars = curve.learned.iter().filter_map(|learned| {
                let width = learned.width?;
                Some((learned.beta * aside, learned.value - width, learned.value + width))
            });
            chart.intervals(Direction::Up, bars, ink(at));
            let dots = curve.learned.iter().map(|learned| Dot {
                at: (learned.beta * aside, learned.value),
                mark: Some(learned.mark.clone()),
            });
            chart.points(dots, Marker::series(at), ink(at));
            if let (Some(learned), true) = (curve.learned.last(), count > 1) {
                chart.end((last * 1.2, learned.value), curve.label.clone(), ink(at));
            }
        }
        chart
    }
}

impl Curve {
    fn of(results: &Results, series: &Series, label: String) -> Self {
        let learned = series.points.iter().filter_map(|&(beta, line)| {
            let bias = results.estimate(line, "bias")?;
            let (value, width) = (-beta * bias.mean, bias.ci95.map(|width| beta * width));
            let shows = format!("β × distance {}", written::estimate(value, width));
            let mark = Mark { cell: line.cell, tip: written::tip(results, line, &shows) };
            Some(Learned { beta, value, width, mark })
        });
        let smoothed = series.points.iter().filter_map(|&(beta, line)| {
            let nash = results.number(line, "bne_multiplier")?;
            Some((beta, beta * (nash - results.number(line, "smoothed_multiplier")?)))
        });
        // Of learners without smoothing there is no such curve.
        let smoothed: Vec<_> = smoothed.collect();
        let is_smoothed = smoothed.iter().any(|(_, value)| *value != 0.0);
        let limit = series.points.first().and_then(|&(_, line)| limit(results, line));
        Curve {
            label,
            learned: learned.collect(),
            smoothed: if is_smoothed { smoothed } else { Vec::new() },
            limit: limit.filter(|_| is_smoothed),
        }
    }
}

/// The limit of beta times the distance of the smoothed equilibrium below Nash as beta grows, (N + 1) ln 2 /
/// N, where all N bidders bid lines on values of U[0, 1]: the boundary layer at v = 1.
fn limit(results: &Results, line: Line) -> Option<f64> {
    let n = results.number(line, "bidders")?;
    let rows = results.bidders_of(line.cell);
    let is_line = |row: usize| {
        results.bidders.text("strategy", row) == Some("linear")
            && results.bidders.text("prior", row) == Some("uniform:0:1")
    };
    let smooths = |row: usize| results.bidders.number("smoothed_multiplier", row).is_some();
    let all = results.is_alike(line.cell) && rows.clone().all(|row| is_line(row) && smooths(row));
    let first_price = results.cells.text("mechanism", line.cell).is_none_or(|rule| rule == "first-price");
    (all && first_price).then(|| of_lines(n))
}

/// (N + 1) ln 2 / N.
fn of_lines(bidders: f64) -> f64 {
    (bidders + 1.0) * std::f64::consts::LN_2 / bidders
}

fn description(told: &[Told]) -> String {
    let all = told.iter().flat_map(|told| &told.curves).flat_map(|curve| &curve.learned);
    let range = written::range(all.map(|learned| learned.value)).unwrap_or_default();
    format!("Beta times the distance below Nash over beta, with intervals: {range}.")
}

fn caption(results: &Results, along: &Along, told: &[Told], shown: usize) -> String {
    let curves = || told.iter().flat_map(|told| &told.curves);
    let cells = curves().flat_map(|curve| curve.learned.iter().map(|learned| learned.mark.cell));
    let bars = if curves().any(|curve| curve.learned.iter().any(|learned| learned.width.is_some())) {
        "with the 95 % interval of the mean (Student), side by side where they share a β"
    } else {
        "side by side where they share a β"
    };
    let smoothed = if curves().any(|curve| !curve.smoothed.is_empty()) {
        "; solid: the smoothed equilibrium"
    } else {
        ""
    };
    let limit =
        if curves().any(|curve| curve.limit.is_some()) { "; dashed: its limit (N + 1) ln 2 / N" } else { "" };
    let mut caption = format!(
        "Steepness β times the distance of the learned multiplier below Nash; points: means of {}, {bars}{smoothed}\
         {limit}.{}",
        written::replicates(results, cells),
        at_last(told, along),
    );
    caption += &series::says_grey(told.iter().map(|told| told.curves.len()).max().unwrap_or(0));
    if shown < told.len() {
        caption += &format!(" Shown are {shown} of {} panels; cells.parquet has all.", told.len());
    }
    caption + &along.says_left_out("β")
}

/// What is seen at the highest beta.
fn at_last(told: &[Told], along: &Along) -> String {
    let last = along.values[along.values.len() - 1];
    let curves = || told.iter().flat_map(|told| &told.curves);
    let learned = curves().filter_map(|curve| curve.learned.last().filter(|learned| learned.beta == last));
    let smoothed = curves().filter_map(|curve| curve.smoothed.last().filter(|place| place.0 == last));
    let beta = written::plain(last);
    let Some(learned) = written::range(learned.map(|learned| learned.value)) else { return String::new() };
    let beside = written::range(smoothed.map(|place| place.1))
        .map(|range| format!(", the smoothed equilibrium's {range}"))
        .unwrap_or_default();
    format!(" At β = {beta} the learned distances times β are {learned}{beside}.")
}

#[cfg(test)]
mod tests {
    use super::of_lines;

    #[test]
    fn the_limit_has_the_values_of_its_formula() {
        for (n, c) in [(2.0, 1.039_721), (3.0, 0.924_196), (5.0, 0.831_777), (10.0, 0.762_462)] {
            assert!((of_lines(n) - c).abs() < 1e-6);
        }
    }
}
