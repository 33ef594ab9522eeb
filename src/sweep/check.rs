//! What only shows where the settings of a cell come together.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use crate::auction::Strategy;
use crate::learner::Feedback;
use crate::measure::{KeptTrajectories, Trajectories};
use crate::train::{
    Batch, Beta, BidderSettings, Initial, MOST_HISTORY, NoExactMode, NoRule, Precision, RecordedEpochs,
    Settings, Updates,
};

use super::choice::Choice;
use super::draft::Draft;
use super::grid::Grid;
use super::limits::MAX_RECORDED;
use super::problem::{Place, Problem};
use super::row::HyperparameterId;
use super::settings::{LEARNER, STRATEGY, index_of};
use super::spec::Spec;
use crate::numeric::digits::six_digits;

/// Checks cell after cell; reports every problem once, however many cells have it.
pub(super) struct CellCheck<'s> {
    spec: &'s Spec,
    reported: HashSet<(Place, String)>,
    problems: Vec<Problem>,
    /// What some cell records too many numbers of, in the file's words; of several the worst.
    excess: Option<Excess>,
}

/// More recorded numbers of a run than there may be.
struct Excess {
    numbers: u64,
    message: String,
    help: String,
}

/// Settings of a cell that do not go together.
struct Fault {
    /// The keys that matter; the problem stands at the first that is given.
    keys: &'static [&'static str],
    message: String,
    help: String,
}

impl<'s> CellCheck<'s> {
    pub(super) fn new(spec: &'s Spec) -> Self {
        CellCheck { spec, reported: HashSet::new(), problems: Vec::new(), excess: None }
    }

    /// The settings of a cell, where they go together.
    pub(super) fn settings(&mut self, grid: &Grid, index: usize) -> Option<Settings> {
        let draft = grid.draft(index);
        let populations = &self.spec.populations;
        if draft.population().is_some_and(|population| populations[population].members.is_empty()) {
            // The population could not be read, and has been reported.
            return None;
        }
        let settings = draft.settings(populations);
        let mut sound = true;
        let faults = [
            start_fault(&draft, &settings),
            class_fault(&settings),
            arms_fault(&settings),
            table_fault(&draft, &settings),
            rule_fault(&settings),
            exact_fault(&settings),
            graph_fault(&settings),
            hyperparameter_fault(&draft),
            scale_fault(&settings),
            history_fault(&settings).filter(|_| self.spec.measure.regret),
            regret_fault(&settings).filter(|_| self.spec.measure.regret),
        ];
        for fault in faults.into_iter().flatten() {
            sound = false;
            self.report(grid, index, fault, Problem::error);
        }
        if let Some(doubt) = steepness_doubt(&settings).filter(|_| sound) {
            self.report(grid, index, doubt, Problem::warning);
        }
        self.record(&settings);
        sound.then_some(settings)
    }

    fn report(&mut self, grid: &Grid, index: usize, fault: Fault, problem: fn(Place, String) -> Problem) {
        if fault.keys.iter().any(|key| grid.broken.contains(&index_of(key))) {
            return;
        }
        let mut given = fault.keys.iter().filter_map(|key| grid.given(index_of(key), index));
        let place = given.next().map_or(Place::File, |value| value.place);
        if self.reported.insert((place, fault.message.clone())) {
            self.problems.push(problem(place, fault.message).help(fault.help));
        }
    }

    /// Notes a cell whose runs record too many numbers.
    fn record(&mut self, settings: &Settings) {
        let Trajectories::Kept(KeptTrajectories { epochs: recorded, .. }) = self.spec.measure.trajectories
        else {
            return;
        };
        let (epochs, each) = (settings.epochs, settings.recorded_numbers());
        let (numbers, most) = (recorded.at_most(epochs) * each, MAX_RECORDED / each);
        if numbers <= MAX_RECORDED || self.excess.as_ref().is_some_and(|excess| excess.numbers >= numbers) {
            return;
        }
        let bidders = settings.bidders.len();
        self.excess = Some(Excess {
            numbers,
            message: format!(
                "{epochs} epochs of {bidders} bidders recorded this often are more than {MAX_RECORDED} numbers a run"
            ),
            help: match recorded {
                // Epoch 0 and the last epoch come on top of the multiples between.
                RecordedEpochs::Every(_) => {
                    format!("write `every = {}` or more", u64::from(epochs).div_ceil(most - 2))
                }
                RecordedEpochs::Points(_) => format!("write `points = {most}` or fewer"),
            },
        });
    }

