//! Equilibria of bidders who are confined to multipliers: of the smoothed auction, and of the true one.

mod describe;
mod game;
mod search;

use game::Game;
pub(super) use search::no_steep_end;
use search::{HIGHEST_THETA, LOWEST_THETA, no_common_pole};

use crate::auction::Population;
use crate::law::groups::Groups;

/// How the equilibria are found.
pub(super) const LINEAR_METHOD: &str = "expected gradient, responses and Newton's method";

/// Multipliers closer than this are those of one equilibrium.
const SAME: f64 = 1e-6;

/// An equilibrium of bidders with multipliers in (0, 1), in which bidders of one prior play alike: no small
/// change of the own multiplier raises anybody's utility.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearEquilibrium {
    /// One a bidder.
    pub multipliers: Vec<f64>,
    /// A bound on the error of the multipliers: that of the gradient over the least slope of a bidder's
    /// gradient.
    pub error: f64,
    /// The largest derivative of a bidder's utility in the own multiplier that is left.
    pub residual: f64,
    /// The eigenvalues (real part, imaginary part) of the Jacobian of the simultaneous gradient field in
    /// theta, by falling real part, one a bidder; none in the true auction, whose gradient has kinks.
    ///
    /// ```text
    /// J_ij = d/dtheta_j ( w_i (1 - w_i) g_i ) = w_i (1 - w_i) w_j (1 - w_j) dg_i/dw_j    where all g are 0.
    /// ```
    pub eigenvalues: Vec<(f64, f64)>,
}

/// The equilibria of linear bidders with these priors in the auction smoothed at steepness `beta`, per unit
/// of bid; with an infinite `beta` in the true auction (the class equilibrium). At least one.
///
/// Responses of one group after the other rise from the lowest multipliers to one equilibrium and fall from
/// the highest to another, mostly the same: in all games tried a bidder bids more against rivals who do (a
/// numerical finding), so that every equilibrium lies between the two. Newton's method finishes both.
///
/// ```
/// use bidsweep::auction::prior::{Prior, Uniform};
/// use bidsweep::auction::Population;
/// use bidsweep::equilibrium::linear_equilibria;
///
/// let mut population = Population::symmetric(2, Prior::STANDARD);
/// population.bidders[1].prior = Prior::Uniform(Uniform::new(0.0, 2.0).unwrap());
/// let class = &linear_equilibria(&population, f64::INFINITY).unwrap()[0];
/// let strong = class.multipliers[1];
/// assert!((class.multipliers[0] - 0.5).abs() < 1e-9);
/// assert!((48.0 * strong * strong * strong + strong - 2.0).abs() < 1e-9);
/// ```
///
/// # Errors
/// Why there is none: multipliers that drift to 0, or a bidder who never wins.
pub fn linear_equilibria(population: &Population, beta: f64) -> Result<Vec<LinearEquilibrium>, String> {
    if !population.mechanism.is_first_price() {
        return Err(format!("this method is of the first price, not of {}", population.mechanism));
    }
    no_steep_end(population)?;
    let groups = Groups::few(population)?;
    if beta == f64::INFINITY {
        no_common_pole(&groups)?;
    }
    let game = Game::new(&groups, beta);
    let mut found: Vec<LinearEquilibrium> = Vec::new();
    let mut reason = None;
    let candidates = game
        .near_true_auction()
        .unwrap_or_else(|| [HIGHEST_THETA, LOWEST_THETA].map(|start| game.settle(start)).to_vec());
    for candidate in candidates {
        match candidate.and_then(|multipliers| game.describe(&multipliers)) {
            Ok(equilibrium) => {
                let same = |other: &LinearEquilibrium| {
                    let pairs = other.multipliers.iter().zip(&equilibrium.multipliers);
                    pairs.into_iter().all(|(a, b)| (a - b).abs() < SAME)
                };
                if !found.iter().any(same) {
                    found.push(equilibrium);
                }
            }
            Err(why) => reason = reason.or(Some(why)),
        }
    }
    match reason {
        Some(reason) if found.is_empty() => Err(reason),
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests;
