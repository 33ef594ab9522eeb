//! Where the bidders of a run start.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::streams::stream_seed;
use super::{BidderSettings, Initial};

/// theta of every parameter at epoch 0, of the bidder at a place (from 0) in the run of a seed. Arms are all
/// as probable, and so are the bids of every bin of a table.
///
/// # Panics
/// Where a bidder is to start truthful whose class of bid functions has no such.
pub(super) fn thetas(bidder: &BidderSettings, seed: u64, place: usize) -> Vec<f64> {
    if let Some(arms) = bidder.play().arms() {
        return vec![1.0 / arms as f64; arms];
    }
    if let Some(table) = bidder.play().table() {
        return vec![1.0 / table.bids as f64; table.probabilities()];
    }
    let (strategy, link) = (bidder.strategy, bidder.strategy.link());
    match bidder.initial {
        // Every parameter of a line is its multiplier.
        Initial::Theta(theta) => vec![link.theta_of_logit(theta); strategy.parameters()],
        Initial::Truthful => {
            let parameters = strategy.truthful().expect("the class has the line b = v");
            parameters.into_iter().map(|parameter| link.theta(parameter)).collect()
        }
        Initial::Random { low, high } => {
            let mut stream = Xoshiro256PlusPlus::seed_from_u64(stream_seed(seed, "initial", place + 1));
            let mut draw = || {
                // Centred, of 52 bits, as the kernel's uniforms.
                let unit = ((stream.next_u64() % (1 << 52)) as f64 + 0.5) / (1_u64 << 52) as f64;
                link.theta((high - low).mul_add(unit, low))
            };
            (0..strategy.parameters()).map(|_| draw()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::strategy::linear;
    use crate::auction::{Prior, Strategy};
    use crate::learner::{Learner, Sgd};
    use crate::train::Rate;

    fn bidder(strategy: Strategy, initial: Initial) -> BidderSettings {
        let learner = Learner::Sgd(Sgd { momentum: 0.0 });
        BidderSettings { prior: Prior::STANDARD, strategy, learner, learning_rate: Rate::Fixed(0.1), initial }
    }

    const CURVE: Strategy = Strategy::PiecewiseLinear { segments: 3 };

    #[test]
    fn a_line_is_the_same_in_every_class() {
        let theta = linear::theta(0.7);
        assert_eq!(thetas(&bidder(Strategy::Linear, Initial::Theta(theta)), 1, 0), [theta]);
        for slope in thetas(&bidder(CURVE, Initial::Theta(theta)), 1, 0) {
            assert!((libm::exp(slope) - 0.7).abs() < 1e-15);
        }
        assert_eq!(thetas(&bidder(CURVE, Initial::Truthful), 1, 0), [0.0; 4]);
    }

    #[test]
    fn random_parameters_are_uniform_and_differ_by_run_bidder_and_parameter() {
        let initial = Initial::Random { low: 0.2, high: 0.6 };
        let n = 4000;
        let mut drawn: Vec<f64> =
            (0..n).flat_map(|seed| thetas(&bidder(CURVE, initial), seed, 1)).map(libm::exp).collect();
        drawn.sort_by(f64::total_cmp);
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
        // Kolmogorov's distance; over seeds it exceeds 1.95 / sqrt(n) once in a thousand.
        let size = drawn.len() as f64;
        let distance = |(k, x): (usize, &f64)| ((x - 0.2) / 0.4 - (k as f64 + 0.5) / size).abs();
        let furthest = drawn.iter().enumerate().map(distance).fold(0.0, f64::max);
        assert!(furthest < 1.95 / size.sqrt(), "{furthest}");
        let line = bidder(Strategy::Linear, initial);
        assert_ne!(thetas(&line, 5, 0), thetas(&line, 5, 1));
        assert!((0.2..0.6).contains(&linear::multiplier(thetas(&line, 5, 0)[0])));
    }
}
