//! What winners pay that others bid, and what everybody bids.

use crate::auction::Profile;
use crate::law::marginal::Part;
use crate::law::marginals::Marginals;
use crate::law::panels::{At, Integrand, walk};

/// E\[m_i; i wins\] of each bidder, m_i the highest other bid: the sum over nodes of those who bid there, if
/// i bids more and all others less. Who ties has the priority of the node.
pub(super) struct Paid {
    sums: Vec<f64>,
    /// Of the bidders but one: the product of the cdf before each.
    below: Vec<f64>,
}

impl Paid {
    pub(super) fn new(bidders: usize) -> Self {
        Paid { sums: vec![0.0; bidders], below: vec![0.0; bidders] }
    }

    /// Adds a node.
    pub(super) fn add(&mut self, bid: f64, bidders: &[At]) {
        for i in 0..bidders.len() {
            let above = 1.0 - bidders[i].cdf;
            if above <= 0.0 {
                continue;
            }
            // The density of the highest of the others: each at the bid, the rest below.
            let mut product = 1.0;
            for (j, (at, below)) in bidders.iter().zip(&mut self.below).enumerate() {
                if j != i {
                    *below = product;
                    product *= at.cdf;
                }
            }
            product = 1.0;
            let mut mass = 0.0;
            for (j, (at, below)) in bidders.iter().zip(&self.below).enumerate().rev() {
                if j != i {
                    mass += at.mass * below * product;
                    product *= at.cdf;
                }
            }
            self.sums[i] += bid * above * mass;
        }
    }

    pub(super) fn into_sums(self) -> Vec<f64> {
        self.sums
    }
}

/// E b_i of each bidder, whether it can win or not.
pub(super) fn mean_bids(marginals: &Marginals, profile: &Profile) -> Vec<f64> {
    let mut means = vec![0.0; profile.bids.len()];
    for curve in marginals.curves(profile, 0.0, Part::Density) {
        let (bidder, weight) = (curve.bidder, curve.weight);
        let lowest = curve.lowest();
        walk(&[curve], Integrand::Product(1), lowest, &mut |node| {
            means[bidder] += weight * node.bidders[0].mass * node.bid;
        });
    }
    means
}