    /// What was found.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        if let Some(Excess { message, help, .. }) = self.excess {
            self.problems.push(Problem::error(self.spec.recorded, message).help(help));
        }
        self.problems
    }
}

/// Steepness times the usual bid from which on hardly a sample has a gradient, and below which who bids more
/// hardly wins more often.
const STEEP: f64 = 1000.0;
const FLAT: f64 = 3.0;

/// A smoothed auction of which learners see next to nothing: beta is per unit of bid, and values may be in
/// thousands or in thousandths.
fn steepness_doubt(settings: &Settings) -> Option<Fault> {
    if !settings.smooths() {
        return None;
    }
    let usual = settings.bidders.iter().map(|bidder| bidder.prior.mean()).fold(0.0, f64::max);
    let betas = [settings.beta.first(), settings.beta.last()].map(|beta| beta * usual);
    let (beta, why) = if betas.iter().all(|steepness| (STEEP..f64::INFINITY).contains(steepness)) {
        (settings.beta.last(), "hardly any sample has a gradient to learn from")
    } else if betas.iter().all(|steepness| *steepness < FLAT) {
        (settings.beta.last(), "the highest bid hardly wins more often than the others")
    } else {
        return None;
    };
    let beta = six_digits(beta);
    let times = six_digits(betas[1]);
    let usual = six_digits(usual);
    Some(Fault {
        keys: &["beta", "prior", "population"],
        message: format!("beta = {beta} per unit of bid is {times} for values around {usual}: {why}"),
        help: "write `beta = { relative = 50 }`, which counts per width of the values' support".to_owned(),
    })
}

fn start_fault(draft: &Draft, settings: &Settings) -> Option<Fault> {
    let Some(Choice::Initial(initial)) = draft.chosen(index_of("initial")) else { return None };
    let (starts, bidders) = (initial.list()?.len(), settings.bidders.len());
    (starts != bidders).then(|| Fault {
        keys: &["initial", "bidders", "population"],
        message: format!("`initial` has {starts} values for {bidders} bidders"),
        help: "write one value for each bidder, or one number for all".to_owned(),
    })
}

/// Starts that a strategy does not have.
fn class_fault(settings: &Settings) -> Option<Fault> {
    let fault = |message: String, help: &str| Fault {
        keys: &["initial", "strategy", "population"],
        message,
        help: help.to_owned(),
    };
    let mut bidders = settings.bidders.iter().filter(|bidder| !bidder.play().is_mixed());
    bidders.find_map(|bidder| match bidder.initial {
        Initial::Truthful if bidder.strategy.truthful().is_none() => Some(fault(
            format!("a {} strategy has no truthful start: its multiplier is below 1", bidder.strategy.name()),
            "write a multiplier, such as `initial = 0.9`, or `strategy = \"piecewise-linear\"`",
        )),
        // What the parameters stay below, as theta grows.
        Initial::Random { high, .. } if high >= bidder.strategy.link().parameter(f64::INFINITY) => {
            Some(fault(
                format!("a multiplier cannot be drawn up to {high}: it is below 1"),
                "write a smaller end, such as `initial = { random = [0.2, 0.9] }`",
            ))
        }
        _ => None,
    })
}

