//! External regret: what a bidder would have gained over all epochs by the best fixed bids.

use super::column::{ONE, VALUE};
use super::price::{Bids, Kind, Price};
use super::rows::{Measure, bidder};

pub(super) const ROWS: &[Measure] = &[
    bidder(
        "external_regret",
        VALUE,
        "max_w sum_t u(w) - sum_t u(b_t) over epochs, against the best fixed multiplier: of a bidder on arms against the \
         best arm, on the batches that it saw; of others exact expectations of the true auction, on request",
        |bidder| match &bidder.outcome.mixed {
            Some(mixed) => mixed.regret,
            None => Some(bidder.regret?.multiplier),
        },
    ),
    bidder(
        "external_regret_slope",
        ONE,
        "slope of its logarithm over that of time: 1/2 of a no-regret learner at worst; on request",
        |bidder| bidder.regret?.slope,
    )
    .priced(&REGRET),
    bidder(
        "external_regret_bid_map",
        VALUE,
        "the same against the best fixed bid at every value, on a grid of bids; on request",
        // A multiplier is a bid map too, and may be better than any on the grid.
        |bidder| Some(bidder.regret?.bid_map.max(bidder.regret?.multiplier)),
    ),
    bidder(
        "external_regret_bid_map_slope",
        ONE,
        "slope of the logarithm of external_regret_bid_map over that of time; on request",
        |bidder| bidder.regret?.bid_map_slope,
    ),
];

const REGRET: Price = Price {
    what: "external regret",
    off: Some("[measure] regret = false"),
    kind: Kind::Numbers,
    of: |job| {
        let epochs = f64::from(job.replicates) * f64::from(job.settings.epochs);
        let epoch = if job.bids == Bids::Lines && !job.is_bent { 2e3 } else { 4e4 };
        if job.measure.regret { epochs * job.bidders * epoch } else { 0.0 }
    },
};
