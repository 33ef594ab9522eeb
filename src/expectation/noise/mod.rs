//! Drift and noise of the simultaneous gradients near a profile of linear bidders.

mod alike;
mod blocks;
mod walk;

pub use blocks::Blocks;
use blocks::has_pair;
use walk::Walk;

use super::gradient::GroupGradient;
use crate::auction::{Population, Strategy};
use crate::law::groups::Groups;

/// A bound on the error of [`GradientNoise::covariance`], in parts of the larger variance, where it was
/// tried: beta high from 5 to 1000, 2 to 64 bidders whose densities have no poles, data of some hundred
/// values.
pub const NOISE_ERROR: f64 = 2e-3;

/// The gradient field of linear bidders around a profile, in theta = ln(w / (1 - w)): what it is on average,
/// how it changes, and how the gradients of single valuation profiles scatter.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientNoise {
    /// The multipliers, one a bidder.
    pub multipliers: Vec<f64>,
    /// The group of each bidder: bidders of a group have one prior and one multiplier.
    pub of_bidder: Vec<usize>,
    /// Bidders of each group.
    pub counts: Vec<usize>,
    /// F_i = w_i (1 - w_i) dU_i/dw_i of each group, U the expected smoothed utility; 0 at an equilibrium.
    pub drift: Vec<f64>,
    /// J_ij = dF_i/dtheta_j.
    pub jacobian: Blocks,
    /// The covariance of gradients on the same valuation profile; see [`gradient_noise`].
    pub covariance: Blocks,
}

/// The gradient field around a profile of multipliers in (0, 1), in the auction smoothed at steepness `beta`
/// per unit of bid. On one valuation profile v, with m_i the highest of the others' w_j v_j and s = s(beta
/// (w_i v_i - m_i)), the logistic function, bidder i's gradient in theta is
///
/// ```text
/// g_i = w_i (1 - w_i) { -v_i s + (1 - w_i) beta v_i^2 s (1 - s) },
/// F_i = E g_i,    J_ij = dF_i/dtheta_j,    Sigma_ij = E g_i g_j - F_i F_j;
/// ```
///
/// the mean over B independent profiles has Sigma / B. F and J are those of
/// [`ExpectedGradient`](super::ExpectedGradient), with its error. Sigma is an integral over the highest of
/// all bids and one more, the gradients of those who lose being summed up on the way, within [`NOISE_ERROR`];
/// for uniform priors its error is around 1e-8. Its time is below a millisecond for 10 alike uniform bidders,
/// and grows with the cube of the number of groups. That of J is longer where priors are not uniform: some 50
/// ms for 4 such, seconds for 10.
///
/// ```
/// use bidsweep::auction::{Population, Prior};
/// use bidsweep::expectation::gradient_noise;
///
/// let game = Population::symmetric(2, Prior::STANDARD);
/// let noise = gradient_noise(&game, &[0.480_466_645_2; 2], 50.0).unwrap();
/// assert!((noise.covariance.own[0] - 0.051_918).abs() < 1e-6);
/// assert!((noise.jacobian.apart(0) + 0.197_577).abs() < 1e-6);
/// ```
///
/// References: this project's derivation; no published source is known to us.
///
/// # Errors
/// Where the auction is not a first-price one, a strategy is not linear, a multiplier not in (0, 1) or `beta`
/// not above 0 and finite.
///
/// # Panics
/// Where there is not one multiplier a bidder.
pub fn gradient_noise(
    population: &Population,
    multipliers: &[f64],
    beta: f64,
) -> Result<GradientNoise, String> {
    assert_eq!(multipliers.len(), population.len(), "multipliers and bidders");
    if !population.mechanism.is_first_price() {
        return Err(format!(
            "the noise of gradients is known of the first price, not of {}",
            population.mechanism
        ));
    }
    if population.bidders.iter().any(|bidder| bidder.strategy != Strategy::Linear) {
        return Err("the noise of gradients is known for linear bidders only".into());
    }
    if let Some(bidder) = multipliers.iter().position(|w| !(*w > 0.0 && *w < 1.0)) {
        let w = multipliers[bidder];
        return Err(format!("the multiplier of bidder {} is {w}, not in (0, 1)", bidder + 1));
    }
    if !(beta > 0.0 && beta.is_finite()) {
        return Err(format!(
            "the noise of gradients is not known at beta = {beta}: it must be above 0 and finite"
        ));
    }
    let groups = Groups::at(population, multipliers);
    let first =
        |group: usize| groups.of_bidder.iter().position(|g| *g == group).expect("a group has a bidder");
    let of_groups: Vec<f64> = (0..groups.len()).map(|group| multipliers[first(group)]).collect();
    let counts: Vec<usize> = groups.counts.iter().map(|count| *count as usize).collect();
    let rates: Vec<f64> = of_groups.iter().map(|w| w * (1.0 - w)).collect();

    let gradient = GroupGradient::fast(&groups, beta);
    let drift: Vec<f64> =
        (0..groups.len()).map(|a| rates[a] * gradient.of(a, of_groups[a], &of_groups)).collect();
    let slopes = (0..groups.len()).map(|a| {
        let (own, others) = gradient.slopes(a, of_groups[a], &of_groups);
        let others: Vec<f64> = others
            .iter()
            .enumerate()
            .map(|(b, slope)| if has_pair(&counts, a, b) { rates[a] * rates[b] * slope } else { 0.0 })
            .collect();
        (rates[a] * rates[a] * own + (1.0 - 2.0 * of_groups[a]) * drift[a], others)
    });
    let (own, others) = slopes.unzip();
    let covariance = Walk::new(&groups, &of_groups, &counts, beta).covariance();
    Ok(GradientNoise {
        multipliers: multipliers.to_vec(),
        of_bidder: groups.of_bidder,
        counts,
        drift,
        jacobian: Blocks { own, others },
        covariance,
    })
}

#[cfg(test)]
mod tests;
