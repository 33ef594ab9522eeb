//! What bidders on tables gain by other bids of their grids.

use crate::auction::strategy::TableShape;
use crate::expectation::TableWins;
use crate::numeric::simd::{Float, Instance, Kernel, Real, Simd, run};
use crate::train::{Outcome, Settings};

/// The mean over bins j of max_m u_i(j, m) - <x_i(j), u_i(j)> of every bidder against the others' tables: of
/// the tail mean, of the last epoch and of the average over all epochs, each as a product; shape \[bidder\].
/// `None` where not all bidders play tables.
pub(super) fn epsilons_of_tables(settings: &Settings, outcome: &Outcome) -> Option<Vec<[f64; 3]>> {
    let shapes: Option<Vec<TableShape>> =
        settings.bidders.iter().map(|bidder| bidder.play().table()).collect();
    Some(run(Instance::current(), Gains { shapes: shapes?, settings, outcome }))
}

struct Gains<'a> {
    shapes: Vec<TableShape>,
    settings: &'a Settings,
    outcome: &'a Outcome,
}

impl Kernel for Gains<'_> {
    type Output = Vec<[f64; 3]>;

    fn run<S: Simd>(self) -> Vec<[f64; 3]> {
        let game = TableWins::new(&self.shapes);
        let mut laws = game.laws::<S::Real>();
        let mut wins: Vec<Vec<S::Real>> = Vec::new();
        let profiles = |bidder: usize| {
            let found = &self.outcome.bidders[bidder];
            let average = &found.mixed.as_ref().expect("a bidder on a table").time_average;
            [&found.tail_mean_parameters, &found.last_parameters, average]
        };
        for (bidder, shape) in self.shapes.iter().enumerate() {
            let profiles = profiles(bidder);
            // One lane a profile; the others repeat the first.
            let share = |k: usize| {
                let of_lane = |lane: usize| profiles[if lane < 3 { lane } else { 0 }][k];
                S::Real::from_array(std::array::from_fn(of_lane))
            };
            let table: Vec<S::Real> = (0..shape.probabilities()).map(share).collect();
            game.take(bidder, &table, &mut laws);
            wins.push(vec![S::Real::splat(0.0); shape.bids]);
        }
        game.find(&laws, 0..self.shapes.len(), &mut wins);
        let gain = |(bidder, shape): (usize, &TableShape)| {
            let values = shape.values(&self.settings.bidders[bidder].prior);
            let bids: Vec<f64> = shape.grid().collect();
            std::array::from_fn(|lane| {
                let rows = profiles(bidder)[lane].chunks_exact(shape.bids).zip(&values);
                let of_row = |(row, value): (&[f64], &f64)| {
                    let payoff = |m: usize| (value - bids[m]) * wins[bidder][m].to_array()[lane];
                    let best = (0..shape.bids).map(payoff).fold(f64::NEG_INFINITY, f64::max);
                    best - row.iter().enumerate().map(|(m, share)| share * payoff(m)).sum::<f64>()
                };
                rows.map(of_row).sum::<f64>() / shape.bins as f64
            })
        };
        self.shapes.iter().enumerate().map(gain).collect()
    }
}
