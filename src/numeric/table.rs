//! Quantile functions on \[0, 1\] as tables, for sampling: uniforms in, a lookup and a few fused
//! multiply-adds, values out.
//!
//! The uniforms are the centred ones of the sampling loop: u = (k + 1/2) 2^-m with m =
//! [`Number::MANTISSA_BITS`], so that u and 1 - u are exact and neither is below 2^-(m + 1).

use std::f64::consts::PI;

/// The numbers that tables are made of and evaluated in.
pub trait Number: Copy + PartialOrd + Send + Sync + 'static {
    /// Bits of the mantissa, without the leading one.
    const MANTISSA_BITS: u32;
    /// The bits of 1.
    const ONE: u64;
    /// The degree of the polynomials.
    const DEGREE: usize;
    /// The largest absolute error of a table's values, rounding of the evaluation included.
    const BOUND: f64;

    /// The nearest of these numbers.
    fn round(x: f64) -> Self;
    /// The same number.
    fn widen(self) -> f64;
    /// The representation.
    fn bits(self) -> u64;
    /// The number of a representation.
    fn of_bits(bits: u64) -> Self;
    /// self - `x`.
    fn minus(self, x: Self) -> Self;
    /// self x `x`.
    fn times(self, x: Self) -> Self;
    /// self x `a` + `b`, rounded once.
    fn mul_add(self, a: Self, b: Self) -> Self;
}

macro_rules! number {
    ($float:ty, $bits:ty, $degree:expr, $bound:expr) => {
        impl Number for $float {
            const MANTISSA_BITS: u32 = <$float>::MANTISSA_DIGITS - 1;
            const ONE: u64 = (1.0 as $float).to_bits() as u64;
            const DEGREE: usize = $degree;
            const BOUND: f64 = $bound;

            #[inline(always)]
            fn round(x: f64) -> Self {
                x as $float
            }
            #[inline(always)]
            fn widen(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn bits(self) -> u64 {
                self.to_bits().into()
            }
            #[inline(always)]
            fn of_bits(bits: u64) -> Self {
                <$float>::from_bits(bits as $bits)
            }
            #[inline(always)]
            fn minus(self, x: Self) -> Self {
                self - x
            }
            #[inline(always)]
            fn times(self, x: Self) -> Self {
                self * x
            }
            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                <$float>::mul_add(self, a, b)
            }
        }
    };
}

// Four coefficients of f32 are 16 bytes, eight of f64 a cache line.
number!(f32, u32, 3, 1e-7);
number!(f64, u64, 7, 1e-12);

/// A quantile function by polynomials on segments that shrink geometrically towards both ends, where its
/// slope may be infinite.
///
/// Let w = min(u, 1 - u), in \[2^-(m + 1), 1/2). Each octave of w is cut into 2^`split` segments of equal
/// length, so that the leading bits of w tell the segment, and where it begins:
///
/// ```text
/// start   = of_bits(bits(w) with its last m - split bits cleared)
/// segment = (bits(start) >> (m - split)) - first     + segments of a side where u > 1/2
/// t       = w - start, exact
/// Q(u)    ~ c_0 + t (c_1 + t (c_2 + ...)), c = coefficients[(DEGREE + 1) segment ..]
/// ```
///
/// with [`Number::DEGREE`] fused multiply-adds, then cut to \[0, 1\].
#[derive(Clone, Debug, PartialEq)]
pub struct QuantileTable<T> {
    split: u32,
    coefficients: Vec<T>,
}

/// The fewest and the most leading bits of the mantissa that tell a segment.
const SPLITS: std::ops::RangeInclusive<u32> = 2..=12;

impl<T: Number> QuantileTable<T> {
    /// The smallest table that keeps [`Number::BOUND`] where it deviates most; `None` where none does.
    /// `lower` is the quantile function Q(w), `upper` is Q(1 - w).
    pub fn build(lower: impl Fn(f64) -> f64, upper: impl Fn(f64) -> f64) -> Option<Self> {
        SPLITS.into_iter().find_map(|split| Self::with_split(split, [&lower, &upper]))
    }

