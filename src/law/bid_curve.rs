//! The distribution of a bid: the curves of which the laws of all bidders' bids are mixtures.

use std::sync::OnceLock;

use super::marginal::{Marginal, Part, Share};
use crate::auction::strategy::TableBids;
use crate::auction::{Prior, PureBids};

/// The bidder of a [`BidCurve::ruler`].
const RULER: usize = usize::MAX;

/// The bids of a bidder who plays one bid function: linear in the value between points, so that G(b) =
/// F(phi(b)) has a linear phi there.
///
/// Curves stand bidder by bidder. A bidder who plays a mixture has a curve for each function that may be
/// drawn, one after another, and the law of the bid is G = sum_k w_k G_k.
#[derive(Clone, Debug)]
pub struct BidCurve<'a> {
    pub marginal: &'a Marginal,
    /// Whose bids they are: neighbours of one bidder are a mixture.
    pub bidder: usize,
    /// The probability w_k that the curve is drawn; 1 where it is the bidder's only one.
    pub weight: f64,
    /// What nodes are to have of it.
    pub part: Part,
    /// Bid and place of the value, from low to high; places rise strictly, bids do not fall.
    pub points: Vec<(f64, Share)>,
    /// The mean value of those who bid each bid, where all bids are atoms: one a point.
    pub atoms: Option<Vec<f64>>,
}

/// Values of which nothing but the probability is told.
fn even() -> &'static Marginal {
    static EVEN: OnceLock<Marginal> = OnceLock::new();
    EVEN.get_or_init(|| Marginal::new(&Prior::STANDARD))
}

impl<'a> BidCurve<'a> {
    /// The bids of a function, each `shift` higher; of bidder 0, who plays nothing else.
    pub fn new(marginal: &'a Marginal, bids: PureBids, shift: f64, part: Part) -> Self {
        let points = match bids {
            PureBids::Linear { multiplier } => {
                vec![
                    (multiplier * marginal.low + shift, Share::LOW),
                    (multiplier * marginal.high + shift, Share::HIGH),
                ]
            }
            PureBids::PiecewiseLinear(function) => {
                let knots = function.knots();
                // A knot at an end of the support tells the bid there exactly.
                let at_end = |value: f64, knot: (f64, f64)| {
                    if value == knot.0 { knot.1 } else { function.bid(value) }
                };
                let lowest = at_end(marginal.low, knots[0]);
                let mut points = vec![(lowest + shift, Share::LOW)];
                let mut last = marginal.low;
                for &(value, bid) in knots {
                    if last < value && value < marginal.high {
                        points.push((bid + shift, marginal.share(value)));
                        last = value;
                    }
                }
                let highest = at_end(marginal.high, knots[knots.len() - 1]) + shift;
                let before = points[points.len() - 1].0;
                points.push((highest.max(before), Share::HIGH));
                points
            }
        };
        BidCurve::through(marginal, part, points)
    }

    /// The bids of a table, each `shift` higher; of bidder 0, who plays nothing else. What is won is linear
    /// in the value, so that of those who bid one bid the mean value is enough: places are those of bids, by
    /// their rank, and rise at atoms alone.
    pub fn of_table(table: &TableBids, shift: f64, part: Part) -> BidCurve<'static> {
        let bids: Vec<f64> = table.shape().grid().collect();
        let (mut masses, mut moments) = (vec![0.0; bids.len()], vec![0.0; bids.len()]);
        for (row, value) in table.rows().zip(table.values()) {
            for ((mass, moment), weight) in masses.iter_mut().zip(&mut moments).zip(row) {
                *mass += weight;
                *moment += weight * value;
            }
        }
        let all: f64 = masses.iter().sum();
        let mut above = vec![0.0; bids.len() + 1];
        for m in (0..bids.len()).rev() {
            above[m] = above[m + 1] + masses[m] / all;
        }
        let (mut points, mut atoms) = (Vec::new(), Vec::new());
        let (mut below, mut place) = (0.0, Share::LOW);
        for (m, bid) in bids.iter().enumerate() {
            below += masses[m] / all;
            // What is too little to show is left out.
            let next = Share { from_low: below, from_high: above[m + 1] };
            if next.from_low > place.from_low && next.from_high < place.from_high {
                let value = moments[m] / masses[m];
                points.extend([(bid + shift, place), (bid + shift, next)]);
                atoms.extend([value, value]);
                place = next;
            }
        }
        // The last is at the end, but for rounding.
        if let Some(last) = points.last_mut() {
            last.1 = Share::HIGH;
        }
        BidCurve { atoms: Some(atoms), ..BidCurve::through(even(), part, points) }
    }

    /// The mean value of those who bid the bid of a point, where that is known without their places.
    pub fn atom_value(&self, point: usize) -> Option<f64> {
        self.atoms.as_ref().map(|values| values[point])
    }

    /// The bids that are linear between points; of bidder 0, who plays nothing else.
    pub fn through(marginal: &'a Marginal, part: Part, points: Vec<(f64, Share)>) -> Self {
        BidCurve { marginal, bidder: 0, weight: 1.0, part, points, atoms: None }
    }

    /// What cuts panels at these bids, which rise strictly, and does nothing else where the first is the
    /// lowest of all; none for fewer than two.
    pub fn ruler(cuts: &[f64]) -> Option<BidCurve<'static>> {
        let last = cuts.len().checked_sub(1).filter(|last| *last > 0)? as f64;
        let place = |k: usize| {
            let (from_low, from_high) = (k as f64 / last, (last - k as f64) / last);
            Share { from_low, from_high }
        };
        let points = cuts.iter().enumerate().map(|(k, bid)| (*bid, place(k))).collect();
        Some(BidCurve { bidder: RULER, ..BidCurve::through(even(), Part::Cdf, points) })
    }

    pub fn lowest(&self) -> f64 {
        self.points[0].0
    }

    pub fn top(&self) -> f64 {
        self.points[self.points.len() - 1].0
    }

    /// The place of the value at a bid within a rising segment.
    pub fn place(&self, segment: usize, bid: f64) -> Share {
        let ((from, low), (to, high)) = (self.points[segment], self.points[segment + 1]);
        if bid <= from {
            return low;
        }
        if bid >= to {
            return high;
        }
        let (above, below) = ((bid - from) / (to - from), (to - bid) / (to - from));
        Share {
            from_low: above.mul_add(high.from_low - low.from_low, low.from_low),
            from_high: below.mul_add(low.from_high - high.from_high, high.from_high),
        }
    }
}

/// The lowest bid of each bidder of some curves.
pub fn lowest_bids<'c>(curves: &'c [BidCurve]) -> impl Iterator<Item = f64> + 'c {
    let of_bidder = curves.chunk_by(|one, other| one.bidder == other.bidder);
    of_bidder.map(|curves| curves.iter().map(BidCurve::lowest).fold(f64::INFINITY, f64::min))
}
