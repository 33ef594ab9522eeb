//! What is told of a zero of the gradient: errors, curvature and eigenvalues.

use super::ClassEquilibrium;
use super::flow::STIFFNESS;
use super::game::{DIFFERENCE, Game, Group};
use crate::auction::{Prior, Strategy};
use crate::numeric::eigen::{eigenvalues, solve};

/// Bounds on the error of the gradient, in the unit of the highest value.
struct GradientErrors {
    /// For uniform priors.
    uniform: f64,
    /// For others whose densities have no poles.
    finite: f64,
    /// For densities with poles.
    poles: f64,
}

const GRADIENT_ERRORS: GradientErrors = GradientErrors { uniform: 1e-12, finite: 1e-8, poles: 1e-6 };

/// Bids at knots of one equilibrium differ by less, in the unit of the highest value.
pub(super) const SAME: f64 = 1e-6;

/// Where the curvature is small they may differ by this over the curvature too.
const SAME_RESIDUAL: f64 = 2e-9;

impl Game {
    /// How far the bids at each knot of each group may differ between starts, in the unit of the highest
    /// value.
    pub(super) fn tolerances(&self, at: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let met = self.gradient.meet(at);
        let at_knots = |(g, group): (usize, &Group)| -> Vec<f64> {
            if group.strategy == Strategy::Linear {
                return vec![SAME];
            }
            let last = group.knots.len() - 1;
            let length = |k: usize| if k == 0 { group.knots[0] } else { group.knots[k] - group.knots[k - 1] };
            let tolerance = |knot: usize| {
                // The bid at one knot moves, those at all others stay.
                let at = |shift: f64| {
                    let mut moved = at[g].clone();
                    if length(knot) > 0.0 {
                        moved[knot] += shift / length(knot);
                    }
                    if knot < last {
                        moved[knot + 1] -= shift / length(knot + 1);
                    }
                    let gradient = met.gradient(g, &moved);
                    let part = if length(knot) > 0.0 { gradient[knot] / length(knot) } else { 0.0 };
                    part - if knot < last { gradient[knot + 1] / length(knot + 1) } else { 0.0 }
                };
                let shift = DIFFERENCE * self.high;
                let curvature = (at(shift) - at(-shift)) / (2.0 * DIFFERENCE);
                SAME + SAME_RESIDUAL / curvature.abs()
            };
            (0..=last).map(tolerance).collect()
        };
        self.groups.iter().enumerate().map(at_knots).collect()
    }

    pub(super) fn describe(
        &self,
        at: Vec<Vec<f64>>,
        spread: f64,
        gain: f64,
    ) -> Result<ClassEquilibrium, String> {
        let field = self.field(&at);
        let residual = self.residuals(&at, &field).iter().fold(0.0_f64, |most, r| most.max(r.abs()));
        let inside = |c: &usize| {
            let (g, k) = self.coordinates[*c];
            at[g][k] > 0.0 && at[g][k] < self.groups[g].most()
        };
        let moving: Vec<usize> = (0..self.coordinates.len()).filter(inside).collect();
        let together = self.together(&at, &moving);
        let transposed: Vec<Vec<f64>> = moving
            .iter()
            .map(|&i| moving.iter().map(|&j| together[j][i] - STIFFNESS * self.metric[j][i]).collect())
            .collect();
        let mut multipliers = Vec::new();
        let mut errors = Vec::new();
        for (g, group) in self.groups.iter().enumerate() {
            let weights = group.strategy.projection(&group.prior);
            multipliers.push(weights.iter().zip(&at[g]).map(|(weight, m)| weight * m).sum::<f64>());
            let weight = |&c: &usize| {
                let (h, k) = self.coordinates[c];
                if h == g { weights[k] } else { 0.0 }
            };
            let wanted: Vec<f64> = moving.iter().map(weight).collect();
            let shares = solve(&transposed, &wanted)
                .ok_or("no equilibrium that stands alone: the Jacobian is singular there")?;
            errors.push(
                shares.iter().map(|share| share.abs()).sum::<f64>() * (residual + self.gradient_error()),
            );
        }
        let eigenvalues =
            if self.beta.is_finite() { self.eigenvalues(&at, &moving, &together) } else { Vec::new() };
        let spread_out = |of_group: &[f64]| self.of_bidder.iter().map(|&g| of_group[g]).collect();
        let function = |&g: &usize| {
            let Group { prior, strategy, .. } = &self.groups[g];
            strategy.bid_function(prior, &at[g])
        };
        Ok(ClassEquilibrium {
            bids: self.of_bidder.iter().map(function).collect(),
            parameters: self.of_bidder.iter().map(|&g| at[g].clone()).collect(),
            multipliers: spread_out(&multipliers),
            errors: spread_out(&errors),
            residual,
            spread,
            gain,
            curvature: self.curvature(&at, &moving),
            eigenvalues,
        })
    }

