//! From the Nash multiplier to the learned one: what the class of strategies, smoothing, perturbation, the
//! grid and learning add.

use super::{Picture, Subject, in_rows, naming, written};
use crate::report::chart::{Axis, Cell, Chart, Direction, Dot, Figure, Height, Marker, Style};
use crate::report::results::{Estimate, Line, Results};
use crate::report::scene::{Anchor, Dash, Ink, Mark, Markup, Stroke, width};
use crate::store::StoreError;

/// The most cells, and the most bidders in them, that a sweep may have to get the figure.
const MOST: usize = 8;

/// A panel narrower than this stands below the others.
const NARROWEST: f64 = 150.0;

/// Points that the names of rows and the gap between panels take.
const NAMES: f64 = 64.0;

/// Below this a part is rounding.
const NOUGHT: f64 = 1e-9;

/// How far below the middle of a row the base line of its number stands, in rows.
const BASE: f64 = 0.19;

/// The parts of a bias in their order: column and name.
const PARTS: [(&str, &str); 5] = [
    ("class_bias", "class"),
    ("smoothing_bias", "smoothing"),
    ("perturbation_bias", "perturbation"),
    ("grid_bias", "grid"),
    ("learning_bias", "learning"),
];

/// Draws the figure of a sweep of few cells.
pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    if results.cells.rows() > MOST || results.total > MOST {
        return Ok(Vec::new());
    }
    let mut falls: Vec<Fall> = results.lines().filter_map(|line| Fall::of(results, line)).collect();
    drop_noughts(&mut falls);
    if falls.is_empty() || falls.len() > MOST {
        return Ok(Vec::new());
    }
    let name = "waterfall";
    let inches = subject.inches(falls.len().min(2));
    let columns = if falls.len() > 1 && inches * 36.0 > NARROWEST { 2 } else { 1 };
    let description = description(results, &falls);
    let style = Style { narrowest: NARROWEST, ..Style::default() };
    let figure = Figure::new(name, "From Nash to the learned multiplier", &description, inches).styled(style);
    // Names take some of the width.
    let points = inches * 72.0 / columns as f64 - NAMES;
    let charts: Vec<Chart> = falls.iter().map(|fall| fall.chart(results, falls.len() > 1, points)).collect();
    let mut rows = in_rows(charts, columns);
    let last = rows.len() - 1;
    for chart in rows[..last].iter_mut().flatten() {
        chart.x.title = Markup::default();
    }
    let caption = caption(results, &falls);
    Ok(vec![Picture { name: name.into(), scene: figure.grid(rows), caption }])
}

/// The way from Nash to what a line learned.
struct Fall {
    line: Line,
    nash: f64,
    steps: Vec<Step>,
    learned: Estimate,
}

#[derive(Clone, Debug, PartialEq)]
struct Step {
    name: &'static str,
    from: f64,
    part: Estimate,
}

impl Fall {
    fn of(results: &Results, line: Line) -> Option<Self> {
        let nash = results.number(line, "bne_multiplier")?;
        let learned = results.estimate(line, "multiplier_tail_mean")?;
        let parts = PARTS.map(|(column, name)| Some((name, results.estimate(line, column)?)));
        let parts: Vec<(&str, Estimate)> = parts.into_iter().flatten().collect();
        let bias = results.estimate(line, "bias")?;
        Some(Fall { line, nash, steps: steps(nash, &parts, bias), learned })
    }

    /// The chart, with a panel of so many points; with its title among `many`.
    fn chart(&self, results: &Results, many: bool, points: f64) -> Chart {
        let rows = self.rows();
        let y = Axis::categories("", rows.iter().map(|row| Markup::from(row.name)));
        let (low, high) = range(&rows, points);
        let mut chart = Chart::new(Axis::linear("multiplier *w*").over(low, high), y)
            .tall(Height::PerName(13.0))
            .unlettered();
        if many {
            chart = chart.titled(naming::row(results, self.line, &[]));
        }
        chart.reference(Direction::Up, self.nash, "", Stroke::new(Ink::Text, 0.7).dashed(Dash::Dashed));
        for (at, row) in rows.iter().enumerate() {
            let up = at as f64;
            let mark = || Some(Mark { cell: self.line.cell, tip: format!("{}: {}", row.name, row.label) });
            let ink = match row.to - row.from {
                part if part.abs() < NOUGHT => Ink::Soft,
                part => Ink::Hue(if part < 0.0 { 1 } else { 0 }),
            };
            if let Some(marker) = row.marker {
                chart.points([Dot { at: (row.to, up), mark: mark() }], marker, Ink::Text);
            } else {
                let (left, right) = (row.from.min(row.to), row.from.max(row.to));
                let (x, y) = ((left, right), (up - 0.32, up + 0.32));
                chart.cells([Cell { x, y, paint: ink.into(), label: None, mark: mark() }]);
                // A part of no width is still seen.
                chart.line([(row.from, y.0), (row.from, y.1)], Stroke::new(ink, 0.8));
            }
            if let Some(width) = row.width {
                chart.intervals(Direction::Across, [(up, row.to - width, row.to + width)], Ink::Text);
            }
            if at + 1 < rows.len() {
                chart.line([(row.to, up), (row.to, up + 1.0)], Stroke::new(Ink::Soft, 0.5));
            }
            let gap = GAP / points * (high - low);
            chart.note_at((row.right() + gap, up + BASE), Anchor::Start, row.label.clone(), Ink::Text);
        }
        chart
    }

