//! Layers on paper.

use super::frame::Frame;
use super::layer::{Cell, Direction, Dot, Layer};
use super::markers::marker;
use super::style::Style;
use crate::report::scene::{
    Anchor, HALF, Ink, Markup, Paint, Path, Point, Rect, Scene, Shape, Stroke, Text, hundredth, width,
};

/// Half the width of the caps of an interval's bar.
const CAP: f64 = 1.8;

/// Whether a layer lies below the axes: areas do.
pub fn is_below(layer: &Layer) -> bool {
    matches!(layer, Layer::Band { .. } | Layer::Cells(_) | Layer::Strip { .. })
}

/// Draws a layer.
pub fn draw(scene: &mut Scene, frame: &Frame, layer: &Layer, style: &Style) {
    // Lines along a side of the panel are drawn in full.
    let clip = frame.panel.grown(1.0);
    match layer {
        Layer::Line { points, stroke, step } => {
            let path = line(frame, points, *step);
            if !path.steps.is_empty() {
                scene.shape(Shape::drawn(path, *stroke).within(clip));
            }
        }
        Layer::Band { rows, paint } => {
            for part in band(frame, rows) {
                scene.shape(Shape::filled(part, *paint).within(frame.panel));
            }
        }
        Layer::Points { dots, marker: shape, ink } => {
            for Dot { at, mark } in dots {
                let place = frame.place(*at);
                if frame.panel.grown(0.5).has(place) {
                    let point = marker(*shape, place, style.marker, *ink);
                    scene.shape(Shape { mark: mark.clone(), ..point });
                }
            }
        }
        Layer::Intervals { along, rows, paint } => {
            let path = bars(frame, *along, rows);
            if !path.steps.is_empty() {
                scene.shape(Shape::drawn(path, Stroke::new(*paint, 0.7)).within(clip));
            }
        }
        Layer::Cells(cells) => draw_cells(scene, frame, cells, style),
        Layer::Strip { along, from, to, paint } => {
            if let Some(rect) = strip(frame, *along, *from, *to) {
                scene.shape(Shape::filled(Path::rect(rect), *paint).within(frame.panel));
            }
        }
        Layer::Reference { along, at, stroke, .. } => {
            if let Some((from, to)) = reference(frame, *along, *at) {
                scene.shape(Shape::drawn(Path::line(from, to), *stroke).within(clip));
            }
        }
        Layer::Guide { slope, through, x, stroke, .. } => {
            let places = guide(frame, *slope, *through, *x);
            scene.shape(Shape::drawn(Path::lines(places), *stroke).within(frame.panel));
        }
    }
}

/// The parts of a line between its gaps. Places that are written alike are one.
fn line(frame: &Frame, points: &[(f64, f64)], step: bool) -> Path {
    let places: Vec<Point> = points.iter().map(|at| frame.place(*at)).collect();
    let mut path = Path::default();
    for part in places.split(|place| !place.x.is_finite()) {
        let mut through: Vec<Point> = Vec::new();
        for place in part {
            match through.last() {
                Some(last) if step => through.extend([Point::new(place.x, last.y), *place]),
                _ => through.push(*place),
            }
        }
        through.dedup_by_key(|place| (hundredth(place.x).to_bits(), hundredth(place.y).to_bits()));
        // A place alone between gaps is a dot.
        if let [alone] = through[..] {
            through.extend([alone.moved(0.6, 0.0)]);
            through[0] = alone.moved(-0.6, 0.0);
        }
        path.add_lines(through);
    }
    path
}

/// The parts of a band between its gaps.
fn band(frame: &Frame, rows: &[(f64, f64, f64)]) -> Vec<Path> {
    let sides: Vec<(Point, Point)> = rows
        .iter()
        .map(|(x, low, high)| {
            let x = frame.x.at(*x);
            let (low, high) = (frame.y.at_or_below(*low), frame.y.at(*high));
            let there = x.is_finite() && low.is_finite() && high.is_finite();
            let x = if there { x } else { f64::NAN };
            (Point::new(x, low), Point::new(x, high))
        })
        .collect();
    let parts = sides.split(|(low, _)| !low.x.is_finite()).filter(|part| part.len() > 1);
    let outline = |part: &[(Point, Point)]| {
        let (below, above) = (part.iter().map(|(low, _)| *low), part.iter().rev().map(|(_, high)| *high));
        Path::polygon(below.chain(above))
    };
    parts.map(outline).collect()
}

