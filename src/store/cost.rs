//! What parts and tables cost, without a clock. The nanoseconds are of the machine on which
//! [`AGENT_SAMPLE`](crate::train::AGENT_SAMPLE) was measured; all that is measured of writing stands here.

use crate::measure::{Job, Kind, Price};

/// Nanoseconds of a run in a part, beside its bidders; and of a bidder.
const A_RUN_IN_PARTS: f64 = 2e3;
const A_BIDDER_IN_PARTS: f64 = 2e3;

/// Nanoseconds of a run in the tables, beside its bidders; and of a bidder.
const A_RUN_IN_TABLES: f64 = 2e3;
const A_BIDDER_IN_TABLES: f64 = 3e3;

/// Nanoseconds of a cell in the tables, beside its bidders; of a bidder; and of a bid that is told of it.
const A_CELL: f64 = 1e5;
const A_BIDDER_OF_A_CELL: f64 = 5e4;
const A_BID: f64 = 1e3;

/// Nanoseconds of all tables, whatever their rows: what encodes their hundreds of columns.
pub const EMPTY_TABLES: f64 = 7e7;

/// Nanoseconds of a recorded multiplier in parts and tables.
const A_MULTIPLIER: f64 = 60.0;

/// What parts cost.
pub const PARTS: Price = Price {
    what: "parts",
    off: None,
    kind: Kind::Writing,
    of: |job| f64::from(job.replicates) * (A_RUN_IN_PARTS + A_BIDDER_IN_PARTS * job.bidders),
};

/// What tables cost, but for trajectories.
pub const TABLES: Price =
    Price { what: "tables", off: Some("run --tables never"), kind: Kind::Writing, of: tables };

fn tables(job: &Job) -> f64 {
    let run = A_RUN_IN_TABLES + A_BIDDER_IN_TABLES * job.bidders;
    let bids = f64::from(job.measure.bid_functions) * A_BID;
    f64::from(job.replicates) * run + A_CELL + job.bidders * (A_BIDDER_OF_A_CELL + bids)
}

/// Nanoseconds of so many recorded multipliers, in parts and tables.
pub fn trajectories(multipliers: u64) -> f64 {
    multipliers as f64 * A_MULTIPLIER
}
