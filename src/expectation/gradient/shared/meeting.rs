//! Own bids against the highest of rivals' bids, on the same nodes.

use super::CUT;
use super::cells::Cells;
use super::nodes::{AtNodes, Chances};
use crate::numeric::elementary::exp;
use crate::numeric::simd::{Float, Kernel, LANES, Real, Samples, Simd};

/// Own bids that are met at a time.
const TILE: usize = 4;

/// Nodes of bids, with what every player has there.
pub struct Meeting {
    beta: f64,
    bids: Vec<f64>,
    /// beta times the bid, rising.
    arguments: Vec<f64>,
    players: Vec<AtNodes>,
    asked: Option<usize>,
}

impl Meeting {
    /// For so many players, all or one of whom are asked for.
    pub fn new(players: usize, asked: Option<usize>) -> Self {
        Meeting {
            beta: 0.0,
            bids: Vec::new(),
            arguments: Vec::new(),
            players: vec![AtNodes::default(); players],
            asked,
        }
    }

    pub fn len(&self) -> usize {
        self.bids.len()
    }

    /// The next node.
    pub fn push(&mut self, beta: f64, bid: f64) {
        self.beta = beta;
        self.bids.push(bid);
        self.arguments.push(beta * bid);
    }

    pub fn push_own(&mut self, player: usize, value: f64, mass: f64) {
        let at = &mut self.players[player];
        at.values.push(value);
        at.masses.push(mass);
    }

    pub fn push_rivals(&mut self, player: usize, weight: f64) {
        self.players[player].weights.push(weight);
    }

    /// The same with every weight times the bid that it is at.
    pub fn by_bid(&self) -> Self {
        let times_bid = |at: &AtNodes| AtNodes {
            weights: at
                .weights
                .iter()
                .zip(&self.arguments)
                .map(|(weight, y)| weight * y / self.beta)
                .collect(),
            ..at.clone()
        };
        Meeting {
            beta: self.beta,
            bids: self.bids.clone(),
            arguments: self.arguments.clone(),
            players: self.players.iter().map(times_bid).collect(),
            asked: self.asked,
        }
    }

    pub fn bid(&self, node: usize) -> f64 {
        self.bids[node]
    }

    /// A player's value and mass at a node.
    pub fn own(&self, player: usize, node: usize) -> (f64, f64) {
        let at = &self.players[player];
        (at.values[node], at.masses[node])
    }

    /// Fills the last block with nodes at which nothing is.
    pub fn pad(&mut self) {
        let last = self.arguments.last().copied().unwrap_or(0.0);
        while !self.arguments.len().is_multiple_of(LANES) {
            self.arguments.push(last);
            for at in &mut self.players {
                at.masses.push(0.0);
                at.weights.push(0.0);
            }
        }
    }
}

/// The blocks at which something is, and one more.
fn range(numbers: &[f64]) -> (usize, usize) {
    let first = numbers.iter().position(|x| *x != 0.0).map_or(0, |k| k / LANES);
    let last = numbers.iter().rposition(|x| *x != 0.0).map_or(0, |k| k / LANES + 1);
    (first, last)
}

#[inline(always)]
fn load<S: Simd>(block: &[f64]) -> S::Real {
    <S::Real as Samples<S>>::load(block)
}

/// 1 / d of d in \[1, 2\], to a unit in the last place or two: two steps of third order from the quadratic
/// polynomial that is within a hundredth.
#[inline(always)]
fn reciprocal<F: Float>(d: F) -> F {
    let one = F::splat(1.0);
    let mut r = d.mul_add(F::splat(32.0 / 99.0), F::splat(-16.0 / 11.0)).mul_add(d, F::splat(70.0 / 33.0));
    for _ in 0..2 {
        let rest = d.mul_sub_from(r, one);
        r = r.mul_add(rest.mul_add(rest, rest), r);
    }
    r
}

impl Kernel for &Meeting {
    type Output = Chances;

    #[inline(always)]
    fn run<S: Simd>(self) -> Chances {
        let mut asked: Vec<usize> = (0..self.players.len()).collect();
        asked.retain(|player| self.asked.is_none_or(|one| one == *player));
        let cells = Cells::of_crowd(&self.arguments[..self.len()]);
        let Some(cells) = cells else {
            return meet::<S>(&self.arguments, &self.players, &asked);
        };
        let mut players = Vec::with_capacity(self.players.len());
        for at in &self.players {
            players.push(cells.gather::<S>(&self.arguments, at));
        }
        let chances = meet::<S>(&cells.arguments(), &players, &asked);
        cells.spread::<S>(&self.arguments[..self.len()], &chances, &asked)
    }
}

