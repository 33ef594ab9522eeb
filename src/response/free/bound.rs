//! What no best response exceeds, whatever one was found.

use crate::law::marginal::{Marginal, Part, Share};
use crate::law::terms::{PaidTerms, Terms};
use crate::law::wins::Wins;

/// Lines of which at every value one is at least (v - b) W(b), for all bids b at once.
///
/// On (b_k, b_(k+1)\] (v - b) W(b) is at most (v - b_k) W(b_(k+1)) where v >= b_k, and below 0 else.
#[derive(Debug, Default)]
pub(crate) struct Ceiling {
    /// All their numbers rise.
    lines: Vec<Line>,
}

/// One of the lines.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// The value at which it is 0.
    zero: f64,
    slope: f64,
    /// The value from which on it is the highest.
    from: f64,
}

impl Ceiling {
    /// Built from this number of cells of bids.
    pub fn build(&mut self, wins: &impl Wins, cells: usize) {
        let bends = wins.bends();
        let (floor, top) = (bends[0], bends[bends.len() - 1]);
        self.lines.clear();
        let atom = wins.at(floor).0;
        if atom > 0.0 {
            self.lines.push(Line { zero: floor, slope: atom, from: floor });
        }
        let width = (top - floor) / cells as f64;
        for k in 0..cells {
            let (bid, next) = (floor + width * k as f64, floor + width * (k + 1) as f64);
            // The last cell ends where W is 1, whatever the rounding.
            let slope = if k + 1 == cells { 1.0 } else { wins.at(next).0 };
            self.push(bid, slope);
        }
    }

    /// Built from this number of cells of bids, under any terms: on (b_k, b_(k+1)\] a value gets at most v
    /// W(b_(k+1)) - P(b_k), as neither falls.
    pub fn build_of_terms(&mut self, terms: &PaidTerms, cells: usize) {
        self.lines.clear();
        let width = terms.top() / cells as f64;
        let lowest = terms.offer(0.0);
        if lowest.win > 0.0 {
            self.lines.push(Line { zero: 0.0, slope: lowest.win, from: 0.0 });
        }
        for k in 0..cells {
            let paid = terms.offer(width * k as f64).pay;
            let win = if k + 1 == cells { 1.0 } else { terms.offer(width * (k + 1) as f64).win };
            if win > 0.0 {
                self.push(paid / win, win);
            }
        }
    }

    /// Adds a line of a greater slope and zero.
    fn push(&mut self, zero: f64, slope: f64) {
        if slope <= 0.0 {
            return;
        }
        while let Some(&last) = self.lines.last() {
            // A line that begins no later and is as steep is below nowhere.
            let meet = if slope > last.slope {
                zero + (zero - last.zero) * (last.slope / (slope - last.slope))
            } else if zero > last.zero {
                return;
            } else {
                last.from
            };
            if meet > last.from {
                self.lines.push(Line { zero, slope, from: meet });
                return;
            }
            self.lines.pop();
        }
        self.lines.push(Line { zero, slope, from: zero });
    }

    /// The expectation of the highest line, or an upper bound of it where F is no line, over this
    /// number of cells of values.
    ///
    /// The highest line U is convex and rises, so that on a cell of values
    ///
    /// ```text
    /// E U = U(high) - int F U' dv  <=  U(high) - sum_cells F(from) (U(to) - U(from)).
    /// ```
    pub fn expectation(&self, marginal: &Marginal, cells: usize) -> f64 {
        let Marginal { low, high, .. } = *marginal;
        let uniform =
            marginal.marks_between(Share::LOW, Share::HIGH).is_empty() && marginal.line(Share::LOW).is_some();
        let width = (high - low) / cells as f64;
        let mut line = self.lines.partition_point(|line| line.from <= low);
        let (mut cell, mut from) = (1, low);
        let mut below = 0.0;
        let (mut expected, mut at_from) = (0.0, self.at(line, low));
        // Sums (1 - F) over the rises: U(low) + int (1 - F) U' dv.
        expected += at_from;
        while from < high {
            let grid = if uniform || cell >= cells { high } else { low + width * cell as f64 };
            let kink = self.lines.get(line).map_or(high, |next| next.from);
            let to = grid.min(kink).min(high);
            let at_to = self.at(line, to);
            let upto = if uniform {
                (to - low) / (high - low)
            } else {
                marginal.at(marginal.share(to), Part::Cdf).0
            };
            let cdf = if uniform { 0.5 * (below + upto) } else { below };
            expected += (1.0 - cdf) * (at_to - at_from);
            if kink <= to {
                line += 1;
            }
            if grid <= to {
                cell += 1;
            }
            (from, at_from, below) = (to, at_to, upto);
        }
        expected
    }

    /// The highest line at a value up to which so many of them have begun.
    fn at(&self, begun: usize, value: f64) -> f64 {
        match begun.checked_sub(1) {
            Some(k) => {
                let Line { zero, slope, .. } = self.lines[k];
                (value - zero) * slope
            }
            None => 0.0,
        }
    }
}
