//! Newton's method on all steps at once.

use super::linear::Linear;
use super::{Problem, State, dot};
use crate::equilibrium::first_price::grid::place;
use crate::law::log_quantile::LogQuantile;
use crate::numeric::collocation::{AtPoints, POINTS};

/// Newton's method has converged where it changes no ln F and not ln of the top by more than this, times 1 +
/// |ln F|.
const CONVERGED: f64 = 1e-12;

/// As good as converged, where rounding allows no more.
const NEARLY_CONVERGED: f64 = 1e-9;

/// How Newton's method sets out: from which guess, how far a step goes, as a change relative to 1 + |ln F|,
/// and how many steps there are.
pub(super) struct Search {
    /// Whether the guess is made of the powers that priors are like near by, or of those at the lowest value.
    pub(super) near_by: bool,
    pub(super) longest: f64,
    pub(super) most: usize,
}

/// Where the first does not converge, the next is tried.
pub(super) const SEARCHES: [Search; 3] = [
    Search { near_by: true, longest: 0.5, most: 30 },
    Search { near_by: false, longest: 0.5, most: 40 },
    Search { near_by: true, longest: 0.1, most: 60 },
];

/// No step of Newton's method brings values closer to bids than by this factor.
const LEAST_OF_GAP: f64 = 0.1;

