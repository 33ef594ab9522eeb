//! Best replies by the hull of a curve.
//!
//! In the plane of W and b W the bids are a curve of slope b + W/W' = v(b), the value to which the bid b is
//! the first-order answer, and u*(v) = max_b (v - b) W(b) is the curve's convex conjugate: on the curve's
//! lower hull v(b) rises, and where the hull leaves the curve the best bid jumps.

use super::replies::{Reply, answers};
use crate::law::wins::Wins;

/// What a best bid that is found may lose, in units of the highest value.
const LOSS: f64 = 1e-17;

/// The most steps to a best bid between two samples, and to a value at which the best bid jumps.
const MOST_STEPS: usize = 60;

/// How far before a bend its left derivative is taken, in units of the distance to the sample before.
const BEFORE: f64 = 1e-10;

/// How much v(b) may fall by rounding, in units of the highest value.
const ROUNDING: f64 = 1e-13;

/// Where v(b) rises more than this many times as fast as b between two samples, its residual is scaled.
const STEEP: f64 = 8.0;

/// W at one bid, and the values to which the bid is the answer: all from `left` to `right`.
#[derive(Clone, Copy, Debug)]
struct Sample {
    bid: f64,
    wins: f64,
    left: f64,
    right: f64,
}

/// What the best bid does over the values from `from` to `to`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arc {
    pub from: f64,
    pub to: f64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// It stays, and wins with probability `wins`.
    Stay { bid: f64, wins: f64 },
    /// It rises between the samples of these numbers.
    Rise { first: usize, last: usize },
}

/// The best bids against rivals, for all values up to a highest.
#[derive(Debug, Default)]
pub(crate) struct HullReplies {
    samples: Vec<Sample>,
    /// The answers of all runs: in a run of bids v(b) rises.
    elements: Vec<Arc>,
    /// The first element of each run, and one past the last of all.
    runs: Vec<usize>,
    /// The runs on the hull and the values from which on they are.
    hull: Vec<(usize, f64)>,
    arcs: Vec<Arc>,
    highest: f64,
}

impl HullReplies {
    /// Finds the best bids for values up to `highest`; `bids` are where W is sampled: its bends, marked so,
    /// and between them as many more as it takes for v(b) to be monotone from one to the next.
    pub fn find(&mut self, wins: &impl Wins, bids: impl Iterator<Item = (f64, bool)>, highest: f64) {
        self.highest = highest;
        self.trace(wins, bids);
        self.join(wins);
    }

    /// What the best bid does, over the values from minus infinity to the highest.
    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// The arc of a value up to the highest.
    #[cfg(test)]
    pub fn arc(&self, value: f64) -> Arc {
        self.arcs[self.arcs.partition_point(|arc| arc.to <= value).min(self.arcs.len() - 1)]
    }

    /// Samples W and finds the runs.
    fn trace(&mut self, wins: &impl Wins, bids: impl Iterator<Item = (f64, bool)>) {
        let slack = ROUNDING * self.highest;
        let HullReplies { samples, elements, runs, .. } = self;
        samples.clear();
        elements.clear();
        runs.clear();
        runs.push(0);
        for (bid, bends) in bids {
            let (win, slope) = wins.at(bid);
            let right = answers(bid, win, slope);
            let Some(&before) = samples.last() else {
                // Below the first bid every value loses.
                elements.push(Arc { from: f64::NEG_INFINITY, to: bid, kind: Kind::Stay { bid, wins: 0.0 } });
                samples.push(Sample { bid, wins: win, left: bid, right });
                let stay = Kind::Stay { bid, wins: win };
                if win > 0.0 {
                    begin(elements, runs, Arc { from: f64::NEG_INFINITY, to: right, kind: stay });
                }
                continue;
            };
            let (left, below) = if bends {
                let just = (bid - BEFORE * (bid - before.bid)).min(bid.next_down());
                let (win, slope) = wins.at(just);
                (answers(just, win, slope), win + slope * (bid - just))
            } else {
                (right, win)
            };
            let number = samples.len();
            samples.push(Sample { bid, wins: win, left, right });
            let falls = before.right == f64::INFINITY || left < before.right - slack;
            if falls {
                // The run ends where it was, and another begins here.
                stop(elements, before.bid, before.wins, before.right);
                let stay = Kind::Stay { bid, wins: win };
                begin(elements, runs, Arc { from: f64::NEG_INFINITY, to: right, kind: stay });
                continue;
            }
            let left = left.max(before.right);
            samples[number].left = left;
            rise(elements, number, left, runs[runs.len() - 1]);
            if !bends {
                samples[number].right = left;
                continue;
            }
            let stay = Kind::Stay { bid, wins: win };
            let jumps = win - below > ROUNDING * win;
            if jumps || right < left - slack {
                stop(elements, bid, if jumps { below } else { win }, left);
                begin(elements, runs, Arc { from: f64::NEG_INFINITY, to: right, kind: stay });
            } else {
                samples[number].right = right.max(left);
                elements.push(Arc { from: left, to: right.max(left), kind: stay });
            }
        }
        if let Some(last) = elements.last_mut() {
            last.to = f64::INFINITY;
        }
        runs.push(elements.len());
    }

