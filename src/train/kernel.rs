//! The epochs of a group: draws, gradients, updates, observers.

use ndarray::Array2;

use super::gradient::{Draws, Everyone, One, Pair, Sums, Total};
use super::observe::Observer;
use super::streams::stream_seed;
use super::{Beta, Outcome, Profiles, Run, Settings, Status, Updates};
use crate::auction::Prior;
use crate::learner::Update;
use crate::numeric::elementary::sigmoid;
use crate::numeric::simd::{Kernel, LANES, Real, Simd};
use crate::numeric::xoshiro::{Seeded, Xoshiro};

/// The training of a group of runs of one shape, one a lane.
pub(super) struct Training<'a> {
    lanes: [Run<'a>; LANES],
}

impl<'a> Training<'a> {
    pub(super) fn new(lanes: [Run<'a>; LANES]) -> Self {
        Training { lanes }
    }

    /// What the lanes share, taken from the first.
    fn shared(&self) -> &'a Settings {
        self.lanes[0].settings
    }

    fn per_lane<R: Real>(&self, of: impl Fn(&Settings) -> f64) -> R {
        R::from_array(self.lanes.map(|run| of(run.settings)))
    }

    fn draws<R: Real>(&self) -> Draws<R> {
        let bidders = self.shared().bidders.len();
        let quantile = |settings: &Settings, bidder: usize, p| settings.bidders[bidder].prior.quantile(p);
        let prior = |bidder| {
            let low = self.per_lane(|settings| quantile(settings, bidder, 0.0));
            let width = self.per_lane(|s| quantile(s, bidder, 1.0) - quantile(s, bidder, 0.0));
            [low, width]
        };
        let mut priors = self.lanes.iter().flat_map(|run| &run.settings.bidders).map(|bidder| &bidder.prior);
        let standard = priors.all(|prior| *prior == Prior::STANDARD);
        Draws::new((0..bidders).map(prior).collect(), standard, self.shared().batch as usize)
    }

    fn streams<S: Simd>(&self) -> Vec<Xoshiro<S>> {
        let stream = |index| {
            let seeds = self.lanes.map(|run| stream_seed(run.seed, "values", index));
            Xoshiro::new(&Seeded::new(seeds))
        };
        match self.shared().profiles {
            Profiles::Shared => vec![stream(0)],
            Profiles::Own => (1..=self.shared().bidders.len()).map(stream).collect(),
        }
    }

    fn outcomes<R: Real>(&self, observers: &[Observer<R>], finite: R, trajectory: &[R]) -> Vec<Outcome> {
        let (bidders, epochs) = (observers.len(), self.shared().epochs);
        let outcome = |(lane, run): (usize, &Run<'_>)| {
            let finite_epochs = finite.to_array()[lane] as u32;
            Outcome {
                status: match finite_epochs {
                    n if n == epochs => Status::Ok,
                    n => Status::Diverged { epoch: n + 1 },
                },
                bidders: observers.iter().map(|observer| observer.outcome(lane)).collect(),
                trajectory: run.recording.trajectory.map(|_| {
                    let recorded = run.recording.epochs(epochs).count();
                    // What a multiplier is of a theta that is not finite means nothing.
                    let at = |(w, epoch): (&R, u32)| {
                        if epoch > finite_epochs { f64::NAN } else { w.to_array()[lane] }
                    };
                    let rows =
                        run.recording.epochs(epochs).flat_map(|epoch| std::iter::repeat_n(epoch, bidders));
                    let multipliers = trajectory.iter().zip(rows).map(at).collect();
                    Array2::from_shape_vec((recorded, bidders), multipliers).expect("a row an epoch")
                }),
            }
        };
        self.lanes.iter().enumerate().map(outcome).collect()
    }
}

impl Kernel for Training<'_> {
    type Output = Vec<Outcome>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Vec<Outcome> {
        let settings = self.shared();
        let epochs = settings.epochs;
        let recording = self.lanes[0].recording;
        let first_of_tail = epochs - recording.tail_epochs(epochs) + 1;
        let renewal = S::Real::splat(1.0 - recording.ema);
        let recorder = self.lanes.iter().map(|run| run.recording).find(|r| r.trajectory.is_some());
        let mut recorded = recorder.map(|recording| recording.epochs(epochs).peekable());
        let annealed = self.lanes.iter().any(|run| matches!(run.settings.beta, Beta::Geometric { .. }));
        let (zero, one) = (S::Real::splat(0.0), S::Real::splat(1.0));

        let mut game = Game::<S>::new(&self);
        let mut observers: Vec<_> = game.multipliers.iter().map(|&w| Observer::new(w)).collect();
        let mut trajectory = Vec::new();
        let mut finite_epochs = zero;
        for epoch in 0..=epochs {
            if epoch > 0 {
                if epoch == 1 || annealed {
                    game.set_beta(self.per_lane(|settings| settings.beta.at(epoch - 1, epochs)));
                }
                game.epoch(settings.updates);
                let mut not_finite = zero;
                let in_tail = epoch >= first_of_tail;
                for (i, observer) in observers.iter_mut().enumerate() {
                    observer.see(game.multipliers[i], game.gradients[i], renewal, in_tail);
                    not_finite = game.thetas[i].mul_add(zero, not_finite);
                }
                // 0 x theta is 0 as long as theta is finite; NaN and infinity never become finite again.
                finite_epochs = finite_epochs + not_finite.if_equal(zero, one, zero);
            }
            if recorded.as_mut().and_then(|epochs| epochs.next_if_eq(&epoch)).is_some() {
                trajectory.extend_from_slice(&game.multipliers);
            }
        }
        self.outcomes(&observers, finite_epochs, &trajectory)
    }
}

