//! A bidder of eight runs: what it plays, what it is told, and what is kept of it.

use super::lanes::{lanes_of, of_lanes};
use super::ledger::Ledger;
use super::mixing::Mixing;
use super::observe::{Moments, Observer};
use super::start::thetas;
use super::{BidderOutcome, Mixed, Rate, Run, Standing};
use crate::auction::strategy::{Link, Play, arm_multiplier, piecewise_linear};
use crate::auction::{Prior, Strategy};
use crate::learner::{Bids, Course, Feedback, Learn, Learner, State, Told};
use crate::numeric::simd::{Float, LANES, Part, Real, Simd};

/// One bidder. Vectors have one entry a parameter.
pub(super) struct Player<R: Real> {
    /// What the learner is told after an epoch.
    pub(super) feedback: Feedback,
    /// Whether it looks ahead before it learns.
    pub(super) looks: bool,
    /// The multiplier that it believes others to have played first.
    pub(super) belief: f64,
    /// One a lane.
    learners: [Learner; LANES],
    courses: [Course; LANES],
    learner: State<R>,
    rates: [Rate; LANES],
    /// The learning rate of the epoch.
    rate: R,
    link: Link,
    /// The parameters of the bid function, such as the multiplier.
    pub(super) parameters: Vec<R>,
    /// The batch's gradient in the learner's numbers.
    pub(super) gradient: Vec<R>,
    /// Of a bidder on arms.
    mixed: Option<Mixing<R>>,
    /// Of a bidder on a table, and the table that was played in the epoch that is observed.
    table: Option<(Ledger<R>, Vec<R>)>,
    /// Of the gradient over the tail.
    gradients: Vec<Moments<R>>,
    /// Of the parameters over the tail, where they are not the multiplier itself.
    values: Vec<Moments<R>>,
    /// What each parameter adds to the multiplier of the nearest line; empty where there is only the
    /// multiplier.
    projection: Vec<R>,
    /// The highest value.
    pub(super) high: R,
    observer: Observer<R>,
}

