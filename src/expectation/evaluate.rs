//! Exact ex-ante expectations of a profile.

use crate::auction::{Mechanism, Population, Prior, Profile};
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::{Marginal, Part};
use crate::law::marginals::Marginals;
use crate::law::panels::{Integrand, Node, walk};
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

/// The exact (not sampled) expectations of a profile in the first-price auction; see [`Evaluator`], which is to be kept
/// where many profiles of one population are evaluated.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Profile};
/// use bidsweep::expectation::evaluate;
///
/// let evaluation = evaluate(&Population::symmetric(2, Prior::STANDARD), &Profile::linear([0.5, 0.5]));
/// assert!((evaluation.bidders[0].utility - 1.0 / 6.0).abs() < 1e-15);
/// assert!((evaluation.revenue - 1.0 / 3.0).abs() < 1e-15);
/// assert_eq!(evaluation.efficiency, 1.0);
/// ```
///
/// # Panics
/// Where the profile has not one bid function a bidder.
pub fn evaluate(population: &Population, profile: &Profile) -> Evaluation {
    Evaluator::new(population).evaluate(profile)
}

/// What the exact expectations of all profiles of a population share: tables of its priors, the expected highest value.
///
/// With phi_i(b) the value at which bidder i bids b and W_i(b) = prod_{j != i} F_j(phi_j(b)) the probability to win with
/// a bid b:
///
/// ```text
/// utility_i = int (v - b_i(v)) W_i(b_i(v)) dF_i(v),    revenue = sum_i int b_i(v) W_i(b_i(v)) dF_i(v),
/// welfare = revenue + sum_i utility_i.
/// ```
///
/// Those who bid the same, where bids do not rise with the value, win with equal probability: one over their number.
/// Values beyond the knots of a bid function bid like the nearer knot, and so tie.
///
/// Errors, in units of the highest value: around 1e-13 where all priors are uniform and all bids linear, 1e-10 else.
/// Where every bid is linear with multiplier 0, all numbers are NaN.
#[derive(Clone, Debug)]
pub struct Evaluator {
    pub(crate) population: Population,
    pub(crate) marginals: Marginals,
    /// The expected highest value.
    highest_value: f64,
}

impl Evaluator {
    /// For the profiles of a population. It takes up to a millisecond a prior that costs special functions.
    pub fn new(population: &Population) -> Self {
        let Mechanism::FirstPrice = population.mechanism;
        let marginals = Marginals::new(population);
        let mut evaluator = Evaluator { population: population.clone(), marginals, highest_value: 0.0 };
        // The highest value wins where all bid alike.
        let alike = vec![1.0; population.len()];
        evaluator.highest_value = if evaluator.is_uniform() {
            won_values(population, &alike).iter().sum()
        } else {
            let won = evaluator.won(&Profile::linear(alike));
            won.iter().map(|won| won.gap + won.paid).sum()
        };
        evaluator
    }

    /// The expectations of a profile.
    ///
    /// # Panics
    /// Where the profile has not one bid function a bidder.
    pub fn evaluate(&self, profile: &Profile) -> Evaluation {
        assert_eq!(profile.bids.len(), self.population.len(), "bid functions and bidders");
        match profile.multipliers() {
            Some(multipliers) if self.is_uniform() => self.evaluate_lines(&multipliers),
            Some(multipliers) if multipliers.iter().all(|w| *w == 0.0) => {
                self.evaluation(vec![f64::NAN; multipliers.len()], f64::NAN, f64::NAN)
            }
            _ => {
                let won = self.won(profile);
                let revenue: f64 = won.iter().map(|won| won.paid).sum();
                let utilities: Vec<f64> = won.iter().map(|won| won.gap).collect();
                let welfare = revenue + utilities.iter().sum::<f64>();
                self.evaluation(utilities, revenue, welfare)
            }
        }
    }

    /// Whether every prior is uniform.
    pub(crate) fn is_uniform(&self) -> bool {
        self.population.bidders.iter().all(|bidder| matches!(bidder.prior, Prior::Uniform(_)))
    }

