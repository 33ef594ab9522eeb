//! What a run is trained with.

use crate::auction::strategy::Play;
use crate::auction::{Bidder, Mechanism, Population, Prior, Strategy};
use crate::law::marginal::has_steep_end;
use crate::learner::{Course, Feedback, Learner};

use super::{MIXTURE_QUANTILES, Rate, RecordedEpochs};

/// The settings of a run; with a seed they determine every bit of its outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The auction's rule.
    pub mechanism: Mechanism,
    /// The bidders, 2 to 64.
    pub bidders: Vec<BidderSettings>,
    /// Steepness of the win probability sigmoid(beta (b - m)), per unit of bid; infinite, the true auction,
    /// for an exact batch only.
    pub beta: Beta,
    /// What an epoch's gradient is taken over.
    pub batch: Batch,
    /// Whose valuation profiles a bidder's gradient is taken on.
    pub profiles: Profiles,
    /// Epochs, at least 1: one batch and one update of every bidder each.
    pub epochs: u32,
    /// In which order, and along what, the bidders are updated.
    pub updates: Updates,
    /// The arithmetic of draws and sigmoids.
    pub precision: Precision,
}

/// The settings of one bidder.
#[derive(Clone, Debug, PartialEq)]
pub struct BidderSettings {
    /// The distribution of the value.
    pub prior: Prior,
    /// The class of bid functions.
    pub strategy: Strategy,
    /// The learner, with its hyperparameters.
    pub learner: Learner,
    /// The learner's step.
    pub learning_rate: Rate,
    /// The bid function at epoch 0.
    pub initial: Initial,
}

/// Where a bidder starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// The line b = w v, w = sigmoid(theta) in (0, 1).
    Theta(f64),
    /// b = v, of strategies that have it: a linear strategy's multiplier is below 1.
    Truthful,
    /// Every parameter, the multiplier or the slopes, drawn for each run from U\[low, high\], independently;
    /// 0 < low < high, and high < 1 for a linear strategy.
    Random {
        /// The least.
        low: f64,
        /// The most.
        high: f64,
    },
}

/// What an epoch's gradient is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Batch {
    /// The mean over as many valuation profiles, at least 1.
    Profiles(u32),
    /// The expectation over all valuations ([`ExpectedGradient`](crate::expectation::ExpectedGradient)):
    /// nothing is drawn.
    Exact,
}

/// The steepness beta over the epochs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Beta {
    /// The same at every epoch.
    Fixed(f64),
    /// Annealed: `from (to / from)^(t / (epochs - 1))` at epochs t = 0 .. epochs - 1; `to` where there is one
    /// epoch.
    Geometric {
        /// beta at the first epoch.
        from: f64,
        /// beta at the last epoch.
        to: f64,
    },
}

impl Beta {
    /// beta at epoch `t` = 0 .. `epochs` - 1; exact at both ends.
    pub fn at(self, t: u32, epochs: u32) -> f64 {
        match self {
            Beta::Fixed(beta) => beta,
            Beta::Geometric { to, .. } if t + 1 >= epochs => to,
            Beta::Geometric { from, .. } if t == 0 => from,
            Beta::Geometric { from, to } => {
                from * libm::exp((libm::log(to) - libm::log(from)) * (f64::from(t) / f64::from(epochs - 1)))
            }
        }
    }

    /// beta at the first epoch of more than one.
    pub fn first(self) -> f64 {
        match self {
            Beta::Fixed(beta) => beta,
            Beta::Geometric { from, .. } => from,
        }
    }

    /// beta at the last epoch, the one that reference equilibria are taken at.
    pub fn last(self) -> f64 {
        match self {
            Beta::Fixed(beta) => beta,
            Beta::Geometric { to, .. } => to,
        }
    }
}

/// Whose valuation profiles a bidder's gradient is taken on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profiles {
    /// All bidders meet on the same profiles.
    #[default]
    Shared,
    /// Each bidder draws a batch of profiles of its own.
    Own,
}

impl Profiles {
    /// Every one of them.
    pub const ALL: [Profiles; 2] = [Profiles::Shared, Profiles::Own];

    /// The name in sweep files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Profiles::Shared => "shared",
            Profiles::Own => "own",
        }
    }
}

/// In which order, and along what, the bidders are updated within an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Updates {
    /// All at once, each along the gradient of its own utility.
    #[default]
    Simultaneous,
    /// One after the other; each sees the ones before it updated.
    Sequential,
    /// All at once, every theta along the gradient of the total smoothed utility: what a missing detach does.
    SharedGraph,
}

