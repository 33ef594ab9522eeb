//! Labels at the ends of lines, in a column to the right of the panel.

use super::layer::End;
use super::spread::spread;
use super::style::Style;
use crate::report::scene::{HALF, Ink, Markup, Path, Point, Rect, Scene, Shape, Stroke, Text, fitted, width};

/// From the panel to the labels, in points: room for the leaders.
const LEADER: f64 = 9.0;

/// The height of a label's line, in sizes of its letters.
const LINE: f64 = 1.12;

/// Labels in one size.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The size of their letters.
    size: f64,
    /// Those that are shown, shortened where they are too long.
    shown: Vec<End>,
    /// What is said of the others.
    more: Option<Markup>,
}

impl Column {
    /// The labels, in a column of a height and at most a width: all of them, smaller where they are many; the
    /// first ones and how many more there are where they do not fit.
    pub fn new(ends: &[End], height: f64, widest: f64, style: &Style) -> Self {
        let lines = |size: f64| (height / (size * LINE)) as usize;
        let mut size = style.end;
        while lines(size) < ends.len() && size - 0.5 >= style.least_end {
            size -= 0.5;
        }
        let all = ends.len() <= lines(size);
        let count = if all { ends.len() } else { lines(size).saturating_sub(1) };
        let shorten = |end: &End| End { label: fitted(&end.label, size, widest), ..end.clone() };
        let more = (!all).then(|| Markup::plain(&format!("and {} more", ends.len() - count)));
        Self { size, shown: ends[..count].iter().map(shorten).collect(), more }
    }

    /// The room it takes to the right of the panel.
    pub fn width(&self) -> f64 {
        let labels = self.shown.iter().map(|end| &end.label).chain(&self.more);
        let widest = labels.map(|label| width(label, self.size, false)).fold(0.0, f64::max);
        if widest > 0.0 { LEADER + widest + 1.0 } else { 0.0 }
    }

    /// Draws it to the right of a panel. `place` tells where a line ends; leaders begin `gap` points beside.
    pub fn draw(&self, scene: &mut Scene, panel: Rect, gap: f64, place: impl Fn((f64, f64)) -> Point) {
        let line = self.size * LINE;
        let mut labels: Vec<_> = self.shown.iter().map(|end| (place(end.at), &end.label, end.ink)).collect();
        labels.retain(|(at, ..)| at.x.is_finite() && at.y.is_finite());
        labels.sort_by(|a, b| a.0.y.total_cmp(&b.0.y));
        labels.extend(self.more.iter().map(|more| (Point::new(f64::NAN, panel.bottom()), more, Ink::Soft)));
        let wanted: Vec<f64> = labels.iter().map(|(at, ..)| at.y.clamp(panel.y, panel.bottom())).collect();
        let (top, bottom) = (panel.y + line / 2.0 - 2.0, panel.bottom() - line / 2.0 + 2.0);
        let x = panel.right() + LEADER;
        for ((at, label, ink), y) in labels.into_iter().zip(spread(&wanted, line, top, bottom)) {
            let from = at.y.clamp(panel.y, panel.bottom());
            if at.x.is_finite() && ((y - from).abs() > 1.0 || x - at.x > 20.0) {
                let start = Point::new(at.x.clamp(panel.x, panel.right()) + gap, from);
                let leader = Path::line(start, Point::new(x - 1.5, y));
                scene.shape(Shape::drawn(leader, Stroke::new(ink.faint(0.7), 0.4)));
            }
            scene.text(Text::new(label, Point::new(x, y + HALF * self.size), self.size).painted(ink));
        }
    }
}
