//! What every line b = w v earns, where integrals are exact.

use super::payoff::{Opposition, Payoff};
use crate::numeric::quadrature::GaussLegendre;

/// A multiplier times the highest value below which its square would lose digits.
const LEAST_BID: f64 = 1e-100;

/// The utilities of lines of a bidder with values from U\[low, high\], where W consists of polynomials.
///
/// ```text
/// utility(w) = (1 - w) S(w),    S(w) = E[v W(w v)] = (M(w high) - M(w low)) / (w^2 (high - low)),
/// M(x) = int_0^x b W(b) db.
/// ```
pub(super) struct Lines<'a, O> {
    pub low: f64,
    pub high: f64,
    against: &'a O,
    pub bends: &'a [f64],
    pub jumps: &'a [f64],
    /// Exact for b W(b).
    rule: &'static GaussLegendre,
    /// M at the bends; W is 0 below the first, or the first is 0.
    moments: Vec<f64>,
}

impl<'a, O: Opposition> Lines<'a, O> {
    /// Those of a payoff; none where it is no integral of polynomials, or not at the first price.
    pub fn of(payoff: &Payoff<'a, O>) -> Option<Self> {
        let rule = payoff.exact_rule().filter(|_| payoff.against.is_first_price())?;
        let (low, high, against) = (payoff.marginal.low, payoff.marginal.high, payoff.against);
        let bends = against.bends();
        let moments = Vec::with_capacity(bends.len());
        let mut lines = Lines { low, high, against, bends, jumps: against.jumps(), rule, moments };
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
        Some(lines)
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
    pub fn won(&self, multiplier: f64) -> f64 {
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
    pub fn slope(&self, multiplier: f64) -> f64 {
        let wins = |value: f64| value * value * self.against.wins(multiplier * value);
        let rise = wins(self.high) - if self.low > 0.0 { wins(self.low) } else { 0.0 };
        (1.0 - multiplier) * rise / (self.high - self.low) - (2.0 - multiplier) * self.won(multiplier)
    }
}
