//! The linear programs of a profile's bidders.

use crate::auction::Profile;
use crate::expectation::Evaluator;
use crate::response::{Constraint, Grid, program_response};

/// The grid of a linear program, and what couples its values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LpGrid {
    /// Value cells.
    pub values: u32,
    /// Bids.
    pub bids: u32,
    /// What couples the values, if anything.
    pub constraint: Option<Constraint>,
}

/// What the linear program of a bidder says.
#[derive(Clone, Debug, PartialEq)]
pub struct LpResponse {
    /// The utility of the bidder's own bid function, exactly.
    pub utility: f64,
    /// That of the best response on the grid, of which the own bids are a part.
    pub best: f64,
    /// What it gains, 0 or more: where the own bids are better than any on the grid, they are the response.
    pub epsilon: f64,
    /// What no response gains more than, on whatever grid.
    pub epsilon_upper: f64,
    /// The dual bound on it.
    pub bound: f64,
    /// The same under the constraint, and the constraint's multiplier; `None` where there is no constraint,
    /// or no solution under it.
    pub constrained: Option<(f64, f64)>,
    /// Why there is no solution under the constraint.
    pub reason: Option<String>,
}

/// For each bidder the linear program against the others of a profile, or why it has no solution.
pub(super) fn lp_responses(
    evaluator: &Evaluator,
    profile: &Profile,
    asked: &LpGrid,
) -> Vec<Result<LpResponse, String>> {
    let utilities = evaluator.evaluate(profile).bidders;
    let grid = Grid { cells: asked.values as usize, bids: asked.bids as usize };
    let respond = |(bidder, own): (usize, &crate::expectation::BidderEvaluation)| {
        let solve = |constraint| {
            let found = program_response(evaluator, profile, bidder, grid, constraint);
            found.map_err(|error| error.to_string())
        };
        // Where the constraint cannot be kept, there is still the program without it.
        let (found, reason) = match solve(asked.constraint) {
            Ok(found) => (found, None),
            Err(reason) if asked.constraint.is_some() => (solve(None)?, Some(reason)),
            Err(reason) => return Err(reason),
        };
        Ok(LpResponse {
            utility: own.utility,
            best: found.plain.utility,
            epsilon: (found.plain.utility - own.utility).max(0.0),
            epsilon_upper: (found.upper.unwrap_or(found.plain.bound) - own.utility).max(0.0),
            bound: found.plain.bound,
            constrained: found.constrained.map(|best| (best.optimum.utility, best.multiplier)),
            reason,
        })
    };
    utilities.iter().enumerate().map(respond).collect()
}

/// Why a linear program has no solution, or none under the constraint.
pub(super) fn lp_reason(response: &Result<LpResponse, String>) -> Option<&str> {
    match response {
        Ok(found) => found.reason.as_deref(),
        Err(reason) => Some(reason),
    }
}

impl LpResponse {
    /// What no response on the grid gains more than, by the dual.
    pub fn epsilon_bound(&self) -> f64 {
        (self.bound - self.utility).max(self.epsilon)
    }

    /// What the best response that keeps the constraint gains; below 0 where the own bids do not keep it.
    pub fn epsilon_constrained(&self) -> Option<f64> {
        self.constrained.map(|(utility, _)| utility - self.utility)
    }
}
