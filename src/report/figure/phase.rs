//! Phase portraits of two bidders: where runs stay in the plane of both multipliers.

mod responses;

use super::references::reference;
use super::{Picture, Subject, naming, room, spread, written};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Height, Marker, Sample, Style};
use crate::report::results::{Line, Path, Results, TailPair};
use crate::report::scene::{Dash, Ink, Mark, Stroke};
use crate::store::StoreError;

/// The most cells that are shown.
const MOST_PANELS: usize = 6;

/// The most runs of a cell that are shown.
const MOST_RUNS: usize = 100;

/// The most runs whose paths are drawn, and whose bars where no path was recorded.
const MOST_PATHS: usize = 1;
const MOST_BARS: usize = 1;

/// Points that a panel needs.
const LEAST: f64 = 104.0;

/// A panel narrower than this stands below the others.
const NARROWEST: f64 = 80.0;

/// The widest a panel is, in inches.
const WIDEST: f64 = 3.25;

/// A panel's height over its width.
const SQUARE: f64 = 0.95;

/// The least half-width of a panel: below it rounding would be seen.
const LEAST_HALF: f64 = 1e-4;

/// The reference equilibria: column, what it is called, its marker and colour.
const REFERENCES: [(&str, &str, Marker, Ink); 4] = [
    // What comes first is drawn last, above the others.
    ("bne_multiplier", "Nash", Marker::Cross, Ink::Text),
    ("class_multiplier", "class", Marker::Square, Ink::Hue(2)),
    ("smoothed_multiplier", "smoothed", Marker::Diamond, Ink::Hue(1)),
    ("grid_multiplier", "grid", Marker::Triangle, Ink::Hue(3)),
];

/// Reference equilibria that are closer than this are one.
const SAME: f64 = 1e-6;

/// A cell of two bidders.
struct Panel {
    cell: usize,
    tails: Vec<TailPair>,
    /// How many runs there are: not all may be shown.
    runs: usize,
    paths: Vec<Path>,
    references: [Option<[f64; 2]>; REFERENCES.len()],
}

impl Panel {
    /// The runs whose movement over the tail is shown by bars.
    fn bars(&self) -> &[TailPair] {
        let count = if self.paths.is_empty() { MOST_BARS } else { 0 };
        &self.tails[..count.min(self.tails.len())]
    }
}

pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let pairs: Vec<usize> =
        (0..results.cells.rows()).filter(|&cell| results.bidders_of(cell).len() == 2).collect();
    // Of a sweep over the number of bidders, two are one value among others.
    if 2 * pairs.len() < results.cells.rows() {
        return Ok(Vec::new());
    }
    let shown = spread::choose(&results.axes, &pairs, MOST_PANELS);
    let (tails, paths) = (results.tail_pairs(&shown)?, results.paths(&shown)?);
    let panel = |&cell: &usize| Panel {
        cell,
        tails: tails.iter().filter(|tail| tail.cell == cell).take(MOST_RUNS).cloned().collect(),
        runs: tails.iter().filter(|tail| tail.cell == cell).count(),
        paths: paths
            .iter()
            .filter(|path| path.cell == cell)
            .take(MOST_PATHS)
            .map(|p| tail_of(results, p))
            .collect(),
        references: REFERENCES.map(|(column, ..)| {
            let at = |bidder| reference(results, Line { cell, bidder: Some(bidder) }, column);
            Some([at(0)?, at(1)?])
        }),
    };
    let panels: Vec<Panel> = shown.iter().map(panel).filter(|panel| !panel.tails.is_empty()).collect();
    if panels.is_empty() {
        return Ok(Vec::new());
    }
    let inches = subject.inches(panels.len().min(2));
    let columns = room::columns(inches, LEAST).min(panels.len()).min(3);
    let inches = if columns == 1 { subject.inches(1) } else { inches };
    let inches = inches.min(WIDEST * columns as f64);
    let windows = windows(&panels);
    let mut charts: Vec<Vec<Chart>> = Vec::new();
    for (row, panels) in panels.chunks(columns).enumerate() {
        let chart = |(column, panel): (usize, &Panel)| {
            let at = row * columns + column;
            chart(results, panel, windows[at], column == 0)
        };
        charts.push(panels.iter().enumerate().map(chart).collect());
    }
    let style = Style { narrowest: NARROWEST, label: 8.0, ..Style::default() };
    let description = format!("Phase portraits of {}.", naming::counted(panels.len(), "cell"));
    let scene = Figure::new("phase", "Two multipliers against each other", &description, inches)
        .styled(style)
        .grid(charts);
    let has_curves = panels.iter().any(|panel| responses::can(results, panel.cell));
    let caption = caption(&panels, pairs.len(), has_curves);
    Ok(vec![Picture { name: "phase".into(), scene, caption }])
}

