//! The probabilities to win with a bid, summed up over a run, and the bids that are best against them.

/// S(b) on a grid of cells: quadratic between the ends and the middle of a cell, 0 below the first bid,
/// constant from the last on.
pub(super) struct Sums<'a> {
    /// The ends of cells and, between, their middles; rising.
    pub bids: &'a [f64],
    pub sums: &'a [f64],
}

/// S on one cell, with t from -1 to 1 over it: `middle` + t `slope` + t^2 `bend`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    centre: f64,
    half: f64,
    middle: f64,
    slope: f64,
    bend: f64,
}

impl Cell {
    /// S and its derivative.
    pub fn at(&self, bid: f64) -> (f64, f64) {
        let t = (bid - self.centre) / self.half;
        let sum = (self.bend * t + self.slope) * t + self.middle;
        (sum, (2.0 * self.bend * t + self.slope) / self.half)
    }

    /// max (v - b) S(b) over the places inside where the derivative is 0; S does not leave its range over the
    /// cell.
    fn best(&self, value: f64) -> f64 {
        let gap = value - self.centre;
        let c0 = gap * self.slope - self.half * self.middle;
        let c1 = 2.0 * (gap * self.bend - self.half * self.slope);
        let c2 = -3.0 * self.half * self.bend;
        let square = c1 * c1 - 4.0 * c2 * c0;
        if square < 0.0 {
            return 0.0;
        }
        let q = -0.5 * (c1 + square.sqrt().copysign(c1));
        let ends = [-1.0, 1.0].map(|t: f64| t * self.slope + self.bend + self.middle);
        let gain = |t: f64| {
            let sum = ((self.bend * t + self.slope) * t + self.middle).max(ends[0]).min(ends[1]);
            (gap - self.half * t) * sum
        };
        let inside = [c0 / q, q / c2].into_iter().filter(|t| (-1.0..=1.0).contains(t));
        inside.map(gain).fold(0.0, f64::max)
    }
}

impl<'a> Sums<'a> {
    pub fn new(bids: &'a [f64], sums: &'a [f64]) -> Self {
        Sums { bids, sums }
    }

    pub fn cells(&self) -> usize {
        self.bids.len() / 2
    }

    pub fn cell(&self, number: usize) -> Cell {
        let k = 2 * number;
        let [low, middle, high] = [0, 1, 2].map(|next| self.sums[k + next]);
        Cell {
            centre: self.bids[k + 1],
            half: 0.5 * (self.bids[k + 2] - self.bids[k]),
            middle,
            slope: 0.5 * (high - low),
            bend: 0.5 * (high + low) - middle,
        }
    }

    /// S where all is won that is won with any bid.
    pub fn most(&self) -> f64 {
        self.sums[self.sums.len() - 1]
    }

    /// max_b (v - b) S(b) for each of these values, which rise.
    pub fn best(&self, values: impl Iterator<Item = f64>) -> impl Iterator<Item = f64> {
        let hull = self.hull();
        let mut at = 0;
        values.map(move |value| {
            while hull.get(at + 1).is_some_and(|next| next.from <= value) {
                at += 1;
            }
            // The best bid lies beside the best of the grid, or beside the one which that is about to give
            // way to.
            let near = &hull[at.saturating_sub(1)..hull.len().min(at + 2)];
            near.iter().filter_map(|line| line.bid).map(|k| self.best_beside(k, value)).fold(0.0, f64::max)
        })
    }

    fn best_beside(&self, k: usize, value: f64) -> f64 {
        let own = (value - self.bids[k]) * self.sums[k];
        let (first, last) = ((k.max(1) - 1) / 2, (k / 2 + 1).min(self.cells()));
        (first..last).map(|number| self.cell(number).best(value)).fold(own, f64::max)
    }

    /// The bids of the grid that are best at some value: of the lines (v - b) S(b) in v the upper hull, whose
    /// slopes rise.
    fn hull(&self) -> Vec<HullLine> {
        let mut hull = vec![HullLine { from: f64::NEG_INFINITY, bid: None }];
        let line = |bid: Option<usize>| match bid {
            Some(k) => (self.sums[k], self.bids[k] * self.sums[k]),
            None => (0.0, 0.0),
        };
        for k in 0..self.bids.len() {
            let (slope, fall) = line(Some(k));
            if slope <= line(hull[hull.len() - 1].bid).0 {
                continue;
            }
            let from = loop {
                let last = hull[hull.len() - 1];
                let (last_slope, last_fall) = line(last.bid);
                let from = (fall - last_fall) / (slope - last_slope);
                if from > last.from {
                    break from;
                }
                hull.pop();
            };
            hull.push(HullLine { from, bid: Some(k) });
        }
        hull
    }
}

/// A bid of the grid, or none, and the value from which on it is best.
#[derive(Clone, Copy, Debug)]
struct HullLine {
    from: f64,
    bid: Option<usize>,
}
