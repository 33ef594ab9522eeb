//! The exact payoff of every arm against mixtures of arms, over lanes.
//!
//! A bidder on arms bids w_k v, w_k = k / (K - 1) for k = 0 .. K - 1, with a probability x_k an arm. The bid
//! of rival j is at most b with probability G_j(b) = sum_a x_ja F_j(b / w_a), and arm k of bidder i pays
//!
//! u_i(k) = (1 - w_k) E\[v prod_(j not i) G_j(w_k v)\],
//!
//! where the mean is over the bidder's own value v. Arm 0 bids 0, as rivals do who play theirs; whoever is
//! drawn among those who tie wins: u_i(0) = E\[v\] prod_(j not i) x_j0 / N.

mod others;
mod smooth;
mod uniform;

#[cfg(test)]
mod tests;

use std::ops::Range;

use smooth::Smooth;
use uniform::Uniforms;

use crate::auction::Prior;
use crate::numeric::simd::Float;

/// A bidder on arms.
#[derive(Clone, Copy, Debug)]
pub struct ArmBidder<'a> {
    /// The distribution of the value.
    pub prior: &'a Prior,
    /// Number of arms, at least 2.
    pub arms: usize,
}

/// What is known of a game on arms before its mixtures are.
#[derive(Clone, Debug)]
pub struct ArmPayoffs {
    rule: Rule,
    /// E\[v\] / N, one a bidder.
    tied: Vec<f64>,
}

/// How the laws of bids are summed up.
#[derive(Clone, Debug)]
enum Rule {
    /// Values from U\[0, h\] each: by prefix sums, O(K N) a bidder.
    Uniforms(Uniforms),
    /// Any others: on the nodes of a quadrature, O(nodes x K) a bidder.
    Smooth(Smooth),
}

/// What is filled in on the way from mixtures to payoffs.
#[derive(Clone, Debug)]
pub struct ArmWorkspace<R> {
    /// Prefix and suffix sums, one of each an arm and bidder.
    sums: Vec<Vec<[R; 2]>>,
    /// G_j at one node, one a bidder, and the products over the others.
    laws: Vec<R>,
    products: Vec<R>,
    /// Integrals up to every cut, or products at every node, one row a bidder.
    rows: Vec<Vec<R>>,
}

impl ArmPayoffs {
    /// The game of these bidders, 2 or more.
    pub fn new(bidders: &[ArmBidder<'_>]) -> Self {
        let count = bidders.len() as f64;
        let rule = match Uniforms::new(bidders) {
            Some(uniforms) => Rule::Uniforms(uniforms),
            None => Rule::Smooth(Smooth::new(bidders)),
        };
        ArmPayoffs { rule, tied: bidders.iter().map(|bidder| bidder.prior.mean() / count).collect() }
    }

    /// Room for lanes of numbers.
    pub fn workspace<R: Float>(&self, bidders: &[ArmBidder<'_>]) -> ArmWorkspace<R> {
        let zero = R::splat(0.0);
        let rows = match &self.rule {
            Rule::Uniforms(uniforms) => uniforms.segments(),
            Rule::Smooth(smooth) => smooth.nodes(),
        };
        ArmWorkspace {
            sums: bidders.iter().map(|bidder| vec![[zero; 2]; bidder.arms]).collect(),
            laws: vec![zero; bidders.len()],
            products: vec![zero; bidders.len()],
            rows: vec![vec![zero; rows]; bidders.len()],
        }
    }

    /// u_i(k) of some bidders i against mixtures, one a bidder; shape of both \[bidder\]\[arm\].
    #[inline(always)]
    pub fn find<R: Float>(
        &self,
        mixtures: &[Vec<R>],
        wanted: Range<usize>,
        workspace: &mut ArmWorkspace<R>,
        payoffs: &mut [Vec<R>],
    ) {
        match &self.rule {
            Rule::Uniforms(uniforms) => uniforms.find(mixtures, wanted.clone(), workspace, payoffs),
            Rule::Smooth(smooth) => smooth.find(mixtures, wanted.clone(), workspace, payoffs),
        }
        for i in wanted {
            let mut tied = R::splat(self.tied[i]);
            for (j, mixture) in mixtures.iter().enumerate() {
                if j != i {
                    tied = tied * mixture[0];
                }
            }
            payoffs[i][0] = tied;
        }
    }
}
