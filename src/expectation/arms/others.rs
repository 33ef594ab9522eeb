//! Products over all but one.

use std::ops::Range;

use crate::numeric::simd::Float;

/// prod_(j not i) laws_j for some i.
#[inline(always)]
pub(super) fn products<R: Float>(laws: &[R], wanted: Range<usize>, products: &mut [R]) {
    let last = laws.len() - 1;
    if last == 1 {
        (products[0], products[1]) = (laws[1], laws[0]);
        return;
    }
    if wanted.len() == 1 {
        let i = wanted.start;
        let mut product = R::splat(1.0);
        for (j, &law) in laws.iter().enumerate() {
            if j != i {
                product = product * law;
            }
        }
        products[i] = product;
        return;
    }
    let mut after = laws[last];
    for i in (0..last).rev() {
        products[i] = after;
        after = after * laws[i];
    }
    let mut before = laws[0];
    for i in 1..last {
        products[i] = products[i] * before;
        before = before * laws[i];
    }
    products[last] = before;
}
