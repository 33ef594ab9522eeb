//! Mixtures over arms, over lanes.

use crate::numeric::elementary::exp2;
use crate::numeric::simd::{Float, Real};

/// Shares that are computed together, so that one's latency hides behind the others.
const TOGETHER: usize = 4;

/// x_k = exp(step s_k) / sum_j exp(step s_j). The highest score is taken out first, so that no exponential
/// overflows and scores of any size will do; a share below 2^-500 of the highest counts as that.
#[inline(always)]
pub(super) fn softmax<R: Real>(scores: &[R], step: R, shares: &mut [R]) {
    let highest = highest(scores);
    let (scale, least) = (step * R::splat(std::f64::consts::LOG2_E), R::splat(-R::EXP2_LIMIT));
    let mut sum = R::splat(0.0);
    let mut at = 0;
    while at < scores.len() {
        let count = TOGETHER.min(scores.len() - at);
        let mut powers = [least; TOGETHER];
        for k in 0..count {
            powers[k] = (scale * (scores[at + k] - highest)).max(least);
        }
        let powers = exp2(powers);
        for k in 0..count {
            shares[at + k] = powers[k];
            sum = sum + powers[k];
        }
        at += count;
    }
    let per_sum = R::splat(1.0) / sum;
    for share in shares {
        *share = *share * per_sum;
    }
}

/// The highest number.
#[inline(always)]
pub(super) fn highest<R: Float>(scores: &[R]) -> R {
    let mut highest = scores[0];
    for &score in &scores[1..] {
        highest = score.max(highest);
    }
    highest
}

/// All on the first arm of the highest score.
#[inline(always)]
pub(super) fn best<R: Float>(scores: &[R], shares: &mut [R]) {
    let (zero, one) = (R::splat(0.0), R::splat(1.0));
    let highest = highest(scores);
    let mut left = one;
    for (share, &score) in shares.iter_mut().zip(scores) {
        *share = score.if_equal(highest, left, zero);
        left = left - *share;
    }
}
