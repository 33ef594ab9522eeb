//! Deviations within the classes, and what a bidder gains by them.

use super::game::Game;
use crate::auction::Strategy;
use crate::equilibrium::Bne;
use crate::numeric::quadrature::GaussLegendre;

/// Bids at one knot, or from one knot on, are moved by these, in the unit of the highest value.
const MOVES: [f64; 4] = [-3e-2, -3e-3, 3e-3, 3e-2];

/// Lines are tried at all multiples of 1 over this, below 1.
const LINES_TRIED: u32 = 20;

/// Nodes of the rule along a deviation.
const ALONG: usize = 3;

impl Game {
    /// The most that one bidder of some group gains by one of the deviations that are tried, in the unit of
    /// the highest value; and that bidder, counted from 0. The gain is the integral of the gradient on the
    /// way.
    pub(super) fn gain(&self, at: &[Vec<f64>], bne: Option<&Bne>) -> (usize, f64) {
        let met = self.coarse.meet(at);
        let of_bne = bne.map(|bne| self.of_bne(bne));
        let rule = GaussLegendre::of_order(ALONG);
        let mut most = (0, 0.0);
        for (g, own) in at.iter().enumerate() {
            for deviation in
                self.deviations(g, own).into_iter().chain(of_bne.as_ref().map(|bne| bne[g].clone()))
            {
                let along = |t: f64| {
                    let way: Vec<f64> =
                        own.iter().zip(&deviation).map(|(a, b)| t.mul_add(b - a, *a)).collect();
                    let slopes = met.gradient(g, &way).into_iter();
                    slopes.zip(own.iter().zip(&deviation)).map(|(slope, (a, b))| slope * (b - a)).sum()
                };
                let gain = rule.integrate(0.0, 1.0, along) / self.high;
                if gain > most.1 {
                    most = (self.first_bidder(g), gain);
                }
            }
        }
        most
    }

    /// Deviations of a bidder of a group.
    fn deviations(&self, g: usize, own: &[f64]) -> Vec<Vec<f64>> {
        let group = &self.groups[g];
        let line = |k: u32| vec![f64::from(k) / f64::from(LINES_TRIED); own.len()];
        let mut deviations: Vec<Vec<f64>> = (1..LINES_TRIED).map(line).collect();
        if group.strategy == Strategy::Linear {
            return deviations;
        }
        // What moves the bid at a knot, and what moves it back at the next.
        let width = |k: usize| if k == 0 { group.knots[0] } else { group.knots[k] - group.knots[k - 1] };
        for k in group.free() {
            for shift in MOVES.map(|shift| shift * self.high) {
                let mut moved = own.to_vec();
                moved[k] += shift / width(k);
                deviations.push(moved.clone());
                if k + 1 < own.len() {
                    moved[k + 1] -= shift / width(k + 1);
                    deviations.push(moved);
                }
            }
        }
        deviations.retain(|deviation| deviation.iter().all(|slope| *slope >= 0.0 && slope.is_finite()));
        deviations
    }
}
