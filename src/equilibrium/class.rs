//! Equilibria within strategy classes that are not all linear: of the smoothed auction, and of the true one.

use super::Bne;
use crate::auction::strategy::piecewise_linear::knots;
use crate::auction::{BidFunction, Mechanism, Population, Prior, Strategy};
use crate::expectation::gradient::ClassGradient;
use crate::numeric::eigen::{eigenvalues, solve};
use crate::numeric::quadrature::GaussLegendre;

/// The residual that an equilibrium must reach, in the unit of the highest value.
pub const CLASS_RESIDUAL: f64 = 1e-10;

/// Bounds on the error of the gradient, in the unit of the highest value: for uniform priors, for others whose densities
/// have no poles, and for what is left.
const GRADIENT_ERRORS: [f64; 3] = [1e-12, 1e-8, 1e-6];

/// The most groups of bidders of one prior and class.
const MOST_GROUPS: usize = 12;

/// The multipliers of the lines that the search starts from, beside the BNE; the first where there is no BNE.
const LINES: [f64; 3] = [0.7, 0.5, 0.9];

/// The most steps of a flow.
const MOST_STEPS: usize = 100;

/// The steepness times the highest value of the stages through which the lines go: that of the first, twice as much each,
/// below both the last and this part of the wanted one; and the residual that ends a stage.
const FIRST_STEEPNESS: f64 = 8.0;
const LAST_STEEPNESS: f64 = 400.0;
const LAST_STAGE: f64 = 0.7;
const STAGE: f64 = 1e-4;

/// The residual at which Newton's method takes over, in the unit of the highest value.
const NEAR: f64 = 1e-6;

/// Added to curvatures, per unit of bids at knots: what hardly matters stays where it was.
const STIFFNESS: f64 = 1e-9;

/// The same that is too much to come anywhere, and by how much the residual may grow in a step.
const MOST_STIFFNESS: f64 = 1e4;
const GROWTH: f64 = 1.5;

/// A Jacobian is kept while each step brings the residual down by this.
const KEPT: f64 = 0.1;

/// The stiffness of the first step, the inverse of its time, and the distance of difference quotients in slopes: with the
/// gradient for learners, and with the one for references.
const COARSE: (f64, f64) = (0.25, 1e-4);
const EXACT: (f64, f64) = (1e-4, 1e-6);

/// Half the distance of the difference quotients of a result.
const DIFFERENCE: f64 = 1e-5;

/// Bids at knots of one equilibrium differ by less in the unit of the highest value; where the curvature is small by
/// no more than this residual over the curvature.
const SAME: f64 = 1e-6;
const SAME_RESIDUAL: f64 = 2e-9;

/// The highest multiplier of a linear bidder.
const MOST_MULTIPLIER: f64 = 1.0 - 1e-9;

/// The most that a bidder may gain by any of the deviations that are tried, in the unit of the highest value.
pub const CLASS_GAIN: f64 = 1e-4;

/// Deviations that are tried: bids at one knot, or from one knot on, are moved by these, in the unit of the highest value;
/// and lines, so many.
const MOVES: [f64; 4] = [-3e-2, -3e-3, 3e-3, 3e-2];
const LINES_TRIED: u32 = 20;

/// Nodes of the rule along a deviation.
const ALONG: usize = 3;

/// An equilibrium of bidders who are confined to their classes, in which bidders of one prior and class play alike.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassEquilibrium {
    /// One a bidder.
    pub bids: Vec<BidFunction>,
    /// The parameters of [`ClassEquilibrium::bids`], by bidder.
    pub parameters: Vec<Vec<f64>>,
    /// The multipliers of the lines through 0 that are nearest to the bids, one a bidder.
    pub multipliers: Vec<f64>,
    /// For each bidder a bound of first order on the error of the multiplier: with p its derivative in all parameters and
    /// J the Jacobian of the gradient, the sum of |J^-T p| times residual and error of the gradient.
    pub errors: Vec<f64>,
    /// The largest derivative of a bidder's utility in an own parameter, and in its theta, that is left, in the unit of
    /// the highest value.
    pub residual: f64,
    /// The most by which bids at knots differ between the starts, in the unit of the highest value, where they matter.
    pub spread: f64,
    /// The most that a bidder gains by any of the deviations that are tried, in the unit of the highest value.
    pub gain: f64,
    /// The largest eigenvalue of the Hessian of a bidder's utility in the own parameters, in the unit of the highest
    /// value, without those at an end. Where it is above 0 the bids are stationary, and where the eigenvalues are negative
    /// the gradient flow comes to them, but a bidder gains a little by some other bids nearby.
    pub curvature: f64,
    /// The eigenvalues (real part, imaginary part) of the Jacobian of the simultaneous gradient field in theta, by
    /// falling real part, without the directions of slopes that are 0 or have no influence; none in the true auction,
    /// whose gradient has kinks.
    pub eigenvalues: Vec<(f64, f64)>,
}