impl<R: Real> Player<R> {
    /// The bidder at a place (from 0) before the first epoch.
    pub(super) fn new(runs: &[Run<'_>; LANES], place: usize) -> Self {
        let bidders = runs.map(|run| &run.settings.bidders[place]);
        let play = bidders[0].play();
        let starts = runs.map(|run| match run.start {
            Some(standings) => standings[place].clone(),
            None => Standing { thetas: thetas(&run.settings.bidders[place], run.seed, place), memory: None },
        });
        let numbers = lanes_of(&starts.each_ref().map(|start| start.thetas.as_slice()));
        let count = numbers.len();
        let learners = bidders.map(|bidder| bidder.learner);
        let courses = runs.map(|run| run.settings.course(place));
        let mut learner = State::start(learners, courses, numbers);
        let mut mixed = play.arms().map(Mixing::new);
        // A group's runs all start anew, or all where others had come.
        if starts.iter().all(|start| start.memory.is_some()) {
            let memory = lanes_of(&starts.each_ref().map(|start| start.memory.as_deref().unwrap_or(&[])));
            let mixing = play.arms().map_or(0, |arms| arms + 1);
            let (learned, played) = memory.split_at(memory.len() - mixing);
            learner.restore(learned);
            if let Some(mixed) = &mut mixed {
                mixed.restore(played);
            }
        }
        let projection = match play {
            Play::Pure(Strategy::Linear) | Play::Table(_) => Vec::new(),
            _ => of_lanes(bidders.map(|bidder| &bidder.prior), |prior| play.projection(prior)),
        };
        let zeros = vec![R::splat(0.0); count];
        let mut player = Player {
            feedback: bidders[0].learner.feedback(),
            looks: bidders[0].learner.look().is_some(),
            belief: bidders[0].learner.belief().unwrap_or(0.0),
            learners,
            courses,
            learner,
            rates: bidders.map(|bidder| bidder.learning_rate),
            rate: R::splat(0.0),
            link: play.link(),
            parameters: zeros.clone(),
            gradients: vec![Moments::new(); if play.is_mixed() { 0 } else { count }],
            mixed,
            values: vec![Moments::new(); if play.table().is_some() { 0 } else { count }],
            table: play.table().map(|shape| (Ledger::new(runs, place, shape), zeros.clone())),
            gradient: zeros,
            projection,
            high: R::from_array(bidders.map(|bidder| bidder.prior.support().1)),
            observer: Observer::new(R::splat(0.0)),
        };
        player.play();
        if let Some(mixed) = &mut player.mixed {
            mixed.shown.copy_from_slice(&player.parameters);
        }
        if let Some((ledger, shown)) = &mut player.table {
            shown.copy_from_slice(&player.parameters);
            ledger.begin(shown);
        }
        player.observer = Observer::new(player.multiplier());
        player
    }

    /// Takes the learning rate of an epoch, from 1.
    #[inline(always)]
    pub(super) fn begin_epoch(&mut self, epoch: u32) {
        if epoch == 1 || self.rates.iter().any(|rate| rate.fixed().is_none()) {
            self.rate = R::from_array(self.rates.map(|rate| rate.at(epoch - 1)));
        }
    }

    /// Takes the parameters from the learner's numbers.
    #[inline(always)]
    fn play(&mut self) {
        for (parameter, &theta) in self.parameters.iter_mut().zip(self.learner.numbers()) {
            *parameter = self.link.parameters(theta);
        }
    }

    /// The learner's numbers.
    pub(super) fn numbers(&self) -> &[R] {
        self.learner.numbers()
    }

    /// Plays a number of a learner that is elsewhere.
    #[inline(always)]
    pub(super) fn place(&mut self, k: usize, theta: R) {
        self.parameters[k] = self.link.parameters(theta);
    }

    /// The parameters that are observed: those after the epoch's update, but of a bidder on arms the mixture
    /// that was played in the epoch, which is what regret and averages are told of.
    #[inline(always)]
    pub(super) fn shown(&self) -> &[R] {
        match (&self.mixed, &self.table) {
            (Some(mixed), _) => &mixed.shown,
            (_, Some((_, shown))) => shown,
            _ => &self.parameters,
        }
    }

    /// The multiplier that is observed, or that of the line that is nearest to the mean bids.
    #[inline(always)]
    pub(super) fn multiplier(&self) -> R {
        if let Some((ledger, _)) = &self.table {
            return ledger.multiplier;
        }
        if self.projection.is_empty() {
            return self.parameters[0];
        }
        let mut multiplier = R::splat(0.0);
        for (weight, &parameter) in self.projection.iter().zip(self.shown()) {
            multiplier = weight.mul_add(parameter, multiplier);
        }
        multiplier
    }

    /// Records what is played, if it is a mixture over arms.
    #[inline(always)]
    pub(super) fn record(&mut self) {
        if let Some(mixed) = &mut self.mixed {
            mixed.record();
        }
    }

    /// What a parameter would be at a theta that is so much further.
    #[inline(always)]
    pub(super) fn moved(&self, k: usize, by: R) -> R {
        self.link.parameters(self.learner.numbers()[k] + by)
    }

    /// d parameter / d theta.
    #[inline(always)]
    pub(super) fn slope(&self, k: usize) -> R {
        self.link.slopes(self.parameters[k])
    }

    /// Lets the learner look ahead along [`Player::gradient`], and takes the parameters that it looks at.
    #[inline(always)]
    pub(super) fn look_along_gradient(&mut self) {
        self.learner.look(Told::Gradient(&self.gradient), self.rate);
        self.play();
    }

    /// Makes the gradient of derivatives in the parameters.
    #[inline(always)]
    pub(super) fn take_derivatives(&mut self, derivatives: &[R]) {
        for (k, &derivative) in derivatives.iter().enumerate() {
            self.gradient[k] = derivative * self.slope(k);
        }
    }

    /// The mean of all mixtures that were played, and of the arm nearest to a multiplier before.
    #[inline(always)]
    pub(super) fn believed(&self, first: f64, mixture: &mut [R]) {
        let mixed = self.mixed.as_ref().expect("a bidder on arms");
        let last = mixture.len() - 1;
        let per_epoch = R::splat(1.0) / (mixed.epochs + R::splat(1.0));
        for (belief, &sum) in mixture.iter_mut().zip(&mixed.sums) {
            *belief = sum * per_epoch;
        }
        let arm = (first * last as f64).round() as usize;
        mixture[arm.min(last)] = mixture[arm.min(last)] + per_epoch;
    }

    /// Shows the observer the end of an epoch. `renewal` is 1 - a of the moving average.
    #[inline(always)]
    pub(super) fn observe(&mut self, renewal: R, in_tail: bool) {
        self.observer.see(self.multiplier(), renewal, in_tail);
        if !in_tail {
            return;
        }
        if let Some((ledger, shown)) = &mut self.table {
            ledger.is_in_tail(shown);
            return;
        }
        if self.feedback == Feedback::Gradient {
            for (moments, &gradient) in self.gradients.iter_mut().zip(&self.gradient) {
                moments.push(gradient);
            }
        }
        if self.parameters.len() > 1 {
            let shown = match &self.mixed {
                Some(mixed) => &mixed.shown,
                None => &self.parameters,
            };
            for (moments, &parameter) in self.values.iter_mut().zip(shown) {
                moments.push(parameter);
            }
        }
    }

    /// What a lane ends with.
    pub(super) fn outcome(&self, lane: usize) -> BidderOutcome {
        let of_lane = |numbers: &[R]| numbers.iter().map(|number| number.to_array()[lane]).collect();
        let last = of_lane(self.shown());
        let mut memory = self.learner.memory();
        memory.extend(self.mixed.iter().flat_map(Mixing::memory));
        let standing = Standing { thetas: of_lane(self.learner.numbers()), memory: Some(of_lane(&memory)) };
        if let Some(mixed) = &self.mixed {
            let means = self.values.iter().map(|moments| moments.mean(lane)).collect();
            let epochs = mixed.epochs.to_array()[lane];
            let quantile = |arm: &R| arm_multiplier(arm.to_array()[lane] as usize, mixed.shown.len());
            let bound = self.learners[lane].regret_bound(&self.courses[lane], &mixed.hindsight.heard(lane));
            let outcome = self.observer.outcome(lane, None, Some(means), last, standing);
            return BidderOutcome {
                mixed: Some(Mixed {
                    bins: None,
                    quantiles: mixed.quantiles.iter().map(quantile).collect(),
                    time_average: of_lane(&mixed.sums).into_iter().map(|sum| sum / epochs).collect(),
                    regret: (self.feedback != Feedback::Beliefs).then(|| mixed.hindsight.regret(lane)),
                    bound,
                }),
                ..outcome
            };
        }
        if let Some((ledger, _)) = &self.table {
            let bound = self.learners[lane].regret_bound(&self.courses[lane], &ledger.heard());
            let means = Some(ledger.tail_mean(lane));
            return BidderOutcome {
                mixed: Some(Mixed {
                    bins: Some(ledger.frame.values.len()),
                    quantiles: Vec::new(),
                    time_average: ledger.time_average(lane),
                    regret: Some(ledger.regret(lane)),
                    bound,
                }),
                ..self.observer.outcome(lane, None, means, last, standing)
            };
        }
        match &self.gradients[..] {
            [only] => self.observer.outcome(lane, only.sd(lane), None, last, standing),
            several => {
                let variance: Option<f64> = several.iter().map(|one| one.sd(lane).map(|sd| sd * sd)).sum();
                let means = self.values.iter().map(|moments| moments.mean(lane)).collect();
                self.observer.outcome(lane, variance.map(f64::sqrt), Some(means), last, standing)
            }
        }
    }

    /// The sum of 0 x theta: 0 as long as every theta is finite.
    #[inline(always)]
    pub(super) fn not_finite(&self, mut sum: R) -> R {
        let numbers = self.learner.numbers();
        // What is not finite in one bin, a step or how often bids win, is not in all.
        let first = self.table.as_ref().map_or(numbers.len(), |(ledger, _)| ledger.frame.bids.len());
        for theta in &numbers[..first] {
            sum = theta.mul_add(R::splat(0.0), sum);
        }
        sum
    }
}

/// The knots of each lane's prior, one vector a knot.
pub(super) fn knots<R: Real>(priors: [&Prior; LANES], segments: usize) -> Vec<R> {
    of_lanes(priors, |prior| piecewise_linear::knots(prior, segments))
}

/// What a learner is told of an epoch, and by what its bidder is observed.
pub(super) enum Lesson<'a, R> {
    /// [`Player::gradient`].
    Gradient,
    /// What it tried, and what that earned.
    Trials { normals: &'a [R], payoffs: &'a [R] },
    /// What a learner on arms asks for, and the payoff of every arm.
    Arms { told: &'a [R], payoffs: &'a [R] },
    /// What a learner on a table asks for, and the payoffs of all bids.
    Table { told: Told<'a, R>, payoffs: Told<'a, R> },
    /// The same, of exact payoffs: how often every bid wins.
    Wins(&'a [R]),
}

/// A lesson of a bidder: the learner learns, and the bidder takes the parameters that it comes to.
pub(super) struct Learning<'a, R: Real> {
    pub(super) player: &'a mut Player<R>,
    pub(super) lesson: Lesson<'a, R>,
}

