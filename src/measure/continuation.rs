//! What is left of a run's movement where nothing is drawn any more: a cycle goes on, noise dies out.

use super::price::{Bids, Kind, Price};
use super::settings::{Continuation, RunMeasurement};
use crate::expectation::ExpectedGradient;
use crate::learner::{Learner, Sgd};
use crate::numeric::simd::Instance;
use crate::train::{
    AGENT_SAMPLE, Batch, Beta, Rate, Recording, Run, Settings, Standing, Status, train_group,
};

/// Epochs after which it is first looked whether movement is left; from then on after twice as many each
/// time, so that the last look is at half of all epochs.
const PIECE: u32 = 32;

/// Movement has died out below this part of that of the run, or below this in multipliers.
const DIED_OUT: f64 = 0.004;
const NO_MOVEMENT: f64 = 1e-7;

/// Steps of the power iteration for the largest factor by which the field stretches, and the distance in
/// theta of its difference quotients.
const POWER_STEPS: usize = 10;
const DIFFERENCE: f64 = 1e-4;

/// The part of the stable step that plain ascent takes: the power iteration may fall short of the largest
/// factor.
const STEP: f64 = 0.5;

/// The standard deviation of the multiplier over the last epochs of a continuation, the largest of the
/// bidders'.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Continued {
    /// With the run's learners, from their states.
    pub learners: Option<f64>,
    /// With plain gradient ascent, where the movement has not died out with the learners: it decides whose
    /// movement that is.
    pub ascent: Option<f64>,
}

/// The most bidders of a game whose runs are continued.
pub(super) const MOST_CONTINUED: usize = 20;

impl Settings {
    /// Whether runs are continued without sampling: that can be done, and does not take too long.
    pub fn can_be_continued(&self) -> bool {
        self.exact_mode().is_ok() && self.bidders.len() <= MOST_CONTINUED
    }

    /// The epochs of a continuation that take at most a share of the nominal work of training, but one piece
    /// at least.
    pub fn continued_epochs(&self, share: f64) -> f64 {
        let epoch = Settings { batch: Batch::Exact, epochs: 1, ..self.clone() }.work();
        (share * self.work() / epoch).max(f64::from(PIECE))
    }
}

/// What the continuation of runs costs.
pub(super) const CONTINUATION: Price = Price {
    what: "continuation without sampling",
    off: Some("[measure] continuation = { replicates = 0 }"),
    kind: Kind::Numbers,
    of: |job| {
        let Continuation { replicates, epochs, share } = job.measure.continuation;
        let tail = job.measure.recording().tail_epochs(job.settings.epochs);
        if replicates == 0 || !job.settings.can_be_continued() || tail < SHORT_TAIL {
            return 0.0;
        }
        let most = f64::from(epochs);
        let limits = Limits { least: 0.0, epochs, allowed: job.settings.continued_epochs(share) };
        let wanted = match job.bids {
            Bids::Lines => LINES.min(most),
            Bids::Knots(_) => KNOTS * most,
            Bids::Mixtures(_) | Bids::Tables(_) => most,
        };
        let runs = f64::from(replicates.min(job.replicates));
        runs * wanted.min(limits.most()) * job.settings.exact_epoch_alone() * AGENT_SAMPLE
    },
};

/// Fewer epochs than the tail of a run that is continued hardly ever has: 25 e-folding times are more.
const SHORT_TAIL: u32 = 160;

/// Epochs after which the movement of lines has died out, about. That of other bid functions goes on to the
/// end, and plain ascent, which some of them need, after it.
const LINES: f64 = 320.0;
const KNOTS: f64 = 1.3;

/// How far a continuation goes.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// The movement below which it has died out.
    least: f64,
    /// The most epochs, as the verdict wants them and as the work allows.
    epochs: u32,
    allowed: f64,
}

impl Limits {
    /// The epochs of a movement that does not die out.
    fn most(&self) -> f64 {
        let (mut done, mut piece) = (0, PIECE);
        while done < self.epochs
            && (done == 0 || f64::from(done + piece.min(self.epochs - done)) <= self.allowed)
        {
            done += piece.min(self.epochs - done);
            piece = piece.saturating_mul(2);
        }
        f64::from(done)
    }
}

