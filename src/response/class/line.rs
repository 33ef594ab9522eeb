//! The best line b = w v.

use super::lines::Lines;
use super::payoff::{Opposition, Payoff};
use super::rough_lines::RoughLines;
use crate::auction::{BidFunction, Prior};
use crate::law::marginal::Share;
use crate::numeric::maximum::maximum;
use crate::numeric::roots::root;

/// Between two multipliers where the derivative of the utility may bend, its sign is tried at this many even
/// steps.
const STEPS: f64 = 4.0;

/// No step multiplies the multiplier by more than this.
const STEP_RATIO: f64 = 8.0;

/// The first step from a multiplier of 0 leads to this part of the next multiplier.
const LEAST_PART: f64 = 1e-6;

/// The lines that are tried where integrals are dear: those whose highest bids are below the rivals' top bid.
const LOWER: usize = 64;

/// The same, of those whose highest bids are above it.
const HIGHER: usize = 32;

/// The most jumps of W that are looked at.
const MOST_JUMPS: usize = 32;

/// The local maxima among them that are followed up.
const FOLLOWED: usize = 4;

/// So near to a multiplier at which an end of the line is at a jump of W the derivative is that of one side.
const BESIDE: f64 = 4.0 * f64::EPSILON;

/// The other side of a jump, where many values may agree but for rounding.
const BEYOND: f64 = 1e-12;

/// How exactly these are found, in the multiplier.
const TOLERANCE: f64 = 1e-8;

/// The best line and its utility.
pub(super) struct BestLine {
    pub multiplier: f64,
    pub utility: f64,
}

impl BestLine {
    /// The global maximum, where utilities are integrals of polynomials.
    ///
    /// Between multipliers at which w high or w low is a bend the utility is smooth, and at most (1 - w_1)
    /// S(w_2). Where that is more than the best so far the sign of the derivative is tried, and its zeros are
    /// found.
    pub fn exact<O: Opposition>(lines: &Lines<O>) -> Self {
        let first = (lines.bends[0] / lines.high).min(1.0);
        let mut ends = Vec::with_capacity(2 * lines.bends.len() + 2);
        ends.push(first);
        ends.extend(lines.bends.iter().map(|bend| bend / lines.high).filter(|w| first < *w && *w < 1.0));
        if lines.low > 0.0 {
            ends.extend(lines.bends.iter().map(|bend| bend / lines.low).filter(|w| first < *w && *w < 1.0));
            ends.sort_by(f64::total_cmp);
        }
        ends.push(1.0);

        let mut best = BestLine { multiplier: 0.0, utility: f64::NEG_INFINITY };
        let won: Vec<f64> = ends.iter().map(|&w| lines.won(w)).collect();
        for (&multiplier, won) in ends.iter().zip(&won) {
            best.try_line(multiplier, (1.0 - multiplier) * won);
        }
        for (pair, won) in ends.windows(2).zip(won.windows(2)) {
            let (mut from, mut to) = (pair[0], pair[1]);
            if from >= to || (1.0 - from) * won[1] <= best.utility {
                continue;
            }
            // The derivative jumps with W; between the ends it is that of the inner sides.
            if !lines.jumps.is_empty() {
                (from, to) = (from * (1.0 + BESIDE), to * (1.0 - BESIDE));
            }
            // At 0 the derivative has no sign to be seen.
            let mut last = if from > 0.0 { from } else { LEAST_PART * to };
            let mut slope = lines.slope(last);
            let mut next = last;
            while next < to {
                next = (STEP_RATIO * next).min((to - from) / STEPS + next);
                if to - next < 0.5 * (to - from) / STEPS || next <= last {
                    next = to;
                }
                let end = lines.slope(next);
                if slope > 0.0
                    && end <= 0.0
                    && let Some(top) = root(last, next, |w| lines.slope(w))
                {
                    best.try_line(top, lines.utility(top));
                }
                (last, slope) = (next, end);
            }
        }
        best
    }

    /// The best of the local maxima that some lines reveal, for any prior.
    pub fn searched<O: Opposition>(payoff: &Payoff<O>, prior: &Prior) -> Self {
        let (low, high) = (payoff.marginal.low, payoff.marginal.high);
        let bends = payoff.against.bends();
        let split = (bends[bends.len() - 1] / high).min(1.0);
        let part = |k: usize, count: usize| k as f64 / count as f64;
        let mut tried: Vec<f64> = (0..=LOWER).map(|k| split * part(k, LOWER)).collect();
        if split < 1.0 {
            tried.extend((1..=HIGHER).map(|k| (1.0 - split).mul_add(part(k, HIGHER), split)));
        }
        // Where the highest or the lowest bid passes a jump the utility may rise steeply.
        let jumps = payoff.against.jumps().iter().take(MOST_JUMPS);
        let passing = jumps.flat_map(|jump| [jump / high, jump / low]).filter(|w| (0.0..1.0).contains(w));
        tried.extend(passing.flat_map(|w| [w, w * (1.0 + BEYOND)]));
        tried.sort_by(f64::total_cmp);
        tried.dedup();
        let exact = |multiplier: f64| {
            payoff.utility(&[(multiplier * low, Share::LOW), (multiplier * high, Share::HIGH)])
        };
        let utilities: Vec<f64> = if payoff.against.is_first_price() {
            let rough = RoughLines::new(payoff, prior);
            tried.iter().map(|&w| rough.utility(w)).collect()
        } else {
            tried.iter().map(|&w| exact(w)).collect()
        };
        let at = |k: usize| utilities.get(k).copied().unwrap_or(f64::NEG_INFINITY);
        let mut tops: Vec<usize> =
            (0..tried.len()).filter(|&k| at(k) >= at(k.wrapping_sub(1)) && at(k) >= at(k + 1)).collect();
        tops.sort_by(|&a, &b| at(b).total_cmp(&at(a)));
        let mut best = BestLine { multiplier: 0.0, utility: exact(0.0) };
        for &k in tops.iter().take(FOLLOWED) {
            let near = |k: usize| tried[k.min(tried.len() - 1)];
            let (multiplier, utility) =
                maximum(near(k.saturating_sub(1)), near(k + 1), near(k), TOLERANCE, exact);
            best.try_line(multiplier, utility);
        }
        best
    }

    fn try_line(&mut self, multiplier: f64, utility: f64) {
        if utility > self.utility {
            *self = BestLine { multiplier, utility };
        }
    }

    /// The line itself.
    pub fn bids(&self) -> BidFunction {
        BidFunction::Linear { multiplier: self.multiplier }
    }
}
