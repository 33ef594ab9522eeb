//! What measures of runs are computed from: a finished run, its references and its exact expectations.

use std::cell::RefCell;

use super::assessment::{Assessment, BidderAssessment};
use super::epsilon_grid::epsilons_grid;
use super::settings::{RunMeasurement, Scope};
use super::yardstick::Yardstick;
use crate::auction::Profile;
use crate::equilibrium::{BidderReferences, Distance, References};
use crate::numeric::series::{Rotation, Single, Unmeasured, Workspace};
use crate::numeric::simd::Instance;
use crate::response::{BestResponse, ExternalRegret, best_responses, external_regrets};
use crate::train::{Batch, BidderOutcome, History, Outcome, Settings};

thread_local! {
    /// Tables and buffers for series, which runs of a kind share.
    static WORKSPACE: RefCell<Workspace> = RefCell::new(Workspace::new(Instance::current()));
}

/// A finished run. Vectors are of the tail-mean profile, one entry a bidder.
pub(super) struct RunContext<'a> {
    outcome: &'a Outcome,
    references: &'a References,
    smooths: Vec<bool>,
    pub assessment: Assessment,
    saturated_shares: Vec<f64>,
    distances: Vec<Option<Distance>>,
    /// Of the profile after the last epoch.
    responses_last: Vec<BestResponse>,
    regrets: Option<Vec<ExternalRegret>>,
    singles: Vec<Result<Single, Unmeasured>>,
    drifts: Vec<Option<f64>>,
    /// The nearest equilibrium of the grid.
    grid: Vec<Option<f64>>,
    epsilons_grid: Option<Vec<[f64; 3]>>,
    epsilons_time_average: Option<Vec<f64>>,
    profiles_seen: Option<f64>,
    epochs: u32,
    pub rotation: Result<Rotation, Unmeasured>,
}

/// A bidder of a finished run.
pub(super) struct BidderContext<'a> {
    pub outcome: &'a BidderOutcome,
    pub references: &'a BidderReferences,
    /// Whether it learns of the smoothed auction.
    pub smooths: bool,
    pub assessed: BidderAssessment<'a>,
    pub saturated_share: f64,
    pub distance: Option<Distance>,
    pub response_last: &'a BestResponse,
    pub regret: Option<&'a ExternalRegret>,
    pub single: Result<Single, Unmeasured>,
    pub drift: Option<f64>,
    /// The multiplier of the nearest equilibrium of the grid, where all bidders play on one.
    pub grid: Option<f64>,
    /// Gains by another arm: of the tail mean, of the last epoch, of the average over all epochs.
    pub epsilons_grid: Option<[f64; 3]>,
    /// `epsilon_ex_ante` of the mixtures averaged over all epochs.
    pub epsilon_time_average: Option<f64>,
    pub profiles_seen: Option<f64>,
    pub epochs: u32,
}

impl<'a> RunContext<'a> {
    pub fn new(
        settings: &Settings,
        yardstick: &'a Yardstick,
        measurement: &RunMeasurement,
        outcome: &'a Outcome,
    ) -> Self {
        let Yardstick { references, evaluator, distances, grid } = yardstick;
        let profile = profile(settings, |bidder| &outcome.bidders[bidder].tail_mean_parameters);
        let last = profile_of_last(settings, outcome);
        let distance = |(bidder, bids)| distances.as_ref().map(|distances| distances.of(bidder, bids));
        let beta = settings.beta.last();
        let (singles, rotation) = WORKSPACE.with_borrow_mut(|workspace| {
            let series = &outcome.series;
            let movement = workspace.measure(series.multipliers.view(), series.stride as usize);
            (movement.singles.to_vec(), movement.rotation)
        });
        RunContext {
            outcome,
            references,
            smooths: settings.bidders.iter().map(|bidder| bidder.learner.feedback().smooths()).collect(),
            assessment: Assessment::of(
                evaluator,
                &profile,
                Some(beta),
                &measurement.best_response.asked(Scope::Runs),
            ),
            saturated_shares: evaluator.saturation(&profile, beta),
            distances: profile.bids.iter().enumerate().map(distance).collect(),
            responses_last: best_responses(evaluator, &last),
            regrets: outcome
                .history
                .as_ref()
                .map(|history| external_regrets(evaluator, &played(settings, history))),
            singles,
            drifts: drifts(outcome),
            grid: nearest(grid.as_deref(), outcome),
            epsilons_grid: epsilons_grid(settings, outcome),
            epsilons_time_average: averages(settings, outcome).map(|profile| {
                best_responses(evaluator, &profile).iter().map(|response| response.epsilon_ex_ante).collect()
            }),
            profiles_seen: match settings.batch {
                Batch::Profiles(samples) => Some(f64::from(samples) * f64::from(settings.epochs)),
                Batch::Exact => None,
            },
            epochs: settings.epochs,
            rotation,
        }
    }

