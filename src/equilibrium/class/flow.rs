//! The search for a zero of the gradient: implicit steps along its flow, that end as Newton's method.

use super::CLASS_RESIDUAL;
use super::game::Game;
use crate::expectation::gradient::ClassGradient;
use crate::numeric::eigen::solve;

/// The most steps of a flow.
const MOST_STEPS: usize = 100;

/// The residual that ends a stage of lower steepness.
const STAGE: f64 = 1e-4;

/// The residual at which Newton's method takes over, in the unit of the highest value.
const NEAR: f64 = 1e-6;

/// Added to curvatures, per unit of bids at knots: what hardly matters stays where it was.
pub(super) const STIFFNESS: f64 = 1e-9;

/// The stiffness that is too much to come anywhere.
const MOST_STIFFNESS: f64 = 1e4;

/// By how much the residual may grow in a step.
const GROWTH: f64 = 1.5;

/// A Jacobian is kept while each step brings the residual down by this.
const KEPT: f64 = 0.1;

/// How a flow sets out.
#[derive(Clone, Copy)]
struct Start {
    /// The stiffness of the first step, the inverse of its time.
    stiffness: f64,
    /// The distance of difference quotients, in slopes.
    distance: f64,
}

/// With the gradient for learners.
const COARSE: Start = Start { stiffness: 0.25, distance: 1e-4 };

/// With the gradient for references.
const EXACT: Start = Start { stiffness: 1e-4, distance: 1e-6 };

/// The root of a sum of squares.
fn size(residuals: &[f64]) -> f64 {
    residuals.iter().map(|r| r * r).sum::<f64>().sqrt()
}

impl Game {
    /// The point after an implicit step of some coordinates, stiff by so much per unit of bids; coordinates
    /// that would leave the class end at its end, and the others' steps allow for it.
    fn stepped(
        &self,
        at: &[Vec<f64>],
        field: &[f64],
        matrix: &[Vec<f64>],
        stiffness: f64,
    ) -> Option<Vec<Vec<f64>>> {
        let mut moving = self.moving(at, field);
        let entry = |i: usize, j: usize| matrix[i][j] - stiffness * self.metric[i][j];
        let mut wanted = field.to_vec();
        let mut next = at.to_vec();
        loop {
            let rows: Vec<Vec<f64>> =
                moving.iter().map(|&i| moving.iter().map(|&j| entry(i, j)).collect()).collect();
            let step = solve(&rows, &moving.iter().map(|&i| wanted[i]).collect::<Vec<f64>>())?;
            let mut staying = Vec::with_capacity(moving.len());
            let mut ended = Vec::new();
            for (&c, step) in moving.iter().zip(step) {
                let (g, k) = self.coordinates[c];
                let to = at[g][k] - step;
                next[g][k] = to.clamp(0.0, self.groups[g].most());
                if next[g][k] == to { staying.push(c) } else { ended.push(c) }
            }
            if ended.is_empty() {
                return Some(next);
            }
            for &j in &ended {
                let (g, k) = self.coordinates[j];
                let step = at[g][k] - next[g][k];
                staying.iter().for_each(|&i| wanted[i] -= entry(i, j) * step);
            }
            moving = staying;
        }
    }

    /// Follows the gradient flow of the bids at the knots by implicit steps, longer the nearer they come.
    ///
    /// References: Kelley and Keyes 1998, "Convergence analysis of pseudo-transient continuation".
    fn flow(&self, gradient: &ClassGradient, at: &mut Vec<Vec<f64>>, start: Start, wanted: f64) {
        let mut field = self.field_of(gradient, at);
        let mut left = size(&self.residuals(at, &field));
        let mut stiffness = start.stiffness;
        let mut matrix = None;
        for _ in 0..MOST_STEPS {
            let (jacobian, old) = match matrix.take() {
                Some(kept) => kept,
                None => (self.forward(gradient, at, &field, start.distance), false),
            };
            let next = self.stepped(at, &field, &jacobian, stiffness);
            let next_field = next.as_ref().map_or_else(Vec::new, |next| self.field_of(gradient, next));
            let next_left = next.as_ref().map_or(f64::NAN, |next| size(&self.residuals(next, &next_field)));
            match next {
                // An old Jacobian must serve well.
                _ if old && (next_left.is_nan() || next_left > KEPT * left) => {}
                Some(next) if next_left < GROWTH * left => {
                    let done = next_left < wanted || (left < CLASS_RESIDUAL && next_left > 0.5 * left);
                    stiffness = (stiffness * (next_left / left).clamp(0.1, 2.0)).max(STIFFNESS);
                    if next_left < KEPT * left {
                        matrix = Some((jacobian, true));
                    }
                    if next_left < left || !done {
                        (*at, field, left) = (next, next_field, next_left);
                    }
                    if done {
                        return;
                    }
                }
                _ if stiffness > MOST_STIFFNESS || left < CLASS_RESIDUAL => return,
                _ => {
                    stiffness *= 4.0;
                    matrix = Some((jacobian, old));
                }
            }
        }
    }

    /// The derivatives of a field in the parameters of whole groups, by rows.
    fn forward(
        &self,
        gradient: &ClassGradient,
        at: &[Vec<f64>],
        field: &[f64],
        distance: f64,
    ) -> Vec<Vec<f64>> {
        let n = self.coordinates.len();
        let mut matrix = vec![vec![0.0; n]; n];
        for (c, &(g, k)) in self.coordinates.iter().enumerate() {
            let mut moved = at.to_vec();
            moved[g][k] += distance;
            let column = self.field_of(gradient, &moved);
            for (row, (to, from)) in column.iter().zip(field).enumerate() {
                matrix[row][c] = (to - from) / distance;
            }
        }
        matrix
    }

    /// The equilibrium that is found from one start.
    pub(super) fn search(&self, start: &[Vec<f64>], staged: bool) -> Result<Vec<Vec<f64>>, String> {
        let mut at = start.to_vec();
        if staged {
            self.stages.iter().for_each(|gradient| self.flow(gradient, &mut at, COARSE, STAGE));
        }
        self.flow(&self.coarse, &mut at, COARSE, NEAR);
        self.flow(&self.gradient, &mut at, EXACT, 1e-3 * CLASS_RESIDUAL);
        let most = self.residuals(&at, &self.field(&at)).iter().fold(0.0_f64, |most, r| most.max(r.abs()));
        if at.iter().flatten().all(|m| *m == 0.0) {
            Err("all bids fall to 0".to_string())
        } else if most <= CLASS_RESIDUAL {
            Ok(at)
        } else {
            Err(format!(
                "the gradient flow comes to a residual of {most:.1e} of the highest value, above {CLASS_RESIDUAL:e}"
            ))
        }
    }
}
