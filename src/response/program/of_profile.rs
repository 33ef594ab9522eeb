//! The linear program of a bidder of a profile.

use super::{Constraint, Discretisation, ProgramError, ProgramResponse, RivalBids, program_response};
use crate::auction::Profile;
use crate::expectation::Evaluator;
use crate::law::marginal::Part;
use crate::law::rivals::BidLaws;
use crate::law::wins::Wins;

impl Evaluator {
    /// A bidder's (counted from 0) best response to the others of a profile in the true auction, by linear program on
    /// `cells` value cells of equal probability and `bids` bids, without and with a constraint.
    ///
    /// The utility of the program is one that the bidder can have: at most the exact best response's, and less than it by
    /// no more than the bound that [`Discretisation`] states.
    ///
    /// ```
    /// use bidsweep::auction::{Population, Prior, Profile};
    /// use bidsweep::expectation::Evaluator;
    /// use bidsweep::response::Constraint;
    ///
    /// let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
    /// let profile = Profile::linear([0.5, 0.5]);
    /// let budget = Some(Constraint::Budget(0.08));
    /// let response = evaluator.best_response_lp(&profile, 0, (64, 256), budget)?;
    /// let constrained = response.constrained.unwrap();
    /// assert!((response.plain.utility - 1.0 / 6.0).abs() < 1e-4);
    /// // Bids as of a value v / (1 + 0.44338).
    /// assert!((constrained.optimum.utility - 0.150_94).abs() < 1e-4);
    /// assert!((constrained.multiplier - 0.443_38).abs() < 2e-2);
    /// # Ok::<(), bidsweep::response::ProgramError>(())
    /// ```
    ///
    /// # Errors
    /// [`ProgramError`].
    ///
    /// # Panics
    /// Where the profile has not one bid function a bidder, or there is no such bidder.
    pub fn best_response_lp(
        &self,
        profile: &Profile,
        bidder: usize,
        (cells, bids): (usize, usize),
        constraint: Option<Constraint>,
    ) -> Result<ProgramResponse, ProgramError> {
        assert_eq!(profile.bids.len(), self.population.len(), "bid functions and bidders");
        let laws = BidLaws::new(self.curves(profile, 0.0, Part::Both));
        let rivals = laws.rivals(bidder);
        let bends = rivals.bends();
        let bids_of_rivals =
            RivalBids { win: |bid| rivals.at(bid).0, highest: bends[bends.len() - 1], bends };
        let prior = &self.population.bidders[bidder].prior;
        program_response(&Discretisation::new(prior, (cells, bids), &bids_of_rivals)?.problem, constraint)
    }
}
