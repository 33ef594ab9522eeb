//! The verdict on how the learners of a cell move.

use super::outcomes::Outcomes;
use super::runs::CellRuns;
use crate::measure::continuation::MOST_CONTINUED;
use crate::measure::movement::{Doubt, Evidence, Momentum, STILL, Verdict, median, stouffer, verdict};
use crate::measure::settings::MeasureSettings;
use crate::measure::stationary::{ELSEWHERE, Mode, Stationary, UNSTABLE};
use crate::measure::summary::Summary;
use crate::measure::table::{BidderColumn, RunColumn};
use crate::train::Settings;

const TAIL_SD_MAX: RunColumn = RunColumn::named("tail_sd_max");
const TAIL_TOO_SHORT: RunColumn = RunColumn::named("tail_too_short");
const DRIFT: BidderColumn = BidderColumn::named("multiplier_tail_drift");

/// Why nothing more is told of a cell whose replicates end around several points.
pub(super) const SEVERAL: &str = "replicates end around several points: outcomes tells them and their shares";

/// The verdict on a cell, and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Movement {
    pub verdict: Verdict,
    /// What the verdict lacks, where the evidence alone does not say; and what else it says of frozen and
    /// bimodal cells.
    pub reason: Option<String>,
    pub rotation_z: Option<f64>,
    pub rotation_q: Option<f64>,
    pub continued: Option<f64>,
    pub continued_ascent: Option<f64>,
    pub mode: Option<Mode>,
}

/// The coverage of the interval of the mean drift that must leave out 0: of cells that stand, one in a
/// thousand is said to drift.
const DRIFT_COVERAGE: f64 = 0.999;

/// The least drift that counts, in standard deviations within the tail: of many runs, whose noise cancels;
/// and of one without noise, where a drift at constant speed has 1.7 and two periods of a cycle 0.9 at most.
const NOISY_DRIFT: f64 = 0.5;
const EXACT_DRIFT: f64 = 1.2;

/// Whether the later half of the tail is elsewhere than the earlier, by more than noise explains.
fn drifts(drift: &Summary, amplitude: Option<f64>, random: bool) -> bool {
    let (Some(mean), Some(amplitude)) = (drift.mean(), amplitude) else { return false };
    let least = |part: f64| (part * amplitude).max(STILL);
    match drift.half_width(DRIFT_COVERAGE) {
        Some(width) if random => mean.abs() - width > 0.0 && mean.abs() > least(NOISY_DRIFT),
        _ => !random && mean.abs() > least(EXACT_DRIFT),
    }
}

