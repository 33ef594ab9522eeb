//! Samples of lines and points with what they stand for, in rows above a panel.

use super::layer::Sample;
use super::markers::marker;
use super::style::Style;
use crate::report::scene::{HALF, Markup, Path, Point, Rect, Scene, Shape, Stroke, Text, fitted, width};

/// The length of a sample.
const SAMPLE: f64 = 14.0;

/// The gap between a sample and its text.
const GAP: f64 = 3.0;

/// The gap between a text and the next sample.
const BETWEEN: f64 = 10.0;

/// The height of a row, in sizes of its letters.
const ROW: f64 = 1.45;

/// Entries in rows, each with its place from the left.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    size: f64,
    rows: Vec<Vec<(f64, Sample, Markup)>>,
}

impl Keys {
    /// The entries in rows of a width.
    pub fn new(entries: &[(Sample, Markup)], length: f64, style: &Style) -> Self {
        let size = style.note;
        let mut rows: Vec<Vec<(f64, Sample, Markup)>> = Vec::new();
        let mut pen = f64::INFINITY;
        for (sample, label) in entries {
            let label = fitted(label, size, length - SAMPLE - GAP);
            let room = SAMPLE + GAP + width(&label, size, false);
            if pen + room > length || rows.is_empty() {
                rows.push(Vec::new());
                pen = 0.0;
            }
            rows.last_mut().expect("a row was added").push((pen, *sample, label));
            pen += room + BETWEEN;
        }
        Self { size, rows }
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.rows.len() as f64 * self.size * ROW
    }

    /// Draws it from its upper left corner.
    pub fn draw(&self, scene: &mut Scene, corner: Point, style: &Style) {
        for (at, row) in self.rows.iter().enumerate() {
            let y = corner.y + (at as f64 + 0.5) * self.size * ROW;
            for (x, sample, label) in row {
                let left = Point::new(corner.x + x, y);
                draw_sample(scene, *sample, left, style);
                let text = left.moved(SAMPLE + GAP, HALF * self.size);
                scene.text(Text::new(label, text, self.size));
            }
        }
    }
}

fn draw_sample(scene: &mut Scene, sample: Sample, left: Point, style: &Style) {
    let middle = left.moved(SAMPLE / 2.0, 0.0);
    match sample {
        Sample::Line(stroke) => {
            scene.shape(Shape::drawn(Path::line(left, left.moved(SAMPLE, 0.0)), stroke));
        }
        Sample::Area(paint) => {
            scene.shape(Shape::filled(Path::rect(Rect::new(left.x, left.y - 2.5, SAMPLE, 5.0)), paint));
        }
        Sample::Point(shape, ink) => scene.shape(marker(shape, middle, style.marker, ink)),
        Sample::Interval(shape, ink) => {
            let bar = Path::line(middle.moved(0.0, -4.0), middle.moved(0.0, 4.0));
            scene.shape(Shape::drawn(bar, Stroke::new(ink, 0.7)));
            scene.shape(marker(shape, middle, style.marker, ink));
        }
    }
}
