//! Bidders who are confined to classes, and the gradients of those who play alike.

use crate::auction::strategy::piecewise_linear::knots;
use crate::auction::{BidFunction, Population, Prior, Strategy};
use crate::equilibrium::Bne;
use crate::expectation::gradient::ClassGradient;

/// The most groups of bidders of one prior and class.
const MOST_GROUPS: usize = 12;

/// The lines go through stages of lower steepness, each twice the last. That of the first, times the highest
/// value.
const FIRST_STEEPNESS: f64 = 8.0;

/// Every stage is below this, times the highest value.
const LAST_STEEPNESS: f64 = 400.0;

/// Every stage is below this part of the wanted steepness.
const LAST_STAGE: f64 = 0.7;

/// Half the distance of the difference quotients of a result.
pub(super) const DIFFERENCE: f64 = 1e-5;

/// The highest multiplier of a linear bidder.
pub(super) const MOST_MULTIPLIER: f64 = 1.0 - 1e-9;

/// Bidders of one prior and class.
pub(super) struct Group {
    pub(super) prior: Prior,
    pub(super) strategy: Strategy,
    pub(super) count: u32,
    pub(super) knots: Vec<f64>,
}

impl Group {
    /// The parameters that have an influence.
    pub(super) fn free(&self) -> std::ops::Range<usize> {
        let idle = self.strategy != Strategy::Linear && self.knots[0] == 0.0;
        usize::from(idle)..self.strategy.parameters()
    }

    /// The bids at the knots; of a linear bidder that at the highest value.
    pub(super) fn bids(&self, parameters: &[f64]) -> Vec<f64> {
        match self.strategy.bid_function(&self.prior, parameters) {
            BidFunction::PiecewiseLinear(function) => function.knots().iter().map(|knot| knot.1).collect(),
            line => vec![line.mean_bid(self.knots[self.knots.len() - 1])],
        }
    }

    /// The derivative of [`Group::bids`] at one knot in one parameter.
    pub(super) fn bid_slope(&self, knot: usize, parameter: usize) -> f64 {
        match (self.strategy, parameter) {
            (Strategy::Linear, _) => self.knots[self.knots.len() - 1],
            (_, 0) => self.knots[0],
            (_, k) if k <= knot => self.knots[k] - self.knots[k - 1],
            _ => 0.0,
        }
    }

    pub(super) fn most(&self) -> f64 {
        if self.strategy == Strategy::Linear { MOST_MULTIPLIER } else { f64::INFINITY }
    }

    /// The derivative of a parameter in its theta.
    pub(super) fn rate(&self, parameter: f64) -> f64 {
        if self.strategy == Strategy::Linear { parameter * (1.0 - parameter) } else { parameter }
    }
}

/// One parameter of a group.
pub(super) type Coordinate = (usize, usize);

pub(super) struct Game {
    pub(super) groups: Vec<Group>,
    pub(super) of_bidder: Vec<usize>,
    /// As accurate as can be, and as it is for learners.
    pub(super) gradient: ClassGradient,
    pub(super) coarse: ClassGradient,
    /// The same at lower steepness, rising.
    pub(super) stages: Vec<ClassGradient>,
    pub(super) beta: f64,
    pub(super) high: f64,
    pub(super) coordinates: Vec<Coordinate>,
    /// Sums over knots of products of [`Group::bid_slope`], between parameters of one group, over the square
    /// of the highest value.
    pub(super) metric: Vec<Vec<f64>>,
}

impl Game {
    pub(super) fn new(population: &Population, beta: f64) -> Result<Self, String> {
        let payment = population.mechanism.payment();
        let mut groups: Vec<Group> = Vec::new();
        let mut of_bidder = Vec::new();
        for bidder in &population.bidders {
            let alike = |group: &Group| group.prior == bidder.prior && group.strategy == bidder.strategy;
            let known = groups.iter().position(alike);
            let group = known.unwrap_or_else(|| {
                let (low, high) = bidder.prior.support();
                let knots = match bidder.strategy {
                    Strategy::Linear => vec![low, high],
                    Strategy::PiecewiseLinear { segments } => knots(&bidder.prior, segments),
                };
                groups.push(Group {
                    prior: bidder.prior.clone(),
                    strategy: bidder.strategy,
                    count: 0,
                    knots,
                });
                groups.len() - 1
            });
            groups[group].count += 1;
            of_bidder.push(group);
        }
        if groups.len() > MOST_GROUPS {
            return Err(format!(
                "not computed: {} different priors and strategies, and {MOST_GROUPS} at most are manageable",
                groups.len()
            ));
        }
        let high = groups.iter().map(|group| group.prior.support().1).fold(0.0, f64::max);
        let coordinates: Vec<Coordinate> =
            groups.iter().enumerate().flat_map(|(g, group)| group.free().map(move |k| (g, k))).collect();
        let product = |(g, k): Coordinate, (h, l): Coordinate| -> f64 {
            if g != h {
                return 0.0;
            }
            let group = &groups[g];
            let knots = if group.strategy == Strategy::Linear { 1 } else { group.knots.len() };
            let at = |knot| group.bid_slope(knot, k) * group.bid_slope(knot, l) / (high * high);
            (0..knots).map(at).sum()
        };
        let metric =
            coordinates.iter().map(|&a| coordinates.iter().map(|&b| product(a, b)).collect()).collect();
        let classes = || groups.iter().map(|group| (&group.prior, group.strategy, group.count));
        let (gradient, coarse) =
            (ClassGradient::fine(classes(), payment, beta), ClassGradient::fast(classes(), payment, beta));
        let steepness = |k: i32| libm::ldexp(FIRST_STEEPNESS / high, k);
        let stages = (0..)
            .map(steepness)
            .take_while(|lower| *lower < LAST_STAGE * beta && *lower * high < LAST_STEEPNESS)
            .map(|lower| ClassGradient::fast(classes(), payment, lower))
            .collect();
        Ok(Game { groups, of_bidder, gradient, coarse, stages, beta, high, coordinates, metric })
    }