/// The equilibrium within the bidders' classes of the auction smoothed at steepness `beta`, per unit of bid; with an
/// infinite `beta` of the true auction. `bne` is where one of three searches starts, if there is one.
///
/// A zero of the exact gradient in all slopes and multipliers, by implicit steps along its flow that end as Newton's
/// method: from the bids of the BNE at the knots, and from the lines of 0.5 and 0.9 times the value, which go through the
/// equilibria of lower steepness. All three must come to the same bids. A slope that would fall below 0 is 0, the end of the class, with a gradient that is not above 0 there.
///
/// Bids that hardly ever win, as those of the lowest values against rivals who all bid more, hardly matter to anybody:
/// they stay near where the search starts, at the BNE's, and may differ between the starts as far as their curvature is
/// small. The lowest bid over a lowest value of 0 has no influence at all and stays too.
///
/// A zero of the gradient need not be an equilibrium. So deviations within the class are tried: to lines, to the BNE, at single
/// knots and from single knots on. Bids
/// against which one of them gains more than [`CLASS_GAIN`] are refused; what is gained below it stands in
/// [`ClassEquilibrium::gain`].
///
/// The field of the true auction has kinks where bids of different bidders' knots coincide: there the search may end short
/// of [`CLASS_RESIDUAL`], and says so.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Strategy};
/// use bidsweep::equilibrium::{bne, class_equilibrium};
///
/// let mut population = Population::symmetric(2, Prior::STANDARD);
/// population.bidders.iter_mut().for_each(|bidder| bidder.strategy = Strategy::PiecewiseLinear { segments: 4 });
/// let bne = bne(&population).ok();
/// let class = class_equilibrium(&population, f64::INFINITY, bne.as_ref()).unwrap();
/// assert!((class.bids[0].bid(0.8) - 0.4).abs() < 1e-9);
/// ```
///
/// References: this project's derivation; no published source is known to us.
///
/// # Errors
/// Why none is found: a start from which the search does not converge, or starts that lead to different bids.
pub fn class_equilibrium(
    population: &Population,
    beta: f64,
    bne: Option<&Bne>,
) -> Result<ClassEquilibrium, String> {
    let game = Game::new(population, beta)?;
    let starts = LINES.iter().enumerate().map(|(k, line)| match (k, bne) {
        (0, Some(bne)) => ("the BNE".to_string(), game.of_bne(bne), false),
        _ => (format!("the line {line}"), game.line(*line), true),
    });
    let mut found: Vec<(String, Vec<Vec<f64>>)> = Vec::new();
    for (name, start, staged) in starts {
        let end = game
            .search(&start, staged)
            .or_else(|why| if staged { Err(why) } else { game.search(&start, true) });
        let end = end.map_err(|why| format!("from {name} {why}"))?;
        found.push((name, end));
    }
    let (first, at) = &found[0];
    let tolerances = game.tolerances(at);
    let mut spread = 0.0_f64;
    for (name, other) in &found[1..] {
        for (g, (group, tolerances)) in game.groups.iter().zip(&tolerances).enumerate() {
            let pairs = group.bids(&at[g]).into_iter().zip(group.bids(&other[g]));
            for ((one, other), tolerance) in pairs.zip(tolerances) {
                let apart = (one - other).abs() / game.high;
                if *tolerance < 2.0 * SAME {
                    spread = spread.max(apart);
                }
                if apart > *tolerance {
                    return Err(format!(
                        "several equilibria, or none that stands alone: from {first} and from {name} bids of bidder {} \
                         differ by {apart:.1e} of the highest value",
                        1 + game.first_bidder(g)
                    ));
                }
            }
        }
    }
    let (bidder, gain) = game.gain(at, bne);
    if gain > CLASS_GAIN {
        return Err(format!(
            "bids at which every gradient is 0 are no equilibrium: bidder {} gains {gain:.1e} of the highest value by other \
             bids of its class",
            bidder + 1
        ));
    }
    game.describe(at.clone(), spread, gain)
}

/// Bidders of one prior and class.
struct Group {
    prior: Prior,
    strategy: Strategy,
    count: u32,
    knots: Vec<f64>,
}

impl Group {
    /// The parameters that have an influence.
    fn free(&self) -> std::ops::Range<usize> {
        let idle = self.strategy != Strategy::Linear && self.knots[0] == 0.0;
        usize::from(idle)..self.strategy.parameters()
    }

