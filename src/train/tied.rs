//! Who else bids the highest other bid.

use super::chunk::STEPS;
use crate::numeric::simd::{LANES, Samples, Simd};
use crate::numeric::table::Number;

/// The most samples of a vector.
pub(super) const MOST: usize = 2 * LANES;

/// How many rivals bid the highest other bid on a sample.
#[cold]
pub(super) fn tied<S: Simd, X: Samples<S>>(
    bids: &[X],
    place: usize,
    step: usize,
    sample: usize,
    highest: X::Number,
) -> usize {
    let mut samples = [X::Number::round(0.0); MOST];
    let samples = &mut samples[..LANES * X::PER_LANE];
    let mut tied = 0;
    for (bidder, bids) in bids.chunks_exact(STEPS).enumerate() {
        if bidder != place {
            bids[step].store(samples);
            tied += usize::from(samples[sample] == highest);
        }
    }
    tied
}
