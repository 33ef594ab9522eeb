//! Roots of functions of one variable.

use super::cancel;

/// Nanoseconds that the function takes at one place, about.
const A_STEP: u64 = 100;

/// Steps after which [`root`] gives the best point it has. A smooth function takes about ten; halving an
/// interval down to the spacing of f64 takes some sixty, more only where the root is far smaller than the
/// interval.
pub const MAX_STEPS: usize = 200;

/// A root of a continuous `f` between `a` and `b`, at whose ends it has opposite signs: the x of smallest
/// |f(x)| found once the root is known to about twice the spacing of f64. `None` where the signs agree or an
/// end is not a number.
///
/// Inverse quadratic interpolation where it is safe, bisection elsewhere.
///
/// ```
/// let root = bidsweep::numeric::roots::root(0.0, 2.0, |x| x * x - 2.0).unwrap();
/// assert!((root - 2.0_f64.sqrt()).abs() < 1e-15);
/// ```
///
/// References: Chandrupatla 1997, "A new hybrid quadratic/bisection algorithm for finding the zero of a
/// nonlinear function without using derivatives", Advances in Engineering Software 28.
pub fn root(a: f64, b: f64, f: impl Fn(f64) -> f64) -> Option<f64> {
    // x1 is the newest point, x2 the other end of the bracket, x3 the point left before.
    let (mut x1, mut x2) = (a, b);
    let (mut f1, mut f2) = (f(x1), f(x2));
    if f1 == 0.0 {
        return Some(x1);
    }
    if f2 == 0.0 {
        return Some(x2);
    }
    if f1.is_nan() || f2.is_nan() || (f1 < 0.0) == (f2 < 0.0) {
        return None;
    }
    let mut part: f64 = 0.5;
    for _ in 0..MAX_STEPS {
        cancel::check(A_STEP);
        let x = part.mul_add(x2 - x1, x1);
        let fx = f(x);
        let (x3, f3);
        if (fx < 0.0) == (f1 < 0.0) {
            (x3, f3) = (x1, f1);
        } else {
            (x3, f3) = (x2, f2);
            (x2, f2) = (x1, f1);
        }
        (x1, f1) = (x, fx);

        let width = (x2 - x1).abs();
        let tolerance = 2.0 * f64::EPSILON * best(x1, f1, x2, f2).abs() / width;
        if f1 == 0.0 || tolerance > 0.5 || width == 0.0 {
            break;
        }
        let xi = (x1 - x2) / (x3 - x2);
        let phi = (f1 - f2) / (f3 - f2);
        // Inside this region the inverse quadratic through the three points is monotone over the bracket.
        let interpolates = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
        part = if interpolates {
            f1 / (f2 - f1) * (f3 / (f2 - f3)) + (x3 - x1) / (x2 - x1) * (f1 / (f3 - f1)) * (f2 / (f3 - f2))
        } else {
            0.5
        };
        part = part.clamp(tolerance, 1.0 - tolerance);
    }
    Some(best(x1, f1, x2, f2))
}

/// Of two points the one whose function value is closer to 0.
fn best(x1: f64, f1: f64, x2: f64, f2: f64) -> f64 {
    if f1.abs() < f2.abs() { x1 } else { x2 }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn roots_of_smooth_steep_and_flat_functions() {
        // The ends, the function, its root, and a bound on the evaluations.
        type Case = (f64, f64, fn(f64) -> f64, f64, u32);
        let cases: [Case; 6] = [
            (0.0, 2.0, |x| x * x - 2.0, std::f64::consts::SQRT_2, 12),
            (2.0, 0.0, |x| x * x - 2.0, std::f64::consts::SQRT_2, 12),
            (0.0, 4.0, libm::cos, std::f64::consts::FRAC_PI_2, 12),
            (0.0, 1.0, |x| libm::tanh(1e6 * (x - 0.3)), 0.3, 40),
            (-1.0, 1e9, |x| libm::exp(-x) - 0.5, std::f64::consts::LN_2, 50),
            (0.0, 1.0, |x| if x < 0.7 { -1.0 } else { 1.0 }, 0.7, 60),
        ];
        for (a, b, f, expected, most) in cases {
            let evaluations = Cell::new(0);
            let counted = |x| {
                evaluations.set(evaluations.get() + 1);
                f(x)
            };
            let root = root(a, b, counted).unwrap();
            assert!((root - expected).abs() <= 4.0 * f64::EPSILON * expected, "{root} for {expected}");
            assert!(evaluations.get() <= most, "{} evaluations to {expected}", evaluations.get());
        }
    }

    #[test]
    fn a_root_at_an_end_is_given_as_it_is() {
        assert_eq!(root(0.0, 1.0, |x| x), Some(0.0));
        assert_eq!(root(0.0, 1.0, |x| x - 1.0), Some(1.0));
    }

    #[test]
    fn there_is_none_without_a_change_of_sign() {
        assert_eq!(root(0.0, 1.0, |x| x + 1.0), None);
        assert_eq!(root(0.0, 1.0, |_| f64::NAN), None);
    }

    #[test]
    fn the_steps_are_bounded_where_the_root_is_zero() {
        let root = root(-1.0, 1.5, |x| x * x * x).unwrap();
        assert!(root.abs() < 1e-15, "{root}");
    }
}
