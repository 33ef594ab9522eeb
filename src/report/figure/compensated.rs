//! beta times the distance below Nash: what smoothing makes is nearly level there, and what learning adds is
//! seen.

use super::series::{Along, Panel, Series, coloured, dodge};
use super::{Picture, Subject, room, series, written};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Marker, Style};
use crate::report::results::{Line, Results};
use crate::report::scene::{Dash, Ink, Mark, Markup, Stroke};
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
    let most = if room::columns(subject.paper(2), Style::default().narrowest) > 1 { MOST } else { MOST / 2 };
    let shown = told.len().min(most);
    let description = description(&told);
    let inches = subject.inches(shown.min(2));
    let figure = Figure::new(name, "Beta times the distance below Nash", &description, inches);
    let range = Range::of(&told[..shown]);
    let columns = room::columns(inches, Style::default().narrowest).min(2);
    let chart = |(at, told): (usize, &Told)| {
        let mut chart = told.chart(&along, &range);
        if at % columns > 0 {
            chart.y.title = Markup::default();
        }
        chart
    };
    let charts: Vec<Chart> = told[..shown].iter().enumerate().map(chart).collect();
    let rows: Vec<Vec<Chart>> = super::in_rows(charts, columns);
    let caption = caption(results, &along, &told, shown) + &range.says(&told[..shown]);
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

    fn chart(&self, along: &Along, range: &Range) -> Chart {
        let betas = &along.values;
        let (first, last) = (betas[0], betas[betas.len() - 1]);
        let x = Axis::log("steepness *β*").over(first / 1.2, last * 1.2).ticks_at(betas);
        let y = Axis::linear("*β* × distance below Nash").over(range.low, range.high);
        let mut chart = Chart::new(x, y).titled(self.title.clone());
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
                let (low, high) = learned.interval()?;
                Some((learned.beta * aside, low.max(range.low), high.min(range.high)))
            });
            chart.intervals(Direction::Up, bars.filter(|(_, low, high)| low < high), ink(at));
            // An arrow where a point or its interval goes on beyond the axis.
            for (marker, above) in [(Marker::Triangle, true), (Marker::Down, false)] {
                let arrows = curve.learned.iter().filter_map(|learned| {
                    let (low, high) = learned.interval().unwrap_or((learned.value, learned.value));
                    let beyond = if above { high > range.high } else { low < range.low };
                    let at = (learned.beta * aside, range.rim(above));
                    beyond.then(|| Dot { at, mark: Some(learned.mark.clone()) })
                });
                chart.points(arrows, marker, ink(at));
            }
            let dots = curve.learned.iter().map(|learned| Dot {
                at: (learned.beta * aside, learned.value),
                mark: Some(learned.mark.clone()),
            });
            chart.points(dots, Marker::series(at), ink(at));
            if let (Some(learned), true) = (curve.learned.last(), count > 1) {
                let value = learned.value.clamp(range.low, range.high);
                chart.end((learned.beta * aside, value), curve.label.clone(), ink(at));
            }
        }
        chart
    }
}

impl Learned {
    fn interval(&self) -> Option<(f64, f64)> {
        Some((self.value - self.width?, self.value + self.width?))
    }
}

/// From where to where all panels show distances: without what is so far from the others, or so uncertain,
/// that these would be squashed.
struct Range {
    low: f64,
    high: f64,
}

/// Beyond the middle half of all distances, by so many times its length, a distance is far from the others.
const FAR: f64 = 2.5;

impl Range {
    fn of(told: &[Told]) -> Self {
        let curves = || told.iter().flat_map(|told| &told.curves);
        let learned = || curves().flat_map(|curve| &curve.learned);
        let mut values: Vec<f64> = learned().map(|learned| learned.value).collect();
        values.sort_by(f64::total_cmp);
        let quartile = |part: usize| values[part * (values.len() - 1) / 4];
        let (first, third) = (quartile(1), quartile(3));
        let (least, most) = (first - FAR * (third - first), third + FAR * (third - first));
        let near = |value: &f64| (least..=most).contains(value);
        // Of an interval that reaches far, the part that does not.
        let ends = learned().flat_map(|learned| {
            let (low, high) = learned.interval().unwrap_or((learned.value, learned.value));
            let meets = low <= most && high >= least;
            [Some(learned.value), meets.then_some(low.max(least)), meets.then_some(high.min(most))]
        });
        let ends = ends.flatten();
        let smoothed =
            curves().flat_map(|curve| curve.smoothed.iter().map(|place| place.1).chain(curve.limit));
        let all = ends.filter(near).chain(smoothed);
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (y.min(l), y.max(h)));
        let room = (0.06 * (high - low)).max(1e-9);
        Range { low: low - room, high: high + room }
    }

    /// Where arrows stand: within the range by a little.
    fn rim(&self, above: bool) -> f64 {
        let inset = 0.025 * (self.high - self.low);
        if above { self.high - inset } else { self.low + inset }
    }

    /// What is said of points and intervals beyond it; empty where there are none.
    fn says(&self, told: &[Told]) -> String {
        let learned = told.iter().flat_map(|told| &told.curves).flat_map(|curve| &curve.learned);
        let beyond = learned.filter(|learned| {
            let (low, high) = learned.interval().unwrap_or((learned.value, learned.value));
            low < self.low || high > self.high
        });
        match beyond.count() {
            0 => String::new(),
            1 => " An arrow: one point or its interval goes on beyond the axis.".into(),
            count => format!(" Arrows: {count} points or their intervals go on beyond the axis."),
        }
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
    use super::*;

    #[test]
    fn what_is_far_from_the_others_does_not_squash_them() {
        let learned = |value: f64, width: f64| Learned {
            beta: 10.0,
            value,
            width: Some(width),
            mark: Mark { cell: 0, tip: String::new() },
        };
        let told = |learned: Vec<Learned>| {
            let curve = Curve {
                label: String::new(),
                learned,
                smoothed: vec![(10.0, 0.8), (20.0, 1.0)],
                limit: None,
            };
            [Told { title: String::new(), curves: vec![curve] }]
        };
        let usual = || [0.8, 0.85, 0.9, 0.95, 1.0, 1.05].map(|value| learned(value, 0.02));
        let quiet = told(usual().into());
        let range = Range::of(&quiet);
        assert!(range.low < 0.78 && range.high > 1.07 && range.says(&quiet).is_empty());
        // One point far away, and one that is uncertain, do not stretch it beyond what is near the others.
        let wild = told(usual().into_iter().chain([learned(9.0, 1.0), learned(0.9, 30.0)]).collect());
        let range = Range::of(&wild);
        assert!(range.low > 0.0 && range.high < 2.0, "{} {}", range.low, range.high);
        assert_eq!(range.says(&wild), " Arrows: 2 points or their intervals go on beyond the axis.");
    }

    #[test]
    fn the_limit_has_the_values_of_its_formula() {
        for (n, c) in [(2.0, 1.039_721), (3.0, 0.924_196), (5.0, 0.831_777), (10.0, 0.762_462)] {
            assert!((of_lines(n) - c).abs() < 1e-6);
        }
    }
}
