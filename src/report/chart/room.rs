//! Where a panel has room for a text: away from what is drawn there.

use crate::report::scene::{Point, Rect};

/// What stands in a text's way.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// Places, and how much it hurts to cover each.
    places: Vec<(Point, f64)>,
    /// Texts.
    taken: Vec<Rect>,
}

/// Lines are seen as places so far apart, in points.
const EVERY: f64 = 2.0;

impl Room {
    /// Adds a place.
    pub fn add(&mut self, at: Point, weight: f64) {
        if at.x.is_finite() && at.y.is_finite() {
            self.places.push((at, weight));
        }
    }

    /// Adds a straight line.
    pub fn add_line(&mut self, from: Point, to: Point, weight: f64) {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx.abs().max(dy.abs());
        if !length.is_finite() {
            return;
        }
        let parts = ((length / EVERY) as usize + 1).min(1000);
        for part in 0..=parts {
            let share = part as f64 / parts as f64;
            self.add(from.moved(dx * share, dy * share), weight);
        }
    }

    /// Adds a text: the next ones stay away from it.
    pub fn take(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// How much a text at a place would cover.
    fn cost(&self, rect: &Rect) -> f64 {
        let near = rect.grown(1.5);
        let covered: f64 =
            self.places.iter().filter(|(at, _)| near.has(*at)).map(|(_, weight)| *weight).sum();
        let texts = self.taken.iter().filter(|taken| taken.overlaps(&near)).count();
        covered + 1e4 * texts as f64
    }

    /// The first of the rectangles that covers least, each with what else speaks against it.
    pub fn best(&self, rects: impl IntoIterator<Item = (Rect, f64)>) -> Option<Rect> {
        let mut best: Option<(f64, Rect)> = None;
        for (rect, against) in rects {
            let cost = self.cost(&rect) + against;
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, rect));
            }
        }
        best.map(|(_, rect)| rect)
    }

    /// Where a text of a size covers least within a panel: in its corners if it can.
    pub fn find(&self, panel: Rect, width: f64, height: f64) -> Rect {
        let inner = panel.grown(-3.0);
        let (wide, high) = ((inner.width - width).max(0.0), (inner.height - height).max(0.0));
        let at = |across: usize, down: usize| {
            let (x, y) = (inner.x + wide * across as f64 / 12.0, inner.y + high * down as f64 / 16.0);
            Rect::new(x, y, width, height)
        };
        let mut grid: Vec<(usize, usize)> =
            (0..=12).flat_map(|across| (0..=16).map(move |down| (across, down))).collect();
        // By the distance from the nearest side, right and upper corners first.
        grid.sort_by_key(|(across, down)| {
            (across.min(&(12 - across)) + down.min(&(16 - down)), 12 - across, *down)
        });
        self.best(grid.into_iter().map(|(across, down)| (at(across, down), 0.0))).unwrap_or_else(|| at(0, 0))
    }
}
