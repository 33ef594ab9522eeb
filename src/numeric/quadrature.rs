//! Quadrature over panels: Gauss-Legendre rules for smooth functions, tanh-sinh for singular ends.

use std::f64::consts::PI;
use std::sync::OnceLock;

use super::cancel;

/// Nanoseconds of work for a node, about.
const A_NODE: u64 = 20;

/// The highest order of a rule.
pub const MAX_ORDER: usize = 64;

static RULES: [OnceLock<GaussLegendre>; MAX_ORDER] = [const { OnceLock::new() }; MAX_ORDER];

/// A Gauss-Legendre rule: exact for polynomials up to degree 2 `order` - 1.
///
/// References: Abramowitz and Stegun 1964, eq. 25.4.29.
#[derive(Debug)]
pub struct GaussLegendre {
    /// Node and weight on \[-1, 1\], nodes rising.
    points: Vec<(f64, f64)>,
}

impl GaussLegendre {
    /// The rule of an order, computed once in the life of the program.
    ///
    /// ```
    /// use bidsweep::numeric::quadrature::GaussLegendre;
    ///
    /// let cubic = GaussLegendre::of_order(2).integrate(0.0, 2.0, |x| x * x * x);
    /// assert!((cubic - 4.0).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// Where the order is not in 1 ..= [`MAX_ORDER`].
    pub fn of_order(order: usize) -> &'static GaussLegendre {
        RULES[order - 1].get_or_init(|| GaussLegendre::compute(order))
    }

    /// The cheapest rule that integrates a product of `factors` rising linear factors to rounding over a
    /// panel, where every factor's root lies `distance` panel widths or more below the panel.
    ///
    /// The error of n nodes, relative to the integral, is at most 2 (a + 1) C(a, 2 n) / (4 distance)^(2 n)
    /// for a = `factors`: in the remainder (Abramowitz and Stegun 1964, eq. 25.4.30) the derivative of order
    /// 2 n is at most the product times (2 n)! C(a, 2 n) / (distance x width)^(2 n), and the product at most
    /// a + 1 times its mean. From 2 n > a on the rule is exact, so that a distance of 0 is allowed.
    pub fn for_linear_factors(factors: usize, distance: f64) -> &'static GaussLegendre {
        let factors = factors as f64;
        let closeness = 1.0 / (16.0 * distance * distance);
        let (mut order, mut nodes) = (0, 0.0);
        let mut error = 2.0 * (factors + 1.0);
        // An infinite closeness times 0, where the rule becomes exact, is not a number and ends the loop too.
        while error > 0.5 * f64::EPSILON {
            let left = factors - 2.0 * nodes;
            error *= left * (left - 1.0) / ((2.0 * nodes + 1.0) * (2.0 * nodes + 2.0)) * closeness;
            order += 1;
            nodes += 1.0;
        }
        GaussLegendre::of_order(order)
    }

    /// Newton's method on the Legendre polynomial, half of the nodes; the others are their mirror images.
    fn compute(order: usize) -> GaussLegendre {
        let mut points = vec![(0.0, 0.0); order];
        for i in 0..order.div_ceil(2) {
            // The starts are so close that five steps reach rounding; the middle node of an odd order is 0.
            let mut node = libm::cos(PI * (i as f64 + 0.75) / (order as f64 + 0.5));
            for _ in 0..5 {
                let (value, slope) = legendre(order, node);
                node -= value / slope;
            }
            if 2 * i + 1 == order {
                node = 0.0;
            }
            let (_, slope) = legendre(order, node);
            let weight = 2.0 / ((1.0 - node * node) * slope * slope);
            points[i] = (-node, weight);
            points[order - 1 - i] = (node, weight);
        }
        GaussLegendre { points }
    }

    /// Nodes and weights on \[from, to\]: the integral of f is close to the sum of weight x f(node).
    pub fn points(&self, from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        cancel::check(self.points.len() as u64 * A_NODE);
        let half = 0.5 * (to - from);
        let middle = 0.5 * (from + to);
        self.points.iter().map(move |&(node, weight)| (half.mul_add(node, middle), half * weight))
    }

    /// The integral of `f` from `from` to `to`.
    pub fn integrate(&self, from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
        self.points(from, to).map(|(x, weight)| weight * f(x)).sum()
    }

    /// The integral of `f` over the panels between neighbouring breakpoints, which rise; 0 for fewer than
    /// two.
    pub fn integrate_panels(&self, breakpoints: &[f64], f: impl Fn(f64) -> f64) -> f64 {
        breakpoints.windows(2).map(|panel| self.integrate(panel[0], panel[1], &f)).sum()
    }
}

