//! Collocation at Gauss points: an implicit Runge-Kutta method for boundary value problems.

use super::cancel;
use super::quadrature::GaussLegendre;

/// Nanoseconds of an elimination, about.
const AN_ELIMINATION: u64 = 200;

/// Points of a step. Their number is even: for an odd one a solution that grows by some factor in a step,
/// about e^(0.8 x points), has no next state.
pub const POINTS: usize = 6;

/// What the points of a step have of something.
pub type AtPoints = [f64; POINTS];

/// The coefficients of the method: on a step of length h from t the solution is the polynomial of degree
/// [`POINTS`] from y(t) whose slopes at the points t + h `places` are those that the differential equation
/// asks for. Its end is accurate to order 2 x [`POINTS`], its inside to order [`POINTS`] + 1.
///
/// References: Hairer, Lubich and Wanner 2006, "Geometric Numerical Integration", section II.1; Ascher,
/// Mattheij and Russell 1995, "Numerical Solution of Boundary Value Problems for Ordinary Differential
/// Equations", chapter 5.
#[derive(Clone, Debug, PartialEq)]
pub struct Collocation {
    /// Where the points lie in a step, in (0, 1), rising.
    pub places: AtPoints,
    /// The end of a step is y(t) + h times the sum of weight x slope.
    pub weights: AtPoints,
    /// The solution at a point is y(t) + h times the sum of its row x slopes.
    pub matrix: [AtPoints; POINTS],
}

impl Collocation {
    /// The method's coefficients.
    pub fn new() -> Self {
        let (mut places, mut weights) = ([0.0; POINTS], [0.0; POINTS]);
        for (k, (place, weight)) in GaussLegendre::of_order(POINTS).points(0.0, 1.0).enumerate() {
            (places[k], weights[k]) = (place, weight);
        }
        let matrix = places.map(|place| integrals(&places, place));
        Collocation { places, weights, matrix }
    }

    /// The solution at the part `place`, in \[0, 1\], of a step is y(t) + h times the sum of these x slopes.
    ///
    /// ```
    /// use bidsweep::numeric::collocation::Collocation;
    ///
    /// // y' = 3 t^2 from y(0) = 0, over a step of length 1.
    /// let method = Collocation::new();
    /// let slopes = method.places.map(|t| 3.0 * t * t);
    /// let y: f64 = method.inside(0.5).iter().zip(slopes).map(|(part, slope)| part * slope).sum();
    /// assert!((y - 0.125).abs() < 1e-15);
    /// ```
    pub fn inside(&self, place: f64) -> AtPoints {
        integrals(&self.places, place)
    }
}

impl Default for Collocation {
    fn default() -> Self {
        Collocation::new()
    }
}

/// The integrals from 0 to `end` of the polynomials that are 1 at one place and 0 at the others.
fn integrals(places: &AtPoints, end: f64) -> AtPoints {
    std::array::from_fn(|d| {
        let lagrange = |t: f64| -> f64 {
            let others = places.iter().enumerate().filter(|(other, _)| *other != d);
            others.map(|(_, place)| (t - place) / (places[d] - place)).product()
        };
        GaussLegendre::of_order(POINTS).integrate(0.0, end, lagrange)
    })
}

/// Solves `matrix` x = right for [`POINTS`] unknowns and several right sides, the columns of `right`, by
/// Gaussian elimination with row pivots; a singular matrix gives numbers that are not finite.
pub fn solve<const SIDES: usize>(
    mut matrix: [AtPoints; POINTS],
    mut right: [[f64; SIDES]; POINTS],
) -> [[f64; SIDES]; POINTS] {
    cancel::check(AN_ELIMINATION);
    for k in 0..POINTS {
        let mut pivot = k;
        for row in k + 1..POINTS {
            if matrix[row][k].abs() > matrix[pivot][k].abs() {
                pivot = row;
            }
        }
        matrix.swap(k, pivot);
        right.swap(k, pivot);
        let (own, own_right) = (matrix[k], right[k]);
        let inverse = 1.0 / own[k];
        for row in k + 1..POINTS {
            let factor = matrix[row][k] * inverse;
            for (x, y) in matrix[row].iter_mut().zip(&own).skip(k + 1) {
                *x -= factor * y;
            }
            for (x, y) in right[row].iter_mut().zip(&own_right) {
                *x -= factor * y;
            }
        }
    }
    for k in (0..POINTS).rev() {
        let inverse = 1.0 / matrix[k][k];
        right[k].iter_mut().for_each(|x| *x *= inverse);
        let own_right = right[k];
        for row in 0..k {
            let factor = matrix[row][k];
            for (x, y) in right[row].iter_mut().zip(&own_right) {
                *x -= factor * y;
            }
        }
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_exact_for_polynomials_and_of_high_order_beyond() {
        let method = Collocation::new();
        for degree in 0..2 * POINTS as i32 {
            let power = |t: f64, n: i32| std::iter::repeat_n(t, n as usize).product::<f64>();
            let slopes = method.places.map(|t| power(t, degree));
            let sum =
                |parts: &AtPoints| parts.iter().zip(slopes).map(|(part, slope)| part * slope).sum::<f64>();
            let exact = |t: f64| power(t, degree + 1) / f64::from(degree + 1);
            assert!((sum(&method.weights) - exact(1.0)).abs() < 1e-15, "degree {degree}");
            if degree < POINTS as i32 {
                for (place, row) in method.places.iter().zip(&method.matrix) {
                    assert!((sum(row) - exact(*place)).abs() < 1e-15, "degree {degree} at {place}");
                }
                assert!((sum(&method.inside(0.3)) - exact(0.3)).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn systems_are_solved_whatever_the_order_of_their_rows() {
        let solution: [[f64; 2]; POINTS] = std::array::from_fn(|k| [1.0 + k as f64, 0.5 - k as f64]);
        for shift in 0..POINTS {
            let matrix: [AtPoints; POINTS] = std::array::from_fn(|row| {
                std::array::from_fn(|column| {
                    let distance = (row + shift) % POINTS;
                    if distance == column { 0.0 } else { 1.0 / (1.0 + (distance + 2 * column) as f64) }
                })
            });
            let right: [[f64; 2]; POINTS] = matrix.map(|row| {
                std::array::from_fn(|side| row.iter().zip(&solution).map(|(a, x)| a * x[side]).sum::<f64>())
            });
            for (found, exact) in solve(matrix, right).iter().zip(&solution) {
                for side in 0..2 {
                    assert!((found[side] - exact[side]).abs() < 1e-10, "{found:?} for {exact:?}");
                }
            }
        }
    }
}
