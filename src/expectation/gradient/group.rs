//! Bidders who play one bid function, and what the gradient needs of their prior and class.

use crate::auction::strategy::piecewise_linear::knots;
use crate::auction::{Payment, Prior, Strategy};
use crate::law::marginal::ValueTable;

/// Some bidders of one prior and one class, who play alike.
#[derive(Clone, Debug)]
pub struct Group {
    pub table: ValueTable,
    pub count: u32,
    strategy: Strategy,
    /// The values between which bids are linear: v_0 .. v_K, or the two ends of the support.
    knots: Vec<f64>,
    /// The knots, and values between at which panels end since the density may change much.
    pub ends: Vec<f64>,
    /// Whether something bends or jumps at each of the ends.
    pub sharp: Vec<bool>,
    /// The segment, counted from 0, between each end and the next.
    pub segments: Vec<usize>,
    /// What is paid always, by the derivative of the mean bid in each parameter; none where nothing is.
    always: Vec<f64>,
}

/// For each segment k the integrals of a density and of the density times v - v_(k-1), over the values of the
/// segment.
#[derive(Clone, Debug)]
pub struct Moments(Vec<(f64, f64)>);

impl Group {
    pub fn new(prior: &Prior, strategy: Strategy, count: u32, payment: Payment) -> Self {
        let table = ValueTable::new(prior);
        let knots = match strategy {
            Strategy::Linear => vec![table.low, table.high],
            Strategy::PiecewiseLinear { segments } => knots(prior, segments),
        };
        let distance = NEAR * (table.high - table.low);
        let far = |v: &f64| knots.iter().all(|knot| (v - knot).abs() > distance);
        let mut ends = knots.clone();
        ends.extend(table.marks.iter().chain(&table.kinks).copied().filter(far));
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        let last = knots.len() - 1;
        let segment = |pair: &[f64]| knots[1..last].partition_point(|knot| *knot <= pair[0]);
        let sharp = ends.iter().map(|end| knots.contains(end) || table.kinks.contains(end)).collect();
        let segments = ends.windows(2).map(segment).collect();
        let mean_slopes = if payment.always == 0.0 { Vec::new() } else { strategy.mean_slopes(prior) };
        let always = mean_slopes.iter().map(|slope| payment.always * slope).collect();
        Group { table, count, strategy, knots, ends, sharp, segments, always }
    }

    /// Number of parameters of a bid function.
    pub fn parameters(&self) -> usize {
        self.strategy.parameters()
    }

    /// The bids at all [`Group::ends`].
    pub fn bids(&self, parameters: &[f64]) -> Vec<f64> {
        assert_eq!(parameters.len(), self.strategy.parameters(), "parameters of {}", self.strategy.name());
        if self.strategy == Strategy::Linear {
            return self.ends.iter().map(|v| parameters[0] * v).collect();
        }
        let mut bid = parameters[0] * self.ends[0];
        let mut bids = vec![bid];
        for (pair, segment) in self.ends.windows(2).zip(&self.segments) {
            bid = parameters[segment + 1].mul_add(pair[1] - pair[0], bid);
            bids.push(bid);
        }
        bids
    }

    /// A gradient less what is paid always: over all values, whether they can win or not.
    pub fn less_always(&self, mut gradient: Vec<f64>) -> Vec<f64> {
        gradient.iter_mut().zip(&self.always).for_each(|(slope, always)| *slope -= always);
        gradient
    }

    pub fn moments(&self) -> Moments {
        Moments(vec![(0.0, 0.0); self.knots.len() - 1])
    }

    /// Adds a density's part at a value in a segment.
    #[inline]
    pub fn add(&self, moments: &mut Moments, segment: usize, value: f64, part: f64) {
        let (sum, first) = &mut moments.0[segment];
        *sum += part;
        *first += part * (value - self.knots[segment]);
    }

    /// The integral of the density times the derivative of the bid in each parameter.
    ///
    /// ```text
    /// d b(v) / d m_0 = v_0,    d b(v) / d m_k = (v_k - v_(k-1)) c_k(v),    d b(v) / d w = v.
    /// ```
    pub fn gradient(&self, moments: &Moments) -> Vec<f64> {
        if self.strategy == Strategy::Linear {
            let (sum, first) = moments.0[0];
            return vec![self.knots[0] * sum + first];
        }
        let mut gradient = vec![0.0; self.knots.len()];
        let mut above = 0.0;
        for (k, (sum, first)) in moments.0.iter().enumerate().rev() {
            gradient[k + 1] = first + (self.knots[k + 1] - self.knots[k]) * above;
            above += sum;
        }
        gradient[0] = self.knots[0] * above;
        gradient
    }
}

/// Marks that close to a knot, in parts of the support, do not end panels.
const NEAR: f64 = 1e-6;
