//! The piecewise-linear strategy: bids rise linearly between knots that cut the values into segments of equal
//! probability.
//!
//! With K segments and knots v_k = Q(k / K), k = 0 .. K, the parameters are m_0, the lowest bid over the
//! lowest value, and the slopes m_1 .. m_K of the segments, each m = exp(theta) above 0, so that every bid
//! function of the class rises:
//!
//! ```text
//! b(v) = m_0 v_0 + sum_k m_k (v_k - v_(k-1)) c_k(v),    c_k(v) = clamp((v - v_(k-1)) / (v_k - v_(k-1)), 0, 1).
//! ```
//!
//! A slope may be above 1, as those of equilibria of unequal bidders are. The line b = w v is the member
//! whose m are all w.

use crate::auction::Prior;
use crate::numeric::quadrature::{GaussLegendre, TanhSinh};

/// The most segments of a bid function.
pub const MOST_SEGMENTS: usize = 64;

/// The segments of a bid function where none are asked for.
pub const USUAL_SEGMENTS: usize = 16;

/// A rising bid function, linear between knots.
#[derive(Clone, Debug, PartialEq)]
pub struct PiecewiseLinear {
    /// Value and bid at each knot, values rising.
    knots: Vec<(f64, f64)>,
}

impl PiecewiseLinear {
    /// The bid function through knots, value and bid each: two or more, values rising strictly and bids not
    /// falling.
    ///
    /// # Errors
    /// Which knot is out of order, counted from 1.
    pub fn new(knots: Vec<(f64, f64)>) -> Result<Self, String> {
        if knots.len() < 2 {
            return Err(format!("{} knots are too few: give 2 or more", knots.len()));
        }
        let ordered =
            |pair: &[(f64, f64)]| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1 && pair[1].1.is_finite();
        match knots.windows(2).position(|pair| !ordered(pair)) {
            Some(k) => Err(format!(
                "knot {}: value {} and bid {} do not rise above {} and {}",
                k + 2,
                knots[k + 1].0,
                knots[k + 1].1,
                knots[k].0,
                knots[k].1
            )),
            None => Ok(PiecewiseLinear { knots }),
        }
    }

    /// The bid function of a prior and m_0 .. m_K.
    pub(super) fn of_slopes(prior: &Prior, segments: usize, slopes: &[f64]) -> Self {
        let values = knots(prior, segments);
        let mut bid = slopes[0] * values[0];
        let mut points = vec![(values[0], bid)];
        for (pair, slope) in values.windows(2).zip(&slopes[1..]) {
            bid = slope.mul_add(pair[1] - pair[0], bid);
            // Near a pole of the density quantiles may agree to all digits.
            if pair[0] < pair[1] {
                points.push((pair[1], bid));
            }
        }
        PiecewiseLinear { knots: points }
    }

    /// Value and bid at each knot, values rising.
    pub fn knots(&self) -> &[(f64, f64)] {
        &self.knots
    }

    /// The bid at a value; that of the nearer end for values beyond.
    pub fn bid(&self, value: f64) -> f64 {
        let last = self.knots.len() - 1;
        let k = self.knots[1..last].partition_point(|knot| knot.0 <= value);
        let (from, to) = (self.knots[k], self.knots[k + 1]);
        let share = ((value - from.0) / (to.0 - from.0)).clamp(0.0, 1.0);
        share.mul_add(to.1 - from.1, from.1)
    }
}

/// The values v_0 .. v_K at the knots, rising.
pub fn knots(prior: &Prior, segments: usize) -> Vec<f64> {
    let (low, high) = prior.support();
    let inner = (1..segments).map(|k| prior.quantile(k as f64 / segments as f64));
    std::iter::once(low).chain(inner).chain([high]).collect()
}

/// d multiplier / d m_k, see [`Strategy::projection`](super::Strategy::projection): E\[v v_0\] / E\[v^2\] for
/// m_0, and E\[v (v_k - v_(k-1)) c_k(v)\] / E\[v^2\] for the slopes. They add up to 1.
pub(super) fn projection(prior: &Prior, segments: usize) -> Vec<f64> {
    let knots = knots(prior, segments);
    let moments: Vec<(f64, f64)> = knots.windows(2).map(|ends| moments(prior, ends[0], ends[1])).collect();
    let (first, second) = moments.iter().fold((0.0, 0.0), |(a, b), of| (a + of.0, b + of.1));
    let mut weights = vec![knots[0] * first / second];
    let mut above = first;
    for (ends, (of_first, of_second)) in knots.windows(2).zip(moments) {
        above -= of_first;
        weights.push((of_second - ends[0] * of_first + (ends[1] - ends[0]) * above) / second);
    }
    weights
}

/// E\[db(v) / d m_k\]: v_0 of m_0, and E\[(v_k - v_(k-1)) c_k(v)\] of the slopes.
pub(super) fn mean_slopes(prior: &Prior, segments: usize) -> Vec<f64> {
    let knots = knots(prior, segments);
    let slope = |ends: &[f64]| {
        let (below, upto) = (prior.cdf(ends[0]), prior.cdf(ends[1]));
        let (first, _) = moments(prior, ends[0], ends[1]);
        first - ends[0] * (upto - below) + (ends[1] - ends[0]) * (1.0 - upto)
    };
    std::iter::once(knots[0]).chain(knots.windows(2).map(slope)).collect()
}