    /// From Nash over the parts to what was learned.
    fn rows(&self) -> Vec<Row> {
        let nash = Row {
            name: "Nash",
            from: self.nash,
            to: self.nash,
            width: None,
            label: written::multiplier(self.nash),
            marker: Some(Marker::Diamond),
        };
        let learned = Row {
            name: "learned",
            from: self.learned.mean,
            to: self.learned.mean,
            width: self.learned.ci95.filter(|width| *width > NOUGHT),
            label: written::estimate(self.learned.mean, self.learned.ci95.filter(|width| *width > NOUGHT)),
            marker: Some(Marker::Circle),
        };
        let steps = self.steps.iter().map(|step| Row {
            name: step.name,
            from: step.from,
            to: step.from + step.part.mean,
            width: step.part.ci95.filter(|width| *width > NOUGHT),
            label: signed(step.part),
            marker: None,
        });
        [nash].into_iter().chain(steps).chain([learned]).collect()
    }
}

/// A row of a chart.
struct Row {
    name: &'static str,
    from: f64,
    to: f64,
    width: Option<f64>,
    label: String,
    /// Of what is no part.
    marker: Option<Marker>,
}

impl Row {
    fn left(&self) -> f64 {
        self.from.min(self.to - self.width.unwrap_or(0.0))
    }

    fn right(&self) -> f64 {
        self.from.max(self.to + self.width.unwrap_or(0.0))
    }
}

/// The gap before a number, in points.
const GAP: f64 = 5.0;

/// The most of a panel that a number takes, where the panel is narrow.
const MOST_OF_PANEL: f64 = 0.6;

/// From where to where an axis of so many points runs so that all rows and the numbers to their right have
/// room.
fn range(rows: &[Row], points: f64) -> (f64, f64) {
    let least = rows.iter().map(Row::left).fold(f64::INFINITY, f64::min);
    let most = rows.iter().map(Row::right).fold(f64::NEG_INFINITY, f64::max);
    let low = least - (0.05 * (most - least)).max(1e-6);
    let end = |row: &Row| {
        let letters = width(&Markup::from(row.label.as_str()), Style::default().note, false);
        let share = ((letters + 2.0 * GAP) / points).min(MOST_OF_PANEL);
        // What lies left of the number has the rest of the panel.
        low + (row.right() - low) / (1.0 - share)
    };
    (low, rows.iter().map(end).fold(most, f64::max))
}