    /// With W_i = E\[v_i; i wins\] = int v f_i(v) prod_{j != i} F_j(w_i v / w_j) dv:
    ///
    /// ```text
    /// utility_i = (1 - w_i) W_i,    revenue = sum_i w_i W_i,    welfare = sum_i W_i.
    /// ```
    fn evaluate_lines(&self, multipliers: &[f64]) -> Evaluation {
        let won = won_values(&self.population, multipliers);
        let utilities = multipliers.iter().zip(&won).map(|(w, won)| (1.0 - w) * won).collect();
        let revenue = multipliers.iter().zip(&won).map(|(w, won)| w * won).sum();
        self.evaluation(utilities, revenue, won.iter().sum())
    }

    /// The prior of a bidder.
    pub(crate) fn marginal(&self, bidder: usize) -> &Marginal {
        self.marginals.of(bidder)
    }

    fn evaluation(&self, utilities: Vec<f64>, revenue: f64, welfare: f64) -> Evaluation {
        Evaluation {
            bidders: utilities.into_iter().map(|utility| BidderEvaluation { utility }).collect(),
            revenue,
            welfare,
            efficiency: welfare / self.highest_value,
        }
    }

    /// The distributions of bids, each `shift` higher.
    pub(crate) fn curves(
        &self,
        profile: &Profile,
        shift: f64,
        part: Part,
    ) -> impl Iterator<Item = BidCurve<'_>> {
        self.marginals.curves(profile, shift, part)
    }

    /// The integrals run over the winning bid, so that all bidders share the nodes and each node needs every F_j once.
    /// Below somebody's lowest bid nobody else wins.
    fn won(&self, profile: &Profile) -> Vec<Won> {
        let curves: Vec<BidCurve> = self.curves(profile, 0.0, Part::Both).collect();
        let floor = curves.iter().map(BidCurve::lowest).fold(f64::NEG_INFINITY, f64::max);
        let mut won = vec![Won::default(); curves.len()];
        let mut below = vec![0.0; curves.len()];
        walk(&curves, Integrand::Product(curves.len()), floor, &mut |Node { bid, curves }| {
            // First the product of the F_j before each bidder, then times those after.
            let mut product = 1.0;
            for (at, below) in curves.iter().zip(&mut below) {
                *below = product;
                product *= at.cdf;
            }
            product = 1.0;
            for ((at, below), won) in curves.iter().zip(&below).zip(&mut won).rev() {
                let wins = at.mass * below * product;
                won.gap += wins * (at.value - bid);
                won.paid += wins * bid;
                product *= at.cdf;
            }
        });
        won
    }
}

/// What a bidder wins.
#[derive(Clone, Copy, Debug, Default)]
struct Won {
    /// E\[v_i - b_i; i wins\].
    gap: f64,
    /// E\[b_i; i wins\].
    paid: f64,
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

/// E\[v_i; i wins\] for each bidder, where all priors are uniform and all bids linear.
///
/// The integrals run over the winning bid, so that all bidders share the nodes and each node needs every F_j once.
/// Below everybody's lowest bids nobody wins; above it, a bidder's F_j(b / w_j) is linear up to the bidder's top
/// bid and 1 from there on. So panels end at the top bids, and the rules are exact to rounding.
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
    use crate::auction::BidFunction;
    use crate::auction::games::{
        SIZES, any_games, draws, expectation, game, games, line_through_knots, outbid, seven_priors, through,
        with_priors,
    };
    use crate::auction::prior::{Beta, Kumaraswamy, Power};
    use crate::equilibrium::bne;
    use crate::numeric::quadrature::TanhSinh;
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

    /// int (v - b) W_i dF_i.
    fn utility_by_definition(population: &Population, profile: &Profile, i: usize) -> f64 {
        expectation(population, profile, i, &[0.0], |v, bid| (v - bid) * outbid(population, profile, i, bid))
    }

    /// E\[v; wins\] of each of two bidders who bid alike, whose values lie in \[low, low + 1\].
    fn assert_won(priors: [Prior; 2], multiplier: f64, won: [f64; 2]) {
        let population = with_priors(&priors);
        for profile in [
            Profile::linear([multiplier; 2]),
            Profile { bids: priors.iter().map(|prior| line_through_knots(prior, multiplier)).collect() },
        ] {
            let evaluation = evaluate(&population, &profile);
            for (bidder, won) in evaluation.bidders.iter().zip(won) {
                assert_close(bidder.utility, (1.0 - multiplier) * won, 2e-11);
            }
            assert_close(evaluation.revenue, multiplier * (won[0] + won[1]), 4e-11);
            assert_close(evaluation.efficiency, 1.0, 1e-11);
        }
    }

