//! Payoffs of arms against the exact utilities of profiles of mixtures.

use super::*;
use crate::auction::games::{seven_priors, uniform, with_priors};
use crate::auction::strategy::{Play, arm_multiplier};
use crate::auction::{BidFunction, Profile};
use crate::expectation::Evaluator;
use crate::numeric::simd::{Instance, Kernel, Real, Simd, run};

/// Some probabilities, arm 0's among them.
fn mixture(arms: usize, bidder: usize) -> Vec<f64> {
    let weight = |k: usize| 1.2 + libm::sin((3 * k + 5 * bidder) as f64);
    let sum: f64 = (0..arms).map(weight).sum();
    (0..arms).map(|k| weight(k) / sum).collect()
}

struct Find<'a> {
    bidders: &'a [ArmBidder<'a>],
    mixtures: &'a [Vec<f64>],
    /// One bidder after the other rather than all at once.
    apart: bool,
}

impl Kernel for Find<'_> {
    type Output = Vec<Vec<f64>>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Vec<Vec<f64>> {
        let game = ArmPayoffs::new(self.bidders);
        let mut workspace = game.workspace::<S::Real>(self.bidders);
        let mixtures: Vec<Vec<S::Real>> =
            self.mixtures.iter().map(|x| x.iter().map(|x| S::Real::splat(*x)).collect()).collect();
        let mut payoffs = mixtures.clone();
        let count = self.bidders.len();
        if self.apart {
            for i in 0..count {
                game.find(&mixtures, i..i + 1, &mut workspace, &mut payoffs);
            }
        } else {
            game.find(&mixtures, 0..count, &mut workspace, &mut payoffs);
        }
        payoffs.iter().map(|row| row.iter().map(|x| x.to_array()[7]).collect()).collect()
    }
}

/// The largest error of any arm of any bidder, of payoffs of a few tenths.
fn error(priors: &[Prior], arms: &[usize]) -> f64 {
    let bidders: Vec<ArmBidder<'_>> =
        priors.iter().zip(arms).map(|(prior, &arms)| ArmBidder { prior, arms }).collect();
    let mixtures: Vec<Vec<f64>> = arms.iter().enumerate().map(|(j, &arms)| mixture(arms, j)).collect();
    let find = |apart| run(Instance::best(), Find { bidders: &bidders, mixtures: &mixtures, apart });
    let payoffs = find(false);
    let apart = find(true);
    let evaluator = Evaluator::new(&with_priors(priors));
    let play = |j: usize| Play::Arms { arms: arms[j] }.bid_function(&priors[j], &mixtures[j]);
    let profile = Profile { bids: (0..priors.len()).map(play).collect() };
    let mut furthest: f64 = 0.0;
    for i in 0..priors.len() {
        for k in 0..arms[i] {
            let mut deviated = profile.clone();
            deviated.bids[i] = BidFunction::Linear { multiplier: arm_multiplier(k, arms[i]) };
            let utility = evaluator.evaluate(&deviated).bidders[i].utility;
            assert!((payoffs[i][k] - apart[i][k]).abs() <= 1e-15, "bidder {i}, arm {k}");
            furthest = furthest.max((payoffs[i][k] - utility).abs());
        }
    }
    furthest
}

#[test]
fn uniform_payoffs_are_utilities() {
    let (one, two) = (uniform(0.0, 1.0), uniform(0.0, 2.0));
    for (priors, arms) in [
        (vec![one.clone(); 2], vec![11, 11]),
        (vec![one.clone(), two.clone()], vec![11, 11]),
        (vec![one.clone(), two.clone(), one.clone()], vec![6, 11, 2]),
        (vec![one.clone(); 5], vec![21; 5]),
        (vec![two; 10], vec![6; 10]),
    ] {
        let error = error(&priors, &arms);
        assert!(error < 1e-11, "{} bidders: {error}", priors.len());
    }
}

#[test]
fn payoffs_of_any_priors_are_utilities() {
    let lifted = uniform(0.5, 1.5);
    let error_of_lifted = error(&[lifted, uniform(0.0, 1.0)], &[11, 8]);
    assert!(error_of_lifted < 1e-11, "{error_of_lifted}");
    for prior in seven_priors() {
        let error = error(&[prior.clone(), uniform(0.0, 1.0), prior.clone()], &[6, 5, 6]);
        let (low, high) = prior.support();
        let pole = prior.pdf(low).is_infinite() || prior.pdf(high).is_infinite();
        let bound = if pole { 1e-5 } else { 1e-7 };
        assert!(error < bound, "{prior}: {error}");
    }
}
