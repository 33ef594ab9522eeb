//! Best responses by linear program, plain and under a constraint that couples the values.

use super::{BestResponseSettings, BidderMeasure, Column};
use crate::auction::Profile;
use crate::expectation::Evaluator;
use crate::response::{Grid, program_response};

/// What the linear program of a bidder says.
#[derive(Clone, Debug, PartialEq)]
pub struct LpResponse {
    /// The utility of the bidder's own bid function, exactly.
    pub utility: f64,
    /// That of the best response on the grid.
    pub best: f64,
    /// The dual bound on it.
    pub bound: f64,
    /// The same under the constraint, and the constraint's multiplier; `None` where there is no constraint, or no
    /// solution under it.
    pub constrained: Option<(f64, f64)>,
    /// Why there is no solution under the constraint.
    pub reason: Option<String>,
}

/// For each bidder the linear program against the others of a profile, or why it has no solution.
pub fn lp_responses(
    evaluator: &Evaluator,
    profile: &Profile,
    settings: &BestResponseSettings,
) -> Vec<Result<LpResponse, String>> {
    let utilities = evaluator.evaluate(profile).bidders;
    let grid = Grid { cells: settings.values as usize, bids: settings.bids as usize };
    let of = |(bidder, own): (usize, &crate::expectation::BidderEvaluation)| {
        let solve = |constraint| {
            let found = program_response(evaluator, profile, bidder, grid, constraint);
            found.map_err(|error| error.to_string())
        };
        // Where the constraint cannot be kept, there is still the program without it.
        let (found, reason) = match solve(settings.constraint) {
            Ok(found) => (found, None),
            Err(reason) if settings.constraint.is_some() => (solve(None)?, Some(reason)),
            Err(reason) => return Err(reason),
        };
        Ok(LpResponse {
            utility: own.utility,
            best: found.plain.utility,
            bound: found.plain.bound,
            constrained: found.constrained.map(|of| (of.optimum.utility, of.multiplier)),
            reason,
        })
    };
    utilities.iter().enumerate().map(of).collect()
}

/// Why a linear program has no solution, or none under the constraint.
pub fn lp_reason(response: &Result<LpResponse, String>) -> Option<&str> {
    match response {
        Ok(found) => found.reason.as_deref(),
        Err(reason) => Some(reason),
    }
}

impl LpResponse {
    /// epsilon_lp: what the best response on the grid gains; below 0 where the own bids are better than any on the grid.
    pub fn epsilon(&self) -> f64 {
        self.best - self.utility
    }

    /// What no response on the grid gains more than, by the dual.
    pub fn epsilon_bound(&self) -> f64 {
        self.bound - self.utility
    }

    /// What the best response that keeps the constraint gains; below 0 where the own bids do not keep it.
    pub fn epsilon_constrained(&self) -> Option<f64> {
        self.constrained.map(|(utility, _)| utility - self.utility)
    }
}

pub(super) const BIDDER: &[BidderMeasure] = &[
    BidderMeasure {
        column: Column {
            name: "epsilon_lp",
            doc: "gain of the best response by linear program on a grid, tail-mean profile; on request",
        },
        of: |bidder| bidder.lp.map(LpResponse::epsilon),
    },
    BidderMeasure {
        column: Column { name: "epsilon_lp_bound", doc: "the dual's bound on epsilon_lp; on request" },
        of: |bidder| bidder.lp.map(LpResponse::epsilon_bound),
    },
    BidderMeasure {
        column: Column {
            name: "best_response_utility_lp_constrained",
            doc: "utility of the best response that keeps the constraint; on request",
        },
        of: |bidder| bidder.lp?.constrained.map(|(utility, _)| utility),
    },
    BidderMeasure {
        column: Column {
            name: "epsilon_lp_constrained",
            doc: "its gain, below 0 where the own bids do not keep the constraint; on request",
        },
        of: |bidder| bidder.lp?.epsilon_constrained(),
    },
    BidderMeasure {
        column: Column {
            name: "lp_constraint_multiplier",
            doc: "the constraint's multiplier (dual value): utility per unit by which it is loosened; on request",
        },
        of: |bidder| bidder.lp?.constrained.map(|(_, multiplier)| multiplier),
    },
];