    pub fn bidders(&self) -> impl Iterator<Item = BidderContext<'_>> {
        (0..self.outcome.bidders.len()).map(|i| BidderContext {
            outcome: &self.outcome.bidders[i],
            references: &self.references.bidders[i],
            smooths: self.smooths[i],
            assessed: self.assessment.bidder(i),
            saturated_share: self.saturated_shares[i],
            distance: self.distances[i],
            response_last: &self.responses_last[i],
            regret: self.regrets.as_ref().map(|regrets| &regrets[i]),
            single: self.singles[i],
            drift: self.drifts[i],
            grid: self.grid[i],
            epsilons_grid: self.epsilons_grid.as_ref().map(|epsilons| epsilons[i]),
            epsilon_time_average: self.epsilons_time_average.as_ref().map(|epsilons| epsilons[i]),
            profiles_seen: self.profiles_seen,
            epochs: self.epochs,
        })
    }

    /// Why a linear program that was asked for has no solution, the first of them.
    pub fn lp_reason(&self) -> Option<String> {
        (0..self.outcome.bidders.len()).find_map(|bidder| {
            let reason = self.assessment.lp_reason(bidder)?;
            Some(format!("linear program of bidder {}: {reason}", bidder + 1))
        })
    }
}

/// The bid functions of parameters, one slice a bidder.
pub(super) fn profile<'p>(settings: &Settings, parameters: impl Fn(usize) -> &'p Vec<f64>) -> Profile {
    let bids = |(place, bidder): (usize, &crate::train::BidderSettings)| {
        bidder.play().bid_function(&bidder.prior, parameters(place))
    };
    Profile { bids: settings.bidders.iter().enumerate().map(bids).collect() }
}

fn profile_of_last(settings: &Settings, outcome: &Outcome) -> Profile {
    profile(settings, |bidder| &outcome.bidders[bidder].last_parameters)
}

/// The most arms of all bidders together whose averages over all epochs are judged: no arm is improbable in
/// them, and best responses take time as the square of the number of arms and more.
const MOST_ARMS: usize = 256;

/// Whether all bidders play arms, and not too many to judge their averages over all epochs.
pub(super) fn averages_are_judged(settings: &Settings) -> bool {
    let arms: Option<usize> = settings.bidders.iter().map(|bidder| bidder.play().arms()).sum();
    arms.is_some_and(|arms| arms <= MOST_ARMS)
}

/// The profile of the mixtures averaged over all epochs, where these are judged.
fn averages(settings: &Settings, outcome: &Outcome) -> Option<Profile> {
    if !averages_are_judged(settings) {
        return None;
    }
    let bids = |(bidder, found): (&crate::train::BidderSettings, &BidderOutcome)| {
        let average = &found.mixed.as_ref()?.time_average;
        Some(bidder.play().bid_function(&bidder.prior, average))
    };
    let bids: Option<_> = settings.bidders.iter().zip(&outcome.bidders).map(bids).collect();
    Some(Profile { bids: bids? })
}

/// The multipliers of the equilibrium of a grid that is nearest to the tail means, one a bidder.
fn nearest(grid: Option<&[Vec<f64>]>, outcome: &Outcome) -> Vec<Option<f64>> {
    let tails: Vec<f64> = outcome.bidders.iter().map(|bidder| bidder.tail_mean).collect();
    let found = grid.and_then(|grid| nearest_equilibrium(grid, &tails));
    (0..tails.len()).map(|bidder| found.map(|found| found[bidder])).collect()
}

/// The equilibrium whose multipliers are nearest, in the largest difference; the first of several.
pub(super) fn nearest_equilibrium<'g>(grid: &'g [Vec<f64>], multipliers: &[f64]) -> Option<&'g Vec<f64>> {
    let apart = |equilibrium: &Vec<f64>| {
        let apart = equilibrium.iter().zip(multipliers).map(|(w, other)| (w - other).abs());
        apart.fold(0.0, f64::max)
    };
    grid.iter().min_by(|a, b| apart(a).total_cmp(&apart(b)))
}

/// The profiles of a history, in the order of time.
fn played(settings: &Settings, history: &History) -> Vec<Profile> {
    let profile_of = |row: ndarray::ArrayView1<f64>| {
        let mut rest = row.as_slice().expect("rows of the standard layout");
        let bids = settings.bidders.iter().map(|bidder| {
            let (own, others) = rest.split_at(bidder.play().parameters());
            rest = others;
            bidder.play().bid_function(&bidder.prior, own)
        });
        Profile { bids: bids.collect() }
    };
    history.parameters.rows().into_iter().map(profile_of).collect()
}

/// For each bidder the mean multiplier over the later half of the tail less that over the earlier; `None`
/// where the tail is one epoch.
fn drifts(outcome: &Outcome) -> Vec<Option<f64>> {
    let multipliers = &outcome.series.multipliers;
    let half = multipliers.nrows() / 2;
    let mean = |numbers: ndarray::ArrayView1<f64>| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let drift = |column: ndarray::ArrayView1<f64>| {
        (half > 0).then(|| {
            let (earlier, later) = column.split_at(ndarray::Axis(0), half);
            mean(later) - mean(earlier)
        })
    };
    multipliers.columns().into_iter().map(drift).collect()
}
