//! What measures of cells are computed from.

use super::CellRuns;
use super::destination::{Destination, Evidence, destination};
use super::movement::{Movement, movement};
use crate::auction::{Profile, Strategy};
use crate::equilibrium::{BidderReferences, BneDistance, References};
use crate::expectation::Evaluator;
use crate::measure::context::profile;
use crate::measure::lp::{LpResponse, lp_responses};
use crate::measure::stationary::{Sampling, Stationary, stationary};
use crate::measure::{MeasureSettings, Scope};
use crate::response::{
    BestResponse, SmoothedResponse, best_responses, class_responses, epsilon_ex_ante_upper,
    smoothed_responses,
};
use crate::train::{Batch, Profiles, Settings, Updates};

/// A cell all of whose runs are there.
pub(in crate::measure) struct CellContext<'a> {
    pub runs: &'a CellRuns,
    /// `None` where no run has status ok.
    mean: Option<MeanProfile>,
    /// What noise theory predicts, or why it does not.
    pub stationary: Result<Stationary, String>,
    pub movement: Movement,
    pub destination: Destination,
    bidders: usize,
}

/// What is measured of the mean profile; vectors have one entry a bidder.
struct MeanProfile {
    responses: Vec<BestResponse>,
    uppers: Vec<f64>,
    epsilons_class: Option<Vec<f64>>,
    smoothed: Option<Vec<SmoothedResponse>>,
    lp: Option<Vec<Result<LpResponse, String>>>,
}

/// A bidder of a cell. `None` where no run has status ok.
pub(in crate::measure) struct CellBidderContext<'a> {
    pub response: Option<&'a BestResponse>,
    pub upper: Option<f64>,
    pub epsilon_class: Option<f64>,
    pub smoothed: Option<&'a SmoothedResponse>,
    pub lp: Option<&'a Result<LpResponse, String>>,
    pub predicted_sd: Option<f64>,
}

impl<'a> CellContext<'a> {
    pub fn new(
        settings: &Settings,
        measure: &MeasureSettings,
        references: &References,
        runs: &'a CellRuns,
    ) -> Self {
        let stationary = theory(settings, references);
        let parameters = runs.mean_parameters();
        let mean = parameters.map(|parameters| profile(settings, |bidder| &parameters[bidder]));
        CellContext {
            runs,
            movement: movement(settings, measure, runs, stationary.as_ref().ok()),
            destination: destination(
                &evidence(settings, references, runs, mean.as_ref(), measure.margin),
                settings.is_random(),
                measure.margin,
            ),
            mean: mean.map(|profile| MeanProfile::new(settings, measure, &profile)),
            stationary,
            bidders: settings.bidders.len(),
        }
    }

    pub fn bidders(&self) -> impl Iterator<Item = CellBidderContext<'_>> {
        let mean = self.mean.as_ref();
        (0..self.bidders).map(move |i| CellBidderContext {
            response: mean.map(|mean| &mean.responses[i]),
            upper: mean.map(|mean| mean.uppers[i]),
            epsilon_class: mean.and_then(|mean| Some(mean.epsilons_class.as_ref()?[i])),
            smoothed: mean.and_then(|mean| Some(&mean.smoothed.as_ref()?[i])),
            lp: mean.and_then(|mean| Some(&mean.lp.as_ref()?[i])),
            predicted_sd: self.stationary.as_ref().ok().map(|found| found.deviations[i]),
        })
    }
}

impl MeanProfile {
    fn new(settings: &Settings, measure: &MeasureSettings, profile: &Profile) -> Self {
        let evaluator = Evaluator::new(&settings.population());
        let responses = best_responses(&evaluator, profile);
        let asked = measure.best_response;
        MeanProfile {
            uppers: if asked.tight {
                epsilon_ex_ante_upper(&evaluator, profile)
            } else {
                responses.iter().map(|response| response.epsilon_ex_ante_upper).collect()
            },
            epsilons_class: (asked.class != Scope::None)
                .then(|| class_responses(&evaluator, profile).iter().map(|of| of.epsilon).collect()),
            smoothed: (asked.smoothed != Scope::None)
                .then(|| smoothed_responses(&evaluator, profile, settings.beta.last()))
                .flatten(),
            lp: (asked.lp != Scope::None).then(|| lp_responses(&evaluator, profile, &asked)),
            responses,
        }
    }
}

/// What noise theory predicts at the smoothed equilibrium, at the last beta.
fn theory(settings: &Settings, references: &References) -> Result<Stationary, String> {
    let Batch::Profiles(batch) = settings.batch else { return Err("nothing is sampled".into()) };
    if settings.bidders.iter().any(|bidder| bidder.strategy != Strategy::Linear) {
        return Err("the theory is of linear bidders".into());
    }
    if settings.updates == Updates::SharedGraph {
        return Err("the theory is of bidders who climb their own utilities".into());
    }
    let multipliers = references.bidders.iter().map(|of| of.smoothed.multiplier).collect::<Option<Vec<_>>>();
    let multipliers = multipliers.ok_or("there is no smoothed equilibrium")?;
    let learners: Vec<_> = settings.bidders.iter().map(|of| (of.learner, of.learning_rate)).collect();
    let sampling = Sampling {
        batch,
        shared_profiles: settings.profiles == Profiles::Shared,
        sequential: settings.updates == Updates::Sequential,
    };
    stationary(&settings.population(), &multipliers, settings.beta.last(), &learners, sampling)
}

/// What the destination of each bidder is judged by.
fn evidence(
    settings: &Settings,
    references: &References,
    runs: &CellRuns,
    mean: Option<&Profile>,
    margin: f64,
) -> Vec<Evidence> {
    let distances = references.bne.as_ref().map(|bne| BneDistance::new(bne, &settings.population()));
    let of = |(bidder, of): (usize, &BidderReferences)| {
        let prior = &settings.bidders[bidder].prior;
        let second = prior.variance() + prior.mean() * prior.mean();
        let near = || {
            let distance = distances.as_ref()?.of(bidder, &mean?.bids[bidder]);
            Some(distance.l2 <= margin * second.sqrt())
        };
        Evidence {
            multiplier: runs.of_bidder(bidder, "multiplier_tail_mean"),
            drift: runs.of_bidder(bidder, "multiplier_tail_drift"),
            references: [
                ("bne", of.bne.multiplier),
                ("class", of.class.multiplier),
                ("smoothed", of.smoothed.multiplier),
            ],
            bids_of_bne: near().unwrap_or(false),
        }
    };
    references.bidders.iter().enumerate().map(of).collect()
}
