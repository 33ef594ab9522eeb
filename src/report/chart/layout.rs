//! The room about a panel, from the widths of its labels.

use super::axis::{Axis, Scale};
use super::colour_bar;
use super::ends::Column;
use super::extent::{Extent, extent, labelled, with_room};
use super::keys::Keys;
use super::label::{label_gap, label_height};
use super::layer::{Direction, Layer};
use super::panel::Chart;
use super::scaled::{LINE, Scaled};
use super::style::Style;
use crate::report::scene::{Markup, Rect, width, wrapped};

/// The length of a tick and the gap to its label.
pub const TICK: f64 = 4.5;

/// The gap between labels of ticks and the title of an axis.
pub const TITLE_GAP: f64 = 3.0;

/// The most of a chart's width that names at its left take.
const NAMES: f64 = 0.5;

/// Lines of a panel's title and of that of an axis at most.
const TITLE_LINES: usize = 3;
const LINES: usize = 2;

/// The room beside a panel, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Margins {
    /// To its left: labels and title of the upright axis.
    pub left: f64,
    /// To its right: labels of lines' ends, or the scale of colours.
    pub right: f64,
    /// Above it: title and key.
    pub top: f64,
    /// Below it: labels and title of the axis across.
    pub bottom: f64,
}

impl Margins {
    /// The larger of both on each side.
    pub fn or(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            right: self.right.max(other.right),
            top: self.top.max(other.top),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The panel within all the room of a chart.
    pub fn panel(&self, outer: Rect) -> Rect {
        let (width, height) = (outer.width - self.left - self.right, outer.height - self.top - self.bottom);
        Rect::new(outer.x + self.left, outer.y + self.top, width.max(1.0), height.max(1.0))
    }
}

/// A chart's parts in the sizes of its panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The axes; none where there are no data.
    pub axes: Option<(Scaled, Scaled)>,
    /// Labels at ends of lines.
    pub column: Column,
    /// The key.
    pub keys: Keys,
    /// Where the key begins.
    pub keys_left: f64,
    /// The title in lines.
    pub title: Vec<Markup>,
    /// The title of the axis across, in lines.
    pub x_title: Vec<Markup>,
    /// The upper end of the room for the title of the upright axis.
    pub y_top: f64,
    /// The title of the upright axis, in lines.
    pub y_title: Vec<Markup>,
}

impl Layout {
    /// The parts of a chart that takes `outer` with its panel at `panel`, `lettered` where a letter stands
    /// above it.
    pub fn new(chart: &Chart, outer: Rect, panel: Rect, lettered: bool, style: &Style) -> Self {
        let axes = extent(chart).map(|Extent { x, y }| {
            let y = roomy(chart, y, panel.height, style);
            let x = roomy_across(chart, x, panel.width, style);
            let across = Scaled::across(&chart.x, x, panel.width, 0.35 * outer.height, style);
            let upright = Scaled::upright(&chart.y, y, panel.height, NAMES * outer.width, style);
            (across, upright)
        });
        let (x_title, y_title) = match &axes {
            Some((x, y)) => (x.title.clone(), y.title.clone()),
            None => (chart.x.title.clone(), chart.y.title.clone()),
        };
        let titles = |title: &Markup, shown: bool, length: f64| {
            if shown { wrapped(title, style.label, length, LINES) } else { Vec::new() }
        };
        let ends = if chart.colours.is_none() { chart.ends.as_slice() } else { &[] };
        // From the panel on; from the left side where that saves rows.
        let keys = |left: f64| (Keys::new(&chart.keys, outer.right() - left, style), left);
        let (beside, full) = (keys(panel.x), keys(outer.x + style.label));
        let (keys, keys_left) = if full.0.height() < beside.0.height() { full } else { beside };
        // It may reach above the panel where neither a letter nor the key stands there.
        let y_top = if lettered || (keys_left < panel.x && !chart.keys.is_empty()) {
            panel.y - style.tick / 2.0
        } else {
            outer.y
        };
        Self {
            column: Column::new(ends, panel.height, 0.4 * outer.width, style),
            keys,
            keys_left,
            title: wrapped(&chart.title, style.label, outer.right() - panel.x, TITLE_LINES),
            x_title: titles(&x_title, chart.x.labelled, outer.width),
            y_title: titles(&y_title, chart.y.labelled, outer.bottom() - y_top),
            y_top,
            axes,
        }
    }