/// The part of a path that tail means are taken over.
fn tail_of(results: &Results, path: &Path) -> Path {
    let last = path.points.last().map_or(0.0, |(epoch, _)| *epoch);
    let from = (1.0 - results.plan.measure().tail) * last;
    let points = path.points.iter().filter(|(epoch, _)| *epoch >= from).copied().collect();
    Path { points, ..path.clone() }
}

/// The middle of a square that holds runs and equilibria of some panels, and half its side.
fn window(panels: &[Panel]) -> ([f64; 2], f64) {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    let mut hold = |at: [f64; 2], rim: [f64; 2]| {
        for axis in 0..2 {
            if at[axis].is_finite() {
                low[axis] = low[axis].min(at[axis] - rim[axis]);
                high[axis] = high[axis].max(at[axis] + rim[axis]);
            }
        }
    };
    for panel in panels {
        panel.references.iter().flatten().for_each(|at| hold(*at, [0.0; 2]));
        panel.paths.iter().flat_map(|path| &path.points).for_each(|(_, at)| hold(*at, [0.0; 2]));
        panel.tails.iter().for_each(|tail| hold(tail.mean, [0.0; 2]));
        panel.bars().iter().for_each(|tail| hold(tail.mean, tail.sd.map(|sd| sd.unwrap_or(0.0))));
    }
    let middle = [0, 1].map(|axis| 0.5 * (low[axis] + high[axis]));
    let half = [0, 1].map(|axis| 0.5 * (high[axis] - low[axis]));
    (middle, (1.1 * half[0].max(half[1])).max(LEAST_HALF))
}

/// The windows of all panels: one for all, where the equilibria are the same.
fn windows(panels: &[Panel]) -> Vec<([f64; 2], f64)> {
    if panels.windows(2).any(|pair| pair[0].references != pair[1].references) {
        return panels.iter().map(|panel| window(std::slice::from_ref(panel))).collect();
    }
    vec![window(panels); panels.len()]
}

