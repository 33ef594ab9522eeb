//! Linear bidders, and the gradients of those of one prior.

use crate::expectation::gradient::GroupGradient;
use crate::law::groups::Groups;

/// Half the distance of the difference quotient in the true auction, whose gradient has kinks.
const DIFFERENCE: f64 = 1e-6;

pub(super) struct Game<'a> {
    pub(super) groups: &'a Groups,
    pub(super) gradient: GroupGradient,
    pub(super) beta: f64,
}

impl Game<'_> {
    pub(super) fn residuals(&self, multipliers: &[f64]) -> Vec<f64> {
        (0..multipliers.len()).map(|group| self.gradient.of(group, multipliers[group], multipliers)).collect()
    }

    /// The derivatives of a group's gradient in the own multiplier, and in that of one rival of each group.
    pub(super) fn slopes(&self, group: usize, multipliers: &[f64]) -> (f64, Vec<f64>) {
        if self.beta.is_finite() {
            return self.gradient.slopes(group, multipliers[group], multipliers);
        }
        let own = multipliers[group];
        let quotient = |up: f64, down: f64, h: f64| (up - down) / (2.0 * h);
        let h = DIFFERENCE * own;
        let of_own = quotient(
            self.gradient.of(group, own + h, multipliers),
            self.gradient.of(group, own - h, multipliers),
            h,
        );
        let of_others = (0..multipliers.len()).map(|other| {
            let rivals = self.groups.counts[other] - if other == group { 1.0 } else { 0.0 };
            let h = DIFFERENCE * multipliers[other];
            let at = |shift: f64| {
                let mut moved = multipliers.to_vec();
                moved[other] += shift;
                self.gradient.of(group, own, &moved)
            };
            if rivals == 0.0 { 0.0 } else { quotient(at(h), at(-h), h) / rivals }
        });
        (of_own, of_others.collect())
    }

    /// The derivatives of all groups' gradients in all groups' multipliers.
    pub(super) fn slopes_of_groups(&self, multipliers: &[f64]) -> Vec<Vec<f64>> {
        let row = |group: usize| -> Vec<f64> {
            let (own, others) = self.slopes(group, multipliers);
            let counts = self.groups.counts.iter().enumerate();
            counts
                .zip(others)
                .map(
                    |((g, count), other)| {
                        if g == group { own + (count - 1.0) * other } else { count * other }
                    },
                )
                .collect()
        };
        (0..multipliers.len()).map(row).collect()
    }
}
