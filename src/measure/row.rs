//! The rows that a run leaves behind.

use ndarray::Array2;

use super::column::Column;
use super::context::RunContext;
use super::continuation::{Continued, continued};
use super::movement::CONTINUED;
use super::settings::RunMeasurement;
use super::table::{OF_BIDDERS, OF_RUNS, bidder_columns, run_columns};
use super::yardstick::Yardstick;
use crate::numeric::series::Unmeasured;
use crate::train::{BidderOutcome, Outcome, Settings, Standing, Status};

/// What a run leaves behind: a row of `runs`, a row of `bidders` each, and the trajectory.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// "ok", "diverged" or "failed".
    pub status: RunStatus,
    /// What went wrong, and at which epoch.
    pub message: Option<String>,
    /// One number a column of [`run_columns`], finite.
    pub values: Vec<Option<f64>>,
    /// Shape \[bidder\], each with one number a column of [`bidder_columns`], finite.
    pub bidders: Vec<Vec<Option<f64>>>,
    /// The [parameters](crate::auction::Strategy::bid_function) of the tail-mean bids, shape
    /// \[bidder\]\[parameter\]; none of a run without numbers.
    pub parameters: Vec<Vec<f64>>,
    /// Of a bidder on arms the mixture of the last epoch, and behind it that averaged over all epochs; none
    /// of others. Shape \[bidder\]\[2 x arm\].
    pub mixtures: Vec<Vec<f64>>,
    /// Of a bidder on arms the quantiles of its mixture at the recorded epochs, see
    /// [`Mixed`](crate::train::Mixed); none of others. Shape \[bidder\]\[recorded epoch x quantile\].
    pub quantiles: Vec<Vec<f64>>,
    /// Multipliers, shape \[recorded epoch\]\[bidder\]; NaN or infinite where a run had diverged.
    pub trajectory: Option<Array2<f64>>,
    /// Of a run that awaits its continuation what each bidder goes on from: how many thetas it has, these,
    /// and what its learner keeps beside, shape \[bidder\]\[number\]; empty of others.
    pub standings: Vec<Vec<f64>>,
}

/// How a run ended, as the tables say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// All epochs were trained.
    Ok,
    /// The numbers stopped being finite; a result.
    Diverged,
    /// The run could not be computed.
    Failed,
}

impl RunStatus {
    /// Every status.
    pub const ALL: [RunStatus; 3] = [RunStatus::Ok, RunStatus::Diverged, RunStatus::Failed];

    /// The word in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            RunStatus::Ok => "ok",
            RunStatus::Diverged => "diverged",
            RunStatus::Failed => "failed",
        }
    }

    /// What the word says.
    pub const fn doc(self) -> &'static str {
        match self {
            RunStatus::Ok => "all epochs were trained",
            RunStatus::Diverged => "the numbers stopped being finite; a result",
            RunStatus::Failed => "the run could not be computed",
        }
    }

    /// The status of a word in the tables.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl RunRow {
    /// The row of a run of `bidders` bidders that has no numbers, and why.
    pub fn without_numbers(status: RunStatus, message: String, bidders: usize) -> Self {
        RunRow {
            status,
            message: Some(message),
            values: vec![None; run_columns().len()],
            bidders: vec![vec![None; bidder_columns().len()]; bidders],
            parameters: vec![Vec::new(); bidders],
            mixtures: vec![Vec::new(); bidders],
            quantiles: vec![Vec::new(); bidders],
            trajectory: None,
            standings: Vec::new(),
        }
    }

    /// Whether it is trained and measured, but for its continuation.
    pub fn awaits_continuation(&self) -> bool {
        !self.standings.is_empty()
    }
}

/// The mixtures of a bidder that stand beside that of its tail.
fn mixtures(bidder: &BidderOutcome) -> Vec<f64> {
    match &bidder.mixed {
        Some(mixed) => bidder.last_parameters.iter().chain(&mixed.time_average).copied().collect(),
        None => Vec::new(),
    }
}

