//! Phase portraits of two bidders: where runs stay in the plane of both multipliers.

mod responses;

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
        paths: paths
            .iter()
            .filter(|path| path.cell == cell)
            .take(MOST_PATHS)
            .map(|p| tail_of(results, p))
            .collect(),
        references: REFERENCES.map(|(column, ..)| {
            let at = |bidder| results.number(Line { cell, bidder: Some(bidder) }, column);
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
            chart(results, panel, windows[at], at == 0, column == 0)
        };
        charts.push(panels.iter().enumerate().map(chart).collect());
    }
    let style = Style { narrowest: NARROWEST, ..Style::default() };
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
        for (middle, ends) in middle.iter().zip([[0.3 - 0.01, 0.5], [0.46, 0.46]]) {
            assert!(ends.iter().all(|at| (at - middle).abs() <= half));
        }
        assert!((middle[0] - 0.395).abs() < 1e-12 && (half - 1.1 * 0.105).abs() < 1e-12);
    }

    #[test]
    fn equilibria_at_one_place_are_drawn_once() {
        let panel = panel(&[[0.48, 0.48]], 0.0);
        assert!(is_new(&panel, 0, [0.5; 2]) && !is_new(&panel, 1, [0.5; 2]) && is_new(&panel, 2, [0.48; 2]));
        let (_, half) = window(&[Panel { references: [None; 4], ..panel }]);
        assert_eq!(half, LEAST_HALF);
    }
}
