//! What is drawn on axes, in the units of the data.

use crate::report::scene::{Anchor, Ink, Mark, Markup, Paint, Stroke};

/// A direction on the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    Across,
    /// From bottom to top.
    Up,
}

/// The shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A filled circle.
    Circle,
    /// A filled square.
    Square,
    /// A filled triangle on its base.
    Triangle,
    /// A filled diamond.
    Diamond,
    /// A filled triangle on its tip.
    Down,
    /// An empty circle.
    Ring,
    /// A cross.
    Cross,
    /// A short upright line, as of a reference on the row of a forest plot.
    Tick,
}

impl Marker {
    /// The shape of a series' points: the first seven shapes, over and over.
    pub fn series(at: usize) -> Self {
        const SHAPES: [Marker; 7] = [
            Marker::Circle,
            Marker::Square,
            Marker::Triangle,
            Marker::Diamond,
            Marker::Down,
            Marker::Ring,
            Marker::Cross,
        ];
        SHAPES[at % SHAPES.len()]
    }
}

/// A point and the table's row that it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// Its place.
    pub at: (f64, f64),
    /// Its row.
    pub mark: Option<Mark>,
}

/// A coloured rectangle.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// From where to where it runs across.
    pub x: (f64, f64),
    /// From where to where it runs up.
    pub y: (f64, f64),
    /// Its colour.
    pub paint: Paint,
    /// What is written on it, where it fits.
    pub label: Option<Markup>,
    /// Its row.
    pub mark: Option<Mark>,
}

impl Cell {
    /// The cell of two names (or whole numbers) of a heat map.
    pub fn unit(x: usize, y: usize, paint: impl Into<Paint>) -> Self {
        let around = |at: usize| (at as f64 - 0.5, at as f64 + 0.5);
        Self { x: around(x), y: around(y), paint: paint.into(), label: None, mark: None }
    }
}

/// Something drawn on axes. A place that is no number is a gap.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// A line through places; with gaps.
    Line {
        /// The places, in order.
        points: Vec<(f64, f64)>,
        /// The pen.
        stroke: Stroke,
        /// Whether it keeps its height up to the next place.
        step: bool,
    },
    /// An area between two heights over x.
    Band {
        /// x, lower, upper.
        rows: Vec<(f64, f64, f64)>,
        /// Its colour.
        paint: Paint,
    },
    /// Points.
    Points {
        /// The points.
        dots: Vec<Dot>,
        /// Their shape.
        marker: Marker,
        /// Their colour.
        ink: Ink,
    },
    /// Bars from a lower to an upper value.
    Intervals {
        /// Which way the bars run.
        along: Direction,
        /// Where on the other axis, lower, upper.
        rows: Vec<(f64, f64, f64)>,
        /// Their colour.
        paint: Paint,
    },
    /// Coloured rectangles.
    Cells(Vec<Cell>),
    /// A coloured strip from one side of the panel to the other. It does not stretch the axes.
    Strip {
        /// Which way it runs.
        along: Direction,
        /// Where it begins on the other axis.
        from: f64,
        /// Where it ends there.
        to: f64,
        /// Its colour.
        paint: Paint,
    },
    /// A line from one side of the panel to the other.
    Reference {
        /// Which way it runs.
        along: Direction,
        /// Where it stands on the other axis.
        at: f64,
        /// What is written on it.
        label: Markup,
        /// The pen.
        stroke: Stroke,
    },
    /// A line of a slope, to compare with: on two logarithmic axes y = c x^slope, else straight. It does not
    /// stretch the axes.
    Guide {
        /// Its slope.
        slope: f64,
        /// A place on it.
        through: (f64, f64),
        /// From where to where it runs across.
        x: (f64, f64),
        /// What is written on it.
        label: Markup,
        /// The pen.
        stroke: Stroke,
    },
}

/// A label to the right of the end of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// Where the line ends.
    pub at: (f64, f64),
    /// What it says.
    pub label: Markup,
    /// Its colour.
    pub ink: Ink,
}

/// A text on the panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Where it stands, and which part of it there; where there is room, if left out.
    pub at: Option<((f64, f64), Anchor)>,
    /// What it says.
    pub label: Markup,
    /// Its colour.
    pub ink: Ink,
}

/// What a key shows beside its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// A line.
    Line(Stroke),
    /// An area.
    Area(Paint),
    /// A point.
    Point(Marker, Ink),
    /// A point with its interval.
    Interval(Marker, Ink),
}

/// The scale of the colours of a heat map, drawn to the right of the panel.
#[derive(Clone, Debug, PartialEq)]
pub struct ColourBar {
    /// The value at its lower end.
    pub low: f64,
    /// The value at its upper end.
    pub high: f64,
    /// Whether the colours diverge about 0, as [`Ink::Ramp`] of value / max(|low|, |high|); else they are
    /// [`Ink::Shade`] of (value - low) / (high - low).
    pub diverging: bool,
    /// What the colours show.
    pub title: Markup,
}

impl ColourBar {
    /// The scale of these values: finite ones of them. Diverging where one is below 0.
    pub fn of_values(values: impl IntoIterator<Item = f64>, title: impl Into<Markup>) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let (low, high) = finite
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        Self { low, high, diverging: low < 0.0, title: title.into() }
    }

    /// The colour of a value; that of the paper where it is no number.
    pub fn ink(&self, value: f64) -> Ink {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        match value.is_finite() {
            false => Ink::Paper,
            true if self.diverging => {
                Ink::Ramp(share(value, self.low.abs().max(self.high.abs())).clamp(-1.0, 1.0))
            }
            true => Ink::Shade(share(value - self.low, self.high - self.low).clamp(0.0, 1.0)),
        }
    }
}