/// Whether numbers that were finite epoch by epoch are not when taken together.
fn overflows(bidder: &BidderOutcome) -> bool {
    let averaged = bidder.mixed.iter().flat_map(|mixed| &mixed.time_average);
    !bidder.tail_mean_parameters.iter().chain(averaged).all(|number| number.is_finite())
}

/// The row of a run: its measures, taken with the yardstick of its settings. Where its continuation is asked
/// for, it [awaits](RunRow::awaits_continuation) that: see [`continue_run`].
///
/// A diverged run has a row without numbers whose message names the epoch; so has one whose parameters grew
/// so large that their mean overflows. A number that is not finite is
/// `None`. Where a linear program that was asked for has no solution, the message says why.
pub fn measure(
    settings: &Settings,
    yardstick: &Yardstick,
    measurement: &RunMeasurement,
    outcome: &Outcome,
) -> RunRow {
    let trajectory = outcome.trajectory.clone();
    let of_bidder = |bidder: &BidderOutcome| bidder.mixed.as_ref().map(|mixed| mixed.quantiles.clone());
    let quantiles = outcome.bidders.iter().map(|bidder| of_bidder(bidder).unwrap_or_default()).collect();
    let ended = match outcome.status {
        Status::Diverged { epoch } => Some(format!("epoch {epoch}: a parameter is no longer finite")),
        Status::Ok if outcome.bidders.iter().any(overflows) => {
            Some("the mean of a parameter over the tail is not finite".to_owned())
        }
        Status::Ok => None,
    };
    if let Some(what) = ended {
        let message = format!("{what}; try a smaller learning_rate");
        let row = RunRow::without_numbers(RunStatus::Diverged, message, outcome.bidders.len());
        return RunRow { trajectory, quantiles, ..row };
    }
    let run = RunContext::new(settings, yardstick, measurement, outcome);
    let finite = |number: Option<f64>| number.filter(|x| x.is_finite());
    let values = OF_RUNS.fills.iter().map(|fill| finite(fill.number(&run)));
    let bidders = run
        .bidders()
        .map(|bidder| OF_BIDDERS.fills.iter().map(|fill| finite(fill.number(&bidder))).collect());
    RunRow {
        status: RunStatus::Ok,
        message: run.lp_reason(),
        values: values.collect(),
        bidders: bidders.collect(),
        parameters: outcome.bidders.iter().map(|bidder| bidder.tail_mean_parameters.clone()).collect(),
        mixtures: outcome.bidders.iter().map(mixtures).collect(),
        quantiles,
        trajectory,
        // Of a tail too short for a verdict, the continuation decides nothing.
        standings: match measurement.continuation > 0
            && settings.can_be_continued()
            && run.rotation != Err(Unmeasured::TooShort)
        {
            true => outcome.bidders.iter().map(|bidder| flat(&bidder.standing)).collect(),
            false => Vec::new(),
        },
    }
}

/// A standing as the numbers of [`RunRow::standings`].
fn flat(Standing { thetas, memory }: &Standing) -> Vec<f64> {
    let memory = memory.as_deref().unwrap_or(&[]);
    [thetas.len() as f64].iter().chain(thetas).chain(memory).copied().collect()
}

/// The standing of these numbers.
fn standing(numbers: &[f64]) -> Standing {
    let (count, numbers) = numbers.split_first().expect("the count comes first");
    let (thetas, memory) = numbers.split_at(*count as usize);
    Standing { thetas: thetas.to_vec(), memory: Some(memory.to_vec()) }
}

