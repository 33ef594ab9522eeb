//! What lines b = w v earn roughly, where integrals are dear.

use super::payoff::{Opposition, Payoff};
use crate::auction::Prior;
use crate::law::marginal::Part;

/// W rises in this many steps, and this many values are told apart.
const PLACES: usize = 512;

/// Rough utilities of lines for any prior, (1 - w) S(w) with
///
/// ```text
/// S(w) = E[v W(w v)] = int A(b / w) dW(b),    A(v) = E[v'; v' > v] = v (1 - F(v)) + int_v (1 - F(x)) dx,
/// ```
///
/// W taken to rise in steps: sums of rising functions, so that no step of either makes a hill of its own.
pub(super) struct RoughLines {
    /// Bid and rise of W.
    steps: Vec<(f64, f64)>,
    /// Values and A there, rising from low to high: evenly spaced ones, and quantiles, since F may rise
    /// steeply.
    above: Vec<(f64, f64)>,
}

impl RoughLines {
    pub fn new<O: Opposition>(payoff: &Payoff<O>, prior: &Prior) -> Self {
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

    pub fn utility(&self, multiplier: f64) -> f64 {
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
