//! What a measure costs, without a clock: a row beside the measures that it is for.

use crate::auction::Prior;
use crate::auction::strategy::Play;
use crate::expectation::gradient::STEEP;
use crate::learner::Feedback;
use crate::measure::settings::{MeasureSettings, Scope};
use crate::train::{BidderSettings, Settings};

/// What takes time in a cell, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    /// What it is, in words.
    pub what: &'static str,
    /// What to write to go without it, in a sweep file or on the command line.
    pub off: Option<&'static str>,
    /// On what kind of work the time goes.
    pub kind: Kind,
    /// Nanoseconds of a cell on the machine on which [`AGENT_SAMPLE`](crate::train::AGENT_SAMPLE) was
    /// measured, all its runs together.
    pub of: fn(&Job) -> f64,
}

/// Kinds of work, whose speeds differ from machine to machine each in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Training, in the lanes of vectors.
    Lanes,
    /// Everything else, number by number: on all threads.
    Numbers,
    /// What one thread writes, while others wait or train.
    Writing,
}

/// A cell of a sweep as prices see it.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The settings of its runs.
    pub settings: &'a Settings,
    /// What is measured.
    pub measure: &'a MeasureSettings,
    /// Its runs.
    pub replicates: u32,
    /// Its bidders.
    pub bidders: f64,
    /// Those of them who play mixtures over lines that may stay spread: who answers beliefs soon plays one.
    pub mixing: f64,
    /// Their different priors.
    pub priors: f64,
    /// The most demanding bid functions of its bidders.
    pub bids: Bids,
    /// Whether some prior is not uniform.
    pub is_bent: bool,
    /// Values at which some density jumps, the most of a prior's.
    pub kinks: f64,
}

/// Kinds of bid functions, each more demanding than those before it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Bids {
    /// Lines.
    Lines,
    /// Of so many parameters.
    Knots(f64),
    /// Tables of so many probabilities.
    Tables(f64),
    /// Mixtures over so many lines.
    Mixtures(f64),
}

/// Below this steepness, in widths of the values, a sigmoid is as good as one that is not steep at all.
const SMOOTH: f64 = 50.0;

/// What is left to do where densities jump rises with steepness to this power.
const POWER_OF_STEEPNESS: f64 = 0.8;

impl<'a> Job<'a> {
    /// A cell of so many runs.
    pub fn new(settings: &'a Settings, measure: &'a MeasureSettings, replicates: u32) -> Self {
        let bids = |bidder: &BidderSettings| match bidder.play() {
            Play::Pure(class) if class.parameters() == 1 => Bids::Lines,
            Play::Pure(class) => Bids::Knots(class.parameters() as f64),
            Play::Table(shape) => Bids::Tables(shape.probabilities() as f64),
            Play::Arms { arms } => Bids::Mixtures(arms as f64),
        };
        let larger = |a: Bids, b: Bids| if b > a { b } else { a };
        let priors = || settings.bidders.iter().map(|bidder| &bidder.prior);
        Job {
            settings,
            measure,
            replicates,
            bidders: settings.bidders.len() as f64,
            priors: different_priors(&settings.bidders) as f64,
            mixing: settings.bidders.iter().filter(|bidder| stays_spread(bidder)).count() as f64,
            bids: settings.bidders.iter().map(bids).fold(Bids::Lines, larger),
            is_bent: priors().any(|prior| !matches!(prior, Prior::Uniform(_))),
            kinks: priors().map(Prior::kinks_number).max().unwrap_or(0) as f64,
        }
    }

    /// Profiles of the cell that are assessed in a scope: those of its runs, and the mean of them.
    pub fn profiles(&self, scope: Scope) -> f64 {
        match scope {
            Scope::None => 0.0,
            Scope::Cells => 1.0,
            Scope::Runs => 1.0 + f64::from(self.replicates),
        }
    }

    /// Whether the auction is smoothed at the last beta.
    pub fn is_smooth(&self) -> bool {
        self.settings.beta.last().is_finite()
    }

    /// By how much what is done where densities jump takes longer for the last beta than for a smooth one.
    pub fn steepness(&self) -> f64 {
        let width = |bidder: &BidderSettings| bidder.prior.support().1 - bidder.prior.support().0;
        let widest = self.settings.bidders.iter().map(width).fold(0.0, f64::max);
        let steepness = (self.settings.beta.last() * widest).min(STEEP);
        libm::pow((steepness / SMOOTH).max(1.0), POWER_OF_STEEPNESS)
    }

    /// Parameters of a bid function in those of the one that prices were measured with.
    pub fn pieces(&self) -> f64 {
        match self.bids {
            Bids::Knots(parameters) => parameters / 17.0,
            _ => 1.0,
        }
    }

    /// A number where all priors are uniform, or another.
    pub fn by_prior(&self, uniform: f64, bent: f64) -> f64 {
        if self.is_bent { bent } else { uniform }
    }
}

/// Whether a bidder mixes lines, and may go on to.
fn stays_spread(bidder: &BidderSettings) -> bool {
    bidder.play().arms().is_some() && bidder.learner.feedback() != Feedback::Beliefs
}

/// How many priors of bidders are different.
fn different_priors(bidders: &[BidderSettings]) -> usize {
    if bidders.iter().all(|bidder| bidder.prior == bidders[0].prior) {
        return 1;
    }
    let is_first = |k: &usize| bidders[..*k].iter().all(|other| other.prior != bidders[*k].prior);
    (0..bidders.len()).filter(is_first).count()
}
