//! The odds against a bid, and its probability to win.

use crate::numeric::elementary::{cut, exp2};
use crate::numeric::simd::Float;

/// Steps that are computed together, so that one's latency hides behind the others.
pub(super) const TOGETHER: usize = 4;

/// How many of so many steps are computed [`TOGETHER`], the first; the others one by one.
#[inline(always)]
pub(super) fn together<X: Float>(steps: usize) -> usize {
    if X::TOGETHER { steps - steps % TOGETHER } else { 0 }
}

/// 2^x for each, x cut first if `STEEP`.
#[inline(always)]
pub(super) fn odds<X: Float, const STEEP: bool, const N: usize>(mut x: [X; N]) -> [X; N] {
    if STEEP {
        for x in &mut x {
            *x = cut(*x);
        }
    }
    exp2(x)
}

/// The win probability 1 / (1 + odds).
#[inline(always)]
pub(super) fn probability<X: Float>(odds: X) -> X {
    X::splat(1.0) / (X::splat(1.0) + odds)
}