    /// A bound on the error of the gradient.
    fn gradient_error(&self) -> f64 {
        let error = |group: &Group| {
            let (low, high) = group.prior.support();
            let finite = [low, high].iter().all(|end| group.prior.pdf(*end).is_finite());
            match group.prior {
                Prior::Uniform(_) => GRADIENT_ERRORS.uniform,
                _ if finite => GRADIENT_ERRORS.finite,
                _ => GRADIENT_ERRORS.poles,
            }
        };
        self.groups.iter().map(error).fold(0.0, f64::max)
    }

    /// The largest eigenvalue of the Hessian of a bidder's utility in the own parameters.
    fn curvature(&self, at: &[Vec<f64>], moving: &[usize]) -> f64 {
        let of_group = |g: usize| {
            let own = self.own(at, g);
            let chosen: Vec<usize> =
                moving.iter().map(|c| self.coordinates[*c]).filter(|c| c.0 == g).map(|c| c.1).collect();
            let row = |&i: &usize| chosen.iter().map(|&j| 0.5 * (own[i][j] + own[j][i])).collect();
            let matrix: Vec<Vec<f64>> = chosen.iter().map(row).collect();
            eigenvalues(&matrix).unwrap_or_default().first().map_or(f64::NEG_INFINITY, |first| first.0)
        };
        (0..self.groups.len()).map(of_group).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Of the Jacobian in theta: those of the groups moving each as one, and for each group those of the
    /// difference between two of its bidders, as often as it has bidders but one.
    fn eigenvalues(&self, at: &[Vec<f64>], moving: &[usize], together: &[Vec<f64>]) -> Vec<(f64, f64)> {
        let rate = |c: usize| {
            let (g, k) = self.coordinates[c];
            self.groups[g].rate(at[g][k])
        };
        let scaled = |entry: &dyn Fn(usize, usize) -> f64, chosen: &[usize]| -> Vec<Vec<f64>> {
            let row =
                |&i: &usize| chosen.iter().map(|&j| rate(i) * rate(j) * entry(i, j) * self.high).collect();
            chosen.iter().map(row).collect()
        };
        let mut values = eigenvalues(&scaled(&|i, j| together[i][j], moving)).unwrap_or_default();
        for (g, group) in self.groups.iter().enumerate().filter(|(_, group)| group.count > 1) {
            let own = self.own(at, g);
            let chosen: Vec<usize> = moving.iter().copied().filter(|c| self.coordinates[*c].0 == g).collect();
            // together = own + (count - 1) other.
            let apart = |i: usize, j: usize| {
                let own = own[self.coordinates[i].1][self.coordinates[j].1];
                own - (together[i][j] - own) / f64::from(group.count - 1)
            };
            let of_difference = eigenvalues(&scaled(&apart, &chosen)).unwrap_or_default();
            for _ in 1..group.count {
                values.extend(&of_difference);
            }
        }
        values.sort_by(|x, y| y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)));
        values
    }
}