impl Updates {
    /// Every one of them.
    pub const ALL: [Updates; 3] = [Updates::Simultaneous, Updates::Sequential, Updates::SharedGraph];

    /// The name in sweep files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Updates::Simultaneous => "simultaneous",
            Updates::Sequential => "sequential",
            Updates::SharedGraph => "shared-graph",
        }
    }
}

/// The arithmetic of draws and sigmoids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// Draws, sigmoids and sums over 128 samples in f32; sums over a batch, parameters and learner state in
    /// f64.
    #[default]
    F32,
    /// f64 throughout.
    F64,
}

impl Precision {
    /// Every one of them.
    pub const ALL: [Precision; 2] = [Precision::F32, Precision::F64];

    /// The name in sweep files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::F64 => "f64",
        }
    }
}

impl BidderSettings {
    /// What the bidder plays.
    pub fn play(&self) -> Play {
        self.learner.play(self.strategy)
    }
}

impl Settings {
    /// Whether some bidder learns in the smoothed auction: where none does, beta is not used.
    pub fn smooths(&self) -> bool {
        self.bidders.iter().any(|bidder| bidder.learner.feedback().smooths())
    }

    /// Whether the learners are known to learn under the auction's rule.
    ///
    /// # Errors
    /// What there is not, and what to write instead.
    pub fn has_rule(&self) -> Result<(), NoRule> {
        if self.mechanism.is_first_price() {
            return Ok(());
        }
        if self.updates == Updates::SharedGraph {
            return Err(NoRule {
                lacks: format!(
                    "`updates = \"shared-graph\"` is known of the first price, not of {}",
                    self.mechanism
                ),
                instead: "write `mechanism = \"first-price\"`, or other `updates`",
            });
        }
        let told = |bidder: &&BidderSettings| bidder.play().is_mixed();
        match self.bidders.iter().find(told) {
            None => Ok(()),
            Some(bidder) => Err(NoRule {
                lacks: format!(
                    "the learner `{}` draws its bids, and is known to learn at the first price, not under {}",
                    bidder.learner.name(),
                    self.mechanism
                ),
                instead: "write `mechanism = \"first-price\"`, or a learner with one bid function, such as \
                          `learner = \"adam\"`",
            }),
        }
    }

    /// Whether what the learners are told can be had without drawing anything, with `batch = "exact"`.
    ///
    /// # Errors
    /// What there is not, and what to write instead.
    pub fn exact_mode(&self) -> Result<(), NoExactMode> {
        if self.updates == Updates::SharedGraph {
            return Err(NoExactMode {
                lacks: "`updates = \"shared-graph\"` is not available with `batch = \"exact\"`",
                instead: "write a number of profiles, such as `batch = 4096`, or other `updates`",
            });
        }
        if self.bidders.iter().any(|bidder| has_steep_end(&bidder.prior)) {
            return Err(NoExactMode {
                lacks: "`batch = \"exact\"` is not available for priors that end more steeply than the root of the \
                        distance (a shape below 0.5 at the highest value, or at a lowest value above 0): its integrals \
                        over values would lose mass",
                instead: "write a number of profiles, such as `batch = 128`, or shapes of 0.5 and more",
            });
        }
        let feedbacks = || self.bidders.iter().map(|bidder| bidder.learner.feedback());
        let (gradients, arms) = (Feedback::Gradient, [Feedback::EveryArm, Feedback::Beliefs]);
        if feedbacks().all(|feedback| feedback == gradients) || feedbacks().all(|told| arms.contains(&told)) {
            return Ok(());
        }
        let tables = [
            Feedback::EveryBid { cross: false, censored: false },
            Feedback::EveryBid { cross: true, censored: false },
            Feedback::ExpectedBids,
        ];
        if feedbacks().all(|told| tables.contains(&told)) {
            return Ok(());
        }
        Err(NoExactMode {
            lacks: if feedbacks().any(|told| told == Feedback::Trials) {
                "a learner that tries perturbed bids has no samples to try them on with `batch = \"exact\"`"
            } else if feedbacks().any(|told| told == Feedback::PlayedArms) {
                "a learner that is told the payoffs of what it played has nothing to draw with `batch = \"exact\"`"
            } else if feedbacks().any(|told| told == Feedback::EveryArmSmoothed) {
                "`payoff = \"smoothed\"` is not available with `batch = \"exact\"`"
            } else if feedbacks().any(|told| matches!(told, Feedback::EveryBid { censored: true, .. })) {
                "`feedback = \"winning-bid\"` depends on what is drawn, and nothing is with `batch = \"exact\"`"
            } else if feedbacks().any(|told| tables.contains(&told)) {
                "`batch = \"exact\"` is not available where some bidders play tables and others do not"
            } else {
                "`batch = \"exact\"` is not available where some bidders follow gradients and others play arms"
            },
            instead: match self.needs_exact_batch() {
                Some(_) => "give all bidders learners on tables, such as `learner = \"soda\"`",
                None => "write a number of profiles, such as `batch = 128`",
            },
        })
    }

