//! Quadrature over the difference of two values.

use crate::numeric::quadrature::GaussLegendre;

/// Enough for the polynomials of degree `bidders` + 1 times the logistic density on the panels below.
const ORDER: usize = 48;

/// Where panels of the logistic density s'(z) end; beyond the last, s(z) is 0 or 1 to rounding.
const PANEL_ENDS: [f64; 3] = [6.0, 14.0, 38.0];

/// A node of the quadrature over x = v - y.
pub(super) struct Difference {
    pub(super) x: f64,
    pub(super) weight: f64,
    pub(super) win_probability: Logistic,
}

/// s(k x) and s'(k x).
pub(super) struct Logistic {
    pub(super) value: f64,
    pub(super) slope: f64,
}

/// The nodes of the quadrature over x = v - y in \[-1, 1\].
pub(super) fn differences(k: f64) -> impl Iterator<Item = Difference> {
    // The law of x = v - y has polynomial moments on either side of 0; the logistic factors vary near it.
    let ends = PANEL_ENDS.map(|z| (z / k).min(1.0));
    let breakpoints = [-1.0, -ends[2], -ends[1], -ends[0], 0.0, ends[0], ends[1], ends[2], 1.0];
    let panels = (1..breakpoints.len()).map(move |i| (breakpoints[i - 1], breakpoints[i]));
    let points = panels
        .filter(|(from, to)| from < to)
        .flat_map(|(from, to)| GaussLegendre::of_order(ORDER).points(from, to));
    points.map(move |(x, weight)| {
        let decay = libm::exp(-k * x.abs());
        let tail = decay / (1.0 + decay);
        let value = if x < 0.0 { tail } else { 1.0 - tail };
        Difference { x, weight, win_probability: Logistic { value, slope: tail * (1.0 - tail) } }
    })
}

/// E\[v; v - y = x\], E\[v^2; v - y = x\] and E\[v y; v - y = x\] as densities in x, for v from U\[0, 1\] and
/// y the highest of `bidders` - 1 such values: the integrals of (x + y)^p y^m (N - 1) y^(N - 2) over the y
/// for which x + y is a value.
pub(super) fn moments_at_difference(bidders: usize, x: f64) -> [f64; 3] {
    let n = bidders as f64;
    let antiderivatives = |y: f64| {
        let power = libm::pow(y, n - 1.0);
        let linear = (n - 1.0) / n * y;
        let square = (n - 1.0) / (n + 1.0) * y * y;
        [power * (x + linear), power * (x * (x + 2.0 * linear) + square), power * (x * linear + square)]
    };
    let low = antiderivatives((-x).max(0.0));
    let high = antiderivatives((1.0 - x).min(1.0));
    std::array::from_fn(|i| high[i] - low[i])
}
