//! The linearised equations of one step.

use super::{Problem, State, dot};
use crate::numeric::collocation::{AtPoints, POINTS, solve};

/// What a step of the linearised equations does to changes of ln F, d_l, of m, d_m, and of w, d_w.
pub(super) struct Linear {
    pub(super) groups: Vec<LinearGroup>,
    /// d_m = m_by_width d_w + m_alone - sum_i by_own_i d_l_i.
    pub(super) m_by_width: AtPoints,
    pub(super) m_alone: AtPoints,
}

/// At the points d_l_i = by_own d_l_i + by_m d_m + by_width d_w + alone; the same at the end of the step.
pub(super) struct LinearGroup {
    pub(super) by_own: AtPoints,
    pub(super) by_m: [AtPoints; POINTS],
    pub(super) by_width: AtPoints,
    pub(super) alone: AtPoints,
    pub(super) end_by_own: f64,
    pub(super) end_by_m: AtPoints,
    pub(super) end_by_width: f64,
    pub(super) end_alone: f64,
    pub(super) m_by_own: AtPoints,
}

impl Problem<'_> {
    /// The linearised equations of a step.
    pub(super) fn linear(&self, k: usize, state: &State) -> Linear {
        let size = self.groups.len();
        let h = self.ends[k + 1] - self.ends[k];
        let others = self.groups.bidders() - 1.0;
        let rates = self.points[k].map(|(_, rate)| rate);
        // y, and minus its slopes in ln F and w.
        let mut at = vec![[(0.0, 0.0, 0.0); POINTS]; size];
        let mut m = [0.0; POINTS];
        for (g, at) in at.iter_mut().enumerate() {
            for c in 0..POINTS {
                let (ln, slope) = self.groups.quantiles[g].ln_excess(state.points[k][g][c]);
                let y = 1.0 / libm::expm1(ln - self.points[k][c].0 - state.ln_width);
                let by_width = y * (1.0 + y);
                at[c] = (y, by_width * slope, by_width);
                m[c] += self.groups.counts[g] * y / others;
            }
        }
        let mut system = [[0.0; POINTS]; POINTS];
        let mut right = [[0.0; 2]; POINTS];
        (0..POINTS).for_each(|c| system[c][c] = others);
        let mut groups = Vec::with_capacity(size);
        for (g, at) in at.iter().enumerate() {
            let log = state.ends[k][g];
            let slopes: AtPoints = std::array::from_fn(|c| h * rates[c] * (m[c] - at[c].0));
            let matrix: [AtPoints; POINTS] = std::array::from_fn(|c| {
                std::array::from_fn(|d| {
                    let part = self.method.matrix[c][d] * h * rates[d] * at[d].1;
                    if c == d { 1.0 - part } else { -part }
                })
            });
            let sides: [[f64; POINTS + 2]; POINTS] = std::array::from_fn(|c| {
                std::array::from_fn(|d| match d {
                    0..POINTS => self.method.matrix[c][d] * h * rates[d],
                    POINTS => 1.0,
                    _ => log + dot(&self.method.matrix[c], &slopes) - state.points[k][g][c],
                })
            });
            let solved = solve(matrix, sides);
            let by_own = solved.map(|row| row[POINTS]);
            let alone = solved.map(|row| row[POINTS + 1]);
            let by_m: [AtPoints; POINTS] = solved.map(|row| std::array::from_fn(|d| row[d]));
            let widths: AtPoints = std::array::from_fn(|d| at[d].2);
            let by_width = by_m.map(|row| -dot(&row, &widths));
            let weights: AtPoints = std::array::from_fn(|c| self.method.weights[c] * h * rates[c]);
            let weighted: AtPoints = std::array::from_fn(|c| weights[c] * at[c].1);
            let count = self.groups.counts[g];
            for c in 0..POINTS {
                let own = count * at[c].1;
                for d in 0..POINTS {
                    system[c][d] += own * by_m[c][d];
                }
                right[c][0] += count * at[c].2 - own * by_width[c];
                right[c][1] -= own * alone[c];
            }
            groups.push(LinearGroup {
                end_by_own: 1.0 + dot(&weighted, &by_own),
                end_by_m: std::array::from_fn(|d| {
                    weights[d] + (0..POINTS).map(|c| weighted[c] * by_m[c][d]).sum::<f64>()
                }),
                end_by_width: dot(&weighted, &by_width) - dot(&weights, &widths),
                end_alone: dot(&weighted, &alone) + log + dot(&self.method.weights, &slopes)
                    - state.ends[k + 1][g],
                m_by_own: std::array::from_fn(|c| count * at[c].1 * by_own[c]),
                by_own,
                by_m,
                by_width,
                alone,
            });
        }
        // The inverse of the system, and its solutions.
        let sides: [[f64; POINTS + 2]; POINTS] = std::array::from_fn(|c| {
            std::array::from_fn(|d| match d {
                0..POINTS => f64::from(u8::from(c == d)),
                _ => right[c][d - POINTS],
            })
        });
        let solved = solve(system, sides);
        for group in &mut groups {
            let own = group.m_by_own;
            group.m_by_own = std::array::from_fn(|c| (0..POINTS).map(|d| solved[c][d] * own[d]).sum());
        }
        Linear {
            groups,
            m_by_width: solved.map(|row| row[POINTS]),
            m_alone: solved.map(|row| row[POINTS + 1]),
        }
    }
}
