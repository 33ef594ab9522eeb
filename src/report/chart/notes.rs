//! Texts on a panel: of reference lines, of guides, and notes, where there is room.

use super::extent::left_out;
use super::frame::Frame;
use super::label::{CLEAR, GAP};
use super::layer::{Direction, Layer, Note};
use super::layers::{guide, reference};
use super::panel::Chart;
use super::room::Room;
use super::scaled::LINE;
use super::style::Style;
use crate::report::scene::{
    ABOVE, Anchor, BELOW, Ink, Markup, Paint, Point, Rect, Scene, Text, fitted, width, wrapped,
};

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
        let inner = clear_of_axes(frame.panel);
        let found = match layer {
            Layer::Reference { along, at, .. } => {
                let others = others(frame, chart, *along, *at);
                let rects = beside(*along, &places, size, &others);
                let fits = |rect: &Rect| inner.holds(rect);
                let best = |strict: fn(&Place) -> bool| {
                    let kept = rects.iter().filter(|place| strict(place) && fits(&place.rect));
                    room.best(kept.map(|place| (place.rect, place.against)))
                };
                // On its own side; where that has no room, wherever no other line lies between.
                best(|place| place.is_outer && place.is_clear)
                    .or_else(|| best(|place| place.is_clear))
                    .or_else(|| best(|_| true))
            }
            _ => {
                let rects = about(&places, size);
                room.best(rects.into_iter().filter(|(rect, _)| frame.panel.grown(0.5).holds(rect)))
            }
        };
        if let Some(rect) = found {
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

/// The part of a panel in which texts are clear of its axes, at the left and below.
fn clear_of_axes(panel: Rect) -> Rect {
    Rect::new(panel.x + CLEAR, panel.y - 0.5, panel.width - CLEAR + 0.5, panel.height - CLEAR + 0.5)
}

/// The other lines from side to side, on paper along the direction in which they are passed: downwards, or to
/// the right. Those of the same place count by their order.
struct Others {
    before: Vec<f64>,
    after: Vec<f64>,
}

fn others(frame: &Frame, chart: &Chart, wanted: Direction, own: f64) -> Others {
    let place = |at: f64| {
        let (from, _) = reference(frame, wanted, at)?;
        Some(if wanted == Direction::Across { from.y } else { from.x })
    };
    let mut others = Others { before: Vec::new(), after: Vec::new() };
    for layer in &chart.layers {
        let Layer::Reference { along, at, .. } = layer else { continue };
        let Some(there) = place(*at).filter(|_| *along == wanted && *at != own) else { continue };
        // Values rise upwards, and to the right.
        let is_before = if wanted == Direction::Across { *at > own } else { *at < own };
        if is_before { others.before.push(there) } else { others.after.push(there) }
    }
    others
}

/// Where the text of a line may stand.
struct Place {
    rect: Rect,
    /// What speaks against it.
    against: f64,
    /// Whether it lies on the side of its line on which there is no other line, if there is one.
    is_outer: bool,
    /// Whether no other line runs through it, or between it and its own.
    is_clear: bool,
}

/// Where the text of a reference line may stand: at its ends and between, on both sides, the nearer the
/// better.
fn beside(along: Direction, ends: &[Point], (wide, high): (f64, f64), others: &Others) -> Vec<Place> {
    let [end, start] = [ends[0], ends[1]];
    let alone = others.before.is_empty() && others.after.is_empty();
    let mut places = Vec::new();
    for away in [GAP, 5.0, 9.0, 13.0] {
        for share in [0.0, 1.0, 0.5, 0.25, 0.75] {
            let corners = match along {
                Direction::Across => {
                    // From the right end to the left one, clear of the axis there.
                    let x = end.x - wide - share * (end.x - start.x - wide - CLEAR);
                    [Point::new(x, end.y - away - high), Point::new(x, end.y + away)]
                }
                Direction::Up => {
                    let y = end.y + share * (start.y - end.y - high - CLEAR);
                    [Point::new(end.x - away - wide, y), Point::new(end.x + away, y)]
                }
            };
            for (is_after, corner) in [false, true].into_iter().zip(corners) {
                let rect = Rect::new(corner.x, corner.y, wide, high);
                let (near, far) = match along {
                    Direction::Across => (rect.y - CLEAR, rect.bottom() + CLEAR),
                    Direction::Up => (rect.x - CLEAR, rect.right() + CLEAR),
                };
                let beyond = if is_after { &others.after } else { &others.before };
                let is_clear = match is_after {
                    false => !others.before.iter().any(|line| *line >= near),
                    true => !others.after.iter().any(|line| *line <= far),
                };
                places.push(Place { rect, against: away, is_outer: alone || beyond.is_empty(), is_clear });
            }
        }
    }
    places
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