/// Continues a run from where its bidders stood in the end on the exact gradient at its last beta and
/// learning rates: with its own learners, in their states, and, where these go on moving, with plain gradient
/// ascent. Each goes on until the movement, of which the run had `moved` in its tail, has died out, or for
/// the epochs that are asked for. A continuation that diverges has no number, nor has one that takes more
/// work than its share of the run's training before either: its movement may yet die out.
pub(super) fn continued(
    settings: &Settings,
    standings: Vec<Standing>,
    moved: Option<f64>,
    asked: &RunMeasurement,
) -> Continued {
    let mut exact =
        Settings { batch: Batch::Exact, beta: Beta::Fixed(settings.beta.last()), ..settings.clone() };
    for bidder in &mut exact.bidders {
        bidder.learning_rate = Rate::Fixed(bidder.learning_rate.last(settings.epochs));
    }
    let Some(moved) = moved else {
        // A tail of one epoch has no movement to compare with.
        return Continued { learners: None, ascent: None };
    };
    let limits = Limits {
        least: (DIED_OUT * moved).max(NO_MOVEMENT),
        epochs: asked.continuation,
        allowed: settings.continued_epochs(asked.continuation_share),
    };
    // Mixtures have no gradient to ascend by themselves: their learners alone go on.
    if settings.bidders.iter().any(|bidder| bidder.play().is_mixed()) {
        let learners = movement(&exact, standings, limits);
        return Continued { ascent: learners, learners };
    }
    let learners = movement(&exact, standings.clone(), limits);
    if learners.is_none_or(|left| left < limits.least) {
        return Continued { learners, ascent: None };
    }
    let mut plain = exact.clone();
    let step = stable_step(&exact, &standings);
    for bidder in &mut plain.bidders {
        bidder.learner = Learner::Sgd(Sgd { momentum: 0.0 });
        bidder.learning_rate = Rate::Fixed(step);
    }
    let fresh = standings.into_iter().map(|standing| Standing { memory: None, ..standing });
    Continued { learners, ascent: movement(&plain, fresh.collect(), limits) }
}

/// The largest standard deviation over the last piece.
fn movement(settings: &Settings, mut standings: Vec<Standing>, limits: Limits) -> Option<f64> {
    let recording = Recording { tail: 1.0, ema: 0.0, trajectory: None, history: false };
    let (mut left, mut piece) = (limits.epochs, PIECE);
    let mut allowed = limits.allowed;
    loop {
        let settings = Settings { epochs: piece.min(left), ..settings.clone() };
        piece = piece.saturating_mul(2);
        left -= settings.epochs;
        allowed -= f64::from(settings.epochs);
        let run = Run { settings: &settings, seed: 0, recording, start: Some(&standings) };
        let outcome = train_group(Instance::current(), &[run]).remove(0);
        if outcome.status != Status::Ok {
            return None;
        }
        let moved = outcome.bidders.iter().filter_map(|bidder| bidder.tail_sd).fold(0.0, f64::max);
        if left == 0 || moved < limits.least {
            return Some(moved);
        }
        if f64::from(piece.min(left)) > allowed {
            return None;
        }
        standings = outcome.bidders.into_iter().map(|bidder| bidder.standing).collect();
    }
}

/// A step at which plain ascent does not overshoot where the bidders stand: a part of 1 / |J|, J the Jacobian
/// of the gradient field in theta, |J| from a power iteration on difference quotients.
fn stable_step(settings: &Settings, standings: &[Standing]) -> f64 {
    let gradient = ExpectedGradient::new(&settings.population(), settings.beta.last());
    let field = |thetas: &[Vec<f64>]| -> Vec<f64> {
        let links = || settings.bidders.iter().map(|bidder| bidder.strategy.link());
        let parameters: Vec<Vec<f64>> = links()
            .zip(thetas)
            .map(|(link, thetas)| thetas.iter().map(|theta| link.parameter(*theta)).collect())
            .collect();
        let derivatives = gradient.at(&parameters);
        links()
            .zip(derivatives.iter().zip(&parameters))
            .flat_map(|(link, (derivatives, parameters))| {
                derivatives.iter().zip(parameters).map(move |(d, parameter)| d * link.slope(*parameter))
            })
            .collect()
    };
    let here: Vec<Vec<f64>> = standings.iter().map(|standing| standing.thetas.clone()).collect();
    let at_here = field(&here);
    // Of both signs and no two alike, so that no mode is missed.
    let mut direction: Vec<f64> =
        (0..at_here.len()).map(|k| if k % 2 == 0 { 1.0 } else { -0.6 } / (1.0 + k as f64)).collect();
    let mut stretch = 0.0_f64;
    for _ in 0..POWER_STEPS {
        let length = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length.is_nan() || length == 0.0 {
            break;
        }
        let mut moved = here.clone();
        for (theta, x) in moved.iter_mut().flatten().zip(&direction) {
            *theta += DIFFERENCE * x / length;
        }
        direction = field(&moved).iter().zip(&at_here).map(|(a, b)| (a - b) / DIFFERENCE).collect();
        stretch = stretch.max(direction.iter().map(|x| x * x).sum::<f64>().sqrt());
    }
    if stretch > 0.0 && stretch.is_finite() { STEP / stretch } else { 1.0 }
}
