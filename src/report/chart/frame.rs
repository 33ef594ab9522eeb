//! Axes on paper: grid, spines, ticks and titles.

use super::layout::{Layout, TICK, TITLE_GAP};
use super::panel::Chart;
use super::ruler::Ruler;
use super::scaled::{LINE, Scaled};
use super::style::Style;
use crate::report::scene::{
    Anchor, BELOW, HALF, Ink, Markup, Path, Point, Rect, Scene, Shape, Stroke, Text, width,
};

/// Lengths of ticks.
const LONG: f64 = 3.0;
const SHORT: f64 = 1.6;

/// A panel with its axes, and from data to paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// The panel.
    pub panel: Rect,
    /// The axis across.
    pub x: Ruler,
    /// The upright axis.
    pub y: Ruler,
}

impl Frame {
    /// The panel with axes of these ranges.
    pub fn new(panel: Rect, x: &Scaled, y: &Scaled) -> Self {
        let ruler = |axis: &Scaled, from: f64, to: f64| Ruler {
            log: axis.log,
            low: axis.range.0,
            high: axis.range.1,
            from,
            to,
        };
        Self { panel, x: ruler(x, panel.x, panel.right()), y: ruler(y, panel.bottom(), panel.y) }
    }

    /// The place of a pair of values; no number where it has none.
    pub fn place(&self, (x, y): (f64, f64)) -> Point {
        let (x, y) = (self.x.at(x), self.y.at(y));
        if x.is_finite() && y.is_finite() { Point::new(x, y) } else { Point::new(f64::NAN, f64::NAN) }
    }

    /// Grid lines at the ticks of the upright axis; of the axis across where the upright one has names.
    pub fn grid(&self, scene: &mut Scene, chart: &Chart, x: &Scaled, y: &Scaled) {
        let panel = self.panel;
        let hair = Stroke::new(Ink::Hair, 0.4);
        if !chart.y.has_names() {
            for tick in &y.ticks {
                let at = self.y.at(tick.value);
                let line = Path::line(Point::new(panel.x, at), Point::new(panel.right(), at));
                scene.shape(Shape::drawn(line, hair));
            }
        } else if !chart.x.has_names() {
            for tick in &x.ticks {
                let at = self.x.at(tick.value);
                let line = Path::line(Point::new(at, panel.y), Point::new(at, panel.bottom()));
                scene.shape(Shape::drawn(line, hair));
            }
        }
    }

    /// Spines, left and below, and ticks.
    pub fn spines(&self, scene: &mut Scene, chart: &Chart, x: &Scaled, y: &Scaled) {
        let panel = self.panel;
        let pen = Stroke::new(Ink::Text, 0.6);
        let corner = Point::new(panel.x, panel.bottom());
        let ends = [Point::new(panel.x, panel.y), corner, Point::new(panel.right(), panel.bottom())];
        scene.shape(Shape::drawn(Path::lines(ends), pen));
        let (mut long, mut short) = (Path::default(), Path::default());
        if !chart.x.has_names() {
            for tick in &x.ticks {
                let start = Point::new(self.x.at(tick.value), panel.bottom());
                long.add_lines([start, start.moved(0.0, LONG)]);
            }
            for value in &x.minor {
                let start = Point::new(self.x.at(*value), panel.bottom());
                short.add_lines([start, start.moved(0.0, SHORT)]);
            }
        }
        if !chart.y.has_names() {
            for tick in &y.ticks {
                let start = Point::new(panel.x, self.y.at(tick.value));
                long.add_lines([start, start.moved(-LONG, 0.0)]);
            }
            for value in &y.minor {
                let start = Point::new(panel.x, self.y.at(*value));
                short.add_lines([start, start.moved(-SHORT, 0.0)]);
            }
        }
        for (path, width) in [(long, 0.6), (short, 0.4)] {
            if !path.steps.is_empty() {
                scene.shape(Shape::drawn(path, Stroke::new(Ink::Text, width)));
            }
        }
    }

    /// Labels of the ticks.
    pub fn labels(&self, scene: &mut Scene, chart: &Chart, x: &Scaled, y: &Scaled, style: &Style) {
        let size = style.tick;
        if chart.x.labelled {
            for tick in &x.ticks {
                let at = Point::new(self.x.at(tick.value), self.panel.bottom() + TICK);
                let text = |at: Point| Text::new(&tick.label, at, size);
                scene.text(if x.turned {
                    text(at.moved(HALF * size, 0.0)).turned().anchored(Anchor::End)
                } else {
                    text(at.moved(0.0, 0.85 * size)).anchored(Anchor::Middle)
                });
            }
        }
        if chart.y.labelled {
            for tick in &y.ticks {
                let at = Point::new(self.panel.x - TICK, self.y.at(tick.value) + HALF * size);
                scene.text(Text::new(&tick.label, at, size).anchored(Anchor::End));
            }
        }
    }
}

/// The titles of a chart and of its axes.
pub fn titles(scene: &mut Scene, layout: &Layout, outer: Rect, panel: Rect, style: &Style) {
    let line = style.label * LINE;
    // Right above its axes, however many lines its neighbours' titles have.
    let first = title_base(layout, panel, style);
    for (at, title) in layout.title.iter().enumerate() {
        let place = Point::new(panel.x, first + at as f64 * line);
        scene.text(Text::new(title, place, style.label));
    }
    for (at, title) in layout.x_title.iter().enumerate() {
        let middle = kept(title, panel.middle().x, outer.x, outer.right(), style);
        let y = panel.bottom() + below(layout, style) + TITLE_GAP + 0.78 * style.label + at as f64 * line;
        scene.text(Text::new(title, Point::new(middle, y), style.label).anchored(Anchor::Middle));
    }
    let lines = layout.y_title.len() as f64;
    for (at, title) in layout.y_title.iter().enumerate() {
        let middle = kept(title, panel.middle().y, layout.y_top, outer.bottom(), style);
        let right = panel.x - beside(layout, style) - TITLE_GAP - (lines - 1.0 - at as f64) * line;
        let place = Point::new(right - 0.22 * style.label, middle);
        scene.text(Text::new(title, place, style.label).anchored(Anchor::Middle).turned());
    }
}

/// The base line of the first line of a panel's title, and of its letter.
pub fn title_base(layout: &Layout, panel: Rect, style: &Style) -> f64 {
    let lines = layout.title.len().max(1) as f64;
    let keys = if layout.title.is_empty() { 0.0 } else { layout.keys.height() };
    panel.y - style.tick / 2.0 - keys - 2.0 - BELOW * style.label - (lines - 1.0) * style.label * LINE
}

/// What ticks and their labels take below the panel.
fn below(layout: &Layout, style: &Style) -> f64 {
    match &layout.axes {
        Some((x, _)) if x.turned => TICK + x.widest(style),
        Some(_) => TICK + style.tick,
        None => 0.0,
    }
}

/// What ticks and their labels take to the left of the panel.
fn beside(layout: &Layout, style: &Style) -> f64 {
    layout.axes.as_ref().map_or(0.0, |(_, y)| TICK + y.widest(style))
}

/// The middle of a title that stays within its room.
fn kept(title: &Markup, middle: f64, from: f64, to: f64, style: &Style) -> f64 {
    let half = width(title, style.label, false) / 2.0;
    middle.min(to - half).max(from + half)
}
