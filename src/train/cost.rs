//! What training takes, without a clock: a function of the settings alone.

use super::passes::cost as passes;
use super::{Batch, BidderSettings, Precision, Profiles, Settings, Updates};
use crate::auction::Prior;
use crate::auction::strategy::Play;
use crate::expectation::gradient::{nanoseconds, nanoseconds_where_all_play_alike};
use crate::learner::Feedback;
use crate::numeric::simd::LANES;

/// Nanoseconds of an agent-sample, the unit of every cost: of one sample of one linear bidder among three or
/// more, in single precision, where the lanes are full. It was measured where all nanoseconds of costs were;
/// what they are on another machine, a calibration tells.
pub const AGENT_SAMPLE: f64 = 0.46;

/// Nanoseconds of a sample of a bidder, where the rivals' highest bid is known at once: of two bidders.
const OF_TWO: f64 = 0.265;

/// Further nanoseconds of a sample, and parameters that they are for: of a bid function, of points that a
/// bidder tries, of arms.
const A_PARAMETER: f64 = 0.135;
const AN_ARM: f64 = 0.1;

/// Nanoseconds of a sample of a bidder who plays a table, for each rival.
const A_RIVAL: f64 = 15.0;

/// Nanoseconds of a table's probability, an epoch.
const A_PROBABILITY: f64 = 2.5;

/// Nanoseconds of drawing a value of a prior that is not uniform.
const A_QUANTILE: f64 = 0.5;

/// Double precision takes so many times as long.
const DOUBLE: f64 = 2.3;

/// A bidder's gradient of the total utility takes so many times as long as that of its own.
const SHARED_GRAPH: f64 = 1.75;

/// Nanoseconds of a bidder's update, and for each of its parameters.
const AN_UPDATE: f64 = 12.0;
const AN_UPDATED_PARAMETER: f64 = 14.0;
const AN_UPDATED_ARM: f64 = 3.4;

/// Nanoseconds of an exact epoch beside its gradients.
const AN_EXACT_EPOCH: f64 = 700.0;

/// Nanoseconds of the exact payoff of an arm, an epoch; of a table's probability, and for each rival.
const AN_EXACT_ARM: f64 = 4.1;
const AN_EXACT_PROBABILITY: f64 = 1.1;
const AN_EXACT_RIVAL: f64 = 0.17;

/// Nanoseconds of a run before its first epoch.
const A_START: f64 = 2500.0;

impl Settings {
    /// What a run takes, in agent-samples of [`AGENT_SAMPLE`], where the lanes are full: within a factor of
    /// about 2, but for lines of more than 20 bidders on exact batches.
    pub fn cost(&self) -> f64 {
        let epoch = match self.batch {
            Batch::Profiles(samples) => self.sampled_epoch(f64::from(samples)),
            Batch::Exact => self.exact_epoch(self.all_play_alike()),
        };
        (A_START + f64::from(self.epochs) * epoch) / AGENT_SAMPLE
    }

    /// What an epoch of one run that goes on alone without sampling takes, in agent-samples.
    pub fn exact_epoch_alone(&self) -> f64 {
        let exact = Settings { batch: Batch::Exact, ..self.clone() };
        // The other lanes stay empty.
        let lanes = if exact.fills_lanes() { LANES as f64 } else { 1.0 };
        // What was sampled ends with different numbers.
        let alike = self.batch == Batch::Exact && self.all_play_alike();
        lanes * exact.exact_epoch(alike) / AGENT_SAMPLE
    }

    /// Whether a group takes the same time however many of its lanes are full.
    pub fn fills_lanes(&self) -> bool {
        self.batch != Batch::Exact || self.bidders.iter().any(|bidder| bidder.play().is_mixed())
    }

    /// Whether bidders who are told expectations play alike in every epoch.
    fn all_play_alike(&self) -> bool {
        self.updates == Updates::Simultaneous
            && !self.is_random()
            && self.bidders.iter().all(|bidder| *bidder == self.bidders[0])
    }

    /// Nanoseconds of an epoch on samples.
    fn sampled_epoch(&self, samples: f64) -> f64 {
        let (computed, drawn) = passes(self);
        let bidders = self.bidders.len() as f64;
        let mean = |of: &dyn Fn(&BidderSettings) -> f64| self.bidders.iter().map(of).sum::<f64>() / bidders;
        let precision = match self.precision {
            Precision::F32 => 1.0,
            Precision::F64 => DOUBLE,
        };
        let (repeated, graph) = match (self.updates, self.profiles) {
            (Updates::SharedGraph, Profiles::Own) => (bidders, 1.0),
            (Updates::SharedGraph, Profiles::Shared) => (1.0, SHARED_GRAPH),
            _ => (1.0, 1.0),
        };
        let is_fused = bidders == 2.0 && drawn == 1.0 && graph == 1.0;
        let line = if is_fused { OF_TWO } else { AGENT_SAMPLE };
        let won = mean(&|bidder| line * graph + self.beyond_a_line(bidder));
        let quantiles = mean(&|bidder| match bidder.prior {
            Prior::Uniform(_) => 0.0,
            _ => A_QUANTILE,
        });
        // About as long as a win probability takes the drawing of its profile.
        let sample = won * (1.0 + drawn) / 2.0 + quantiles * drawn;
        computed * (repeated * precision * samples * sample + mean(&update))
    }

    /// Nanoseconds of a bidder's sample beyond those of a line.
    fn beyond_a_line(&self, bidder: &BidderSettings) -> f64 {
        match (bidder.play(), bidder.learner.perturbations()) {
            (Play::Table(_), _) => A_RIVAL * (self.bidders.len() - 1) as f64,
            (Play::Arms { arms }, _) => AN_ARM * arms as f64,
            (Play::Pure(class), tried) => {
                let points = tried.map_or(1, |tried| tried.population as usize);
                A_PARAMETER * (class.parameters() * points - 1) as f64
            }
        }
    }

    /// Nanoseconds of an epoch on expectations; of arms and tables in a lane of several.
    fn exact_epoch(&self, alike: bool) -> f64 {
        let (computed, drawn) = passes(self);
        let bidders = self.bidders.len() as f64;
        let repeated = computed / bidders;
        let rivals = bidders - 1.0;
        if self.bidders.iter().any(|bidder| bidder.play().is_mixed()) {
            let payoffs = |bidder: &BidderSettings| match bidder.play() {
                Play::Table(shape) => {
                    shape.probabilities() as f64 * (AN_EXACT_PROBABILITY + AN_EXACT_RIVAL * rivals)
                }
                Play::Arms { arms } => AN_EXACT_ARM * arms as f64,
                Play::Pure(_) => 0.0,
            };
            let believed = match self.bidders[0].learner.feedback() {
                Feedback::Beliefs => (1.0 + drawn) / 2.0,
                _ => 1.0,
            };
            return repeated * believed * self.bidders.iter().map(payoffs).sum::<f64>();
        }
        let (population, beta) = (self.population(), self.beta.last());
        let gradient = match alike {
            true => nanoseconds_where_all_play_alike(&population, beta),
            false => nanoseconds(&population, beta),
        };
        repeated * (AN_EXACT_EPOCH + gradient)
    }
}

/// Nanoseconds of a bidder's update.
fn update(bidder: &BidderSettings) -> f64 {
    match bidder.play() {
        Play::Table(shape) => A_PROBABILITY * shape.probabilities() as f64,
        Play::Arms { arms } => AN_UPDATED_ARM * arms as f64,
        Play::Pure(class) => AN_UPDATE + AN_UPDATED_PARAMETER * class.parameters() as f64,
    }
}
