//! Texts on a panel: of reference lines, of guides, and notes, where there is room.

use super::extent::left_out;
use super::frame::Frame;
use super::layer::{Direction, Layer, Note};
use super::layers::{guide, reference};
use super::panel::Chart;
use super::room::Room;
use super::scaled::LINE;
use super::style::Style;
use crate::report::scene::{
    ABOVE, Anchor, BELOW, Ink, Markup, Paint, Point, Rect, Scene, Text, fitted, width, wrapped,
};

/// The gap between a line and the text on it.
const GAP: f64 = 1.5;

/// Lines of a note at most.
const LINES: usize = 4;

/// Draws all texts of a panel.
pub fn draw(scene: &mut Scene, frame: &Frame, chart: &Chart, style: &Style) {
    let mut room = seen(frame, chart, style);
    for note in &chart.notes {
        if let Some((at, anchor)) = note.at {
            let text = Text::new(&note.label, frame.place(at), style.note).anchored(anchor);
            if text.at.x.is_finite() {
                room.take(text.bounds());
                scene.text(text.painted(note.ink).haloed());
            }
        }
    }
    for layer in &chart.layers {
        let found = match layer {
            Layer::Reference { along, at, label, stroke } => {
                reference(frame, *along, *at).map(|line| (label, stroke, vec![line.1, line.0]))
            }
            Layer::Guide { slope, through, x, label, stroke } => {
                let places = guide(frame, *slope, *through, *x);
                Some((label, stroke, places))
            }
            _ => None,
        };
        let Some((label, stroke, places)) = found else { continue };
        let label = fitted(label, style.note, frame.panel.width - 4.0);
        let size = (width(&label, style.note, false), (ABOVE + BELOW) * style.note);
        let rects = match layer {
            Layer::Reference { along, .. } => beside(*along, &places, size),
            _ => about(&places, size),
        };
        let within = rects.into_iter().filter(|(rect, _)| frame.panel.grown(0.5).holds(rect));
        if let Some(rect) = room.best(within) {
            add(scene, &mut room, rect, &label, Paint { opacity: 1.0, ..stroke.paint }, style);
        }
    }
    let missing = left_out(chart);
    let missing = (missing > 0).then(|| Note {
        at: None,
        label: format!("{missing} value{} not above 0 left out", if missing == 1 { "" } else { "s" }).into(),
        ink: Ink::Soft,
    });
    for note in chart.notes.iter().filter(|note| note.at.is_none()).chain(&missing) {
        let lines = wrapped(&note.label, style.note, frame.panel.width - 8.0, LINES);
        let widest = lines.iter().map(|line| width(line, style.note, false)).fold(0.0, f64::max);
        let high = style.note * LINE;
        let place = room.find(frame.panel, widest, high * lines.len() as f64);
        for (at, line) in lines.iter().enumerate() {
            let rect = Rect::new(place.x, place.y + at as f64 * high, widest, high);
            add(scene, &mut room, rect, line, note.ink.into(), style);
        }
    }
}

/// Adds a text whose letters fill a rectangle.
fn add(scene: &mut Scene, room: &mut Room, rect: Rect, label: &Markup, paint: Paint, style: &Style) {
    room.take(rect);
    let at = Point::new(rect.x, rect.y + ABOVE * style.note);
    scene.text(Text::new(label, at, style.note).painted(paint).haloed());
}

/// Where the text of a reference line may stand: at its ends and between, on both sides, the nearer the
/// better.
fn beside(along: Direction, ends: &[Point], (wide, high): (f64, f64)) -> Vec<(Rect, f64)> {
    let [end, start] = [ends[0], ends[1]];
    let mut rects = Vec::new();
    for away in [GAP, 5.0, 9.0, 13.0] {
        for share in [0.0, 1.0, 0.5, 0.25, 0.75] {
            let corners = match along {
                Direction::Across => {
                    let x = end.x - wide - share * (end.x - start.x - wide);
                    [Point::new(x, end.y - away - high), Point::new(x, end.y + away)]
                }
                Direction::Up => {
                    let y = end.y + share * (start.y - end.y - high);
                    [Point::new(end.x + away, y), Point::new(end.x - away - wide, y)]
                }
            };
            rects.extend(corners.map(|corner| (Rect::new(corner.x, corner.y, wide, high), away)));
        }
    }
    rects
}

