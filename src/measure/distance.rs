//! How far the bids are from those of the Bayes-Nash equilibrium.

use super::column::VALUE;
use super::rows::{Measure, bidder};

pub(super) const ROWS: &[Measure] = &[
    bidder(
        "bne_l2",
        VALUE,
        "sqrt(E (b(v) - b_BNE(v))^2) over the bidder's values, tail-mean profile",
        |bidder| bidder.distance.map(|distance| distance.l2),
    )
    .main(),
    bidder(
        "bne_linf",
        VALUE,
        "largest |b(v) - b_BNE(v)| over knots, ends and some hundred other values, tail-mean profile",
        |bidder| bidder.distance.map(|distance| distance.linf),
    ),
];
