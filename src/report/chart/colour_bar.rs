//! The scale of a heat map's colours, to the right of its panel.

use super::layer::ColourBar;
use super::numbers::power;
use super::ruler::Ruler;
use super::style::Style;
use super::ticks::{Ticking, linear};
use crate::report::scene::{
    Anchor, HALF, Ink, Markup, Path, Point, Rect, Scene, Shape, Stroke, Text, fitted, width,
};

/// The gap between panel and bar.
const GAP: f64 = 8.0;

/// The width of the bar.
const BAR: f64 = 7.0;

/// Steps of colour that are drawn.
const STEPS: usize = 48;

fn ticking(bar: &ColourBar, height: f64) -> Ticking {
    linear(bar.low, bar.high, ((height / 24.0) as usize).clamp(2, 6))
}

fn title(bar: &ColourBar, factor: Option<i32>) -> Markup {
    let comma = if bar.title.is_empty() { "" } else { ", " };
    match factor {
        None => bar.title.clone(),
        Some(factor) => bar.title.clone().followed(&format!("{comma}in {}", power(factor)).into()),
    }
}

fn widest(ticking: &Ticking, style: &Style) -> f64 {
    ticking.ticks.iter().map(|tick| width(&tick.label, style.tick, false)).fold(0.0, f64::max)
}

/// The room it takes beside a panel of a height.
pub fn room(bar: &ColourBar, height: f64, style: &Style) -> f64 {
    let ticking = ticking(bar, height);
    let title = if title(bar, ticking.factor).is_empty() { 0.0 } else { style.label * 1.4 };
    GAP + BAR + 4.0 + widest(&ticking, style) + title + 1.0
}

/// Draws it beside a panel.
pub fn draw(scene: &mut Scene, bar: &ColourBar, panel: Rect, style: &Style) {
    let ticking = ticking(bar, panel.height);
    let left = panel.right() + GAP;
    let step = panel.height / STEPS as f64;
    for at in 0..STEPS {
        let value = bar.low + (at as f64 + 0.5) / STEPS as f64 * (bar.high - bar.low);
        // Each reaches to the top, below the next: no seams.
        let rect = Rect::new(left, panel.y, BAR, panel.height - at as f64 * step);
        scene.shape(Shape::filled(Path::rect(rect), bar.ink(value)));
    }
    let ruler = Ruler { log: false, low: bar.low, high: bar.high, from: panel.bottom(), to: panel.y };
    for tick in &ticking.ticks {
        let y = ruler.at(tick.value);
        let start = Point::new(left + BAR, y);
        let line = Path::line(start, start.moved(2.0, 0.0));
        scene.shape(Shape::drawn(line, Stroke::new(Ink::Text, 0.5)));
        let at = start.moved(4.0, HALF * style.tick);
        scene.text(Text::new(&tick.label, at, style.tick));
    }
    let x = left + BAR + 4.0 + widest(&ticking, style) + style.label * 1.15;
    let title = fitted(&title(bar, ticking.factor), style.label, panel.height);
    let at = Point::new(x, panel.middle().y);
    scene.text(Text::new(title, at, style.label).turned().anchored(Anchor::Middle));
}