/// Judges the runs of a cell.
pub(super) fn movement(
    settings: &Settings,
    measure: &MeasureSettings,
    runs: &CellRuns,
    theory: Result<&Stationary, &str>,
    outcomes: &Outcomes,
) -> Movement {
    let first = runs.first();
    let amplitude = runs.of_run(TAIL_SD_MAX).mean();
    let mode = theory.ok().and_then(|theory| theory.leading_mode().copied());
    let away = |reason: &str| [UNSTABLE, ELSEWHERE].iter().any(|start| reason.starts_with(*start));
    let responses = settings
        .bidders
        .iter()
        .map(|bidder| bidder.learner.near_rest(bidder.learning_rate.last(settings.epochs), 1.0));
    let momentum = responses.clone().flatten().map(|response| response.decay).fold(0.0, f64::max);
    let evidence = Evidence {
        diverged: runs.diverged() > 0,
        drifting: (0..settings.bidders.len())
            .any(|bidder| drifts(&runs.of_bidder(bidder, DRIFT), amplitude, settings.is_random())),
        frozen: outcomes.is_frozen,
        bimodal: outcomes.are_several(),
        too_short: runs.of_run(TAIL_TOO_SHORT).mean().is_some_and(|share| share > 0.5),
        no_exact_mode: settings.exact_mode().is_err(),
        amplitude,
        left_same: &first.continued_sd,
        left_plain: &first.continued_ascent_sd,
        momentum: (momentum > 0.0).then(|| Momentum {
            beta1: momentum,
            step: mode.map(|mode| libm::hypot(mode.rate.0, mode.rate.1)),
        }),
        away_from_rest: responses.clone().all(|response| response.is_some())
            && theory.err().is_some_and(away),
        levy_z: &first.levy_z,
        rotation_q: &first.rotation_q,
    };
    let verdict = verdict(&evidence);
    let share = |left: &[f64]| Some(median(left)? / amplitude.filter(|sd| *sd > 0.0)?);
    let reason = match verdict {
        Verdict::Frozen => Some(outcomes.frozen()),
        Verdict::Bimodal => Some(SEVERAL.into()),
        Verdict::Undecided(Doubt::NoContinuation) if !settings.can_be_continued() => Some(format!(
            "games of more than {MOST_CONTINUED} bidders are not continued without sampling"
        )),
        Verdict::Undecided(Doubt::NoContinuation) if measure.continuation.replicates == 0 => Some(
            "no replicate was continued without sampling: give [measure] continuation = { replicates = 3 }"
                .into(),
        ),
        Verdict::Undecided(Doubt::NoContinuation) => Some(
            "no continuation came to an end: tails were too short for one, it diverged, or it had taken its share of \
             the work of training; give more, such as [measure] continuation = { share = 1000 }"
                .into(),
        ),
        Verdict::Undecided(Doubt::NoExactMode) => {
            let lacks = settings.exact_mode().err().map_or("", |none| none.lacks);
            Some(format!("the runs cannot be continued without sampling: {lacks}"))
        }
        Verdict::Undecided(doubt) => Some(doubt.reason().into()),
        _ => None,
    };
    Movement {
        verdict,
        reason,
        rotation_z: stouffer(&first.levy_z),
        rotation_q: median(&first.rotation_q),
        continued: share(&first.continued_sd),
        continued_ascent: share(&first.continued_ascent_sd),
        mode,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(numbers: &[f64]) -> Summary {
        let mut summary = Summary::default();
        numbers.iter().for_each(|number| summary.push(*number));
        summary
    }

    /// The later half less the earlier of a path, and its standard deviation.
    fn halves(path: impl Fn(f64) -> f64) -> (f64, f64) {
        const EPOCHS: usize = 1000;
        let path: Vec<f64> = (0..EPOCHS).map(|t| path(t as f64 / EPOCHS as f64)).collect();
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        let (earlier, later) = path.split_at(EPOCHS / 2);
        let centre = mean(&path);
        let variance = path.iter().map(|x| (x - centre) * (x - centre)).sum::<f64>() / EPOCHS as f64;
        (mean(later) - mean(earlier), variance.sqrt())
    }

    #[test]
    fn without_noise_an_approach_drifts_and_a_cycle_does_not() {
        for approach in [|t: f64| 0.01 * t, |t: f64| -0.01 * libm::exp(-2.0 * t)] {
            let (drift, sd) = halves(approach);
            assert!(drifts(&summary(&[drift]), Some(sd), false), "{drift} of {sd}");
        }
        for periods in [2.0, 2.5, 3.3, 7.0] {
            for phase in [0.0, 1.0, 2.0, 3.0] {
                let (drift, sd) = halves(|t| libm::sin(phase + 2.0 * std::f64::consts::PI * periods * t));
                assert!(!drifts(&summary(&[drift]), Some(sd), false), "{periods} periods: {drift} of {sd}");
            }
        }
        // What moves less than that stands still.
        assert!(!drifts(&summary(&[1e-7]), Some(5e-8), false));
    }

    #[test]
    fn with_noise_the_mean_drift_must_be_sure_and_no_trifle() {
        let apart = |mean: f64, sd: f64| {
            let numbers: Vec<f64> = (0..20).map(|k| mean + if k % 2 == 0 { sd } else { -sd }).collect();
            summary(&numbers)
        };
        assert!(drifts(&apart(0.015, 0.005), Some(0.02), true));
        assert!(!drifts(&apart(0.015, 0.03), Some(0.02), true), "noise explains it");
        assert!(!drifts(&apart(0.001, 0.0005), Some(0.02), true), "a trifle of what moves anyway");
        assert!(!drifts(&summary(&[0.01]), Some(0.001), true), "one run has no interval");
    }
}
