//! Places on a picture, in points (1/72 in), y downwards, and the one rounding of all that is written.

/// A place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

impl Point {
    /// The place (x, y).
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// This place moved by (dx, dy).
    pub fn moved(self, dx: f64, dy: f64) -> Self {
        Self { x: self.x + dx, y: self.y + dy }
    }
}

/// A rectangle along the axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// Its width, at least 0.
    pub width: f64,
    /// Its height, at least 0.
    pub height: f64,
}

impl Rect {
    /// The rectangle with this corner and these lengths of its sides.
    pub fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    /// The smallest rectangle that holds two places.
    pub fn between(a: Point, b: Point) -> Self {
        let (x, y) = (a.x.min(b.x), a.y.min(b.y));
        Self { x, y, width: a.x.max(b.x) - x, height: a.y.max(b.y) - y }
    }

    /// Its right side.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Its lower side.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Its middle.
    pub fn middle(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// This rectangle with a rim of `by` points more on each side; less where `by` is negative.
    pub fn grown(&self, by: f64) -> Self {
        Self {
            x: self.x - by,
            y: self.y - by,
            width: (self.width + 2.0 * by).max(0.0),
            height: (self.height + 2.0 * by).max(0.0),
        }
    }

    /// Whether the two have more than a side in common.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether the other lies within this one.
    pub fn holds(&self, other: &Rect) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }

    /// Whether the place lies within this rectangle.
    pub fn has(&self, at: Point) -> bool {
        (self.x..=self.right()).contains(&at.x) && (self.y..=self.bottom()).contains(&at.y)
    }
}

/// A length rounded to 0.01 pt: what all writers write. A length that is no number is 0.
pub fn hundredth(length: f64) -> f64 {
    let rounded = libm::round(length * 100.0) / 100.0;
    // Adding 0 makes -0 a plain 0.
    if rounded.is_finite() { rounded + 0.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_rounded_to_hundredths_without_a_negative_zero() {
        for (length, text) in
            [(1.234_9, "1.23"), (-0.001, "0"), (7.0, "7"), (f64::NAN, "0"), (f64::INFINITY, "0")]
        {
            assert_eq!(hundredth(length).to_string(), text);
        }
    }

    #[test]
    fn rectangles_that_share_a_side_do_not_overlap() {
        let left = Rect::new(0.0, 0.0, 10.0, 10.0);
        assert!(!left.overlaps(&Rect::new(10.0, 0.0, 5.0, 5.0)));
        assert!(left.overlaps(&Rect::new(9.0, 9.0, 5.0, 5.0)));
        assert!(left.holds(&Rect::between(Point::new(3.0, 4.0), Point::new(1.0, 2.0))));
        assert!(!left.grown(-1.0).holds(&left));
    }
}