    fn with_split(split: u32, sides: [&dyn Fn(f64) -> f64; 2]) -> Option<Self> {
        let segments = 1_u32 << split;
        // Shares of the way through a segment.
        let nodes = Vec::from_iter((0..=T::DEGREE).map(|j| chebyshev(2 * j + 1, 2 * T::DEGREE + 2)));
        // Between the nodes, where a polynomial through them deviates most.
        let checks = Vec::from_iter((0..=T::DEGREE + 1).map(|j| chebyshev(j, T::DEGREE + 1)));
        let mut coefficients = Vec::new();
        for quantile in sides {
            let mut octave = libm::exp2(-f64::from(T::MANTISSA_BITS + 1));
            while octave < 0.5 {
                let length = octave / f64::from(segments);
                for segment in 0..segments {
                    let start = length.mul_add(f64::from(segment), octave);
                    let at = |share: f64| quantile(length.mul_add(share, start));
                    let row = interpolate(&nodes, at);
                    let close = |&share: &f64| {
                        (polynomial(&row, share) - at(share)).abs() <= T::BOUND * FOR_POLYNOMIALS
                    };
                    if !checks.iter().all(close) {
                        return None;
                    }
                    // From powers of the share to powers of t, by powers of 2.
                    let mut per_power = 1.0;
                    for c in row {
                        coefficients.push(T::round(c * per_power));
                        per_power /= length;
                    }
                }
                octave *= 2.0;
            }
        }
        Some(QuantileTable { split, coefficients })
    }

    /// Q(u) for a centred uniform u.
    #[inline(always)]
    pub fn evaluate(&self, u: T) -> T {
        let one = T::of_bits(T::ONE);
        let mirrored = one.minus(u);
        let upper = u > mirrored;
        let w = if upper { mirrored } else { u };
        let segment = w.bits() >> (T::MANTISSA_BITS - self.split);
        let t = w.minus(T::of_bits(segment << (T::MANTISSA_BITS - self.split)));
        let row = segment - self.first() + if upper { self.segments_of_a_side() } else { 0 };
        let at = row as usize * (T::DEGREE + 1);
        let value = polynomial(&self.coefficients[at..=at + T::DEGREE], t);
        let zero = T::round(0.0);
        if value < zero {
            zero
        } else if value > one {
            one
        } else {
            value
        }
    }

    /// The leading bits of a mantissa that tell a segment.
    pub fn split(&self) -> u32 {
        self.split
    }

    /// Shape \[side\]\[octave\]\[segment\]\[power\]: u below 1/2, then above; octaves and segments of w
    /// rising; powers of t rising.
    pub fn coefficients(&self) -> &[T] {
        &self.coefficients
    }

    /// The smallest w, 2^-(m + 1).
    pub fn least() -> T {
        T::of_bits(T::ONE - (u64::from(T::MANTISSA_BITS + 1) << T::MANTISSA_BITS))
    }

    /// What the leading bits of the smallest w are.
    pub fn first(&self) -> u64 {
        Self::least().bits() >> (T::MANTISSA_BITS - self.split)
    }

    /// Segments of u below 1/2, as many as of u above.
    pub fn segments_of_a_side(&self) -> u64 {
        u64::from(T::MANTISSA_BITS) << self.split
    }
}

/// The part of the bound that is for polynomials; the rest is for rounding, of which the constant coefficient
/// and the last operation take half a unit in the last place each.
const FOR_POLYNOMIALS: f64 = 0.25;

/// A quantile function that runs linearly through n + 1 points at the uniforms 0, 1/n, ..., 1:
///
/// ```text
/// k    = trunc(u n),  rest = fma(u, n, -k);  where rest < 0, 1 less and 1 more
/// Q(u) = points[k] + rest steps[k]
/// ```
///
/// Exact to rounding: within [`Number::BOUND`].
#[derive(Clone, Debug, PartialEq)]
pub struct StepTable<T> {
    /// Shape \[k\]\[2\]: the point and the step to the next.
    rows: Vec<[T; 2]>,
}

impl<T: Number> StepTable<T> {
    /// The table through two or more points, which rise from 0 to 1; at most 2^24 of them, so that u n keeps
    /// its integer part.
    ///
    /// # Panics
    /// Where there are fewer or more points.
    pub fn build(points: &[f64]) -> Self {
        assert!((2..=1 << 24).contains(&points.len()), "a table runs through 2 to 2^24 points");
        StepTable { rows: points.windows(2).map(|ends| [ends[0], ends[1] - ends[0]].map(T::round)).collect() }
    }

    /// Q(u) for a centred uniform u.
    #[inline(always)]
    pub fn evaluate(&self, u: T) -> T {
        let steps = T::round(self.rows.len() as f64);
        let zero = T::round(0.0);
        // Rounding may carry u n up to the next integer.
        let rounded = u.mul_add(steps, zero).widen() as usize;
        let rest = u.mul_add(steps, T::round(-(rounded as f64)));
        let (k, rest) = if rest < zero { (rounded - 1, rest.minus(T::round(-1.0))) } else { (rounded, rest) };
        let [point, step] = self.rows[k];
        step.mul_add(rest, point)
    }

