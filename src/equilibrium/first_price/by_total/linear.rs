//! The linearised equations of one step.

use super::{Problem, State, dot};
use crate::numeric::collocation::{AtPoints, POINTS, solve};

/// What a step of the linearised equations does to changes of q, d_q, and of beta, d_b. With the change of
/// ln(1 / m) at the points,
///
/// ```text
/// d_w = w_by_b d_b + w_alone - sum_i w_by_own_i d_q_i.
/// ```
pub(super) struct Linear {
    pub(super) groups: Vec<LinearGroup>,
    pub(super) w_by_b: AtPoints,
    pub(super) w_alone: AtPoints,
    /// d_b at the points is d_b - b_by_w d_w + b_alone.
    pub(super) b_by_w: [AtPoints; POINTS],
    pub(super) b_alone: AtPoints,
    pub(super) end_b_by_w: AtPoints,
    pub(super) end_b_alone: f64,
}

/// At the points d_q_i = by_own d_q_i + by_w d_w + by_b d_b + alone; the same at the end of the step.
pub(super) struct LinearGroup {
    pub(super) by_own: AtPoints,
    pub(super) by_w: [AtPoints; POINTS],
    pub(super) by_b: AtPoints,
    pub(super) alone: AtPoints,
    pub(super) end_by_own: f64,
    pub(super) end_by_w: AtPoints,
    pub(super) end_by_b: f64,
    pub(super) end_alone: f64,
    pub(super) w_by_own: AtPoints,
}

impl Problem<'_> {
    /// The linearised equations of a step.
    pub(super) fn linear(&self, k: usize, state: &State) -> Linear {
        let groups = self.game.groups;
        let size = groups.len();
        let h = self.ends[k + 1] - self.ends[k];
        let others = groups.bidders() - 1.0;
        let here = self.local(k, state);
        let matrix = self.method.matrix.map(|row| row.map(|a| h * a));
        let weights = self.method.weights.map(|b| h * b);
        // d(beta') = -D w d_w.
        let falls: AtPoints = std::array::from_fn(|c| self.depths[k][c] * here.w[c]);
        let b_by_w: [AtPoints; POINTS] =
            std::array::from_fn(|c| std::array::from_fn(|d| matrix[c][d] * falls[d]));
        let b_alone: AtPoints =
            std::array::from_fn(|c| state.bids[k] - dot(&matrix[c], &falls) - state.bid_points[k][c]);
        let mut system = [[0.0; POINTS]; POINTS];
        let mut right = [[0.0; 2]; POINTS];
        let mut total_by_b = [0.0; POINTS];
        (0..POINTS).for_each(|c| system[c][c] = others);
        let mut linear_groups = Vec::with_capacity(size);
        for g in 0..size {
            let (count, at) = (groups.counts[g], &here.at[g]);
            let share = state.ends[k][g];
            let by_q: AtPoints = std::array::from_fn(|c| here.w[c] * at[c].by_q);
            let by_bid: AtPoints = std::array::from_fn(|c| here.w[c] * at[c].by_b);
            let own: AtPoints = std::array::from_fn(|c| here.w[c] * at[c].y);
            let slopes = &here.slopes[g];
            let left: [AtPoints; POINTS] = std::array::from_fn(|c| {
                std::array::from_fn(|d| f64::from(u8::from(c == d)) + matrix[c][d] * (1.0 + by_q[d]))
            });
            let weighted: [AtPoints; POINTS] =
                std::array::from_fn(|c| std::array::from_fn(|d| matrix[c][d] * by_bid[d]));
            let through = |row: &AtPoints, d: usize| (0..POINTS).map(|e| row[e] * b_by_w[e][d]).sum::<f64>();
            let sides: [[f64; POINTS + 3]; POINTS] = std::array::from_fn(|c| {
                std::array::from_fn(|d| match d {
                    0..POINTS => through(&weighted[c], d) - matrix[c][d] * own[d],
                    6 => 1.0,
                    7 => -weighted[c].iter().sum::<f64>(),
                    _ => {
                        share + dot(&matrix[c], slopes) - state.points[k][g][c] - dot(&weighted[c], &b_alone)
                    }
                })
            });
            let solved = solve(left, sides);
            let column = |d: usize| -> AtPoints { solved.map(|row| row[d]) };
            let (by_own, by_b, alone) = (column(POINTS), column(POINTS + 1), column(POINTS + 2));
            let by_w: [AtPoints; POINTS] = solved.map(|row| std::array::from_fn(|d| row[d]));
            for c in 0..POINTS {
                let factor = count * by_q[c];
                for d in 0..POINTS {
                    system[c][d] += factor * by_w[c][d];
                }
                right[c][0] -= factor * by_b[c];
                right[c][1] -= factor * alone[c];
                total_by_b[c] += count * by_bid[c];
            }
            let end: AtPoints = std::array::from_fn(|c| weights[c] * (1.0 + by_q[c]));
            let end_bid: AtPoints = std::array::from_fn(|c| weights[c] * by_bid[c]);
            linear_groups.push(LinearGroup {
                end_by_own: 1.0 - dot(&end, &by_own),
                end_by_w: std::array::from_fn(|d| {
                    through(&end_bid, d)
                        - weights[d] * own[d]
                        - (0..POINTS).map(|c| end[c] * by_w[c][d]).sum::<f64>()
                }),
                end_by_b: -dot(&end, &by_b) - end_bid.iter().sum::<f64>(),
                end_alone: share + dot(&weights, slopes)
                    - state.ends[k + 1][g]
                    - dot(&end, &alone)
                    - dot(&end_bid, &b_alone),
                w_by_own: std::array::from_fn(|c| count * by_q[c] * by_own[c]),
                by_own,
                by_w,
                by_b,
                alone,
            });
        }
        for c in 0..POINTS {
            for d in 0..POINTS {
                system[c][d] -= total_by_b[c] * b_by_w[c][d];
            }
            right[c][0] -= total_by_b[c];
            right[c][1] -= total_by_b[c] * b_alone[c];
        }
        // The inverse of the system, and its solutions.
        let sides: [[f64; POINTS + 2]; POINTS] = std::array::from_fn(|c| {
            std::array::from_fn(|d| match d {
                0..POINTS => f64::from(u8::from(c == d)),
                _ => right[c][d - POINTS],
            })
        });
        let solved = solve(system, sides);
        for group in &mut linear_groups {
            let own = group.w_by_own;
            group.w_by_own = std::array::from_fn(|c| (0..POINTS).map(|d| solved[c][d] * own[d]).sum());
        }
        Linear {
            groups: linear_groups,
            w_by_b: solved.map(|row| row[POINTS]),
            w_alone: solved.map(|row| row[POINTS + 1]),
            b_by_w,
            b_alone,
            end_b_by_w: std::array::from_fn(|c| weights[c] * falls[c]),
            end_b_alone: state.bids[k] - dot(&weights, &falls) - state.bids[k + 1],
        }
    }
}