impl<S: Simd> Part<S> for Learning<'_, S::Real> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Learning { player, lesson } = self;
        // What answers beliefs is what the epoch plays; else it has played what stands here.
        let answers = player.feedback == Feedback::Beliefs;
        if let (Some(mixed), Lesson::Arms { payoffs, .. }, false) = (&mut player.mixed, &lesson, answers) {
            mixed.hindsight.hear(&player.parameters, payoffs);
            mixed.shown.copy_from_slice(&player.parameters);
        }
        if let Some((ledger, shown)) = &mut player.table {
            std::mem::swap(shown, &mut player.parameters);
            match lesson {
                Lesson::Table { payoffs, .. } => ledger.record(shown, payoffs),
                Lesson::Wins(wins) => ledger.record_wins(shown, wins),
                _ => {}
            }
        }
        let told = match lesson {
            Lesson::Table { told, .. } => told,
            Lesson::Wins(wins) => {
                let (ledger, _) = player.table.as_ref().expect("a bidder on a table");
                Told::Bids(Bids { values: &ledger.frame.values, bids: &ledger.frame.bids, wins })
            }
            Lesson::Gradient => Told::Gradient(&player.gradient),
            Lesson::Trials { normals, payoffs } => Told::Trials { normals, payoffs },
            Lesson::Arms { told, .. } => Told::Arms(told),
        };
        player.learner.learn(told, player.rate);
        player.play();
        if let Some(mixed) = &mut player.mixed {
            if answers {
                mixed.shown.copy_from_slice(&player.parameters);
            }
            mixed.epochs = mixed.epochs + S::Real::splat(1.0);
            for (sum, &share) in mixed.sums.iter_mut().zip(&mixed.shown) {
                *sum = *sum + share;
            }
        }
    }
}