    /// Shape \[k\]\[2\]: the point and the step to the next.
    pub fn rows(&self) -> &[[T; 2]] {
        &self.rows
    }
}

/// (1 + cos(pi i / n)) / 2.
fn chebyshev(i: usize, n: usize) -> f64 {
    0.5 + 0.5 * libm::cos(PI * i as f64 / n as f64)
}

/// The coefficients, rising powers, of the polynomial through a function's values at the nodes, by Newton's
/// divided differences.
fn interpolate(nodes: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut differences: Vec<f64> = nodes.iter().map(|&node| f(node)).collect();
    for order in 1..nodes.len() {
        for i in (order..nodes.len()).rev() {
            differences[i] = (differences[i] - differences[i - 1]) / (nodes[i] - nodes[i - order]);
        }
    }
    let mut coefficients = vec![0.0; nodes.len()];
    for (&node, difference) in nodes.iter().zip(differences).rev() {
        // The polynomial so far times (t - node), plus the difference.
        for power in (1..nodes.len()).rev() {
            coefficients[power] = coefficients[power - 1] - node * coefficients[power];
        }
        coefficients[0] = difference - node * coefficients[0];
    }
    coefficients
}

#[inline(always)]
fn polynomial<T: Number>(coefficients: &[T], t: T) -> T {
    let [rest @ .., last] = coefficients else { unreachable!("a polynomial has coefficients") };
    rest.iter().rev().fold(*last, |sum, &c| sum.mul_add(t, c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest error of a table of u^(1/3), whose slope at 0 is infinite, over the uniforms of every
    /// octave.
    fn error_of_cube_root<T: Number>() -> f64 {
        let upper = |w: f64| libm::exp(libm::log1p(-w) / 3.0);
        let table = QuantileTable::<T>::build(libm::cbrt, upper).unwrap();
        assert_eq!(
            table.coefficients().len() as u64,
            2 * table.segments_of_a_side() * (T::DEGREE as u64 + 1)
        );
        let m = T::MANTISSA_BITS;
        let octaves = (0..m - 1).flat_map(|octave| (0..64).map(move |k| ((64 + k) << octave) >> 6));
        let errors = octaves.map(|k: u64| {
            let w = (k as f64 + 0.5) * libm::exp2(-f64::from(m));
            assert!(w < 0.5);
            let error = |u: f64, exact: f64| (table.evaluate(T::round(u)).widen() - exact).abs();
            error(w, libm::cbrt(w)).max(error(1.0 - w, upper(w)))
        });
        errors.fold(0.0, f64::max)
    }

    #[test]
    fn infinite_slopes_keep_the_bound() {
        assert!(error_of_cube_root::<f32>() <= f32::BOUND);
        assert!(error_of_cube_root::<f64>() <= f64::BOUND);
        // f64 is more than f32 with another name.
        assert!(error_of_cube_root::<f32>() > 1e4 * error_of_cube_root::<f64>());
    }

    #[test]
    fn what_no_table_can_hold_has_none() {
        let jump = |w: f64| if w < 0.3 { 0.0 } else { 0.5 };
        assert_eq!(QuantileTable::<f32>::build(jump, |w| 1.0 - w), None);
    }

    #[test]
    fn the_smallest_and_the_largest_uniform_are_in_the_first_segments() {
        let table = QuantileTable::<f64>::build(|w| w, |w| 1.0 - w).unwrap();
        let least = f64::EPSILON / 2.0;
        for u in [least, 1.0 - least, 0.5 - least, 0.5 + f64::EPSILON / 2.0] {
            assert!((table.evaluate(u) - u).abs() < 1e-15, "{u}");
        }
    }

    #[test]
    fn steps_are_found_where_rounding_carries_a_uniform_to_the_next() {
        // Gaps that grow a hundredfold each: the wrong one would show.
        let points = [0.0, 1e-6, 1e-4, 1e-2, 1.0];
        for (points, n) in [(&points[..], 4), (&points[1..], 3)] {
            let table = StepTable::<f32>::build(points);
            for k in 0..n {
                for j in -2..=2 {
                    let unit = libm::exp2(-23.0);
                    let u = (f64::from(k) / f64::from(n) / unit).round() + f64::from(j) + 0.5;
                    let u = u * unit;
                    if u < 0.0 {
                        continue;
                    }
                    let position = u * f64::from(n);
                    let (from, to) = (points[position as usize], points[position as usize + 1]);
                    let exact = (to - from).mul_add(position.fract(), from);
                    let error = (f64::from(table.evaluate(u as f32)) - exact).abs();
                    assert!(error <= f32::BOUND, "{u}: {error:e}");
                }
            }
        }
    }
}
