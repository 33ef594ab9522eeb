//! The assessment of a profile: what its bidders get, and what each would gain by another bid function.
//!
//! It is made here alone: for the tail-mean profile of a run, for the mean profile of a cell, and for the
//! bids that `bidsweep evaluate` is given.

use super::program::{LpGrid, LpResponse, lp_reason, lp_responses};
use crate::auction::Profile;
use crate::expectation::{Evaluation, Evaluator};
use crate::response::{
    BestResponse, SmoothedResponse, best_responses, class_responses, epsilon_ex_ante_upper,
    smoothed_responses,
};

/// What an assessment holds beside the best responses over all bid functions: each takes time of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asked {
    /// Best responses within the strategy class.
    pub class: bool,
    /// Best responses in the smoothed auction.
    pub smoothed: bool,
    /// The tight upper bound in place of the quick one.
    pub tight: bool,
    /// Best responses by linear program, on this grid.
    pub lp: Option<LpGrid>,
}

/// The assessment of a profile. Vectors have one entry a bidder; what was not asked for is `None`.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// What the auction yields.
    pub evaluation: Evaluation,
    /// Best responses over all bid functions, in the true auction.
    pub responses: Vec<BestResponse>,
    /// Certified upper bounds of `epsilon_ex_ante`.
    pub uppers: Vec<f64>,
    /// Gains within the strategy class.
    pub epsilons_class: Option<Vec<f64>>,
    /// Best responses in the smoothed auction; `None` too where there is none at this beta.
    pub smoothed: Option<Vec<SmoothedResponse>>,
    /// Linear programs, or why one has no solution.
    pub lp: Option<Vec<Result<LpResponse, String>>>,
}

/// What an assessment says of one bidder.
#[derive(Clone, Copy, Debug)]
pub struct BidderAssessment<'a> {
    /// The best response over all bid functions.
    pub response: &'a BestResponse,
    /// A certified upper bound of `epsilon_ex_ante`.
    pub upper: f64,
    /// The gain within the strategy class.
    pub epsilon_class: Option<f64>,
    /// The best response in the smoothed auction.
    pub smoothed: Option<&'a SmoothedResponse>,
    /// The linear program.
    pub lp: Option<&'a LpResponse>,
}

impl Assessment {
    /// Assesses a profile; without a `beta` there is no smoothed auction.
    pub fn of(evaluator: &Evaluator, profile: &Profile, beta: Option<f64>, asked: &Asked) -> Self {
        let responses = best_responses(evaluator, profile);
        let mut assessment = Assessment {
            evaluation: evaluator.evaluate(profile),
            uppers: if asked.tight {
                epsilon_ex_ante_upper(evaluator, profile)
            } else {
                responses.iter().map(|response| response.epsilon_ex_ante_upper).collect()
            },
            epsilons_class: asked.class.then(|| {
                class_responses(evaluator, profile).iter().map(|response| response.epsilon).collect()
            }),
            smoothed: beta
                .filter(|_| asked.smoothed)
                .and_then(|beta| smoothed_responses(evaluator, profile, beta)),
            lp: asked.lp.map(|grid| lp_responses(evaluator, profile, &grid)),
            responses,
        };
        assessment.order();
        assessment
    }

    /// Puts the epsilons of every bidder in their order, which their errors may break:
    ///
    /// ```text
    /// epsilon_class, epsilon_lp <= epsilon_ex_ante <= epsilon_interim, its upper bound.
    /// ```
    ///
    /// What the gain of the class or of the program is above by no more than [`BestResponse::error`] is taken
    /// off it. If it is above by more, the search over all bids has missed what this attains, and takes it.
    fn order(&mut self) {
        for (bidder, response) in self.responses.iter_mut().enumerate() {
            let mut put = |attained: &mut f64| {
                if *attained > response.epsilon_ex_ante + response.error {
                    response.epsilon_ex_ante = *attained;
                    response.best_response_utility = response.utility + *attained;
                    response.epsilon_interim = response.epsilon_interim.max(*attained);
                }
                *attained = attained.min(response.epsilon_ex_ante);
            };
            if let Some(epsilons) = &mut self.epsilons_class {
                put(&mut epsilons[bidder]);
            }
            if let Some(Ok(lp)) = self.lp.as_mut().map(|programs| &mut programs[bidder]) {
                put(&mut lp.epsilon);
            }
            let upper = &mut self.uppers[bidder];
            *upper = upper.max(response.epsilon_ex_ante);
            response.epsilon_ex_ante_upper = response.epsilon_ex_ante_upper.max(response.epsilon_ex_ante);
        }
    }

    /// What it says of a bidder, counted from 0.
    pub fn bidder(&self, bidder: usize) -> BidderAssessment<'_> {
        BidderAssessment {
            response: &self.responses[bidder],
            upper: self.uppers[bidder],
            epsilon_class: self.epsilons_class.as_ref().map(|epsilons| epsilons[bidder]),
            smoothed: self.smoothed.as_ref().map(|responses| &responses[bidder]),
            lp: self.lp.as_ref().and_then(|programs| programs[bidder].as_ref().ok()),
        }
    }

    /// What it says of every bidder.
    pub fn bidders(&self) -> impl Iterator<Item = BidderAssessment<'_>> {
        (0..self.responses.len()).map(|bidder| self.bidder(bidder))
    }

    /// Why a bidder's linear program has no solution, or none under the constraint.
    pub fn lp_reason(&self, bidder: usize) -> Option<&str> {
        lp_reason(&self.lp.as_ref()?[bidder])
    }
}

#[cfg(test)]
mod tests;
