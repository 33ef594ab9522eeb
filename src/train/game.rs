//! One game of a group: its bidders, one run a lane, and how an epoch moves them.

use std::ops::Range;

use super::arms::{Arms, BeginBatch, EndBatch};
use super::contexts::{BeginTables, Contexts, EndTables};
use super::curves::Curves;
use super::gradient::{Batch, Sums};
use super::player::{Learning, Lesson, Player};
use super::trials::Trials;
use super::{Beta, BidderSettings, Run};
use crate::auction::Strategy;
use crate::auction::strategy::Play;
use crate::learner::Feedback;
use crate::numeric::simd::{Float, LANES, Real, Samples, Simd};

/// The bidders of eight runs. Vectors have one entry a bidder.
pub(super) struct Game<'a, S: Simd, X: Samples<S>> {
    pub(super) runs: [Run<'a>; LANES],
    pub(super) players: Vec<Player<S::Real>>,
    /// The batch where every strategy is linear, at the first price.
    pub(super) lines: Batch<S::Real, X>,
    /// The batch where one is not.
    pub(super) curves: Curves<S::Real, X>,
    /// What bidders try around where they stand.
    pub(super) trials: Trials<S, X>,
    /// Of those on arms, one a bidder; none where nobody is.
    pub(super) arms: Vec<Option<Arms<S::Real, X::Number>>>,
    /// Of those on tables, likewise.
    pub(super) tables: Vec<Option<Contexts<S::Real, X::Number>>>,
    /// What the others play, as a bidder believes it.
    believed: Vec<S::Real>,
    /// Units of bids a unit of value: where nobody smooths, 1.
    per_value: S::Real,
    beta: S::Real,
    /// 1 / batch.
    per_sample: S::Real,
    /// Epochs after which every theta was finite.
    pub(super) finite_epochs: S::Real,
    /// Whether its learners are elsewhere: then it is told gradients alone.
    pub(super) is_led: bool,
    /// Whether something is recorded of one of its runs.
    is_recorded: bool,
    /// The recorded multipliers, shape \[recorded epoch\]\[bidder\].
    pub(super) trajectory: Vec<S::Real>,
    /// The multipliers of the tail, shape \[kept epoch\]\[bidder\].
    pub(super) series: Vec<S::Real>,
    /// The parameters that were played, shape \[kept epoch\]\[parameter\].
    pub(super) history: Vec<S::Real>,
}