/// Bars with caps. A bar that reaches to 0 and below on a logarithmic axis reaches to the panel's side,
/// uncapped.
fn bars(frame: &Frame, along: Direction, rows: &[(f64, f64, f64)]) -> Path {
    let mut path = Path::default();
    let (across, on) = match along {
        Direction::Up => (&frame.x, &frame.y),
        Direction::Across => (&frame.y, &frame.x),
    };
    let place = |at: f64, value: f64| match along {
        Direction::Up => Point::new(at, value),
        Direction::Across => Point::new(value, at),
    };
    for (at, low, high) in rows {
        let (at, from, to) = (across.at(*at), on.at_or_below(*low), on.at(*high));
        if !(at.is_finite() && from.is_finite() && to.is_finite()) {
            continue;
        }
        path.add_lines([place(at, from), place(at, to)]);
        let capped = [(from, on.at(*low).is_finite()), (to, true)];
        for (end, _) in capped.into_iter().filter(|(_, there)| *there) {
            path.add_lines([place(at - CAP, end), place(at + CAP, end)]);
        }
    }
    path
}

fn draw_cells(scene: &mut Scene, frame: &Frame, cells: &[Cell], style: &Style) {
    let rect = |cell: &Cell| {
        let (a, b) = (frame.place((cell.x.0, cell.y.0)), frame.place((cell.x.1, cell.y.1)));
        (a.x.is_finite() && b.x.is_finite()).then(|| Rect::between(a, b))
    };
    let shown: Vec<_> = cells.iter().filter_map(|cell| Some((cell, rect(cell)?))).collect();
    for (cell, rect) in &shown {
        // Neighbours of a heat map overlap a little: no seams.
        let seam = if matches!(cell.paint.ink, Ink::Ramp(_) | Ink::Shade(_)) { 0.15 } else { 0.0 };
        let shape = Shape::filled(Path::rect(rect.grown(seam)), cell.paint).within(frame.panel);
        scene.shape(Shape { mark: cell.mark.clone(), ..shape });
    }
    let labels = || shown.iter().filter_map(|(cell, rect)| Some((cell, rect, cell.label.as_ref()?)));
    // One size for all: the largest in which each fits.
    let fits = |size: &f64| {
        let fits = |rect: &Rect, label: &Markup| {
            width(label, *size, false) + 2.0 <= rect.width && 1.2 * size <= rect.height
        };
        labels().all(|(_, rect, label)| fits(rect, label))
    };
    let sizes = [style.tick, style.tick - 1.0, style.tick - 2.0];
    let Some(size) = sizes.into_iter().find(fits) else { return };
    for (cell, rect, label) in labels() {
        let at = rect.middle().moved(0.0, HALF * size);
        let ink = if cell.paint.opacity > 0.5 { cell.paint.ink.on_top() } else { Ink::Text };
        scene.text(Text::new(label, at, size).anchored(Anchor::Middle).painted(Paint::from(ink)));
    }
}

/// A strip from side to side of the panel.
fn strip(frame: &Frame, along: Direction, from: f64, to: f64) -> Option<Rect> {
    let panel = frame.panel;
    let (a, b) = match along {
        Direction::Up => {
            let (from, to) = (frame.x.at(from), frame.x.at(to));
            (Point::new(from, panel.y), Point::new(to, panel.bottom()))
        }
        Direction::Across => {
            let (from, to) = (frame.y.at(from), frame.y.at(to));
            (Point::new(panel.x, from), Point::new(panel.right(), to))
        }
    };
    [a.x, a.y, b.x, b.y].iter().all(|side| side.is_finite()).then(|| Rect::between(a, b))
}

/// The ends of a line from side to side; none where it is not within the panel.
pub fn reference(frame: &Frame, along: Direction, at: f64) -> Option<(Point, Point)> {
    let panel = frame.panel;
    let (from, to) = match along {
        Direction::Across => {
            let y = frame.y.at(at);
            (Point::new(panel.x, y), Point::new(panel.right(), y))
        }
        Direction::Up => {
            let x = frame.x.at(at);
            (Point::new(x, panel.bottom()), Point::new(x, panel.y))
        }
    };
    panel.grown(0.01).has(from).then_some((from, to))
}

/// Parts of a guide that is no straight line.
const PARTS: usize = 64;

/// Places along a guide.
pub fn guide(frame: &Frame, slope: f64, (x0, y0): (f64, f64), (from, to): (f64, f64)) -> Vec<Point> {
    let power = frame.x.log && frame.y.log;
    let height = |x: f64| if power { y0 * libm::pow(x / x0, slope) } else { y0 + slope * (x - x0) };
    let straight = frame.x.log == frame.y.log;
    let parts = if straight { 1 } else { PARTS };
    let x = |part: usize| {
        let share = part as f64 / parts as f64;
        if frame.x.log { from * libm::pow(to / from, share) } else { from + share * (to - from) }
    };
    let places = (0..=parts).map(|part| frame.place((x(part), height(x(part)))));
    places.filter(|place| place.x.is_finite()).collect()
}
