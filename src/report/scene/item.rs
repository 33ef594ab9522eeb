//! What stands on a picture.

use super::ink::{Ink, Paint};
use super::lay::width;
use super::markup::Markup;
use super::path::Path;
use super::place::{Point, Rect};

/// A pen's pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dash {
    /// Without gaps.
    #[default]
    Solid,
    /// Long dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Short dashes.
    Fine,
}

impl Dash {
    /// Lengths of dashes and gaps in points; none for a line without gaps.
    pub fn pattern(self) -> &'static [f64] {
        match self {
            Dash::Solid => &[],
            Dash::Dashed => &[4.0, 2.0],
            Dash::Dotted => &[1.2, 1.4],
            Dash::Fine => &[2.0, 1.6],
        }
    }
}

/// A pen. Its joins are round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub paint: Paint,
    /// Its width in points.
    pub width: f64,
    /// Its pattern.
    pub dash: Dash,
}

impl Stroke {
    /// A pen without gaps.
    pub fn new(paint: impl Into<Paint>, width: f64) -> Self {
        Self { paint: paint.into(), width, dash: Dash::Solid }
    }

    /// The same pen with a pattern.
    pub fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }
}

/// The row of the page's table that a shape belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The row's cell, by its place in the table.
    pub cell: usize,
    /// What is shown when the shape is pointed at: plain text.
    pub tip: String,
}

/// A path with its colours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// Where it runs.
    pub path: Path,
    /// The colour of its inside (of the parts that the path winds around).
    pub fill: Option<Paint>,
    /// The pen that follows it, above the fill.
    pub stroke: Option<Stroke>,
    /// What lies outside is not drawn.
    pub clip: Option<Rect>,
    /// The row it belongs to: on the page only.
    pub mark: Option<Mark>,
}

impl Shape {
    /// An area.
    pub fn filled(path: Path, paint: impl Into<Paint>) -> Self {
        Self { path, fill: Some(paint.into()), ..Self::default() }
    }

    /// A line.
    pub fn drawn(path: Path, stroke: Stroke) -> Self {
        Self { path, stroke: Some(stroke), ..Self::default() }
    }

    /// The same shape, drawn within a rectangle only.
    pub fn within(self, clip: Rect) -> Self {
        Self { clip: Some(clip), ..self }
    }
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    #[default]
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Anchor {
    /// Where a text of a length begins, seen from its place.
    pub fn start(self, length: f64) -> f64 {
        match self {
            Anchor::Start => 0.0,
            Anchor::Middle => -length / 2.0,
            Anchor::End => -length,
        }
    }
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What it says.
    pub markup: Markup,
    /// Where its base line stands.
    pub at: Point,
    /// The size of its letters in points.
    pub size: f64,
    /// Which part of it stands there.
    pub anchor: Anchor,
    /// Whether it reads upwards.
    pub turned: bool,
    /// Its colour.
    pub paint: Paint,
    /// Whether it has a rim in the paper's colour, so that lines below do not hurt it.
    pub halo: bool,
    /// Whether it is bold. Italic parts stay italic.
    pub bold: bool,
}

/// How far letters reach above the base line, as a share of their size.
pub const ABOVE: f64 = 0.74;

/// How far letters reach below the base line.
pub const BELOW: f64 = 0.22;

/// How far below the middle of a line of text its base line stands, as a share of its size: half a digit's
/// height.
pub const HALF: f64 = 0.35;

impl Text {
    /// A text that begins at a place, in the ink of texts.
    pub fn new(markup: impl Into<Markup>, at: Point, size: f64) -> Self {
        Self {
            markup: markup.into(),
            at,
            size,
            anchor: Anchor::Start,
            turned: false,
            paint: Ink::Text.into(),
            halo: false,
            bold: false,
        }
    }

    /// The same text with this part of it at its place.
    pub fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same text in a colour.
    pub fn painted(self, paint: impl Into<Paint>) -> Self {
        Self { paint: paint.into(), ..self }
    }

    /// The same text with a rim.
    pub fn haloed(self) -> Self {
        Self { halo: true, ..self }
    }

    /// The same text in bold.
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// The same text reading upwards.
    pub fn turned(self) -> Self {
        Self { turned: true, ..self }
    }

    /// Its length in points.
    pub fn width(&self) -> f64 {
        width(&self.markup, self.size, self.bold)
    }

    /// The rectangle that it takes.
    pub fn bounds(&self) -> Rect {
        let width = self.width();
        let start = self.anchor.start(width);
        let (above, below) = (ABOVE * self.size, BELOW * self.size);
        if self.turned {
            Rect::new(self.at.x - above, self.at.y - start - width, above + below, width)
        } else {
            Rect::new(self.at.x + start, self.at.y - above, width, above + below)
        }
    }
}

/// What stands on a picture: later ones above earlier ones.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A path.
    Shape(Shape),
    /// A text.
    Text(Text),
}
