//! Many nodes beside each other, stood for by the Chebyshev points of cells.

use super::nodes::{AtNodes, Chances};
use crate::numeric::simd::{Float, LANES, Real, Simd};

/// The width of a cell, in the argument of the logistic function, and the points in it. A function with poles
/// pi i away is interpolated to 3e-14 of its size (Trefethen 2013, theorem 8.2).
const WIDTH: f64 = 5.0;
const POINTS: usize = 32;

/// Nodes are stood for where they are more than so many times the points of their cells.
const CROWD: usize = 3;

/// A cell of nodes.
struct Cell {
    middle: f64,
    /// Its nodes, from the first to the one after the last.
    nodes: (usize, usize),
}

/// The cells of nodes, and T_j at the points of each, shape \[j\]\[point\].
pub struct Cells {
    cells: Vec<Cell>,
    polynomials: Vec<[f64; POINTS]>,
}

impl Cells {
    /// Those of nodes at rising arguments, where they crowd.
    pub fn of_crowd(arguments: &[f64]) -> Option<Self> {
        let mut cells: Vec<Cell> = Vec::new();
        let first = *arguments.first()?;
        let mut start = 0;
        while start < arguments.len() {
            let middle = first + WIDTH * (((arguments[start] - first) / WIDTH).floor() + 0.5);
            let after = arguments[start..].partition_point(|x| *x <= middle + 0.5 * WIDTH).max(1);
            cells.push(Cell { middle, nodes: (start, start + after) });
            start += after;
            if arguments.len() <= CROWD * POINTS * cells.len() {
                return None;
            }
        }
        let mut polynomials = vec![[1.0; POINTS], std::array::from_fn(point)];
        for j in 2..POINTS {
            polynomials.push(std::array::from_fn(|l| {
                2.0 * point(l) * polynomials[j - 1][l] - polynomials[j - 2][l]
            }));
        }
        Some(Cells { cells, polynomials })
    }

    /// The points of all cells, as arguments.
    pub fn arguments(&self) -> Vec<f64> {
        let points: [f64; POINTS] = std::array::from_fn(point);
        let cells = self.cells.iter();
        cells.flat_map(|cell| points.map(|x| cell.middle + 0.5 * WIDTH * x)).collect()
    }

    /// The weights at the points that give every smooth function the same sum as those at the nodes, and
    /// where there are own bids.
    #[inline(always)]
    pub fn gather<S: Simd>(&self, arguments: &[f64], at: &AtNodes) -> AtNodes {
        let splat = <S::Real as Float>::splat;
        let mut gathered = AtNodes::default();
        for cell in &self.cells {
            // The sums of weight times T_j.
            let mut sums = [splat(0.0); POINTS];
            let mut from = cell.nodes.0;
            while from < cell.nodes.1 {
                let (x, count) = places::<S>(cell, arguments, from);
                let mut weights = [0.0; LANES];
                weights[..count].copy_from_slice(&at.weights[from..from + count]);
                let weights = S::Real::from_array(weights);
                let (mut before, mut now) = (weights, weights * x);
                let twice = x + x;
                sums[0] = sums[0] + before;
                for sum in &mut sums[1..] {
                    *sum = *sum + now;
                    (before, now) = (now, twice.mul_sub(now, before));
                }
                from += count;
            }
            let mut weights = [0.0; POINTS];
            for (sum, row) in sums.iter().zip(&self.polynomials) {
                let sum = sum.to_array().iter().sum::<f64>();
                for (weight, y) in weights.iter_mut().zip(row) {
                    *weight += 2.0 / POINTS as f64 * sum * y;
                }
            }
            let constant = sums[0].to_array().iter().sum::<f64>() / POINTS as f64;
            gathered.weights.extend(weights.map(|weight| weight - constant));
            let any = at.masses[cell.nodes.0..cell.nodes.1].iter().any(|mass| *mass > 0.0);
            gathered.masses.extend([f64::from(any); POINTS]);
        }
        gathered
    }

    /// What the points met, at the nodes.
    #[inline(always)]
    pub fn spread<S: Simd>(&self, arguments: &[f64], chances: &Chances, asked: &[usize]) -> Chances {
        let none = || vec![Vec::new(); chances.wins.len()];
        let mut spread = Chances { wins: none(), densities: none() };
        for &player in asked {
            let both = [
                (&chances.wins[player], &mut spread.wins[player]),
                (&chances.densities[player], &mut spread.densities[player]),
            ];
            for (at_points, at_nodes) in both {
                at_nodes.resize(arguments.len(), 0.0);
                for (cell, at_points) in self.cells.iter().zip(at_points.chunks(POINTS)) {
                    self.interpolate::<S>(cell, arguments, at_points, at_nodes);
                }
            }
        }
        spread
    }

    #[inline(always)]
    fn interpolate<S: Simd>(&self, cell: &Cell, arguments: &[f64], at_points: &[f64], at_nodes: &mut [f64]) {
        let splat = <S::Real as Float>::splat;
        let mut coefficients = [0.0; POINTS];
        for (coefficient, row) in coefficients.iter_mut().zip(&self.polynomials) {
            let sum: f64 = row.iter().zip(at_points).map(|(y, value)| y * value).sum();
            *coefficient = 2.0 / POINTS as f64 * sum;
        }
        coefficients[0] *= 0.5;
        let mut from = cell.nodes.0;
        while from < cell.nodes.1 {
            let (x, count) = places::<S>(cell, arguments, from);
            let twice = x + x;
            // Clenshaw's recursion.
            let (mut above, mut now) = (splat(0.0), splat(0.0));
            for coefficient in coefficients[1..].iter().rev() {
                (above, now) = (now, twice.mul_add(now, splat(*coefficient) - above));
            }
            let values = x.mul_add(now, splat(coefficients[0]) - above).to_array();
            at_nodes[from..from + count].copy_from_slice(&values[..count]);
            from += count;
        }
    }
}

/// Chebyshev points, rising.
fn point(l: usize) -> f64 {
    -libm::cos(std::f64::consts::PI * (l as f64 + 0.5) / POINTS as f64)
}

/// Where the next nodes of a cell are in it, from -1 to 1, and how many they are.
#[inline(always)]
fn places<S: Simd>(cell: &Cell, arguments: &[f64], from: usize) -> (S::Real, usize) {
    let count = (cell.nodes.1 - from).min(LANES);
    let mut places = [0.0; LANES];
    for (place, argument) in places.iter_mut().zip(&arguments[from..from + count]) {
        *place = (argument - cell.middle) / (0.5 * WIDTH);
    }
    (S::Real::from_array(places), count)
}
