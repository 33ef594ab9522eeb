//! What is told of an equilibrium: its error and its eigenvalues.

use super::LinearEquilibrium;
use super::game::Game;
use crate::auction::Prior;
use crate::numeric::eigen::eigenvalues;

/// Bounds on the error of the gradient, per unit of the highest value.
struct GradientErrors {
    /// Where all priors are uniform.
    uniform: f64,
    /// For other priors.
    other: f64,
}

const GRADIENT_ERRORS: GradientErrors = GradientErrors { uniform: 1e-10, other: 1e-7 };

/// The least slope of a bidder's gradient, per unit of the highest value, at an equilibrium that stands
/// alone.
const LEAST_SLOPE: f64 = 1e-6;

impl Game<'_> {
    pub(super) fn describe(&self, multipliers: &[f64]) -> Result<LinearEquilibrium, String> {
        let residual = self.residuals(multipliers).iter().fold(0.0_f64, |most, g| most.max(g.abs()));
        let slopes: Vec<(f64, Vec<f64>)> =
            (0..multipliers.len()).map(|g| self.slopes(g, multipliers)).collect();
        for (group, (own, _)) in slopes.iter().enumerate() {
            let high = self.groups.priors[group].support().1;
            let bidder = 1 + self.groups.of_bidder.iter().take_while(|other| **other != group).count();
            if own.is_nan() || *own >= -LEAST_SLOPE * high {
                return Err(format!(
                    "no equilibrium that stands alone: bidder {bidder} hardly gains or loses by another multiplier \
                     than {}",
                    multipliers[group]
                ));
            }
        }
        let uniform = self.groups.priors.iter().all(|prior| matches!(prior, Prior::Uniform(_)));
        let of_gradient = if uniform { GRADIENT_ERRORS.uniform } else { GRADIENT_ERRORS.other };
        let errors = self
            .groups
            .priors
            .iter()
            .zip(&slopes)
            .map(|(prior, (own, _))| of_gradient * prior.support().1 / own.abs());
        let error = errors.fold(0.0, f64::max);
        let eigenvalues =
            if self.beta.is_finite() { self.eigenvalues(multipliers, &slopes) } else { Vec::new() };
        Ok(LinearEquilibrium { multipliers: self.groups.spread(multipliers), error, residual, eigenvalues })
    }

    /// Of the Jacobian in theta: those of the groups moving each as one, and for each group the difference
    /// between two of its bidders, as often as it has bidders but one.
    fn eigenvalues(&self, multipliers: &[f64], slopes: &[(f64, Vec<f64>)]) -> Vec<(f64, f64)> {
        let rates: Vec<f64> = multipliers.iter().map(|w| w * (1.0 - w)).collect();
        let counts = &self.groups.counts;
        let together: Vec<Vec<f64>> = slopes
            .iter()
            .enumerate()
            .map(|(i, (own, others))| {
                let entry = |j: usize| {
                    if i == j { own + (counts[j] - 1.0) * others[j] } else { counts[j] * others[j] }
                };
                (0..rates.len()).map(|j| rates[i] * rates[j] * entry(j)).collect()
            })
            .collect();
        let mut values = eigenvalues(&together).unwrap_or_default();
        for (g, (own, others)) in slopes.iter().enumerate() {
            let apart = rates[g] * rates[g] * (own - others[g]);
            values.extend(std::iter::repeat_n((apart, 0.0), counts[g] as usize - 1));
        }
        values.sort_by(|x, y| y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)));
        values
    }
}
