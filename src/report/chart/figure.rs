//! A figure: charts side by side and one below the other, in one picture.

use super::axis::Scale;
use super::colour_bar;
use super::frame::{Frame, title_base, titles};
use super::keys::Keys;
use super::layer::{Layer, Sample};
use super::layers::{draw, is_below};
use super::layout::{Layout, Margins, margins};
use super::notes;
use super::panel::{Chart, Height};
use super::scaled::LINE;
use super::style::Style;
use crate::report::scene::{ABOVE, Ink, Markup, Path, Point, Rect, Scene, Shape, Text, wrapped};

/// Points in an inch.
const INCH: f64 = 72.0;

/// A figure to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its name, as of its files.
    pub name: String,
    /// Its title, plain text.
    pub title: String,
    /// What it shows, in words.
    pub description: String,
    /// Its width in inches.
    pub inches: f64,
    /// What stands above all panels of several.
    pub heading: Markup,
    /// Sizes of letters and lines.
    pub style: Style,
}

impl Figure {
    /// A figure of a width in inches.
    pub fn new(name: &str, title: &str, description: &str, inches: f64) -> Self {
        let (heading, style) = (Markup::default(), Style::default());
        Self {
            name: name.into(),
            title: title.into(),
            description: description.into(),
            inches,
            heading,
            style,
        }
    }

    /// The same figure with a text above its panels.
    pub fn headed(self, heading: impl Into<Markup>) -> Self {
        Self { heading: heading.into(), ..self }
    }

    /// The same figure in another style.
    pub fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// The picture of one chart.
    pub fn single(&self, chart: Chart) -> Scene {
        self.grid(vec![vec![chart]])
    }

    /// The picture of charts side by side; one below the other where they would be too narrow.
    pub fn beside(&self, charts: Vec<Chart>) -> Scene {
        self.grid(vec![charts])
    }

    /// The picture of charts one below the other.
    pub fn stacked(&self, charts: Vec<Chart>) -> Scene {
        self.grid(charts.into_iter().map(|chart| vec![chart]).collect())
    }

    /// The picture of rows of charts. Panels of a column share their sides, those of a row their top and
    /// bottom. Where columns would be too narrow they stand one below the other, row by row. The keys of
    /// several charts stand above all of them, each once.
    pub fn grid(&self, mut rows: Vec<Vec<Chart>>) -> Scene {
        let width = self.inches * INCH;
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let free = width - 2.0 * EDGE - self.style.gap * (columns as f64 - 1.0);
        let wide = free / columns as f64;
        if columns > 1 && wide < self.style.narrowest {
            return self.grid(rows.into_iter().flatten().map(|chart| vec![chart]).collect());
        }
        let keys = common_keys(&mut rows);
        let mut scene = Scene::new(&self.name, &self.title, &self.description, width, 0.0);
        let letters = rows.iter().flatten().filter(|chart| chart.lettered).count() > 1;
        let mut rooms = self.rooms(&rows, columns, free, letters);
        let head = self.head(&mut scene, &keys, rooms.first().map_or(0.0, |(_, margins)| margins.left));
        for (outer, _) in &mut rooms {
            outer.y += head;
        }
        let mut letter = b'a';
        for (chart, (outer, margins)) in rows.iter().flatten().zip(&rooms) {
            let lettered = letters && chart.lettered;
            let base = draw_chart(&mut scene, chart, *outer, *margins, lettered, &self.style);
            if lettered {
                let at = Point::new(outer.x, base);
                scene.text(Text::new(char::from(letter).to_string(), at, self.style.label).bold());
                letter = (letter + 1).min(b'z');
            }
            scene.height = scene.height.max(outer.bottom() + EDGE);
        }
        scene.height = scene.height.max(1.0);
        scene
    }

    /// Draws what stands above all panels, of which the first begins `left` points from its room's side: the
    /// heading and the common keys. Returns its height.
    fn head(&self, scene: &mut Scene, keys: &[(Sample, Markup)], left: f64) -> f64 {
        let style = &self.style;
        let within = |from: f64| self.inches * INCH - EDGE - from;
        // From the panel on; from the left side where that saves rows.
        let (panel, side) = (EDGE + left, EDGE + style.label);
        let (beside, full) = (Keys::new(keys, within(panel), style), Keys::new(keys, within(side), style));
        let (keys, at) = if full.height() < beside.height() { (full, side) } else { (beside, panel) };
        let lines = wrapped(&self.heading, style.label, within(panel), HEAD_LINES);
        let line = style.label * LINE;
        for (row, text) in lines.iter().enumerate() {
            let base = EDGE + row as f64 * line + ABOVE * style.label;
            scene.text(Text::new(text, Point::new(panel, base), style.label));
        }
        let heading = lines.len() as f64 * line;
        keys.draw(scene, Point::new(at, EDGE + heading), style);
        let height = heading + keys.height();
        if height > 0.0 { height + HEAD_GAP } else { 0.0 }
    }

