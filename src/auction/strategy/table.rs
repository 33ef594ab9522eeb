//! Tables: for each bin of values a mixture over a grid of bids, drawn afresh in every auction.
//!
//! The J bins are equally probable: bin j = 0 .. J - 1 has the values whose quantile is in \[j / J,
//! (j + 1) / J). The M bids are b_m = m / (M - 1) of the highest. Nothing makes bids rise with the value.

use super::piecewise_linear::{knots, moments};
use crate::auction::Prior;

/// How many bins and bids a table has, and which bids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TableShape {
    /// Number of bins, J.
    pub bins: usize,
    /// Number of bids, M, at least 2.
    pub bids: usize,
    /// The bits of the highest bid.
    top_bid: u64,
}

impl TableShape {
    /// The shape of so many bins and bids, the highest of them above 0.
    pub const fn new(bins: usize, bids: usize, top_bid: f64) -> Self {
        TableShape { bins, bids, top_bid: top_bid.to_bits() }
    }

    /// Probabilities of a table, shape \[bin\]\[bid\].
    pub const fn probabilities(self) -> usize {
        self.bins * self.bids
    }

    /// The highest bid.
    pub const fn top_bid(self) -> f64 {
        f64::from_bits(self.top_bid)
    }

    /// b_m, counted from 0.
    pub fn bid(self, m: usize) -> f64 {
        m as f64 * self.top_bid() / (self.bids - 1) as f64
    }

    /// All bids, rising.
    pub fn grid(self) -> impl Iterator<Item = f64> {
        (0..self.bids).map(move |m| self.bid(m))
    }

    /// The mean value v_j of each bin.
    pub fn values(self, prior: &Prior) -> Vec<f64> {
        let edges = knots(prior, self.bins);
        let mean = |ends: &[f64]| {
            let (from, to) = (ends[0], ends[1]);
            let mass = prior.cdf(to) - prior.cdf(from);
            // Near a pole of the density quantiles may agree to all digits.
            if mass > 0.0 { (moments(prior, from, to).0 / mass).clamp(from, to) } else { from }
        };
        edges.windows(2).map(mean).collect()
    }

    /// d multiplier / d mean bid of each bin, of the line through 0 that is nearest to the mean bids at the
    /// mean values, argmin_w sum_j (b_j - w v_j)^2 = sum_j b_j v_j / sum_j v_j^2: a table knows no
    /// other values.
    pub fn projection(self, prior: &Prior) -> Vec<f64> {
        let values = self.values(prior);
        let squares: f64 = values.iter().map(|value| value * value).sum();
        values.iter().map(|value| value / squares).collect()
    }
}

/// A table of some prior's values.
#[derive(Clone, Debug, PartialEq)]
pub struct TableBids {
    shape: TableShape,
    /// The values at which bins begin and end, rising; one more than bins.
    edges: Vec<f64>,
    /// The mean value of each bin.
    values: Vec<f64>,
    /// Probabilities, each row's of sum 1, shape \[bin\]\[bid\].
    weights: Vec<f64>,
}

/// The probabilities of a bin may miss 1 by this.
const WEIGHT_ERROR: f64 = 1e-9;

impl TableBids {
    /// The table of these probabilities, shape \[bin\]\[bid\].
    ///
    /// # Panics
    /// Where there are not as many as the shape has, or those of a bin are no probabilities.
    pub fn new(shape: TableShape, prior: &Prior, probabilities: &[f64]) -> Self {
        assert_eq!(probabilities.len(), shape.probabilities(), "probabilities of a table");
        let mut weights = probabilities.to_vec();
        for row in weights.chunks_exact_mut(shape.bids) {
            let sum: f64 = row.iter().sum();
            let sound = row.iter().all(|weight| *weight >= 0.0) && (sum - 1.0).abs() <= WEIGHT_ERROR;
            assert!(sound, "probabilities of sum {sum}");
            row.iter_mut().for_each(|weight| *weight /= sum);
        }
        TableBids { shape, edges: knots(prior, shape.bins), values: shape.values(prior), weights }
    }

    /// How many bins and bids there are, and which.
    pub fn shape(&self) -> TableShape {
        self.shape
    }

    /// The values at which bins begin and end, rising.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The mean value of each bin.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The probability of each bid in a bin.
    pub fn row(&self, bin: usize) -> &[f64] {
        &self.weights[self.shape.bids * bin..][..self.shape.bids]
    }

    /// The probabilities of each bin, one row a bin.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.weights.chunks_exact(self.shape.bids)
    }

    /// The bin of a value, that of the nearer end for values beyond.
    pub fn bin(&self, value: f64) -> usize {
        self.edges[1..self.shape.bins].partition_point(|edge| *edge <= value)
    }

    /// The mean bid of a bin.
    pub fn mean_of_bin(&self, bin: usize) -> f64 {
        self.shape.grid().zip(self.row(bin)).map(|(bid, weight)| weight * bid).sum()
    }

    /// The mean bid at a value.
    pub fn mean_bid(&self, value: f64) -> f64 {
        self.mean_of_bin(self.bin(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::prior::{Power, Uniform};

    const SHAPE: TableShape = TableShape::new(2, 3, 0.8);

    #[test]
    fn bins_are_equally_probable_and_bids_evenly_spaced() {
        assert_eq!(SHAPE.grid().collect::<Vec<_>>(), [0.0, 0.4, 0.8]);
        let prior = Prior::Uniform(Uniform::new(1.0, 3.0).unwrap());
        let values = SHAPE.values(&prior);
        assert!((values[0] - 1.5).abs() < 1e-14 && (values[1] - 2.5).abs() < 1e-14, "{values:?}");
        let table = TableBids::new(SHAPE, &prior, &[0.5, 0.5, 0.0, 0.0, 0.25, 0.75]);
        assert_eq!(table.edges(), [1.0, 2.0, 3.0]);
        assert_eq!([0.0, 1.0, 1.99, 2.0, 3.0, 9.0].map(|value| table.bin(value)), [0, 0, 0, 1, 1, 1]);
        assert_eq!((table.mean_bid(1.2), table.row(1)), (0.2, &[0.0, 0.25, 0.75][..]));
        assert!((table.mean_bid(2.2) - 0.7).abs() < 1e-15);
    }

    #[test]
    fn the_projection_of_a_line_at_the_mean_values_is_its_slope() {
        let prior = Prior::Power(Power::new(2.0, 0.0, 1.0).unwrap());
        let shape = TableShape::new(3, 2, 1.0);
        let values = shape.values(&prior);
        // Of F = v^2 the mean of the lowest third is 2/3 of its end.
        assert!((values[0] - 2.0 / 3.0 * (1.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        let projected = |bids: &[f64]| -> f64 {
            shape.projection(&prior).iter().zip(bids).map(|(weight, bid)| weight * bid).sum()
        };
        let line: Vec<f64> = values.iter().map(|value| 0.4 * value).collect();
        assert!((projected(&line) - 0.4).abs() < 1e-14);
        // No line is nearer than the one that is found.
        let bids = [0.1, 0.5, 0.3];
        let square =
            |w: f64| -> f64 { bids.iter().zip(&values).map(|(b, v)| (b - w * v) * (b - w * v)).sum() };
        let best = projected(&bids);
        assert!(square(best) < square(best - 1e-4) && square(best) < square(best + 1e-4));
    }

    #[test]
    #[should_panic(expected = "probabilities of sum 0.5")]
    fn rows_are_probabilities() {
        let _ = TableBids::new(SHAPE, &Prior::STANDARD, &[1.0, 0.0, 0.0, 0.5, 0.0, 0.0]);
    }
}