/// What own bids at nodes meet, of the players asked for.
#[inline(always)]
fn meet<S: Simd>(arguments: &[f64], players: &[AtNodes], asked: &[usize]) -> Chances {
    let splat = <S::Real as Float>::splat;
    let (zero, one) = (splat(0.0), splat(1.0));
    let blocks = arguments.len() / LANES;
    // The argument of every block's first node, and the exponentials of the distance from there.
    let mut starts: Vec<f64> = arguments.iter().step_by(LANES).copied().collect();
    let (mut growth, mut decay) = (vec![0.0; arguments.len()], vec![0.0; arguments.len()]);
    for (start, nodes) in starts.iter().zip((0..arguments.len()).step_by(LANES)) {
        let nodes = nodes..nodes + LANES;
        let distance = load::<S>(&arguments[nodes.clone()]) - splat(*start);
        exp(distance).store(&mut growth[nodes.clone()]);
        exp(zero - distance).store(&mut decay[nodes]);
    }
    while !starts.len().is_multiple_of(LANES) {
        starts.push(starts[blocks - 1]);
    }
    // Of weights: the sum before each block.
    let below: Vec<Vec<f64>> = players.iter().map(|at| sums_before(&at.weights)).collect();
    let ranges: Vec<[(usize, usize); 2]> =
        players.iter().map(|at| [range(&at.weights), range(&at.masses)]).collect();
    let none = || vec![vec![0.0; arguments.len()]; players.len()];
    let mut chances = Chances { wins: none(), densities: none() };
    let (mut up, mut down) = (vec![0.0; starts.len()], vec![0.0; starts.len()]);
    let mut odds: Vec<[[S::Real; 2]; TILE]> = vec![[[zero; 2]; TILE]; blocks];
    let (mut low, mut high) = (0, 0);
    for block in 0..blocks {
        let inside = |player: &usize| {
            let (first, last) = ranges[*player][1];
            (first..last).contains(&block)
        };
        if !asked.iter().any(inside) {
            continue;
        }
        // The blocks that chance decides about.
        let (first, last) = (arguments[block * LANES], arguments[block * LANES + LANES - 1]);
        while arguments[low * LANES + LANES - 1] < first - CUT {
            low += 1;
        }
        while high < blocks && arguments[high * LANES] <= last + CUT {
            high += 1;
        }
        for eight in (low / LANES..high.div_ceil(LANES)).map(|k| k * LANES..(k + 1) * LANES) {
            let distance = load::<S>(&starts[eight.clone()]) - splat(first);
            exp(distance).store(&mut up[eight.clone()]);
            exp(zero - distance).store(&mut down[eight]);
        }
        for tile in (0..LANES).step_by(TILE).map(|k| block * LANES + k) {
            for other in low..high {
                let nodes = other * LANES..(other + 1) * LANES;
                let growths = load::<S>(&growth[nodes.clone()]) * splat(up[other]);
                let decays = load::<S>(&decay[nodes]) * splat(down[other]);
                for k in 0..TILE {
                    // e^(other - own), and its inverse: the smaller is at most 1.
                    let lower = growths * splat(decay[tile + k]);
                    let higher = decays * splat(growth[tile + k]);
                    let small = lower.min(higher);
                    let r = reciprocal(one + small);
                    let rest = small * r;
                    odds[other - low][k] = [lower.if_greater(one, rest, r), r * rest];
                }
            }
            for &player in asked.iter().filter(|player| inside(player)) {
                let weights = &players[player].weights;
                let (from, to) = ranges[player][0];
                let (mut win, mut density) = ([zero; TILE], [zero; TILE]);
                for other in low.max(from)..high.min(to) {
                    let weight = load::<S>(&weights[other * LANES..(other + 1) * LANES]);
                    for k in 0..TILE {
                        let [s, slope] = odds[other - low][k];
                        win[k] = weight.mul_add(s, win[k]);
                        density[k] = weight.mul_add(slope, density[k]);
                    }
                }
                for k in 0..TILE {
                    chances.wins[player][tile + k] =
                        below[player][low] + win[k].to_array().iter().sum::<f64>();
                    chances.densities[player][tile + k] = density[k].to_array().iter().sum();
                }
            }
        }
    }
    chances
}

/// The sums of the numbers before each block.
fn sums_before(numbers: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let mut before = vec![sum];
    for block in numbers.chunks(LANES) {
        sum += block.iter().sum::<f64>();
        before.push(sum);
    }
    before
}
