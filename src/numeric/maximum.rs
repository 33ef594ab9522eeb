//! Maxima of functions of one variable.

use super::cancel;

/// Nanoseconds that the function takes at one place, about.
const A_STEP: u64 = 100;

/// Steps after which [`maximum`] gives the best point it has.
const MAX_STEPS: usize = 80;

/// (3 - sqrt 5) / 2, the smaller part of the golden section.
const GOLDEN: f64 = 0.381_966_011_250_105_1;

/// A local maximum (x, f(x)) of `f` between `a` and `b`, to about `tolerance` in x; f(x) is at least
/// f(`start`), a point between the two. Parabolas where they lead on, golden sections elsewhere.
///
/// ```
/// let (x, y) = bidsweep::numeric::maximum::maximum(0.0, 1.0, 0.2, 1e-9, |x| x * (1.0 - x));
/// assert!((x - 0.5).abs() < 1e-8 && (y - 0.25).abs() < 1e-15);
/// ```
///
/// References: Brent 1973, "Algorithms for minimization without derivatives", chapter 5.
pub fn maximum(a: f64, b: f64, start: f64, tolerance: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut a, mut b) = (a, b);
    // The best point, the second best and the one before.
    let (mut x, mut w, mut v) = (start, start, start);
    let fx = f(start);
    let (mut fx, mut fw, mut fv) = (fx, fx, fx);
    // The last step and the one before.
    let (mut step, mut last) = (0.0_f64, 0.0_f64);
    for _ in 0..MAX_STEPS {
        cancel::check(A_STEP);
        let middle = 0.5 * (a + b);
        if (x - middle).abs() <= 2.0 * tolerance - 0.5 * (b - a) {
            break;
        }
        let r = (x - w) * (fx - fv);
        let q = (x - v) * (fx - fw);
        let (p, q) = ((x - v) * q - (x - w) * r, 2.0 * (q - r));
        let shift = -p / q;
        let leads_on = shift.is_finite() && shift.abs() < 0.5 * last.abs() && a < x + shift && x + shift < b;
        if leads_on {
            (last, step) = (step, shift);
        } else {
            last = if x < middle { b - x } else { a - x };
            step = GOLDEN * last;
        }
        let u = if step.abs() >= tolerance { x + step } else { x + tolerance.copysign(step) };
        let fu = f(u);
        if fu >= fx {
            if u >= x {
                a = x
            } else {
                b = x
            }
            (v, w, x) = (w, x, u);
            (fv, fw, fx) = (fw, fx, fu);
        } else {
            if u < x {
                a = u
            } else {
                b = u
            }
            if fu >= fw || w == x {
                (v, w) = (w, u);
                (fv, fw) = (fw, fu);
            } else if fu >= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    (x, fx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_kinked_and_flat_maxima_are_found() {
        let within = |(x, _): (f64, f64), expected: f64| assert!((x - expected).abs() < 2e-7, "{x}");
        within(maximum(0.0, 3.0, 0.4, 1e-8, libm::sin), std::f64::consts::FRAC_PI_2);
        within(maximum(0.0, 1.0, 0.9, 1e-8, |x| -(x - 0.3).abs()), 0.3);
        within(maximum(0.0, 1.0, 0.5, 1e-8, |x| x), 1.0);
        within(maximum(0.0, 1.0, 0.5, 1e-8, |x| -x), 0.0);
        let (_, flat) = maximum(0.0, 1.0, 0.1, 1e-8, |x| x.min(0.5));
        assert_eq!(flat, 0.5);
    }

    #[test]
    fn smooth_maxima_take_few_evaluations() {
        let count = std::cell::Cell::new(0);
        maximum(0.0, 1.0, 0.5, 1e-8, |x| {
            count.set(count.get() + 1);
            libm::log1p(x) - x * x
        });
        assert!(count.get() < 20, "{}", count.get());
    }
}