    /// Finds the runs on the hull. Of two runs the one of higher bids wins more often at every value, so that
    /// it is better from one value on.
    fn join(&mut self, wins: &impl Wins) {
        let mut hull = std::mem::take(&mut self.hull);
        hull.clear();
        hull.push((0, f64::NEG_INFINITY));
        for run in 1..self.runs.len() - 1 {
            while let Some(&(below, from)) = hull.last() {
                match self.crossing(wins, below, run, from) {
                    Crossing::Before => {
                        hull.pop();
                    }
                    Crossing::At(value) => {
                        hull.push((run, value));
                        break;
                    }
                    Crossing::Never => break,
                }
            }
            if hull.is_empty() {
                hull.push((run, f64::NEG_INFINITY));
            }
        }
        self.arcs.clear();
        for (k, &(run, from)) in hull.iter().enumerate() {
            let to = hull.get(k + 1).map_or(self.highest, |next| next.1);
            for arc in &self.elements[self.runs[run]..self.runs[run + 1]] {
                let clipped = Arc { from: arc.from.max(from), to: arc.to.min(to), kind: arc.kind };
                if clipped.from < clipped.to {
                    self.arcs.push(clipped);
                }
            }
        }
        self.hull = hull;
    }

    /// The value from which on a run is better than one of lower bids.
    fn crossing(&self, wins: &impl Wins, below: usize, above: usize, from: f64) -> Crossing {
        let ahead = |value: f64| {
            let (low, high) = (self.run_reply(wins, below, value), self.run_reply(wins, above, value));
            (high.utility - low.utility, high.wins - low.wins)
        };
        // At its lowest bid the higher run gains nothing.
        let first = &self.elements[self.runs[above]];
        let Kind::Stay { bid, .. } = first.kind else { unreachable!("a run begins with a bid") };
        let (mut low, mut high) = (from.max(bid), self.highest);
        if low >= high || ahead(high).0 <= 0.0 {
            return Crossing::Never;
        }
        if from > bid && ahead(from).0 >= 0.0 {
            return Crossing::Before;
        }
        let mut value = high;
        let (mut gain, mut slope) = ahead(high);
        for _ in 0..MOST_STEPS {
            let step = value - gain / slope;
            value = if low < step && step < high { step } else { 0.5 * (low + high) };
            (gain, slope) = ahead(value);
            if gain > 0.0 {
                high = value
            } else {
                low = value
            }
            if gain.abs() <= LOSS * self.highest || high - low <= 4.0 * f64::EPSILON * high {
                break;
            }
        }
        Crossing::At(value)
    }

    /// The best bid of a run.
    fn run_reply(&self, wins: &impl Wins, run: usize, value: f64) -> Reply {
        let elements = &self.elements[self.runs[run]..self.runs[run + 1]];
        let k = elements.partition_point(|arc| arc.to <= value).min(elements.len() - 1);
        self.reply(wins, elements[k], value)
    }

    /// The best bid of a value on its arc.
    #[inline]
    pub fn reply(&self, wins: &impl Wins, arc: Arc, value: f64) -> Reply {
        match arc.kind {
            Kind::Stay { bid, wins } => Reply { bid, wins, utility: (value - bid) * wins },
            Kind::Rise { first, last } => {
                let inner = &self.samples[first + 1..last];
                let k = first + inner.partition_point(|sample| sample.left <= value);
                self.between(wins, &self.samples[k], &self.samples[k + 1], value)
            }
        }
    }

