//! A chart: two axes and what is drawn on them. Ranges, ticks, room and places of labels follow when it is
//! drawn.

use super::axis::Axis;
use super::layer::{Cell, ColourBar, Direction, Dot, End, Layer, Marker, Note, Sample};
use crate::report::scene::{Anchor, Ink, Markup, Paint, Stroke};

/// The height of a chart, labels and ticks among it; title, key, and names that read upwards are added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Height {
    /// Its width times this.
    Ratio(f64),
    /// Points.
    Points(f64),
    /// Points a name of the upright axis, beside the room for what stands below and above.
    PerName(f64),
}

/// The shorter side of a golden rectangle over the longer one: (sqrt 5 - 1) / 2.
pub const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The axis from left to right.
    pub x: Axis,
    /// The axis from bottom to top.
    pub y: Axis,
    /// What stands above it.
    pub title: Markup,
    /// Its height.
    pub height: Height,
    /// Whether it gets a letter where a figure has several.
    pub lettered: bool,
    /// What it says where there are no data.
    pub empty: Markup,
    /// What is drawn, later ones above earlier ones.
    pub layers: Vec<Layer>,
    /// Labels at the ends of lines.
    pub ends: Vec<End>,
    /// Texts on the panel.
    pub notes: Vec<Note>,
    /// Samples and what they stand for, above the panel.
    pub keys: Vec<(Sample, Markup)>,
    /// The scale of its colours; instead of labels at ends of lines.
    pub colours: Option<ColourBar>,
}

impl Chart {
    /// A chart without data.
    pub fn new(x: Axis, y: Axis) -> Self {
        Self {
            x,
            y,
            title: Markup::default(),
            height: Height::Ratio(GOLDEN),
            lettered: true,
            empty: Markup::plain("no data"),
            layers: Vec::new(),
            ends: Vec::new(),
            notes: Vec::new(),
            keys: Vec::new(),
            colours: None,
        }
    }

    /// The same chart with a title.
    pub fn titled(self, title: impl Into<Markup>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// The same chart of another height.
    pub fn tall(self, height: Height) -> Self {
        Self { height, ..self }
    }

    /// The same chart without a letter.
    pub fn unlettered(self) -> Self {
        Self { lettered: false, ..self }
    }

    /// The same chart, saying this where there are no data.
    pub fn when_empty(self, says: impl Into<Markup>) -> Self {
        Self { empty: says.into(), ..self }
    }

    /// Adds a line; a place that is no number is a gap.
    pub fn line(&mut self, points: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) -> &mut Self {
        self.add(Layer::Line { points: points.into_iter().collect(), stroke, step: false })
    }

    /// Adds a line that keeps its height up to the next place.
    pub fn steps(&mut self, points: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) -> &mut Self {
        self.add(Layer::Line { points: points.into_iter().collect(), stroke, step: true })
    }

    /// Adds an area: x, lower, upper.
    pub fn band(
        &mut self,
        rows: impl IntoIterator<Item = (f64, f64, f64)>,
        paint: impl Into<Paint>,
    ) -> &mut Self {
        self.add(Layer::Band { rows: rows.into_iter().collect(), paint: paint.into() })
    }

    /// Adds points.
    pub fn points(&mut self, dots: impl IntoIterator<Item = Dot>, marker: Marker, ink: Ink) -> &mut Self {
        self.add(Layer::Points { dots: dots.into_iter().collect(), marker, ink })
    }

    /// Adds bars of intervals: where on the other axis, lower, upper.
    pub fn intervals(
        &mut self,
        along: Direction,
        rows: impl IntoIterator<Item = (f64, f64, f64)>,
        paint: impl Into<Paint>,
    ) -> &mut Self {
        self.add(Layer::Intervals { along, rows: rows.into_iter().collect(), paint: paint.into() })
    }

    /// Adds coloured rectangles.
    pub fn cells(&mut self, cells: impl IntoIterator<Item = Cell>) -> &mut Self {
        self.add(Layer::Cells(cells.into_iter().collect()))
    }

    /// Adds a strip from side to side.
    pub fn strip(&mut self, along: Direction, from: f64, to: f64, paint: impl Into<Paint>) -> &mut Self {
        self.add(Layer::Strip { along, from, to, paint: paint.into() })
    }

    /// Adds a line from side to side with a label.
    pub fn reference(
        &mut self,
        along: Direction,
        at: f64,
        label: impl Into<Markup>,
        stroke: Stroke,
    ) -> &mut Self {
        self.add(Layer::Reference { along, at, label: label.into(), stroke })
    }

    /// Adds a line of a slope through a place.
    pub fn guide(
        &mut self,
        slope: f64,
        through: (f64, f64),
        x: (f64, f64),
        label: impl Into<Markup>,
        stroke: Stroke,
    ) -> &mut Self {
        self.add(Layer::Guide { slope, through, x, label: label.into(), stroke })
    }

    /// Adds a layer above all that are there.
    pub fn add(&mut self, layer: Layer) -> &mut Self {
        self.layers.push(layer);
        self
    }

    /// Adds a label to the right of a line's end. Where many do not fit, the first ones are shown.
    pub fn end(&mut self, at: (f64, f64), label: impl Into<Markup>, ink: Ink) -> &mut Self {
        self.ends.push(End { at, label: label.into(), ink });
        self
    }

    /// Adds a text where there is room.
    pub fn note(&mut self, label: impl Into<Markup>, ink: Ink) -> &mut Self {
        self.notes.push(Note { at: None, label: label.into(), ink });
        self
    }

    /// Adds a text at a place.
    pub fn note_at(
        &mut self,
        at: (f64, f64),
        anchor: Anchor,
        label: impl Into<Markup>,
        ink: Ink,
    ) -> &mut Self {
        self.notes.push(Note { at: Some((at, anchor)), label: label.into(), ink });
        self
    }

    /// Adds a sample and what it stands for, above the panel.
    pub fn key(&mut self, sample: Sample, label: impl Into<Markup>) -> &mut Self {
        self.keys.push((sample, label.into()));
        self
    }

    /// Adds the scale of the colours.
    pub fn colour_bar(&mut self, bar: ColourBar) -> &mut Self {
        self.colours = Some(bar);
        self
    }
}
