//! The linear program of a bidder of a profile.

use super::constraint::Constraint;
use super::discretise::{Discretisation, Grid, RivalBids};
use super::error::ProgramError;
use super::own::{own_cells, own_cells_of_terms};
use super::solve::{ProgramResponse, solve_program};
use crate::auction::Profile;
use crate::expectation::Evaluator;
use crate::law::marginal::Part;
use crate::law::rivals::BidLaws;
use crate::law::terms::PaidTerms;
use crate::law::wins::Wins;

/// The best response of one bidder (counted from 0) to the others of a profile, in the true auction, by
/// linear program on a grid: without a constraint, and with one if it is given.
///
/// The utility of the program is one that the bidder can have: at most the exact best response's, and less
/// than it by no more than the bound that [`Discretisation`] states. In every cell of values the own bids are
/// one more column beside the bids of the grid, so that it is no less than that of the own bids either.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Profile};
/// use bidsweep::expectation::Evaluator;
/// use bidsweep::response::{Constraint, Grid, program_response};
///
/// let evaluator = Evaluator::new(&Population::symmetric(2, Prior::STANDARD));
/// let profile = Profile::linear([0.5, 0.5]);
/// let budget = Some(Constraint::Budget(0.08));
/// let response = program_response(&evaluator, &profile, 0, Grid { cells: 64, bids: 256 }, budget)?;
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
pub fn program_response(
    evaluator: &Evaluator,
    profile: &Profile,
    bidder: usize,
    grid: Grid,
    constraint: Option<Constraint>,
) -> Result<ProgramResponse, ProgramError> {
    let mechanism = evaluator.population.mechanism;
    assert_eq!(profile.bids.len(), evaluator.population.len(), "bid functions and bidders");
    let laws = BidLaws::new(evaluator.curves(profile, 0.0, Part::Both));
    let rivals = laws.rivals(bidder);
    let bends = rivals.bends();
    let bids_of_rivals = RivalBids { win: |bid| rivals.at(bid).0, highest: bends[bends.len() - 1], bends };
    let prior = &evaluator.population.bidders[bidder].prior;
    let marginal = evaluator.marginal(bidder);
    let terms =
        (!mechanism.is_first_price()).then(|| PaidTerms::new(&rivals, mechanism.payment(), marginal.high));
    let Discretisation { problem, edges, upper } =
        Discretisation::with(prior, marginal, grid, &bids_of_rivals, terms.as_ref())?;
    let own = match &terms {
        None => own_cells(evaluator, profile, bidder, (&laws, &rivals), problem.cells(), &edges),
        Some(terms) => own_cells_of_terms(marginal, &profile.bids[bidder], terms, problem.cells(), &edges),
    };
    let response = solve_program(&problem.with_own(own)?, constraint)?;
    Ok(ProgramResponse { upper: Some(upper), ..response })
}
