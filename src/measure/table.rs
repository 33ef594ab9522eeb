//! The table of measures of a run and of its bidders: one row a column.
//!
//! What follows from it: the columns of `runs` and `bidders`, their summaries over replicates, the measures
//! of a cell's mean profile, what `bidsweep evaluate` prints, `bidsweep list`, and what each column's Parquet
//! field says of itself.

use std::sync::LazyLock;

use super::column::Column;
use super::movement;
use super::rows::{Measure, Of, OfAssessed, OfBidder, OfBids, OfRun, Summarised};
use super::{
    allocation, best_response, bias, distance, ema, gradient, lp, mixture, multiplier, regret, saturation,
    smoothed_response, square_error, utility,
};

/// Every measure, in table order.
const MEASURES: &[&[Measure]] = &[
    allocation::ROWS,
    multiplier::ROWS,
    ema::ROWS,
    bias::ROWS,
    distance::ROWS,
    utility::ROWS,
    best_response::ROWS,
    bias::ROWS_OF_RUNS,
    square_error::ROWS,
    smoothed_response::ROWS,
    lp::ROWS,
    regret::ROWS,
    movement::columns::ROWS,
    gradient::ROWS,
    saturation::ROWS,
    mixture::ROWS,
];

/// Columns, and how each is filled.
pub(super) struct Filled<F> {
    pub columns: Vec<Column>,
    pub fills: Vec<F>,
}

impl<F> Filled<F> {
    fn of(rows: impl Iterator<Item = (Column, F)>) -> Self {
        let (columns, fills) = rows.unzip();
        Filled { columns, fills }
    }
}

fn measures() -> impl Iterator<Item = &'static Measure> {
    MEASURES.iter().copied().flatten()
}

/// The measures of a run.
pub(super) static OF_RUNS: LazyLock<Filled<OfRun>> = LazyLock::new(|| {
    Filled::of(measures().filter_map(|row| match row.of {
        Of::Run(fill) => Some((row.column("tail-mean profile"), fill)),
        Of::Bidder(_) => None,
    }))
});

/// The measures of a run's bidder.
pub(super) static OF_BIDDERS: LazyLock<Filled<OfBidder>> = LazyLock::new(|| {
    Filled::of(measures().filter_map(|row| match row.of {
        Of::Bidder(fill) => Some((row.column("tail-mean profile"), fill)),
        Of::Run(_) => None,
    }))
});

/// The measures of the mean profile of a cell.
pub(super) static OF_MEAN_PROFILE: LazyLock<Filled<OfBids>> = LazyLock::new(|| {
    Filled::of(measures().filter_map(|row| match row.of {
        Of::Run(OfRun::Bids(fill)) => Some((row.mean_profile_column(), fill)),
        Of::Run(OfRun::Run(_)) | Of::Bidder(_) => None,
    }))
});

/// The measures of a bidder in the mean profile of a cell.
pub(super) static OF_MEAN_PROFILE_BIDDERS: LazyLock<Filled<OfAssessed>> = LazyLock::new(|| {
    Filled::of(measures().filter_map(|row| match row.of {
        Of::Bidder(OfBidder::Bids(fill)) => Some((row.mean_profile_column(), fill)),
        Of::Bidder(OfBidder::Run(_)) | Of::Run(_) => None,
    }))
});

/// The measures of a bidder in any given profile.
pub(super) static OF_ASSESSED: LazyLock<Filled<OfAssessed>> = LazyLock::new(|| {
    Filled::of(measures().filter_map(|row| match row.of {
        Of::Bidder(OfBidder::Bids(fill)) => Some((row.plain_column(), fill)),
        Of::Bidder(OfBidder::Run(_)) | Of::Run(_) => None,
    }))
});

/// The columns of a run, in table order.
pub fn run_columns() -> &'static [Column] {
    &OF_RUNS.columns
}

/// The columns of a run's bidder, in table order.
pub fn bidder_columns() -> &'static [Column] {
    &OF_BIDDERS.columns
}

/// How the tables of cells summarise each column of runs.
pub fn run_summaries() -> Vec<Summarised> {
    let of_run = |row: &&Measure| matches!(row.of, Of::Run(_));
    measures().filter(of_run).map(|row| row.summarised).collect()
}

/// How the tables of cells summarise each column of bidders.
pub fn bidder_summaries() -> Vec<Summarised> {
    let of_bidder = |row: &&Measure| matches!(row.of, Of::Bidder(_));
    measures().filter(of_bidder).map(|row| row.summarised).collect()
}

/// The measures whose means `cells` has, in the order of its columns: those of runs, then those of bidders
/// that no run has by this name.
pub fn summarised_in_cells() -> Vec<&'static str> {
    let main = |summarised: &Summarised| *summarised != Summarised::InLong;
    let names = |columns: &'static [Column], how: Vec<Summarised>| {
        let rows = columns.iter().zip(how).filter(move |(_, how)| main(how));
        rows.map(|(column, _)| &column.name[..])
    };
    let mut found: Vec<&str> = names(run_columns(), run_summaries()).collect();
    for name in names(bidder_columns(), bidder_summaries()) {
        if run_columns().iter().all(|column| column.name != name) {
            found.push(name);
        }
    }
    found
}

/// What is told of a bidder of an assessed profile: a number a column of [`assessed_columns`], `None` where
/// it is missing or not finite.
pub fn assessed_numbers(bidder: &super::BidderAssessment) -> Vec<Option<f64>> {
    OF_ASSESSED.fills.iter().map(|fill| fill(bidder).filter(|number| number.is_finite())).collect()
}

/// The columns of an assessed bidder.
pub fn assessed_columns() -> &'static [Column] {
    &OF_ASSESSED.columns
}

/// A column of runs, by its place among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RunColumn(pub usize);

/// A column of bidders, by its place among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BidderColumn(pub usize);

impl RunColumn {
    /// The column of a name. For constants alone, where a name that no column has fails the build.
    pub const fn named(name: &str) -> Self {
        RunColumn(place(name, true))
    }
}

impl BidderColumn {
    /// The column of a name. For constants alone, where a name that no column has fails the build.
    pub const fn named(name: &str) -> Self {
        BidderColumn(place(name, false))
    }
}

/// The place of a column among those of runs, or of bidders.
const fn place(name: &str, of_runs: bool) -> usize {
    let (mut place, mut file) = (0, 0);
    while file < MEASURES.len() {
        let mut row = 0;
        while row < MEASURES[file].len() {
            let measure = &MEASURES[file][row];
            if matches!(measure.of, Of::Run(_)) == of_runs {
                if are_equal(measure.name.as_bytes(), name.as_bytes()) {
                    return place;
                }
                place += 1;
            }
            row += 1;
        }
        file += 1;
    }
    panic!("no column has this name")
}

const fn are_equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}