/// What learners on arms do not go with.
fn arms_fault(settings: &Settings) -> Option<Fault> {
    let on_arms = |bidder: &&BidderSettings| bidder.play().arms().is_some();
    if let Some(bidder) = settings.bidders.iter().filter(on_arms).find(|b| b.strategy != Strategy::Linear) {
        return Some(Fault {
            keys: &["strategy", "population", "learner"],
            message: format!(
                "the learner `{}` plays multipliers of a grid, no {} bid function",
                bidder.learner.name(),
                bidder.strategy.name()
            ),
            help: "leave out `strategy`, or choose a learner that follows gradients, such as `learner = \"adam\"`"
                .to_owned(),
        });
    }
    let believes = |bidder: &&BidderSettings| bidder.learner.feedback() == Feedback::Beliefs;
    let (believer, all) =
        (settings.bidders.iter().find(believes)?, settings.bidders.iter().all(|b| on_arms(&b)));
    (!all).then(|| Fault {
        keys: &["learner", "population"],
        message: format!(
            "the learner `{}` believes that others play multipliers of a grid, and some of them do not",
            believer.learner.name()
        ),
        help: "give the others a learner on arms, such as `learner = \"mwu\"`".to_owned(),
    })
}

/// What learners on tables do not go with.
fn table_fault(draft: &Draft, settings: &Settings) -> Option<Fault> {
    let mut tables = settings.bidders.iter().filter(|bidder| bidder.play().table().is_some());
    let is_given = draft.is_given(index_of(STRATEGY));
    if let Some(bidder) = tables.find(|bidder| is_given || bidder.strategy != Strategy::Linear) {
        return Some(Fault {
            keys: &[STRATEGY, "population", "learner"],
            message: format!(
                "the learner `{}` plays a table of bids for bins of values, no {} bid function",
                bidder.learner.name(),
                bidder.strategy.name()
            ),
            help: "leave out `strategy`, or choose a learner that follows gradients, such as `learner = \"adam\"`"
                .to_owned(),
        });
    }
    let exact = &settings.bidders[settings.needs_exact_batch()?];
    (settings.batch != Batch::Exact).then(|| Fault {
        keys: &["batch", "learner", "population"],
        message: format!(
            "the learner `{}` ascends along exact payoffs, and batches are drawn",
            exact.learner.name()
        ),
        help: "write `batch = \"exact\"`, or `learner = \"mwu-contextual\"`, which learns from samples"
            .to_owned(),
    })
}

/// Learners that are not known to learn under the auction's rule.
fn rule_fault(settings: &Settings) -> Option<Fault> {
    settings.has_rule().err().map(|NoRule { lacks, instead }| Fault {
        keys: &["mechanism", "learner", "updates", "population"],
        message: lacks,
        help: instead.to_owned(),
    })
}

/// Regret that is not known under the auction's rule.
fn regret_fault(settings: &Settings) -> Option<Fault> {
    let rule = settings.mechanism;
    (!rule.is_first_price()).then(|| Fault {
        keys: &["mechanism"],
        message: format!("`regret = true` is known of the first price, not of {rule}"),
        help: "leave out `regret = true` in [measure], or write `mechanism = \"first-price\"`".to_owned(),
    })
}

/// What the expected gradient has not, and what nothing else has.
fn exact_fault(settings: &Settings) -> Option<Fault> {
    match (settings.batch, settings.beta) {
        (Batch::Profiles(_), Beta::Fixed(f64::INFINITY)) if settings.smooths() => Some(Fault {
            keys: &["beta", "batch"],
            message: "an infinite `beta`, the true auction, needs the expected gradient: on a sample the utility jumps"
                .to_owned(),
            help: "write `batch = \"exact\"`, or a finite `beta`".to_owned(),
        }),
        (Batch::Exact, _) => settings.exact_mode().err().map(|NoExactMode { lacks, instead }| Fault {
            keys: match settings.updates {
                Updates::SharedGraph => &["updates", "batch"],
                _ => &["batch", "learner", "population"],
            },
            message: lacks.to_owned(),
            help: instead.to_owned(),
        }),
        _ => None,
    }
}

/// Learners that follow no gradients, where nothing else is followed.
fn graph_fault(settings: &Settings) -> Option<Fault> {
    let told = |bidder: &&BidderSettings| bidder.learner.feedback() != Feedback::Gradient;
    let one = settings.bidders.iter().find(told).filter(|_| settings.updates == Updates::SharedGraph)?;
    let name = one.learner.name();
    Some(Fault {
        keys: &["updates", "learner", "population"],
        message: format!(
            "`updates = \"shared-graph\"` follows gradients, and the learner `{name}` is told payoffs"
        ),
        help: "write `updates = \"simultaneous\"`, or `learner = \"adam\"`".to_owned(),
    })
}

