//! From the Nash multiplier to the learned one: what the class of strategies, smoothing, perturbation, the grid and
//! learning add.

use super::{Picture, Subject, in_rows, written};
use crate::report::chart::{Axis, Cell, Chart, Direction, Dot, Figure, Height, Marker, Style};
use crate::report::results::{Estimate, Line, Results};
use crate::report::scene::{Anchor, Dash, Ink, Mark, Markup, Stroke};
use crate::store::StoreError;

/// The most cells, and the most bidders in them, that a sweep may have to get the figure.
const MOST: usize = 8;

/// A panel narrower than this stands below the others.
const NARROWEST: f64 = 150.0;

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
    let falls: Vec<Fall> = results.lines().filter_map(|line| Fall::of(results, line)).collect();
    if falls.is_empty() || falls.len() > MOST {
        return Ok(Vec::new());
    }
    let name = "waterfall";
    let columns = falls.len().min(2);
    let inches = subject.inches(columns);
    let description = description(results, &falls);
    let style = Style { narrowest: NARROWEST, ..Style::default() };
    let figure = Figure::new(name, "From Nash to the learned multiplier", &description, inches).styled(style);
    let charts = falls.iter().map(|fall| fall.chart(results, falls.len() > 1)).collect();
    let caption = caption(results, &falls);
    Ok(vec![Picture { name: name.into(), scene: figure.grid(in_rows(charts, columns)), caption }])
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

    fn chart(&self, results: &Results, many: bool) -> Chart {
        let names = ["Nash"].into_iter().chain(self.steps.iter().map(|step| step.name)).chain(["learned"]);
        let y = Axis::categories("", names.map(Markup::from));
        let (low, high) = self.reach();
        let room = 0.04 * (high - low);
        // Numbers stand on the side of the room that is left.
        let mut chart = Chart::new(Axis::linear("multiplier *w*").over(low - room, high + room), y)
            .tall(Height::PerName(13.0))
            .unlettered();
        if many {
            let bidder = self.line.bidder.map(|bidder| format!("bidder {}", bidder + 1));
            let cell = Some(written::cell(results, self.line.cell, &[])).filter(|cell| !cell.is_empty());
            let title = cell.into_iter().chain(bidder).collect::<Vec<_>>().join(", ");
            chart = chart.titled(title);
        }
        let thin = Stroke::new(Ink::Soft, 0.5);
        let last = self.steps.len() + 1;
        chart.line([(self.nash, 0.0), (self.nash, 1.0)], thin);
        for (at, step) in self.steps.iter().enumerate() {
            let row = at as f64 + 1.0;
            let to = step.from + step.part.mean;
            let ink = match step.part.mean {
                part if part.abs() < NOUGHT => Ink::Soft,
                part => Ink::Hue(if part < 0.0 { 1 } else { 0 }),
            };
            let (left, right) = (step.from.min(to), step.from.max(to));
            let tip = format!("{}: {}", step.name, written::estimate(step.part.mean, step.part.ci95));
            let mark = Some(Mark { cell: self.line.cell, tip });
            chart.cells([Cell {
                x: (left, right),
                y: (row - 0.32, row + 0.32),
                paint: ink.into(),
                label: None,
                mark,
            }]);
            // A part of no width is still seen.
            chart.line([(step.from, row - 0.32), (step.from, row + 0.32)], Stroke::new(ink, 0.8));
            let width = step.part.ci95.filter(|width| *width > NOUGHT);
            if let Some(width) = width {
                chart.intervals(Direction::Across, [(row, to - width, to + width)], Ink::Text);
            }
            let (left, right) = (left.min(to - width.unwrap_or(0.0)), right.max(to + width.unwrap_or(0.0)));
            chart.line([(to, row), (to, row + 1.0)], thin);
            let label = signed(step.part);
            self.write(&mut chart, row, (left, right), label, (low, high));
        }
        let dot = |cell, tip: String, at| Dot { at, mark: Some(Mark { cell, tip }) };
        let tip = format!("Nash: {}", written::multiplier(self.nash));
        chart.points([dot(self.line.cell, tip, (self.nash, 0.0))], Marker::Diamond, Ink::Text);
        self.write(&mut chart, 0.0, (self.nash, self.nash), written::multiplier(self.nash), (low, high));
        let learned = written::estimate(self.learned.mean, self.learned.ci95);
        let (from, to) = self.learned.interval();
        if self.learned.ci95.is_some() {
            chart.intervals(Direction::Across, [(last as f64, from, to)], Ink::Text);
        }
        let tip = format!("learned: {learned}");
        chart.points([dot(self.line.cell, tip, (self.learned.mean, last as f64))], Marker::Circle, Ink::Text);
        self.write(&mut chart, last as f64, (from, to), learned, (low, high));
        chart.reference(Direction::Up, self.nash, "", Stroke::new(Ink::Text, 0.7).dashed(Dash::Dashed));
        chart
    }

    /// Writes a number beside what stands in a row: on the side with more room.
    fn write(
        &self,
        chart: &mut Chart,
        row: f64,
        (left, right): (f64, f64),
        label: String,
        (low, high): (f64, f64),
    ) {
        let gap = 0.025 * (high - low);
        let (at, anchor) =
            if left - low > high - right { (left - gap, Anchor::End) } else { (right + gap, Anchor::Start) };
        chart.note_at((at, row + BASE), anchor, label, Ink::Text);
    }

    /// From where to where all of it reaches.
    fn reach(&self) -> (f64, f64) {
        let (from, to) = self.learned.interval();
        let ends = self.steps.iter().flat_map(|step| [step.from, step.from + step.part.mean]);
        let all = || ends.clone().chain([self.nash, from, to]);
        let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
        let room = (0.5 * (high - low)).max(1e-6);
        // Numbers need as much room as half of what is shown, on the side where there is little.
        (low - 0.3 * room, high + 0.9 * room)
    }
}

/// The parts one after the other, from Nash; one step where they do not add up to the bias because some are unknown.
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

/// A part with its sign and its interval, in as many places as the interval tells; at least three digits of others.
fn signed(part: Estimate) -> String {
    let width = part.ci95.filter(|width| *width > NOUGHT);
    let places = match width {
        Some(width) => written::places(width, 1),
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

    fn told(mean: f64) -> Estimate {
        Estimate { mean, sd: None, ci95: None }
    }

    #[test]
    fn parts_lead_from_nash_to_the_learned_multiplier() {
        let parts = [("class", told(0.0)), ("smoothing", told(-0.02)), ("learning", told(0.005))];
        let steps = steps(0.5, &parts, told(-0.015));
        let froms: Vec<f64> = steps.iter().map(|step| step.from).collect();
        assert_eq!(froms, [0.5, 0.5, 0.48]);
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
        let part = Estimate { mean: -7.3e-5, sd: None, ci95: Some(0.000_255) };
        assert_eq!(signed(part), "−0.0001 ± 0.0003");
        assert_eq!([signed(told(-0.019_533)), signed(told(0.0))], ["−0.0195", "0"]);
    }
}
