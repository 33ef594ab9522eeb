//! Equilibria within strategy classes that are not all linear: of the smoothed auction, and of the true one.

mod describe;
mod deviations;
mod flow;
mod game;

use describe::SAME;
use game::Game;

use super::Bne;
use super::linear::no_steep_end;
use crate::auction::{BidFunction, Population};

/// The residual that an equilibrium must reach, in the unit of the highest value.
pub const CLASS_RESIDUAL: f64 = 1e-10;

/// The multipliers of the lines that the search starts from, beside the BNE; the first where there is no BNE.
const LINES: [f64; 3] = [0.7, 0.5, 0.9];

/// The most that a bidder may gain by any of the deviations that are tried, in the unit of the highest value.
pub const CLASS_GAIN: f64 = 1e-4;

/// An equilibrium of bidders who are confined to their classes, in which bidders of one prior and class play
/// alike.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassEquilibrium {
    /// One a bidder.
    pub bids: Vec<BidFunction>,
    /// The parameters of [`ClassEquilibrium::bids`], by bidder.
    pub parameters: Vec<Vec<f64>>,
    /// The multipliers of the lines through 0 that are nearest to the bids, one a bidder.
    pub multipliers: Vec<f64>,
    /// For each bidder a bound of first order on the error of the multiplier: with p its derivative in all
    /// parameters and J the Jacobian of the gradient, the sum of |J^-T p| times residual and error of the
    /// gradient.
    pub errors: Vec<f64>,
    /// The largest derivative of a bidder's utility in an own parameter, and in its theta, that is left, in
    /// the unit of the highest value.
    pub residual: f64,
    /// The most by which bids at knots differ between the starts, in the unit of the highest value, where
    /// they matter.
    pub spread: f64,
    /// The most that a bidder gains by any of the deviations that are tried, in the unit of the highest
    /// value.
    pub gain: f64,
    /// The largest eigenvalue of the Hessian of a bidder's utility in the own parameters, in the unit of the
    /// highest value, without those at an end. Where it is above 0 the bids are stationary, and where the
    /// eigenvalues are negative the gradient flow comes to them, but a bidder gains a little by some other
    /// bids nearby.
    pub curvature: f64,
    /// The eigenvalues (real part, imaginary part) of the Jacobian of the simultaneous gradient field in
    /// theta, by falling real part, without the directions of slopes that are 0 or have no influence; none in
    /// the true auction, whose gradient has kinks.
    pub eigenvalues: Vec<(f64, f64)>,
}

/// The equilibrium within the bidders' classes of the auction smoothed at steepness `beta`, per unit of bid;
/// with an infinite `beta` of the true auction. `bne` is where one of three searches starts, if there is one.
///
/// A zero of the exact gradient in all slopes and multipliers, by implicit steps along its flow that end as
/// Newton's method: from the bids of the BNE at the knots, and from the lines of 0.5 and 0.9 times the value,
/// which go through the equilibria of lower steepness. All three must come to the same bids. A slope that
/// would fall below 0 is 0, the end of the class, with a gradient that is not above 0 there.
///
/// Bids that hardly ever win, as those of the lowest values against rivals who all bid more, hardly matter to
/// anybody: they stay near where the search starts, at the BNE's, and may differ between the starts as far as
/// their curvature is small. The lowest bid over a lowest value of 0 has no influence at all and stays too.
///
/// A zero of the gradient need not be an equilibrium. So deviations within the class are tried: to lines, to
/// the BNE, at single knots and from single knots on. Bids against which one of them gains more than
/// [`CLASS_GAIN`] are refused; what is gained below it stands in [`ClassEquilibrium::gain`].
///
/// The field of the true auction has kinks where bids of different bidders' knots coincide: there the search
/// may end short of [`CLASS_RESIDUAL`], and says so.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Strategy};
/// use bidsweep::equilibrium::{bne, class_equilibrium};
///
/// let mut population = Population::symmetric(2, Prior::STANDARD);
/// population.bidders.iter_mut().for_each(|bidder| bidder.strategy = Strategy::PiecewiseLinear { segments: 4 });
/// let bne = bne(&population).ok();
/// let class = class_equilibrium(&population, f64::INFINITY, bne.as_ref()).unwrap();
/// assert!((class.bids[0].mean_bid(0.8) - 0.4).abs() < 1e-9);
/// ```
///
/// References: this project's derivation; no published source is known to us.
///
/// # Errors
/// Why none is found: a start from which the search does not converge, or starts that lead to different bids.
pub fn class_equilibrium(
    population: &Population,
    beta: f64,
    bne: Option<&Bne>,
) -> Result<ClassEquilibrium, String> {
    no_steep_end(population)?;
    let game = Game::new(population, beta)?;
    let starts = LINES.iter().enumerate().map(|(k, line)| match (k, bne) {
        (0, Some(bne)) => ("the BNE".to_string(), game.of_bne(bne), false),
        _ => (format!("the line {line}"), game.line(*line), true),
    });
    let mut found: Vec<(String, Vec<Vec<f64>>)> = Vec::new();
    for (name, start, staged) in starts {
        let end = game
            .search(&start, staged)
            .or_else(|why| if staged { Err(why) } else { game.search(&start, true) });
        let end = end.map_err(|why| format!("from {name} {why}"))?;
        found.push((name, end));
    }
    let (first, at) = &found[0];
    let tolerances = game.tolerances(at);
    let mut spread = 0.0_f64;
    for (name, other) in &found[1..] {
        for (g, (group, tolerances)) in game.groups.iter().zip(&tolerances).enumerate() {
            let pairs = group.bids(&at[g]).into_iter().zip(group.bids(&other[g]));
            for ((one, other), tolerance) in pairs.zip(tolerances) {
                let apart = (one - other).abs() / game.high;
                if *tolerance < 2.0 * SAME {
                    spread = spread.max(apart);
                }
                if apart > *tolerance {
                    return Err(format!(
                        "several equilibria, or none that stands alone: from {first} and from {name} bids of bidder {} \
                         differ by {apart:.1e} of the highest value",
                        1 + game.first_bidder(g)
                    ));
                }
            }
        }
    }
    let (bidder, gain) = game.gain(at, bne);
    if gain > CLASS_GAIN {
        return Err(format!(
            "bids at which every gradient is 0 are no equilibrium: bidder {} gains {gain:.1e} of the highest value by other \
             bids of its class",
            bidder + 1
        ));
    }
    game.describe(at.clone(), spread, gain)
}

#[cfg(test)]
mod tests;
