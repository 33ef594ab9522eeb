//! Who wins which values where all priors are uniform and all bids linear.

use crate::auction::{Population, Prior};
use crate::numeric::quadrature::GaussLegendre;

/// A bidder who can win: some of the bids are above everybody's lowest.
struct Contender<'p> {
    bidder: usize,
    prior: &'p Prior,
    /// Multiplier over the largest of all.
    ratio: f64,
    /// The highest bid.
    top: f64,
}

/// E\[v_i; i wins\] for each bidder, where everybody wins with the same probability.
pub(super) fn tied_values(population: &Population) -> Vec<f64> {
    let bidders = population.len() as f64;
    population.bidders.iter().map(|bidder| bidder.prior.mean() / bidders).collect()
}

/// E\[v_i; i wins\] for each bidder, where all priors are uniform and all bids linear.
///
/// The integrals run over the winning bid, so that all bidders share the nodes and each node needs every F_j
/// once. Below everybody's lowest bids nobody wins; above it, a bidder's F_j(b / w_j) is linear up to the
/// bidder's top bid and 1 from there on. So panels end at the top bids, and the rules are exact to rounding.
pub(super) fn won_values<'p>(population: &'p Population, multipliers: &[f64]) -> Vec<f64> {
    let largest = multipliers.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return tied_values(population);
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