    /// The best bid between two samples, whose values enclose the value.
    fn between(&self, wins: &impl Wins, from: &Sample, to: &Sample, value: f64) -> Reply {
        let steep = to.left - from.right > STEEP * (to.bid - from.bid);
        // Negative where the bid is too low.
        let residual = |bid: f64, win: f64, slope: f64| {
            if steep {
                let (more, less) = ((value - bid) * slope, win);
                if more + less > 0.0 { (less - more) / (more + less) } else { -1.0 }
            } else {
                answers(bid, win, slope) - value
            }
        };
        let (mut low, mut high) = (from.bid, to.bid);
        let (mut at_low, mut at_high) = if steep {
            let end = |answer: f64, bid: f64| {
                (answer - value) / (answer - bid + (value - bid)).max(f64::MIN_POSITIVE)
            };
            (end(from.right, low), if to.left == f64::INFINITY { 1.0 } else { end(to.left, high) })
        } else {
            (from.right - value, to.left - value)
        };
        let mut bid = chord(low, at_low, high, at_high);
        let mut best = Reply { bid, wins: 0.0, utility: f64::NEG_INFINITY };
        let mut width = high - low;
        for step in 0..MOST_STEPS {
            let (win, slope) = wins.at(bid);
            let utility = (value - bid) * win;
            if utility > best.utility {
                best = Reply { bid, wins: win, utility };
            }
            let at = residual(bid, win, slope);
            let rate = (at_high - at_low) / (high - low);
            // The utility falls like (bid - best)^2 u''/2, and u' is W' times what v(b) is off.
            let marginal = (value - bid) * slope - win;
            let off = at / rate;
            if (off * marginal).abs() <= LOSS * self.highest || at == 0.0 {
                break;
            }
            let old = if at < 0.0 {
                let old = (low, at_low);
                (low, at_low) = (bid, at);
                old
            } else {
                let old = (high, at_high);
                (high, at_high) = (bid, at);
                old
            };
            if high - low <= 2.0 * f64::EPSILON * high.abs() {
                break;
            }
            // A bracket that does not shrink is halved.
            let slow = step % 3 == 2 && high - low > 0.5 * width;
            if step % 3 == 2 {
                width = high - low;
            }
            bid = match inverse_quadratic((low, at_low), (high, at_high), old) {
                _ if slow => 0.5 * (low + high),
                Some(bid) => bid,
                None => chord(low, at_low, high, at_high),
            };
        }
        best
    }
}

enum Crossing {
    /// Not above the value from which on the lower run is on the hull.
    Before,
    At(f64),
    /// Not below the highest value.
    Never,
}

/// Ends a run, at a bid that is its answer to all values from `from` on.
fn stop(elements: &mut Vec<Arc>, bid: f64, wins: f64, from: f64) {
    elements.push(Arc { from, to: f64::INFINITY, kind: Kind::Stay { bid, wins } });
}

/// Begins a run.
fn begin(elements: &mut Vec<Arc>, runs: &mut Vec<usize>, first: Arc) {
    if let Some(last) = elements.last_mut() {
        last.to = f64::INFINITY;
    }
    runs.push(elements.len());
    elements.push(first);
}

/// Lets a run rise to the sample of a number.
fn rise(elements: &mut Vec<Arc>, number: usize, to: f64, run: usize) {
    let before = number - 1;
    match elements[run..].last_mut() {
        Some(Arc { to: end, kind: Kind::Rise { last, .. }, .. }) if *last == before => {
            (*last, *end) = (number, to);
        }
        Some(Arc { to: end, .. }) => {
            let from = *end;
            elements.push(Arc { from, to, kind: Kind::Rise { first: before, last: number } });
        }
        None => unreachable!("a run begins with a bid"),
    }
}

/// Where the line through two points is 0; the middle where it is not told.
fn chord(low: f64, at_low: f64, high: f64, at_high: f64) -> f64 {
    let share = at_low / (at_low - at_high);
    if (0.0..=1.0).contains(&share) { low + share * (high - low) } else { 0.5 * (low + high) }
}

/// Where the inverse quadratic through three points is 0, if it is inside the bracket of the first two.
fn inverse_quadratic(low: (f64, f64), high: (f64, f64), third: (f64, f64)) -> Option<f64> {
    let ((x1, f1), (x2, f2), (x3, f3)) = (low, high, third);
    if f1 == f2 || f1 == f3 || f2 == f3 {
        return None;
    }
    let x = x1 * (f2 / (f1 - f2)) * (f3 / (f1 - f3))
        + x2 * (f1 / (f2 - f1)) * (f3 / (f2 - f3))
        + x3 * (f1 / (f3 - f1)) * (f2 / (f3 - f2));
    (x1 < x && x < x2).then_some(x)
}
