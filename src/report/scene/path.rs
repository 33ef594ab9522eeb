//! Lines and outlines.

use super::place::{Point, Rect};

/// A step of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Begin anew here.
    Move(Point),
    /// A straight line to here.
    Line(Point),
    /// A quadratic Bezier curve by a control point to an end.
    Quad(Point, Point),
    /// A cubic Bezier curve by two control points to an end.
    Cubic(Point, Point, Point),
    /// A straight line to where this part began.
    Close,
}

/// A path: what is filled or followed by a pen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path {
    /// Its steps.
    pub steps: Vec<Step>,
}

/// How far the control points of a quarter of a circle stand from its ends, in radii: 4 (sqrt 2 - 1) / 3.
const QUARTER: f64 = 0.552_284_749_830_793_4;

impl Path {
    /// The straight lines through these places, in order.
    pub fn lines(places: impl IntoIterator<Item = Point>) -> Self {
        let mut path = Self::default();
        path.add_lines(places);
        path
    }

    /// The area that straight lines through these places enclose.
    pub fn polygon(places: impl IntoIterator<Item = Point>) -> Self {
        let mut path = Self::lines(places);
        path.steps.push(Step::Close);
        path
    }

    /// A straight line.
    pub fn line(from: Point, to: Point) -> Self {
        Self::lines([from, to])
    }

    /// A rectangle.
    pub fn rect(rect: Rect) -> Self {
        let (left, top, right, bottom) = (rect.x, rect.y, rect.right(), rect.bottom());
        Self::polygon([
            Point::new(left, top),
            Point::new(right, top),
            Point::new(right, bottom),
            Point::new(left, bottom),
        ])
    }

    /// A circle.
    pub fn circle(middle: Point, radius: f64) -> Self {
        let bend = QUARTER * radius;
        let at = |x: f64, y: f64| middle.moved(x, y);
        Self {
            steps: vec![
                Step::Move(at(-radius, 0.0)),
                Step::Cubic(at(-radius, -bend), at(-bend, -radius), at(0.0, -radius)),
                Step::Cubic(at(bend, -radius), at(radius, -bend), at(radius, 0.0)),
                Step::Cubic(at(radius, bend), at(bend, radius), at(0.0, radius)),
                Step::Cubic(at(-bend, radius), at(-radius, bend), at(-radius, 0.0)),
                Step::Close,
            ],
        }
    }

    /// Adds straight lines through these places, apart from what is there.
    pub fn add_lines(&mut self, places: impl IntoIterator<Item = Point>) {
        for (at, place) in places.into_iter().enumerate() {
            self.steps.push(if at == 0 { Step::Move(place) } else { Step::Line(place) });
        }
    }

    /// Its places, control points among them.
    pub fn places(&self) -> impl Iterator<Item = Point> + '_ {
        self.steps.iter().flat_map(|step| match *step {
            Step::Move(to) | Step::Line(to) => vec![to],
            Step::Quad(by, to) => vec![by, to],
            Step::Cubic(by, then, to) => vec![by, then, to],
            Step::Close => Vec::new(),
        })
    }

    /// The same path with each place moved by a rule.
    pub fn map(&self, rule: impl Fn(Point) -> Point) -> Self {
        let steps = self.steps.iter().map(|step| match *step {
            Step::Move(to) => Step::Move(rule(to)),
            Step::Line(to) => Step::Line(rule(to)),
            Step::Quad(by, to) => Step::Quad(rule(by), rule(to)),
            Step::Cubic(by, then, to) => Step::Cubic(rule(by), rule(then), rule(to)),
            Step::Close => Step::Close,
        });
        Self { steps: steps.collect() }
    }
}