    #[test]
    fn powers_at_the_lowest_value_have_a_closed_form() {
        for low in [0.0, 1.0] {
            for (a, b) in [(0.1, 0.17), (0.5, 0.1), (2.5, 0.3), (1.0, 7.3), (1000.0, 0.2), (900.0, 1000.0)] {
                let prior = |exponent| Prior::Power(Power::new(exponent, low, low + 1.0).unwrap());
                // int v F_2 dF_1.
                let won = |a: f64, b: f64| low * a / (a + b) + a / (a + b + 1.0);
                for multiplier in [0.4, 1.3] {
                    assert_won([prior(a), prior(b)], multiplier, [won(a, b), won(b, a)]);
                }
            }
        }
    }

    #[test]
    fn powers_at_the_highest_value_have_a_closed_form() {
        for low in [0.0, 1.0] {
            for (a, b) in [(0.1, 0.17), (0.5, 0.1), (2.5, 0.3), (1.0, 7.3), (0.1, 0.1)] {
                // 1 - F = y^a at y below the highest value, by two priors.
                let kumaraswamy = |a| Prior::Kumaraswamy(Kumaraswamy::new(1.0, a, low, low + 1.0).unwrap());
                let beta = |a| Prior::Beta(Beta::new(1.0, a, low, low + 1.0).unwrap());
                let won = |a: f64, b: f64| {
                    let mean = low + 1.0 - a / (a + 1.0);
                    mean - ((low + 1.0) * a / (a + b) - a / (a + b + 1.0))
                };
                assert_won([kumaraswamy(a), kumaraswamy(b)], 0.6, [won(a, b), won(b, a)]);
                assert_won([kumaraswamy(a), beta(b)], 0.6, [won(a, b), won(b, a)]);
            }
        }
    }

    #[test]
    fn sixty_four_bidders_have_closed_forms() {
        let w = 0.7;
        let exponents: Vec<f64> = (0..64).map(|k| 0.1 + 0.27 * f64::from(k % 9)).collect();
        let power = |exponent| Prior::Power(Power::new(exponent, 0.0, 1.0).unwrap());
        let priors: Vec<Prior> = exponents.iter().map(|&exponent| power(exponent)).collect();
        let evaluation = evaluate(&with_priors(&priors), &Profile::linear([w; 64]));
        let total: f64 = exponents.iter().sum();
        for (bidder, exponent) in evaluation.bidders.iter().zip(&exponents) {
            assert_close(bidder.utility, (1.0 - w) * exponent / (total + 1.0), 1e-11);
        }
        for prior in seven_priors() {
            let (low, high) = prior.support();
            let mut ends: Vec<f64> = (0..=100).map(|k| low + (high - low) * f64::from(k) / 100.0).collect();
            ends.extend(prior.kinks());
            ends.sort_by(f64::total_cmp);
            let nodes = ends.windows(2).flat_map(|ends| TanhSinh::rule().points(ends[0], ends[1]));
            let highest = high - nodes.map(|(v, weight)| weight * libm::pow(prior.cdf(v), 64.0)).sum::<f64>();
            let evaluation = evaluate(&Population::symmetric(64, prior.clone()), &Profile::linear([w; 64]));
            assert_close(evaluation.bidders[63].utility * 64.0, (1.0 - w) * highest, 2e-10);
            assert_close(evaluation.revenue, w * highest, 2e-10);
        }
    }

    #[test]
    fn bids_above_values_lose() {
        let prior = Prior::STANDARD;
        let bids = vec![through(&[(0.0, 0.0), (1.0, 2.0)]); 3];
        let evaluation = evaluate(&Population::symmetric(3, prior), &Profile { bids });
        assert_close(evaluation.bidders[0].utility, -0.25, 1e-14);
        assert_close(evaluation.revenue, 1.5, 1e-14);
    }