/// A tanh-sinh rule: nearly exact for functions that are smooth inside a panel, whatever power of the
/// distance they follow at its ends.
///
/// With x = tanh((pi / 2) sinh t) the trapezoidal rule in t, whose error falls exponentially.
///
/// References: Takahasi and Mori 1974, "Double exponential formulas for numerical integration".
#[derive(Debug)]
pub struct TanhSinh {
    /// Distance from the nearer end and weight on \[0, 1\], of the lower half; the last stands in the middle.
    points: Vec<(f64, f64)>,
}

/// The distance of nodes in t, and how far they reach: where the distance from the end is 1e-22 of the panel.
const TANH_SINH: (f64, f64) = (1.0 / 16.0, 3.5);

impl TanhSinh {
    /// The rule, computed once in the life of the program.
    ///
    /// ```
    /// use bidsweep::numeric::quadrature::TanhSinh;
    ///
    /// let root: f64 = TanhSinh::rule().points(0.0, 4.0).map(|(x, weight)| weight * x.sqrt()).sum();
    /// assert!((root - 16.0 / 3.0).abs() < 1e-14);
    /// ```
    pub fn rule() -> &'static TanhSinh {
        static RULE: OnceLock<TanhSinh> = OnceLock::new();
        RULE.get_or_init(|| {
            let (step, far) = TANH_SINH;
            let count = (far / step) as i32;
            let point = |k: i32| {
                let t = step * f64::from(k);
                let (growth, decay) = (0.5 * PI * libm::cosh(t), libm::exp(PI * libm::sinh(t)));
                // (1 + x) / 2 and half of dx/dt, without the digits that 1 - x would lose.
                let distance = decay / (1.0 + decay);
                (distance, step * 2.0 * growth * distance / (1.0 + decay))
            };
            TanhSinh { points: (-count..=0).map(point).collect() }
        })
    }

    /// Nodes and weights on \[from, to\]: the integral of f is close to the sum of weight x f(node).
    pub fn points(&self, from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        cancel::check(2 * self.points.len() as u64 * A_NODE);
        let width = to - from;
        let lower = self.points.iter().map(move |&(z, weight)| (width.mul_add(z, from), width * weight));
        let (_, above) = self.points.split_last().expect("a rule has a middle");
        let upper = above.iter().rev().map(move |&(z, weight)| (width.mul_add(-z, to), width * weight));
        lower.chain(upper)
    }
}

/// P_n(x) and its derivative, for |x| < 1 and n >= 1.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 1..n {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k + 1.0) * x * value - k * before) / (k + 1.0));
    }
    (value, n as f64 * (before - x * value) / (1.0 - x * x))
}

/// How closely the nodes of a rule on \[0, 1\] crowd towards its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Not at all.
    Even,
    /// So that powers of the distance to an end are smooth that are whole or whole and a half, from -1/2 on.
    Ends,
    /// So that all powers from -1/2 on are smooth enough for 1e-6 of the integral, with more nodes.
    Powers,
}

/// The least nodes of [`Grade::Powers`].
const POWERS_ORDER: usize = 24;

impl Grade {
    /// Nodes and weights of the rule of an order, or of a higher one where the grade needs that.
    pub fn points(self, order: usize) -> impl Iterator<Item = (f64, f64)> {
        let order = if self == Grade::Powers { order.max(POWERS_ORDER) } else { order };
        GaussLegendre::of_order(order).points(0.0, 1.0).map(move |point| match self {
            Grade::Even => point,
            Grade::Ends => towards_ends(point),
            Grade::Powers => further_towards_ends(point),
        })
    }
}

/// A node of \[0, 1\] moved to t^4 (35 - 84 t + 70 t^2 - 20 t^3), the step with three derivatives of 0 at
/// both ends.
fn further_towards_ends((t, weight): (f64, f64)) -> (f64, f64) {
    let rest = t * (1.0 - t);
    let square = t * t;
    let place = square * square * (t * (t * (70.0 - 20.0 * t) - 84.0) + 35.0);
    (place, weight * 140.0 * rest * rest * rest)
}