fn chart(results: &Results, panel: &Panel, (middle, half): ([f64; 2], f64), is_left: bool) -> Chart {
    let axis = |bidder: usize| {
        let (low, high) = (middle[bidder] - half, middle[bidder] + half);
        let has_title = bidder == 0 || is_left;
        let title = if has_title { format!("multiplier *w*_{{{}}}", bidder + 1) } else { String::new() };
        Axis::linear(title).over(low, high)
    };
    let axes: Vec<usize> = (0..results.axes.all().len()).collect();
    let mut chart = Chart::new(axis(0), axis(1))
        .titled(naming::cell(results, panel.cell, &axes))
        .unlettered()
        .tall(Height::Ratio(SQUARE));
    // What lies on the other axis may leave the square.
    let ends = |bidder: usize| (middle[bidder] - half, middle[bidder] + half);
    let curves = responses::curves(results, panel.cell, [ends(0), ends(1)]);
    for (bidder, curve) in curves.into_iter().enumerate() {
        let pen = Stroke::new(Ink::Soft, 0.8).dashed(if bidder == 0 { Dash::Solid } else { Dash::Fine });
        if !curve.is_empty() {
            chart.key(Sample::Line(pen), format!("best response of {}", bidder + 1));
        }
        chart.line(curve, pen);
    }
    for path in &panel.paths {
        let places = path.points.iter().map(|(_, at)| (at[0], at[1]));
        if is_dense(path) {
            chart.line(places, Stroke::new(Ink::Hue(0).faint(0.45), 0.4));
        } else {
            // A place between gaps is a dot.
            let gap = (f64::NAN, f64::NAN);
            chart.line(places.flat_map(|place| [place, gap]), Stroke::new(Ink::Hue(0).faint(0.6), 1.0));
        }
    }
    for (along, own) in [(Direction::Across, 0), (Direction::Up, 1)] {
        let bar = |tail: &TailPair| {
            let sd = tail.sd[own].filter(|sd| *sd > 0.0)?;
            Some((tail.mean[1 - own], tail.mean[own] - sd, tail.mean[own] + sd))
        };
        chart.intervals(along, panel.bars().iter().filter_map(bar), Ink::Hue(0));
    }
    let label = naming::plain(&naming::line(results, Line { cell: panel.cell, bidder: None }));
    let dot = |tail: &TailPair| {
        let tip = format!(
            "{label}, run {}: {}, {}",
            tail.replicate,
            written::number(tail.mean[0], 4),
            written::number(tail.mean[1], 4)
        );
        Dot { at: (tail.mean[0], tail.mean[1]), mark: Some(Mark { cell: panel.cell, tip }) }
    };
    chart.points(panel.tails.iter().map(dot), Marker::Circle, Ink::Hue(0));
    chart.key(Sample::Point(Marker::Circle, Ink::Hue(0)), "run (tail mean)");
    for (kind, (_, name, marker, ink)) in REFERENCES.into_iter().enumerate().rev() {
        let Some(at) = panel.references[kind].filter(|at| is_new(panel, kind, *at)) else { continue };
        let tip = format!("{label}: {name} {}, {}", written::number(at[0], 4), written::number(at[1], 4));
        chart.points([Dot { at: (at[0], at[1]), mark: Some(Mark { cell: panel.cell, tip }) }], marker, ink);
        chart.key(Sample::Point(marker, ink), name);
    }
    chart
}

/// A path whose direction turns by less than this at most places, as a cosine, is recorded densely enough to
/// be joined: that of 60 degrees.
const SMOOTH: f64 = 0.5;

/// Whether a line through the places of a path shows how it runs: each epoch was recorded, or it seldom turns
/// much. Else it would join places between which the run went elsewhere.
fn is_dense(path: &Path) -> bool {
    if path.points.windows(2).all(|pair| pair[1].0 - pair[0].0 <= 1.0) {
        return true;
    }
    let steps: Vec<[f64; 2]> = path
        .points
        .windows(2)
        .map(|pair| [0, 1].map(|axis| pair[1].1[axis] - pair[0].1[axis]))
        .filter(|step| step.iter().all(|part| part.is_finite()) && *step != [0.0; 2])
        .collect();
    let turns = steps.windows(2).map(|pair| {
        let [a, b] = [pair[0], pair[1]];
        let length = |step: [f64; 2]| libm::sqrt(step[0].mul_add(step[0], step[1] * step[1]));
        a[0].mul_add(b[0], a[1] * b[1]) / (length(a) * length(b))
    });
    let (all, smooth) =
        turns.fold((0, 0), |(all, smooth), cosine| (all + 1, smooth + usize::from(cosine > SMOOTH)));
    2 * smooth >= all
}

/// Whether no reference before it stands at the same place.
fn is_new(panel: &Panel, kind: usize, at: [f64; 2]) -> bool {
    let same = |other: &[f64; 2]| (other[0] - at[0]).abs() < SAME && (other[1] - at[1]).abs() < SAME;
    !panel.references[..kind].iter().flatten().any(same)
}

