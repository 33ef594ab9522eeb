//! The search for equilibria: responses of one group after the other, and Newton's method.

use super::game::Game;
use crate::auction::strategy::linear::multiplier;
use crate::auction::{Population, Prior};
use crate::law::groups::Groups;
use crate::law::marginal::has_steep_end;
use crate::numeric::eigen::solve;
use crate::numeric::roots::root;

/// The theta between which multipliers are looked for; at the lower they are as good as 0.
pub(super) const LOWEST_THETA: f64 = -14.0;
pub(super) const HIGHEST_THETA: f64 = 14.0;

/// The first step in theta towards a change of sign.
const FIRST_STEP: f64 = 0.25;

/// Rounds of responses, one group after the other.
const MOST_ROUNDS: usize = 300;

/// How far Newton's method may go from its start, in parts of the way to 0 or 1.
const NEAR: f64 = 0.3;

/// Steps of Newton's method.
const MOST_STEPS: usize = 30;

/// Newton's method is tried once no multiplier changes by more in a round, relative to the odds.
const SETTLED: f64 = 1e-3;

/// Where that fails, rounds end for good once no multiplier changes by more.
const SETTLED_FOR_GOOD: f64 = 1e-11;

/// Refuses priors whose mass next to an end the gradient would lose.
///
/// # Errors
/// Which prior, and why.
pub(in crate::equilibrium) fn no_steep_end(population: &Population) -> Result<(), String> {
    match population.bidders.iter().find(|bidder| has_steep_end(&bidder.prior)) {
        Some(bidder) => Err(format!(
            "no equilibrium within a class or of the smoothed auction is looked for with prior {}, so much of whose mass \
             lies beside an end (a shape below 0.5) that gradients over its values would lose some of it",
            bidder.prior
        )),
        None => Ok(()),
    }
}

/// Refuses bidders of one prior whose density has a pole at the highest value: each would bid a little more
/// than the other's mass there, up to the value itself.
pub(super) fn no_common_pole(groups: &Groups) -> Result<(), String> {
    let pole = |prior: &Prior| prior.pdf(prior.support().1) == f64::INFINITY;
    match groups.priors.iter().zip(&groups.counts).find(|(prior, count)| **count > 1.0 && pole(prior)) {
        Some((prior, _)) => Err(format!(
            "no class equilibrium is looked for with several bidders of prior {prior}, whose density has a pole at the \
             highest value"
        )),
        None => Ok(()),
    }
}