/// The parts one after the other, from Nash; one step where they do not add up to the bias because some are
/// unknown.
fn steps(nash: f64, parts: &[(&'static str, Estimate)], bias: Estimate) -> Vec<Step> {
    let sum: f64 = parts.iter().map(|(_, part)| part.mean).sum();
    if !parts.iter().any(|(name, _)| *name == "learning")
        || (sum - bias.mean).abs() > 1e-9 + 1e-6 * bias.mean.abs()
    {
        return vec![Step { name: "bias", from: nash, part: bias }];
    }
    let mut from = nash;
    let step = |&(name, part): &(&'static str, Estimate)| {
        let step = Step { name, from, part };
        from += part.mean;
        step
    };
    parts.iter().map(step).collect()
}

/// Leaves out the parts that are 0 in all panels, but for the last one: there is always one.
fn drop_noughts(falls: &mut [Fall]) {
    let is_nought =
        |step: &Step| step.part.mean.abs() < NOUGHT && step.part.ci95.is_none_or(|width| width <= NOUGHT);
    let all = falls.iter().flat_map(|fall| &fall.steps);
    let told: std::collections::BTreeSet<&str> =
        all.filter(|step| !is_nought(step)).map(|step| step.name).collect();
    for fall in falls {
        let last = fall.steps.last().map(|step| step.name);
        fall.steps.retain(|step| told.contains(step.name) || Some(step.name) == last);
    }
}

/// A part with its sign and its interval, in as many places as the interval tells; at least three digits of
/// others.
fn signed(part: Estimate) -> String {
    let width = part.ci95.filter(|width| *width > NOUGHT);
    let places = match width {
        Some(width) => written::places(width, 1).min(5),
        None if part.mean.abs() < NOUGHT => return "0".into(),
        None => written::places(part.mean, 3).min(5),
    };
    match width {
        Some(width) => format!("{} ± {}", written::signed(part.mean, places), written::number(width, places)),
        None => written::signed(part.mean, places),
    }
}

fn description(results: &Results, falls: &[Fall]) -> String {
    let Some(fall) = falls.first() else { return String::new() };
    let parts: Vec<String> =
        fall.steps.iter().map(|step| format!("{} {}", step.name, signed(step.part))).collect();
    let of_cell =
        if falls.len() > 1 { format!(" ({})", results.label(fall.line.cell)) } else { String::new() };
    format!(
        "From Nash {} to the learned multiplier {}{of_cell}: {}.",
        written::multiplier(fall.nash),
        written::estimate(fall.learned.mean, fall.learned.ci95),
        parts.join(", ")
    )
}

fn caption(results: &Results, falls: &[Fall]) -> String {
    let bars = if falls.iter().any(|fall| fall.learned.ci95.is_some()) {
        ", with 95 % intervals of the mean (Student)"
    } else {
        ""
    };
    let mut caption = format!(
        "From the Nash multiplier to the learned one (mean of the tail, {}): what each part adds{bars}.",
        written::replicates(results, falls.iter().map(|fall| fall.line.cell))
    );
    let largest = |fall: &Fall| {
        let largest = fall.steps.iter().max_by(|a, b| a.part.mean.abs().total_cmp(&b.part.mean.abs()))?;
        Some((largest.name, largest.part.mean, fall.learned.mean - fall.nash))
    };
    if let ([fall], true) = (falls, falls[0].steps.len() > 1)
        && let Some((name, part, bias)) = largest(fall)
    {
        caption += &format!(" Most is {name}: {} of {}.", written::signed(part, 4), written::signed(bias, 4));
    }
    if falls.len() > 1 {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for (name, ..) in falls.iter().filter(|fall| fall.steps.len() > 1).filter_map(largest) {
            match counts.iter_mut().find(|count| count.0 == name) {
                Some(count) => count.1 += 1,
                None => counts.push((name, 1)),
            }
        }
        let told: Vec<String> = counts
            .iter()
            .map(|(name, count)| format!("{name} in {}", written::share(*count, falls.len(), "panel")))
            .collect();
        if !told.is_empty() {
            caption += &format!(" The largest part is {}.", told.join(", "));
        }
    }
    if falls.iter().any(|fall| fall.steps.len() == 1 && fall.steps[0].name == "bias") {
        caption += " Where a part is unknown the bias is one step.";
    }
    caption
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_room_to_the_right_of_their_rows() {
        let row = |to: f64, label: &str| Row {
            name: "learning",
            from: 0.5,
            to,
            width: None,
            label: label.into(),
            marker: None,
        };
        let rows = [row(0.084, "−0.39653 ± 0.00005"), row(0.49, "0.5")];
        let (low, high) = range(&rows, 150.0);
        let letters = width(&Markup::from("−0.39653 ± 0.00005"), 7.0, false);
        assert!(low < 0.084 && (high - 0.5) / (high - low) * 150.0 >= letters + GAP);
        let (_, high) = range(&[row(0.5, "0.5")], 10.0);
        assert!(high.is_finite() && high > 0.5);
    }

    fn told(mean: f64) -> Estimate {
        Estimate { mean, sd: None, ci95: None, ends: None }
    }

    #[test]
    fn parts_lead_from_nash_to_the_learned_multiplier() {
        let parts = [("class", told(0.0)), ("smoothing", told(-0.02)), ("learning", told(0.005))];
        let steps = steps(0.5, &parts, told(-0.015));
        let froms: Vec<f64> = steps.iter().map(|step| step.from).collect();
        assert_eq!(froms, [0.5, 0.5, 0.48]);
    }

    #[test]
    fn parts_that_are_nought_everywhere_have_no_row() {
        let fall = |smoothing: f64| {
            let parts = [("class", told(0.0)), ("smoothing", told(smoothing)), ("learning", told(0.0))];
            let line = Line { cell: 0, bidder: None };
            Fall {
                line,
                nash: 0.5,
                steps: steps(0.5, &parts, told(smoothing)),
                learned: told(0.5 + smoothing),
            }
        };
        let names = |falls: &[Fall]| falls[0].steps.iter().map(|step| step.name).collect::<Vec<_>>();
        let mut falls = [fall(0.0), fall(-0.02)];
        drop_noughts(&mut falls);
        assert_eq!(names(&falls), ["smoothing", "learning"]);
        let mut falls = [fall(0.0)];
        drop_noughts(&mut falls);
        assert_eq!(names(&falls), ["learning"]);
    }

    #[test]
    fn unknown_parts_make_one_step() {
        let bias = told(-0.02);
        for parts in [vec![("class", told(0.0))], vec![("class", told(0.0)), ("learning", told(-0.01))]] {
            let steps = steps(0.5, &parts, bias);
            assert_eq!(steps, [Step { name: "bias", from: 0.5, part: bias }]);
        }
    }

    #[test]
    fn parts_are_written_as_their_intervals_tell() {
        let part = Estimate { mean: -7.3e-5, sd: None, ci95: Some(0.000_255), ends: None };
        assert_eq!(signed(part), "−0.0001 ± 0.0003");
        assert_eq!([signed(told(-0.019_533)), signed(told(0.0))], ["−0.0195", "0"]);
    }
}