    /// The bids at the knots; of a linear bidder that at the highest value.
    fn bids(&self, parameters: &[f64]) -> Vec<f64> {
        match self.strategy.bid_function(&self.prior, parameters) {
            BidFunction::Linear { multiplier } => vec![multiplier * self.knots[self.knots.len() - 1]],
            BidFunction::PiecewiseLinear(function) => function.knots().iter().map(|knot| knot.1).collect(),
        }
    }

    /// The derivative of [`Group::bids`] at one knot in one parameter.
    fn bid_slope(&self, knot: usize, parameter: usize) -> f64 {
        match (self.strategy, parameter) {
            (Strategy::Linear, _) => self.knots[self.knots.len() - 1],
            (_, 0) => self.knots[0],
            (_, k) if k <= knot => self.knots[k] - self.knots[k - 1],
            _ => 0.0,
        }
    }

    fn most(&self) -> f64 {
        if self.strategy == Strategy::Linear { MOST_MULTIPLIER } else { f64::INFINITY }
    }

    /// The derivative of a parameter in its theta.
    fn rate(&self, parameter: f64) -> f64 {
        if self.strategy == Strategy::Linear { parameter * (1.0 - parameter) } else { parameter }
    }
}

/// The root of a sum of squares.
fn size(residuals: &[f64]) -> f64 {
    residuals.iter().map(|r| r * r).sum::<f64>().sqrt()
}

/// One parameter of a group.
type Coordinate = (usize, usize);

struct Game {
    groups: Vec<Group>,
    of_bidder: Vec<usize>,
    /// As accurate as can be, and as it is for learners.
    gradient: ClassGradient,
    coarse: ClassGradient,
    /// The same at lower steepness, rising.
    stages: Vec<ClassGradient>,
    beta: f64,
    high: f64,
    coordinates: Vec<Coordinate>,
    /// Sums over knots of products of [`Group::bid_slope`], between parameters of one group, over the square of the
    /// highest value.
    metric: Vec<Vec<f64>>,
}

impl Game {
    fn new(population: &Population, beta: f64) -> Result<Self, String> {
        let Mechanism::FirstPrice = population.mechanism;
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
        let (gradient, coarse) = (ClassGradient::fine(classes(), beta), ClassGradient::fast(classes(), beta));
        let steepness = |k: i32| libm::ldexp(FIRST_STEEPNESS / high, k);
        let stages = (0..)
            .map(steepness)
            .take_while(|lower| *lower < LAST_STAGE * beta && *lower * high < LAST_STEEPNESS)
            .map(|lower| ClassGradient::fast(classes(), lower))
            .collect();
        Ok(Game { groups, of_bidder, gradient, coarse, stages, beta, high, coordinates, metric })
    }

    fn first_bidder(&self, group: usize) -> usize {
        self.of_bidder.iter().take_while(|of| **of != group).count()
    }

    fn line(&self, multiplier: f64) -> Vec<Vec<f64>> {
        self.groups.iter().map(|group| vec![multiplier; group.strategy.parameters()]).collect()
    }

    /// The bids of an equilibrium at the knots.
    fn of_bne(&self, bne: &Bne) -> Vec<Vec<f64>> {
        let of = |(g, group): (usize, &Group)| {
            let bidder = self.first_bidder(g);
            if group.strategy == Strategy::Linear {
                return vec![bne.projection(bidder).clamp(0.0, MOST_MULTIPLIER)];
            }
            let points: Vec<(f64, f64)> = group.knots.iter().map(|v| (*v, bne.bid(bidder, *v))).collect();
            let lowest = if points[0].0 > 0.0 { points[0].1 / points[0].0 } else { 0.5 };
            let slope = |pair: &[(f64, f64)]| ((pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0)).max(0.0);
            std::iter::once(lowest).chain(points.windows(2).map(slope)).collect()
        };
        self.groups.iter().enumerate().map(of).collect()
    }

    /// The most that one bidder of some group gains by one of the deviations that are tried, in the unit of the highest
    /// value; and that bidder, counted from 0. The gain is the integral of the gradient on the way.
    fn gain(&self, at: &[Vec<f64>], bne: Option<&Bne>) -> (usize, f64) {
        let met = self.coarse.meet(at);
        let of_bne = bne.map(|bne| self.of_bne(bne));
        let rule = GaussLegendre::of_order(ALONG);
        let mut most = (0, 0.0);
        for (g, own) in at.iter().enumerate() {
            for deviation in
                self.deviations(g, own).into_iter().chain(of_bne.as_ref().map(|bne| bne[g].clone()))
            {
                let along = |t: f64| {
                    let way: Vec<f64> =
                        own.iter().zip(&deviation).map(|(a, b)| t.mul_add(b - a, *a)).collect();
                    let slopes = met.gradient(g, &way).into_iter();
                    slopes.zip(own.iter().zip(&deviation)).map(|(slope, (a, b))| slope * (b - a)).sum()
                };
                let gain = rule.integrate(0.0, 1.0, along) / self.high;
                if gain > most.1 {
                    most = (self.first_bidder(g), gain);
                }
            }
        }
        most
    }