impl<'a, S: Simd, X: Samples<S>> Game<'a, S, X> {
    /// The game before the first epoch, with this many samples a batch.
    #[inline(always)]
    pub(super) fn new(runs: [Run<'a>; LANES], samples: u32) -> Self {
        let zero = S::Real::splat(0.0);
        let bidders = runs[0].settings.bidders.len();
        Game {
            runs,
            players: (0..bidders).map(|place| Player::new(&runs, place)).collect(),
            lines: Batch::new(bidders),
            curves: if is_fused(&runs) { Curves::none() } else { Curves::new::<S>(&runs) },
            trials: Trials::new(&runs),
            tables: if any_mixed(&runs) {
                (0..bidders)
                    .map(|place| {
                        let bidder = &runs[0].settings.bidders[place];
                        let priors = runs.map(|run| &run.settings.bidders[place].prior);
                        let shape = bidder.play().table()?;
                        Some(Contexts::new(shape, priors, bidder.learner.feedback()))
                    })
                    .collect()
            } else {
                Vec::new()
            },
            arms: if any_mixed(&runs) {
                runs[0]
                    .settings
                    .bidders
                    .iter()
                    .map(|bidder| {
                        let arms = bidder.play().arms()?;
                        Some(Arms::new(arms, bidder.learner.feedback(), samples as usize))
                    })
                    .collect()
            } else {
                Vec::new()
            },
            believed: vec![zero; parameters(&runs[0])],
            per_value: zero,
            beta: zero,
            per_sample: S::Real::splat(1.0 / f64::from(samples)),
            finite_epochs: zero,
            is_led: false,
            is_recorded: runs.iter().any(|run| run.recording.trajectory.is_some()),
            trajectory: Vec::new(),
            // Room for all that will be kept, so that no epoch asks for memory.
            history: Vec::with_capacity(kept_parameters(&runs[0])),
            series: Vec::with_capacity(kept_epochs(&runs[0]) as usize * bidders),
        }
    }

    /// Takes the steepness and the learning rates of an epoch, from 1.
    #[inline(always)]
    pub(super) fn begin_epoch(&mut self, epoch: u32) {
        if epoch == 1 || self.is_annealed() {
            let beta = |run: &Run<'_>| run.settings.beta.at(epoch - 1, run.settings.epochs);
            self.beta = S::Real::from_array(self.runs.each_ref().map(beta));
        }
        self.players.iter_mut().for_each(|player| player.begin_epoch(epoch));
        if epoch == 1 || self.is_annealed() {
            let per_bid = self.beta * S::Real::splat(std::f64::consts::LOG2_E);
            let smooths = self.runs[0].settings.smooths();
            self.per_value = if smooths { per_bid } else { S::Real::splat(1.0) };
        }
        self.trials.begin_epoch(&self.players, &self.curves, self.per_value);
        self.clear();
    }

    /// Whether the steepness of some run changes from epoch to epoch.
    #[inline(always)]
    pub(super) fn is_annealed(&self) -> bool {
        self.runs.iter().any(|run| matches!(run.settings.beta, Beta::Geometric { .. }))
    }

    /// Tells the batch where the bidders are; `learner` is the one bidder who learns from it, if it is one.
    #[inline(always)]
    pub(super) fn begin_batch(&mut self, learner: Option<usize>) {
        let (zero, one) = (S::Real::splat(0.0), S::Real::splat(1.0));
        // Less than the limit, as bids are rounded before they are compared.
        let limit = S::Real::splat(0.99 * X::EXP2_LIMIT);
        let per_bid = self.per_value;
        let mut steep = zero;
        if !self.curves.is_empty() {
            for (place, player) in self.players.iter().enumerate() {
                let top = self.curves.take::<S>(place, player, per_bid);
                steep = limit.if_greater(top, steep, one);
            }
            for (place, arms) in self.arms.iter_mut().enumerate() {
                let Some(arms) = arms else { continue };
                steep = limit.if_greater(per_bid * self.players[place].high, steep, one);
                let believer = learner.map(|learner| &self.players[learner]);
                let mixture = match believer.filter(|believer| believer.feedback == Feedback::Beliefs) {
                    Some(believer) => {
                        let believed = &mut self.believed[..self.players[place].parameters.len()];
                        self.players[place].believed(believer.belief, believed);
                        &*believed
                    }
                    None => &self.players[place].parameters,
                };
                S::apart(BeginBatch { arms, mixture });
            }
            for (tables, player) in self.tables.iter_mut().zip(&self.players) {
                if let Some(tables) = tables {
                    let top = per_bid * S::Real::splat(tables.top_bid());
                    steep = limit.if_greater(top, steep, one);
                    S::apart(BeginTables { tables, table: &player.parameters });
                }
            }
            self.curves.begin_batch::<S>(self.beta, self.per_value, steep.to_array().contains(&1.0));
            return;
        }
        for (i, player) in self.players.iter().enumerate() {
            let multiplier = player.parameters[0];
            let slope = multiplier * per_bid;
            self.lines.block.slopes[i] = X::spread(slope);
            self.lines.block.margins[i] = X::spread(one - multiplier);
            steep = limit.if_greater(slope * player.high, steep, one);
        }
        self.lines.steep = steep.to_array().contains(&1.0);
    }

    /// Tells a bidder's learner what it asks of the batch.
    #[inline(always)]
    pub(super) fn update(&mut self, bidder: usize) {
        match self.players[bidder].feedback {
            Feedback::EveryArm | Feedback::EveryArmSmoothed | Feedback::PlayedArms | Feedback::Beliefs => {
                let arms = self.arms[bidder].as_mut().expect("a bidder on arms");
                S::apart(EndBatch { arms, per_sample: self.per_sample / self.per_value });
                let lesson = Lesson::Arms { told: &arms.told, payoffs: &arms.payoffs };
                S::apart(Learning { player: &mut self.players[bidder], lesson });
            }
            Feedback::EveryBid { .. } | Feedback::ExpectedBids => {
                let tables = self.tables[bidder].as_mut().expect("a bidder on a table");
                S::apart(EndTables { tables, per_sample: self.per_sample });
                let lesson = Lesson::Table { told: tables.told(), payoffs: tables.payoffs() };
                S::apart(Learning { player: &mut self.players[bidder], lesson });
            }
            Feedback::Gradient => {
                self.find_gradient(bidder);
                if !self.is_led {
                    S::apart(Learning { player: &mut self.players[bidder], lesson: Lesson::Gradient });
                }
            }
            Feedback::Trials => {
                let (normals, payoffs) = self.trials.found(bidder, self.per_sample / self.per_value);
                let lesson = Lesson::Trials { normals, payoffs };
                S::apart(Learning { player: &mut self.players[bidder], lesson });
            }
        }
    }

    /// Lets those of some bidders look ahead who do, by what they are told of the batch, and begins another.
    #[inline(always)]
    pub(super) fn look(&mut self, bidders: Range<usize>) {
        for bidder in bidders {
            if self.players[bidder].looks {
                self.find_gradient(bidder);
                self.players[bidder].look_along_gradient();
            }
        }
        self.clear();
    }

    /// Finds a bidder's gradient on the batch.
    #[inline(always)]
    fn find_gradient(&mut self, bidder: usize) {
        let player = &mut self.players[bidder];
        if self.curves.is_empty() {
            let sums = self.lines.sums[bidder];
            player.gradient[0] = sums.gradient(player.parameters[0], self.beta, self.per_sample);
        } else {
            for k in 0..player.parameters.len() {
                let derivative = self.curves.gradient(bidder, k);
                player.gradient[k] = derivative * self.per_sample * player.slope(k);
            }
        }
    }

    /// Clears the sums of the batch.
    #[inline(always)]
    fn clear(&mut self) {
        self.lines.sums.fill(Sums::zero());
        self.curves.clear();
        self.trials.clear();
        for arms in self.arms.iter_mut().flatten() {
            arms.clear();
        }
    }

    /// Tells a bidder's learner the derivatives of its expected utility in its parameters, shape
    /// \[parameter\].
    #[inline(always)]
    pub(super) fn update_along(&mut self, bidder: usize, derivatives: &[S::Real]) {
        // Of runs that have all diverged there is nothing to tell.
        if derivatives.is_empty() {
            return;
        }
        self.players[bidder].take_derivatives(derivatives);
        S::apart(Learning { player: &mut self.players[bidder], lesson: Lesson::Gradient });
    }

    /// Lets a bidder look ahead along such derivatives.
    #[inline(always)]
    pub(super) fn look_along(&mut self, bidder: usize, derivatives: &[S::Real]) {
        if !derivatives.is_empty() {
            self.players[bidder].take_derivatives(derivatives);
            self.players[bidder].look_along_gradient();
        }
    }

    /// Shows the observers the end of an epoch. `renewal` is 1 - a of the moving average.
    #[inline(always)]
    pub(super) fn observe(&mut self, renewal: S::Real, in_tail: bool) {
        let (zero, one) = (S::Real::splat(0.0), S::Real::splat(1.0));
        let mut not_finite = zero;
        for player in &mut self.players {
            player.observe(renewal, in_tail);
            not_finite = player.not_finite(not_finite);
        }
        // NaN and infinity never become finite again.
        self.finite_epochs = self.finite_epochs + not_finite.if_equal(zero, one, zero);
    }

    /// Records the multipliers, where that is asked for.
    #[inline(always)]
    pub(super) fn record(&mut self) {
        if !self.is_recorded {
            return;
        }
        for player in &mut self.players {
            self.trajectory.push(player.multiplier());
            player.record();
        }
    }

    /// Keeps the parameters that the next epoch plays.
    #[inline(always)]
    pub(super) fn keep_parameters(&mut self) {
        for player in &self.players {
            self.history.extend_from_slice(&player.parameters);
        }
    }

    /// Keeps the multipliers of an epoch of the tail.
    #[inline(always)]
    pub(super) fn keep(&mut self) {
        for player in &self.players {
            self.series.push(player.multiplier());
        }
    }
}

/// Parameters of all bidders.
pub(super) fn parameters(run: &Run<'_>) -> usize {
    run.settings.bidders.iter().map(|bidder| bidder.play().parameters()).sum()
}

/// Parameters that are kept of all epochs.
fn kept_parameters(run: &Run<'_>) -> usize {
    if run.recording.history { run.settings.epochs as usize * parameters(run) } else { 0 }
}

/// Epochs of the tail whose multipliers are kept.
fn kept_epochs(run: &Run<'_>) -> u32 {
    let epochs = run.settings.epochs;
    let stride = run.recording.series_stride(epochs, run.settings.bidders.len());
    run.recording.tail_epochs(epochs).div_ceil(stride)
}

/// Whether every bidder plays a line, at the first price: the fused kernel knows no other.
pub(super) fn is_fused(runs: &[Run<'_>]) -> bool {
    let settings = runs[0].settings;
    let is_linear = |bidder: &BidderSettings| bidder.play() == Play::Pure(Strategy::Linear);
    settings.mechanism.is_first_price() && settings.bidders.iter().all(is_linear)
}

/// Whether some bidder draws what it bids.
pub(super) fn any_mixed(runs: &[Run<'_>]) -> bool {
    runs[0].settings.bidders.iter().any(|bidder| bidder.play().is_mixed())
}
