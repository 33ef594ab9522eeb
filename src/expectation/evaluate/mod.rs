//! Exact ex-ante expectations of a profile.

mod paid;
mod uniform_lines;

use paid::Paid;
use uniform_lines::{tied_values, won_values};

use crate::auction::{Population, Prior, Profile};
use crate::law::bid_curve::{BidCurve, lowest_bids};
use crate::law::marginal::{Marginal, Part};
use crate::law::marginals::Marginals;
use crate::law::panels::{Integrand, Node, walk};

/// Exact expectations of a profile in the true (unsmoothed) auction, per auction and in the unit of the
/// values.
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

/// The exact (not sampled) expectations of a profile under the auction's rule; see [`Evaluator`], which is
/// to be kept where many profiles of one population are evaluated.
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

/// What the exact expectations of all profiles of a population share: tables of its priors, the expected
/// highest value.
///
/// With phi_i(b) the value at which bidder i bids b and W_i(b) = prod_{j != i} F_j(phi_j(b)) the probability
/// to win with a bid b:
///
/// ```text
/// utility_i = int (v - b_i(v)) W_i(b_i(v)) dF_i(v),    revenue = sum_i int b_i(v) W_i(b_i(v)) dF_i(v),
/// welfare = revenue + sum_i utility_i
/// ```
///
/// at the first price; under other rules bidders pay as their [`Payment`](crate::auction::Payment) says, with
/// the highest other bid that i pays
///
/// ```text
/// E[m; i wins] = sum_{j != i} int b (1 - F_i(phi_i(b))) prod_{k != i, j} F_k(phi_k(b)) dF_j(phi_j(b)).
/// ```
///
/// Of a mixture these are the means over the functions that may be drawn, and F_j(phi_j(b)) of a rival's is
/// the mixture of their laws, G_j(b) = sum_k w_k F_j(phi_jk(b)).
///
/// Those who bid the same, where bids do not rise with the value, win with equal probability: one over their
/// number. Values beyond the knots of a bid function bid like the nearer knot, and so tie.
///
/// Errors, in units of the highest value: around 1e-13 where all priors are uniform and all bids linear,
/// 1e-10 else. Where all bid 0, each wins with probability 1/N.
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
        let marginals = Marginals::new(population);
        let mut evaluator = Evaluator { population: population.clone(), marginals, highest_value: 0.0 };
        // The highest value wins where all bid alike.
        let alike = vec![1.0; population.len()];
        evaluator.highest_value = if evaluator.is_uniform() {
            won_values(population, &alike).iter().sum()
        } else {
            let won = evaluator.won(&Profile::linear(alike), None);
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
        if !self.population.mechanism.is_first_price() {
            return self.evaluate_paid(profile);
        }
        match profile.multipliers() {
            Some(multipliers) if self.is_uniform() => self.evaluate_lines(&multipliers),
            Some(multipliers) if multipliers.iter().all(|w| *w == 0.0) => {
                let utilities = tied_values(&self.population);
                let welfare = utilities.iter().sum();
                self.evaluation(utilities, 0.0, welfare)
            }
            _ => {
                let won = self.won(profile, None);
                let revenue: f64 = won.iter().map(|won| won.paid).sum();
                let utilities: Vec<f64> = won.iter().map(|won| won.gap).collect();
                let welfare = revenue + utilities.iter().sum::<f64>();
                self.evaluation(utilities, revenue, welfare)
            }
        }
    }

    /// What is won, and what is paid by any rule.
    fn evaluate_paid(&self, profile: &Profile) -> Evaluation {
        let mut paid = Paid::new(self.population.len());
        let won = self.won(profile, Some(&mut paid));
        let means = paid::mean_bids(&self.marginals, profile);
        let payment = self.population.mechanism.payment();
        let payments: Vec<f64> = (won.iter().zip(paid.into_sums()).zip(means))
            .map(|((won, other), mean)| {
                payment.own * won.paid + payment.other * other + payment.always * mean
            })
            .collect();
        let utilities = won.iter().zip(&payments).map(|(won, paid)| won.gap + won.paid - paid).collect();
        let welfare = won.iter().map(|won| won.gap + won.paid).sum();
        self.evaluation(utilities, payments.iter().sum(), welfare)
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

    /// The integrals run over the winning bid, so that all bidders share the nodes and each node needs every
    /// F_j once. Below somebody's lowest bid nobody else wins; who wins there may still set the price, where
    /// that is asked for.
    fn won(&self, profile: &Profile, mut others: Option<&mut Paid>) -> Vec<Won> {
        let curves: Vec<BidCurve> = self.curves(profile, 0.0, Part::Both).collect();
        let mut lowest: Vec<f64> = lowest_bids(&curves).collect();
        lowest.sort_by(f64::total_cmp);
        // Below the second highest of the lowest bids two surely bid more.
        let floor = lowest[lowest.len() - if others.is_some() { 2 } else { 1 }];
        let bidders = self.population.len();
        let mut won = vec![Won::default(); bidders];
        let mut below = vec![0.0; bidders];
        walk(&curves, Integrand::Product(bidders), floor, &mut |Node { bid, bidders }| {
            if let Some(paid) = &mut others {
                paid.add(bid, bidders);
            }
            // First the product of the F_j before each bidder, then times those after.
            let mut product = 1.0;
            for (at, below) in bidders.iter().zip(&mut below) {
                *below = product;
                product *= at.cdf;
            }
            product = 1.0;
            for ((at, below), won) in bidders.iter().zip(&below).zip(&mut won).rev() {
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

#[cfg(test)]
mod tests;
