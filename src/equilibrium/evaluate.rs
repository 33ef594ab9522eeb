//! Exact ex-ante expectations of a profile.

use crate::auction::{Population, Prior, Profile};
use crate::numeric::quadrature::GaussLegendre;

/// Exact expectations of a profile in the true (unsmoothed) auction, per auction and in the unit of the values.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// One a bidder.
    pub bidders: Vec<BidderEvaluation>,
    /// The expected payment.
    pub revenue: f64,
    /// The winner's expected value: revenue and all utilities together.
    pub welfare: f64,
    /// `welfare` over the expected highest value, in \[0, 1\].
    pub efficiency: f64,
}

/// Exact expectations of one bidder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BidderEvaluation {
    /// Ex-ante expected utility.
    pub utility: f64,
}

/// The exact (not sampled) expectations of a linear profile in the first-price auction.
///
/// With W_i = E\[v_i; i wins\] = int v f_i(v) prod_{j != i} F_j(w_i v / w_j) dv:
///
/// ```text
/// utility_i = (1 - w_i) W_i,    revenue = sum_i w_i W_i,    welfare = sum_i W_i.
/// ```
///
/// Relative error around 1e-13. Where every multiplier is 0 all bids tie, nobody can be said to win, and all numbers
/// are NaN.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Profile};
/// use bidsweep::equilibrium::evaluate;
///
/// let evaluation = evaluate(&Population::symmetric(2, Prior::STANDARD), &Profile::linear([0.5, 0.5]));
/// assert!((evaluation.bidders[0].utility - 1.0 / 6.0).abs() < 1e-15);
/// assert!((evaluation.revenue - 1.0 / 3.0).abs() < 1e-15);
/// assert_eq!(evaluation.efficiency, 1.0);
/// ```
///
/// # Panics
/// Where the profile has not one multiplier a bidder.
pub fn evaluate(population: &Population, profile: &Profile) -> Evaluation {
    let multipliers = &profile.multipliers().expect("linear bids");
    assert_eq!(multipliers.len(), population.len(), "multipliers and bidders");
    let won = won_values(population, multipliers);
    // The highest value wins where all bid alike.
    let highest_value: f64 = won_values(population, &vec![1.0; population.len()]).iter().sum();
    let welfare: f64 = won.iter().sum();
    let bidder = |(w, won): (&f64, &f64)| BidderEvaluation { utility: (1.0 - w) * won };
    Evaluation {
        bidders: multipliers.iter().zip(&won).map(bidder).collect(),
        revenue: multipliers.iter().zip(&won).map(|(w, won)| w * won).sum(),
        welfare,
        efficiency: welfare / highest_value,
    }
}

/// A bidder who can win: some of the bids are above everybody's lowest.
struct Contender<'p> {
    bidder: usize,
    prior: &'p Prior,
    /// Multiplier over the largest of all.
    ratio: f64,
    /// The highest bid.
    top: f64,
}