    /// The bidder, counted from 0, whose learner can be told nothing on batches that are drawn.
    pub fn needs_exact_batch(&self) -> Option<usize> {
        self.bidders.iter().position(|bidder| bidder.learner.feedback() == Feedback::ExpectedBids)
    }

    /// Numbers that a recorded epoch of a run has: multipliers, and the quantiles of mixtures over arms.
    pub fn recorded_numbers(&self) -> u64 {
        let on_arms = self.bidders.iter().filter(|bidder| bidder.play().arms().is_some()).count();
        (self.bidders.len() + MIXTURE_QUANTILES.len() * on_arms) as u64
    }

    /// What a run asks of the learner of a bidder, counted from 0.
    pub fn course(&self, bidder: usize) -> Course {
        let bidder = &self.bidders[bidder];
        Course { epochs: self.epochs, high: bidder.prior.support().1 }
    }

    /// Whether runs of different seeds differ: batches are sampled, or starts drawn.
    pub fn is_random(&self) -> bool {
        let drawn = |bidder: &BidderSettings| {
            matches!(bidder.initial, Initial::Random { .. }) && !bidder.play().is_mixed()
        };
        self.batch != Batch::Exact || self.bidders.iter().any(drawn)
    }

    /// The game that the settings describe.
    pub fn population(&self) -> Population {
        let bidder = |b: &BidderSettings| Bidder { prior: b.prior.clone(), strategy: b.strategy };
        Population { mechanism: self.mechanism, bidders: self.bidders.iter().map(bidder).collect() }
    }
}

/// Why learners do not learn under the auction's rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRule {
    /// What there is not.
    pub lacks: String,
    /// What to write instead.
    pub instead: &'static str,
}

/// Why a game cannot be trained on exact batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoExactMode {
    /// What there is not.
    pub lacks: &'static str,
    /// What to write instead.
    pub instead: &'static str,
}

/// What the observers keep of a run; no part of what it computes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recording {
    /// The last part of the epochs that tail columns use, in (0, 1].
    pub tail: f64,
    /// The factor of the exponential moving average, in \[0, 1).
    pub ema: f64,
    /// The epochs whose multipliers are recorded, if any.
    pub trajectory: Option<RecordedEpochs>,
    /// Whether [`History`](super::History) is kept.
    pub history: bool,
}

/// The most numbers that [`Series`](super::Series) keeps of a run, and the most epochs.
const SERIES_NUMBERS: u32 = 1 << 16;
const SERIES_EPOCHS: u32 = 1 << 12;

/// The most numbers that [`History`](super::History) may have of a run: of every epoch, every parameter.
pub const MOST_HISTORY: u64 = 1 << 21;

impl Recording {
    /// The number of tail epochs: `tail` x `epochs` rounded up, at least 1.
    pub fn tail_epochs(&self, epochs: u32) -> u32 {
        // 0.07 x 100 is a little more than 7 in binary, and means 7.
        let exact = self.tail * f64::from(epochs) * (1.0 - 4.0 * f64::EPSILON);
        (exact.ceil() as u32).clamp(1, epochs)
    }

    /// Epochs from one whose multipliers [`Series`](super::Series) keeps to the next, of a run of so many
    /// epochs and bidders.
    pub fn series_stride(&self, epochs: u32, bidders: usize) -> u32 {
        let most = (SERIES_NUMBERS / bidders as u32).min(SERIES_EPOCHS);
        self.tail_epochs(epochs).div_ceil(most)
    }

    /// The recorded epochs of a run, in rising order; empty where no trajectory is recorded.
    pub fn epochs(self, epochs: u32) -> Vec<u32> {
        self.trajectory.map_or_else(Vec::new, |recorded| recorded.of(epochs))
    }
}
