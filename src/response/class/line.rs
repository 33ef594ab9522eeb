//! The best line b = w v.

use super::ClassResponse;
use super::payoff::{Opposition, Payoff};
use crate::auction::{BidFunction, Prior};
use crate::law::marginal::{Part, Share};
use crate::numeric::maximum::maximum;
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::roots::root;

/// Between two multipliers where the derivative of the utility may bend, its sign is tried at so many even
/// steps, of which none multiplies the multiplier by more than this; and the first beside 0, in parts of the
/// next.
const STEPS: f64 = 4.0;
const STEP_RATIO: f64 = 8.0;
const LEAST_PART: f64 = 1e-6;

/// A multiplier times the highest value below which its square would lose digits.
const LEAST_BID: f64 = 1e-100;

/// Lines that are tried where integrals are dear: those whose highest bids are below the rivals' top bid, and
/// the others.
const TRIED: [usize; 2] = [64, 32];

/// For it W rises in so many steps, and so many values are told apart.
const PLACES: usize = 512;

/// The local maxima among them that are followed up, and how far, in the multiplier.
const FOLLOWED: usize = 4;
const TOLERANCE: f64 = 1e-8;

/// The best line and its utility.
pub(super) struct Best {
    multiplier: f64,
    utility: f64,
}

/// The utilities of lines of a bidder with values from U\[low, high\], where W consists of polynomials.
///
/// ```text
/// utility(w) = (1 - w) S(w),    S(w) = E[v W(w v)] = (M(w high) - M(w low)) / (w^2 (high - low)),    M(x) = int_0^x b W(b) db.
/// ```
pub(super) struct Lines<'a, O> {
    low: f64,
    high: f64,
    against: &'a O,
    bends: &'a [f64],
    /// Exact for b W(b).
    rule: &'static GaussLegendre,
    /// M at the bends; W is 0 below the first, or the first is 0.
    moments: Vec<f64>,
}

impl<'a, O: Opposition> Lines<'a, O> {
    pub fn new(low: f64, high: f64, against: &'a O, rule: &'static GaussLegendre) -> Self {
        let bends = against.bends();
        let mut lines = Lines { low, high, against, bends, rule, moments: Vec::with_capacity(bends.len()) };
        let mut sum = 0.0;
        lines.moments.push(sum);
        for pair in bends.windows(2) {
            // Higher bids are not met.
            if pair[0] > high {
                break;
            }
            sum += lines.panel(pair[0], pair[1]);
            lines.moments.push(sum);
        }
        lines
    }

    /// int b W(b) db between neighbouring bends.
    #[inline]
    fn panel(&self, from: f64, to: f64) -> f64 {
        self.rule.integrate(from, to, |bid| bid * self.against.wins(bid))
    }

    /// M(to) - M(from).
    fn between(&self, from: f64, to: f64) -> f64 {
        let from = from.max(self.bends[0]);
        if to <= from {
            return 0.0;
        }
        // The last bends at or below each.
        let after = |bid: f64| self.bends.partition_point(|bend| *bend <= bid) - 1;
        let last = after(to);
        if from == self.bends[0] {
            return self.moments[last] + self.panel(self.bends[last], to);
        }
        let first = after(from);
        if first == last {
            return self.panel(from, to);
        }
        let inner = self.moments[last] - self.moments[first + 1];
        self.panel(from, self.bends[first + 1]) + inner + self.panel(self.bends[last], to)
    }

    /// M(w high) - M(w low).
    fn moment(&self, multiplier: f64) -> f64 {
        self.between(multiplier * self.low, multiplier * self.high)
    }

    /// S(w), which rises in w; at 0 its limit.
    fn won(&self, multiplier: f64) -> f64 {
        if multiplier * self.high > LEAST_BID {
            return self.moment(multiplier) / (multiplier * multiplier * (self.high - self.low));
        }
        let mut ends = vec![self.low];
        let values = self.bends.iter().map(|bend| bend / multiplier);
        ends.extend(values.filter(|value| self.low < *value && *value < self.high));
        ends.push(self.high);
        let won = |value: f64| value * self.against.wins(multiplier * value);
        self.rule.integrate_panels(&ends, won) / (self.high - self.low)
    }