    /// The room of each chart and the margins about its panel, row by row. Panels are of one width; what is
    /// left of the `free` width is divided as labels need it.
    fn rooms(&self, rows: &[Vec<Chart>], columns: usize, free: f64, letters: bool) -> Vec<(Rect, Margins)> {
        let style = &self.style;
        let wide = free / columns as f64;
        let mut widths = vec![wide; columns];
        let lettered = |chart: &Chart| letters && chart.lettered;
        let mut known: Vec<Vec<Margins>> =
            rows.iter().map(|row| vec![Margins::default(); row.len()]).collect();
        let least = |height: Height| match height {
            Height::Ratio(ratio) => wide * ratio,
            Height::Points(points) | Height::PerName(points) => points,
        };
        let mut heights: Vec<f64> =
            rows.iter().map(|row| row.iter().map(|chart| least(chart.height)).fold(1.0, f64::max)).collect();
        // Margins and heights depend on each other: labels on the room, the room on labels. In the end they
        // only grow.
        for round in 0..4 {
            for (at, row) in rows.iter().enumerate() {
                for (column, chart) in row.iter().enumerate() {
                    let outer = Rect::new(0.0, 0.0, widths[column], heights[at]);
                    let least = if round < 2 { Margins::default() } else { known[at][column] };
                    known[at][column] = margins(chart, outer, lettered(chart), style, least);
                }
            }
            known = shared(&known);
            widths = widths_of(&known, columns, free);
            for (at, row) in rows.iter().enumerate() {
                let tall = row.iter().zip(&known[at]).map(|(chart, margins)| height(chart, wide, margins));
                heights[at] = tall.fold(0.0, f64::max);
            }
        }
        let mut rooms = Vec::new();
        let mut top = EDGE;
        for (at, row) in known.iter().enumerate() {
            for (column, margins) in row.iter().enumerate() {
                let before: f64 = widths[..column].iter().map(|width| width + style.gap).sum();
                rooms.push((Rect::new(EDGE + before, top, widths[column], heights[at]), *margins));
            }
            top += heights[at] + style.gap / 2.0;
        }
        rooms
    }
}

/// The width of each column's room: what its margins take, and the same for every panel.
fn widths_of(known: &[Vec<Margins>], columns: usize, free: f64) -> Vec<f64> {
    let beside = |column: usize| {
        known.iter().find_map(|row| row.get(column)).map_or(0.0, |margins| margins.left + margins.right)
    };
    let taken: Vec<f64> = (0..columns).map(beside).collect();
    let panel = ((free - taken.iter().sum::<f64>()) / columns as f64).max(1.0);
    taken.iter().map(|taken| taken + panel).collect()
}

/// Margins that panels of a column share to the sides, those of a row above and below.
fn shared(known: &[Vec<Margins>]) -> Vec<Vec<Margins>> {
    let most =
        |all: &mut dyn Iterator<Item = &Margins>| all.fold(Margins::default(), |most, one| most.or(*one));
    let share = |row: &Vec<Margins>, column: usize| {
        let beside = most(&mut known.iter().filter_map(|row| row.get(column)));
        let about = most(&mut row.iter());
        Margins { top: about.top, bottom: about.bottom, ..beside }
    };
    known.iter().map(|row| (0..row.len()).map(|column| share(row, column)).collect()).collect()
}

/// What stays free along the edges of a picture, in points: letters may reach a little beyond their line.
const EDGE: f64 = 2.0;

/// Lines of a heading at most, and the gap below what stands above all panels, in points.
const HEAD_LINES: usize = 2;
const HEAD_GAP: f64 = 3.0;

/// Takes the keys of several charts away from them; those of one stay.
fn common_keys(rows: &mut [Vec<Chart>]) -> Vec<(Sample, Markup)> {
    let mut keys = Vec::new();
    if rows.iter().flatten().count() > 1 {
        for key in rows.iter_mut().flatten().flat_map(|chart| std::mem::take(&mut chart.keys)) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// What labels and title of an axis take below a panel, in points, where nothing reads upwards.
const BELOW: f64 = 26.0;

/// The height of a chart's room.
fn height(chart: &Chart, wide: f64, margins: &Margins) -> f64 {
    let beyond = margins.top + (margins.bottom - BELOW).max(0.0);
    match chart.height {
        Height::Ratio(ratio) => wide * ratio + beyond,
        Height::Points(points) => points + beyond,
        Height::PerName(points) => {
            let names = match &chart.y.scale {
                Scale::Categories(names) => names.len().max(1),
                _ => 1,
            };
            names as f64 * points + margins.top + margins.bottom
        }
    }
}

/// Draws a chart; returns the base line on which its letter stands.
fn draw_chart(
    scene: &mut Scene,
    chart: &Chart,
    outer: Rect,
    margins: Margins,
    lettered: bool,
    style: &Style,
) -> f64 {
    let panel = margins.panel(outer);
    let layout = Layout::new(chart, outer, panel, lettered, style);
    let base = title_base(&layout, panel, style);
    titles(scene, &layout, outer, panel, style);
    let Some((x, y)) = &layout.axes else {
        // A pale ground instead of a frame: the room is kept on purpose.
        scene.shape(Shape::filled(Path::rect(panel), Ink::Hair.faint(0.35)));
        notes::draw_empty(scene, chart, panel, style);
        return base;
    };
    layout.keys.draw(
        scene,
        Point::new(layout.keys_left, panel.y - style.tick / 2.0 - layout.keys.height()),
        style,
    );
    let frame = Frame::new(panel, x, y);
    frame.grid(scene, chart, x, y);
    for layer in chart.layers.iter().filter(|layer| is_below(layer)) {
        draw(scene, &frame, layer, style);
    }
    frame.spines(scene, chart, x, y);
    frame.labels(scene, chart, x, y, style);
    for layer in chart.layers.iter().filter(|layer| !is_below(layer)) {
        draw(scene, &frame, layer, style);
    }
    notes::draw(scene, &frame, chart, style);
    // Leaders leave markers at the ends of lines free.
    let marked = chart.layers.iter().any(|layer| matches!(layer, Layer::Points { .. }));
    let gap = if marked { 2.0 * style.marker } else { 1.5 };
    layout.column.draw(scene, panel, gap, |at| frame.place(at));
    if let Some(bar) = &chart.colours {
        colour_bar::draw(scene, bar, panel, style);
    }
    base
}
