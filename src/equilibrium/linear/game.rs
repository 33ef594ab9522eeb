//! Linear bidders, and the gradients of those of one prior.

use std::cell::Cell;

use crate::expectation::gradient::GroupGradient;
use crate::law::groups::Groups;

/// Half the distance of the difference quotient in the true auction, whose gradient has kinks.
const DIFFERENCE: f64 = 1e-6;

pub(super) struct Game<'a> {
    pub(super) groups: &'a Groups,
    gradient: GroupGradient,
    pub(super) beta: f64,
    /// Gradients asked for.
    asked: Cell<u32>,
}

/// The most looks into tables that one search takes: some seconds.
const MOST_LOOKS: f64 = 3e8;

impl<'a> Game<'a> {
    pub(super) fn new(groups: &'a Groups, beta: f64) -> Self {
        Game { groups, gradient: GroupGradient::new(groups, beta), beta, asked: Cell::new(0) }
    }

    /// The gradient of one bidder of a group.
    pub(super) fn gradient(&self, group: usize, own: f64, multipliers: &[f64]) -> f64 {
        self.asked.set(self.asked.get() + 1);
        self.gradient.of(group, own, multipliers)
    }

    /// Whether a search may go on.
    ///
    /// # Errors
    /// Where it has taken as much work as one may.
    pub(super) fn goes_on(&self) -> Result<(), String> {
        let asked = self.asked.get();
        if f64::from(asked) * self.gradient.looks() <= MOST_LOOKS {
            return Ok(());
        }
        Err(format!(
            "responses to each other did not come to rest within the work of a search, {asked} gradients"
        ))
    }

    pub(super) fn residuals(&self, multipliers: &[f64]) -> Vec<f64> {
        (0..multipliers.len()).map(|group| self.gradient(group, multipliers[group], multipliers)).collect()
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
            self.gradient(group, own + h, multipliers),
            self.gradient(group, own - h, multipliers),
            h,
        );
        let of_others = (0..multipliers.len()).map(|other| {
            let rivals = self.groups.counts[other] - if other == group { 1.0 } else { 0.0 };
            let h = DIFFERENCE * multipliers[other];
            let at = |shift: f64| {
                let mut moved = multipliers.to_vec();
                moved[other] += shift;
                self.gradient(group, own, &moved)
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
