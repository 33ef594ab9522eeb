//! Values from U\[0, h_j\]: between the highest bids of arms, w_a h_j, every law of a bid is linear,
//!
//! G_j(b) = A_j + B_j b, where A_j sums x_ja over the arms whose highest bid is below b, and B_j sums
//! x_ja / (w_a h_j) over the others; and with the own value replaced by the bid,
//!
//! u_i(k) = (1 - w_k) / (h_i w_k^2) int_0^(w_k h_i) b prod_(j not i) G_j(b) db.

use std::ops::Range;

use super::others::products;
use super::{ArmBidder, ArmWorkspace};
use crate::auction::Prior;
use crate::auction::strategy::arm_multiplier;
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::simd::Float;

#[derive(Clone, Debug)]
pub(super) struct Uniforms {
    bidders: Vec<Bidder>,
    /// Nodes b and weight x b, as many a segment between neighbouring cuts.
    nodes: Vec<(f64, f64)>,
    nodes_a_segment: usize,
}

#[derive(Clone, Debug)]
struct Bidder {
    /// 1 / (w_a h) an arm; 0 for arm 0, which is below every bid.
    slopes: Vec<f64>,
    /// The last arm whose highest bid is below the segment, one a segment.
    below: Vec<usize>,
    /// The last segment below an arm's highest bid, one an arm.
    last_segment: Vec<usize>,
    /// (1 - w_k) / (h w_k^2), one an arm.
    factors: Vec<f64>,
}

impl Uniforms {
    /// Where every prior is U\[0, h\].
    pub(super) fn new(bidders: &[ArmBidder<'_>]) -> Option<Self> {
        let high = |bidder: &ArmBidder<'_>| match bidder.prior {
            Prior::Uniform(_) if bidder.prior.support().0 == 0.0 => Some(bidder.prior.support().1),
            _ => None,
        };
        let highs: Vec<f64> = bidders.iter().map(high).collect::<Option<_>>()?;
        // Highest bids, shape [bidder][arm].
        let tops: Vec<Vec<f64>> = bidders
            .iter()
            .zip(&highs)
            .map(|(bidder, high)| (0..bidder.arms).map(|a| arm_multiplier(a, bidder.arms) * high).collect())
            .collect();
        let mut cuts: Vec<f64> = tops.iter().flatten().copied().collect();
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        // The integrand has degree N.
        let rule = GaussLegendre::of_order((bidders.len() + 2) / 2);
        let points = |ends: &[f64]| rule.points(ends[0], ends[1]).map(|(b, weight)| (b, weight * b));
        let place = |tops: &[f64], high: &f64| Bidder {
            slopes: tops.iter().map(|top| if *top > 0.0 { 1.0 / top } else { 0.0 }).collect(),
            below: cuts[..cuts.len() - 1]
                .iter()
                .map(|cut| tops.partition_point(|top| top <= cut) - 1)
                .collect(),
            last_segment: tops
                .iter()
                .map(|top| cuts.partition_point(|cut| cut < top).saturating_sub(1))
                .collect(),
            factors: tops
                .iter()
                .map(|top| if *top > 0.0 { (high - top) / (top * top) } else { 0.0 })
                .collect(),
        };
        Some(Uniforms {
            bidders: tops.iter().zip(&highs).map(|(tops, high)| place(tops, high)).collect(),
            nodes: cuts.windows(2).flat_map(points).collect(),
            nodes_a_segment: rule.points(0.0, 1.0).count(),
        })
    }

    pub(super) fn segments(&self) -> usize {
        self.nodes.len() / self.nodes_a_segment
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
        for ((bidder, mixture), sums) in self.bidders.iter().zip(mixtures).zip(&mut *sums) {
            let mut below = zero;
            for (sum, &share) in sums.iter_mut().zip(mixture) {
                below = below + share;
                sum[0] = below;
            }
            // Over the arms after this one.
            let mut above = zero;
            for a in (0..mixture.len()).rev() {
                sums[a][1] = above;
                above = mixture[a].mul_add(R::splat(bidder.slopes[a]), above);
            }
        }
        for i in wanted.clone() {
            rows[i][0] = zero;
        }
        for (segment, nodes) in self.nodes.chunks_exact(self.nodes_a_segment).enumerate() {
            for i in wanted.clone() {
                if segment > 0 {
                    rows[i][segment] = rows[i][segment - 1];
                }
            }
            for &(b, weight) in nodes {
                let (b, weight) = (R::splat(b), R::splat(weight));
                for ((law, bidder), sums) in laws.iter_mut().zip(&self.bidders).zip(&*sums) {
                    let [below, above] = sums[bidder.below[segment]];
                    *law = above.mul_add(b, below);
                }
                products(laws, wanted.clone(), others);
                for i in wanted.clone() {
                    rows[i][segment] = weight.mul_add(others[i], rows[i][segment]);
                }
            }
        }
        for i in wanted {
            let bidder = &self.bidders[i];
            for (k, payoff) in payoffs[i].iter_mut().enumerate() {
                *payoff = rows[i][bidder.last_segment[k]] * R::splat(bidder.factors[k]);
            }
        }
    }
}
