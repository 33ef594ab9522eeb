//! A bidder of eight runs: its parameters, how they move, and what is kept of them.

use super::observe::{Moments, Observer};
use super::start::thetas;
use super::{BidderOutcome, Run, Standing};
use crate::auction::strategy::piecewise_linear;
use crate::auction::{Prior, Strategy};
use crate::learner::Update;
use crate::numeric::elementary::{exp, sigmoid};
use crate::numeric::simd::{LANES, Real};

/// One parameter of a bid function: a multiplier sigmoid(theta), or a slope e^theta.
pub(super) struct Parameter<R> {
    update: Update<R>,
    theta: R,
    /// The multiplier or slope.
    pub(super) value: R,
    /// The batch's gradient in theta.
    gradient: R,
    /// Of the gradient over the tail.
    gradients: Moments<R>,
    /// Of the value over the tail, where it is not the multiplier itself.
    values: Moments<R>,
}

/// One bidder.
pub(super) struct Player<R> {
    strategy: Strategy,
    pub(super) parameters: Vec<Parameter<R>>,
    /// What each parameter adds to the multiplier of the nearest line; empty for a linear strategy.
    projection: Vec<R>,
    /// The highest value.
    pub(super) high: R,
    observer: Observer<R>,
}

impl<R: Real> Player<R> {
    /// The bidder at a place (from 0) before the first epoch.
    pub(super) fn new(runs: &[Run<'_>; LANES], place: usize) -> Self {
        let bidders = runs.map(|run| &run.settings.bidders[place]);
        let strategy = bidders[0].strategy;
        let starts = runs.map(|run| match run.start {
            Some(standings) => standings[place].clone(),
            None => Standing {
                thetas: thetas(&run.settings.bidders[place], run.seed, place),
                learner: Vec::new(),
            },
        });
        let parameter = |k: usize| Parameter {
            update: Update::new(
                bidders.map(|bidder| bidder.learner),
                bidders.map(|bidder| bidder.learning_rate),
            ),
            theta: R::from_array(starts.each_ref().map(|start| start.thetas[k])),
            value: R::splat(0.0),
            gradient: R::splat(0.0),
            gradients: Moments::new(),
            values: Moments::new(),
        };
        let projection = match strategy {
            Strategy::Linear => Vec::new(),
            Strategy::PiecewiseLinear { .. } => {
                of_lanes(bidders.map(|bidder| &bidder.prior), |prior| strategy.projection(prior))
            }
        };
        let mut player = Player {
            strategy,
            parameters: (0..strategy.parameters()).map(parameter).collect(),
            projection,
            high: R::from_array(bidders.map(|bidder| bidder.prior.support().1)),
            observer: Observer::new(R::splat(0.0)),
        };
        // A group's runs all start anew, or all where others had come.
        let resumed = starts.iter().all(|start| !start.learner.is_empty());
        for k in 0..player.parameters.len() {
            player.evaluate(k);
            if resumed {
                let of_parameter = |start: &Standing| start.learner.len() / start.thetas.len();
                let numbers = |start| {
                    let len = of_parameter(start);
                    &start.learner[k * len..(k + 1) * len]
                };
                player.parameters[k].update.restore(starts.each_ref().map(numbers));
            }
        }
        player.observer = Observer::new(player.multiplier());
        player
    }

    /// Takes the parameter's value from its theta.
    #[inline(always)]
    fn evaluate(&mut self, k: usize) {
        let theta = self.parameters[k].theta;
        self.parameters[k].value = match self.strategy {
            Strategy::Linear => sigmoid(theta),
            Strategy::PiecewiseLinear { .. } => exp(theta),
        };
    }

    /// The multiplier, or that of the line that is nearest to the bids.
    #[inline(always)]
    pub(super) fn multiplier(&self) -> R {
        match self.strategy {
            Strategy::Linear => self.parameters[0].value,
            Strategy::PiecewiseLinear { .. } => {
                let mut multiplier = R::splat(0.0);
                for (weight, parameter) in self.projection.iter().zip(&self.parameters) {
                    multiplier = weight.mul_add(parameter.value, multiplier);
                }
                multiplier
            }
        }
    }

    /// d value / d theta of a parameter.
    #[inline(always)]
    pub(super) fn rate(&self, k: usize) -> R {
        let value = self.parameters[k].value;
        match self.strategy {
            Strategy::Linear => value * (R::splat(1.0) - value),
            Strategy::PiecewiseLinear { .. } => value,
        }
    }

    /// Moves a parameter along its gradient in theta.
    #[inline(always)]
    pub(super) fn step(&mut self, k: usize, gradient: R) {
        let parameter = &mut self.parameters[k];
        parameter.gradient = gradient;
        parameter.theta = parameter.update.step(parameter.theta, gradient);
        self.evaluate(k);
    }

    /// Shows the observer the end of an epoch. `renewal` is 1 - a of the moving average.
    #[inline(always)]
    pub(super) fn observe(&mut self, renewal: R, in_tail: bool) {
        self.observer.see(self.multiplier(), renewal, in_tail);
        if !in_tail {
            return;
        }
        let several = self.parameters.len() > 1;
        for parameter in &mut self.parameters {
            parameter.gradients.push(parameter.gradient);
            if several {
                parameter.values.push(parameter.value);
            }
        }
    }

    /// What a lane ends with.
    pub(super) fn outcome(&self, lane: usize) -> BidderOutcome {
        let sd = |parameter: &Parameter<R>| parameter.gradients.sd(lane);
        let of_lane = |number: R| number.to_array()[lane];
        let last = self.parameters.iter().map(|parameter| of_lane(parameter.value)).collect();
        let standing = Standing {
            thetas: self.parameters.iter().map(|parameter| of_lane(parameter.theta)).collect(),
            learner: self.parameters.iter().flat_map(|parameter| parameter.update.state(lane)).collect(),
        };
        match &self.parameters[..] {
            [only] => self.observer.outcome(lane, sd(only), None, last, standing),
            several => {
                let variance: Option<f64> = several.iter().map(|one| sd(one).map(|sd| sd * sd)).sum();
                let means = several.iter().map(|parameter| parameter.values.mean(lane)).collect();
                self.observer.outcome(lane, variance.map(f64::sqrt), Some(means), last, standing)
            }
        }
    }

    /// The sum of 0 x theta: 0 as long as every theta is finite.
    #[inline(always)]
    pub(super) fn not_finite(&self, mut sum: R) -> R {
        for parameter in &self.parameters {
            sum = parameter.theta.mul_add(R::splat(0.0), sum);
        }
        sum
    }
}

/// The knots of each lane's prior, one vector a knot.
pub(super) fn knots<R: Real>(priors: [&Prior; LANES], segments: usize) -> Vec<R> {
    of_lanes(priors, |prior| piecewise_linear::knots(prior, segments))
}

/// As many numbers of each lane's prior, one vector a number; neighbours that agree share the work.
fn of_lanes<R: Real>(priors: [&Prior; LANES], of: impl Fn(&Prior) -> Vec<f64>) -> Vec<R> {
    let mut lanes: Vec<Vec<f64>> = Vec::with_capacity(LANES);
    for (lane, prior) in priors.iter().enumerate() {
        let known = (0..lane).find(|&other| priors[other] == *prior);
        lanes.push(known.map_or_else(|| of(prior), |other| lanes[other].clone()));
    }
    (0..lanes[0].len()).map(|k| R::from_array(std::array::from_fn(|lane| lanes[lane][k]))).collect()
}