/// E\[v; from < v < to\] and E\[v^2; from < v < to\], by parts, since F is bounded where a density is not:
///
/// ```text
/// \[v F\] - int F dv,    \[v^2 F\] - int 2 v F dv.
/// ```
pub(super) fn moments(prior: &Prior, from: f64, to: f64) -> (f64, f64) {
    let (below, upto) = (prior.cdf(from), prior.cdf(to));
    let mut ends = vec![from];
    ends.extend(prior.kinks().into_iter().filter(|kink| from < *kink && *kink < to));
    ends.push(to);
    let (mut first, mut second) = (to * upto - from * below, to * to * upto - from * from * below);
    for ends in ends.windows(2) {
        // Between kinks F is linear.
        let points: Vec<(f64, f64)> = match prior {
            Prior::Empirical(_) => GaussLegendre::of_order(2).points(ends[0], ends[1]).collect(),
            _ => TanhSinh::rule().points(ends[0], ends[1]).collect(),
        };
        for (v, weight) in points {
            let part = weight * prior.cdf(v);
            first -= part;
            second -= 2.0 * v * part;
        }
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::prior::{Beta, Empirical, Power, Uniform};
    use crate::auction::{BidFunction, Strategy};

    fn priors() -> Vec<Prior> {
        let values: Vec<f64> = (0..50).map(|k| 0.2 + libm::pow((f64::from(k) + 0.5) / 50.0, 1.7)).collect();
        vec![
            Prior::STANDARD,
            Prior::Uniform(Uniform::new(0.5, 2.0).unwrap()),
            Prior::Power(Power::new(0.3, 0.0, 1.0).unwrap()),
            Prior::Beta(Beta::new(0.4, 5.0, 0.0, 3.0).unwrap()),
            Prior::Beta(Beta::new(6.0, 0.5, 1.0, 2.0).unwrap()),
            Prior::Empirical(Empirical::new("values.csv", "value", &values).unwrap()),
        ]
    }

    #[test]
    fn equal_slopes_are_a_line() {
        for prior in priors() {
            let function = Strategy::PiecewiseLinear { segments: 7 }.bid_function(&prior, &[0.6; 8]);
            let (low, high) = prior.support();
            for k in 0..=100 {
                let value = low + (high - low) * f64::from(k) / 100.0;
                assert!((function.mean_bid(value) - 0.6 * value).abs() < 1e-14, "{prior} at {value}");
            }
        }
    }

    #[test]
    fn bids_rise_by_the_slope_of_their_segment() {
        let prior = Prior::Uniform(Uniform::new(1.0, 2.0).unwrap());
        let BidFunction::PiecewiseLinear(function) =
            (Strategy::PiecewiseLinear { segments: 2 }).bid_function(&prior, &[0.5, 0.25, 1.5])
        else {
            panic!("of another class")
        };
        assert_eq!(function.knots(), [(1.0, 0.5), (1.5, 0.625), (2.0, 1.375)]);
        assert_eq!([0.0, 1.25, 1.5, 1.75, 9.0].map(|v| function.bid(v)), [0.5, 0.5625, 0.625, 1.0, 1.375]);
    }

    #[test]
    fn quantiles_that_agree_are_one_knot() {
        let prior = Prior::Beta(Beta::new(5.0, 0.1, 0.0, 1.0).unwrap());
        assert!(knots(&prior, 64).windows(2).any(|pair| pair[0] == pair[1]));
        let function = Strategy::PiecewiseLinear { segments: 64 }.bid_function(&prior, &[0.5; 65]);
        assert_eq!(function.mean_bid(1.0), 0.5);
    }

    #[test]
    fn the_projection_of_a_line_is_its_multiplier_and_any_other_is_its_quotient_of_moments() {
        for prior in priors() {
            for segments in [1, 2, 16] {
                let strategy = Strategy::PiecewiseLinear { segments };
                let weights = strategy.projection(&prior);
                assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-13, "{prior}");
                let slopes: Vec<f64> = (0..=segments).map(|k| 0.2 + k as f64 / segments as f64).collect();
                let multiplier: f64 = weights.iter().zip(&slopes).map(|(a, m)| a * m).sum();
                let function = strategy.bid_function(&prior, &slopes);
                // Means over evenly spaced quantiles, the midpoint rule.
                let n = 200_000;
                let (mut bv, mut vv) = (0.0, 0.0);
                for k in 0..n {
                    let v = prior.quantile((f64::from(k) + 0.5) / f64::from(n));
                    bv += function.mean_bid(v) * v;
                    vv += v * v;
                }
                assert!((multiplier - bv / vv).abs() < 2e-6, "{prior}: {multiplier} for {}", bv / vv);
            }
        }
    }

    #[test]
    fn knots_out_of_order_are_refused() {
        assert!(PiecewiseLinear::new(vec![(0.0, 0.0)]).unwrap_err().contains("too few"));
        let error = PiecewiseLinear::new(vec![(0.0, 0.0), (0.5, 0.4), (1.0, 0.3)]).unwrap_err();
        assert!(error.starts_with("knot 3: value 1 and bid 0.3"), "{error}");
        assert!(PiecewiseLinear::new(vec![(0.0, 0.0), (0.0, 0.4)]).is_err());
        assert!(PiecewiseLinear::new(vec![(0.0, 0.0), (1.0, f64::NAN)]).is_err());
    }
}