/// What is shown, and where the runs are in the middle.
fn caption(panels: &[Panel], pairs: usize, has_curves: bool) -> String {
    let span = |count: fn(&Panel) -> usize| {
        let counts = || panels.iter().map(count);
        let (least, most) = (counts().min().unwrap_or(0), counts().max().unwrap_or(0));
        if least == most { most.to_string() } else { format!("{least} to {most}") }
    };
    let (shown, all) = (span(|panel| panel.tails.len()), span(|panel| panel.runs));
    let runs = match (shown == all, all.as_str()) {
        (true, "1") => "1 run".to_owned(),
        (true, _) => format!("{all} runs"),
        (false, _) => format!("{shown} of {all} runs"),
    };
    let has_bars = panels.iter().any(|panel| panel.bars().iter().any(|tail| tail.sd[0].is_some()));
    let paths = || panels.iter().flat_map(|panel| &panel.paths);
    let moves = if paths().next().is_some() && paths().all(is_dense) {
        " The thin line is the tail of one run as recorded."
    } else if paths().any(is_dense) {
        " The thin line, or small dots where epochs were recorded seldom, is the tail of one run."
    } else if paths().next().is_some() {
        " Small dots are the recorded epochs of one run's tail."
    } else if has_bars {
        " The bars are the standard deviation of one run over its tail."
    } else {
        ""
    };
    let told = if let [panel] = panels {
        let mean = |bidder: usize| {
            panel.tails.iter().map(|tail| tail.mean[bidder]).sum::<f64>() / panel.tails.len() as f64
        };
        format!(" Their mean is ({}, {}).", written::number(mean(0), 4), written::number(mean(1), 4))
    } else {
        String::new()
    };
    let left_out = if pairs > panels.len() {
        format!(" Shown are {} of {pairs} cells of two bidders, spread over the axes.", panels.len())
    } else {
        String::new()
    };
    let curves = if has_curves {
        " On the curve of a bidder's best response no other multiplier of its own is better."
    } else {
        ""
    };
    format!(
        "Tail means of both multipliers, one point per run ({runs} of each cell).{moves}{told}{curves}{left_out}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(tails: &[[f64; 2]], sd: f64) -> Panel {
        let tail = |mean: &[f64; 2]| TailPair { cell: 0, replicate: 0, mean: *mean, sd: [Some(sd); 2] };
        Panel {
            cell: 0,
            tails: tails.iter().map(tail).collect(),
            runs: tails.len(),
            paths: Vec::new(),
            references: [Some([0.5, 0.5]), Some([0.5, 0.5]), Some([0.48, 0.48]), None],
        }
    }

    #[test]
    fn the_window_is_a_square_that_holds_runs_and_equilibria() {
        let (middle, half) = window(&[panel(&[[0.3, 0.47], [0.4, 0.49]], 0.01)]);
        for (middle, ends) in middle.iter().zip([[0.3 - 0.01, 0.5], [0.46, 0.46]]) {
            assert!(ends.iter().all(|at| (at - middle).abs() <= half));
        }
        assert!((middle[0] - 0.395).abs() < 1e-12 && (half - 1.1 * 0.105).abs() < 1e-12);
    }

    #[test]
    fn paths_are_joined_where_they_are_dense() {
        let path = |every: f64, turn: f64| {
            let place = |at: usize| {
                let angle = turn * at as f64;
                (every * at as f64, [libm::cos(angle), libm::sin(angle)])
            };
            Path { cell: 0, replicate: 0, points: (0..60).map(place).collect() }
        };
        // Every epoch; a slow rotation; a fast one of which seldom a place is recorded.
        assert!(is_dense(&path(1.0, 2.0)) && is_dense(&path(10.0, 0.2)) && !is_dense(&path(10.0, 2.0)));
    }

    #[test]
    fn equilibria_at_one_place_are_drawn_once() {
        let panel = panel(&[[0.48, 0.48]], 0.0);
        assert!(is_new(&panel, 0, [0.5; 2]) && !is_new(&panel, 1, [0.5; 2]) && is_new(&panel, 2, [0.48; 2]));
        let (_, half) = window(&[Panel { references: [None; 4], ..panel }]);
        assert_eq!(half, LEAST_HALF);
    }
}