    #[test]
    fn who_tie_win_with_equal_probability() {
        for prior in seven_priors() {
            for (bidders, bid) in [(2, 0.3), (5, 0.0), (64, 2.0)] {
                // All bid one bid, whatever their value; knots need not reach the ends of the support.
                let bids = vec![through(&[(0.4, bid), (0.5, bid)]); bidders];
                let evaluation = evaluate(&Population::symmetric(bidders, prior.clone()), &Profile { bids });
                for bidder in &evaluation.bidders {
                    assert_close(bidder.utility, (prior.mean() - bid) / bidders as f64, 1e-11);
                }
                assert_close(evaluation.revenue, bid, 1e-11);
                assert_close(evaluation.welfare, prior.mean(), 1e-11);
            }
        }
    }

    #[test]
    fn an_atom_of_bids_costs_what_the_best_of_those_who_tie_has_more() {
        // A fifth of the values bids 0.2, and two fifths bid less.
        let bids = through(&[(0.0, 0.0), (0.4, 0.2), (0.6, 0.2), (1.0, 0.5)]);
        for (bidders, cost) in [
            (2, 0.04 * 0.2 * (2.0 / 3.0 - 0.5)),
            (3, 0.008 * 0.2 * (3.0 / 4.0 - 0.5) + 3.0 * 0.04 * 0.4 * 0.2 * (2.0 / 3.0 - 0.5)),
        ] {
            let profile = Profile { bids: vec![bids.clone(); bidders] };
            let evaluation = evaluate(&Population::symmetric(bidders, Prior::STANDARD), &profile);
            let n = bidders as f64;
            assert_close(evaluation.welfare, n / (n + 1.0) - cost, 1e-14);
        }
    }

