//! Functions of one variable as piecewise polynomials, to a wanted accuracy.

use std::f64::consts::PI;

/// The degree of the polynomials.
pub const DEGREE: usize = 12;

/// How often an interval may be halved.
const DEPTH: u32 = 6;

/// A piecewise polynomial on an interval, each piece through Chebyshev points.
///
/// References: Trefethen 2013, "Approximation Theory and Approximation Practice", chapters 3 and 8.
#[derive(Clone, Debug, PartialEq)]
pub struct Piecewise {
    /// Rising, one more than pieces.
    ends: Vec<f64>,
    /// Of each piece by powers, lowest first; smooth pieces have small ones at high powers.
    coefficients: Vec<[f64; DEGREE + 1]>,
}

impl Piecewise {
    /// The function `f` between neighbours of `ends`, which rise; pieces are halved until
    /// `close(x, approximation)` holds where it is asked between the Chebyshev points, but not for ever: a
    /// function with a kink has pieces of 2^-6 of an interval beside it.
    pub fn new(ends: &[f64], f: impl Fn(f64) -> f64, close: impl Fn(f64, f64) -> bool) -> Self {
        let mut piecewise = Piecewise { ends: vec![ends[0]], coefficients: Vec::new() };
        let mut waiting: Vec<(f64, f64, u32)> =
            ends.windows(2).rev().map(|pair| (pair[0], pair[1], 0)).collect();
        while let Some((from, to, depth)) = waiting.pop() {
            let coefficients = interpolate(from, to, &f);
            let tried = [-0.97, -0.55, 0.06, 0.48, 0.96];
            let fits = tried.iter().all(|&t| {
                let x = (0.5 * (to - from)).mul_add(t, 0.5 * (from + to));
                close(x, value(&coefficients, t))
            });
            if fits || depth == DEPTH {
                piecewise.ends.push(to);
                piecewise.coefficients.push(coefficients);
            } else {
                let middle = 0.5 * (from + to);
                waiting.push((middle, to, depth + 1));
                waiting.push((from, middle, depth + 1));
            }
        }
        piecewise
    }

    /// The ends of the pieces, rising, one more than pieces.
    pub fn ends(&self) -> &[f64] {
        &self.ends
    }

    /// Where the interval starts and where it ends.
    pub fn range(&self) -> (f64, f64) {
        (self.ends[0], self.ends[self.ends.len() - 1])
    }

    /// The approximation at x in the interval.
    pub fn at(&self, x: f64) -> f64 {
        let pieces = self.coefficients.len();
        let k = self.ends[1..pieces].partition_point(|&end| end <= x);
        let (from, to) = (self.ends[k], self.ends[k + 1]);
        value(&self.coefficients[k], ((x - from) - (to - x)) / (to - from))
    }

    /// The approximation at x in the interval, which is not below the last asked for with the same hint.
    #[inline]
    pub fn at_next(&self, x: f64, hint: &mut usize) -> f64 {
        let last = self.coefficients.len() - 1;
        if *hint == 0 {
            *hint = self.ends[1..=last].partition_point(|&end| end <= x);
        }
        while *hint < last && self.ends[*hint + 1] <= x {
            *hint += 1;
        }
        let (from, to) = (self.ends[*hint], self.ends[*hint + 1]);
        value(&self.coefficients[*hint], ((x - from) - (to - x)) / (to - from))
    }

    /// The approximation and its slope at x in the interval.
    pub fn at_with_slope(&self, x: f64) -> (f64, f64) {
        let pieces = self.coefficients.len();
        let k = self.ends[1..pieces].partition_point(|&end| end <= x);
        let (from, to) = (self.ends[k], self.ends[k + 1]);
        let t = ((x - from) - (to - x)) / (to - from);
        let horner = |(value, slope): (f64, f64), c: &f64| (value * t + c, slope * t + value);
        let (value, slope) = self.coefficients[k].iter().rev().fold((0.0, 0.0), horner);
        (value, slope * 2.0 / (to - from))
    }
}

/// The coefficients of t^0, t^1, ... of the polynomial through DEGREE + 1 Chebyshev points, t in \[-1, 1\].
fn interpolate(from: f64, to: f64, f: &impl Fn(f64) -> f64) -> [f64; DEGREE + 1] {
    let points = (DEGREE + 1) as f64;
    let angle = |k: usize| PI * (k as f64 + 0.5) / points;
    let values: [f64; DEGREE + 1] =
        std::array::from_fn(|k| f((0.5 * (to - from)).mul_add(libm::cos(angle(k)), 0.5 * (from + to))));
    let mut powers = [0.0; DEGREE + 1];
    // T_j and T_(j - 1) by powers.
    let (mut chebyshev, mut before) = ([0.0; DEGREE + 1], [0.0; DEGREE + 1]);
    chebyshev[0] = 1.0;
    for j in 0..=DEGREE {
        let sum: f64 = values.iter().enumerate().map(|(k, y)| y * libm::cos(j as f64 * angle(k))).sum();
        let coefficient = sum / points * if j == 0 { 1.0 } else { 2.0 };
        powers.iter_mut().zip(&chebyshev).for_each(|(power, part)| *power += coefficient * part);
        let doubled = if j == 0 { 1.0 } else { 2.0 };
        let next = std::array::from_fn(|i| if i == 0 { 0.0 } else { doubled * chebyshev[i - 1] } - before[i]);
        (chebyshev, before) = (next, chebyshev);
    }
    powers
}

/// The polynomial at t, in four sums that do not wait for each other (Estrin).
fn value(c: &[f64; DEGREE + 1], t: f64) -> f64 {
    let square = t * t;
    let fourth = square * square;
    let four = |k: usize| (c[k] + c[k + 1] * t) + (c[k + 2] + c[k + 3] * t) * square;
    (four(0) + four(4) * fourth) + (four(8) + c[12] * fourth) * (fourth * fourth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smooth_function_is_met_to_the_accuracy_wanted() {
        for accuracy in [1e-6, 1e-8, 1e-10] {
            let f = |x: f64| libm::exp(-x) * libm::sin(20.0 * x);
            let close = |x: f64, y: f64| (y - f(x)).abs() < accuracy;
            let piecewise = Piecewise::new(&[0.0, 1.0, 10.0], f, close);
            for k in 0..=1000 {
                let x = 0.01 * f64::from(k);
                let error = (piecewise.at(x) - f(x)).abs();
                assert!(error < 4.0 * accuracy, "{error:e} at {x} for {accuracy:e}");
            }
        }
    }

    #[test]
    fn a_kink_ends_the_halving() {
        let f = |x: f64| (x - 0.3).abs();
        let piecewise = Piecewise::new(&[0.0, 1.0], f, |x, y| (y - f(x)).abs() < 1e-14);
        assert!(piecewise.coefficients.len() < 40);
        assert!(piecewise.at(0.3).abs() < 1e-3);
    }
}
