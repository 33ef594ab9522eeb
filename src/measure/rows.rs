//! A row of the table of measures: what a column says, and how it is filled.

use super::assessment::{Assessment, BidderAssessment};
use super::column::Column;
use super::context::{BidderContext, RunContext};
use super::price::Price;
use super::summary::MeanInterval;

/// A measure of runs or of their bidders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    pub name: &'static str,
    /// What it holds; of a measure of bids it is added of which profile.
    doc: &'static str,
    unit: &'static str,
    pub of: Of,
    pub summarised: Summarised,
    /// How the interval of its mean over replicates is made.
    pub interval: MeanInterval,
    /// What is worked out for it, and read off by others that need it too; none of what costs nothing more.
    pub price: Option<&'static Price>,
}

/// Whose measure it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    /// The run's.
    Run(OfRun),
    /// Each bidder's.
    Bidder(OfBidder),
}

/// How a column of a run is filled.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfRun {
    /// From all that is known of the run.
    Run(fn(&RunContext) -> Option<f64>),
    /// From the bids.
    Bids(OfBids),
}

/// How a number of all bidders follows from their bids alone, so that cells have it too, of their mean
/// profile.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfBids {
    /// From all of them together.
    All(fn(&Assessment) -> Option<f64>),
    /// The largest of the bidders; none where one has none.
    Largest(OfAssessed),
    /// The sum over bidders; none where one has none.
    Sum(OfAssessed),
}

/// A number of one bidder that follows from the bids alone.
pub(super) type OfAssessed = fn(&BidderAssessment) -> Option<f64>;

/// How a column of a bidder is filled.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfBidder {
    /// From all that is known of the run.
    Run(fn(&BidderContext) -> Option<f64>),
    /// From the bids.
    Bids(OfAssessed),
}

/// How the tables of cells tell a measure's summary over replicates, beside the long table that has every
/// summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summarised {
    /// Not at all.
    InLong,
    /// By mean, standard deviation and interval.
    InCells,
    /// By these, and by the count of runs that have it where some lack it: single runs may.
    InCellsWithCount,
}

/// A measure of a run.
pub(super) const fn run(
    name: &'static str,
    unit: &'static str,
    doc: &'static str,
    of: fn(&RunContext) -> Option<f64>,
) -> Measure {
    Measure {
        name,
        doc,
        unit,
        of: Of::Run(OfRun::Run(of)),
        summarised: Summarised::InLong,
        interval: MeanInterval::Student,
        price: None,
    }
}

/// A measure of all bids of a profile.
pub(super) const fn all_bids(
    name: &'static str,
    unit: &'static str,
    doc: &'static str,
    of: OfBids,
) -> Measure {
    Measure {
        name,
        doc,
        unit,
        of: Of::Run(OfRun::Bids(of)),
        summarised: Summarised::InLong,
        interval: MeanInterval::Student,
        price: None,
    }
}

/// A measure of a run's bidder.
pub(super) const fn bidder(
    name: &'static str,
    unit: &'static str,
    doc: &'static str,
    of: fn(&BidderContext) -> Option<f64>,
) -> Measure {
    Measure {
        name,
        doc,
        unit,
        of: Of::Bidder(OfBidder::Run(of)),
        summarised: Summarised::InLong,
        interval: MeanInterval::Student,
        price: None,
    }
}

/// A measure of a bidder's bids among those of a profile.
pub(super) const fn bids(
    name: &'static str,
    unit: &'static str,
    doc: &'static str,
    of: OfAssessed,
) -> Measure {
    Measure {
        name,
        doc,
        unit,
        of: Of::Bidder(OfBidder::Bids(of)),
        summarised: Summarised::InLong,
        interval: MeanInterval::Student,
        price: None,
    }
}

impl Measure {
    /// The same, bounded on one side and skewed towards the other.
    pub const fn skewed(self) -> Self {
        Measure { interval: MeanInterval::Skewed, ..self }
    }

    /// The same, one of the main measures, which the tables of cells summarise.
    pub const fn main(self) -> Self {
        Measure { summarised: Summarised::InCells, ..self }
    }

    /// The same, a main measure that single runs may lack.
    pub const fn main_with_gaps(self) -> Self {
        Measure { summarised: Summarised::InCellsWithCount, ..self }
    }

    /// The same, with what is worked out for it.
    pub const fn priced(self, price: &'static Price) -> Self {
        Measure { price: Some(price), ..self }
    }

    /// Its column, where bids are those of such a profile.
    pub fn column(&self, profile: &str) -> Column {
        match self.of {
            Of::Run(OfRun::Bids(_)) | Of::Bidder(OfBidder::Bids(_)) => {
                Column::number(self.name, &format!("{}, {profile}", self.doc), self.unit)
            }
            Of::Run(OfRun::Run(_)) | Of::Bidder(OfBidder::Run(_)) => {
                Column::number(self.name, self.doc, self.unit)
            }
        }
    }

    /// Its column in the tables of cells.
    pub fn mean_profile_column(&self) -> Column {
        let Column { name, doc, unit } = self.column("mean profile of the cell");
        Column { name: format!("{name}_mean_profile"), doc, unit }
    }

    /// Its column where the bids are given.
    pub fn plain_column(&self) -> Column {
        Column::number(self.name, self.doc, self.unit)
    }
}

impl OfRun {
    pub fn number(self, run: &RunContext) -> Option<f64> {
        match self {
            OfRun::Run(of) => of(run),
            OfRun::Bids(of) => of.number(&run.assessment),
        }
    }
}

impl OfBids {
    pub fn number(self, assessment: &Assessment) -> Option<f64> {
        match self {
            OfBids::All(of) => of(assessment),
            OfBids::Largest(of) => largest(assessment.bidders().map(|bidder| of(&bidder))),
            OfBids::Sum(of) => assessment.bidders().map(|bidder| of(&bidder)).sum(),
        }
    }
}

impl OfBidder {
    pub fn number(self, bidder: &BidderContext) -> Option<f64> {
        match self {
            OfBidder::Run(of) => of(bidder),
            OfBidder::Bids(of) => of(&bidder.assessed),
        }
    }
}

/// The largest number; `None` where one is missing.
pub(super) fn largest(mut numbers: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    numbers.try_fold(f64::NEG_INFINITY, |most, number| Some(most.max(number?)))
}
