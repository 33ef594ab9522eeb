//! How often a smoothed win probability is all but decided.

use super::Evaluator;
use crate::auction::{Population, Prior, Profile};
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::Part;
use crate::law::panels::{Integrand, walk};
use crate::numeric::quadrature::GaussLegendre;

/// A win probability above this, or below 1 minus this, is saturated: its gradient is nearly 0.
pub const SATURATED: f64 = 0.99;

/// For each bidder the probability, over all values, that the smoothed win probability s(beta (b_i - m_i)) is
/// saturated; see [`Evaluator::saturation`], which is to be kept where there are many profiles of one
/// population.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Profile};
/// use bidsweep::expectation::saturation;
///
/// let game = Population::symmetric(2, Prior::STANDARD);
/// let share = saturation(&game, &Profile::linear([0.5, 0.5]), 50.0)[0];
/// // Two uniform bids on [0, 1/2] differ by more than c with probability (1 - 2 c)^2.
/// let c = 99.0_f64.ln() / 50.0;
/// assert!((share - (1.0 - 2.0 * c) * (1.0 - 2.0 * c)).abs() < 1e-14);
/// ```
///
/// # Panics
/// Where the profile has not one bid function a bidder.
pub fn saturation(population: &Population, profile: &Profile, beta: f64) -> Vec<f64> {
    Evaluator::new(population).saturation(profile, beta)
}

impl Evaluator {
    /// For each bidder the probability, over all values, that the smoothed win probability s(beta (b_i -
    /// m_i)) is saturated, where m_i is the highest other bid and s the logistic function.
    ///
    /// With c = logit([`SATURATED`]) / beta and H_i(m) = prod_{j != i} F_j(phi_j(m)), phi_j(m) the value at
    /// which bidder j bids m; where a bidder plays a mixture both are means over what is drawn:
    ///
    /// ```text
    /// P(|b_i - m_i| > c) = E_v[ H_i(b_i(v) - c) + 1 - H_i(b_i(v) + c) ].
    /// ```
    ///
    /// Exact by quadrature, absolute error around 1e-14 where all priors are uniform and all bids linear,
    /// 1e-11 else. `beta` is per unit of bid, above 0.
    ///
    /// # Panics
    /// Where the profile has not one bid function a bidder.
    pub fn saturation(&self, profile: &Profile, beta: f64) -> Vec<f64> {
        assert_eq!(profile.bids.len(), self.population.len(), "bid functions and bidders");
        let margin = libm::log(SATURATED / (1.0 - SATURATED)) / beta;
        match profile.multipliers() {
            Some(multipliers) if self.is_uniform() => of_lines(&self.population, &multipliers, margin),
            _ => {
                let (lower, higher) = (self.outbids(profile, -margin), self.outbids(profile, margin));
                lower.into_iter().zip(higher).map(|(lower, higher)| lower + (1.0 - higher)).collect()
            }
        }
    }

    /// P(own bid + shift > every rival's) for each bidder: the rivals' distributions are moved against the
    /// own ones, and all bidders share the nodes.
    fn outbids(&self, profile: &Profile, shift: f64) -> Vec<f64> {
        let bidders = self.population.len();
        let mut curves: Vec<BidCurve> = self.curves(profile, 0.0, Part::Density).collect();
        let floor = curves.iter().map(BidCurve::lowest).fold(f64::INFINITY, f64::min);
        // The bidders once more, their bids moved.
        let moved = self.curves(profile, -shift, Part::Cdf);
        curves.extend(moved.map(|curve| BidCurve { bidder: bidders + curve.bidder, ..curve }));
        let mut probabilities = vec![0.0; bidders];
        let mut below = vec![0.0; bidders];
        walk(&curves, Integrand::Product(bidders), floor, &mut |node| {
            let (own, moved) = node.bidders.split_at(bidders);
            let mut product = 1.0;
            for (at, below) in moved.iter().zip(&mut below) {
                *below = product;
                product *= at.cdf;
            }
            product = 1.0;
            let all = own.iter().zip(moved).zip(&below).zip(&mut probabilities).rev();
            for (((own, moved), below), probability) in all {
                *probability += own.mass * below * product;
                product *= moved.cdf;
            }
        });
        probabilities
    }
}