/// A node of \[0, 1\] moved to t^2 (3 - 2 t): powers of the distance to an end, as low as -1/2, are smooth in
/// t.
pub fn towards_ends((t, weight): (f64, f64)) -> (f64, f64) {
    (t * t * (3.0 - 2.0 * t), weight * 6.0 * t * (1.0 - t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_and_weights_of_order_five_are_the_tabulated_ones() {
        // Abramowitz and Stegun 1964, table 25.4.
        let expected = [
            (-0.906_179_845_938_664, 0.236_926_885_056_189),
            (-0.538_469_310_105_683, 0.478_628_670_499_366),
            (0.0, 0.568_888_888_888_889),
            (0.538_469_310_105_683, 0.478_628_670_499_366),
            (0.906_179_845_938_664, 0.236_926_885_056_189),
        ];
        for ((node, weight), (x, w)) in GaussLegendre::of_order(5).points(-1.0, 1.0).zip(expected) {
            assert!((node - x).abs() < 1e-15 && (weight - w).abs() < 1e-15, "{node} {weight}");
        }
    }

    #[test]
    fn every_order_is_exact_up_to_its_degree_and_no_further() {
        for order in 1..=MAX_ORDER {
            let rule = GaussLegendre::of_order(order);
            let error = |degree: usize| {
                let power = |x: f64| std::iter::repeat_n(x, degree).product::<f64>();
                (rule.integrate(0.0, 1.0, power) * (degree as f64 + 1.0) - 1.0).abs()
            };
            for degree in 0..2 * order {
                assert!(error(degree) < 1e-13, "order {order}, degree {degree}: {}", error(degree));
            }
            // The next degree misses by about 4^-(2 order), below rounding from order 13 on.
            assert!(order > 12 || error(2 * order) > 1e-15, "order {order}");
        }
    }

    #[test]
    fn nodes_rise_and_weights_add_up_to_the_length() {
        for order in 1..=MAX_ORDER {
            let points: Vec<_> = GaussLegendre::of_order(order).points(-1.0, 1.0).collect();
            assert!(points.is_sorted_by(|a, b| a.0 < b.0));
            let length: f64 = points.iter().map(|p| p.1).sum();
            assert!((length - 2.0).abs() < 1e-14, "order {order}: {length}");
        }
    }

    #[test]
    fn the_rule_for_linear_factors_is_exact_and_cheap() {
        let power = |x: f64, factors: usize| std::iter::repeat_n(x, factors).product::<f64>();
        for factors in 0..=64 {
            for distance in [0.0, 0.01, 0.3, 1.0, 10.0, 1e3, 1e6] {
                // All roots at 0, the panel from `distance` on: the worst case of the bound.
                let integral = GaussLegendre::of_order(MAX_ORDER)
                    .integrate(distance, distance + 1.0, |x| power(x / (distance + 1.0), factors));
                let rule = GaussLegendre::for_linear_factors(factors, distance);
                let cheap =
                    rule.integrate(distance, distance + 1.0, |x| power(x / (distance + 1.0), factors));
                assert!(
                    (cheap / integral - 1.0).abs() < 2e-14,
                    "{factors} factors, {distance}: {cheap} for {integral}"
                );
                assert!(rule.points.len() <= factors / 2 + 1, "{factors} factors, {distance}");
            }
        }
        assert_eq!(GaussLegendre::for_linear_factors(64, 0.0).points.len(), 33);
        assert_eq!(GaussLegendre::for_linear_factors(64, 1e4).points.len(), 3);
    }

    #[test]
    fn powers_at_the_ends_do_not_disturb_tanh_sinh() {
        for power in [0.0, 0.1, 0.5, 1.0, 3.0, 17.5] {
            let integral = |reversed: bool| -> f64 {
                let integrand = |x: f64| libm::pow(if reversed { 3.0 - x } else { x - 1.0 }, power);
                TanhSinh::rule().points(1.0, 3.0).map(|(x, weight)| weight * integrand(x)).sum()
            };
            let exact = libm::pow(2.0, power + 1.0) / (power + 1.0);
            for reversed in [false, true] {
                assert!((integral(reversed) / exact - 1.0).abs() < 2e-13, "{power}: {}", integral(reversed));
            }
        }
    }

    #[test]
    fn powers_at_the_ends_are_smooth_in_graded_rules() {
        let error = |grade: Grade, power: f64| {
            let both = |(z, weight): (f64, f64)| weight * (libm::pow(z, power) + libm::pow(1.0 - z, power));
            let integral: f64 = grade.points(14).map(both).sum();
            (0.5 * integral * (power + 1.0) - 1.0).abs()
        };
        for power in [-0.5, 0.0, 0.5, 1.0, 1.5, 2.0] {
            assert!(error(Grade::Ends, power) < 1e-13, "{power}: {}", error(Grade::Ends, power));
        }
        for step in 0..=50 {
            let power = -0.5 + 0.05 * f64::from(step);
            assert!(error(Grade::Powers, power) < 2e-6, "{power}: {}", error(Grade::Powers, power));
        }
    }

    #[test]
    fn panels_integrate_a_kink_exactly() {
        let kinked = |x: f64| (x - 0.3).abs();
        let integral = GaussLegendre::of_order(2).integrate_panels(&[0.0, 0.3, 1.0], kinked);
        assert!((integral - (0.09 + 0.49) / 2.0).abs() < 1e-15);
        assert_eq!(GaussLegendre::of_order(2).integrate_panels(&[0.3], kinked), 0.0);
    }
}