    /// Deviations of a bidder of a group.
    fn deviations(&self, g: usize, own: &[f64]) -> Vec<Vec<f64>> {
        let group = &self.groups[g];
        let line = |k: u32| vec![f64::from(k) / f64::from(LINES_TRIED); own.len()];
        let mut deviations: Vec<Vec<f64>> = (1..LINES_TRIED).map(line).collect();
        if group.strategy == Strategy::Linear {
            return deviations;
        }
        // What moves the bid at a knot, and what moves it back at the next.
        let width = |k: usize| if k == 0 { group.knots[0] } else { group.knots[k] - group.knots[k - 1] };
        for k in group.free() {
            for shift in MOVES.map(|shift| shift * self.high) {
                let mut moved = own.to_vec();
                moved[k] += shift / width(k);
                deviations.push(moved.clone());
                if k + 1 < own.len() {
                    moved[k + 1] -= shift / width(k + 1);
                    deviations.push(moved);
                }
            }
        }
        deviations.retain(|deviation| deviation.iter().all(|slope| *slope >= 0.0 && slope.is_finite()));
        deviations
    }

    /// The gradient of every group's bidder in the own parameters, in the unit of the highest value.
    fn field(&self, at: &[Vec<f64>]) -> Vec<f64> {
        self.field_of(&self.gradient, at)
    }

    fn field_of(&self, gradient: &ClassGradient, at: &[Vec<f64>]) -> Vec<f64> {
        let met = gradient.meet(at);
        let all: Vec<Vec<f64>> = (0..at.len()).map(|g| met.gradient(g, &at[g])).collect();
        self.coordinates.iter().map(|&(g, k)| all[g][k] / self.high).collect()
    }