    #[test]
    fn seven_priors_and_functions_agree_with_simulation() {
        let population = with_priors(&seven_priors());
        let profile = Profile {
            bids: vec![
                BidFunction::Linear { multiplier: 0.8 },
                through(&[(0.0, 0.0), (0.2, 0.3), (1.2, 0.9)]),
                through(&[(0.0, 0.1), (0.3, 0.4), (0.5, 0.4), (1.5, 1.2)]),
                through(&[(0.0, 0.0), (0.999, 0.7), (1.0, 1.1)]),
                through(&[(0.3, 0.2), (0.6, 0.4), (0.7, 0.4 + 1e-13)]),
                BidFunction::Linear { multiplier: 0.6 },
                through(&[(0.0, 0.0), (0.1, 0.4), (0.6, 0.4), (1.0, 0.8)]),
            ],
        };
        let mut utilities = [Moments::default(); 7];
        let [mut revenue, mut welfare, mut highest] = [Moments::default(); 3];
        for values in draws(&population, 3).take(200_000) {
            let bids: Vec<f64> = values.iter().zip(&profile.bids).map(|(v, bids)| bids.bid(*v)).collect();
            let most = bids.iter().copied().fold(0.0, f64::max);
            let tied = bids.iter().filter(|bid| **bid == most).count() as f64;
            let wins = |i: usize| if bids[i] == most { 1.0 / tied } else { 0.0 };
            for (i, utility) in utilities.iter_mut().enumerate() {
                utility.push(wins(i) * (values[i] - bids[i]));
            }
            revenue.push(most);
            welfare.push((0..7).map(|i| wins(i) * values[i]).sum());
            highest.push(values.iter().copied().fold(0.0, f64::max));
        }
        let evaluation = evaluate(&population, &profile);
        // Five standard errors, as above.
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

    #[test]
    fn equilibria_have_the_utilities_of_their_solvers() {
        let [_, _, beta, _, normal, ..] = seven_priors();
        let power = |exponent, high| Prior::Power(Power::new(exponent, 0.0, high).unwrap());
        for priors in [
            vec![Prior::STANDARD; 3],
            game(&[(0.0, 1.0), (0.0, 2.0)]).bidders.into_iter().map(|bidder| bidder.prior).collect(),
            vec![beta.clone(), beta],
            vec![normal.clone(), normal, Prior::STANDARD],
            vec![power(0.5, 1.0), power(0.5, 2.0)],
            vec![power(2.0, 1.0), power(3.0, 1.0), power(1.0, 1.0)],
        ] {
            let population = with_priors(&priors);
            let bne = bne(&population).unwrap();
            let bids = |(i, prior): (usize, &Prior)| {
                let (low, high) = prior.support();
                let value = |k: i32| (high - low).mul_add(f64::from(k) / 2000.0, low);
                through(&(0..=2000).map(|k| (value(k), bne.bid(i, value(k)))).collect::<Vec<_>>())
            };
            let profile = Profile { bids: priors.iter().enumerate().map(bids).collect() };
            let evaluation = evaluate(&population, &profile);
            for (i, bidder) in evaluation.bidders.iter().enumerate() {
                assert_close(bidder.utility, bne.utility(i), 1e-6);
            }
            assert_close(evaluation.revenue, bne.revenue(), 1e-6);
        }
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

        #[test]
        fn a_line_through_knots_is_the_line((population, profile) in games()) {
            let multipliers = profile.multipliers().unwrap();
            let priors = population.bidders.iter().map(|bidder| &bidder.prior);
            let bids = priors.zip(multipliers).map(|(prior, w)| line_through_knots(prior, w)).collect();
            let (line, through_knots) = (evaluate(&population, &profile), evaluate(&population, &Profile { bids }));
            for (one, other) in line.bidders.iter().zip(&through_knots.bidders) {
                prop_assert!((one.utility - other.utility).abs() <= 1e-12 * line.welfare);
            }
            prop_assert!((line.revenue - through_knots.revenue).abs() <= 1e-12 * line.welfare);
            prop_assert!((line.efficiency - through_knots.efficiency).abs() <= 1e-12);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_utilities_are_those_of_the_definition((population, profile) in any_games(4)) {
            let evaluation = evaluate(&population, &profile);
            for (i, bidder) in evaluation.bidders.iter().enumerate() {
                let expected = utility_by_definition(&population, &profile, i);
                prop_assert!((bidder.utility - expected).abs() <= 1e-9, "{} for {expected}", bidder.utility);
            }
        }

        #[test]
        fn any_revenue_is_the_expected_highest_bid((population, profile) in any_games(4)) {
            let won = |i| expectation(&population, &profile, i, &[0.0], |_, bid| {
                bid * outbid(&population, &profile, i, bid)
            });
            let expected: f64 = (0..population.len()).map(won).sum();
            let Evaluation { bidders, revenue, welfare, efficiency } = evaluate(&population, &profile);
            prop_assert!((revenue - expected).abs() <= 1e-9, "{revenue} for {expected}");
            let utilities: f64 = bidders.iter().map(|bidder| bidder.utility).sum();
            prop_assert!((revenue + utilities - welfare).abs() <= 1e-14 * welfare);
            prop_assert!(efficiency > 0.0 && efficiency < 1.0 + 1e-10, "{efficiency}");
        }

        #[test]
        fn the_order_of_any_bidders_does_not_matter((population, profile) in any_games(8)) {
            let mut reversed = (population.clone(), profile.clone());
            reversed.0.bidders.reverse();
            reversed.1.bids.reverse();
            let mut backward = evaluate(&reversed.0, &reversed.1);
            backward.bidders.reverse();
            let forward = evaluate(&population, &profile);
            prop_assert!((forward.revenue - backward.revenue).abs() <= 1e-12 * forward.welfare);
            for (one, other) in forward.bidders.iter().zip(&backward.bidders) {
                prop_assert!((one.utility - other.utility).abs() <= 1e-12 * forward.welfare);
            }
        }

        #[test]
        fn any_line_through_knots_is_the_line(
            (population, _) in any_games(5), multipliers in prop::collection::vec(0.01..1.2, 5),
        ) {
            let priors = population.bidders.iter().map(|bidder| &bidder.prior);
            let bids = priors.zip(&multipliers).map(|(prior, &w)| line_through_knots(prior, w)).collect();
            let line = Profile::linear(multipliers[..population.len()].to_vec());
            let (line, through_knots) = (evaluate(&population, &line), evaluate(&population, &Profile { bids }));
            for (one, other) in line.bidders.iter().zip(&through_knots.bidders) {
                prop_assert!((one.utility - other.utility).abs() <= 1e-10, "{} {}", one.utility, other.utility);
            }
        }
    }
}