/// E\[v_i; i wins\] for each bidder.
///
/// The integrals run over the winning bid, so that all bidders share the nodes and each node needs every F_j once.
/// Below everybody's lowest bids nobody wins; above it, a bidder's F_j(b / w_j) is linear up to the bidder's top
/// bid and 1 from there on. So panels end at the top bids, and for uniform priors the rules are exact to rounding. A
/// prior whose F is not linear needs finer panels.
fn won_values<'p>(population: &'p Population, multipliers: &[f64]) -> Vec<f64> {
    let largest = multipliers.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return vec![f64::NAN; population.len()];
    }
    // Who wins depends on the ratios alone, and those of tiny multipliers do not underflow.
    let bids = || population.bidders.iter().zip(multipliers).map(|(bidder, w)| (&bidder.prior, w / largest));
    let floor = bids().map(|(prior, ratio)| ratio * prior.support().0).fold(0.0, f64::max);
    let contender = |(bidder, (prior, ratio)): (usize, (&'p Prior, f64))| Contender {
        bidder,
        prior,
        ratio,
        top: ratio * prior.support().1,
    };
    let mut contenders: Vec<Contender> =
        bids().enumerate().map(contender).filter(|contender| contender.top > floor).collect();
    contenders.sort_by(|a, b| b.top.total_cmp(&a.top));

    let mut won = vec![0.0; population.len()];
    let mut below = vec![0.0; contenders.len()];
    for active in 1..=contenders.len() {
        // Between two top bids, those with the higher tops compete.
        let from = contenders.get(active).map_or(floor, |next| next.top);
        let contenders = &contenders[..active];
        let to = contenders[active - 1].top;
        if from >= to {
            continue;
        }
        // The value is linear in the bid, and so is the F of each of the active - 1 rivals.
        let rule = GaussLegendre::for_linear_factors(active, (from - floor) / (to - from));
        for (bid, weight) in rule.points(from, to) {
            // First the product of the F_j before each contender, then times those after.
            let mut product = 1.0;
            for (contender, below) in contenders.iter().zip(&mut below) {
                *below = product;
                product *= contender.prior.cdf(bid / contender.ratio);
            }
            product = 1.0;
            for (contender, below) in contenders.iter().zip(&below).rev() {
                let value = bid / contender.ratio;
                let wins = below * product;
                won[contender.bidder] += weight / contender.ratio * contender.prior.pdf(value) * value * wins;
                product *= contender.prior.cdf(value);
            }
        }
    }
    won
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::equilibrium::games::{SIZES, draws, game, games};
    use crate::numeric::statistics::Moments;

    fn assert_close(actual: f64, expected: f64, tolerance: f64) {
        assert!((actual - expected).abs() <= tolerance, "{actual} for {expected}");
    }

    #[test]
    fn symmetric_profiles_have_closed_forms() {
        for bidders in SIZES {
            let n = bidders as f64;
            let population = Population::symmetric(bidders, Prior::STANDARD);
            for w in [1e-150, 0.3, (n - 1.0) / n, 0.999] {
                let evaluation = evaluate(&population, &Profile::linear(vec![w; bidders]));
                for bidder in &evaluation.bidders {
                    assert_close(bidder.utility * (n + 1.0) / (1.0 - w), 1.0, 1e-13);
                }
                assert_close(evaluation.revenue * (n + 1.0) / (w * n), 1.0, 1e-13);
                assert_close(evaluation.welfare * (n + 1.0) / n, 1.0, 1e-13);
                assert_eq!(evaluation.efficiency, 1.0);
            }
        }
    }

    #[test]
    fn two_unequal_bidders_have_a_closed_form() {
        // Values from U[0, 1] and U[0, 2]; the bids of the first end at a, those of the second at c >= a.
        for (w1, w2) in [(0.5, 0.326_673), (0.3, 0.9), (0.999, 0.4995), (1e-150, 0.5)] {
            let (a, c) = (w1, 2.0 * w2);
            // The first wins with probability w1 v / c; the second with min(w2 v / a, 1), certain from v = sure on.
            let sure = a / w2;
            let won = [w1 / (3.0 * c), sure * sure / 6.0 + (4.0 - sure * sure) / 4.0];
            let evaluation = evaluate(&game(&[(0.0, 1.0), (0.0, 2.0)]), &Profile::linear([w1, w2]));
            assert_close(evaluation.bidders[0].utility / ((1.0 - w1) * won[0]), 1.0, 1e-14);
            assert_close(evaluation.bidders[1].utility / ((1.0 - w2) * won[1]), 1.0, 1e-14);
            assert_close(evaluation.revenue, w1 * won[0] + w2 * won[1], 1e-14);
            // E[max] = 13 / 12.
            assert_close(evaluation.efficiency, (won[0] + won[1]) * 12.0 / 13.0, 1e-14);
        }
    }

    #[test]
    fn a_bidder_above_all_others_always_wins() {
        let evaluation =
            evaluate(&game(&[(0.0, 1.0), (5.0, 7.0), (0.5, 1.0)]), &Profile::linear([0.9, 0.5, 0.9]));
        assert_eq!(evaluation.bidders[0].utility, 0.0);
        assert_eq!(evaluation.bidders[2].utility, 0.0);
        assert_close(evaluation.bidders[1].utility, 3.0, 1e-14);
        assert_close(evaluation.efficiency, 1.0, 1e-14);
    }

    #[test]
    fn a_multiplier_of_zero_never_wins_and_all_of_them_are_undecided() {
        let population = Population::symmetric(3, Prior::STANDARD);
        let evaluation = evaluate(&population, &Profile::linear([0.0, 0.5, 0.5]));
        assert_eq!(evaluation.bidders[0].utility, 0.0);
        assert_close(evaluation.welfare, 2.0 / 3.0, 1e-15);
        assert!(evaluate(&population, &Profile::linear([0.0; 3])).welfare.is_nan());
    }

    #[test]
    fn five_unequal_bidders_agree_with_simulation() {
        let population = game(&[(0.0, 1.0), (0.2, 1.5), (0.0, 2.0), (0.5, 0.9), (0.0, 1.0)]);
        let profile = Profile::linear([0.8, 0.55, 0.45, 0.75, 0.79]);
        let mut utilities = [Moments::default(); 5];
        let [mut revenue, mut welfare, mut highest] = [Moments::default(); 3];
        for values in draws(&population, 7).take(200_000) {
            let bids: Vec<f64> = values.iter().zip(&profile.bids).map(|(v, bids)| bids.bid(*v)).collect();
            let winner = (0..5).max_by(|&i, &j| bids[i].total_cmp(&bids[j])).unwrap();
            for (bidder, utility) in utilities.iter_mut().enumerate() {
                utility.push(if bidder == winner { values[winner] - bids[winner] } else { 0.0 });
            }
            revenue.push(bids[winner]);
            welfare.push(values[winner]);
            highest.push(values.iter().copied().fold(0.0, f64::max));
        }
        let evaluation = evaluate(&population, &profile);
        // Five standard errors: of seeds, one in 10^5 would fail a right answer.
        let assert_sampled = |exact: f64, sampled: &Moments| {
            let error = sampled.sd().unwrap() / (sampled.n() as f64).sqrt();
            assert_close(sampled.mean().unwrap(), exact, 5.0 * error);
        };
        for (bidder, sampled) in evaluation.bidders.iter().zip(&utilities) {
            assert_sampled(bidder.utility, sampled);
        }
        assert_sampled(evaluation.revenue, &revenue);
        assert_sampled(evaluation.welfare, &welfare);
        assert_sampled(evaluation.welfare / evaluation.efficiency, &highest);
    }

    /// W_i by its definition: over the own value, panels between all ends of all supports, the highest order.
    fn won_by_definition(population: &Population, profile: &Profile, i: usize) -> f64 {
        let prior = &population.bidders[i].prior;
        let (low, high) = prior.support();
        let multipliers = profile.multipliers().unwrap();
        let own = multipliers[i];
        let rivals = || population.bidders.iter().zip(&multipliers).enumerate().filter(|(j, _)| *j != i);
        let ends = |prior: &Prior| <[f64; 2]>::from(prior.support());
        let mut breakpoints: Vec<f64> = rivals()
            .flat_map(|(_, (rival, w))| ends(&rival.prior).map(|end| (end * (w / own)).clamp(low, high)))
            .chain([low, high])
            .collect();
        breakpoints.sort_by(f64::total_cmp);
        GaussLegendre::of_order(64).integrate_panels(&breakpoints, |v| {
            let wins: f64 = rivals().map(|(_, (rival, w))| rival.prior.cdf(v * (own / w))).product();
            v * prior.pdf(v) * wins
        })
    }

    proptest! {
        #[test]
        fn utilities_are_those_of_the_definition((population, profile) in games()) {
            let evaluation = evaluate(&population, &profile);
            for (i, bidder) in evaluation.bidders.iter().enumerate() {
                let expected = (1.0 - profile.multipliers().unwrap()[i]) * won_by_definition(&population, &profile, i);
                let error = (bidder.utility - expected).abs();
                prop_assert!(error <= 1e-12 * evaluation.welfare, "{} for {expected}", bidder.utility);
            }
        }

        #[test]
        fn revenue_and_utilities_share_the_welfare((population, profile) in games()) {
            let Evaluation { bidders, revenue, welfare, efficiency } = evaluate(&population, &profile);
            let shares = revenue + bidders.iter().map(|bidder| bidder.utility).sum::<f64>();
            prop_assert!((shares - welfare).abs() <= 1e-14 * welfare, "{shares} for {welfare}");
            prop_assert!(bidders.iter().all(|bidder| bidder.utility >= 0.0));
            prop_assert!(efficiency > 0.0 && efficiency < 1.0 + 1e-12, "{efficiency}");
        }

        #[test]
        fn one_multiplier_for_all_is_efficient((population, profile) in games()) {
            let w = profile.multipliers().unwrap()[0];
            let evaluation = evaluate(&population, &Profile::linear(vec![w; population.len()]));
            prop_assert_eq!(evaluation.efficiency, 1.0);
        }

        #[test]
        fn the_order_of_the_bidders_does_not_matter((population, profile) in games()) {
            let mut reversed = (population.clone(), profile.clone());
            reversed.0.bidders.reverse();
            reversed.1.bids.reverse();
            let mut backward = evaluate(&reversed.0, &reversed.1);
            backward.bidders.reverse();
            let forward = evaluate(&population, &profile);
            prop_assert!((forward.revenue - backward.revenue).abs() <= 1e-13 * forward.welfare);
            for (one, other) in forward.bidders.iter().zip(&backward.bidders) {
                prop_assert!((one.utility - other.utility).abs() <= 1e-13 * forward.welfare);
            }
        }
    }
}