    /// What is left of the conditions of equilibrium.
    fn residuals(&self, at: &[Vec<f64>], field: &[f64]) -> Vec<f64> {
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
    fn moving(&self, at: &[Vec<f64>], field: &[f64]) -> Vec<usize> {
        let moves = |c: &usize| {
            let (g, k) = self.coordinates[*c];
            (at[g][k] > 0.0 || field[*c] > 0.0) && (at[g][k] < self.groups[g].most() || field[*c] < 0.0)
        };
        (0..self.coordinates.len()).filter(moves).collect()
    }

    /// The difference quotient of a field in one parameter.
    fn quotient(
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
    fn together(&self, at: &[Vec<f64>], moving: &[usize]) -> Vec<Vec<f64>> {
        let n = self.coordinates.len();
        let mut matrix = vec![vec![0.0; n]; n];
        for &c in moving {
            let column = self.quotient(at, self.coordinates[c], |at| self.field(at));
            column.into_iter().enumerate().for_each(|(row, slope)| matrix[row][c] = slope);
        }
        matrix
    }

    /// The derivatives of one group's bidder's gradient in the own parameters, against all others as they are.
    fn own(&self, at: &[Vec<f64>], group: usize) -> Vec<Vec<f64>> {
        let met = self.gradient.meet(at);
        let n = self.groups[group].strategy.parameters();
        let mut matrix = vec![vec![0.0; n]; n];
        for k in self.groups[group].free() {
            let column = self.quotient(at, (group, k), |at| met.gradient(group, &at[group]));
            column.into_iter().enumerate().for_each(|(row, slope)| matrix[row][k] = slope / self.high);
        }
        matrix
    }

    /// The point after an implicit step of some coordinates, stiff by so much per unit of bids; coordinates that would leave
    /// the class end at its end, and the others' steps allow for it.
    fn stepped(
        &self,
        at: &[Vec<f64>],
        field: &[f64],
        matrix: &[Vec<f64>],
        stiffness: f64,
    ) -> Option<Vec<Vec<f64>>> {
        let mut moving = self.moving(at, field);
        let entry = |i: usize, j: usize| matrix[i][j] - stiffness * self.metric[i][j];
        let mut wanted = field.to_vec();
        let mut next = at.to_vec();
        loop {
            let rows: Vec<Vec<f64>> =
                moving.iter().map(|&i| moving.iter().map(|&j| entry(i, j)).collect()).collect();
            let step = solve(&rows, &moving.iter().map(|&i| wanted[i]).collect::<Vec<f64>>())?;
            let mut staying = Vec::with_capacity(moving.len());
            let mut ended = Vec::new();
            for (&c, step) in moving.iter().zip(step) {
                let (g, k) = self.coordinates[c];
                let to = at[g][k] - step;
                next[g][k] = to.clamp(0.0, self.groups[g].most());
                if next[g][k] == to { staying.push(c) } else { ended.push(c) }
            }
            if ended.is_empty() {
                return Some(next);
            }
            for &j in &ended {
                let (g, k) = self.coordinates[j];
                let step = at[g][k] - next[g][k];
                staying.iter().for_each(|&i| wanted[i] -= entry(i, j) * step);
            }
            moving = staying;
        }
    }

    /// Follows the gradient flow of the bids at the knots by implicit steps, longer the nearer they come.
    ///
    /// References: Kelley and Keyes 1998, "Convergence analysis of pseudo-transient continuation".
    fn flow(
        &self,
        gradient: &ClassGradient,
        at: &mut Vec<Vec<f64>>,
        (first, distance): (f64, f64),
        wanted: f64,
    ) {
        let mut field = self.field_of(gradient, at);
        let mut left = size(&self.residuals(at, &field));
        let mut stiffness = first;
        let mut matrix = None;
        for _ in 0..MOST_STEPS {
            let (jacobian, old) = match matrix.take() {
                Some(kept) => kept,
                None => (self.forward(gradient, at, &field, distance), false),
            };
            let next = self.stepped(at, &field, &jacobian, stiffness);
            let next_field = next.as_ref().map_or_else(Vec::new, |next| self.field_of(gradient, next));
            let next_left = next.as_ref().map_or(f64::NAN, |next| size(&self.residuals(next, &next_field)));
            match next {
                // An old Jacobian must serve well.
                _ if old && (next_left.is_nan() || next_left > KEPT * left) => {}
                Some(next) if next_left < GROWTH * left => {
                    let done = next_left < wanted || (left < CLASS_RESIDUAL && next_left > 0.5 * left);
                    stiffness = (stiffness * (next_left / left).clamp(0.1, 2.0)).max(STIFFNESS);
                    if next_left < KEPT * left {
                        matrix = Some((jacobian, true));
                    }
                    if next_left < left || !done {
                        (*at, field, left) = (next, next_field, next_left);
                    }
                    if done {
                        return;
                    }
                }
                _ if stiffness > MOST_STIFFNESS || left < CLASS_RESIDUAL => return,
                _ => {
                    stiffness *= 4.0;
                    matrix = Some((jacobian, old));
                }
            }
        }
    }

    /// The derivatives of a field in the parameters of whole groups, by rows.
    fn forward(
        &self,
        gradient: &ClassGradient,
        at: &[Vec<f64>],
        field: &[f64],
        distance: f64,
    ) -> Vec<Vec<f64>> {
        let n = self.coordinates.len();
        let mut matrix = vec![vec![0.0; n]; n];
        for (c, &(g, k)) in self.coordinates.iter().enumerate() {
            let mut moved = at.to_vec();
            moved[g][k] += distance;
            let column = self.field_of(gradient, &moved);
            for (row, (to, from)) in column.iter().zip(field).enumerate() {
                matrix[row][c] = (to - from) / distance;
            }
        }
        matrix
    }

    /// The equilibrium that is found from one start.
    fn search(&self, start: &[Vec<f64>], staged: bool) -> Result<Vec<Vec<f64>>, String> {
        let mut at = start.to_vec();
        if staged {
            self.stages.iter().for_each(|gradient| self.flow(gradient, &mut at, COARSE, STAGE));
        }
        self.flow(&self.coarse, &mut at, COARSE, NEAR);
        self.flow(&self.gradient, &mut at, EXACT, 1e-3 * CLASS_RESIDUAL);
        let most = self.residuals(&at, &self.field(&at)).iter().fold(0.0_f64, |most, r| most.max(r.abs()));
        if at.iter().flatten().all(|m| *m == 0.0) {
            Err("all bids fall to 0".to_string())
        } else if most <= CLASS_RESIDUAL {
            Ok(at)
        } else {
            Err(format!(
                "the gradient flow comes to a residual of {most:.1e} of the highest value, above {CLASS_RESIDUAL:e}"
            ))
        }
    }

    /// How far the bids at each knot of each group may differ between starts, in the unit of the highest value.
    fn tolerances(&self, at: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let met = self.gradient.meet(at);
        let of = |(g, group): (usize, &Group)| -> Vec<f64> {
            if group.strategy == Strategy::Linear {
                return vec![SAME];
            }
            let last = group.knots.len() - 1;
            let length = |k: usize| if k == 0 { group.knots[0] } else { group.knots[k] - group.knots[k - 1] };
            let tolerance = |knot: usize| {
                // The bid at one knot moves, those at all others stay.
                let at = |shift: f64| {
                    let mut moved = at[g].clone();
                    if length(knot) > 0.0 {
                        moved[knot] += shift / length(knot);
                    }
                    if knot < last {
                        moved[knot + 1] -= shift / length(knot + 1);
                    }
                    let gradient = met.gradient(g, &moved);
                    let part = if length(knot) > 0.0 { gradient[knot] / length(knot) } else { 0.0 };
                    part - if knot < last { gradient[knot + 1] / length(knot + 1) } else { 0.0 }
                };
                let shift = DIFFERENCE * self.high;
                let curvature = (at(shift) - at(-shift)) / (2.0 * DIFFERENCE);
                SAME + SAME_RESIDUAL / curvature.abs()
            };
            (0..=last).map(tolerance).collect()
        };
        self.groups.iter().enumerate().map(of).collect()
    }

    fn describe(&self, at: Vec<Vec<f64>>, spread: f64, gain: f64) -> Result<ClassEquilibrium, String> {
        let field = self.field(&at);
        let residual = self.residuals(&at, &field).iter().fold(0.0_f64, |most, r| most.max(r.abs()));
        let inside = |c: &usize| {
            let (g, k) = self.coordinates[*c];
            at[g][k] > 0.0 && at[g][k] < self.groups[g].most()
        };
        let moving: Vec<usize> = (0..self.coordinates.len()).filter(inside).collect();
        let together = self.together(&at, &moving);
        let transposed: Vec<Vec<f64>> = moving
            .iter()
            .map(|&i| moving.iter().map(|&j| together[j][i] - STIFFNESS * self.metric[j][i]).collect())
            .collect();
        let mut multipliers = Vec::new();
        let mut errors = Vec::new();
        for (g, group) in self.groups.iter().enumerate() {
            let weights = group.strategy.projection(&group.prior);
            multipliers.push(weights.iter().zip(&at[g]).map(|(weight, m)| weight * m).sum::<f64>());
            let of = |&c: &usize| {
                let (h, k) = self.coordinates[c];
                if h == g { weights[k] } else { 0.0 }
            };
            let wanted: Vec<f64> = moving.iter().map(of).collect();
            let shares = solve(&transposed, &wanted)
                .ok_or("no equilibrium that stands alone: the Jacobian is singular there")?;
            errors.push(
                shares.iter().map(|share| share.abs()).sum::<f64>() * (residual + self.gradient_error()),
            );
        }
        let eigenvalues =
            if self.beta.is_finite() { self.eigenvalues(&at, &moving, &together) } else { Vec::new() };
        let spread_out = |of_group: &[f64]| self.of_bidder.iter().map(|&g| of_group[g]).collect();
        let function = |&g: &usize| {
            let Group { prior, strategy, .. } = &self.groups[g];
            strategy.bid_function(prior, &at[g])
        };
        Ok(ClassEquilibrium {
            bids: self.of_bidder.iter().map(function).collect(),
            parameters: self.of_bidder.iter().map(|&g| at[g].clone()).collect(),
            multipliers: spread_out(&multipliers),
            errors: spread_out(&errors),
            residual,
            spread,
            gain,
            curvature: self.curvature(&at, &moving),
            eigenvalues,
        })
    }

    /// A bound on the error of the gradient.
    fn gradient_error(&self) -> f64 {
        let of = |group: &Group| {
            let (low, high) = group.prior.support();
            let finite = [low, high].iter().all(|end| group.prior.pdf(*end).is_finite());
            GRADIENT_ERRORS
                [if matches!(group.prior, Prior::Uniform(_)) { 0 } else { 2 - usize::from(finite) }]
        };
        self.groups.iter().map(of).fold(0.0, f64::max)
    }

    /// The largest eigenvalue of the Hessian of a bidder's utility in the own parameters.
    fn curvature(&self, at: &[Vec<f64>], moving: &[usize]) -> f64 {
        let of_group = |g: usize| {
            let own = self.own(at, g);
            let of: Vec<usize> =
                moving.iter().map(|c| self.coordinates[*c]).filter(|c| c.0 == g).map(|c| c.1).collect();
            let row = |&i: &usize| of.iter().map(|&j| 0.5 * (own[i][j] + own[j][i])).collect();
            let matrix: Vec<Vec<f64>> = of.iter().map(row).collect();
            eigenvalues(&matrix).unwrap_or_default().first().map_or(f64::NEG_INFINITY, |first| first.0)
        };
        (0..self.groups.len()).map(of_group).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Of the Jacobian in theta: those of the groups moving each as one, and for each group those of the difference
    /// between two of its bidders, as often as it has bidders but one.
    fn eigenvalues(&self, at: &[Vec<f64>], moving: &[usize], together: &[Vec<f64>]) -> Vec<(f64, f64)> {
        let rate = |c: usize| {
            let (g, k) = self.coordinates[c];
            self.groups[g].rate(at[g][k])
        };
        let scaled = |entry: &dyn Fn(usize, usize) -> f64, of: &[usize]| -> Vec<Vec<f64>> {
            let row = |&i: &usize| of.iter().map(|&j| rate(i) * rate(j) * entry(i, j) * self.high).collect();
            of.iter().map(row).collect()
        };
        let mut values = eigenvalues(&scaled(&|i, j| together[i][j], moving)).unwrap_or_default();
        for (g, group) in self.groups.iter().enumerate().filter(|(_, group)| group.count > 1) {
            let own = self.own(at, g);
            let of: Vec<usize> = moving.iter().copied().filter(|c| self.coordinates[*c].0 == g).collect();
            // together = own + (count - 1) other.
            let apart = |i: usize, j: usize| {
                let own = own[self.coordinates[i].1][self.coordinates[j].1];
                own - (together[i][j] - own) / f64::from(group.count - 1)
            };
            let of_difference = eigenvalues(&scaled(&apart, &of)).unwrap_or_default();
            for _ in 1..group.count {
                values.extend(&of_difference);
            }
        }
        values.sort_by(|x, y| y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)));
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::Bidder;
    use crate::auction::games::game;
    use crate::equilibrium::{bne, linear_equilibria, smoothed_multiplier};

    fn with_segments(mut population: Population, segments: usize) -> Population {
        population
            .bidders
            .iter_mut()
            .for_each(|bidder| bidder.strategy = Strategy::PiecewiseLinear { segments });
        population
    }

    fn found(population: &Population, beta: f64) -> ClassEquilibrium {
        class_equilibrium(population, beta, bne(population).ok().as_ref()).unwrap()
    }

    /// The root of the mean squared distance of a bidder's bids to the BNE's.
    fn distance(population: &Population, equilibrium: &ClassEquilibrium, bidder: usize) -> f64 {
        let bne = bne(population).unwrap();
        let prior = &population.bidders[bidder].prior;
        let n = 2000;
        let square = |k: u32| {
            let v = prior.quantile((f64::from(k) + 0.5) / f64::from(n));
            let apart = equilibrium.bids[bidder].bid(v) - bne.bid(bidder, v);
            apart * apart
        };
        ((0..n).map(square).sum::<f64>() / f64::from(n)).sqrt()
    }

    #[test]
    fn linear_bidders_have_the_linear_equilibrium() {
        let population = game(&[(0.0, 1.0), (0.0, 2.0)]);
        for beta in [20.0, 100.0, f64::INFINITY] {
            let linear = &linear_equilibria(&population, beta).unwrap()[0];
            let found = found(&population, beta);
            assert_eq!(found.eigenvalues.len(), linear.eigenvalues.len());
            for bidder in 0..2 {
                let apart = (found.multipliers[bidder] - linear.multipliers[bidder]).abs();
                assert!(apart < 2e-9, "{apart:e} at {beta}");
            }
            for (one, other) in found.eigenvalues.iter().zip(&linear.eigenvalues) {
                assert!((one.0 - other.0).abs() < 1e-6 && one.1.abs() < 1e-6, "{found:?}");
            }
        }
    }

    #[test]
    fn one_segment_from_zero_is_a_line() {
        let population = with_segments(Population::symmetric(3, Prior::STANDARD), 1);
        for beta in [10.0, 50.0] {
            let found = found(&population, beta);
            let expected = smoothed_multiplier(3, beta).unwrap();
            assert!((found.multipliers[0] - expected).abs() < 1e-10, "{found:?}");
            assert!((found.parameters[2][1] - expected).abs() < 1e-10);
        }
    }

    #[test]
    fn unequal_uniform_bidders_come_near_the_bne_as_lines_cannot() {
        let population = with_segments(game(&[(0.0, 1.0), (0.0, 2.0)]), 16);
        let lines = game(&[(0.0, 1.0), (0.0, 2.0)]);
        for (beta, most) in [(50.0, [0.005, 0.008]), (100.0, [0.001, 0.005])] {
            let (found, line) = (found(&population, beta), found(&lines, beta));
            assert!(found.residual < CLASS_RESIDUAL && found.spread < SAME);
            for (bidder, most) in most.into_iter().enumerate() {
                let near = distance(&population, &found, bidder);
                assert!(
                    near < most && 7.0 * near < distance(&lines, &line, bidder),
                    "{near} of {bidder} at {beta}"
                );
                assert!(found.errors[bidder] < 1e-8, "{found:?}");
            }
            assert_eq!(found.eigenvalues.len(), 32);
            assert!(found.curvature < 1e-3, "{}", found.curvature);
            assert!(found.eigenvalues.iter().all(|value| value.0 < 0.0));
        }
    }

    #[test]
    fn equal_uniform_bidders_bid_the_bne_in_the_true_auction_and_come_near_it_as_beta_grows() {
        for bidders in [2, 3] {
            let population = with_segments(Population::symmetric(bidders, Prior::STANDARD), 16);
            let class = found(&population, f64::INFINITY);
            assert!(distance(&population, &class, 0) < 1e-10);
            let distances = [5.0, 10.0, 50.0].map(|beta| distance(&population, &found(&population, beta), 0));
            assert!(distances.is_sorted_by(|a, b| a > b) && distances[2] < 0.008, "{distances:?}");
        }
        let two = found(&with_segments(Population::symmetric(2, Prior::STANDARD), 4), 20.0);
        assert_eq!(two.eigenvalues.len(), 2 * two.parameters[0][1..].iter().filter(|m| **m > 0.0).count());
        assert_eq!(two.bids[0], two.bids[1]);
    }

    #[test]
    fn mixtures_and_the_true_auction_may_have_equilibria_too() {
        let mut mixture = with_segments(game(&[(0.0, 1.0), (0.0, 2.0)]), 8);
        mixture.bidders[0].strategy = Strategy::Linear;
        // The line that the gradients lead to is the best of those nearby, but not of all.
        let reason = class_equilibrium(&mixture, 50.0, bne(&mixture).ok().as_ref()).unwrap_err();
        assert!(reason.contains("bidder 1 gains 1.1e-3"), "{reason}");
        let mut mixture = with_segments(Population::symmetric(2, Prior::STANDARD), 8);
        mixture.bidders[0].strategy = Strategy::Linear;
        let mixed = found(&mixture, 50.0);
        assert!(mixed.residual < CLASS_RESIDUAL && matches!(mixed.bids[0], BidFunction::Linear { .. }));
        let population = with_segments(game(&[(0.0, 1.0), (0.0, 2.0)]), 4);
        let class = found(&population, f64::INFINITY);
        assert!(class.residual < CLASS_RESIDUAL && class.eigenvalues.is_empty());
        // The smoothed equilibria tend to it.
        let near = found(&population, 1000.0);
        assert!((class.multipliers[0] - near.multipliers[0]).abs() < 1e-3, "{near:?}");
    }

    #[test]
    fn bids_that_cannot_win_stay_and_are_no_disagreement() {
        let population = with_segments(game(&[(0.0, 1.0), (0.5, 1.5)]), 8);
        let found = found(&population, 50.0);
        assert!(found.residual < CLASS_RESIDUAL && found.spread < SAME, "{found:?}");
    }

    #[test]
    fn many_different_bidders_have_a_reason() {
        let supports: Vec<_> = (0..20).map(|i| (0.0, 1.0 + 0.05 * f64::from(i))).collect();
        let reason = class_equilibrium(&with_segments(game(&supports), 4), 50.0, None).unwrap_err();
        assert!(reason.contains("20 different priors and strategies, and 12 at most"), "{reason}");
    }

    #[test]
    fn a_zero_of_the_gradient_that_is_no_equilibrium_is_refused() {
        let strategy = Strategy::PiecewiseLinear { segments: 16 };
        let prior: Prior = "kumaraswamy:2:3".parse().unwrap();
        let population = Population {
            bidders: vec![Bidder { prior, strategy }; 2],
            ..Population::symmetric(2, Prior::STANDARD)
        };
        let bne = bne(&population).unwrap();
        let reason = class_equilibrium(&population, f64::INFINITY, Some(&bne)).unwrap_err();
        assert!(reason.contains("are no equilibrium: bidder 1 gains"), "{reason}");
        let smoothed = class_equilibrium(&population, 100.0, Some(&bne)).unwrap();
        assert!(smoothed.gain < CLASS_GAIN && (smoothed.multipliers[0] - bne.projection(0)).abs() < 0.01);
    }
}