    /// The room about the panel. `lettered` where a letter stands above it.
    pub fn margins(&self, chart: &Chart, panel: Rect, lettered: bool, style: &Style) -> Margins {
        let line = style.label * LINE;
        let title_room =
            |lines: &[Markup]| if lines.is_empty() { 0.0 } else { TITLE_GAP + lines.len() as f64 * line };
        // The letter stands beside the title or the key.
        let above = match self.title.len() {
            0 if lettered => self.keys.height().max(line + 2.0),
            0 => self.keys.height(),
            lines => lines as f64 * line + 2.0 + self.keys.height(),
        };
        let mut margins = Margins {
            left: TICK + title_room(&self.y_title),
            right: 4.0,
            top: above + style.tick / 2.0,
            bottom: TICK + title_room(&self.x_title),
        };
        // Beside the title, which begins at the panel.
        if lettered {
            margins.left = margins.left.max(1.1 * style.label);
        }
        let Some((x, y)) = &self.axes else { return margins };
        if chart.y.labelled {
            margins.left += y.widest(style);
        }
        // Labels of the axis across that reach beyond the panel.
        let reach = |at: usize| width(&x.ticks[at].label, style.tick, false) / 2.0;
        if chart.x.labelled && !x.ticks.is_empty() {
            if x.turned {
                margins.bottom += x.widest(style) + 0.5;
            } else {
                margins.bottom += style.tick;
                let place = |at: usize| share(x, x.ticks[at].value) * panel.width;
                let last = x.ticks.len() - 1;
                margins.left = margins.left.max(reach(0) - place(0));
                margins.right = margins.right.max(place(last) + reach(last) - panel.width + 1.0);
            }
        }
        let beside = match &chart.colours {
            Some(bar) => colour_bar::room(bar, panel.height, style),
            None => self.column.width(),
        };
        margins.right = margins.right.max(beside);
        margins
    }
}

/// The range of the upright axis with room for the texts of lines from side to side, above the highest and
/// below the lowest; the range that was asked for, where one was.
fn roomy(chart: &Chart, range: (f64, f64), height: f64, style: &Style) -> (f64, f64) {
    let Axis { scale, range: asked, .. } = &chart.y;
    let Some((lowest, highest)) = labelled(chart, Direction::Across) else { return range };
    if asked.is_some() || matches!(scale, Scale::Categories(_)) {
        return range;
    }
    let share = label_height(style.note) / height;
    // One line has its text above it.
    let below = if lowest < highest { share } else { 0.0 };
    with_room(matches!(scale, Scale::Log), range, (lowest, below), (highest, share))
}

/// The same of the axis across: the texts of upright lines stand to the left of the first and to the right of
/// the last of several.
fn roomy_across(chart: &Chart, range: (f64, f64), length: f64, style: &Style) -> (f64, f64) {
    let Axis { scale, range: asked, .. } = &chart.x;
    let lines = chart.layers.iter().filter_map(|layer| match layer {
        Layer::Reference { along: Direction::Up, at, label, .. } => Some((*at, label)),
        _ => None,
    });
    let mut lines: Vec<(f64, &Markup)> = lines.collect();
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some((first, left)), Some((last, right)), None) = (lines.first(), lines.last(), asked) else {
        return range;
    };
    if matches!(scale, Scale::Categories(_)) {
        return range;
    }
    let share = |label: &Markup| match label.is_empty() {
        true => 0.0,
        false => (width(label, style.note, false) + label_gap()) / length,
    };
    // One line has its text to its right.
    let left = if lines.len() > 1 { share(left) } else { 0.0 };
    with_room(matches!(scale, Scale::Log), range, (*first, left), (*last, share(right)))
}

/// How far along its axis a value stands.
fn share(axis: &Scaled, value: f64) -> f64 {
    super::ruler::Ruler { log: axis.log, low: axis.range.0, high: axis.range.1, from: 0.0, to: 1.0 }.at(value)
}

/// The margins of a chart in a room, by going to and fro between panel and labels.
pub fn margins(chart: &Chart, outer: Rect, lettered: bool, style: &Style, least: Margins) -> Margins {
    let mut margins = least.or(Margins { left: 30.0, right: 4.0, top: 4.0, bottom: 25.0 });
    for _ in 0..3 {
        let panel = margins.panel(outer);
        let layout = Layout::new(chart, outer, panel, lettered, style);
        margins = layout.margins(chart, panel, lettered, style).or(least);
    }
    margins
}