impl Game<'_> {
    /// Newton's method from the equilibria of the true auction, where responses in the smoothed one are slow
    /// to compute; `None` where they are not, or Newton's method fails from one.
    pub(super) fn near_true_auction(&self) -> Option<Vec<Result<Vec<f64>, String>>> {
        let uniform = |prior: &Prior| matches!(prior, Prior::Uniform(_));
        if self.beta == f64::INFINITY
            || self.groups.priors.iter().all(uniform)
            || no_common_pole(self.groups).is_err()
        {
            return None;
        }
        let unsmoothed = Game::new(self.groups, f64::INFINITY);
        let settled = [HIGHEST_THETA, LOWEST_THETA].map(|start| unsmoothed.settle(start));
        settled
            .into_iter()
            .flatten()
            .map(|multipliers| self.newton(&multipliers).map(Ok))
            .collect::<Option<Vec<_>>>()
            .filter(|found| !found.is_empty())
    }

    /// The equilibrium that responses come to from one theta for all.
    pub(super) fn settle(&self, start: f64) -> Result<Vec<f64>, String> {
        let mut thetas = vec![start; self.groups.len()];
        let mut wanted = SETTLED;
        for _ in 0..MOST_ROUNDS {
            let mut change: f64 = 0.0;
            for group in 0..thetas.len() {
                let response = self.response(group, &thetas)?;
                change = change.max((response - thetas[group]).abs());
                thetas[group] = response;
            }
            if change > wanted {
                self.goes_on()?;
                continue;
            }
            let multipliers: Vec<f64> = thetas.iter().map(|theta| multiplier(*theta)).collect();
            self.inside(&thetas)?;
            if let Some(finished) = self.newton(&multipliers) {
                return Ok(finished);
            }
            if wanted == SETTLED_FOR_GOOD {
                return Ok(multipliers);
            }
            wanted = SETTLED_FOR_GOOD;
        }
        Err(format!("responses to each other did not come to rest in {MOST_ROUNDS} rounds"))
    }

    /// The theta nearest to a group's present one, in the direction of its gradient, at which that is 0; or
    /// the end.
    ///
    /// # Errors
    /// Where the gradient is not a number.
    fn response(&self, group: usize, thetas: &[f64]) -> Result<f64, String> {
        let mut multipliers: Vec<f64> = thetas.iter().map(|theta| multiplier(*theta)).collect();
        let mut gradient = |theta: f64| {
            multipliers[group] = multiplier(theta);
            self.gradient(group, multipliers[group], &multipliers)
        };
        let mut from = thetas[group];
        let rising = gradient(from);
        if rising.is_nan() {
            return Err(format!("the gradient at a multiplier of {} is not a number", multiplier(from)));
        }
        if rising == 0.0 {
            return Ok(from);
        }
        let end = if rising > 0.0 { HIGHEST_THETA } else { LOWEST_THETA };
        let mut step = FIRST_STEP * rising.signum();
        while from != end {
            let to = (from + step).clamp(LOWEST_THETA, HIGHEST_THETA);
            if gradient(to) * rising <= 0.0 {
                let cell = std::cell::RefCell::new(gradient);
                return Ok(root(from, to, |theta| (cell.borrow_mut())(theta)).unwrap_or(to));
            }
            from = to;
            step *= 1.5;
        }
        Ok(end)
    }

    /// Whether no group is at an end.
    fn inside(&self, thetas: &[f64]) -> Result<(), String> {
        let Some(group) = thetas.iter().position(|theta| *theta <= LOWEST_THETA || *theta >= HIGHEST_THETA)
        else {
            return Ok(());
        };
        let bidder = 1 + self.groups.of_bidder.iter().take_while(|other| **other != group).count();
        let (low, high) = self.groups.priors[group].support();
        let end = if thetas[group] <= LOWEST_THETA { 0 } else { 1 };
        let why = if end == 0 && self.beta.is_finite() {
            format!(": beta = {} is too small for values from {low} to {high}", self.beta)
        } else {
            String::new()
        };
        Err(format!("no interior equilibrium: the multiplier of bidder {bidder} drifts to {end}{why}"))
    }

    /// Newton's method on all groups' gradients, if it converges near its start.
    fn newton(&self, start: &[f64]) -> Option<Vec<f64>> {
        let mut multipliers = start.to_vec();
        let mut residuals = self.residuals(&multipliers);
        let size = |residuals: &[f64]| residuals.iter().fold(0.0_f64, |most, g| most.max(g.abs()));
        for _ in 0..MOST_STEPS {
            let step = solve(&self.slopes_of_groups(&multipliers), &residuals)?;
            let next: Vec<f64> = multipliers.iter().zip(&step).map(|(w, step)| w - step).collect();
            let near = next.iter().zip(start).all(|(w, s)| (w - s).abs() < NEAR * s.min(1.0 - s));
            if !near {
                return None;
            }
            let next_residuals = self.residuals(&next);
            let improved = size(&next_residuals) < size(&residuals);
            let short = step.iter().zip(&multipliers).all(|(step, w)| step.abs() < 1e-14 * w.max(1e-3));
            if improved {
                (multipliers, residuals) = (next, next_residuals);
            }
            if short || !improved {
                let done = step.iter().zip(&multipliers).all(|(step, w)| step.abs() < 1e-9 * w);
                return done.then_some(multipliers);
            }
        }
        None
    }
}
