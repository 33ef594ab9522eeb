//! What bidders on arms gain by another arm.

use super::epsilon_tables::epsilons_of_tables;
use crate::expectation::{ArmBidder, ArmPayoffs};
use crate::numeric::simd::{Instance, Kernel, Real, Simd, run};
use crate::train::{Outcome, Settings};

/// max_k u_i(k) - <x_i, u_i> of every bidder against the others' mixtures: of the tail mean, of the last
/// epoch and of the average over all epochs, each as a product; shape \[bidder\]. `None` where not all
/// bidders play arms, or all tables.
pub(super) fn epsilons_grid(settings: &Settings, outcome: &Outcome) -> Option<Vec<[f64; 3]>> {
    let Some(bidders) = settings.arm_bidders() else { return epsilons_of_tables(settings, outcome) };
    Some(run(Instance::current(), Gains { bidders: &bidders, outcome }))
}

struct Gains<'a> {
    bidders: &'a [ArmBidder<'a>],
    outcome: &'a Outcome,
}

impl Kernel for Gains<'_> {
    type Output = Vec<[f64; 3]>;

    fn run<S: Simd>(self) -> Vec<[f64; 3]> {
        let game = ArmPayoffs::new(self.bidders);
        let mut workspace = game.workspace::<S::Real>(self.bidders);
        // One lane a profile; the others repeat the first.
        let mixtures: Vec<Vec<S::Real>> = self
            .outcome
            .bidders
            .iter()
            .map(|bidder| {
                let average = &bidder.mixed.as_ref().expect("a bidder on arms").time_average;
                let profiles = [&bidder.tail_mean_parameters, &bidder.last_parameters, average];
                let share = |arm: usize| {
                    S::Real::from_array(std::array::from_fn(|lane| {
                        profiles[if lane < 3 { lane } else { 0 }][arm]
                    }))
                };
                (0..average.len()).map(share).collect()
            })
            .collect();
        let mut payoffs = mixtures.clone();
        game.find(&mixtures, 0..self.bidders.len(), &mut workspace, &mut payoffs);
        let gain = |(mixture, payoffs): (&Vec<S::Real>, &Vec<S::Real>)| {
            std::array::from_fn(|lane| {
                let mut best = f64::NEG_INFINITY;
                let mut own = 0.0;
                for (share, payoff) in mixture.iter().zip(payoffs) {
                    let (share, payoff) = (share.to_array()[lane], payoff.to_array()[lane]);
                    best = best.max(payoff);
                    own += share * payoff;
                }
                best - own
            })
        };
        mixtures.iter().zip(&payoffs).map(gain).collect()
    }
}