    pub fn utility(&self, multiplier: f64) -> f64 {
        (1.0 - multiplier) * self.won(multiplier)
    }

    /// w times the derivative of the utility, for w > 0:
    ///
    /// ```text
    /// (1 - w) (high^2 W(w high) - low^2 W(w low)) / (high - low) - (2 - w) S(w).
    /// ```
    fn slope(&self, multiplier: f64) -> f64 {
        let wins = |value: f64| value * value * self.against.wins(multiplier * value);
        let rise = wins(self.high) - if self.low > 0.0 { wins(self.low) } else { 0.0 };
        (1.0 - multiplier) * rise / (self.high - self.low) - (2.0 - multiplier) * self.won(multiplier)
    }
}

impl Best {
    /// The global maximum, where utilities are integrals of polynomials.
    ///
    /// Between multipliers at which w high or w low is a bend the utility is smooth, and at most (1 - w_1)
    /// S(w_2). Where that is more than the best so far the sign of the derivative is tried, and its zeros are
    /// found.
    pub fn of_polynomials<O: Opposition>(lines: &Lines<O>) -> Self {
        let first = (lines.bends[0] / lines.high).min(1.0);
        let mut ends = Vec::with_capacity(2 * lines.bends.len() + 2);
        ends.push(first);
        ends.extend(lines.bends.iter().map(|bend| bend / lines.high).filter(|w| first < *w && *w < 1.0));
        if lines.low > 0.0 {
            ends.extend(lines.bends.iter().map(|bend| bend / lines.low).filter(|w| first < *w && *w < 1.0));
            ends.sort_by(f64::total_cmp);
        }
        ends.push(1.0);

        let mut best = Best { multiplier: 0.0, utility: f64::NEG_INFINITY };
        let won: Vec<f64> = ends.iter().map(|&w| lines.won(w)).collect();
        for (&multiplier, won) in ends.iter().zip(&won) {
            best.try_line(multiplier, (1.0 - multiplier) * won);
        }
        for (pair, won) in ends.windows(2).zip(won.windows(2)) {
            let (from, to) = (pair[0], pair[1]);
            if from >= to || (1.0 - from) * won[1] <= best.utility {
                continue;
            }
            // At 0 the derivative has no sign to be seen.
            let mut last = if from > 0.0 { from } else { LEAST_PART * to };
            let mut slope = lines.slope(last);
            let mut next = last;
            while next < to {
                next = (STEP_RATIO * next).min((to - from) / STEPS + next);
                if to - next < 0.5 * (to - from) / STEPS {
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
    pub fn of_any<O: Opposition>(payoff: &Payoff<O>, prior: &Prior) -> Self {
        let (low, high) = (payoff.marginal.low, payoff.marginal.high);
        let bends = payoff.against.bends();
        let split = (bends[bends.len() - 1] / high).min(1.0);
        let part = |k: usize, of: usize| k as f64 / TRIED[of] as f64;
        let mut tried: Vec<f64> = (0..=TRIED[0]).map(|k| split * part(k, 0)).collect();
        if split < 1.0 {
            tried.extend((1..=TRIED[1]).map(|k| (1.0 - split).mul_add(part(k, 1), split)));
        }
        let rough = RoughLines::new(payoff, prior);
        let utilities: Vec<f64> = tried.iter().map(|&w| rough.utility(w)).collect();
        let at = |k: usize| utilities.get(k).copied().unwrap_or(f64::NEG_INFINITY);
        let mut tops: Vec<usize> =
            (0..tried.len()).filter(|&k| at(k) >= at(k.wrapping_sub(1)) && at(k) >= at(k + 1)).collect();
        tops.sort_by(|&a, &b| at(b).total_cmp(&at(a)));
        let exact =
            |multiplier: f64| payoff.of(&[(multiplier * low, Share::LOW), (multiplier * high, Share::HIGH)]);
        let mut best = Best { multiplier: 0.0, utility: exact(0.0) };
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
            *self = Best { multiplier, utility };
        }
    }

    pub fn bids(&self) -> BidFunction {
        BidFunction::Linear { multiplier: self.multiplier }
    }

    /// The answer to the own bids, which earn `utility`.
    pub fn response(self, own: &BidFunction, utility: f64) -> ClassResponse {
        if self.utility > utility {
            ClassResponse { utility, epsilon: self.utility - utility, bids: self.bids() }
        } else {
            ClassResponse { utility, epsilon: 0.0, bids: own.clone() }
        }
    }
}

/// Rough utilities of lines for any prior, (1 - w) S(w) with
///
/// ```text
/// S(w) = E[v W(w v)] = int A(b / w) dW(b),    A(v) = E[v'; v' > v] = v (1 - F(v)) + int_v (1 - F(x)) dx,
/// ```
///
/// W taken to rise in steps: sums of rising functions, so that no step of either makes a hill of its own.
struct RoughLines {
    /// Bid and rise of W.
    steps: Vec<(f64, f64)>,
    /// Values and A there, rising from low to high: evenly spaced ones, and quantiles, since F may rise
    /// steeply.
    above: Vec<(f64, f64)>,
}

impl RoughLines {
    fn new<O: Opposition>(payoff: &Payoff<O>, prior: &Prior) -> Self {
        let bends = payoff.against.bends();
        let (low, high, width) = (payoff.marginal.low, payoff.marginal.high, payoff.marginal.width());
        let (floor, top) = (bends[0], bends[bends.len() - 1].min(payoff.marginal.high));
        let part = |k: usize| k as f64 / PLACES as f64;
        let mut before = payoff.against.wins(floor);
        let mut steps = vec![(floor, before)];
        for k in 1..=PLACES {
            let wins = payoff.against.wins(part(k).mul_add(top - floor, floor));
            let middle = ((k as f64 - 0.5) / PLACES as f64).mul_add(top - floor, floor);
            steps.push((middle, wins - before));
            before = wins;
        }
        steps.retain(|step| step.1 > 0.0);
        let even = (1..PLACES / 2).map(|k| width.mul_add(2.0 * part(k), low));
        let quantiles = (1..PLACES / 2).map(|k| prior.quantile(2.0 * part(k)));
        let mut values: Vec<f64> = even.chain(quantiles).filter(|v| low < *v && *v < high).collect();
        values.extend([low, high]);
        values.sort_by(f64::total_cmp);
        values.dedup();
        let mut above: Vec<(f64, f64)> = values.into_iter().map(|value| (value, 0.0)).collect();
        let (mut area, mut last) = (0.0, (high, 0.0));
        for (value, above) in above.iter_mut().rev().skip(1) {
            let rest = if *value == low {
                1.0
            } else {
                1.0 - payoff.marginal.at(payoff.marginal.share(*value), Part::Cdf).0
            };
            area += 0.5 * (rest + last.1) * (last.0 - *value);
            *above = value.mul_add(rest, area);
            last = (*value, rest);
        }
        RoughLines { steps, above }
    }

    fn utility(&self, multiplier: f64) -> f64 {
        let won = |&(bid, rise): &(f64, f64)| {
            let value = bid / multiplier;
            let k = self.above.partition_point(|point| point.0 <= value);
            let above = match (self.above[..k].last(), self.above.get(k)) {
                (Some(from), Some(to)) => (value - from.0) / (to.0 - from.0) * (to.1 - from.1) + from.1,
                (None, Some(first)) => first.1,
                // A bid of 0 over a multiplier of 0 is not a number, and is nowhere.
                _ => 0.0,
            };
            rise * above
        };
        (1.0 - multiplier) * self.steps.iter().map(won).sum::<f64>()
    }
}