impl Problem<'_> {
    /// Newton's method for the game at a share of the way; whether it converges.
    pub(super) fn converge(&self, state: &mut State, search: &Search) -> bool {
        let mut last = f64::INFINITY;
        for _ in 0..search.most {
            let Some((change, whole)) = self.improve(state, search.longest) else { return false };
            if change < CONVERGED && whole {
                return true;
            }
            // Rounding keeps it from coming closer.
            if last < NEARLY_CONVERGED && whole && change > 0.1 * last {
                return true;
            }
            last = change;
        }
        false
    }

    /// One step of Newton's method: the change relative to 1 + |ln F|, and whether the step was a whole one;
    /// none where there is no way to go.
    fn improve(&self, state: &mut State, longest: f64) -> Option<(f64, bool)> {
        let count = self.points.len();
        let size = self.groups.len();
        let steps: Vec<Linear> = (0..count).map(|k| self.linear(k, state)).collect();
        // The condition at the bottom: rows[k] d_l + by_width d_w = alone.
        let mut rows = vec![vec![0.0; size]; count + 1];
        let mut by_width = vec![0.0; count + 1];
        let mut alone = vec![0.0; count + 1];
        let bidders = self.groups.bidders();
        let bottom = place(self.ends[count]).0;
        for (g, row) in rows[count].iter_mut().enumerate() {
            let weight = self.groups.counts[g];
            let (ln, slope) = self.groups.quantiles[g].ln_excess(state.ends[count][g]);
            let y = 1.0 / libm::expm1(ln - bottom - state.ln_width);
            let q = weight * y * (1.0 + y) / (bidders - 1.0);
            *row = -q * slope;
            by_width[count] += q;
            alone[count] -= weight * (y / (bidders - 1.0) - 1.0 / slope);
        }
        for k in (0..count).rev() {
            let step = &steps[k];
            let (above, below) = rows.split_at_mut(k + 1);
            let (row, next) = (&mut above[k], &below[0]);
            // What a change of m does to the condition.
            let mut by_m = [0.0; POINTS];
            let (mut width, mut rest) = (by_width[k + 1], alone[k + 1]);
            for (own, group) in next.iter().zip(&step.groups) {
                by_m.iter_mut().zip(&group.end_by_m).for_each(|(sum, part)| *sum += own * part);
                width += own * group.end_by_width;
                rest -= own * group.end_alone;
            }
            width += dot(&by_m, &step.m_by_width);
            rest -= dot(&by_m, &step.m_alone);
            let mut most: f64 = 0.0;
            for ((target, own), group) in row.iter_mut().zip(next).zip(&step.groups) {
                *target = own * group.end_by_own - dot(&by_m, &group.m_by_own);
                most = most.max(target.abs());
            }
            let scale = 1.0 / most;
            row.iter_mut().for_each(|x| *x *= scale);
            (by_width[k], alone[k]) = (width * scale, rest * scale);
        }
        let width_change = alone[0] / by_width[0];
        if !width_change.is_finite() {
            return None;
        }
        let mut changes = vec![vec![0.0; size]; count + 1];
        let mut inside = vec![vec![[0.0; POINTS]; size]; count];
        let mut most = width_change.abs();
        for k in 0..count {
            let step = &steps[k];
            let mut m: AtPoints =
                std::array::from_fn(|c| step.m_by_width[c].mul_add(width_change, step.m_alone[c]));
            for (own, group) in changes[k].iter().zip(&step.groups) {
                m.iter_mut().zip(&group.m_by_own).for_each(|(m, part)| *m -= own * part);
            }
            for (g, group) in step.groups.iter().enumerate() {
                let own = changes[k][g];
                inside[k][g] = std::array::from_fn(|c| {
                    group.by_own[c] * own
                        + dot(&group.by_m[c], &m)
                        + group.by_width[c] * width_change
                        + group.alone[c]
                });
                changes[k + 1][g] = group.end_by_own * own
                    + dot(&group.end_by_m, &m)
                    + group.end_by_width * width_change
                    + group.end_alone;
            }
            // Rounding would grow, so the condition is held to.
            let row = &rows[k + 1];
            let held: f64 = row.iter().zip(&changes[k + 1]).map(|(a, x)| a * x).sum();
            let off = alone[k + 1] - by_width[k + 1] * width_change - held;
            let square: f64 = row.iter().map(|a| a * a).sum();
            for (g, change) in changes[k + 1].iter_mut().enumerate() {
                *change += off * row[g] / square;
                most = most.max(change.abs() / (1.0 + state.ends[k + 1][g].abs()));
            }
        }
        if !most.is_finite() {
            return None;
        }
        // The highest values stay above the top bid.
        let top_gap = |quantile: &LogQuantile| quantile.ln_excess(0.0).0 - state.ln_width;
        let least = self.groups.quantiles.iter().map(top_gap).fold(f64::INFINITY, f64::min);
        let most_width = (1.0 - LEAST_OF_GAP) * least / width_change.max(0.0);
        let part = most_width.min(longest / most).min(1.0);
        let width_change = part * width_change;
        let mut whole = part == 1.0;
        for (k, logs) in state.ends.iter_mut().enumerate().skip(1) {
            let s = place(self.ends[k]).0;
            for (g, log) in logs.iter_mut().enumerate() {
                let (next, all) = self.kept(g, *log, part * changes[k][g], s + state.ln_width, width_change);
                *log = next;
                whole &= all;
            }
        }
        for (k, logs) in state.points.iter_mut().enumerate() {
            for (g, logs) in logs.iter_mut().enumerate() {
                for (c, log) in logs.iter_mut().enumerate() {
                    let s = self.points[k][c].0;
                    let (next, all) =
                        self.kept(g, *log, part * inside[k][g][c], s + state.ln_width, width_change);
                    *log = next;
                    whole &= all;
                }
            }
        }
        state.ln_width += width_change;
        Some((most, whole))
    }

    /// ln F after a change, or after as much of it as keeps the value well above the bid, and whether it is
    /// all.
    fn kept(&self, g: usize, log: f64, change: f64, ln_bid: f64, width_change: f64) -> (f64, bool) {
        let quantile = &self.groups.quantiles[g];
        let (ln, slope) = quantile.ln_excess(log);
        let least = LEAST_OF_GAP * (ln - ln_bid);
        let ln_bid = ln_bid + width_change;
        if log < 0.0 && log + change >= 0.0 && !quantile.goes_on() {
            return (LEAST_OF_GAP * log, false);
        }
        if quantile.ln_excess(log + change).0 - ln_bid >= least {
            return (log + change, true);
        }
        (log + (ln_bid + least - ln) / slope, false)
    }
}