/// Continues the run of a row that awaits it, on the exact gradient, and fills in what that says. A row that
/// awaits nothing stays as it is.
///
/// # Panics
/// Where the numbers that it goes on from cannot be those of a run with these settings.
pub fn continue_run(settings: &Settings, measurement: &RunMeasurement, row: RunRow) -> RunRow {
    if !row.awaits_continuation() {
        return row;
    }
    let place = |columns: &[Column], name: &str| {
        columns.iter().position(|column| column.name == name).expect("it is a column")
    };
    let sd = place(bidder_columns(), "multiplier_tail_sd");
    let moved = row.bidders.iter().filter_map(|bidder| bidder[sd]).reduce(f64::max);
    let standings = row.standings.iter().map(|numbers| standing(numbers)).collect();
    let Continued { learners, ascent } = continued(settings, standings, moved, measurement);
    let mut values = row.values;
    for (name, number) in CONTINUED.iter().zip([learners, ascent]) {
        values[place(run_columns(), name)] = number.filter(|x| x.is_finite());
    }
    RunRow { values, standings: Vec::new(), ..row }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::auction::{Mechanism, Prior, Strategy};
    use crate::learner::{Adam, Es, Learner};
    use crate::measure::MeasureSettings;
    use crate::train::{
        Batch, Beta, BidderOutcome, BidderSettings, Initial, Precision, Profiles, Rate, Series, Standing,
        Updates,
    };

    fn settings(beta: Beta) -> Settings {
        let defaults: Vec<_> = Learner::REGISTRY[0].hyperparameters.iter().map(|h| h.default).collect();
        let bidder = BidderSettings {
            prior: Prior::STANDARD,
            strategy: Strategy::Linear,
            learner: Learner::build(0, &defaults),
            learning_rate: Rate::Fixed(0.01),
            initial: Initial::Theta(0.9),
        };
        Settings {
            mechanism: Mechanism::FirstPrice,
            bidders: vec![bidder; 2],
            beta,
            batch: Batch::Profiles(128),
            profiles: Profiles::Shared,
            epochs: 2000,
            updates: Updates::Simultaneous,
            precision: Precision::F64,
        }
    }

    /// An outcome in which every number of a bidder is another.
    fn outcome() -> Outcome {
        let bidder = BidderOutcome {
            last_iterate: 0.47,
            tail_mean: 0.48,
            tail_sd: Some(0.01),
            time_average: 0.49,
            ema_last: 0.475,
            ema_min: 0.465,
            ema_max: 0.485,
            gradient_sd: Some(0.02),
            tail_mean_parameters: vec![0.48],
            last_parameters: vec![0.47],
            ema_residual_sd: Some(0.005),
            standing: Standing { thetas: vec![-0.12], memory: Some(vec![0.0, 0.1, 1e-3, 1e-6]) },
            mixed: None,
        };
        let other = BidderOutcome { tail_mean: 0.51, tail_mean_parameters: vec![0.51], ..bidder.clone() };
        Outcome {
            status: Status::Ok,
            bidders: vec![bidder, other],
            trajectory: Some(array![[0.71, 0.71]]),
            series: Series { multipliers: array![[0.47, 0.5], [0.49, 0.52]], stride: 1 },
            history: None,
        }
    }

    fn row(beta: Beta, outcome: &Outcome) -> RunRow {
        row_of(&settings(beta), outcome)
    }

    fn row_of(settings: &Settings, outcome: &Outcome) -> RunRow {
        // A replicate that is not continued.
        let measurement = MeasureSettings::default().of_run(1000);
        measure(settings, &Yardstick::new(settings), &measurement, outcome)
    }

    fn of_run(row: &RunRow, name: &str) -> Option<f64> {
        row.values[run_columns().iter().position(|column| column.name == name).unwrap()]
    }

    fn of_bidder(row: &RunRow, bidder: usize, name: &str) -> Option<f64> {
        row.bidders[bidder][bidder_columns().iter().position(|column| column.name == name).unwrap()]
    }

    fn assert_close(actual: Option<f64>, expected: f64) {
        assert!((actual.unwrap() - expected).abs() < 1e-14, "{actual:?} for {expected}");
    }

    #[test]
    fn a_run_has_every_number() {
        let row = row(Beta::Fixed(50.0), &outcome());
        assert_eq!((row.status, &row.message), (RunStatus::Ok, &None));
        assert_eq!(row.trajectory, outcome().trajectory);
        let outcomes = [
            ("multiplier_last_iterate", 0.47),
            ("multiplier_tail_mean", 0.48),
            ("multiplier_tail_sd", 0.01),
            ("multiplier_time_average", 0.49),
            ("ema_last", 0.475),
            ("ema_min", 0.465),
            ("ema_max", 0.485),
            ("gradient_sd", 0.02),
        ];
        for (name, expected) in outcomes {
            assert_eq!(of_bidder(&row, 0, name), Some(expected), "{name}");
        }
        // The first outbids the second with probability .48 v / .51; the second is sure to win from v = .48 /
        // .51 on.
        let sure = 0.48 / 0.51;
        let won = [sure / 3.0, sure * sure / 3.0 + (1.0 - sure * sure) / 2.0];
        assert_close(of_bidder(&row, 0, "utility"), 0.52 * won[0]);
        assert_close(of_bidder(&row, 1, "utility"), 0.49 * won[1]);
        assert_close(of_run(&row, "revenue"), 0.48 * won[0] + 0.51 * won[1]);
        assert_close(of_run(&row, "welfare"), won[0] + won[1]);
        assert_close(of_run(&row, "efficiency"), (won[0] + won[1]) * 1.5);
        assert_close(of_run(&row, "bias_max_abs"), 0.02);
        for (bidder, apart) in [(0, 0.02), (1, 0.01)] {
            // The BNE is v / 2, and E v^2 = 1/3.
            let distances = ["bne_l2", "bne_linf"].map(|name| of_bidder(&row, bidder, name).unwrap());
            assert!((distances[0] - apart / 3.0_f64.sqrt()).abs() < 1e-8, "{distances:?}");
            assert!((distances[1] - apart).abs() < 1e-8, "{distances:?}");
        }
        // Against v / 2 or less a rival of multiplier w is best answered by min(v / 2, w).
        for (bidder, rival, own) in [(0, 0.51, 0.48), (1, 0.48, 0.51)] {
            // Utility int (v - b) min(b / rival, 1) dv.
            let kink = f64::min(2.0 * rival, 1.0);
            let best =
                kink * kink * kink / (12.0 * rival) + (0.5 * (1.0 - kink * kink) - rival * (1.0 - kink));
            assert_close(of_bidder(&row, bidder, "best_response_utility"), best);
            let epsilon = best - of_bidder(&row, bidder, "utility").unwrap();
            assert_close(of_bidder(&row, bidder, "epsilon_ex_ante"), epsilon);
            assert_close(of_bidder(&row, bidder, "epsilon_relative"), epsilon / best);
            assert!(of_bidder(&row, bidder, "epsilon_ex_ante_upper").unwrap() >= epsilon);
            let class = of_bidder(&row, bidder, "epsilon_class").unwrap();
            assert!((0.0..=epsilon + 1e-14).contains(&class), "{class} of {epsilon} at {own}");
            assert!(of_bidder(&row, bidder, "epsilon_interim").unwrap() >= epsilon);
        }
        let sum: f64 = (0..2).map(|bidder| of_bidder(&row, bidder, "epsilon_ex_ante").unwrap()).sum();
        assert_close(of_run(&row, "nash_conv"), sum);
        assert_close(of_run(&row, "square_error_tail_mean"), (0.02 * 0.02 + 0.01 * 0.01) / 2.0);
        assert_close(of_run(&row, "tail_sd_max"), 0.01);
        assert_close(of_bidder(&row, 0, "multiplier_tail_drift"), 0.02);
        assert_eq!(of_run(&row, "tail_too_short"), Some(1.0));
        assert_eq!(of_run(&row, "continued_sd"), None);
        assert_eq!(row.parameters, [[0.48], [0.51]]);
        let share = of_bidder(&row, 0, "saturated_share").unwrap();
        assert!((0.6..0.7).contains(&share), "{share}");
    }

    #[test]
    fn the_parts_add_up_to_the_bias() {
        let row = row(Beta::Fixed(50.0), &outcome());
        for (bidder, expected) in [(0, -0.02), (1, 0.01)] {
            let [bias, class, smoothing, learning] =
                ["bias", "class_bias", "smoothing_bias", "learning_bias"]
                    .map(|name| of_bidder(&row, bidder, name).unwrap());
            assert_close(Some(bias), expected);
            assert_close(Some(class + smoothing + learning), bias);
            assert_eq!(class, 0.0);
            assert!((smoothing + 0.019_533_354_8).abs() < 1e-10);
        }
    }

    #[test]
    fn of_learners_who_perturb_their_bids_that_makes_a_part_of_the_bias_and_smoothing_none() {
        let mut settings = settings(Beta::Fixed(50.0));
        let adam = Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        let es = Learner::Es(Es { population: 16, sigma: 0.1, adam });
        settings.bidders.iter_mut().for_each(|bidder| bidder.learner = es);
        let row = row_of(&settings, &outcome());
        let of = |name| of_bidder(&row, 0, name);
        assert_eq!((of("class_bias"), of("smoothing_bias")), (Some(0.0), None));
        let (perturbation, learning) = (of("perturbation_bias").unwrap(), of("learning_bias").unwrap());
        assert!((perturbation - (0.487195 - 0.5)).abs() < 1e-6, "{perturbation}");
        assert_close(Some(perturbation + learning), of("bias").unwrap());
        settings.bidders[1].learner = Learner::Adam(adam);
        let mixed = row_of(&settings, &outcome());
        assert_eq!(of_bidder(&mixed, 0, "perturbation_bias"), None);
        assert_eq!(of_bidder(&mixed, 0, "learning_bias"), None);
        assert!(of_bidder(&mixed, 1, "smoothing_bias").is_some());
    }

    #[test]
    fn an_annealed_run_is_measured_at_the_last_beta() {
        let annealed = row(Beta::Geometric { from: 10.0, to: 50.0 }, &outcome());
        assert_eq!(annealed, row(Beta::Fixed(50.0), &outcome()));
    }

    #[test]
    fn without_a_smoothed_equilibrium_the_bias_has_no_parts_behind_the_class() {
        let row = row(Beta::Fixed(2.0), &outcome());
        assert_close(of_bidder(&row, 0, "bias"), -0.02);
        assert_eq!(of_bidder(&row, 0, "class_bias"), Some(0.0));
        assert_eq!(of_bidder(&row, 0, "smoothing_bias"), None);
        assert_eq!(of_bidder(&row, 0, "learning_bias"), None);
        assert_close(of_run(&row, "bias_max_abs"), 0.02);
    }

    #[test]
    fn numbers_that_are_missing_or_not_finite_are_none() {
        let mut short = outcome();
        short.bidders[0].tail_sd = None;
        short.bidders[0].gradient_sd = Some(f64::INFINITY);
        short.bidders[0].ema_last = f64::NAN;
        let row = row(Beta::Fixed(50.0), &short);
        for name in ["multiplier_tail_sd", "gradient_sd", "ema_last"] {
            assert_eq!(of_bidder(&row, 0, name), None, "{name}");
        }
        assert_eq!(of_bidder(&row, 1, "ema_last"), Some(0.475));
    }

    #[test]
    fn a_diverged_run_names_its_epoch_and_has_no_numbers() {
        let mut diverged = outcome();
        diverged.status = Status::Diverged { epoch: 17 };
        let row = row(Beta::Fixed(50.0), &diverged);
        assert_eq!(row.status, RunStatus::Diverged);
        assert_eq!(
            row.message.as_deref(),
            Some("epoch 17: a parameter is no longer finite; try a smaller learning_rate")
        );
        assert_eq!(row.values, vec![None; run_columns().len()]);
        assert_eq!(row.bidders, vec![vec![None; bidder_columns().len()]; 2]);
        assert_eq!(row.trajectory, diverged.trajectory);
    }

    #[test]
    fn statuses_are_read_back() {
        for status in RunStatus::ALL {
            assert_eq!(RunStatus::parse(status.name()), Some(status));
        }
        assert_eq!(RunStatus::parse("Ok"), None);
    }
}