/// A hyperparameter that is given twice.
fn hyperparameter_fault(draft: &Draft) -> Option<Fault> {
    let Some(Choice::Learner(choice)) = draft.chosen(index_of(LEARNER)) else { return None };
    let given = choice.given.iter().enumerate().filter(|(_, given)| given.is_some());
    let mut ids = given.map(|(index, _)| HyperparameterId { learner: choice.learner, index });
    ids.find(|id| draft.hyperparameter(*id).is_some()).map(|id| Fault {
        keys: &["learner"],
        message: format!(
            "the learner's table and `{}.{1}` both give `{1}`",
            choice.entry().name,
            id.entry().name
        ),
        help: "write it in one place".to_owned(),
    })
}

/// The highest values whose squares f32 holds, sums and small probabilities times them too.
const SINGLE_HIGHS: RangeInclusive<f64> = 1e-12..=1e12;

/// The most that a value may be times the spread of values: half of the digits are left for the values.
fn farthest(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => 4096.0,
        Precision::F64 => 1e8,
    }
}

/// The most that beta times the highest value may be: its product with the least win probability stays far
/// below 1.
fn steepest(precision: Precision) -> f64 {
    match precision {
        Precision::F32 => 1e15,
        Precision::F64 => 1e100,
    }
}

/// More epochs than external regret can be summed over: it takes the bids of every one.
fn history_fault(settings: &Settings) -> Option<Fault> {
    let parameters: usize = settings.bidders.iter().map(|bidder| bidder.play().parameters()).sum();
    let most = MOST_HISTORY / parameters as u64;
    (u64::from(settings.epochs) > most).then(|| Fault {
        keys: &["epochs", "bidders", "population"],
        message: format!(
            "`regret = true` keeps the bids of every epoch, and {} epochs of {parameters} parameters are more than \
             {MOST_HISTORY} numbers a run",
            settings.epochs
        ),
        help: format!("write `epochs = {most}` or less, or leave out `regret = true` in [measure]"),
    })
}

fn scale_fault(settings: &Settings) -> Option<Fault> {
    if settings.batch == Batch::Exact {
        return None;
    }
    let (precision, name) = (settings.precision, settings.precision.name());
    let supports = || settings.bidders.iter().map(|bidder| bidder.prior.support());
    let highs = || supports().map(|(_, high)| high);
    if let Some(high) = highs().find(|high| precision == Precision::F32 && !SINGLE_HIGHS.contains(high)) {
        let (least, most) = (SINGLE_HIGHS.start(), SINGLE_HIGHS.end());
        return Some(Fault {
            keys: &["population", "precision"],
            message: format!(
                "`precision = \"{name}\"` handles highest values from {least:e} to {most:e}, not {high:e}"
            ),
            help: "write `precision = \"f64\"`, or values on another scale and `beta` per unit of it"
                .to_owned(),
        });
    }
    let farthest = farthest(precision);
    if let Some((low, high)) = supports().find(|(low, high)| *high > farthest * (high - low)) {
        return Some(Fault {
            keys: &["population", "precision"],
            message: format!(
                "values from {low} to {high} are far from 0 for their spread: `precision = \"{name}\"` handles \
                 highest values up to {farthest} times it"
            ),
            help: match precision {
                Precision::F32 => "write `precision = \"f64\"`, or a wider prior".to_owned(),
                Precision::F64 => "write a wider prior".to_owned(),
            },
        });
    }
    let (high, beta) = (highs().fold(0.0, f64::max), settings.beta.first().max(settings.beta.last()));
    let steepest = steepest(precision);
    // An infinite one has a fault of its own.
    (beta.is_finite() && beta * high > steepest).then(|| Fault {
        keys: &["beta", "population", "precision"],
        message: format!(
            "`beta` times the highest value, {beta:e} x {high:e}, is above {steepest:e}, the most that \
             `precision = \"{name}\"` handles"
        ),
        help: "write a smaller `beta`, or values on a smaller scale".to_owned(),
    })
}