    pub(super) fn first_bidder(&self, group: usize) -> usize {
        self.of_bidder.iter().take_while(|other| **other != group).count()
    }

    pub(super) fn line(&self, multiplier: f64) -> Vec<Vec<f64>> {
        self.groups.iter().map(|group| vec![multiplier; group.strategy.parameters()]).collect()
    }

    /// The bids of an equilibrium at the knots.
    pub(super) fn of_bne(&self, bne: &Bne) -> Vec<Vec<f64>> {
        let at_knots = |(g, group): (usize, &Group)| {
            let bidder = self.first_bidder(g);
            if group.strategy == Strategy::Linear {
                return vec![bne.projection(bidder).clamp(0.0, MOST_MULTIPLIER)];
            }
            let points: Vec<(f64, f64)> = group.knots.iter().map(|v| (*v, bne.bid(bidder, *v))).collect();
            let lowest = if points[0].0 > 0.0 { points[0].1 / points[0].0 } else { 0.5 };
            let slope = |pair: &[(f64, f64)]| ((pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0)).max(0.0);
            std::iter::once(lowest).chain(points.windows(2).map(slope)).collect()
        };
        self.groups.iter().enumerate().map(at_knots).collect()
    }

    /// The gradient of every group's bidder in the own parameters, in the unit of the highest value.
    pub(super) fn field(&self, at: &[Vec<f64>]) -> Vec<f64> {
        self.field_of(&self.gradient, at)
    }

    pub(super) fn field_of(&self, gradient: &ClassGradient, at: &[Vec<f64>]) -> Vec<f64> {
        let all = gradient.of_all(at);
        self.coordinates.iter().map(|&(g, k)| all[g][k] / self.high).collect()
    }

    /// What is left of the conditions of equilibrium.
    pub(super) fn residuals(&self, at: &[Vec<f64>], field: &[f64]) -> Vec<f64> {
        let left = |(&(g, k), slope): (&Coordinate, &f64)| {
            if at[g][k] <= 0.0 {
                slope.max(0.0)
            } else if at[g][k] >= self.groups[g].most() {
                slope.min(0.0)
            } else {
                slope * self.groups[g].rate(at[g][k]).max(1.0)
            }
        };
        self.coordinates.iter().zip(field).map(left).collect()
    }

    /// The coordinates that are not at an end of the class, or leave it.
    pub(super) fn moving(&self, at: &[Vec<f64>], field: &[f64]) -> Vec<usize> {
        let moves = |c: &usize| {
            let (g, k) = self.coordinates[*c];
            (at[g][k] > 0.0 || field[*c] > 0.0) && (at[g][k] < self.groups[g].most() || field[*c] < 0.0)
        };
        (0..self.coordinates.len()).filter(moves).collect()
    }

    /// The difference quotient of a field in one parameter.
    pub(super) fn quotient(
        &self,
        at: &[Vec<f64>],
        (g, k): Coordinate,
        field: impl Fn(&[Vec<f64>]) -> Vec<f64>,
    ) -> Vec<f64> {
        let mut moved = at.to_vec();
        let (from, to) = ((at[g][k] - DIFFERENCE).max(0.0), at[g][k] + DIFFERENCE);
        moved[g][k] = from;
        let before = field(&moved);
        moved[g][k] = to;
        let after = field(&moved);
        after.into_iter().zip(before).map(|(a, b)| (a - b) / (to - from)).collect()
    }

    /// The derivatives of the field in some parameters of whole groups, by rows; those of others are 0.
    pub(super) fn together(&self, at: &[Vec<f64>], moving: &[usize]) -> Vec<Vec<f64>> {
        let n = self.coordinates.len();
        let mut matrix = vec![vec![0.0; n]; n];
        for &c in moving {
            let column = self.quotient(at, self.coordinates[c], |at| self.field(at));
            column.into_iter().enumerate().for_each(|(row, slope)| matrix[row][c] = slope);
        }
        matrix
    }

    /// The derivatives of one group's bidder's gradient in the own parameters, against all others as they
    /// are.
    pub(super) fn own(&self, at: &[Vec<f64>], group: usize) -> Vec<Vec<f64>> {
        let met = self.gradient.meet(at);
        let n = self.groups[group].strategy.parameters();
        let mut matrix = vec![vec![0.0; n]; n];
        for k in self.groups[group].free() {
            let column = self.quotient(at, (group, k), |at| met.gradient(group, &at[group]));
            column.into_iter().enumerate().for_each(|(row, slope)| matrix[row][k] = slope / self.high);
        }
        matrix
    }
}