/// Where the text of a guide may stand: along it, on both sides.
fn about(places: &[Point], (wide, high): (f64, f64)) -> Vec<(Rect, f64)> {
    let mut rects = Vec::new();
    let Some((first, last)) = places.first().zip(places.last()) else { return rects };
    for share in [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9] {
        let on = if places.len() == 2 {
            first.moved(share * (last.x - first.x), share * (last.y - first.y))
        } else {
            places[(share * (places.len() - 1) as f64) as usize]
        };
        let falls = last.y > first.y;
        let (left, right) = (on.x - wide - 2.0, on.x + 2.0);
        // A text above a falling line stands to its right, and so on.
        let (above, below) = if falls { (right, left) } else { (left, right) };
        rects.push((Rect::new(above, on.y - high, wide, high), 0.0));
        rects.push((Rect::new(below, on.y, wide, high), 0.0));
    }
    rects
}

/// What a panel shows, for texts to stay away from.
fn seen(frame: &Frame, chart: &Chart, style: &Style) -> Room {
    let mut room = Room::default();
    let mut lines = |points: &[(f64, f64)], weight: f64| {
        let places: Vec<Point> = points.iter().map(|at| frame.place(*at)).collect();
        for pair in places.windows(2) {
            room.add_line(pair[0], pair[1], weight);
        }
    };
    for layer in &chart.layers {
        match layer {
            Layer::Line { points, .. } => lines(points, 1.0),
            Layer::Band { rows, .. } => {
                let side = |pick: fn(&(f64, f64, f64)) -> f64| {
                    rows.iter().map(|row| (row.0, pick(row))).collect::<Vec<_>>()
                };
                lines(&side(|row| row.1), 0.4);
                lines(&side(|row| row.2), 0.4);
                lines(&side(|row| (row.1 + row.2) / 2.0), 0.4);
            }
            _ => {}
        }
    }
    for layer in &chart.layers {
        match layer {
            Layer::Points { dots, .. } => {
                for dot in dots {
                    let at = frame.place(dot.at);
                    for (dx, dy) in [(0.0, 0.0), (-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)] {
                        room.add(at.moved(dx * style.marker, dy * style.marker), 2.0);
                    }
                }
            }
            Layer::Intervals { along, rows, .. } => {
                for (at, low, high) in rows {
                    let (low, high) = match along {
                        Direction::Up => (
                            Point::new(frame.x.at(*at), frame.y.at_or_below(*low)),
                            frame.place((*at, *high)),
                        ),
                        Direction::Across => (
                            Point::new(frame.x.at_or_below(*low), frame.y.at(*at)),
                            frame.place((*high, *at)),
                        ),
                    };
                    room.add_line(low, high, 1.0);
                }
            }
            Layer::Reference { along, at, .. } => {
                if let Some((from, to)) = reference(frame, *along, *at) {
                    room.add_line(from, to, 0.8);
                }
            }
            Layer::Guide { slope, through, x, .. } => {
                for pair in guide(frame, *slope, *through, *x).windows(2) {
                    room.add_line(pair[0], pair[1], 0.8);
                }
            }
            Layer::Line { .. } | Layer::Band { .. } | Layer::Cells(_) | Layer::Strip { .. } => {}
        }
    }
    room
}

/// What is said where there are no data, in the middle of a panel.
pub fn draw_empty(scene: &mut Scene, chart: &Chart, panel: Rect, style: &Style) {
    let lines = wrapped(&chart.empty, style.end, panel.width, LINES);
    let high = style.end * LINE;
    let top = panel.middle().y - high * lines.len() as f64 / 2.0;
    for (at, line) in lines.iter().enumerate() {
        let place = Point::new(panel.middle().x, top + at as f64 * high + ABOVE * style.end);
        scene.text(Text::new(line, place, style.end).painted(Ink::Soft).anchored(Anchor::Middle));
    }
}