/// The shares where all priors are uniform and all bids linear.
fn of_lines(population: &Population, multipliers: &[f64], margin: f64) -> Vec<f64> {
    let bids: Vec<Bid> = population
        .bidders
        .iter()
        .zip(multipliers)
        .map(|(bidder, &multiplier)| Bid { prior: &bidder.prior, multiplier })
        .collect();
    let share = |i: usize| {
        let mut rivals = bids.clone();
        let own = rivals.swap_remove(i);
        rivals.sort_by(|a, b| b.top().total_cmp(&a.top()));
        outbids(own, &rivals, -margin) + (1.0 - outbids(own, &rivals, margin))
    };
    (0..bids.len()).map(share).collect()
}

/// A bid w v, a random number.
#[derive(Clone, Copy)]
struct Bid<'p> {
    prior: &'p Prior,
    multiplier: f64,
}

impl Bid<'_> {
    fn lowest(&self) -> f64 {
        self.multiplier * self.prior.support().0
    }

    fn top(&self) -> f64 {
        self.multiplier * self.prior.support().1
    }

    /// P(w v <= bid).
    fn cdf(&self, bid: f64) -> f64 {
        self.prior.cdf(bid / self.multiplier)
    }
}

/// P(own bid + shift > every rival's); the rivals' top bids fall.
///
/// An integral over the own value, since a tiny multiplier would lose its bids beside the shift. Panels end
/// where the shifted bid passes a rival's top, and for uniform priors the rules are exact to rounding.
fn outbids(own: Bid<'_>, rivals: &[Bid<'_>], shift: f64) -> f64 {
    let (low, high) = own.prior.support();
    let value_at = |bid: f64| ((bid - shift) / own.multiplier).clamp(low, high);
    let floor = value_at(rivals.iter().map(Bid::lowest).fold(0.0, f64::max));
    let mut to = high;
    let mut probability = 0.0;
    for active in 0..=rivals.len() {
        let from = rivals.get(active).map_or(floor, |next| value_at(next.top()).max(floor));
        if from < to {
            let wins = |v: f64| {
                let bid = own.multiplier.mul_add(v, shift);
                own.prior.pdf(v) * rivals[..active].iter().map(|rival| rival.cdf(bid)).product::<f64>()
            };
            let rule = GaussLegendre::for_linear_factors(active, (from - floor) / (to - from));
            probability += rule.integrate(from, to, wins);
            to = from;
        }
    }
    probability
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::auction::BidFunction;
    use crate::auction::games::{
        SIZES, any_games, draws, expectation, game, games, line_through_knots, outbid, seven_priors, through,
        with_priors,
    };

    fn margin(beta: f64) -> f64 {
        libm::log(99.0) / beta
    }

    #[test]
    fn two_equal_bidders_have_a_closed_form() {
        for (w, beta) in [(0.5, 50.0), (0.1, 200.0), (0.9, 1e4), (0.5, 9.0), (1e-150, 50.0)] {
            let shares =
                saturation(&Population::symmetric(2, Prior::STANDARD), &Profile::linear([w, w]), beta);
            let apart = (1.0 - margin(beta) / w).max(0.0);
            assert!((shares[0] - apart * apart).abs() < 1e-14, "{shares:?}");
            assert_eq!(shares[0], shares[1]);
        }
    }

    #[test]
    fn a_tiny_multiplier_beside_a_usual_one_keeps_its_bids() {
        // The first bids 0 or next to it; the second is decided unless its bid is within the margin.
        let shares = saturation(&game(&[(0.0, 1.0), (0.0, 2.0)]), &Profile::linear([1e-150, 0.5]), 50.0);
        assert!(shares.iter().all(|share| (share - (1.0 - margin(50.0))).abs() < 1e-14), "{shares:?}");
    }

    #[test]
    fn multipliers_of_zero_are_never_decided() {
        assert_eq!(saturation(&game(&[(0.0, 1.0); 3]), &Profile::linear([0.0; 3]), 50.0), [0.0; 3]);
    }

    #[test]
    fn a_steep_sigmoid_is_always_decided() {
        for bidders in SIZES {
            let population = Population::symmetric(bidders, Prior::STANDARD);
            let shares = saturation(&population, &Profile::linear(vec![0.7; bidders]), 1e12);
            assert!(shares.iter().all(|share| (share - 1.0).abs() < 1e-9), "{shares:?}");
        }
    }

    #[test]
    fn four_unequal_bidders_agree_with_simulation() {
        let population = game(&[(0.0, 1.0), (0.2, 1.5), (0.0, 2.0), (0.5, 0.9)]);
        let profile = Profile::linear([0.8, 0.55, 0.45, 0.75]);
        let beta = 20.0;
        let draws_taken = 200_000;
        let mut decided = [0_u32; 4];
        for values in draws(&population, 11).take(draws_taken) {
            let bids: Vec<f64> =
                values.iter().zip(&profile.bids).map(|(v, bids)| bids.mean_bid(*v)).collect();
            for (i, decided) in decided.iter_mut().enumerate() {
                let rival = (0..4).filter(|&j| j != i).map(|j| bids[j]).fold(0.0, f64::max);
                *decided += u32::from((bids[i] - rival).abs() > margin(beta));
            }
        }
        for (exact, decided) in saturation(&population, &profile, beta).into_iter().zip(decided) {
            let n = draws_taken as f64;
            // Five standard errors: of seeds, one in 10^5 would fail a right answer.
            let tolerance = 5.0 * (exact * (1.0 - exact) / n).sqrt();
            assert!((f64::from(decided) / n - exact).abs() < tolerance, "{decided} draws for {exact}");
        }
    }

    #[test]
    fn seven_priors_and_functions_agree_with_simulation() {
        let priors = seven_priors();
        let functions = [
            through(&[(0.0, 0.0), (0.3, 0.3), (0.5, 0.3), (1.5, 1.2)]),
            through(&[(0.3, 0.2), (0.6, 0.5)]),
            BidFunction::Linear { multiplier: 0.6 },
        ];
        for first in 0..priors.len() {
            let prior = |k: usize| priors[(first + k) % priors.len()].clone();
            let population = with_priors(&[prior(0), prior(1), prior(2)]);
            let profile = Profile { bids: functions.to_vec() };
            let (beta, draws_taken) = (60.0, 50_000);
            let mut decided = [0_u32; 3];
            for values in draws(&population, 5).take(draws_taken) {
                let bids: Vec<f64> =
                    values.iter().zip(&profile.bids).map(|(v, bids)| bids.mean_bid(*v)).collect();
                for (i, decided) in decided.iter_mut().enumerate() {
                    let rival = (0..3).filter(|&j| j != i).map(|j| bids[j]).fold(0.0, f64::max);
                    *decided += u32::from((bids[i] - rival).abs() > margin(beta));
                }
            }
            for (exact, decided) in saturation(&population, &profile, beta).into_iter().zip(decided) {
                let n = draws_taken as f64;
                let tolerance = 5.0 * (exact * (1.0 - exact) / n).sqrt();
                assert!((f64::from(decided) / n - exact).abs() < tolerance, "{decided} draws for {exact}");
            }
        }
    }

    proptest! {
        #[test]
        fn shares_are_probabilities_that_rise_with_beta((population, profile) in games(), beta in 1.0..500.0) {
            let shares = saturation(&population, &profile, beta);
            let steeper = saturation(&population, &profile, 1.5 * beta);
            for (share, steeper) in shares.into_iter().zip(steeper) {
                prop_assert!((-1e-12..=1.0 + 1e-12).contains(&share), "{share}");
                prop_assert!(steeper >= share - 1e-12, "{share} then {steeper}");
            }
        }

        #[test]
        fn a_line_through_knots_is_the_line((population, profile) in games(), beta in 1.0..500.0) {
            let multipliers = profile.multipliers().unwrap();
            let priors = population.bidders.iter().map(|bidder| &bidder.prior);
            let bids = priors.zip(multipliers).map(|(prior, w)| line_through_knots(prior, w)).collect();
            let shares = saturation(&population, &profile, beta);
            for (one, other) in shares.into_iter().zip(saturation(&population, &Profile { bids }, beta)) {
                prop_assert!((one - other).abs() <= 1e-10, "{one} {other}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_shares_are_those_of_the_definition((population, profile) in any_games(3), beta in 5.0..500.0) {
            let c = margin(beta);
            for (i, share) in saturation(&population, &profile, beta).into_iter().enumerate() {
                let expected = expectation(&population, &profile, i, &[-c, c], |_, bid| {
                    outbid(&population, &profile, i, bid - c) + 1.0 - outbid(&population, &profile, i, bid + c)
                });
                prop_assert!((share - expected).abs() <= 1e-9, "{share} for {expected}");
            }
        }
    }
}