/// The bidders of a group and their draws. Vectors have one entry a bidder, unless they say otherwise.
struct Game<S: Simd> {
    draws: Draws<S::Real>,
    /// One, or with own profiles one a bidder.
    streams: Vec<Xoshiro<S>>,
    updates: Vec<Update<S::Real>>,
    thetas: Vec<S::Real>,
    /// w = sigmoid(theta).
    multipliers: Vec<S::Real>,
    /// w beta log2 e.
    slopes: Vec<S::Real>,
    /// 1 - w.
    margins: Vec<S::Real>,
    gradients: Vec<S::Real>,
    sums: Vec<Sums<S::Real>>,
    /// As long as the longest that an accumulator asks for.
    scratch: Vec<S::Real>,
    beta: S::Real,
    /// 1 / batch.
    per_sample: S::Real,
}

impl<S: Simd> Game<S> {
    #[inline(always)]
    fn new(training: &Training<'_>) -> Self {
        let settings = training.shared();
        let bidders = settings.bidders.len();
        let zero = S::Real::splat(0.0);
        let update = |i: usize| {
            let learners = training.lanes.map(|run| run.settings.bidders[i].learner);
            let rates = training.lanes.map(|run| run.settings.bidders[i].learning_rate);
            Update::new(learners, rates)
        };
        let thetas: Vec<_> = (0..bidders).map(|i| training.per_lane(|s| s.bidders[i].theta)).collect();
        let mut game = Game {
            draws: training.draws(),
            streams: training.streams(),
            updates: (0..bidders).map(update).collect(),
            multipliers: thetas.iter().map(|&theta| sigmoid(theta)).collect(),
            thetas,
            slopes: vec![zero; bidders],
            margins: vec![zero; bidders],
            gradients: vec![zero; bidders],
            sums: vec![Sums::zero(); bidders],
            scratch: vec![zero; 2 * bidders + 1],
            beta: zero,
            per_sample: S::Real::splat(1.0 / f64::from(settings.batch)),
        };
        game.set_beta(zero);
        game
    }

    #[inline(always)]
    fn set_beta(&mut self, beta: S::Real) {
        self.beta = beta;
        (0..self.thetas.len()).for_each(|i| self.follow_theta(i));
    }

    /// Brings what depends on theta and beta up to date.
    #[inline(always)]
    fn follow_theta(&mut self, bidder: usize) {
        let multiplier = sigmoid(self.thetas[bidder]);
        self.multipliers[bidder] = multiplier;
        self.slopes[bidder] = multiplier * (self.beta * S::Real::splat(std::f64::consts::LOG2_E));
        self.margins[bidder] = S::Real::splat(1.0) - multiplier;
    }

    /// One batch and one update of every bidder.
    #[inline(always)]
    fn epoch(&mut self, updates: Updates) {
        let bidders = self.thetas.len();
        match updates {
            Updates::Simultaneous => {
                self.sum_simultaneous();
                (0..bidders).for_each(|i| self.update(i));
            }
            Updates::SharedGraph => {
                self.sum_total();
                (0..bidders).for_each(|i| self.update(i));
            }
            Updates::Sequential => {
                let start = self.streams[0];
                for i in 0..bidders {
                    if self.streams.len() == 1 {
                        // The same profiles for everybody, drawn again rather than kept: a batch may be large.
                        self.streams[0] = start;
                    }
                    self.sum_one(i);
                    self.update(i);
                }
            }
        }
    }

    #[inline(always)]
    fn update(&mut self, bidder: usize) {
        let gradient = self.sums[bidder].gradient(self.multipliers[bidder], self.beta, self.per_sample);
        self.gradients[bidder] = gradient;
        self.thetas[bidder] = self.updates[bidder].step(self.thetas[bidder], gradient);
        self.follow_theta(bidder);
    }

    #[inline(always)]
    fn sum_simultaneous(&mut self) {
        if self.streams.len() > 1 {
            (0..self.thetas.len()).for_each(|i| self.sum_one(i));
            return;
        }
        self.sums.fill(Sums::zero());
        let sums = &mut self.sums;
        if let [first, second] = self.slopes[..] {
            self.draws.batch(&mut self.streams[0], &mut Pair { slopes: [first, second], sums });
        } else {
            let mut everyone = Everyone { slopes: &self.slopes, sums, scratch: &mut self.scratch };
            self.draws.batch(&mut self.streams[0], &mut everyone);
        }
    }

    #[inline(always)]
    fn sum_one(&mut self, bidder: usize) {
        self.sums[bidder] = Sums::zero();
        let stream = bidder.min(self.streams.len() - 1);
        let mut one = One { slopes: &self.slopes, bidder, sums: &mut self.sums[bidder] };
        self.draws.batch(&mut self.streams[stream], &mut one);
    }

    #[inline(always)]
    fn sum_total(&mut self) {
        let bidders = self.thetas.len();
        self.sums.fill(Sums::zero());
        let own = self.streams.len() > 1;
        for (i, stream) in self.streams.iter_mut().enumerate() {
            let mut total = Total {
                slopes: &self.slopes,
                margins: &self.margins,
                summed: if own { i..i + 1 } else { 0..bidders },
                sums: &mut self.sums,
                scratch: &mut self.scratch,
            };
            self.draws.batch(stream, &mut total);
        }
    }
}
