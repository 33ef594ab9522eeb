//! What measures of cells are computed from.

use super::destination::{Destination, Evidence, destination};
use super::movement::{Movement, SEVERAL, movement};
use super::outcomes::Outcomes;
use super::runs::CellRuns;
use crate::auction::{Profile, Strategy};
use crate::equilibrium::{BidderReferences, BneDistance, References};
use crate::expectation::Evaluator;
use crate::measure::assessment::{Assessment, BidderAssessment};
use crate::measure::context::{nearest_equilibrium, profile};
use crate::measure::settings::{MeasureSettings, Scope};
use crate::measure::stationary::{ELSEWHERE, Sampling, Stationary, stationary};
use crate::measure::table::BidderColumn;
use crate::measure::yardstick::grid_of;
use crate::train::{Batch, BidderSettings, Profiles, Settings, Updates};

const MULTIPLIER: BidderColumn = BidderColumn::named("multiplier_tail_mean");
const DRIFT: BidderColumn = BidderColumn::named("multiplier_tail_drift");

/// A cell all of whose runs are there.
pub(super) struct CellContext<'a> {
    pub runs: &'a CellRuns,
    /// Of the mean profile; `None` where no run has status ok.
    pub mean: Option<Assessment>,
    /// What noise theory predicts, or why it does not.
    pub stationary: Result<Stationary, String>,
    /// Where replicates end, if not around one point.
    pub outcomes: Outcomes,
    pub movement: Movement,
    pub destination: Destination,
    /// Pure equilibria of the grid of multipliers, where all bidders play on one, and the nearest of them.
    pub grid: Option<Vec<Vec<f64>>>,
    pub nearest_grid: Option<Vec<f64>>,
    bidders: usize,
}

/// A bidder of a cell.
pub(super) struct CellBidderContext<'a> {
    /// The multiplier of the nearest equilibrium of the grid.
    pub grid: Option<f64>,
    /// In the mean profile; `None` where no run has status ok.
    pub mean: Option<BidderAssessment<'a>>,
    /// Why its linear program has no solution there.
    pub lp_reason: Option<&'a str>,
    pub predicted_sd: Option<f64>,
}

impl<'a> CellContext<'a> {
    pub fn new(
        settings: &Settings,
        measure: &MeasureSettings,
        references: &References,
        runs: &'a CellRuns,
    ) -> Self {
        let outcomes = Outcomes::of(settings, runs, measure.margin);
        let stationary =
            theory(settings, references).and_then(|found| there(found, references, runs, &outcomes));
        let parameters = runs.mean_parameters();
        let mean = parameters.map(|parameters| profile(settings, |bidder| &parameters[bidder]));
        let grid = grid_of(settings);
        let ends: Option<Vec<f64>> =
            (0..settings.bidders.len()).map(|bidder| runs.of_bidder(bidder, MULTIPLIER).mean()).collect();
        let nearest_grid =
            ends.zip(grid.as_deref()).and_then(|(ends, grid)| nearest_equilibrium(grid, &ends).cloned());
        CellContext {
            runs,
            movement: movement(
                settings,
                measure,
                runs,
                stationary.as_ref().map_err(String::as_str),
                &outcomes,
            ),
            destination: destination(
                outcomes.are_several().then_some(SEVERAL),
                &evidence(settings, references, runs, mean.as_ref(), nearest_grid.as_deref(), measure.margin),
                settings.is_random(),
                measure.margin,
            ),
            mean: mean.map(|profile| assessment(settings, measure, &profile)),
            stationary,
            outcomes,
            grid,
            nearest_grid,
            bidders: settings.bidders.len(),
        }
    }

    pub fn bidders(&self) -> impl Iterator<Item = CellBidderContext<'_>> {
        let mean = self.mean.as_ref();
        (0..self.bidders).map(move |i| CellBidderContext {
            grid: self.nearest_grid.as_ref().map(|grid| grid[i]),
            mean: mean.map(|mean| mean.bidder(i)),
            lp_reason: mean.and_then(|mean| mean.lp_reason(i)),
            predicted_sd: self.stationary.as_ref().ok().map(|found| found.deviations[i]),
        })
    }
}

fn assessment(settings: &Settings, measure: &MeasureSettings, profile: &Profile) -> Assessment {
    let evaluator = Evaluator::new(&settings.population());
    let asked = measure.best_response.asked(Scope::Cells);
    Assessment::of(&evaluator, profile, Some(settings.beta.last()), &asked)
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
    let multipliers =
        references.bidders.iter().map(|bidder| bidder.smoothed.multiplier).collect::<Option<Vec<_>>>();
    let multipliers = multipliers.ok_or("there is no smoothed equilibrium")?;
    let learner = |bidder: &BidderSettings| bidder.learning_rate.fixed().map(|rate| (bidder.learner, rate));
    let learners = settings.bidders.iter().map(learner).collect::<Option<Vec<_>>>();
    let learners = learners.ok_or("nothing is stationary where a learning rate falls")?;
    let sampling = Sampling {
        batch,
        shared_profiles: settings.profiles == Profiles::Shared,
        sequential: settings.updates == Updates::Sequential,
    };
    stationary(&settings.population(), &multipliers, settings.beta.last(), &learners, sampling)
}

/// What theory predicts if the runs are where it speaks of; unless there are none.
fn there(
    found: Stationary,
    references: &References,
    runs: &CellRuns,
    outcomes: &Outcomes,
) -> Result<Stationary, String> {
    if outcomes.is_frozen {
        return Err(format!("{ELSEWHERE}{}", outcomes.frozen()));
    }
    if outcomes.are_several() {
        return Err(format!("{ELSEWHERE}{SEVERAL}"));
    }
    let of_bidder = |(bidder, found): (usize, &BidderReferences)| {
        Some((found.smoothed.multiplier?, runs.of_bidder(bidder, MULTIPLIER).mean()?))
    };
    let pairs: Option<Vec<(f64, f64)>> = references.bidders.iter().enumerate().map(of_bidder).collect();
    let Some(pairs) = pairs else { return Ok(found) };
    let (equilibrium, means): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    found.around(&equilibrium, &means)
}

/// What the destination of each bidder is judged by.
fn evidence(
    settings: &Settings,
    references: &References,
    runs: &CellRuns,
    mean: Option<&Profile>,
    grid: Option<&[f64]>,
    margin: f64,
) -> Vec<Evidence> {
    let distances = references.bne.as_ref().map(|bne| BneDistance::new(bne, &settings.population()));
    let evidence = |(bidder, found): (usize, &BidderReferences)| {
        let prior = &settings.bidders[bidder].prior;
        let second = prior.variance() + prior.mean() * prior.mean();
        let near = || {
            let distance = distances.as_ref()?.of(bidder, &mean?.bids[bidder]);
            Some(distance.l2 <= margin * second.sqrt())
        };
        Evidence {
            multiplier: runs.of_bidder(bidder, MULTIPLIER),
            drift: runs.of_bidder(bidder, DRIFT),
            references: [
                ("bne", found.bne.multiplier),
                ("class", found.class.multiplier),
                ("smoothed", found.smoothed.multiplier.filter(|_| settings.smooths())),
                ("perturbed", found.perturbed.multiplier),
                ("grid", grid.map(|grid| grid[bidder])),
            ],
            bids_of_bne: near().unwrap_or(false),
        }
    };
    references.bidders.iter().enumerate().map(evidence).collect()
}
