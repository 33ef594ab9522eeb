//! Newton's method on all steps at once.

use super::game::Bottom;
use super::linear::Linear;
use super::{Problem, State, dot};
use crate::numeric::collocation::{AtPoints, POINTS};

/// Newton's method has converged where it changes no ln F, relative to 1 + |ln F|, and no ln of a bid by
/// more.
const CONVERGED: f64 = 1e-11;

/// The same on the way to the game that is wanted.
const CONVERGED_ON_THE_WAY: f64 = 1e-6;

/// As good as converged, where rounding allows no more.
const NEARLY_CONVERGED: f64 = 1e-8;

/// No step of Newton's method brings values closer to bids, or ln F closer to 0, than by this factor.
const LEAST_OF_GAP: f64 = 0.1;

/// How often a step at one point is halved until it keeps the value above the bid.
const HALVINGS: u32 = 30;

/// The greatest change of a step.
const LONGEST: f64 = 1.0;

impl Problem<'_> {
    /// Newton's method in at most so many steps; the steps it took where it converges.
    pub(super) fn converge(&self, state: &mut State, most: usize) -> Option<usize> {
        let enough = if self.game.way < self.game.end() { CONVERGED_ON_THE_WAY } else { CONVERGED };
        let mut last = f64::INFINITY;
        for step in 1..=most {
            let (change, whole) = self.improve(state)?;
            if change < enough && whole {
                return Some(step);
            }
            // Rounding keeps it from coming closer.
            if last < NEARLY_CONVERGED && whole && change > 0.1 * last {
                return Some(step);
            }
            last = change;
        }
        None
    }

    /// One step: the change, and whether the step was a whole one; none where there is no way to go.
    fn improve(&self, state: &mut State) -> Option<(f64, bool)> {
        let count = self.depths.len();
        let groups = self.game.groups;
        let size = groups.len();
        let steps: Vec<Linear> = (0..count).map(|k| self.linear(k, state)).collect();
        // The condition at the bottom, row d_q + by_bid d_b = alone, carried up.
        let mut rows = vec![vec![0.0; size]; count + 1];
        let mut by_bid = vec![0.0; count + 1];
        let mut alone = vec![0.0; count + 1];
        (by_bid[count], alone[count]) = self.at_the_bottom(state, &mut rows[count]);
        for k in (0..count).rev() {
            let step = &steps[k];
            let (above, below) = rows.split_at_mut(k + 1);
            let (row, next) = (&mut above[k], &below[0]);
            let (mut bid, mut rest) = (by_bid[k + 1], alone[k + 1]);
            let mut by_w: AtPoints = step.end_b_by_w.map(|x| -bid * x);
            rest -= bid * step.end_b_alone;
            for (own, group) in next.iter().zip(&step.groups) {
                by_w.iter_mut().zip(&group.end_by_w).for_each(|(sum, part)| *sum += own * part);
                bid += own * group.end_by_b;
                rest -= own * group.end_alone;
            }
            bid += dot(&by_w, &step.w_by_b);
            rest -= dot(&by_w, &step.w_alone);
            let mut most = bid.abs();
            for ((target, own), group) in row.iter_mut().zip(next).zip(&step.groups) {
                *target = own * group.end_by_own - dot(&by_w, &group.w_by_own);
                most = most.max(target.abs());
            }
            let scale = 1.0 / most;
            row.iter_mut().for_each(|x| *x *= scale);
            (by_bid[k], alone[k]) = (bid * scale, rest * scale);
        }
        // At the top d_q = shares + shares_by_bid d_b.
        let (shares, shares_by_bid) = self.at_the_top(state);
        let held: f64 = rows[0].iter().zip(&shares).map(|(a, x)| a * x).sum();
        let held_by_bid: f64 = rows[0].iter().zip(&shares_by_bid).map(|(a, x)| a * x).sum();
        let first = (alone[0] - held) / (by_bid[0] + held_by_bid);
        if !first.is_finite() {
            return None;
        }
        let mut changes = vec![vec![0.0; size]; count + 1];
        let mut bid_changes = vec![first; count + 1];
        changes[0] = shares.iter().zip(&shares_by_bid).map(|(x, by_bid)| by_bid.mul_add(first, *x)).collect();
        let mut inside = vec![vec![[0.0; POINTS]; size]; count];
        let mut inside_bids = vec![[0.0; POINTS]; count];
        let mut most = first.abs();
        for k in 0..count {
            let step = &steps[k];
            let bid = bid_changes[k];
            let mut w: AtPoints = std::array::from_fn(|c| step.w_by_b[c].mul_add(bid, step.w_alone[c]));
            for (own, group) in changes[k].iter().zip(&step.groups) {
                w.iter_mut().zip(&group.w_by_own).for_each(|(w, part)| *w -= own * part);
            }
            for (g, group) in step.groups.iter().enumerate() {
                let own = changes[k][g];
                inside[k][g] = std::array::from_fn(|c| {
                    group.by_own[c] * own + dot(&group.by_w[c], &w) + group.by_b[c] * bid + group.alone[c]
                });
                changes[k + 1][g] = group.end_by_own * own
                    + dot(&group.end_by_w, &w)
                    + group.end_by_b * bid
                    + group.end_alone;
            }
            inside_bids[k] = std::array::from_fn(|c| bid - dot(&step.b_by_w[c], &w) + step.b_alone[c]);
            bid_changes[k + 1] = bid - dot(&step.end_b_by_w, &w) + step.end_b_alone;
            // Rounding would grow, so the condition is held to.
            let row = &rows[k + 1];
            let held: f64 = row.iter().zip(&changes[k + 1]).map(|(a, x)| a * x).sum();
            let off = alone[k + 1] - by_bid[k + 1] * bid_changes[k + 1] - held;
            let square: f64 = row.iter().map(|a| a * a).sum::<f64>() + by_bid[k + 1] * by_bid[k + 1];
            bid_changes[k + 1] += off * by_bid[k + 1] / square;
            most = most.max(bid_changes[k + 1].abs() * self.weight_of_bid(state.bids[k + 1], state));
            let depth = libm::exp(self.ends[k + 1]);
            for (g, change) in changes[k + 1].iter_mut().enumerate() {
                *change += off * row[g] / square;
                most = most.max(change.abs() * depth / (1.0 + state.ends[k + 1][g] * depth));
            }
        }
        if !most.is_finite() {
            return None;
        }
        let part = (LONGEST / most).min(1.0);
        let mut whole = part == 1.0;
        for k in 0..=count {
            let depth = libm::exp(self.ends[k]);
            let taken = self.kept(depth, &state.ends[k], &changes[k], (state.bids[k], bid_changes[k]), part);
            whole &= taken == part;
            state.bids[k] += taken * bid_changes[k];
            state.ends[k].iter_mut().zip(&changes[k]).for_each(|(q, change)| *q += taken * change);
        }
        let (mut shares, mut change) = (vec![0.0; size], vec![0.0; size]);
        for k in 0..count {
            for c in 0..POINTS {
                for g in 0..size {
                    (shares[g], change[g]) = (state.points[k][g][c], inside[k][g][c]);
                }
                let bids = (state.bid_points[k][c], inside_bids[k][c]);
                let taken = self.kept(self.depths[k][c], &shares, &change, bids, part);
                whole &= taken == part;
                state.bid_points[k][c] += taken * bids.1;
                for (points, change) in state.points[k].iter_mut().zip(&change) {
                    points[c] += taken * change;
                }
            }
        }
        Some((most, whole))
    }

    /// What a relative error of b - low counts at a bid: where values end above the lowest bid as much as
    /// it is one of bids, since the value that meets it has rounded there; elsewhere all.
    pub(super) fn weight_of_bid(&self, bid: f64, state: &State) -> f64 {
        match self.game.bottom {
            Bottom::Powers => 1.0,
            Bottom::Indifferent { .. } => libm::exp((bid - state.bids[0]).min(0.0)),
        }
    }

    /// As much of a change as keeps values above bids, and all F below 1.
    fn kept(
        &self,
        depth: f64,
        shares: &[f64],
        changes: &[f64],
        (bid, bid_change): (f64, f64),
        part: f64,
    ) -> f64 {
        let mut taken = part;
        let fits = |g: usize, taken: f64| {
            let next = taken.mul_add(changes[g], shares[g]);
            let least = LEAST_OF_GAP * self.game.gap(g, -shares[g] * depth, bid);
            next >= LEAST_OF_GAP * shares[g]
                && self.game.gap(g, -next * depth, taken.mul_add(bid_change, bid)) >= least
        };
        for g in 0..shares.len() {
            let mut halvings = 0;
            while !fits(g, taken) {
                if halvings == HALVINGS {
                    return 0.0;
                }
                taken *= 0.5;
                halvings += 1;
            }
        }
        taken
    }

    /// The condition at the bottom: fills the row, and returns what the bid adds to it and what it makes.
    fn at_the_bottom(&self, state: &State, row: &mut [f64]) -> (f64, f64) {
        let count = self.depths.len();
        let groups = self.game.groups;
        let others = groups.bidders() - 1.0;
        let depth = libm::exp(self.ends[count]);
        let bid = state.bids[count];
        match self.game.bottom {
            Bottom::Powers => {
                let (mut by_bid, mut alone) = (0.0, 0.0);
                for (g, row) in row.iter_mut().enumerate() {
                    let weight = groups.counts[g];
                    let log = -state.ends[count][g] * depth;
                    let at = self.game.at(g, log, bid);
                    *row = weight / others * depth * at.by_log;
                    by_bid += weight / others * at.by_bid;
                    alone -= weight * (at.y / others - 1.0 / self.game.ln_excess(g, log).1);
                }
                (by_bid, alone)
            }
            Bottom::Indifferent { weak, log, distance, .. } => {
                let strong = 1 - weak;
                let logs = [weak, strong].map(|g| -state.ends[count][g] * depth);
                // The stronger bidder's values above its lowest are about a power of b - low, whose mean
                // counts.
                let above = self.game.at(strong, logs[1], bid);
                let excess = (1.0 + 1.0 / above.y) * libm::exp(bid) - distance;
                let slope = above.by_log / (above.y * above.y) * libm::exp(bid);
                let power = slope / excess / self.game.gap(weak, logs[0], bid);
                let mean = if power > 0.0 { excess / (1.0 + power) } else { 0.0 };
                let part = libm::exp(bid) / (distance + mean);
                row[weak] = -depth;
                (-part / (1.0 - part), log - logs[0] - libm::log1p(-part))
            }
        }
    }

    /// The conditions at the top, where q = 1 - y / m.
    fn at_the_top(&self, state: &State) -> (Vec<f64>, Vec<f64>) {
        let groups = self.game.groups;
        let size = groups.len();
        let depth = libm::exp(self.ends[0]);
        let bid = state.bids[0];
        let others = groups.bidders() - 1.0;
        let at: Vec<_> = (0..size).map(|g| self.game.at(g, -state.ends[0][g] * depth, bid)).collect();
        let ys: Vec<f64> = at.iter().map(|at| at.y).collect();
        let total = groups.total(&ys);
        let w = others / total;
        let off: Vec<f64> = (0..size)
            .map(|g| {
                (groups.total_of_rivals(g, &ys) - (groups.bidders() - 2.0) * ys[g]) / total - state.ends[0][g]
            })
            .collect();
        // -(w y_q d_q + w y_b d_b + w y d_w) - d_q + off = 0, and the sum of the brackets is 0.
        let stiff: Vec<f64> = at.iter().map(|at| 1.0 + w * depth * at.by_log).collect();
        let (mut by_w, mut by_bid, mut rest) = (0.0, 0.0, 0.0);
        for g in 0..size {
            let count = groups.counts[g];
            by_w += count * w * at[g].y / stiff[g];
            by_bid += count * w * at[g].by_bid / stiff[g];
            rest += count * (stiff[g] - 1.0) / stiff[g] * off[g];
        }
        let (w_by_bid, w_alone) = (-by_bid / by_w, -rest / by_w);
        (0..size)
            .map(|g| {
                let own = w * at[g].y;
                ((off[g] - own * w_alone) / stiff[g], -(w * at[g].by_bid + own * w_by_bid) / stiff[g])
            })
            .unzip()
    }
}
