//! Any priors: the laws of bids on the nodes of a quadrature between the bids at which some law bends.

use std::ops::Range;

use super::others::products;
use super::{ArmBidder, ArmWorkspace};
use crate::auction::Prior;
use crate::auction::strategy::arm_multiplier;
use crate::numeric::quadrature::{GaussLegendre, towards_ends};
use crate::numeric::simd::Float;

/// Nodes between neighbouring bends where densities are not constant there: below the highest bid of the
/// first arm lies the whole of a distribution.
const NODES: usize = 24;

#[derive(Clone, Debug)]
pub(super) struct Smooth {
    bidders: Vec<Bidder>,
    nodes: usize,
}

#[derive(Clone, Debug)]
struct Bidder {
    /// F(b / w_a) at every node, of the arms that it is neither 0 nor 1 of.
    laws: Vec<Band>,
    /// For every arm, the weights of the nodes at which prod_(j not i) G_j stands in the payoff.
    payoffs: Vec<Band>,
}

/// A row of a matrix that is 0 but from one column to another.
#[derive(Clone, Debug)]
struct Band {
    from: usize,
    numbers: Vec<f64>,
}

/// The values at which the distribution bends, rising: the ends of the support among them.
fn bends(prior: &Prior) -> Vec<f64> {
    let (low, high) = prior.support();
    let mut bends = prior.kinks();
    bends.extend([low, high]);
    bends.sort_by(f64::total_cmp);
    bends.dedup();
    bends
}

/// A node that is moved towards the ends twice.
fn towards_twice((t, weight): (f64, f64)) -> (f64, f64) {
    let (once, slope) = towards_ends((t, 1.0));
    let (twice, further) = towards_ends((once, 1.0));
    (twice, weight * slope * further)
}

impl Smooth {
    pub(super) fn new(bidders: &[ArmBidder<'_>]) -> Self {
        let bids = |bidder: &ArmBidder<'_>| -> Vec<f64> {
            let arms = bidder.arms;
            let bends = bends(bidder.prior);
            (1..arms)
                .flat_map(|a| bends.iter().map(move |v| arm_multiplier(a, arms) * v).collect::<Vec<_>>())
                .collect()
        };
        let mut cuts: Vec<f64> = bidders.iter().flat_map(bids).collect();
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let is_flat = |prior: &Prior| matches!(prior, Prior::Uniform(_) | Prior::Empirical(_));
        let flat = bidders.iter().all(|bidder| is_flat(bidder.prior));
        let has_pole = |prior: &Prior| {
            let (low, high) = prior.support();
            prior.pdf(low).is_infinite() || prior.pdf(high).is_infinite()
        };
        let poles = bidders.iter().any(|bidder| has_pole(bidder.prior));
        let order = if flat { (bidders.len() + 2) / 2 } else { NODES };
        let graded = |node| match (flat, poles) {
            (true, _) => node,
            (false, false) => towards_ends(node),
            // Twice: powers as low as -3/4 are smooth.
            (false, true) => towards_twice(node),
        };
        let unit: Vec<(f64, f64)> = GaussLegendre::of_order(order).points(0.0, 1.0).map(graded).collect();
        let nodes: Vec<(f64, f64)> = cuts
            .windows(2)
            .flat_map(|ends| {
                let width = ends[1] - ends[0];
                unit.iter().map(move |(t, weight)| (width.mul_add(*t, ends[0]), width * weight))
            })
            .collect();
        Smooth {
            bidders: bidders.iter().map(|bidder| Bidder::new(bidder, &nodes)).collect(),
            nodes: nodes.len(),
        }
    }

    pub(super) fn nodes(&self) -> usize {
        self.nodes
    }

    #[inline(always)]
    pub(super) fn find<R: Float>(
        &self,
        mixtures: &[Vec<R>],
        wanted: Range<usize>,
        workspace: &mut ArmWorkspace<R>,
        payoffs: &mut [Vec<R>],
    ) {
        let zero = R::splat(0.0);
        let ArmWorkspace { sums, laws, products: others, rows } = workspace;
        for (mixture, sums) in mixtures.iter().zip(&mut *sums) {
            let mut below = zero;
            for (sum, &share) in sums.iter_mut().zip(mixture) {
                below = below + share;
                sum[0] = below;
            }
        }
        let mut node = 0;
        while node < self.nodes {
            for (j, bidder) in self.bidders.iter().enumerate() {
                let band = &bidder.laws[node];
                // Arm 0 bids 0, below every node.
                let mut law = sums[j][band.from - 1][0];
                for (&f, &share) in band.numbers.iter().zip(&mixtures[j][band.from..]) {
                    law = share.mul_add(R::splat(f), law);
                }
                laws[j] = law;
            }
            products(laws, wanted.clone(), others);
            for i in wanted.clone() {
                rows[i][node] = others[i];
            }
            node += 1;
        }
        for i in wanted {
            for (band, payoff) in self.bidders[i].payoffs.iter().zip(&mut payoffs[i]) {
                let mut sum = zero;
                for (&weight, &won) in band.numbers.iter().zip(&rows[i][band.from..]) {
                    sum = won.mul_add(R::splat(weight), sum);
                }
                *payoff = sum;
            }
        }
    }
}

impl Bidder {
    fn new(bidder: &ArmBidder<'_>, nodes: &[(f64, f64)]) -> Self {
        let (prior, arms) = (bidder.prior, bidder.arms);
        let (low, high) = prior.support();
        let law = |&(b, _): &(f64, f64)| {
            let bids_above = |v: f64| (1..arms).find(|&a| arm_multiplier(a, arms) * v > b).unwrap_or(arms);
            let (from, to) = (bids_above(high), bids_above(low));
            Band { from, numbers: (from..to).map(|a| prior.cdf(b / arm_multiplier(a, arms))).collect() }
        };
        let payoff = |k: usize| {
            let multiplier = arm_multiplier(k, arms);
            let from = nodes.partition_point(|(b, _)| *b < multiplier * low);
            let to = nodes.partition_point(|(b, _)| *b < multiplier * high);
            let weight = |&(b, weight): &(f64, f64)| {
                let value = b / multiplier;
                (1.0 - multiplier) * weight / multiplier * value * prior.pdf(value)
            };
            Band {
                from,
                numbers: if k == 0 { Vec::new() } else { nodes[from..to].iter().map(weight).collect() },
            }
        };
        Bidder { laws: nodes.iter().map(law).collect(), payoffs: (0..arms).map(payoff).collect() }
    }
}
